"""An offline map: one self-contained page, no tiles, nothing requested."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, radians, sqrt
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from incidents import arabic
from incidents.exports.fields import clean, days, located, reference
from incidents.exports.format import Format
from incidents.exports.items import Item
from incidents.fold import fold
from incidents.gazetteer import skeleton
from incidents.places import default_gazetteer

_WIDTH = 1000  # of the drawing, in its own units
_MARGIN = 0.35  # degrees around the outermost incidents
_LEAST = 2.5  # degrees that the map shows at least, each way
_FLATTEST = 0.55  # height over width, at least
_NOWHERE = "بلا محافظة معروفة"
_MARKS = re.compile("[\u064b-\u0652]")
_TOWNS = (70, 250, 700)  # names drawn at once, and those that appear on drawing nearer


@dataclass(frozen=True)
class Frame:
    """The part of the world that is shown, in degrees; equirectangular, true at its middle."""

    west: float
    south: float
    east: float
    north: float

    @property
    def scale(self) -> float:
        """Units of the drawing to a degree of latitude."""
        return _WIDTH / ((self.east - self.west) * self.squeeze)

    @property
    def squeeze(self) -> float:
        """Length of a degree of longitude over one of latitude, at the middle."""
        return cos(radians((self.south + self.north) / 2))

    @property
    def height(self) -> float:
        """Of the drawing, in its units."""
        return (self.north - self.south) * self.scale

    def xy(self, lat: float, lon: float) -> tuple[float, float]:
        """Where a point is drawn."""
        x = (lon - self.west) * self.squeeze * self.scale
        return round(x, 1), round((self.north - lat) * self.scale, 1)

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a point is within."""
        return self.south < lat < self.north and self.west < lon < self.east


def frame(points: Sequence[tuple[float, float]]) -> Frame:
    """The frame around points ``(lat, lon)``; around Syria where there is none."""
    points = points or [(32.4, 35.8), (37.2, 42.2)]
    lats, lons = [p[0] for p in points], [p[1] for p in points]

    def widened(low: float, high: float) -> tuple[float, float]:
        more = max(_MARGIN, (_LEAST - (high - low)) / 2)
        return low - more, high + more

    south, north = widened(min(lats), max(lats))
    west, east = widened(min(lons), max(lons))
    wanted = _FLATTEST * (east - west) * cos(radians((south + north) / 2))
    more = max(0.0, wanted - (north - south)) / 2
    return Frame(west, max(south - more, -85), east, min(north + more, 85))


def project(items: Sequence[Item]) -> dict[str, str]:
    """One HTML page."""
    sites: dict[tuple[float, float], dict[str, Any]] = {}
    incidents, elsewhere = 0, Counter[str]()
    for item in items:
        for incident in item.incidents:
            incidents += bool(located(incident))
            if not located(incident):
                elsewhere[_governorate(incident)] += 1
            for place in located(incident):
                site = sites.setdefault((place["lat"], place["lon"]), {
                    "lat": place["lat"], "lon": place["lon"], "names": Counter[str](),
                    "told": {}})
                site["names"][place["name"]] += 1
                site["told"][reference(item, incident)] = _told(item, incident)
    shown = frame(list(sites))
    for number, ((lat, lon), site) in enumerate(sites.items(), 1):
        x, y = shown.xy(lat, lon)
        told = list(site["told"].values())
        site |= {"id": f"s{number}", "name": _site_name(site["names"]), "x": x, "y": y,
                 "told": told,
                 "count": arabic.counted(len(told), arabic.INCIDENT),
                 "r": round(4 + 2.2 * sqrt(len(told)), 1)}
    ordered = sorted(sites.values(), key=lambda s: -len(s["told"]))
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    html = environment.get_template("offline_map.html.j2").render(
        frame=shown, width=_WIDTH, sites=ordered, towns=_towns(shown), lines=_graticule(shown),
        resolved=arabic.counted(incidents, arabic.INCIDENT), unresolved=elsewhere.total(),
        elsewhere=[(name, arabic.counted(number, arabic.INCIDENT))
                   for name, number in sorted(elsewhere.items(), key=lambda item: (
                       item[0] == _NOWHERE, -item[1]))],
    )
    return {"map.html": clean(html)}


def _site_name(told: Counter[str]) -> str:
    """What most records call a point; of equals the shortest, as some say `the farms of …`."""
    return max(told, key=lambda name: (told[name], -len(name), name))


def _governorate(incident: dict[str, Any]) -> str:
    """The first governorate that a record names, in Arabic."""
    first = next((p["admin1"] for p in incident["places"] if p["admin1"]), None)
    return arabic.governorate(first) if first else _NOWHERE


def _told(item: Item, incident: dict[str, Any]) -> dict[str, Any]:
    told = days(incident)
    return {
        "reference": reference(item, incident),
        "type": arabic.name("incidents", incident["type"]), "code": incident["type"],
        "date": None if told is None else told[0] if told[0] == told[1] else " – ".join(told),
        "rows": [{"harm": arabic.name("harms", row["harm"]), "said": _said(row),
                  "parts": [_said(part) for part in row["of_which"]],
                  "sources": row["sources"]}
                 for row in incident["casualties"]],
    }


def _said(row: dict[str, Any]) -> dict[str, str]:
    return {"told": arabic.people(row), "quote": arabic.quote(row)}


def _towns(shown: Frame) -> list[dict[str, Any]]:
    """The largest towns of the gazetteer in the frame, thinned so that names do not collide.

    ``level`` 0 is always shown, 1 from threefold, 2 from ninefold enlargement.
    """
    found = [e for e in default_gazetteer().entries if e.kind == "town" and e.lat is not None
             and e.lon is not None and shown.holds(e.lat, e.lon)]
    found.sort(key=lambda e: -e.population)
    out: list[dict[str, Any]] = []
    for level, most in enumerate(_TOWNS):
        taken = {_cell(town["x"], town["y"], level) for town in out}
        for entry in found:
            assert entry.lat is not None and entry.lon is not None
            x, y = shown.xy(entry.lat, entry.lon)
            column, row = _cell(x, y, level)
            near = {(column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)}
            if len(out) < most and not near & taken:
                taken.add((column, row))
                out.append({"x": x, "y": y, "level": level, "big": entry.population > 250000,
                            "name": _town_name(entry.names)})
    return out


def _town_name(names: Sequence[str]) -> str:
    """The likeliest spelling: GeoNames lists all that anyone entered, in order of the alphabet.

    The name that most spellings share, that a governorate bears too, without vowel marks, with its
    article and its ``ة``.
    """
    known = default_gazetteer().by_name
    spellings = Counter(map(skeleton, map(fold, names)))
    return max(names, key=lambda name: (
        spellings[skeleton(fold(name))], len(known[fold(name)]), not _MARKS.search(name),
        name.startswith("ال"), name.endswith("ة"), name[-1] not in "هى", name[0] in "أإآ",
        -len(name)))


def _cell(x: float, y: float, level: int) -> tuple[int, int]:
    """The cell of a grid as wide as a name at an enlargement."""
    return int(x * 3**level // 75), int(y * 3**level // 26)


def _graticule(shown: Frame) -> dict[str, list[dict[str, Any]]]:
    """Meridians and parallels at whole degrees, every second or fifth one on a large map."""
    widest = max(shown.east - shown.west, shown.north - shown.south)
    step = next(s for s in (1, 2, 5, 10, 20, 60) if widest / s <= 12)

    def whole(low: float, high: float) -> range:
        return range(ceil(low / step) * step, floor(high) + 1, step)

    return {
        "meridians": [{"at": shown.xy(0, lon)[0], "name": f"{abs(lon)}°{'E' if lon >= 0 else 'W'}"}
                      for lon in whole(shown.west, shown.east)],
        "parallels": [{"at": shown.xy(lat, 0)[1], "name": f"{abs(lat)}°{'N' if lat >= 0 else 'S'}"}
                      for lat in whole(shown.south, shown.north)],
    }


FORMAT = Format(
    "map", "a page with a map of the incidents, to be opened offline",
    "As GeoJSON; incidents without coordinates are counted beside the map, by governorate. No "
    "borders, roads or relief: the graticule and the towns of the gazetteer (GeoNames, CC BY 4.0) "
    "give the bearings. A circle stands at the town, not at the place of the strike.",
    project,
)
