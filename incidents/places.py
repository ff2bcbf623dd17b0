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

from rapidfuzz import fuzz, process

from incidents.gazetteer import DEFAULT, Entry, Gazetteer, load, skeleton
from incidents.marks import Marks
from incidents.place_names import PlaceName, read

_THRESHOLD, _MARGIN = 0.5, 0.08
_SPELLING = 0.93  # a name that differs in spaces, article or final vowel only
_FUZZY = 90  # rapidfuzz ratio: one letter more or less in a name of six
_COMMAS = " \t\n\r،,؛\"'«»()"  # what parts the places of a list
# How likely a name without a head means a place of that kind; a quarter needs its city near.
_BARE = {"country": 1.0, "town": 0.95, "governorate": 0.8, "region": 0.9, "district": 0.7,
         "subdistrict": 0.65, "neighbourhood": 0.49}
# What a head may announce, and how well each kind of entry fits it.
_FITS: dict[str, dict[str, float]] = {
    "town": {"town": 1.0, "subdistrict": 0.75, "district": 0.7, "neighbourhood": 0.6},
    "governorate": {"governorate": 1.0},
    "district": {"district": 1.0, "subdistrict": 1.0, "town": 0.85, "region": 0.85,
                 "neighbourhood": 0.8},
    "neighbourhood": {"neighbourhood": 1.0},
    "part": {"governorate": 1.0, "country": 1.0, "town": 0.9, "region": 0.9, "district": 0.8,
             "subdistrict": 0.75},
}


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
    """What the report's places that cannot be mistaken lie in; ``main``: the commonest country."""

    admin1: frozenset[str]
    countries: frozenset[str]
    main: str | None


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
    context = _context(dict.fromkeys([name.core for name in names.values()]), gazetteer)
    alike: dict[str, ResolvedPlace] = {}
    first = {}
    for key, name in names.items():
        place = alike.get(name.name)
        if place is None:
            place = alike[name.name] = _chosen(name, _scored(name, gazetteer, context))
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
            scored = _scored(names[key], gazetteer, context, parent, holds)
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


def _fuzzy(core: str, gazetteer: Gazetteer) -> tuple[tuple[str, float], ...]:
    """Names of the gazetteer that are spelled nearly like this one, with what they are worth."""
    same = gazetteer.by_skeleton.get(skeleton(core), ()) if len(core) > 4 else ()
    if same:
        return tuple((name, _SPELLING) for name in same)
    if len(core) < 6:
        return ()
    near = process.extract(core, gazetteer.long_names.get(core[:2], ()), scorer=fuzz.ratio,
                           limit=3, score_cutoff=_FUZZY)
    return tuple((name, ratio / 100 * 0.9) for name, ratio, _ in near)


@lru_cache(maxsize=8192)
def _matches(core: str, gazetteer: Gazetteer) -> tuple[tuple[Entry, float], ...]:
    """Entries whose name this may be, with the similarity of the names."""
    exact = gazetteer.by_name.get(core)
    if exact:
        return tuple((entry, 1.0) for entry in exact)
    near = {id(entry): (entry, worth) for known, worth in reversed(_fuzzy(core, gazetteer))
            for entry in gazetteer.by_name[known]}
    return tuple(near.values())


@lru_cache(maxsize=8192)
def _fitting(
    core: str, kind: str | None, gazetteer: Gazetteer
) -> tuple[tuple[Entry, float, bool], ...]:
    """Entries that a name with a head of some kind may mean, how well name and kind fit, and
    whether a far larger town has the name."""
    matches, fit = _matches(core, gazetteer), _BARE if kind is None else _FITS[kind]
    towns = [entry.population for entry, _ in matches if entry.kind == "town"]
    largest = max(towns) if len(towns) > 1 else 0
    return tuple(
        (entry, worth * fit.get(entry.kind, 0.4),
         entry.kind == "town" and largest >= 50_000 and entry.population < largest / 20)
        for entry, worth in matches
    )


def _context(cores: Iterable[str], gazetteer: Gazetteer) -> _Context:
    """Governorates and countries of the places that cannot be mistaken."""
    admin1: set[str] = set()
    country: Counter[str] = Counter()
    for core in cores:
        nation, governorate = _certain(core, gazetteer)
        if nation is not None:
            country[nation] += 1
        if governorate is not None:
            admin1.add(governorate)
    main = country.most_common(1)[0][0] if country else None
    return _Context(frozenset(admin1), frozenset(country), main)


@lru_cache(maxsize=8192)
def _certain(core: str, gazetteer: Gazetteer) -> tuple[str | None, str | None]:
    """The country and the governorate of which all that have a name are."""
    # A quarter's name of one word is too common a word to place a report by.
    entries = [entry for entry, worth in _matches(core, gazetteer)
               if worth == 1.0 and (entry.kind != "neighbourhood" or " " in core)]
    if not core or not entries or any(e.country != entries[0].country for e in entries):
        return None, None
    one = all(e.admin1 == entries[0].admin1 for e in entries)
    return entries[0].country, entries[0].admin1 if one else None


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
    for entry, score, is_hamlet in _fitting(name.core, name.kind, gazetteer):
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
        return 0.75 if entry.country in context.countries else 0.55
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
