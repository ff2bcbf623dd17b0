"""Places of a report, matched against a gazetteer; what it lacks keeps its name only.

Candidates are scored by name, by the kind that a generic head announces, by what the place is
said to lie in, and by the governorates and countries of the report's other places. Where two
candidates that lie apart score alike, none is chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple

from incidents.gazetteer import DEFAULT, Entry, Gazetteer, load
from incidents.marks import Marks
from incidents.place_matches import fitting, matches
from incidents.place_names import PlaceName, read

_THRESHOLD, _MARGIN = 0.5, 0.08
_COMMAS = " \t\n\r،,؛\"'«»()"  # what parts the places of a list


class Candidate(NamedTuple):
    """A gazetteer entry that a name may mean, with a score of 0 to 1."""

    entry: Entry
    score: float


class ResolvedPlace(NamedTuple):
    """A place as written, attached particles stripped, with what the gazetteer knows of it.

    Args:
        name: as written.
        admin1: English name of the governorate.
        lat, lon: degrees, WGS 84; of the place itself, ``None`` for "the countryside of".
        geonames: id there.
        pcode: OCHA's p-code.
        score: of the chosen candidate; 0 where none was chosen. Below 0.93 of what a candidate
            can reach, the spelling differs from the gazetteer's.
        candidates: all that came into question, best first.
    """

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
    return load(DEFAULT)


@dataclass(frozen=True)
class _Context:
    """What the report's places that cannot be mistaken lie in, as one name sees them.

    Args:
        admin1: governorates.
        countries: those of the other names.
        main: the weightiest of these.
        sure: whether it has the weight of a governorate, or of two towns.
        certain: whether the name itself cannot be mistaken.
    """

    admin1: frozenset[str]
    countries: frozenset[str]
    main: str | None
    sure: bool
    certain: bool


def resolve(marks: Marks, gazetteer: Gazetteer) -> dict[str, ResolvedPlace]:
    """Resolve each PLACE span of a document, by span id."""
    names: dict[str, PlaceName] = {}
    text, end = marks.document.text, -1
    for span in sorted(marks.spans.get("PLACE", ()), key=attrgetter("start")):
        listed = 0 <= end <= span.start and not text[end : span.start].strip(_COMMAS)
        names[span.id] = read(marks.texts[span.id], gazetteer, listed)
        end = span.end
    parents = {r.head: r.tail for r in marks.relations.get("located_in", ())
               if r.head in names and r.tail in names}
    context = _contexts(names.values(), gazetteer)
    alike: dict[str, ResolvedPlace] = {}
    first = {}
    for key, name in names.items():
        place = alike.get(name.name)
        if place is None:
            place = alike[name.name] = _chosen(name, _scored(name, gazetteer, context[name.core]))
        first[key] = place
    out = dict(first)
    children: dict[str, list[str]] = {}
    for child, tail in parents.items():
        children.setdefault(tail, []).append(child)
    for key in dict.fromkeys((*parents, *children)):
        parent = first[parents[key]] if key in parents else None
        holds = key in children and any(
            _lies_out_of(first[child], first[key]) for child in children[key]
        )
        if parent is not None or holds:
            scored = _scored(names[key], gazetteer, context[names[key].core], parent, holds)
            out[key] = _inherited(_chosen(names[key], scored), parent)
    return out


def _lies_out_of(child: ResolvedPlace, place: ResolvedPlace) -> bool:
    """Whether a place is a town of its own and no part of the city that holds the name."""
    if not child.score or child.candidates[0].entry.kind in ("neighbourhood", "region"):
        return False
    if child.admin1 is None or child.admin1 != place.admin1:
        return False
    if child.lat is None or child.lon is None or place.lat is None or place.lon is None:
        return True
    return abs(child.lat - place.lat) > 0.1 or abs(child.lon - place.lon) > 0.1


def _contexts(names: Iterable[PlaceName], gazetteer: Gazetteer) -> dict[str, _Context]:
    """Context of each name, by its core: a name does not speak for its own country."""
    admin1: set[str] = set()
    votes: dict[str, tuple[str, int]] = {}
    for name in names:
        nation, governorate, weight = _certain(name.core, gazetteer)
        if name.country is not None:
            votes[name.core] = name.country, 2
        elif nation is not None:
            votes.setdefault(name.core, (nation, weight))
        if governorate is not None:
            admin1.add(governorate)
    country: Counter[str] = Counter()
    for nation, weight in votes.values():
        country[nation] += weight
    found: dict[str, _Context] = {}
    of_vote: dict[tuple[str, int] | None, _Context] = {}  # names that vote alike share it
    for core in dict.fromkeys(name.core for name in names):
        vote = votes.get(core)
        if vote not in of_vote:
            others = country - Counter(dict([vote])) if vote else country
            main, most = others.most_common(1)[0] if others else (None, 0)
            of_vote[vote] = _Context(frozenset(admin1), frozenset(others), main, most > 1,
                                     vote is not None)
        found[core] = of_vote[vote]
    return found


@lru_cache(maxsize=8192)
def _certain(core: str, gazetteer: Gazetteer) -> tuple[str | None, str | None, int]:
    """The country and the governorate of which all that have a name are; what they weigh."""
    # A quarter's name of one word is too common a word to place a report by.
    entries = [entry for entry, worth in matches(core, gazetteer)
               if worth == 1.0 and (entry.kind != "neighbourhood" or " " in core)]
    if not core or not entries or any(e.country != entries[0].country for e in entries):
        return None, None, 0
    one = all(e.admin1 == entries[0].admin1 for e in entries)
    weight = 2 if any(map(_is_known_abroad, entries)) else 1
    return entries[0].country, entries[0].admin1 if one else None, weight


def _is_known_abroad(entry: Entry) -> bool:
    return entry.kind in ("country", "governorate") or entry.population >= 100_000


def _scored(
    name: PlaceName,
    gazetteer: Gazetteer,
    context: _Context,
    parent: ResolvedPlace | None = None,
    holds: bool = False,
) -> list[Candidate]:
    """Candidates, best first. ``holds``: other places are said to lie in this one."""
    whole = parent.candidates[0].entry if parent and parent.score else None
    found = []
    for entry, score, is_hamlet in fitting(name.core, name.kind, gazetteer):
        if name.country not in (None, entry.country):
            continue
        if holds and name.kind is None:
            score *= {"governorate": 1.15, "town": 0.9}.get(entry.kind, 1.0)
        if whole is not None:
            score *= _agreement(entry, whole)
        score *= _share(entry, context)
        if is_hamlet:
            score *= 0.88  # who means a hamlet with a city's name says so
        found.append(Candidate(entry, round(score, 3) if score < 1.0 else 1.0))
    if len(found) > 1:
        found.sort(key=lambda c: (-c.score, -c.entry.population))
    return found


def _agreement(entry: Entry, whole: Entry) -> float:
    """How well an entry fits what the report says it lies in."""
    if entry.country != whole.country:
        return 0.2
    if whole.kind == "country" or entry.admin1 is None or whole.admin1 is None:
        return 1.0
    return 1.25 if entry.admin1 == whole.admin1 else 0.4


def _share(entry: Entry, context: _Context) -> float:
    """How well an entry fits the report's other places."""
    if context.main not in (None, entry.country):
        if entry.kind == "country":
            return 1.0
        if entry.country in context.countries or (context.certain and not context.sure):
            return 0.75
        if context.certain and _is_known_abroad(entry):
            return 0.65
        return 0.45 if context.sure else 0.55  # below the threshold
    if context.admin1 and entry.admin1:
        return 1.05 if entry.admin1 in context.admin1 else 0.92
    return 1.0


def _chosen(name: PlaceName, scored: list[Candidate]) -> ResolvedPlace:
    """The best candidate, unless another that lies elsewhere is as good."""
    if not scored:
        return ResolvedPlace(name.name)
    best, candidates = scored[0], tuple(scored[:5])
    entry, score = best
    if score < _THRESHOLD:
        return ResolvedPlace(name.name, candidates=candidates)
    near = [c for c in scored[1:] if score - c.score < _MARGIN] if len(scored) > 1 else ()
    if near and (rivals := [c for c in near if _apart(best, c)]):
        same = {c.entry.admin1 for c in [best, *rivals]}
        admin1 = same.pop() if len(same) == 1 else None
        return ResolvedPlace(name.name, admin1, candidates=candidates)
    if name.part:
        return ResolvedPlace(name.name, entry.admin1, score=score, candidates=candidates)
    return ResolvedPlace(name.name, entry.admin1, entry.lat, entry.lon, entry.geonames,
                         entry.pcode, score, candidates)


def _apart(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates are different places, not levels of one."""
    a, b = one.entry, other.entry
    if a.country != b.country or a.admin1 != b.admin1:
        return True
    if a.kind != b.kind and {a.kind, b.kind} & {"governorate", "district", "subdistrict"}:
        return False  # a unit named after its seat
    if a.lat is None or b.lat is None or a.lon is None or b.lon is None:
        return a.kind == b.kind
    return abs(a.lat - b.lat) > 0.05 or abs(a.lon - b.lon) > 0.05


def _inherited(place: ResolvedPlace, parent: ResolvedPlace | None) -> ResolvedPlace:
    """A place that was not found lies in the governorate of what it is said to lie in."""
    if place.admin1 is None and not place.score and parent is not None:
        return place._replace(admin1=parent.admin1)
    return place
