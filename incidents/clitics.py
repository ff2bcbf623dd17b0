"""Particles that Arabic writes as part of a word. All functions take folded words."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=16384)
def stems(word: str) -> tuple[str, ...]:
    """The word, then what is left of it without conjunction, preposition and article."""
    found = [word]
    if len(word) > 2 and word[0] in "وف":
        found.append(word[1:])
    for base in tuple(found):
        if len(base) > 4 and base[0] in "بكل" and base[1:3] == "ال":
            found += [base[1:], base[3:]]
        elif len(base) > 3 and base.startswith("لل"):
            found.append(base[2:])
        elif len(base) > 4 and base.startswith("ال"):
            found.append(base[2:])
        elif len(base) > 3 and base[0] in "بكل":
            found.append(base[1:])
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=16384)
def is_definite(word: str) -> bool:
    """Whether the word carries the article, behind any attached particle."""
    return re.match(r"[وف]?(?:[بك]?ال|لل)\w{2}", word) is not None
