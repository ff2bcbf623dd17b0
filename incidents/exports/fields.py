"""What several formats ask of a record: count ranges, dates, places, names, quotes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from data.words import sentence_starts
from incidents.exports.items import Item, evidence
from incidents.place_names import HEADS
from incidents.places import default_gazetteer
from incidents.vocabulary import default_vocabularies, words_of

HARMS = ("killed", "injured", "detained", "displaced", "besieged", "missing")
Incident = dict[str, Any]
Range = tuple[int | None, int | None]
_UNSAFE = re.compile("[\0\ud800-\udfff]")


def clean(text: str) -> str:
    """Text that other programs can store: NUL and lone surrogates become U+FFFD, one for one."""
    return _UNSAFE.sub("\ufffd", text)


def count(incident: Incident, *harms: str) -> Range:
    """The least and the greatest number of people that came to some harms; see ``spread``."""
    return spread([row for row in incident["casualties"] if row["harm"] in harms])


def count_group(incident: Incident, harm: str, group: str) -> Range:
    """The same for one group, said by itself or as a part of a larger number."""
    rows = []
    for row in incident["casualties"]:
        if row["harm"] == harm:
            rows += [part | {"sources": row["sources"]}
                     for part in (row, *row["of_which"]) if part["group"] == group]
    return spread(rows)


def spread(rows: Iterable[Incident]) -> Range:
    """One range for several statements that may overlap, add up or compete.

    Statements of one group by different sources compete: the range reaches from the lesser to the
    greater. Of all others it is not known whether they overlap: the least is that of the greatest
    one, the greatest is their sum. A number that is not stated ("dozens", "several") is no count:
    it gives no least, and leaves the greatest open. ``None`` means not known, never 0.
    """
    by_group: dict[str, dict[tuple[str, ...], list[Incident]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        by_group[row["group"]][tuple(row["sources"])].append(row)
    least: list[int] = []
    greatest: list[int | None] = []
    for sources in by_group.values():
        lows = [max(stated) for told in sources.values()
                if (stated := [row["min"] for row in told if not vague(row)])]
        least += [min(lows)] if lows else []
        greatest.append(_greatest([_sum([row["max"] for row in told])
                                   for told in sources.values()]))
    return max(least, default=None), _sum(greatest) if greatest else None


def vague(row: Incident) -> bool:
    """Whether a statement gives no number: "several", "dozens", most of those killed or hurt."""
    return row["max"] is None and bool(row["approximate"] or not row["min"])


def _sum(values: list[int | None]) -> int | None:
    known = [v for v in values if v is not None]
    return sum(known) if len(known) == len(values) else None


def _greatest(values: list[int | None]) -> int | None:
    known = [v for v in values if v is not None]
    return max(known) if len(known) == len(values) else None


def days(incident: Incident) -> tuple[str, str] | None:
    """First and last day, ``YYYY-MM-DD``; ``None`` where the text does not tell."""
    when = incident["date"]
    if when is None or when["start"] is None or when["end"] is None:
        return None
    return when["start"], when["end"]


def length(incident: Incident) -> int | None:
    """How many days the date spans."""
    told = days(incident)
    if told is None:
        return None
    return (date.fromisoformat(told[1]) - date.fromisoformat(told[0])).days + 1


def located(incident: Incident) -> list[dict[str, Any]]:
    """Places with coordinates."""
    return [p for p in incident["places"] if p["lat"] is not None and p["lon"] is not None]


def main_place(incident: Incident) -> dict[str, Any] | None:
    """The first place with coordinates, else the first."""
    places: list[dict[str, Any]] = located(incident) or incident["places"]
    return places[0] if places else None


def place_kind(place: dict[str, Any]) -> str | None:
    """What the generic head of a place name announces: town, part, governorate …"""
    words = words_of(place["name"])
    return HEADS.get(words[0]) if len(words) > 1 else None


@cache
def _countries() -> dict[int, str]:
    return {e.geonames: e.country for e in default_gazetteer().entries if e.geonames is not None}


def country(incident: Incident) -> str | None:
    """ISO code of the country, by p-code or GeoNames id; never guessed."""
    for place in incident["places"]:
        if place["pcode"]:
            return str(place["pcode"][:2])
        if place["geonames"] in _countries():
            return _countries()[place["geonames"]]
    return None


def names(incident: Incident, field: str) -> list[str]:
    """The names in a field as written, once each."""
    return list(dict.fromkeys(each["name"] for each in incident[field]))


def classes(incident: Incident, field: str) -> list[str]:
    """The classes in a field, once each."""
    key = "group" if field == "perpetrators" else "class"
    return list(dict.fromkeys(each[key] for each in incident[field]))


def english(vocabulary: str, klass: str) -> str:
    """The English name of a class."""
    return str(getattr(default_vocabularies(), vocabulary).classes[klass]["en"])


def reference(item: Item, incident: Incident) -> str:
    """The record's own name: ids of document and incident."""
    return f"{item.document.id}/{incident['id']}"


def review(item: Item) -> str:
    """Whether a person reviewed the record, as far as that is known."""
    by, at = item.provenance.reviewed_by, item.provenance.reviewed_at
    if not by and not at:
        return "not reviewed"
    return "reviewed" + (f" by {by}" if by else "") + (f", {at}" if at else "")


def act(item: Item, incident: Incident) -> str | None:
    """The first words for what happened: those of the attack before those of the harm."""
    attacks = {(s.start, s.end) for s in item.document.spans if s.label == "ATTACK"}
    triggers = sorted(incident["triggers"], key=lambda t: (tuple(t) not in attacks, t))
    return item.quote(*triggers[0]) if triggers else None


def statement(row: Incident) -> str:
    """A casualty statement in plain English, its words quoted."""
    low, high = row["min"], row["max"]
    number = f"{low} or more" if high is None else str(low) if low == high else f"{low} to {high}"
    about = "a number not stated" if vague(row) else (
        f"about {number}" if row["approximate"] else number)
    told = f" by {'، '.join(row['sources'])}" if row.get("sources") else ""
    return f"{about} {row['group']} (“{row['text']}”{told})"


def statements(incident: Incident) -> list[str]:
    """All casualty statements, a line each, parts within their whole."""
    out = []
    for row in incident["casualties"]:
        parts = "; ".join(statement(part) for part in row["of_which"])
        out.append(f"{row['harm']}: {statement(row)}" + (f", of which {parts}" if parts else ""))
    return out


def sentences(item: Item, incident: Incident) -> list[str]:
    """The sentences of the report that the record rests on, in order, each of them whole."""
    text = item.document.text
    offsets = [*incident["triggers"], *evidence(incident)]
    # No sentence begins within evidence: what ends before it is an abbreviation.
    starts = [at for at in sentence_starts(text)
              if not any(start < at < end for start, end in offsets)]
    found = sorted({bisect_right(starts, start) - 1 for start, _ in offsets})
    ends = [*starts[1:], len(text)]
    return [text[starts[i] : ends[i]].strip() for i in found]
