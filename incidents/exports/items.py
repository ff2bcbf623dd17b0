"""Results joined to the documents that they were made from, checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from data.document import Document, Relation, Span
from data.errors import FormatError, TawthiqError
from data.jsonl import from_json, lines, read_json
from incidents.exports.results import read_result

_URL = re.compile("https?://[^\\s\0\ud800-\udfff]+", re.IGNORECASE)


@dataclass(frozen=True)
class Provenance:
    """What is known of a report beyond its text; ``None``: not known, never guessed.

    ``raw_sha256`` is the hash of the bytes as retrieved, before the text was taken from them.
    """

    source_url: str | None = None
    retrieved_at: str | None = None
    raw_sha256: str | None = None
    model_sha256: str | None = None
    config_sha256: str | None = None
    reviewed_by: str | None = None
    reviewed_at: str | None = None


@dataclass(frozen=True)
class Item:
    """One report with its extraction: ``document`` carries the spans of the result."""

    document: Document
    model: dict[str, str]
    incidents: tuple[dict[str, Any], ...]
    provenance: Provenance = Provenance()

    @property
    def url(self) -> str | None:
        """Where the report was published, if that is known to be on the web.

        A ``source_url`` that is no web address is not replaced by another address.
        """
        told = self.provenance.source_url or self.document.source
        return told if told and _URL.fullmatch(told) else None

    def quote(self, start: int, end: int) -> str:
        """The words at an evidence offset."""
        return self.document.text[start:end]


@dataclass(frozen=True)
class Collection:
    """What could be read; ``problems`` tell of the rest, ``unused``: documents without result."""

    items: tuple[Item, ...]
    problems: tuple[str, ...]
    unused: int


def read(results: Path, documents: Path, provenance: Path | None = None) -> Collection:
    """Join results to documents by id and SHA-256; keep what is sound, report the rest.

    Args:
        results: extraction results, JSONL.
        documents: the documents, JSONL; their spans are ignored, the result's count.
        provenance: JSONL, an object a line: ``id`` and fields of ``Provenance``; an id once.

    Raises:
        FormatError: a file that is missing or not UTF-8, or a bad line of provenance.
    """
    problems: list[str] = []
    texts = dict(_documents(documents, problems))
    known = _provenances(provenance, texts, problems) if provenance else {}
    items: dict[str, Item] = {}
    for number, line in lines(results):
        where = f"{results}:{number}"
        try:
            item = _item(read_result(line), texts, known)
            if item.document.id in items:
                raise FormatError("document has two results", value=item.document.id)
            items[item.document.id] = item
        except TawthiqError as error:
            problems.append(str(error.located(where)))
    return Collection(tuple(items.values()), tuple(problems), len(texts.keys() - items.keys()))


def _documents(path: Path, problems: list[str]) -> Iterator[tuple[str, Document]]:
    seen: set[str] = set()
    for number, line in lines(path):
        try:
            document = from_json(read_json(line))
            if document.id in seen:
                raise FormatError("document id is given twice", value=document.id)
            seen.add(document.id)
            yield document.id, document
        except TawthiqError as error:
            problems.append(str(error.located(f"{path}:{number}")))


def _provenances(
    path: Path, texts: dict[str, Document], problems: list[str]
) -> dict[str, Provenance]:
    names = [f.name for f in fields(Provenance)]
    known: dict[str, Provenance] = {}
    for number, line in lines(path):
        where = f"{path}:{number}"
        try:
            body = read_json(line)
        except FormatError as error:
            raise error.located(where) from None
        if not isinstance(body, dict) or not isinstance(body.get("id"), str):
            raise FormatError("a line of provenance is an object with an id", where=where)
        values = {key: value for key, value in body.items() if key != "id"}
        for key, value in values.items():
            if key not in names or not isinstance(value, str | None):
                raise FormatError("not a field of provenance, or no string", where=where,
                                  value=key, legal=names)
        id = body["id"]
        if id in known:
            raise FormatError("provenance is given twice", where=where, value=id,
                              fix="put what is known of a report on one line")
        if id not in texts:
            problems.append(str(FormatError("provenance of no document", where=where, value=id)))
        known[id] = Provenance(**values)
    return known


def _item(body: dict[str, Any], texts: dict[str, Document], known: dict[str, Provenance]) -> Item:
    told = body["document"]
    id = told["id"]
    if id not in texts:
        raise FormatError("the document of this result is not among the documents", value=id,
                          fix="give the file that the results were made from")
    text = texts[id].text
    if texts[id].sha256 != told["sha256"]:
        raise FormatError("the document is not the one that the result was made from",
                          where=f"document {id}", value=texts[id].sha256, legal=told["sha256"],
                          fix="offsets hold only for the very same text: extract it again")
    document = Document(
        id, text,
        tuple(Span(e["id"], e["label"], e["start"], e["end"], e.get("score"))
              for e in body["entities"]),
        tuple(Relation(r["type"], r["head"], r["tail"], r.get("score"))
              for r in body["relations"]),
        told["published"], told["source"],
    )
    _check_quotes(body, document)
    return Item(document, body["model"], tuple(body["incidents"]), known.get(id, Provenance()))


def _check_quotes(body: dict[str, Any], document: Document) -> None:
    """Refuse quotes and evidence that the text does not bear out."""
    where = f"document {document.id}"
    for entity, span in zip(body["entities"], document.spans, strict=True):
        if entity["text"] != document.slice(span):
            raise FormatError("an entity's words are not those of the text", value=span.id,
                              where=where)
    for incident in body["incidents"]:
        for start, end in (*incident["triggers"], *evidence(incident)):
            if not start < end <= len(document.text):
                raise FormatError("evidence beyond the text", where=f"{where}: {incident['id']}",
                                  value=(start, end), legal=f"0..{len(document.text)}")


def evidence(value: Any) -> Iterator[tuple[int, int]]:
    """All evidence offsets below a value of a record, in the order of its fields."""
    if isinstance(value, list):
        for each in value:
            yield from evidence(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "evidence":
                yield from ((start, end) for start, end in each)
            else:
                yield from evidence(each)
