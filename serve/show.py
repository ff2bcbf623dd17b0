"""Shows extraction results in a terminal: the records, each value with the words it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from data.document import Document
from data.errors import FormatError, TawthiqError
from data.jsonl import lines, read_json
from data.schema import SCHEMA
from incidents.exports.results import read_result
from serve.reading import read

# Right-to-left isolates: a terminal that knows bidi shows Arabic in order, numbers included.
_RTL, _END = "\u2067", "\u2069"
# What a terminal obeys, what Rich drops, so that offsets shift, and what is no UTF-8.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_FIELDS = ("places", "facilities", "perpetrators", "weapons", "sources")


def visible(text: str) -> str:
    """The text with one visible character for each that cannot be shown; offsets hold."""
    return _UNSEEN.sub(lambda m: chr(0x2400 + ord(m[0])) if m[0] < " " else "\ufffd", text)


def coloured(text: str, entities: list[dict[str, Any]]) -> Text:
    """The report with its entities in their labels' colours."""
    shown = Text(visible(text))
    for entity in sorted(entities, key=lambda e: e["start"] - e["end"]):
        colour = SCHEMA.label(entity["label"]).colour
        shown.stylize(f"bold {colour}", entity["start"], entity["end"])
    return shown


def count(casualty: dict[str, Any]) -> str:
    """``3``, ``16 or more``, ``up to 5``, ``3 to 5``; ``about`` where approximate."""
    low, high = casualty["min"], casualty["max"]
    if low is None and high is None:
        said = "unknown"
    elif high is None:
        said = f"{low} or more"
    elif low is None:
        said = f"up to {high}"
    else:
        said = str(low) if low == high else f"{low} to {high}"
    return f"about {said}" if casualty.get("approximate") else said


def isolated(*names: str) -> str:
    """Arabic names in a line of Latin."""
    return ", ".join(f"{_RTL}{name}{_END}" for name in names)


def values(incident: dict[str, Any]) -> Iterator[tuple[str, str, list[list[int]]]]:
    """Field, value and evidence of what a record says.

    Left to the file: coordinates and codes of places, and how sure each value is.
    """
    yield "type", incident["type"], incident["triggers"]
    when = incident.get("date")
    if when:
        start, end = when["start"], when["end"]
        span = start if start == end else f"{start} to {end}"
        yield "date", f"{span or 'unknown'} ({when['precision']})", when["evidence"]
    for field in _FIELDS:
        for item in incident.get(field, ()):
            detail = item.get("group") or item.get("class") or item.get("admin1")
            named = isolated(item["name"], *item.get("within", ()))
            yield field, f"{named} · {detail}" if detail else named, item["evidence"]
    for casualty in incident.get("casualties", ()):
        said = f"{count(casualty)} {casualty['group']}"
        if casualty.get("sources"):
            said += f" · {isolated(*casualty['sources'])}"
        yield casualty["harm"], said, casualty["evidence"]
        for part in casualty.get("of_which", ()):
            yield "  of which", f"{count(part)} {part['group']}", part["evidence"]


def record(incident: dict[str, Any], text: str) -> Table:
    """One incident as a table: field, value, evidence."""
    whole = f" · part of {incident['part_of']}" if incident["part_of"] else ""
    title = (f"incident {incident['id']}{whole} · {incident['type']} · "
             f"{incident['confidence']:.2f}")
    table = Table(title=title, title_justify="left", expand=True)
    for column in ("field", "value", "evidence"):
        table.add_column(column, overflow="fold")
    for field, value, evidence in values(incident):
        words = " … ".join(f"{_RTL}{text[s:e]}{_END} [{s}–{e}]" for s, e in evidence)
        table.add_row(field, escape(visible(value)), escape(visible(words)))
    return table


def show(line: str, documents: Mapping[str | None, Document], console: Console) -> None:
    """Print what a line of results says.

    Raises:
        FormatError: it is none, or of a document that is not there or has another text now.
    """
    match read_json(line):
        case {"id": id, "error": {"message": str(message)}}:
            console.print(f"{escape(visible(str(id)))}: [red]{escape(visible(message))}[/]")
            return
    row = read_result(line)
    id, sha256 = row["document"]["id"], row["document"]["sha256"]
    document = documents.get(id)
    if document is None or document.sha256 != sha256:
        raise FormatError("result of a document that is not in the input, or another now",
                          value=id, fix="extract it again")
    title = f"{id} · {row['document']['published'] or 'undated'}"
    body = coloured(document.text, row["entities"])
    console.print(Panel(body, title=escape(visible(title))))
    for incident in row["incidents"]:
        console.print(record(incident, document.text))
    if not row["incidents"]:
        console.print("no incident is reported")


def main(
    source: Annotated[Path, typer.Option("--input", help="what was extracted from")],
    results: Annotated[Path, typer.Option(help="what extraction gave")],
) -> None:
    """Print the records of each report with their evidence."""
    console = Console()
    try:
        documents = {item.id: item.document for item in read(source) if item.document}
        for number, line in lines(results):
            try:
                show(line, documents, console)
            except TawthiqError as error:
                raise error.located(f"{results}:{number}") from None
    except TawthiqError as error:
        Console(stderr=True).print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
