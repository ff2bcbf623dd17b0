"""Lines of extraction results, checked before anything is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import best_match

from data.errors import FormatError
from data.jsonl import read_json

_SCHEMA = Path(__file__).parents[1] / "extraction.schema.json"


def read_result(line: str) -> dict[str, Any]:
    """The extraction result of one line.

    Raises:
        FormatError: it is off the published schema, or says what no schema can refuse: a day that
            no calendar has, more at least than at most, an id that is not the incident's own.
    """
    body: dict[str, Any] = read_json(line)
    error = best_match(_validator().iter_errors(body))
    if error is not None:
        raise FormatError("not an extraction result", where=error.json_path, value=error.message,
                          legal="incidents/extraction.schema.json")
    ids = [incident["id"] for incident in body["incidents"]]
    for incident in body["incidents"]:
        for what, value, legal in _faults(incident, ids):
            raise FormatError(what, where=f"document {body['document']['id']}: {incident['id']}",
                              value=value, legal=legal)
    return body


@cache
def _validator() -> Any:
    # jsonschema takes 5.0 for an integer, no offset and nothing to count people with, and NaN for
    # a number between any two.
    types = Draft202012Validator.TYPE_CHECKER.redefine_many({
        "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
        "number": lambda _, value: (isinstance(value, int | float)
                                    and not isinstance(value, bool) and abs(value) < inf),
    })
    strict = validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, type_checker=types)
    return strict(json.loads(_SCHEMA.read_text("utf-8")))


def _faults(incident: dict[str, Any], ids: Sequence[str]) -> Iterator[tuple[str, object, object]]:
    """What is wrong in a record that fits the schema: what, its value, what is legal."""
    id, whole, when = incident["id"], incident["part_of"], incident["date"] or {}
    if ids.count(id) > 1:
        yield "incident id is given twice", id, "an id of its own for each incident of a document"
    if whole is not None and (whole == id or whole not in ids):
        yield "part_of is no other incident of the document", whole, [i for i in ids if i != id]
    days = [when[end] for end in ("start", "end") if when.get(end) is not None]
    if not all(map(_is_day, days)) or days != sorted(days):
        yield "not the days of a date", days, "YYYY-MM-DD or null, start not after end"
    for row in incident["casualties"]:
        for each in (row, *row["of_which"]):
            if each["max"] is not None and each["max"] < each["min"]:
                yield "not a range", (each["min"], each["max"]), "min not above max"
    for place in incident["places"]:
        if abs(place["lat"] or 0) > 90 or abs(place["lon"] or 0) > 180:
            yield "not a point", (place["lat"], place["lon"]), "lat -90..90, lon -180..180"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
