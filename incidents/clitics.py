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
            found += ["ال" + base[2:], base[2:]]
        elif len(base) > 3 and base.startswith("ال"):
            found.append(base[2:])
        elif len(base) > 3 and base[0] in "بكل":
            found.append(base[1:])
    return tuple(dict.fromkeys(found))


_ENDINGS = ("ا", "ه", "ها", "هم", "هما", "هن", "نا", "ي", "يه", "يين", "يون", "ون", "ين", "ان",
            "تين", "تان", "ات", "اتها", "اته", "اتهم", "وا", "ت")
_ENDING_IN = {
    last: tuple(e for e in _ENDINGS if e[-1] == last) for last in {e[-1] for e in _ENDINGS}
}


@lru_cache(maxsize=16384)
def forms(word: str) -> frozenset[str]:
    """All that the word may be an inflected form of, itself included."""
    found = set(stems(word))
    for stem in tuple(found):
        for ending in _ENDING_IN.get(stem[-1:], ()):
            base = stem[: -len(ending)]
            if stem.endswith(ending) and len(base) >= 3:
                found.add(base)
                if ending.startswith(("ات", "تين", "تان")):
                    found.add(base + "ه")
                elif base.endswith("ت"):
                    found.add(base[:-1] + "ه")
    return frozenset(found)


@lru_cache(maxsize=16384)
def is_definite(word: str) -> bool:
    """Whether the word carries the article, behind any attached particle."""
    return re.match(r"[وف]?(?:[بك]?ال|لل)\w{2}", word) is not None
