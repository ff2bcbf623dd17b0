"""Words and sentences of a text, by offset. The text itself is never changed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

TATWEEL = "\u0640"
# One sign first, so that the search leaps from sign to sign; of a run of signs only the first, so
# that a long run that ends no sentence is walked once.
_SENTENCE_END = re.compile(
    r"[.!?؟؛…\n](?:(?<=\n)\n*|(?<!\n)(?<![.!?؟؛…]{2})[.!?؟؛…]*[\"'»”’)\]]*(?=\s))"
)


@lru_cache(maxsize=4096)
def is_word_char(char: str) -> bool:
    """Whether a character belongs to a word: a letter, digit, combining mark or tatweel."""
    return char.isalnum() or char == TATWEEL or unicodedata.category(char) in ("Mn", "Mc")


def words(text: str) -> list[tuple[int, int]]:
    """``[start, end)`` of each word: a maximal run of letters, digits, marks and tatweel."""
    found, start = [], -1
    for i, char in enumerate(text):
        if is_word_char(char):
            if start < 0:
                start = i
        elif start >= 0:
            found.append((start, i))
            start = -1
    if start >= 0:
        found.append((start, len(text)))
    return found


def sentence_starts(text: str) -> list[int]:
    """Offsets at which a sentence begins, the first always 0."""
    return [0, *(m.end() for m in _SENTENCE_END.finditer(text) if m.end() < len(text))]


def trim_to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the edges of ``[start, end)`` inward past everything that is not a word character.

    Returns ``(start, start)`` where no word character lies inside.
    """
    while start < end and not is_word_char(text[start]):
        start += 1
    while end > start and not is_word_char(text[end - 1]):
        end -= 1
    return start, end


def snap_to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Trim to words, then extend both edges to whole words, as the guidelines ask."""
    start, end = trim_to_words(text, start, end)
    if start == end:
        return start, end
    while start > 0 and is_word_char(text[start - 1]):
        start -= 1
    while end < len(text) and is_word_char(text[end]):
        end += 1
    return start, end
