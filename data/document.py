"""The central types: a document with its spans and relations. Offsets are Unicode code points."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise

from data.errors import DocumentError
from data.schema import SCHEMA

_PUBLISHED = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@dataclass(frozen=True)
class Span:
    """A labelled stretch of text: ``[start, end)`` in code points of ``Document.text``."""

    id: str
    label: str
    start: int
    end: int
    score: float | None = None

    def __post_init__(self) -> None:
        SCHEMA.label(self.label)
        if not 0 <= self.start < self.end:
            raise DocumentError(
                "a span must have 0 <= start < end",
                where=f"span {self.id}",
                value=(self.start, self.end),
            )

    @property
    def key(self) -> tuple[str, int, int]:
        """What the span says, without its id: label, start, end."""
        return self.label, self.start, self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Relation:
    """A typed link between two spans of one document, by their ids."""

    type: str
    head: str
    tail: str
    score: float | None = None


@dataclass(frozen=True)
class Document:
    """One report, exactly as received, with what is marked on it. Checked on construction.

    Raises:
        DocumentError: offsets out of range, a repeated id, overlapping spans of one label, a
            dangling or repeated relation, or an impossible publication date.
        SchemaError: an unknown label or relation type, or forbidden ends.
    """

    id: str
    text: str
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    published: str | None = None
    source: str | None = None
    by_id: Mapping[str, Span] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {span.id: span for span in self.spans})
        try:
            if not self.id:
                raise DocumentError("a document needs a non-empty id", value=self.id)
            check_published(self.published)
            self._check_spans()
            self._check_relations()
        except DocumentError as error:
            raise error.located(f"document {self.id}") from None

    def _check_spans(self) -> None:
        if len(self.by_id) != len(self.spans):
            ids = [span.id for span in self.spans]
            twice = sorted({i for i in ids if ids.count(i) > 1})
            raise DocumentError("span ids must be unique", value=twice)
        for span in self.spans:
            if span.end > len(self.text):
                raise DocumentError(
                    "span ends beyond the text",
                    where=f"span {span.id}",
                    value=(span.start, span.end),
                    legal=f"0..{len(self.text)}",
                )
        ordered = sorted(self.spans, key=lambda s: s.key)
        for left, right in pairwise(ordered):
            if left.label == right.label and left.overlaps(right):
                raise DocumentError(
                    f"two {left.label} spans overlap",
                    where=f"spans {left.id}, {right.id}",
                    value=(left.start, left.end, right.start, right.end),
                    fix="spans of one label never overlap: delete or shorten one",
                )

    def _check_relations(self) -> None:
        seen: set[tuple[str, str, str]] = set()
        for relation in self.relations:
            where = f"relation {relation.head} {relation.type} {relation.tail}"
            for end in (relation.head, relation.tail):
                if end not in self.by_id:
                    raise DocumentError("relation names a span that is not there", where=where,
                                        value=end)
            head, tail = self.by_id[relation.head], self.by_id[relation.tail]
            if relation.head == relation.tail:
                raise DocumentError("relation joins a span to itself", where=where)
            try:
                SCHEMA.check_relation(relation.type, head.label, tail.label)
            except Exception as error:
                raise error.located(f"document {self.id}: {where}") from None  # type: ignore[attr-defined]
            key = (relation.type, relation.head, relation.tail)
            if key in seen:
                raise DocumentError("relation is given twice", where=where)
            seen.add(key)

    @property
    def confidence(self) -> float:
        """Mean score of the spans, 1 where none has one: with calibrated scores, the share of
        them that will turn out right. Documents to label next have the least of it.

        Relations are left out: their scores add nothing to the ranking.
        """
        scores = [span.score for span in self.spans if span.score is not None]
        return sum(scores) / len(scores) if scores else 1.0

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8; lone surrogates as their three-byte form."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def slice(self, span: Span) -> str:
        """The words of a span, as they stand."""
        return self.text[span.start : span.end]


def check_published(published: str | None) -> None:
    """Refuse a publication date that is not ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    Raises:
        DocumentError: another form, or no such day.
    """
    if published is None:
        return
    match = _PUBLISHED.fullmatch(published)
    try:
        if match is None:
            raise ValueError
        date(*(int(part) if part else 1 for part in match.groups()))
    except ValueError:
        raise DocumentError(
            "not a publication date",
            where="published",
            value=published,
            legal="YYYY-MM-DD, YYYY-MM, YYYY or null",
        ) from None
