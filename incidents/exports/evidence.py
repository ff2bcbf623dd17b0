"""The evidence bundle: a record a report, chained by hash, a manifest for ``sha256sum -c``."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from data.document import Document, Span
from data.errors import FormatError
from data.jsonl import dumps
from incidents.exports.format import Format
from incidents.exports.items import Item


def project(items: Sequence[Item]) -> dict[str, str]:
    """``records/000001.json`` … and ``MANIFEST.sha256``.

    Raises:
        FormatError: there is no report: ``sha256sum`` takes an empty manifest for a broken one.
    """
    if not items:
        raise FormatError("no report to bundle", fix="give results that fit their documents")
    files: dict[str, str] = {}
    previous: str | None = None
    manifest = []
    for number, item in enumerate(items, 1):
        name = f"records/{number:06}.json"
        files[name] = dumps(_record(item, previous)) + "\n"
        previous = _sha256(files[name])
        manifest.append(f"{previous}  {name}\n")
    return {**files, "MANIFEST.sha256": "".join(manifest)}


def _record(item: Item, previous: str | None) -> dict[str, Any]:
    document, known = item.document, item.provenance
    return {
        "id": document.id,
        "source_url": known.source_url or item.url,
        "source": document.source,
        "published": document.published,
        "retrieved_at": known.retrieved_at,
        "raw_sha256": known.raw_sha256,
        "text_sha256": document.sha256,
        "text": document.text,
        "spans": _spans(document),
        "relations": [
            {"head": r.head, "type": r.type, "tail": r.tail, "score": r.score}
            for r in document.relations
        ],
        "incidents": list(item.incidents),
        "model": {"name": item.model["name"], "version": item.model["version"],
                  "schema": item.model["schema"], "sha256": known.model_sha256},
        "config_sha256": known.config_sha256,
        "reviewed_by": known.reviewed_by,
        "reviewed_at": known.reviewed_at,
        "prev_record_sha256": previous,
    }


def _spans(document: Document) -> list[dict[str, Any]]:
    # Beyond U+FFFF a character is two units of UTF-16, which JavaScript and Java count in.
    wide = [i for i, char in enumerate(document.text) if char > "\uffff"]

    def utf16(offset: int) -> int:
        return offset + bisect_left(wide, offset)

    def body(span: Span) -> dict[str, Any]:
        quote = document.slice(span)
        return {"id": span.id, "label": span.label, "start": span.start, "end": span.end,
                "start_utf16": utf16(span.start), "end_utf16": utf16(span.end),
                "quote": quote, "quote_sha256": _sha256(quote), "score": span.score}

    return [body(span) for span in document.spans]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


FORMAT = Format(
    "evidence", "a folder of records with hashes and offsets; verify with sha256sum -c "
    "MANIFEST.sha256",
    "Nothing of the result is lost. What is not known of a report (retrieved_at, raw_sha256, "
    "reviewed_by …) is null unless --provenance gives it. Hashes tell that records were not "
    "changed since; they do not tell who made them: sign MANIFEST.sha256 for that.",
    project, folder=True, exact=True,
)
