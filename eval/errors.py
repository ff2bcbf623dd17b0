"""Errors by kind: what went wrong, and where it stands in the text.

A missed and a spurious span are one error where they differ in label alone or in boundary alone.
A relation that is lost with a span is told from one that is lost between right spans.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from data.document import Document
from data.matching import (
    K,
    Pairs,
    RelationKey,
    SpanKey,
    relation_keys,
    span_keys,
    spans_overlap,
)

SPAN_KINDS = ("missed", "spurious", "wrong boundary", "wrong label")
RELATION_KINDS = (
    "missed: a span was missed", "missed between right spans", "wrong type",
    "spurious: a span is wrong", "spurious between right spans",
)


@dataclass(frozen=True)
class Error(Generic[K]):
    """What gold has and what was predicted in its stead; one of them may be None.

    Attributes:
        kind: one of ``SPAN_KINDS`` or ``RELATION_KINDS``.
        text: of the document.
        document: its id.
        gold, predicted: keys of the spans or relations.
    """

    kind: str
    text: str
    document: str
    gold: K | None
    predicted: K | None

    @property
    def label(self) -> str:
        """The label or type it is counted under: gold's where there is one."""
        key = self.gold or self.predicted
        return key[0] if key else ""


def span_errors(gold: Document, predicted: Document) -> list[Error[SpanKey]]:
    """The wrong and missing spans of one document, each once, in order of the text."""
    ours, theirs = span_keys(gold), span_keys(predicted)
    missed, spurious = sorted(ours - theirs, key=_place), sorted(theirs - ours, key=_place)
    found: list[Error[SpanKey]] = []

    def join(kind: str, same: Callable[[SpanKey, SpanKey], bool]) -> None:
        for key in list(missed):
            other = next((o for o in spurious if same(key, o)), None)
            if other:
                missed.remove(key)
                spurious.remove(other)
                found.append(Error(kind, gold.text, gold.id, key, other))

    join("wrong label", lambda a, b: a[1:] == b[1:])
    join("wrong boundary", spans_overlap)
    found += [Error("missed", gold.text, gold.id, key, None) for key in missed]
    found += [Error("spurious", gold.text, gold.id, None, key) for key in spurious]
    return sorted(found, key=lambda error: _place(error.gold or error.predicted or ("", 0, 0)))


def relation_errors(gold: Document, predicted: Document) -> list[Error[RelationKey]]:
    """The wrong and missing relations of one document, each once, in order of the text."""
    ours, theirs = relation_keys(gold), relation_keys(predicted)
    our_spans, their_spans = span_keys(gold), span_keys(predicted)
    missed = sorted(ours - theirs, key=_places)
    spurious = sorted(theirs - ours, key=_places)
    found: list[Error[RelationKey]] = []

    def add(kind: str, key: RelationKey | None, other: RelationKey | None) -> None:
        found.append(Error(kind, gold.text, gold.id, key, other))

    for key in missed:
        other = next((o for o in spurious if o[1:] == key[1:]), None)
        if other:
            spurious.remove(other)
            add("wrong type", key, other)
        elif {key[1], key[2]} <= their_spans:
            add("missed between right spans", key, None)
        else:
            add("missed: a span was missed", key, None)
    for key in spurious:
        right = {key[1], key[2]} <= our_spans
        add(f"spurious{' between right spans' if right else ': a span is wrong'}", None, key)
    return found


def counts(pairs: Pairs) -> dict[str, dict[str, dict[str, int]]]:
    """Number of errors of each kind by label or type: ``{"spans": {kind: {label: n}}, …}``."""
    spans = Counter((e.kind, e.label) for pair in pairs for e in span_errors(*pair))
    relations = Counter((e.kind, e.label) for pair in pairs for e in relation_errors(*pair))
    return {
        "spans": {kind: _of(kind, spans) for kind in SPAN_KINDS},
        "relations": {kind: _of(kind, relations) for kind in RELATION_KINDS},
    }


def _of(kind: str, counted: Counter[tuple[str, str]]) -> dict[str, int]:
    return {label: n for (k, label), n in sorted(counted.items()) if k == kind}


def _place(key: SpanKey) -> tuple[int, int, str]:
    return key[1], key[2], key[0]


def _places(key: RelationKey) -> tuple[tuple[int, int, str], tuple[int, int, str], str]:
    return _place(key[1]), _place(key[2]), key[0]
