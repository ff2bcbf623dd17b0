"""The redaction profile: victims' words masked in the text, replaced by their group in records."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from data.document import Document
from incidents.exports.items import Item

MASK = "█"
ABOUT = (
    "Every marked or counted mention of victims is masked in the text, character for character, "
    "so that all offsets hold; in the records its words become the group. Counts, places and "
    "dates stay. "
    "It does not find a victim's name that is not marked as one (a relative's, a witness's, a "
    "repetition that the model missed), nor keep anyone from finding the report by its other "
    "words: read the output before you publish it."
)


def redact(item: Item) -> Item:
    """The same item without the words of its victims."""
    text = list(item.document.text)
    marked = [(s.start, s.end) for s in item.document.spans if s.label == "VICTIM"]
    for start, end in (*marked, *_counted(item)):
        text[start:end] = MASK * (end - start)
    masked = "".join(text)
    document = Document(item.document.id, masked, item.document.spans, item.document.relations,
                        item.document.published, item.document.source)
    # Sources of a count and places around a place stand in a record by their words alone.
    hidden = {item.document.slice(s): document.slice(s)
              for s in item.document.spans if MASK in document.slice(s)}
    return replace(item, document=document,
                   incidents=tuple(_record(deepcopy(i), masked, hidden) for i in item.incidents))


def _counted(item: Item) -> Iterator[tuple[int, int]]:
    """Where the records found victims: also where the model had left them unmarked."""
    for incident in item.incidents:
        for row in incident["casualties"]:
            for each in (row, *row["of_which"]):
                yield from ((start, end) for start, end in each["evidence"])


def _record(incident: dict[str, Any], masked: str, hidden: dict[str, str]) -> dict[str, Any]:
    for row in incident["casualties"]:
        row["sources"] = [hidden.get(name, name) for name in row["sources"]]
        for each in (row, *row["of_which"]):
            each["text"] = each["group"]
    for field in ("places", "facilities", "perpetrators", "weapons", "sources"):
        for each in incident[field]:
            start, end = each["evidence"][0]
            if MASK in masked[start:end]:
                each["name"] = masked[start:end]
    for place in incident["places"]:
        place["within"] = [hidden.get(name, name) for name in place["within"]]
    return incident
