"""Bayanat (sjacorg/bayanat): bulletins and incidents for its API, actors for its sheet import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from html import escape
from typing import Any

from data.jsonl import dumps
from incidents.exports.fields import (
    Incident,
    act,
    clean,
    days,
    english,
    located,
    names,
    reference,
    review,
    sentences,
    statements,
)
from incidents.exports.format import Format
from incidents.exports.items import Item
from incidents.exports.tables import to_csv

_TITLE = 255
_STATUS = "Machine Created"


def project(items: Sequence[Item]) -> dict[str, str]:
    """``bulletins.jsonl`` (a report a line), ``incidents.jsonl`` and ``actors.csv``."""
    incidents = [_incident(item, i) for item in items for i in item.incidents]
    return {
        "bulletins.jsonl": "".join(dumps({"item": _bulletin(item)}) + "\n" for item in items),
        "incidents.jsonl": "".join(dumps({"item": each}) + "\n" for each in incidents),
        "actors.csv": to_csv(("name", "name_ar", "type", "comments", "originid"), _actors(items)),
    }


def _bulletin(item: Item) -> dict[str, Any]:
    document = item.document
    body = {
        "originid": clean(document.id),
        "title": _title(document.text) or _title(document.id),
        "description": _html(document.text.split("\n")),
        "comments": _provenance(item),
        "source_link": clean(item.url) if item.url else "NA",
        "tags": sorted({i["type"] for i in item.incidents}),
        "status": _STATUS,
        "geoLocations": _places(item),
        "events": [_event(item, i) for i in item.incidents],
    }
    if document.published and len(document.published) == 10:
        body["publish_date"] = document.published  # a year alone would be read as a day of it
    return body


def _incident(item: Item, incident: Incident) -> dict[str, Any]:
    lines = [
        f"{field}: {'، '.join(names(incident, field))}"
        for field in ("places", "facilities", "perpetrators", "weapons", "sources")
        if incident[field]
    ]
    return {
        "title": _title(f"{english('incidents', incident['type'])}: {_where(incident)}"),
        "title_ar": _title(_words(item, incident)),
        "description": _html([*sentences(item, incident), *statements(incident), *lines]),
        "comments": f"{clean(reference(item, incident))}\n{_provenance(item)}",
        "status": _STATUS,
        "events": [_event(item, incident)],
    }


def _event(item: Item, incident: Incident) -> dict[str, Any]:
    comments = [reference(item, incident), _where(incident), *statements(incident)]
    body: dict[str, Any] = {
        "title": english("incidents", incident["type"]),
        "title_ar": _title(_words(item, incident)),
        "comments": clean("\n".join(comments)),
    }
    told = days(incident)
    if told:
        exact = incident["date"]["precision"] in ("day", "hour")
        body |= {"from_date": told[0], "to_date": told[1], "estimated": not exact}
    return body


def _places(item: Item) -> list[dict[str, Any]]:
    """Resolved places, once each; the main one only where the report has but one."""
    found = {
        (p["lat"], p["lon"]): {"title": clean(p["name"]), "lat": p["lat"], "lng": p["lon"],
                               "comment": f"geonames {p['geonames']}" if p["geonames"] else ""}
        for incident in item.incidents for p in reversed(located(incident))
    }
    return [{**place, "main": len(found) == 1} for place in found.values()]


def _actors(items: Sequence[Item]) -> list[tuple[str, str, str, str, str]]:
    """Named perpetrators, once a report: names of two reports are never taken for one actor."""
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in items:
        for incident in item.incidents:
            for each in incident["perpetrators"]:
                told[item.document.id, each["name"]].append(
                    f"{english('perpetrators', each['group'])}; {reference(item, incident)}")
    return [(name, name, "Entity", "\n".join(lines), id) for (id, name), lines in told.items()]


def _provenance(item: Item) -> str:
    model, known = item.model, item.provenance
    lines = [
        f"Made by a program from the report's words; {review(item)}.",
        f"model {model['name']} {model['version']}, schema {model['schema']}",
        f"text sha256 {item.document.sha256}",
        f"raw sha256 {known.raw_sha256}" if known.raw_sha256 else "",
        f"retrieved {known.retrieved_at}" if known.retrieved_at else "",
        f"source {item.document.source}" if item.document.source else "",
    ]
    return clean("\n".join(line for line in lines if line))


def _where(incident: Incident) -> str:
    return "، ".join(names(incident, "places")) or "place not told"


def _words(item: Item, incident: Incident) -> str:
    """What happened in the report's own words: the act and the places."""
    words = [act(item, incident), *names(incident, "places")]
    return " - ".join(word for word in words if word) or reference(item, incident)


def _title(text: str) -> str:
    """The first line that says something, at most 255 characters."""
    first = next((line.strip() for line in clean(text).split("\n") if line.strip()), "")
    return first if len(first) <= _TITLE else first[: _TITLE - 1] + "…"


def _html(lines: Sequence[str]) -> str:
    """Lines as HTML: Bayanat's descriptions are HTML, what looks like a tag would vanish."""
    return "<br>".join(escape(clean(line)) for line in lines)


FORMAT = Format(
    "bayanat",
    "Bayanat: POST each line of bulletins.jsonl and incidents.jsonl to its API; import actors.csv",
    "Locations, event types, sources and labels are integer ids of your own Bayanat: they are "
    "left out, their names stand in descriptions and comments. Counts, evidence offsets, "
    "confidences and relations of the text become words in a description. NUL and lone "
    "surrogates become U+FFFD. A publication date that is not a full day is left out.",
    project, folder=True,
)
