"""Extraction results in the formats of other programs: ``python -m incidents.export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.errors import ConfigError, TawthiqError
from data.jsonl import check_apart, write_text
from incidents.exports import (
    bayanat,
    evidence,
    geojson,
    interchange,
    offline_map,
    sheets,
    tracker,
)
from incidents.exports.files import check_new, write_folder
from incidents.exports.format import Format
from incidents.exports.items import read
from incidents.exports.redact import ABOUT, redact

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        bayanat.FORMAT, sheets.UWAZI, sheets.AIRWARS, sheets.EVENTS, geojson.FORMAT,
        offline_map.FORMAT, tracker.FORMAT, evidence.FORMAT, interchange.DOCUMENTS,
        interchange.BRAT, interchange.CONLL, interchange.DISPLACY,
    )
}


def listing() -> str:
    """All formats with what each loses."""
    parts = [
        f"{each.name} ({'folder' if each.folder else 'file'}): {each.about}\n"
        f"    Loss: {each.loss}\n"
        for each in FORMATS.values()
    ]
    return "\n".join([*parts, f"--redact: {ABOUT}"])


def _list(asked: bool) -> None:
    if asked:
        typer.echo(listing())
        raise typer.Exit


def _chosen(name: str, output: Path, redacted: bool) -> Format:
    if name not in FORMATS:
        raise ConfigError("unknown format", where="--format", value=name, legal=tuple(FORMATS))
    chosen = FORMATS[name]
    if redacted and chosen.exact:
        raise ConfigError(f"{name} proves the text as it stands and cannot be redacted",
                          where="--redact", fix="choose another format, or leave --redact out")
    if chosen.folder:
        check_new(output)
    elif output.is_dir():
        raise ConfigError(f"{name} is one file, not a folder", where="--output",
                          value=str(output))
    return chosen


def main(
    input: Annotated[Path, typer.Option(help="Extraction results, JSONL.")],  # noqa: A002
    documents: Annotated[Path, typer.Option(help="The documents they were made from, JSONL.")],
    format: Annotated[  # noqa: A002
        str, typer.Option(help=f"One of: {', '.join(FORMATS)}.")],
    output: Annotated[Path, typer.Option(help="File, or new folder, to write.")],
    provenance: Annotated[Path | None, typer.Option(
        help="JSONL: id and source_url, retrieved_at, raw_sha256, reviewed_by … of reports.",
    )] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Begin CSV files with a BOM, as Excel "
                                      "wants it.")] = False,
    redacted: Annotated[bool, typer.Option("--redact", help="Mask victims; --list tells what "
                                           "that does not do.")] = False,
    _listed: Annotated[bool, typer.Option("--list", callback=_list, is_eager=True,
                                          help="List formats and what each loses.")] = False,
) -> None:
    """Write extraction results in another program's format. --list tells what each loses."""
    try:
        chosen = _chosen(format, output, redacted)
        check_apart(output, input, documents, provenance)
        found = read(input, documents, provenance)
        for problem in found.problems:
            typer.echo(f"skipped: {problem}", err=True)
        items = [redact(item) for item in found.items] if redacted else found.items
        files = {
            name: "\ufeff" + content if bom and name.endswith(".csv") else content
            for name, content in chosen.project(items).items()
        }
        if chosen.folder:
            write_folder(output, files)
        else:
            [content] = files.values()
            write_text(output, content)
    except TawthiqError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(
        f"{len(items)} documents, {sum(len(i.incidents) for i in items)} incidents to {output}; "
        f"{len(found.problems)} skipped, {found.unused} documents without result"
    )
    if found.problems:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
