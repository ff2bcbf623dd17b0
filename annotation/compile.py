"""Stage ``annotation.compile``: the corpus from its inline form to a Label Studio export.

One task a line, with ids and times that depend on nothing but the plan, so that a change of one
report is a change of one line.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from annotation.regions import to_result
from annotation.tasks import task_data
from data import inline
from data.document import Document
from data.errors import DocumentError, FormatError, TawthiqError
from data.jsonl import check_apart, dumps, write_text
from data.words import snap_to_words

_COLUMNS = ("id", "story", "genre", "outlet", "published")
_TIME = "2026-01-01T00:00:00.000000Z"  # the same for all: when a task was made says nothing here
Plan = dict[str, tuple[int, dict[str, str]]]
console = Console(stderr=True)


def read_plan(path: Path) -> Plan:
    """The plan: id to the number of its row, from 1, and the row.

    Raises:
        FormatError: missing file or column, a row of another length, or an id given twice.
    """
    rows: Plan = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in _COLUMNS if c not in (reader.fieldnames or ())]
            if missing:
                raise FormatError("columns are missing", where=path, value=missing,
                                  legal=_COLUMNS)
            for number, row in enumerate(reader, 1):
                where = f"{path}:{reader.line_num}"
                if None in row or None in row.values():
                    raise FormatError("more or fewer cells than columns", where=where,
                                      value=row["id"], fix="quote cells that hold commas")
                if row["id"] in rows:
                    raise FormatError("id is given twice", where=where, value=row["id"])
                rows[row["id"]] = number, row
    except FileNotFoundError:
        raise FormatError("no such file", where=path) from None
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8", where=path, value=str(error)) from None
    return rows


def read_report(path: Path, row: dict[str, str]) -> Document:
    """One report from its inline file and its row of the plan.

    Raises:
        FormatError: not UTF-8, or ends of lines other than LF.
        DocumentError: a span is not made of whole words.
        TawthiqError: what the inline form and ``Document`` refuse.
    """
    try:
        source = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8", where=path, value=str(error)) from None
    if "\r" in source:
        line = source[: source.index("\r")].count("\n") + 1
        raise FormatError("carriage return", where=f"{path}:{line}",
                          fix="save the file with LF at the ends of lines")
    try:
        document = inline.parse(
            source, path.stem, row["published"] or None, row["outlet"] or None
        )
    except TawthiqError as error:
        raise error.located(path) from None
    for span in document.spans:
        whole = snap_to_words(document.text, span.start, span.end)
        if whole != (span.start, span.end):
            line = document.text.count("\n", 0, span.start) + 1
            raise DocumentError(
                "span is not made of whole words", where=f"{path}:{line}: span {span.id}",
                value=document.slice(span), legal=repr(document.text[slice(*whole)]),
            )
    return document


def task(document: Document, number: int, row: dict[str, str]) -> dict[str, Any]:
    """A report as a task of a Label Studio export, its marks as the one annotation."""
    annotation = {
        "id": number, "completed_by": 1, "result": to_result(document), "was_cancelled": False,
        "ground_truth": False, "created_at": _TIME, "updated_at": _TIME, "lead_time": None,
        "task": number,
    }
    return {
        "id": number,
        "data": {**task_data(document), "story": row["story"], "genre": row["genre"]},
        "annotations": [annotation], "predictions": [], "created_at": _TIME, "updated_at": _TIME,
    }


def compile_corpus(folder: Path, plan: Path) -> tuple[list[dict[str, Any]], list[TawthiqError]]:
    """All tasks in the order of the plan, and the errors of all files and rows.

    Raises:
        FormatError: the plan cannot be read, or there are no reports.
    """
    rows = read_plan(plan)
    paths = {path.stem: path for path in sorted(folder.glob("*.txt"))}
    if not paths:
        raise FormatError("no *.txt files", where=folder)
    errors: list[TawthiqError] = [
        FormatError("no row of the plan", where=path, fix=f"add {id} to {plan}")
        for id, path in paths.items() if id not in rows
    ]
    tasks = []
    for id, (number, row) in rows.items():
        if id not in paths:
            errors.append(FormatError("row without a report", where=f"{plan}: {id}",
                                      fix=f"write {folder / id}.txt or take the row out"))
            continue
        try:
            tasks.append(task(read_report(paths[id], row), number, row))
        except TawthiqError as error:
            errors.append(error)
    return tasks, errors


def main(
    source: Annotated[Path, typer.Option("--input", help="folder of inline files")] = Path(
        "data/corpus/inline"
    ),
    plan: Annotated[Path, typer.Option(help="CSV, one row a report")] = Path(
        "data/corpus/plan.csv"
    ),
    output: Annotated[Path, typer.Option(help="export to write")] = Path(
        "data/corpus/label-studio.json"
    ),
) -> None:
    """Compile the inline corpus; any error leaves the output as it was."""
    try:
        check_apart(output, plan, *source.glob("*.txt"))
        tasks, errors = compile_corpus(source, plan)
    except TawthiqError as error:
        tasks, errors = [], [error]
    for each in errors:
        console.print(f"[red]error[/] {escape(str(each))}", highlight=False, soft_wrap=True)
    if errors:
        raise typer.Exit(1)
    write_text(output, "[\n" + ",\n".join(map(dumps, tasks)) + "\n]\n")
    console.print(f"{output}: {len(tasks)} tasks")


if __name__ == "__main__":
    typer.run(main)
