"""Folding of Arabic spelling for comparison only; stored text is never changed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Invisible controls: soft hyphen, zero width, bidi marks and isolates, byte-order mark.
_INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_DROPPED = re.compile(f"[\u0640{_INVISIBLE}\\x00]")
_LETTERS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ؤ": "و",
     "ة": "ه", "ە": "ه", "ک": "ك", "ګ": "ك", "ء": ""}
    | {digit: str(value) for value, digit in enumerate("٠١٢٣٤٥٦٧٨٩")}
)
# What neither is a mark nor may be a digit to convert: almost all text, once translated.
_PLAIN = re.compile(r"[\x00-\x7fء-ي،؛؟«»–—“”’…]*")


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """One spelling for the many of a word: no marks, no tatweel, bare alef, Western digits.

    Presentation forms are decomposed (NFKC), alef, ya, ta marbuta and hamza forms merged, and
    white space made single. The result is for look-up and comparison, never for output.
    """
    return " ".join(filter(None, map(_word, text.split())))


@lru_cache(maxsize=65536)
def _word(word: str) -> str:
    """One run of what is no white space; some signs decompose into several words."""
    word = unicodedata.normalize("NFKC", _DROPPED.sub("", word)).translate(_LETTERS)
    if not _PLAIN.fullmatch(word):
        word = "".join(map(_plain, word))
    return " ".join(word.split())


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    if unicodedata.category(char) == "Mn":
        return ""
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)
