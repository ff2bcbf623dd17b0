"""Date expressions of a report, resolved against its publication date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from incidents.fold import fold


@dataclass(frozen=True)
class ResolvedDate:
    """What a date expression says, as ISO days; ``None`` where it cannot be known.

    Args:
        start: first day.
        end: last day.
        precision: ``hour``, ``day``, ``month``, ``year``, ``period`` or ``unknown``.
        time: ``HH:MM`` of the first hour named.
        part: part of the day, such as ``dawn``.
        notes: what a reader should know: ``weekday_mismatch`` ...
    """

    start: str | None = None
    end: str | None = None
    precision: str = "unknown"
    time: str | None = None
    part: str | None = None
    notes: tuple[str, ...] = ()


UNKNOWN = ResolvedDate()


def resolve(phrase: str, published: str | None) -> ResolvedDate:
    """Resolve one expression against the publication date."""
    if published is None or len(published) != 10:
        return UNKNOWN
    words = fold(phrase).split()
    base = date.fromisoformat(published)
    days = 0 if "اليوم" in words else 1 if "امس" in words else None
    if days is None:
        return UNKNOWN
    day = (base - timedelta(days)).isoformat()
    return ResolvedDate(day, day, "day")


def resolve_all(phrases: Sequence[str], published: str | None) -> ResolvedDate:
    """Resolve several mentions of one incident's date into one."""
    found = [resolve(phrase, published) for phrase in phrases]
    return next((r for r in found if r.start), UNKNOWN)
