"""Bulk extraction: reports in, one result line for each, in order. Survives a kill and resumes.

Results grow in ``.NAME.partial`` beside the output and take its name when all are there, so the
output is always whole. ``--resume`` goes on from the last whole line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from data.errors import FormatError, TawthiqError
from data.jsonl import dumps
from models.bundle import Precision
from serve import engine
from serve.engine import Engine
from serve.reading import Item, read

console = Console(stderr=True)


def error_line(item: Item) -> dict[str, Any]:
    """What stands in the results for an input that could not be read."""
    error = item.error
    assert error is not None
    return {"id": item.id, "error": {"type": type(error).__name__, "message": str(error)}}


def partial_path(output: Path) -> Path:
    """Where unfinished results grow."""
    return output.with_name(f".{output.name}.partial")


def whole_lines(path: Path, version: str) -> Iterator[tuple[str | None, bool]]:
    """Id of each finished line of partial results, and whether it is a result and no error.

    A torn last line is cut off the file.

    Raises:
        FormatError: a line was written by another model.
    """
    content = path.read_bytes()
    keep = content.rfind(b"\n") + 1
    if keep < len(content):
        with path.open("r+b") as file:
            file.truncate(keep)
    for number, line in enumerate(content[:keep].split(b"\n")[:-1], 1):
        row = json.loads(line)
        made_by = row.get("model", {}).get("version", version)
        if made_by != version:
            raise FormatError("written by another model", where=f"{path}:{number}", value=made_by,
                              legal=version, fix=f"delete {path} to start anew")
        good = "document" in row
        yield (row["document"]["id"] if good else row["id"]), good


def skip_done(items: Iterator[Item], partial: Path, version: str) -> list[bool]:
    """Advance ``items`` past what partial results hold; for each, whether it was a result.

    Raises:
        FormatError: the results are of another model or of other input.
    """
    done: list[bool] = []
    for id, good in whole_lines(partial, version):
        item = next(items, None)
        if item is None or item.id != id:
            raise FormatError("results are of other input", where=f"{partial}:{len(done) + 1}",
                              value=id, legal=item.id if item else None,
                              fix=f"delete {partial} to start anew")
        done.append(good)
    return done


def run(source: Path, output: Path, opened: Engine, resume: bool) -> tuple[int, int]:
    """Extract every input.

    Returns:
        Numbers of results and of error lines, those of an earlier, interrupted run included.

    Raises:
        TawthiqError: the input cannot be read at all, or does not fit the results to resume.
    """
    total = sum(1 for _ in read(source))
    items = read(source)
    partial = partial_path(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    outcomes: list[bool] = []
    if resume and partial.exists():
        outcomes = skip_done(items, partial, opened.bundle.version)
    with partial.open("a" if outcomes else "w", encoding="utf-8", newline="\n") as file:
        bar = track(items, "extracting", total=total, completed=len(outcomes), console=console)
        for item in bar:
            row = opened.extract(item.document) if item.document else error_line(item)
            outcomes.append(item.document is not None)
            file.write(dumps(row) + "\n")
            file.flush()
        os.fsync(file.fileno())
    partial.replace(output)
    return outcomes.count(True), outcomes.count(False)


def main(
    source: Annotated[Path, typer.Option("--input", help="JSONL, .txt file or folder of them")],
    output: Annotated[Path, typer.Option(help="results, JSONL")],
    model: Annotated[Path, typer.Option(help="bundle folder")] = Path("models/onnx"),
    precision: Annotated[str, typer.Option(help="float or int8")] = "float",
    provider: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu",
    resume: Annotated[bool, typer.Option("--resume", help="go on after an interruption")] = False,
) -> None:
    """Extract incident records from many reports."""
    try:
        chosen: Precision = "int8" if precision == "int8" else "float"
        with console.status("loading the model"):
            opened = engine.load(model, chosen, provider)
        good, bad = run(source, output, opened, resume)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print(f"interrupted; go on with: --resume --output {output}", highlight=False)
        raise typer.Exit(130) from None
    console.print(f"{good} results in {output}, {bad} bad inputs among them as error lines"
                  if bad else f"{good} results in {output}")
    if bad:
        raise typer.Exit(2)


if __name__ == "__main__":
    typer.run(main)
