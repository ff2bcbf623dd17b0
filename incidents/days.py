"""Calendar arithmetic of date resolution: publication dates, stretches of days, Hijri."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from hijridate import Gregorian, Hijri


@dataclass(frozen=True)
class Days:
    """A stretch of days, both ends included, and how exactly the words gave it."""

    first: date
    last: date
    precision: str = "period"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """A publication date as far as it is known."""

    year: int | None = None
    month: int | None = None
    day: date | None = None

    @classmethod
    def parse(cls, published: str | None) -> Published:
        """From ``YYYY[-MM[-DD]]`` or ``None``."""
        if not published:
            return cls()
        parts = [int(part) for part in published.split("-")]
        return cls(
            parts[0],
            parts[1] if len(parts) > 1 else None,
            date(*parts) if len(parts) == 3 else None,
        )


def one_day(day: date, *notes: str) -> Days:
    """A single day."""
    return Days(day, day, "day", notes)


def month_days(year: int, month: int) -> Days:
    """All days of a month."""
    return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month")


def year_days(year: int) -> Days:
    """All days of a year."""
    return Days(date(year, 1, 1), date(year, 12, 31), "year")


def calendar_days(year: int, month: int, day: int | None) -> Days | None:
    """A Gregorian month or one day of it; ``None`` where the calendar has no such day."""
    if not (1900 <= year <= 2100 and 1 <= month <= 12):
        return None
    whole = month_days(year, month)
    if day is None:
        return whole
    return one_day(date(year, month, day)) if 1 <= day <= whole.last.day else None


def hijri_days(year: int, month: int, day: int | None) -> Days | None:
    """A Hijri month or one day of it, by the Umm al-Qura calendar; sightings may differ by a day.

    ``None`` outside of the table (1343 to 1500) or where the month has no such day.
    """
    try:
        length = Hijri(year, month, 1).month_length()
        first = Hijri(year, month, day or 1).to_gregorian()
        last = Hijri(year, month, day or length).to_gregorian()
    except (ValueError, OverflowError):
        return None
    start, end = date(*first.datetuple()), date(*last.datetuple())
    return Days(start, end, "month" if day is None else "day", ("hijri",))


def hijri_year(day: date) -> int:
    """The Hijri year in which a day falls.

    Raises:
        OverflowError: outside of the table.
    """
    return int(Gregorian.fromdate(day).to_hijri().year)


def by_calendar(year: int, month: int, day: int | None, kind: str) -> Days | None:
    """A month or day of a year by the Gregorian (``M``) or the Hijri calendar (``H``)."""
    known = calendar_days if kind == "M" and year > 1600 else hijri_days
    return None if kind == "M" and year <= 1600 else known(year, month, day)


def with_year(year: int, month: int, day: int | None, kind: str) -> Days | None:
    """The same; a Hijri month may also be told with a Gregorian year ("Ramadan 2016")."""
    if kind == "M" or year < 1600:
        return by_calendar(year, month, day, kind)
    for hijri in range(hijri_year(date(year, 1, 1)), hijri_year(date(year, 12, 31)) + 1):
        days = hijri_days(hijri, month, day)
        if days is not None and days.first.year == year:
            return days
    return None


def shifted(day: date, count: int, unit: str) -> date:
    """A day moved by a number of units; the end of a month where the month is too short."""
    if unit == "hour":
        # The hour of publication is unknown: every day that is begun counts.
        return day + timedelta(-(-abs(count) // 24) * (1 if count > 0 else -1))
    if unit in ("day", "week"):
        return day + timedelta(count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is out of range")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def unit_around(day: date, unit: str) -> Days:
    """The calendar month or year in which a day falls; for the day and the week, the day."""
    if unit == "month":
        return month_days(day.year, day.month)
    return year_days(day.year) if unit == "year" else one_day(day)


def latest_weekday(weekday: int, not_after: date) -> date:
    """The latest such weekday (Monday 0) that is not after a day."""
    return not_after - timedelta((not_after.weekday() - weekday) % 7)


def weekday_of_week(weekday: int, published: date, back: int) -> Days:
    """The weekday of the week ``back`` weeks ago: one day, or two where week starts disagree.

    The week begins on Saturday, Sunday or Monday, by country.
    """
    days = []
    for start in (5, 6, 0):
        week = latest_weekday(start, published) - timedelta(7 * back)
        days.append(week + timedelta((weekday - start) % 7))
    first, last = min(days), max(days)
    return Days(first, last, "day" if first == last else "period")
