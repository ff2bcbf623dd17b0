"""Bulk extraction: reports in, one result line for each, in order. Survives a kill and resumes.

Results grow in ``.NAME.partial`` beside the output and take its name when all are there, so the
output is always whole. ``--resume`` goes on from the last whole line.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from data.errors import ConfigError, FormatError, TawthiqError
from data.jsonl import check_apart, dumps, read_json
from incidents.assemble import identity
from models.bundle import Precision
from serve import engine
from serve.engine import Engine
from serve.reading import Item, files, read

console = Console(stderr=True)


def answer(item: Item, opened: Engine) -> dict[str, Any]:
    """The line of an input in the results: its extraction, or why there is none."""
    if item.document is None:
        return error_line(item)
    try:
        return opened.extract(item.document)
    except Exception as error:  # a defect of ours costs this document and no other
        # Its message is not ours and may hold words of the report.
        failure = TawthiqError("extraction failed", where=f"document {item.id}",
                               value=type(error).__name__, fix="report this as a defect")
        return error_line(Item(item.id, None, failure))


def error_line(item: Item) -> dict[str, Any]:
    """What stands in the results for an input that could not be read."""
    error = item.error
    assert error is not None
    return {"id": item.id, "error": {"type": type(error).__name__, "message": str(error)}}


def partial_path(output: Path) -> Path:
    """Where unfinished results grow."""
    return output.with_name(f".{output.name}.partial")


def whole_lines(partial: Path) -> Iterator[tuple[dict[str, Any], int]]:
    """Each finished line of partial results, and where it ends in the file.

    Raises:
        FormatError: a line that no extraction has written.
    """
    end = 0
    with partial.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            end += len(line)
            try:
                row = read_json(line.decode())
            except (UnicodeDecodeError, FormatError):
                row = None
            if not isinstance(row, dict) or not row.keys() & {"document", "error"}:
                raise FormatError("neither a result nor an error line",
                                  where=f"{partial}:{number}",
                                  fix=f"delete {partial} to start anew")
            yield row, end


def skip_done(source: Path, partial: Path, opened: Engine) -> list[bool]:
    """For each line of partial results that still holds, whether it is a result.

    A torn last line is cut off the file; an error line whose input is another now, and what
    follows it, too.

    Raises:
        FormatError: a result is of another model or gazetteer, or of other input.
    """
    done: list[bool] = []
    keep, items = 0, read(source)
    for row, end in whole_lines(partial):
        item = next(items, None)
        if "document" in row:
            _check_made_by(row, item, opened, f"{partial}:{len(done) + 1}", partial)
        elif item is None or item.error is None or row != error_line(item):
            break
        done.append("document" in row)
        keep = end
    os.truncate(partial, keep)
    return done


def _check_made_by(
    row: dict[str, Any], item: Item | None, opened: Engine, where: str, partial: Path
) -> None:
    fix, model = f"delete {partial} to start anew", asdict(opened.model)
    if row.get("model") != model:
        raise FormatError("written by another model or gazetteer", where=where,
                          value=row.get("model"), legal=model, fix=fix)
    given = identity(item.document) if item and item.document else None
    if row["document"] != given:
        raise FormatError("results are of other input", where=where, value=row["document"],
                          legal=given, fix=fix)


def check_output(output: Path, source: Path) -> None:
    """Refuse before reading what could not be written after it, or would be written over.

    Raises:
        ConfigError: the output is a folder, cannot be written, or is what is read.
    """
    if output.is_dir():
        raise ConfigError("is a folder", where=output, legal="a file",
                          fix=f"write to {output / 'results.jsonl'}")
    partial = partial_path(output)
    for written in (output, partial):
        check_apart(written, *files(source))
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        partial.open("a").close()
    except OSError as error:
        raise ConfigError("cannot be written", where=output, value=error.strerror) from None


def run(source: Path, output: Path, opened: Engine, resume: bool) -> tuple[int, int]:
    """Extract every input.

    Returns:
        Numbers of results and of error lines, those of an earlier, interrupted run included.

    Raises:
        TawthiqError: the input cannot be read at all, or not twice, or does not fit the results
            to resume, or see ``check_output``.
    """
    if source.exists() and not (source.is_file() or source.is_dir()):
        raise FormatError("a pipe cannot be read twice", where=source,
                          legal="a file or a folder", fix="save it to a file first")
    check_output(output, source)
    partial, total = partial_path(output), sum(1 for _ in read(source))
    outcomes = skip_done(source, partial, opened) if resume and partial.exists() else []
    with partial.open("a" if outcomes else "w", encoding="utf-8", newline="\n") as file:
        items = islice(read(source), len(outcomes), None)
        bar = track(items, "extracting", total=total, completed=len(outcomes), console=console)
        for item in bar:
            row = answer(item, opened)
            outcomes.append("document" in row)
            file.write(dumps(row) + "\n")
            file.flush()
        os.fsync(file.fileno())
    partial.replace(output)
    return outcomes.count(True), outcomes.count(False)


def main(
    source: Annotated[Path, typer.Option("--input", help="JSONL, .txt file or folder of them")],
    output: Annotated[Path, typer.Option(help="results, JSONL")],
    model: Annotated[Path, typer.Option(help="bundle folder")] = Path("models/onnx"),
    precision: Annotated[Precision, typer.Option(help="float or int8")] = "float",
    provider: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu",
    gazetteer: Annotated[Path | None, typer.Option(
        help="as incidents.gazetteer builds it [default: the project's]")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on after an interruption")] = False,
) -> None:
    """Extract incident records from many reports."""
    try:
        with console.status("loading the model"):
            opened = engine.load(model, precision, provider, gazetteer=gazetteer)
        good, bad = run(source, output, opened, resume)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        again = shlex.join(["python", "-m", "serve.extract", *sys.argv[1:]])
        console.print(f"interrupted; go on with: {again}{'' if resume else ' --resume'}",
                      highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(130) from None
    console.print(f"{good} results in {output}, {bad} bad inputs among them as error lines"
                  if bad else f"{good} results in {output}")
    if bad:
        raise typer.Exit(2)


if __name__ == "__main__":
    typer.run(main)
