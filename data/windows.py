"""Cuts a document into windows of subwords that fit the encoder, and keeps the way back.

A window holds whole words, is cut at sentence ends where it can be, and overlaps the one before
it, so nothing is truncated and a span at an edge is seen whole elsewhere. Words, not subwords,
are what spans are made of: each word knows its first and last subword.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from tokenizers import Tokenizer

from data.words import sentence_starts, words

_UNENCODABLE = re.compile("[\ud800-\udfff\0]")


@dataclass(frozen=True)
class Window:
    """One stretch of a document as the encoder sees it.

    Attributes:
        input_ids: subword ids with the special tokens around them.
        words: ``[start, end)`` of each word, in code points of the document.
        first: index into ``input_ids`` of each word's first subword.
        last: the same of its last subword.
        sentence: index of the sentence, in the document, that each word stands in.
    """

    input_ids: tuple[int, ...]
    words: tuple[tuple[int, int], ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    sentence: tuple[int, ...]


@dataclass(frozen=True)
class _Encoded:
    """A whole document: subword ids, and words with their subwords and sentences."""

    ids: list[int]
    words: list[tuple[int, int]]
    first: list[int]
    last: list[int]
    sentence: list[int]


class Windower:
    """Cuts texts for one tokenizer.

    Args:
        tokenizer: with its normaliser and special tokens; must keep no truncation or padding.
        max_tokens: subwords in a window, special tokens included.
        overlap: subwords that a window may share with the one before it.
    """

    def __init__(self, tokenizer: Tokenizer, max_tokens: int, overlap: int) -> None:
        self._tokenizer = tokenizer
        self._prefix, self._suffix = _special_tokens(tokenizer)
        self._room = max_tokens - len(self._prefix) - len(self._suffix)
        if not 0 <= overlap < self._room:
            raise ValueError(f"overlap must be within 0..{self._room - 1}, got {overlap}")
        self._overlap = overlap

    def cut(self, text: str) -> list[Window]:
        """All windows of a text, in order; none where it has no word."""
        encoded = self._encode(text)
        return [self._window(encoded, start, end) for start, end in self._ranges(encoded)]

    def _encode(self, text: str) -> _Encoded:
        # The tokenizer refuses lone surrogates; a stand-in of the same length keeps offsets.
        encoding = self._tokenizer.encode(
            _UNENCODABLE.sub("\ufffd", text), add_special_tokens=False
        )
        offsets = encoding.offsets
        found = words(text)
        starts = sentence_starts(text)
        first, last, token = [], [], 0
        for start, end in found:
            while token < len(offsets) - 1 and offsets[token][1] <= start:
                token += 1
            stop = token
            while stop + 1 < len(offsets) and offsets[stop + 1][0] < end:
                stop += 1
            first.append(token)
            last.append(stop)
            token = stop
        sentence = [bisect_right(starts, start) - 1 for start, _ in found]
        return _Encoded(encoding.ids, found, first, last, sentence)

    def _ranges(self, encoded: _Encoded) -> list[tuple[int, int]]:
        """``[start, end)`` word ranges of the windows."""
        count = len(encoded.words)
        boundaries = [
            i for i in range(1, count) if encoded.sentence[i] != encoded.sentence[i - 1]
        ] + [count]
        ranges: list[tuple[int, int]] = []
        start = 0
        while start < count:
            end = self._fit(encoded, start)
            if end < count:
                whole = [b for b in boundaries if start < b <= end]
                end = whole[-1] if whole else end
            if ranges and end <= ranges[-1][1]:
                start = ranges[-1][1]  # the overlap left no room for the next sentence
                continue
            ranges.append((start, end))
            if end == count:
                break
            # From the start of a sentence; where one is cut, from any word of it.
            starts = boundaries if end in boundaries else range(start + 1, end)
            inside = [i for i in starts if start < i < end]
            near = [i for i in inside if self._tokens(encoded, i, end) <= self._overlap]
            start = near[0] if near else end
        return ranges

    def _fit(self, encoded: _Encoded, start: int) -> int:
        """The last word range end that fits; at least one word."""
        end = start + 1
        while end < len(encoded.words) and self._tokens(encoded, start, end + 1) <= self._room:
            end += 1
        return end

    def _tokens(self, encoded: _Encoded, start: int, end: int) -> int:
        low, high = self._token_range(encoded, start, end)
        return high - low

    def _token_range(self, encoded: _Encoded, start: int, end: int) -> tuple[int, int]:
        # What precedes the first word goes along where it leaves room for it.
        low = encoded.first[start] if start or encoded.last[0] >= self._room else 0
        done = end == len(encoded.words)
        high = len(encoded.ids) if done else max(encoded.first[end], encoded.last[end - 1] + 1)
        return low, high

    def _window(self, encoded: _Encoded, start: int, end: int) -> Window:
        low, high = self._token_range(encoded, start, end)
        # Only a single word longer than a window is cut; it still counts as a whole word.
        high = min(high, low + self._room)
        shift = len(self._prefix) - low
        final = len(self._prefix) + high - low - 1
        return Window(
            (*self._prefix, *encoded.ids[low:high], *self._suffix),
            tuple(encoded.words[start:end]),
            tuple(min(t + shift, final) for t in encoded.first[start:end]),
            tuple(min(t + shift, final) for t in encoded.last[start:end]),
            tuple(encoded.sentence[start:end]),
        )


def _special_tokens(tokenizer: Tokenizer) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids that the tokenizer puts before and after a text."""
    with_special = tokenizer.encode("ا")
    mask = with_special.special_tokens_mask
    inner = [i for i, special in enumerate(mask) if not special]
    ids = tuple(with_special.ids)
    return ids[: inner[0]], ids[inner[-1] + 1 :]
