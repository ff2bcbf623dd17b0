"""Pages to read results by: one a document, and an index. ``python -m incidents.page``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from data import html
from data.document import Document, Span
from data.errors import TawthiqError
from incidents import arabic
from incidents.casualties import LEGAL
from incidents.exports.fields import Range, clean, count, days, names
from incidents.exports.files import check_new, write_folder
from incidents.exports.items import Item, read
from incidents.exports.redact import redact
from incidents.exports.tables import file_names

# Of each field what its row is called, and the class that stands beside each of its names.
_FIELDS = {"places": ("الأماكن", "admin1"), "facilities": ("المنشآت", "class"),
           "perpetrators": ("الفاعل", "group"), "weapons": ("السلاح", "class"),
           "sources": ("المصادر", "")}


def shown_range(bounds: Range) -> str:
    """A range as a reader takes it in: ``16+``, ``6–9``, ``3``; empty where not known."""
    low, high = bounds
    if low is None:
        return "" if high is None else f"≤{high}"
    return f"{low}+" if high is None else str(low) if low == high else f"{low}–{high}"


# What the words are marked as that tell a harm.
_TRIGGERS = {harm: label for label, harms in LEGAL.items() for harm in harms}


def _told(incident: dict[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Label, start and end of a record's victims and triggers: mending may have added them."""
    rows = incident["casualties"]
    for row in rows:
        for each in (row, *row["of_which"]):
            yield from (("VICTIM", start, end) for start, end in each["evidence"])
    for start, end in incident["triggers"]:
        after = [(at, row["harm"]) for row in rows for at, _ in row["evidence"] if at >= end]
        yield _TRIGGERS[min(after)[1]] if after else "ATTACK", start, end


class _Marks:
    """The spans of a report and its records under short ids that any page can carry."""

    def __init__(self, item: Item) -> None:
        spans = list(item.document.spans)
        marked = {(s.start, s.end) for s in spans}
        for label, start, end in dict.fromkeys(t for i in item.incidents for t in _told(i)):
            span = Span("", label, start, end)
            if (start, end) not in marked and not any(
                    s.label == label and s.overlaps(span) for s in spans):
                spans.append(span)
        self.document = Document(item.document.id, item.document.text, tuple(
            replace(s, id=f"s{i}") for i, s in enumerate(spans)))

    def at(self, evidence: Iterable[Sequence[int]]) -> str:
        """Ids of the spans at evidence offsets: the very same, else those within."""
        found: list[str] = []
        for start, end in evidence:
            spans = self.document.spans
            exact = [s.id for s in spans if (s.start, s.end) == (start, end)]
            found += exact or [s.id for s in spans if start <= s.start and s.end <= end]
        return " ".join(dict.fromkeys(found))


def _row(key: str, cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {"key": key, "cells": cells}


def _cell(
    marks: _Marks, body: dict[str, Any], text: str, note: str = "", code: str = ""
) -> dict[str, Any]:
    """A value as shown, with a note beside it; ``code`` is what the record has for the note."""
    return {"text": text, "note": note, "code": code, "spans": marks.at(body["evidence"]),
            "confidence": body["confidence"]}


def _named(marks: _Marks, field: str, body: dict[str, Any]) -> dict[str, Any]:
    code = body.get(_FIELDS[field][1])
    if code is None:
        return _cell(marks, body, body["name"])
    note = arabic.governorate(code) if field == "places" else arabic.name(field, code)
    return _cell(marks, body, body["name"], note, code)


def _when(incident: dict[str, Any]) -> str:
    """First and last day; empty only where the report tells no date at all."""
    told = days(incident)
    if told is None:
        return "غير محدد" if incident["date"] else ""
    return told[0] if told[0] == told[1] else " – ".join(told)


def _record(marks: _Marks, incident: dict[str, Any]) -> dict[str, Any]:
    rows = []
    when = incident["date"]
    if when:
        precision = when["precision"]
        rows.append(_row("التاريخ", [_cell(marks, when, _when(incident),
                                           arabic.PRECISIONS[precision], precision)]))
    for field, (label, _) in _FIELDS.items():
        cells = [_named(marks, field, body) for body in incident[field]]
        if cells:
            rows.append(_row(label, cells))
    for row in incident["casualties"]:
        cells = [_count(marks, row), *(_count(marks, part) | {"part": True}
                                       for part in row["of_which"])]
        rows.append(_row(arabic.name("harms", row["harm"]), cells))
    return {
        "id": incident["id"], "type": arabic.name("incidents", incident["type"]),
        "code": incident["type"], "part_of": incident["part_of"], "rows": rows,
        "confidence": incident["confidence"], "act": marks.at(incident["triggers"]),
    }


def _count(marks: _Marks, row: dict[str, Any]) -> dict[str, Any]:
    return _cell(marks, row, arabic.people(row), arabic.quote(row), row["group"])


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                       trim_blocks=True, lstrip_blocks=True)


def document_page(item: Item, legend: str = "") -> str:
    """The page of a report: its text with coloured evidence, its records beside it."""
    marks = _Marks(item)
    text = _environment().get_template("document_page.html.j2").render(
        item=item, document=item.document,
        text=Markup(html.coloured(marks.document, arabic=True)),
        records=[_record(marks, i) for i in item.incidents],
        told=arabic.counted(len(item.incidents), arabic.RECORD),
        style=Markup(html.STYLE), legend=Markup(legend or html.legend()),
    )
    return clean(text)


def index_page(items: Sequence[Item], files: dict[str, str]) -> str:
    """The table of a collection: a row an incident, a row too for a report without any."""
    rows = [_line(item, incident, files[item.document.id])
            for item in items for incident in item.incidents or (None,)]
    text = _environment().get_template("index_page.html.j2").render(
        rows=rows, documents=arabic.counted(len(items), arabic.REPORT),
        incidents=arabic.counted(sum(len(i.incidents) for i in items), arabic.RECORD))
    return clean(text)


def _toll(incident: dict[str, Any], harm: str) -> dict[str, Any]:
    """A harm's cell: its range, else the words for a number that is not stated.

    ``least`` sorts it; of words, the least that they can mean.
    """
    bounds, rows = count(incident, harm), [r for r in incident["casualties"] if r["harm"] == harm]
    if bounds == (None, None) and rows:
        words = dict.fromkeys(arabic.quote(row) or arabic.people(row) for row in rows)
        return {"words": "؛ ".join(words), "least": max(row["min"] for row in rows)}
    return {"range": shown_range(bounds), "least": "" if bounds[0] is None else bounds[0]}


def _line(item: Item, incident: dict[str, Any] | None, file: str) -> dict[str, Any]:
    body: dict[str, Any] = {"file": f"{file}.html", "document": item.document.id,
                            "published": item.document.published, "incident": incident}
    if incident is None:
        return body
    told = days(incident)
    return body | {
        "type": arabic.name("incidents", incident["type"]), "first": told[0] if told else "",
        "date": _when(incident),
        "places": "، ".join(names(incident, "places")),
        "perpetrators": "، ".join(names(incident, "perpetrators")),
        "tolls": [_toll(incident, harm) for harm in ("killed", "injured")],
    }


def pages(items: Sequence[Item]) -> dict[str, str]:
    """File names to pages: ``index.html`` and one for each document."""
    files = file_names(item.document.id for item in items)
    legend = html.legend()
    out = {f"{files[i.document.id]}.html": document_page(i, legend) for i in items}
    return {"index.html": index_page(items, files), **out}


def main(
    input: Annotated[Path, typer.Option(help="Extraction results, JSONL.")],  # noqa: A002
    documents: Annotated[Path, typer.Option(help="The documents they were made from, JSONL.")],
    output: Annotated[Path, typer.Option(help="New or empty folder for the pages.")],
    redacted: Annotated[bool, typer.Option("--redact", help="Mask victims; see incidents.export "
                                           "--list.")] = False,
) -> None:
    """Write a page for each report and an index. Open index.html; nothing is requested."""
    try:
        check_new(output)
        found = read(input, documents)
        items = [redact(item) for item in found.items] if redacted else list(found.items)
        write_folder(output, pages(items))
    except TawthiqError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    for problem in found.problems:
        typer.echo(f"skipped: {problem}", err=True)
    typer.echo(f"{len(items)} pages, {output / 'index.html'}; {len(found.problems)} skipped, "
               f"{found.unused} documents without result")
    if found.problems:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
