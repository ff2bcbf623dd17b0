"""Input documents for bulk extraction: JSONL, a text file, or a folder of text files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.document import Document
from data.errors import FormatError, TawthiqError
from data.jsonl import byte_lines, check_keys, read_json

_KEYS = ("id", "text", "published", "source")


@dataclass(frozen=True)
class Item:
    """One input: a document, or why it is none. ``id`` is null where none could be read."""

    id: str | None
    document: Document | None
    error: TawthiqError | None = None


def files(path: Path) -> list[Path]:
    """The files that are read there: the text files of a folder, in order, or the one file.

    Raises:
        FormatError: there is none.
    """
    if not path.is_dir():
        if not path.exists():
            raise FormatError("no such file", where=path)
        return [path]
    found = sorted(p for p in path.iterdir() if p.suffix.lower() == ".txt")
    if not found:
        raise FormatError("no .txt files in the folder", where=path)
    return found


def read(path: Path) -> Iterator[Item]:
    """All inputs in order; bad ones carry their error and the rest go on.

    Raises:
        FormatError: nothing can be read there at all.
    """
    seen: set[str] = set()
    for file in files(path):
        if path.is_dir() or path.suffix.lower() == ".txt":
            yield _text_file(file, seen)
        else:
            for number, line in byte_lines(file):
                yield _line(f"{file}:{number}", line, seen)


def _text_file(path: Path, seen: set[str]) -> Item:
    try:
        # As received: no newline is translated.
        return _item(Document(path.stem, path.read_bytes().decode()), seen)
    except UnicodeDecodeError as error:
        return Item(path.stem, None, FormatError("not UTF-8", where=path, value=str(error)))
    except OSError as error:
        return Item(path.stem, None,
                    FormatError("cannot be read", where=path, value=error.strerror))
    except TawthiqError as error:
        return Item(path.stem, None, error.located(path))


def _line(where: str, line: bytes, seen: set[str]) -> Item:
    id: str | None = None
    try:
        body = read_json(line.decode())
        if not isinstance(body, dict):
            raise FormatError("a line must be a JSON object", value=type(body).__name__)
        id = body.get("id") if isinstance(body.get("id"), str) else None
        check_keys(body, _KEYS)
        return _item(Document(body["id"], body["text"], published=body.get("published"),
                              source=body.get("source")), seen)
    except UnicodeDecodeError as error:
        return Item(None, None, FormatError("not UTF-8", where=where, value=str(error)))
    except TawthiqError as error:
        return Item(id, None, error.located(where))


def _item(document: Document, seen: set[str]) -> Item:
    if document.id in seen:
        raise FormatError("document id is given twice", value=document.id)
    seen.add(document.id)
    return Item(document.id, document)
