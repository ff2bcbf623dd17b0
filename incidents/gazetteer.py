"""Gazetteer: Arabic names of places with governorate, coordinates and ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from incidents.fold import fold


@dataclass(frozen=True)
class Entry:
    """One place: its kind, Arabic names, country and, where known, coordinates and ids."""

    id: str
    kind: str
    names: tuple[str, ...]
    country: str
    admin1: str | None = None
    lat: float | None = None
    lon: float | None = None
    geonames: int | None = None
    pcode: str | None = None
    population: int = 0


@dataclass(frozen=True)
class Gazetteer:
    """Entries, found by folded name."""

    entries: tuple[Entry, ...]
    by_name: Mapping[str, tuple[Entry, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for name in dict.fromkeys(map(fold, entry.names)):
                index.setdefault(name, []).append(entry)
        object.__setattr__(self, "by_name", {k: tuple(v) for k, v in index.items()})


def read(entries: Iterable[Entry]) -> Gazetteer:
    """A gazetteer of these entries."""
    return Gazetteer(tuple(entries))
