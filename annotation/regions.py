"""Spans and relations from a Label Studio ``result``, and back.

The server validates nothing on import and the page leaves traces of its own (UTF-16 offsets after
a resize, swallowed invisible characters), so every item is checked against text and schema here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from pydantic import ValidationError

from annotation.messages import Arrow, Region, RegionValue
from annotation.problems import Kind, Problem, malformed, refusal
from data.document import Document, Relation, Span
from data.errors import SchemaError
from data.schema import SCHEMA
from data.words import snap_to_words, trim_to_words

# The names of the controls in the labelling config.
LABELS_CONTROL, TEXT_CONTROL = "label", "text"
_SPACE = re.compile(r"\\[nr]|\s")  # the page escapes newlines in its copy of the words
_INVISIBLE = ("Cc", "Cf")  # control and format: marks of direction, joiners, byte order marks


def to_result(document: Document, origin: str = "manual") -> list[dict[str, Any]]:
    """A document's spans and relations as Label Studio's ``result``.

    Args:
        document: its span ids become region ids.
        origin: ``manual`` or ``prediction``.
    """
    regions = [
        {
            "id": span.id, "from_name": LABELS_CONTROL, "to_name": TEXT_CONTROL,
            "type": "labels", "origin": origin,
            **({} if span.score is None else {"score": round(span.score, 4)}),
            "value": {"start": span.start, "end": span.end, "text": document.slice(span),
                      "labels": [span.label]},
        }
        for span in document.spans
    ]
    arrows = [
        {"type": "relation", "from_id": relation.head, "to_id": relation.tail,
         "direction": "right", "labels": [relation.type]}
        for relation in document.relations
    ]
    return [*regions, *arrows]


@dataclass(frozen=True)
class Reading:
    """What a ``result`` says that can be used, and everything else about it."""

    spans: tuple[Span, ...]
    relations: tuple[Relation, ...]
    problems: tuple[Problem, ...]


def read_result(result: Sequence[Any], text: str) -> Reading:
    """Read a ``result`` against the text of its task.

    A region with several labels yields one span each; a relation from or to it holds for each of
    them that the schema allows. Of overlapping spans of one label the longest is kept.

    Args:
        result: items of any quality.
        text: the report, exactly as the task holds it.
    """
    reader = _Reader(text)
    arrows = []
    for item in result:
        type = item.get("type") if isinstance(item, dict) else None
        if type == "labels":
            reader.read_region(item)
        elif type == "relation":
            arrows.append(item)
        else:
            region = str(item.get("id", "")) if isinstance(item, dict) else ""
            reader.report("refused", "neither a labelled region nor a relation", region, type)
    reader.settle()
    for item in arrows:
        reader.read_arrow(item)
    return Reading(tuple(reader.spans), tuple(reader.relations), tuple(reader.problems))


class _Reader:
    """Collects spans by region, then relations between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: list[Span] = []
        self.relations: dict[Relation, None] = {}  # in order
        self.problems: list[Problem] = []
        self._candidates: list[tuple[str, Span]] = []
        self._ids: set[str] = set()
        self._by_region: dict[str, list[Span]] = {}

    def report(self, kind: Kind, reason: str, region: str = "", value: Any = None) -> None:
        self.problems.append(Problem(kind, reason, region=region, value=value))

    def read_region(self, item: dict[str, Any]) -> None:
        try:
            region = Region.model_validate(item)
        except ValidationError as error:
            self.problems.append(malformed(error, "region", str(item.get("id", ""))))
            return
        id = region.id or f"unnamed{len(self._by_region) + 1}"
        self._by_region.setdefault(id, [])
        labels = []
        for label in dict.fromkeys(region.value.labels):
            try:
                labels.append(SCHEMA.label(label).name)
            except SchemaError as error:
                self.problems.append(refusal(error, id))
        if not region.value.labels:
            self.report("refused", "region without a label", id)
        edges = self._edges(region.value, id) if labels else None
        if edges is None:
            return
        for label in labels:
            # A span's id is its region's; the further ones carry their label behind it.
            name = id
            while name in self._ids:
                name = f"{name}.{label}"
            self._ids.add(name)
            self._candidates.append((id, Span(name, label, *edges)))

    def _edges(self, value: RegionValue, id: str) -> tuple[int, int] | None:
        """The region's offsets, repaired; nothing where they cannot be."""
        start, end = given = value.start, value.end
        if self._counts_utf16(value):
            start, end = self._utf16[start], self._utf16[end]
            self.report("repaired", "offsets counted UTF-16 units", id, given)
        elif not 0 <= start < end <= len(self.text):
            self.report("refused", f"offsets out of range 0..{len(self.text)}", id, given)
            return None
        elif not self._agrees(value):
            # The words that were marked are elsewhere by now: the report was changed afterwards.
            self.report("refused", "the region's copy of its words is not what stands there", id,
                        given)
            return None
        snapped = snap_to_words(self.text, start, end)
        if snapped[0] == snapped[1]:
            self.report("refused", "no word inside", id, given)
            return None
        if snapped != (start, end):
            trimmed = trim_to_words(self.text, start, end)
            how = "trimmed" if snapped == trimmed else "extended"
            self.report("repaired", f"edges {how} to whole words", id, given)
        return snapped

    def _agrees(self, value: RegionValue) -> bool:
        """Whether the copy, where there is one, is what stands at the offsets."""
        told = value.text
        return (not isinstance(told, str) or not _seen(told)
                or _seen(told) == _seen(self.text[value.start : value.end]))

    def _counts_utf16(self, value: RegionValue) -> bool:
        """Whether the words show that the offsets are UTF-16: only this reading gives them."""
        start, end, told = value.start, value.end, value.text
        if self._agrees(value) or not 0 <= start < end:
            return False
        units = self._utf16
        if start not in units or end not in units:
            return False
        return _seen(told) == _seen(self.text[units[start] : units[end]])

    @cached_property
    def _utf16(self) -> dict[int, int]:
        """Offset in UTF-16 units to offset in code points."""
        units, at = {}, 0
        for i, char in enumerate(self.text):
            units[at] = i
            at += 2 if char > "\uffff" else 1
        return {**units, at: len(self.text)}

    def settle(self) -> None:
        """Merge duplicates, refuse overlaps within a label, keep the order of the rest."""
        kept: dict[str, list[Span]] = {}
        final: set[str] = set()
        # Stable: of equally long spans the first one stays.
        for region, span in sorted(self._candidates, key=lambda c: c[1].start - c[1].end):
            others = kept.setdefault(span.label, [])
            clash = next((other for other in others if other.overlaps(span)), None)
            if clash is None:
                others.append(span)
                final.add(span.id)
                self._by_region[region].append(span)
            elif clash.key == span.key:
                self.report("repaired", "marked twice, kept once", region, list(span.key))
                self._by_region[region].append(clash)
            else:
                self.report("refused", f"overlaps a longer {span.label} span", region,
                            [span.start, span.end, clash.start, clash.end])
        self.spans = [span for _, span in self._candidates if span.id in final]

    def read_arrow(self, item: dict[str, Any]) -> None:
        ends = f"{item.get('from_id')} -> {item.get('to_id')}"
        try:
            arrow = Arrow.model_validate(item)
        except ValidationError as error:
            self.problems.append(malformed(error, "relation", ends))
            return
        if arrow.direction not in (None, "left", "right"):
            self.report("refused", "a relation needs one direction, left or right", ends,
                        arrow.direction)
            return
        if not arrow.labels:
            self.report("refused", "relation without a label", ends)
        for end in (arrow.from_id, arrow.to_id):
            if not self._by_region.get(end):
                known = end in self._by_region
                self.report("refused", "the region at its end was refused" if known else
                            "relation names a region that is not there", ends, end)
                return
        head, tail = arrow.from_id, arrow.to_id
        if arrow.direction == "left":
            head, tail = tail, head
        for type in dict.fromkeys(arrow.labels or ()):
            self._join(type, head, tail, ends)

    def _join(self, type: str, head: str, tail: str, ends: str) -> None:
        pairs = list(product(self._by_region[head], self._by_region[tail]))
        fit = [p for p in pairs if type in SCHEMA.relation_ids
               and SCHEMA.relation(type).allows(p[0].label, p[1].label)]
        if not fit:
            try:
                SCHEMA.check_relation(type, pairs[0][0].label, pairs[0][1].label)
            except SchemaError as error:
                self.problems.append(refusal(error, ends))
        for first, second in fit:
            relation = Relation(type, first.id, second.id)
            if first.id == second.id:
                self.report("refused", "relation joins a span to itself", ends, type)
            elif relation in self.relations:
                self.report("repaired", "marked twice, kept once", ends, type)
            else:
                self.relations[relation] = None


def _seen(words: str) -> str:
    """What a reader sees of them, without the spaces."""
    shown = _SPACE.sub("", words)
    return "".join(c for c in shown if unicodedata.category(c) not in _INVISIBLE)
