"""Input documents for bulk extraction: JSONL, a text file, or a folder of text files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.document import Document
from data.errors import FormatError, TawthiqError
from data.jsonl import check_keys, lines

_KEYS = ("id", "text", "published", "source")


@dataclass(frozen=True)
class Item:
    """One input: a document, or why it is none. ``id`` is null where none could be read."""

    id: str | None
    document: Document | None
    error: TawthiqError | None = None


def read(path: Path) -> Iterator[Item]:
    """All inputs in order; bad ones carry their error and the rest go on.

    Raises:
        FormatError: nothing can be read there at all.
    """
    if path.is_dir():
        files = sorted(path.glob("*.txt"))
        if not files:
            raise FormatError("no .txt files in the folder", where=path)
        yield from map(_text_file, files)
    elif path.suffix == ".txt":
        if not path.is_file():
            raise FormatError("no such file", where=path)
        yield _text_file(path)
    else:
        seen: set[str] = set()
        for number, line in lines(path):
            yield _line(f"{path}:{number}", line, seen)


def _text_file(path: Path) -> Item:
    try:
        text = path.read_bytes().decode("utf-8")  # as received: no newline is translated
        return Item(path.stem, Document(path.stem, text))
    except UnicodeDecodeError as error:
        return Item(path.stem, None, FormatError("not UTF-8", where=path, value=str(error)))


def _line(where: str, line: str, seen: set[str]) -> Item:
    id: str | None = None
    try:
        body = json.loads(line)
        if not isinstance(body, dict):
            raise FormatError("a line must be a JSON object", value=type(body).__name__)
        id = body.get("id") if isinstance(body.get("id"), str) else None
        check_keys(body, _KEYS)
        if body["id"] in seen:
            raise FormatError("document id is given twice", value=id)
        seen.add(body["id"])
        return Item(id, Document(body["id"], body["text"], published=body.get("published"),
                                 source=body.get("source")))
    except json.JSONDecodeError as error:
        return Item(None, None, FormatError("broken JSON", where=where, value=str(error)))
    except TawthiqError as error:
        return Item(id, None, error.located(where))
