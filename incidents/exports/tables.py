"""CSV that a spreadsheet opens without running anything, and names for files."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Sequence

from incidents.exports.fields import clean

Cell = str | int | float | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# A number, or several: what begins with its minus is nothing that could be run.
_NUMBERS = re.compile(r"-?\d+(\.\d+)?(e-\d+)?(\|-?\d+(\.\d+)?(e-\d+)?)*", re.ASCII)
# What looks like the hash of another id is no safe name.
_SAFE_NAME = re.compile(
    r"(?!(?i:document-[0-9a-f]{16})\Z)[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}")


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table as CSV (RFC 4180). An absent value is an empty cell; text never starts a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: Cell) -> str | int | float:
    if not isinstance(value, str):
        return "" if value is None else value
    text = clean(value)
    formula = text.startswith(_FORMULA) and not _NUMBERS.fullmatch(text)
    return "'" + text if formula else text


def file_names(ids: Iterable[str]) -> dict[str, str]:
    """A file name, without ending, for each id: the id itself where it is safe, else a hash.

    Names differ by more than case, so that every file system keeps them apart.
    """
    taken: set[str] = set()
    names = {}
    for id in ids:
        name = id
        if not _SAFE_NAME.fullmatch(id) or id.lower() in taken or id.lower() == "index":
            digest = hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()
            name = f"document-{digest[:16]}"
        taken.add(name.lower())
        names[id] = name
    return names
