"""Documents on disk: one JSON object a line, UTF-8, keys in a fixed order."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from data.document import Document, Relation, Span
from data.errors import ConfigError, FormatError, TawthiqError

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_KEYS = ("id", "text", "published", "source", "spans", "relations")


def dumps(value: Any) -> str:
    """Canonical JSON on one line; lone surrogates are escaped so that it stays UTF-8."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _LONE_SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", line)


def to_json(document: Document) -> dict[str, Any]:
    """The document as plain data, keys in the order of the format."""

    def scored(body: dict[str, Any], score: float | None) -> dict[str, Any]:
        return body if score is None else {**body, "score": round(score, 4)}

    return {
        "id": document.id,
        "text": document.text,
        "published": document.published,
        "source": document.source,
        "spans": [
            scored({"id": s.id, "label": s.label, "start": s.start, "end": s.end}, s.score)
            for s in document.spans
        ],
        "relations": [
            scored({"type": r.type, "head": r.head, "tail": r.tail}, r.score)
            for r in document.relations
        ],
    }


def check_keys(body: dict[str, Any], legal: Collection[str]) -> None:
    """See to it that an object has no other keys, and texts where a document has texts.

    Raises:
        FormatError: an unknown key, or a value of the wrong type.
    """
    unknown = set(body) - set(legal)
    if unknown:
        raise FormatError("unknown keys", value=sorted(unknown), legal=legal)
    # The type and never the value, which may be words of a report.
    for key in ("id", "text"):
        if not isinstance(body.get(key), str):
            raise FormatError(f"'{key}' must be a string", value=type(body.get(key)).__name__)
    for key in ("published", "source"):
        if not isinstance(body.get(key), str | None):
            raise FormatError(f"'{key}' must be a string or null",
                              value=type(body.get(key)).__name__)


def from_json(body: Any) -> Document:
    """A document from plain data.

    Raises:
        FormatError: not an object, unknown or missing keys, or values of the wrong type.
        DocumentError, SchemaError: what ``Document`` refuses.
    """
    if not isinstance(body, dict):
        raise FormatError("a document must be a JSON object", value=type(body).__name__)
    check_keys(body, _KEYS)
    try:
        spans = tuple(
            Span(*_typed(s, id=str, label=str, start=int, end=int))
            for s in body.get("spans", ())
        )
        relations = tuple(
            Relation(*_typed(r, type=str, head=str, tail=str)) for r in body.get("relations", ())
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(
            "a span needs id, label, start, end; a relation type, head, tail",
            where=f"document {body['id']}",
            value=str(error),
        ) from None
    except TawthiqError as error:
        raise error.located(f"document {body['id']}") from None
    return Document(
        body["id"], body["text"], spans, relations, body.get("published"), body.get("source")
    )


def _typed(body: Any, **types: type) -> list[Any]:
    """The values of an object in this order, its score last. Nothing is converted."""
    values = [body[key] for key in types]
    score = body.get("score")
    for value, type in zip(values, types.values(), strict=True):
        if not isinstance(value, type) or isinstance(value, bool):
            raise TypeError(f"{value!r} is not {type.__name__}")
    if not isinstance(score, int | float | None) or isinstance(score, bool):
        raise TypeError(f"{score!r} is not a score")
    if score is not None and not 0 <= score <= 1:  # NaN and Infinity, which json reads, too
        raise TypeError(f"not a score of 0 to 1: {score!r}")
    return [*values, score]


def read_json(line: str) -> Any:
    """What a line of JSON holds.

    Raises:
        FormatError: it is broken, or too long a number or too deep a nesting for Python.
    """
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError("broken JSON", value=str(error)) from None


def byte_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each non-empty line; only ``\\n`` ends one.

    Raises:
        FormatError: the file is missing or cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip(b"\n")
    except FileNotFoundError:
        raise FormatError("no such file", where=path) from None
    except OSError as error:
        raise FormatError("cannot be read", where=path, value=error.strerror) from None


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each non-empty line.

    Raises:
        FormatError: the file is missing, cannot be read, or a line is not UTF-8.
    """
    for number, line in byte_lines(path):
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise FormatError("not UTF-8", where=f"{path}:{number}", value=str(error)) from None
        yield number, text


def read_documents(path: Path) -> list[Document]:
    """All documents of a file; ids must be unique.

    Raises:
        TawthiqError: the first line that is not a valid document, named by file and line.
    """
    documents: dict[str, Document] = {}
    for number, line in lines(path):
        where = f"{path}:{number}"
        try:
            document = from_json(read_json(line))
        except TawthiqError as error:
            raise error.located(where) from None
        if document.id in documents:
            raise FormatError("document id is given twice", where=where, value=document.id)
        documents[document.id] = document
    return list(documents.values())


def write_text(path: Path, content: str) -> None:
    """Write a file whole or not at all: to a neighbour first, then renamed over the target.

    Raises:
        ConfigError: the path is a folder, or cannot be written to.
    """
    if not path.name or path.is_dir():  # "" and "." are the folder one stands in
        raise ConfigError("is a folder", where=path, legal="a file", fix="name a file in it")
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise ConfigError("cannot be written", where=path, value=error.strerror) from None


def check_apart(output: Path, *others: Path | None) -> None:
    """Refuse to write over what a command reads, or writes beside it.

    Raises:
        ConfigError: the output is one of the other files.
    """
    if output.resolve() in [other.resolve() for other in others if other is not None]:
        raise ConfigError("the output would replace another file of this command", where=output,
                          fix="write to another file")


def write_documents(path: Path, documents: Iterable[Document]) -> None:
    """Write documents as JSONL, whole or not at all."""
    write_text(path, "".join(dumps(to_json(d)) + "\n" for d in documents))
