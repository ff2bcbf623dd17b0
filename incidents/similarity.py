"""How alike two incident records of different reports are, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import asin, cos, radians, sin, sqrt
from typing import Any

from rapidfuzz import fuzz

from incidents.exports.fields import Incident, spread, vague
from incidents.fold import fold
from incidents.gazetteer import skeleton
from incidents.place_names import HEADS
from incidents.places import default_gazetteer

# What each part counts for. Date and place decide; the rest tells two attacks of a day apart.
WEIGHTS = {"date": 0.28, "place": 0.30, "casualties": 0.22, "perpetrators": 0.08,
           "type": 0.07, "weapons": 0.05}
_RELATED = [
    {"airstrike", "shelling", "missile_strike", "explosion", "chemical_attack", "massacre"},
    {"ground_attack", "shooting", "execution", "massacre"},
    {"arrest", "abduction"}, {"displacement", "siege"},
]
_WIDE = {"governorate", "part", "district"}
_WIDE_KINDS = {"governorate", "country", "region"}


@dataclass(frozen=True)
class Place:
    """A place of a record; ``wide``: a country, governorate or stretch of land, no town."""

    name: str
    core: str
    wide: bool
    admin1: str | None
    lat: float | None
    lon: float | None
    ids: frozenset[str]


@dataclass(frozen=True)
class Record:
    """What linking compares of one incident record. ``counts``: harm to rows with a number."""

    document: str
    incident: str
    type: str
    first: date | None
    last: date | None
    places: tuple[Place, ...]
    perpetrators: frozenset[str]
    weapons: frozenset[str]
    counts: Mapping[str, Sequence[Incident]]
    body: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """Ids of document and incident."""
        return self.document, self.incident

    @property
    def comparable(self) -> bool:
        """Whether it has a date and a place, without which nothing can be said."""
        return self.first is not None and self.last is not None and bool(self.places)


def read_record(document: str, body: Mapping[str, Any]) -> Record:
    """An incident of a result that ``incidents.exports.results`` has checked."""
    when = body["date"] or {}
    counts: dict[str, list[Incident]] = {}
    for row in body["casualties"]:
        if not vague(row):
            counts.setdefault(row["harm"], []).append(row)
    return Record(
        document, body["id"], body["type"],
        date.fromisoformat(when["start"]) if when.get("start") else None,
        date.fromisoformat(when["end"]) if when.get("end") else None,
        tuple(map(_place, body["places"])),
        frozenset(p["group"] for p in body["perpetrators"]) - {"unknown", "other"},
        frozenset(w["class"] for w in body["weapons"]) - {"other"},
        counts, body,
    )


def _place(body: Mapping[str, Any]) -> Place:
    whole = fold(body["name"])
    words = whole.split()
    head = HEADS.get(words[0]) if len(words) > 1 else None
    while len(words) > 1 and words[0] in HEADS:
        words.pop(0)
    pcode = body.get("pcode")
    ids = {f"{key}:{body[key]}" for key in ("geonames", "pcode") if body.get(key) is not None}
    wide = head in _WIDE or (pcode is not None and len(str(pcode)) <= 4)
    if body.get("lat") is None:  # a name that no town bears
        kinds = {entry.kind for entry in default_gazetteer().by_name.get(whole, ())}
        wide |= bool(kinds) and kinds <= _WIDE_KINDS
    return Place(str(body["name"]), " ".join(words), wide, body.get("admin1"),
                 body.get("lat"), body.get("lon"), frozenset(ids))


def compare(one: Record, other: Record) -> dict[str, float | None]:
    """Likeness of each part, 0 to 1; ``None`` where a record does not speak of it."""
    return {
        "date": _dates(one, other),
        "place": _places(one.places, other.places),
        "casualties": _casualties(one.counts, other.counts),
        "perpetrators": _overlap(one.perpetrators, other.perpetrators),
        "type": _types(one.type, other.type),
        "weapons": _overlap(one.weapons, other.weapons),
    }


def total(parts: Mapping[str, float | None]) -> float:
    """One score, 0 to 1: the weighted mean of the parts, times the root of the worst decisive one.

    The factor keeps agreement in all else from outvoting a contradiction in date, place or
    casualties. 0 where date or place is missing or contradicts.
    """
    if not parts["date"] or not parts["place"]:
        return 0.0
    known = {key: value for key, value in parts.items() if value is not None}
    weight = sum(WEIGHTS[key] for key in known)
    mean = sum(WEIGHTS[key] * value for key, value in known.items()) / weight
    # Without casualties on both sides the rest is thin: two strikes of a day look the same.
    thin = 1.0 if "casualties" in known else 0.85
    worst = min(known["date"], known["place"], known.get("casualties", 1.0))
    return round(mean * thin * sqrt(worst), 3)


def _dates(one: Record, other: Record) -> float | None:
    if not (one.first and one.last and other.first and other.last):
        return None
    gap = (max(one.first, other.first) - min(one.last, other.last)).days
    if gap > 0:  # reports of one night differ by a day
        return 0.7 if gap == 1 else 0.0
    shared = 1 - gap
    shorter = min((r.last - r.first).days + 1 for r in (one, other) if r.first and r.last)
    longer = max((r.last - r.first).days + 1 for r in (one, other) if r.first and r.last)
    # A day within a month says little.
    return round(shared / shorter * max(0.3, sqrt(shorter / longer)), 3)


def _places(ours: tuple[Place, ...], theirs: tuple[Place, ...]) -> float | None:
    """The best pair, lowered where both name further places that the other does not."""
    if not ours or not theirs:
        return None
    best = max(_same_place(a, b) for a in ours for b in theirs)
    narrow = [[p for p in side if not p.wide] for side in (ours, theirs)]
    matched = sum(any(_same_place(a, b) >= 0.8 for b in narrow[1]) for a in narrow[0])
    back = sum(any(_same_place(a, b) >= 0.8 for a in narrow[0]) for b in narrow[1])
    unmatched = min(len(narrow[0]) - matched, len(narrow[1]) - back)
    shared = max(matched, 1)
    return round(best * shared / (shared + unmatched), 3)


def _same_place(a: Place, b: Place) -> float:
    if a.admin1 and b.admin1 and a.admin1 != b.admin1:
        return 0.0
    worth = 0.6 if a.wide and b.wide else 1.0
    if a.wide != b.wide:
        same = a.core == b.core or (a.admin1 is not None and a.admin1 == b.admin1)
        return 0.4 if same else 0.0
    if a.ids & b.ids or skeleton(a.core) == skeleton(b.core):
        return worth
    distance = _kilometres(a, b)
    if distance is not None:
        return worth * (0.9 if distance < 2 else 0.5 if distance < 8 else 0.0)
    if min(len(a.core), len(b.core)) >= 6 and fuzz.ratio(a.core, b.core) >= 90:
        return worth * 0.8
    return 0.0


def _kilometres(a: Place, b: Place) -> float | None:
    """Great-circle distance (haversine, radius 6371 km)."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    lat1, lat2 = radians(a.lat), radians(b.lat)
    h = sin((lat2 - lat1) / 2) ** 2
    h += cos(lat1) * cos(lat2) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * 6371 * asin(sqrt(min(1.0, h)))


def _casualties(
    ours: Mapping[str, Sequence[Incident]], theirs: Mapping[str, Sequence[Incident]]
) -> float | None:
    """Mean over the harms that both count; a toll that rises by a few stays alike."""
    shared = set(ours) & set(theirs)
    if not shared:
        return None
    likeness = [_toll(ours[harm], theirs[harm]) for harm in sorted(shared)]
    return round(sum(likeness) / len(likeness), 3)


def _toll(ours: Sequence[Incident], theirs: Sequence[Incident]) -> float:
    """Likeness of what two reports tell of one harm, each as one range.

    Where one counts a part of the other's groups only, these alone may agree: civilians in both,
    fighters in one.
    """
    alike = _count(ours, theirs)
    groups = [{row["group"] for row in rows} for rows in (ours, theirs)]
    shared = groups[0] & groups[1]
    if shared in groups:
        alike = max(alike, _count(*([row for row in rows if row["group"] in shared]
                                    for rows in (ours, theirs))))
    return alike


def _count(ours: Sequence[Incident], theirs: Sequence[Incident]) -> float:
    """1 where both may be the same number, less by their distance; "more than" reaches far."""
    ranges = []
    for rows in (ours, theirs):
        low, high = spread(rows)
        # Where no end is stated, the greatest statement tells most.
        ranges.append((max(r["min"] for r in rows) if low is None or high is None else low, high))
    (low1, high1), (low2, _) = sorted(ranges, key=lambda each: each[0])
    if high1 is not None and low2 <= high1:
        return 1.0
    distance = (low2 - (low1 if high1 is None else high1)) / max(low2, 1)
    return max(0.0, 1 - (0.75 if high1 is None else 1.5) * distance)


def _overlap(ours: frozenset[str], theirs: frozenset[str]) -> float | None:
    if not ours or not theirs:
        return None
    return round(len(ours & theirs) / min(len(ours), len(theirs)), 3)


def _types(one: str, other: str) -> float | None:
    if "other" in (one, other):
        return None
    if one == other:
        return 1.0
    return 0.6 if any({one, other} <= group for group in _RELATED) else 0.0
