"""Places of a report, matched against a gazetteer; what it lacks keeps its name only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from data.document import Document
from incidents.gazetteer import Entry, Gazetteer


@dataclass(frozen=True)
class Candidate:
    """A gazetteer entry that a name may mean, with a score of 0 to 1."""

    entry: Entry
    score: float


@dataclass(frozen=True)
class ResolvedPlace:
    """A place as written, attached particles stripped, with what the gazetteer knows of it."""

    name: str
    admin1: str | None = None
    lat: float | None = None
    lon: float | None = None
    geonames: int | None = None
    pcode: str | None = None
    score: float = 0.0
    candidates: tuple[Candidate, ...] = ()


@cache
def default_gazetteer() -> Gazetteer:
    """The gazetteer that comes with the project."""
    return Gazetteer(())


def resolve(document: Document, gazetteer: Gazetteer) -> dict[str, ResolvedPlace]:
    """Resolve each PLACE span of a document, by span id."""
    return {
        span.id: ResolvedPlace(document.slice(span))
        for span in document.spans
        if span.label == "PLACE"
    }
