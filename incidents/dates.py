"""Date expressions of a report, resolved against its publication date.

A phrase is read into coded tokens (``incidents.date_words``); rules are regular expressions over
the codes, tried from the most to the least explicit. What no rule knows stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from incidents.date_points import point
from incidents.date_ranges import between, joins_dates, split
from incidents.date_words import Token, codes, read
from incidents.days import Days, Published, shifted


@dataclass(frozen=True)
class ResolvedDate:
    """What a date expression says, as ISO days; ``None`` where it cannot be known.

    Args:
        start: first day.
        end: last day.
        precision: ``hour``, ``day``, ``month``, ``year``, ``period`` or ``unknown``.
        time: ``HH:MM`` of the first clock time named, local.
        part: ``dawn``, ``morning``, ``noon``, ``afternoon``, ``evening`` or ``night``.
        notes: what a reader should know: ``weekday_mismatch`` (the date was kept),
            ``hijri`` (converted, a sighting may differ by a day), ``after_publication``.
    """

    start: str | None = None
    end: str | None = None
    precision: str = "unknown"
    time: str | None = None
    part: str | None = None
    notes: tuple[str, ...] = ()


_DURATION = re.compile(r"N[Up]|[Up]N|[Up]O|u|U")
_AFTERNOON = {"afternoon": range(1, 12), "evening": range(1, 12), "noon": range(1, 4),
              "night": range(6, 12)}


@lru_cache(maxsize=4096)
def resolve(phrase: str, published: str | None) -> ResolvedDate:
    """Resolve one expression.

    Args:
        phrase: the words as they stand in the report.
        published: ``YYYY-MM-DD``, ``YYYY-MM``, ``YYYY`` or ``None``. With less than a day,
            expressions that count from the day of publication stay unknown.
    """
    base = Published.parse(published)
    tokens, time, part = _clock(read(phrase))
    try:
        days = _resolve(tokens, base)
    except (ValueError, OverflowError):
        days = None  # a year beyond what calendars know
    if days is None:
        return ResolvedDate(time=time, part=part)
    days = _not_after(days, base)
    exact = days.first == days.last
    precision = days.precision if not exact or days.precision != "period" else "day"
    return ResolvedDate(
        days.first.isoformat(), days.last.isoformat(),
        "hour" if time and exact else precision, time, part, days.notes,
    )


def _not_after(days: Days, base: Published) -> Days:
    """Nothing reported lies after the report: a running month or year ends with it."""
    if base.day is None or days.last <= base.day:
        return days
    if days.first > base.day:
        return replace(days, notes=(*days.notes, "after_publication"))
    return replace(days, last=base.day)


def _clock(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], str | None, str | None]:
    """Take clock times and parts of the day out; the rest dates the day."""
    code = codes(tokens)
    part = next((str(t.value) for t in tokens if t.code == "P"), None)
    time = None
    match = re.search(r"K(J|N|O)(V?)|J", code)
    if match:
        at = match.start(1) if match[1] else match.start()
        time = _time(tokens[at], tokens[match.end() - 1] if match[2] else None, part)
    spans = [m.span() for m in re.finditer(r"K?J(?:[/BE]?K?J)*|K[NOY]V?|K", code)]
    dropped = {i for first, last in spans for i in range(first, last)}
    kept: list[Token] = []
    joined = False  # the "and" of "and at dawn" joins what follows
    for i, token in enumerate(tokens):
        if token.code == "P":
            joined = joined or token.joined
        elif i not in dropped:
            kept.append(replace(token, joined=token.joined or joined))
            joined = False
    return tuple(kept), time, part


def _time(hour: Token, extra: Token | None, part: str | None) -> str | None:
    written = str(hour.value)
    hours, _, minutes = written.partition(":")
    h, m = int(hours), int(minutes or 0) + (int(str(extra.value)) if extra else 0)
    if part in _AFTERNOON and h in _AFTERNOON[part]:
        h += 12
    elif h == 12 and part in ("night", "dawn", "morning"):
        h = 0
    elif not minutes and part is None and h < 13:
        return None  # seven in the morning or in the evening
    return f"{h:02}:{m:02}" if h < 24 and m < 60 else None


def _resolve(tokens: tuple[Token, ...], base: Published) -> Days | None:
    code = codes(tokens)
    if "E" in code:
        at = code.index("E")
        return between(tokens[:at], tokens[at + 1 :], base)
    found = split(tokens, base)
    if found is not None or joins_dates(tokens):
        return found
    if "S" in code:
        return _since(tokens[code.index("S") :], base)
    return point(tokens, base) or _stretch(tokens, base)


def _since(tokens: tuple[Token, ...], base: Published) -> Days | None:
    """From a date, or for a duration, until publication."""
    end = base.day
    if end is None:
        return None
    code = codes(tokens)
    if re.search(r"b.*U", code) and "L" not in code and not re.search(r"[YMH]", code):
        unit = str(next(t.value for t in tokens if t.code == "U"))
        first = {"month": end.replace(day=1), "year": end.replace(month=1, day=1)}.get(unit)
        return Days(first, end) if first else None
    begin = point(tokens[1:], base)
    if begin is not None:
        return Days(begin.first, end, "period", begin.notes) if begin.first <= end else None
    if re.search(r"[UpuN]", code) and "w" not in code:
        return _stretch(tokens, base)
    return None


def _stretch(tokens: tuple[Token, ...], base: Published) -> Days | None:
    """A duration that ends with publication: "within 72 hours", "the last seven days"."""
    end, code = base.day, codes(tokens)
    if end is None or re.search(r"[AXMHIFWY]", code):
        return None
    if "Q" in code:
        if not re.fullmatch(r"T?[NO]Q", code):
            return None  # the third week or time in a row
        return Days(shifted(end, 1 - int(str(tokens[-2].value)), "day"), end)
    if not re.search(r"[DLS]", code):
        return None
    match = _DURATION.search(code)
    if match is None:
        hours = any(t.code == "p" and t.value == "hour" for t in tokens)
        return Days(end, end, "day") if hours and "L" in code else None
    words = tokens[match.start() : match.end()]
    unit = str(next(t.value for t in words if t.code in "Upu"))
    if "V" in code and unit != "hour":
        return None
    count = next((int(str(t.value)) for t in words if t.code in "NO"), 0)
    count = count or (2 if "u" in match[0] else 1)
    # "the last four days" are four whole ones: they end the day before
    last = shifted(end, -1, "day") if unit == "day" and "L" in code and "S" not in code else end
    return Days(shifted(end, -count, unit), last)
