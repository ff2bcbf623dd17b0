"""Single dates: a day, a month or a year, absolute or counted from publication."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from incidents.date_words import Token, codes
from incidents.days import (
    Days,
    Published,
    by_calendar,
    calendar_days,
    hijri_days,
    hijri_year,
    latest_weekday,
    month_days,
    one_day,
    shifted,
    unit_around,
    weekday_of_week,
    with_year,
    year_days,
)

_NAMED = re.compile(
    r"(?P<day>[NO])?(?P<month>M|H)(?P<american>N(?=Y))?(?P<tail>[LC]?Y|U[LCAX]|CU|[LCXA])?"
)
# Not "the first week of the month", not the second of two numbers.
_DAY_OF_MONTH = re.compile(r"(?<![UupVNO/])(?P<day>[NO])(?:(?P<unit>U)(?P<how>[LC])|CU|C$)")
_UNIT = re.compile(r"(?P<unit>U)(?P<how>[LCX])|C(?P<unit2>U)")
_AGO = re.compile(r"G(?:(?P<two>u)|(?P<count>N)?(?P<unit>[Up]))")
_EVE = frozenset(("عشيه", "وقفه"))
# A report may carry a date a little before the days it speaks of.
_GRACE = timedelta(3)


def point(tokens: Sequence[Token], base: Published) -> Days | None:
    """The single date that tokens give, or ``None``.

    Raises:
        ValueError, OverflowError: a date beyond what the calendars know.
    """
    code = codes(tokens)
    if any(t.value in _EVE and after.code in "IH" for t, after in pairwise(tokens)):
        return None  # the day before it
    if "G" in code or "Z" in code:
        return _ago(tokens, code, base)
    for rule in (_numeric, _named, _day_of_month):
        found = rule(tokens, code, base)
        if found is not None:
            return _checked(found, tokens)
    if "A" in code or "X" in code or _NAMED.search(code):
        return None
    for rule in (_weekday, _relative_day, _feast, _year, _unit):
        found = rule(tokens, code, base)
        if found is not None:
            return _checked(found, tokens)
    return None


def _checked(days: Days, tokens: Sequence[Token]) -> Days | None:
    """Note a weekday that contradicts the date, which stands; nothing where a year does."""
    years = {_int(t) for t in tokens if t.code == "Y"}
    if years and "F" not in codes(tokens) and days.first.year not in years:
        hijri = hijri_year(days.first) if max(years) <= 1600 else None
        if hijri not in years:
            return None
    weekdays = {t.value for t in tokens if t.code == "W"}
    if weekdays and days.first == days.last and days.first.weekday() not in weekdays:
        return replace(days, notes=(*days.notes, "weekday_mismatch"))
    return days


def _int(token: Token) -> int:
    return int(str(token.value))


def _numeric(tokens: Sequence[Token], code: str, base: Published) -> Days | None:
    short = re.fullmatch(r"(?:[WT][Lw]?)?N(/)N(?P<tail>Y|[LC])?", code)
    if short and tokens[short.start(1)].value == "/":
        day, month = _int(tokens[short.start(1) - 1]), _int(tokens[short.start(1) + 1])
        if short["tail"] == "Y":
            return by_calendar(_int(tokens[-1]), month, day, "M")
        return _in_year(month, day, base)
    if code.count("F") != 1:
        return None
    a, b, c = map(int, re.split(r"[/.\-]", str(tokens[code.index("F")].value)))
    year, month, day = (a, b, c) if a > 31 else (c, b, a)
    if year < 100:
        year += 2000
    if month > 12 >= day:
        month, day = day, month
    return by_calendar(year, month, day, "H" if year < 1600 else "M")


def _named(tokens: Sequence[Token], code: str, base: Published) -> Days | None:
    """A date with the name of its month; two different names contradict each other."""
    found = list(_NAMED.finditer(code))
    if len(found) != 1:
        return None
    match = found[0]
    month = _int(tokens[match.start("month")])
    group = next((g for g in ("day", "american") if match[g]), None)
    day = _int(tokens[match.start(group)]) if group else None
    tail, kind = match["tail"] or "", match["month"]
    if "A" in tail or "X" in tail or (day is not None and not 1 <= day <= 31):
        return None
    if "Y" in tail or "U" in tail:
        year = _told_year(tokens[match.start("tail") : match.end("tail")], base)
        return None if year is None else with_year(year, month, day, kind)
    known = _in_hijri_year if kind == "H" else _in_year
    return known(month, day, base, before="L" in tail)


def _told_year(tail: Sequence[Token], base: Published) -> int | None:
    """The year that follows a month or feast: ``2016``, ``of last year``, ``of this year``."""
    if tail[-1].code == "Y":
        return _int(tail[-1])
    if base.year is None or not any(t.value == "year" for t in tail):
        return None
    return base.year - next((_int(t) for t in tail if t.code == "L"), 0)


def _in_year(
    month: int, day: int | None, base: Published, before: bool = False
) -> Days | None:
    """The latest such month or day not after publication; ``before`` leaves its month out."""
    if base.year is None or base.month is None:
        return None
    found = calendar_days(base.year, month, day)
    if found is None and (month, day) != (2, 29):
        return None
    limit = base.day or month_days(base.year, base.month).last
    if found is not None and not base.day and month > base.month:
        found = None
    late = found is None or found.first > limit + (_GRACE if day else timedelta())
    if late or (before and day is None and month == base.month):
        return calendar_days(base.year - 1, month, day)
    return found


def _in_hijri_year(
    month: int, day: int | None, base: Published, before: bool = False
) -> Days | None:
    """The latest such month or day begun by publication; ``before``, the latest that is over."""
    if base.day is None:
        return None
    year = hijri_year(base.day)
    for candidate in (year, year - 1):
        days = hijri_days(candidate, month, day)
        if days is not None and (days.last < base.day if before else days.first <= base.day):
            return days
    return None


def _day_of_month(tokens: Sequence[Token], code: str, base: Published) -> Days | None:
    """``the 15th of last month``, ``the 15th of the current``."""
    match = _DAY_OF_MONTH.search(code)
    if match is None or base.year is None or base.month is None:
        return None
    units = [t for t in tokens[match.start() : match.end()] if t.code == "U"]
    if any(t.value != "month" for t in units):
        return None
    back = _int(tokens[match.end() - 1]) if match["how"] == "L" else 0
    year, month = divmod(base.year * 12 + base.month - 1 - back, 12)
    return calendar_days(year, month + 1, _int(tokens[match.start("day")]))


def _relative_day(tokens: Sequence[Token], code: str, base: Published) -> Days | None:
    """Today, yesterday ...; "the second day", "the day mentioned" count from something else."""
    if "T" not in code or base.day is None or re.search(r"T[NOL]", code):
        return None
    at = code.index("T")
    value = tokens[at].value
    if code[at + 1 : at + 2] == "w" and str(tokens[at + 1].value).startswith("ال"):
        return None
    if value == "night":
        return Days(base.day - timedelta(1), base.day)
    assert isinstance(value, int)
    return one_day(base.day + timedelta(value))


def _weekday(tokens: Sequence[Token], code: str, base: Published) -> Days | None:
    """The latest such weekday not after publication; with "last", before it.

    ``None`` where a number follows: "Friday 29" is of a month that is not told.
    """
    if "W" not in code or "T" in code or base.day is None:
        return None
    at = code.index("W")
    if code[at + 1 : at + 2] == "N" and not tokens[at + 1].spelled:
        return None
    weekday = _int(tokens[at])
    if (m := _UNIT.search(code)) is not None:
        unit = tokens[m.start("unit") if m["unit"] else m.start("unit2")]
        back = _int(tokens[m.end() - 1]) if m["how"] == "L" else 0
        return weekday_of_week(weekday, base.day, back) if unit.value == "week" else None
    back = _int(tokens[at + 1]) if code[at + 1 : at + 2] == "L" else 0
    day = latest_weekday(weekday, base.day - timedelta(1 if back else 0))
    return one_day(day - timedelta(7 * max(0, back - 1)))


def _feast(tokens: Sequence[Token], code: str, base: Published) -> Days | None:
    match = re.search(r"(?P<nth>[NO]p?)?I(?P<tail>[LC]?Y|U[LC]|CU|[LC])?", code)
    if match is None:
        return None
    value = tokens[code.index("I")].value
    assert isinstance(value, tuple)
    month, day = value
    if re.search("[YU]", match["tail"] or ""):
        year = _told_year(tokens[match.start("tail") : match.end("tail")], base)
        first = None if year is None else with_year(year, month, day, "H")
    else:
        first = _in_hijri_year(month, day, base, before=match["tail"] == "L")
    if first is None:
        return None
    if match["nth"]:
        nth = first.first + timedelta(_int(tokens[match.start("nth")]) - 1)
        return one_day(nth, *first.notes)
    length = {10: 3, 12: 4}.get(month, 1)
    return Days(first.first, first.first + timedelta(length - 1), "period", first.notes)


def _year(tokens: Sequence[Token], code: str, base: Published) -> Days | None:
    """A year, or a half or quarter of it."""
    if code.count("Y") != 1:
        return None
    year = _int(tokens[code.index("Y")])
    if 1300 <= year < 1600:
        first, last = hijri_days(year, 1, 1), hijri_days(year, 12, None)
        return Days(first.first, last.last, "year", ("hijri",)) if first and last else None
    if not 1900 <= year <= 2100:
        return None
    if (m := re.search(r"VOY", code)) is not None:
        length = 6 if tokens[m.start()].value == 30 else 3
        end = length * _int(tokens[m.start() + 1])
        if end <= 12:
            begin = month_days(year, end - length + 1).first
            return Days(begin, month_days(year, end).last)
    return year_days(year)


def _unit(tokens: Sequence[Token], code: str, base: Published) -> Days | None:
    """``last week``, ``this month``, ``the year before last``."""
    match = _UNIT.search(code)
    if match is None or match["how"] == "X" or base.year is None or re.search(r"[NO]U", code):
        return None
    unit = str(tokens[match.start("unit") if match["unit"] else match.start("unit2")].value)
    back = _int(tokens[match.end() - 1]) if match["how"] == "L" else 0
    if unit == "year":
        return year_days(base.year - back)
    if unit == "month" and base.month is not None:
        year, month = divmod(base.year * 12 + base.month - 1 - back, 12)
        return month_days(year, month + 1)
    if unit != "week" or base.day is None:
        return None
    if not back:
        return Days(base.day - timedelta(6), base.day)
    # Where a week begins differs by country: the seven days before count, with "within" up to
    # publication itself.
    last = base.day - timedelta(7 * (back - 1) + 1)
    return Days(base.day - timedelta(7 * back), base.day if "D" in code and back == 1 else last)


def _ago(tokens: Sequence[Token], code: str, base: Published) -> Days | None:
    """``three days ago``: a day; months and years ago: the month or year of it.

    ``None`` where it counts from something else ("before his death", "before the feast") or in
    halves; a date that follows and falls within says it better.
    """
    match = _AGO.search(code)
    if match is None or base.day is None or "Z" in code or re.search(r"[wAV]", code[match.end():]):
        return None
    unit, after = str(tokens[match.end() - 1].value), tokens[match.end() :]
    if match["unit"] == "p" and not match["count"]:
        return one_day(base.day) if unit == "hour" else None
    count = 2 if match["two"] else _int(tokens[match.start("count")]) if match["count"] else 1
    if unit == "hour":
        first = shifted(base.day, -count, unit)
        return Days(first, base.day if count < 24 else first, "period")
    found = unit_around(shifted(base.day, -count, unit), unit)
    if not re.search(r"[IMHFYW]", codes(after)):
        return found
    told = point(after, base)
    return told if told and found.first <= told.first <= told.last <= found.last else None
