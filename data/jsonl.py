"""Documents on disk: one JSON object a line, UTF-8, keys in a fixed order."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from data.document import Document, Relation, Span
from data.errors import FormatError, TawthiqError

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
    for key in ("id", "text"):
        if not isinstance(body.get(key), str):
            raise FormatError(f"'{key}' must be a string", value=body.get(key))
    for key in ("published", "source"):
        if not isinstance(body.get(key), str | None):
            raise FormatError(f"'{key}' must be a string or null", value=body.get(key))


def from_json(body: Any) -> Document:
    """A document from plain data.

    Raises:
        FormatError: not an object, unknown or missing keys, or values of the wrong type.
        DocumentError, SchemaError: what ``Document`` refuses.
    """
    if not isinstance(body, dict):
        raise FormatError("a document must be a JSON object", value=body)
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
    return [*values, score]


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each non-empty line; only ``\\n`` ends one.

    Raises:
        FormatError: the file is missing or not UTF-8.
    """
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\n")
    except FileNotFoundError:
        raise FormatError("no such file", where=path) from None
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8", where=path, value=str(error)) from None


def read_documents(path: Path) -> list[Document]:
    """All documents of a file; ids must be unique.

    Raises:
        TawthiqError: the first line that is not a valid document, named by file and line.
    """
    documents: dict[str, Document] = {}
    for number, line in lines(path):
        where = f"{path}:{number}"
        try:
            document = from_json(json.loads(line))
        except json.JSONDecodeError as error:
            raise FormatError("broken JSON", where=where, value=str(error)) from None
        except TawthiqError as error:
            raise error.located(where) from None
        if document.id in documents:
            raise FormatError("document id is given twice", where=where, value=document.id)
        documents[document.id] = document
    return list(documents.values())


def write_text(path: Path, content: str) -> None:
    """Write a file whole or not at all: to a neighbour first, then renamed over the target."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def write_documents(path: Path, documents: Iterable[Document]) -> None:
    """Write documents as JSONL, whole or not at all."""
    write_text(path, "".join(dumps(to_json(d)) + "\n" for d in documents))
