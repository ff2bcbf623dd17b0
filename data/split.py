"""Stage ``data.split``: train, dev and test, whole stories at a time.

Stories of the shipped corpus are frozen in a file. A story that the file does not know goes where
its hash sends it, so that adding reports never moves others.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer
from rich.console import Console
from rich.markup import escape

from data.document import Document
from data.errors import FormatError, TawthiqError
from data.jsonl import read_documents, write_documents

Split = Literal["train", "dev", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
_STORIES, _FROZEN = Path("data/corpus/plan.csv"), Path("data/corpus/splits.csv")
_TEST_SHARE, _DEV_SHARE = 0.15, 0.10
console = Console(stderr=True)


def hashed(story: str) -> Split:
    """The split of a story that is not frozen: 15 % test, 10 % dev, by its SHA-256."""
    position = int(hashlib.sha256(story.encode()).hexdigest()[:8], 16) / 16**8
    if position < _TEST_SHARE:
        return "test"
    return "dev" if position < _TEST_SHARE + _DEV_SHARE else "train"


def read_column(path: Path, key: str, value: str) -> dict[str, str]:
    """Two columns of a CSV file as a mapping; empty where there is no such file.

    Raises:
        FormatError: a column is missing or a key is given twice.
    """
    if not path.exists():
        return {}
    out: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            if key not in row or value not in row:
                raise FormatError("column is missing", where=path, legal=(key, value),
                                  value=sorted(row))
            if row[key] in out:
                raise FormatError(f"{key} is given twice", where=f"{path}:{number}",
                                  value=row[key])
            out[row[key]] = row[value]
    return out


def split(
    documents: list[Document], stories: Mapping[str, str], frozen: Mapping[str, str]
) -> dict[Split, list[Document]]:
    """Documents by split.

    Args:
        documents: in any order; it is kept.
        stories: document id to story; a document not in it is a story of its own.
        frozen: story to split.

    Raises:
        FormatError: ``frozen`` names a split that does not exist.
    """
    parts: dict[Split, list[Document]] = {name: [] for name in SPLITS}
    for document in documents:
        story = stories.get(document.id, document.id)
        name = frozen.get(story) or hashed(story)
        if name not in parts:
            raise FormatError("unknown split", where=f"story {story}", value=name, legal=SPLITS)
        parts[name].append(document)
    return parts


def main(
    source: Annotated[Path, typer.Option("--input")] = Path("data/documents.jsonl"),
    stories: Annotated[Path, typer.Option(help="CSV with id, story")] = _STORIES,
    frozen: Annotated[Path, typer.Option(help="CSV with story, split")] = _FROZEN,
    out: Annotated[Path, typer.Option(help="folder to write")] = Path("data/splits"),
) -> None:
    """Split documents by story."""
    try:
        for path, default in ((stories, _STORIES), (frozen, _FROZEN)):
            if path != default and not path.exists():  # a slip would shuffle what is frozen
                raise FormatError("no such file", where=path)
        parts = split(
            read_documents(source), read_column(stories, "id", "story"),
            read_column(frozen, "story", "split"),
        )
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None
    for name, documents in parts.items():
        write_documents(out / f"{name}.jsonl", documents)
        console.print(f"{name}: {len(documents)} documents")


if __name__ == "__main__":
    typer.run(main)
