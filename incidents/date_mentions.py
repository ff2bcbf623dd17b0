"""Several mentions of one date made one, and "the same month" read as the month before it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import lru_cache

from incidents.date_words import codes, month_name, read
from incidents.dates import ResolvedDate, resolve
from incidents.fold import fold

_SAME = re.compile(
    r"(?:فتره|مده|يوم|اسبوع|شهر|وقت|عام|سنه|ساعه|تاريخ)\w* (?:ذات|نفس)(?:ه|ها)|(?:ذات|نفس) ال"
)
_SAME_UNIT = re.compile(
    r"\w*(?P<unit>شهر|عام|سنه|اسبوع)\w* (?:ذات|نفس)(?:ه|ها)"
    r"|\w*(?:ذات|نفس) ال(?P<unit2>شهر|عام|سنه|اسبوع)"
)


@lru_cache(maxsize=4096)
def resolve_all(phrases: tuple[str, ...], published: str | None) -> ResolvedDate:
    """Resolve several mentions of one incident's date into one.

    The most explicit wins: a period given by its ends, a date with its month, a weekday or
    "today", a rough duration; of equals the shorter, then the first, and from the first to the
    last where "and" joins days that lie apart ("Saturday", "and Sunday"). Clock time and part of
    the day are taken from the others where the winner has none.
    """
    found = [(resolve(phrase, published), phrase) for phrase in phrases]
    dated = [(r, p) for r, p in found if r.start is not None and r.end is not None]
    time = next((r.time for r, _ in found if r.time), None)
    part = next((r.part for r, _ in found if r.part), None)
    if not dated:
        return ResolvedDate(time=time, part=part)
    least = min(_vagueness(phrase) for _, phrase in dated)
    best = _of_equals([(r, phrase) for r, phrase in dated if _vagueness(phrase) == least])
    single = best.start == best.end
    return replace(
        best,
        time=best.time or (time if single else None),
        part=best.part or (part if single else None),
        precision="hour" if single and (best.time or time) else best.precision,
    )


def _of_equals(told: list[tuple[ResolvedDate, str]]) -> ResolvedDate:
    """The shortest of dates told alike; a period where "and" joins those that lie apart."""
    best = min([found for found, _ in told], key=_length)
    added = [best, *[d for d, phrase in told if (t := read(phrase)) and t[0].joined]]
    starts, ends = [str(d.start) for d in added], [str(d.end) for d in added]
    if max(starts) <= min(ends):
        return best
    return ResolvedDate(min(starts), max(ends), "period", notes=best.notes)


def refers_back(phrase: str) -> bool:
    """Whether a phrase says "the same day" or the like of a date before it."""
    return _SAME.search(fold(phrase)) is not None


def referred(phrase: str, before: str, published: str | None) -> str:
    """What dates a phrase that refers back: the words before it, or its own with what they lend.

    ``the 8th of the same month`` takes no more than month and year; where the date before has
    several, it stands as it is and resolves to nothing.
    """
    if resolve(phrase, published).start is not None:
        return phrase  # "from the 5th of March until the 12th of the same month"
    told, folded = resolve(before, published), fold(phrase)

    def named(match: re.Match[str]) -> str:
        size = {"شهر": 7, "اسبوع": 10}.get(match["unit"] or match["unit2"], 4)
        first, last = (told.start or "")[:size], (told.end or "")[:size]
        if not first or first != last or size == 10:
            return match[0]
        return first if size == 4 else f"{month_name(int(first[5:]))} {first[:4]}"

    own = _SAME_UNIT.sub(named, folded)
    has_own = re.search(r"[NOMHWF]", re.sub(r"K[NO]V?", "", codes(read(phrase))))
    return own if own != folded or (has_own and _SAME_UNIT.search(folded)) else before


def has_ends(phrase: str) -> bool:
    """Whether a phrase gives a period by its first and last day."""
    return not {"E", "B"}.isdisjoint(codes(read(phrase))) or _vagueness(phrase) == 0


def is_rough(phrase: str) -> bool:
    """Whether a phrase gives no day: "the last seven days", "last week"."""
    return _vagueness(phrase) > 2


@lru_cache(maxsize=4096)
def _vagueness(phrase: str) -> int:
    code = codes(read(phrase))
    if re.search(r"[MHF].*E.*[MHFNAU]|[MH].*/.*[MH]Y", code):
        return 0
    if re.search(r"[NO][MH]|F", code):
        return 1
    if re.search(r"[TW]", code):
        return 2
    return 4 if re.search(r"[DS]|[Up]N|N[Up]|u", code) else 3


def _length(found: ResolvedDate) -> int:
    return (date.fromisoformat(found.end or "") - date.fromisoformat(found.start or "")).days
