"""Stage ``annotation.export``: Label Studio's JSON exports to documents.

What cannot be used is refused item by item and reported; what is good in a task is kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from annotation.problems import Problem, as_jsonl, show
from annotation.tasks import read_task
from data.document import Document
from data.errors import FormatError, TawthiqError
from data.jsonl import check_apart, write_documents, write_text

console = Console(stderr=True)


@dataclass(frozen=True)
class Imported:
    """Documents of an import and everything that was found on the way."""

    documents: list[Document]
    problems: list[Problem]

    @property
    def refused(self) -> list[Problem]:
        """What is lost."""
        return [p for p in self.problems if p.kind == "refused"]


def read_file(path: Path) -> list[Any]:
    """The tasks of one export.

    Raises:
        FormatError: missing, not UTF-8, broken JSON, or not a list.
    """
    try:
        # Bytes, not text mode: a carriage return belongs to the report.
        tasks = json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise FormatError("no such file", where=path) from None
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8", where=path, value=str(error)) from None
    except json.JSONDecodeError as error:
        raise FormatError("broken JSON", where=f"{path}:{error.lineno}:{error.colno}",
                          value=error.msg, fix="export the project again") from None
    except (ValueError, RecursionError) as error:
        raise FormatError("JSON that cannot be read", where=path, value=str(error)) from None
    if not isinstance(tasks, list):
        raise FormatError("not an export of Label Studio", where=path,
                          value=type(tasks).__name__, legal="a list of tasks",
                          fix="export the project in the format JSON")
    return tasks


def exports(source: Path) -> list[Path]:
    """The files that are read there: of a folder those directly in it, in the order of names."""
    return [source] if source.is_file() else sorted(source.glob("*.json"))


def import_folder(source: Path, annotator: str | None = None) -> Imported:
    """All documents of a folder of exports, or of one file.

    Args:
        source: every ``*.json`` directly in it is read, in the order of names.
        annotator: see ``read_task``.

    Raises:
        FormatError: no files, a file that cannot be read, or no annotated task in any.
    """
    files = exports(source)
    if not files:
        raise FormatError("no *.json files", where=source,
                          fix="put a JSON export of a Label Studio project there")
    documents: dict[str, Document] = {}
    origin: dict[str, str] = {}
    problems: list[Problem] = []
    for path in files:
        for body in read_file(path):
            document, found = read_task(body, annotator)
            problems += [replace(p, file=str(path)) for p in found]
            if document is None:
                continue
            task = str(body.get("id", ""))
            if document.id in documents:
                problems.append(Problem(
                    "refused", f"document id stands already in {origin[document.id]}",
                    str(path), task, value=document.id,
                ))
            else:
                documents[document.id] = document
                origin[document.id] = f"{path}, task {task}"
    if not documents:
        raise FormatError("no annotated task that can be used", where=source,
                          value=[str(p) for p in problems[:3]])
    return Imported(list(documents.values()), problems)


def main(
    source: Annotated[Path, typer.Option("--input", help="folder of exports, or one")] = Path(
        "data/corpus"
    ),
    output: Annotated[Path, typer.Option(help="documents to write")] = Path(
        "data/documents.jsonl"
    ),
    report: Annotated[Path | None, typer.Option(help="all findings as JSON lines")] = None,
    annotator: Annotated[str | None, typer.Option(help="take this id's or address's")] = None,
    strict: Annotated[bool, typer.Option(help="fail if anything is refused")] = False,
) -> None:
    """Turn Label Studio exports into documents."""
    try:
        check_apart(output, report, *exports(source))
        if report is not None:
            check_apart(report, *exports(source))
        imported = import_folder(source, annotator)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    if report is not None:
        write_text(report, as_jsonl(imported.problems))
    show(imported.problems, console)
    if strict and imported.refused:
        console.print(f"[red]error[/] {len(imported.refused)} refused; {output} is as it was")
        raise typer.Exit(1)
    write_documents(output, imported.documents)
    spans = sum(len(d.spans) for d in imported.documents)
    relations = sum(len(d.relations) for d in imported.documents)
    console.print(f"{output}: {len(imported.documents)} documents, {spans} spans, "
                  f"{relations} relations")


if __name__ == "__main__":
    typer.run(main)
