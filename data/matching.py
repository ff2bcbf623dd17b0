"""Strict matching of two markings of the same documents, by sets of character offsets.

One side is called gold, the other predicted; F1 is the same whichever is which.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from data.document import Document, Relation

SpanKey = tuple[str, int, int]
RelationKey = tuple[str, SpanKey, SpanKey]
Pairs = Sequence[tuple[Document, Document]]  # gold and predicted


@dataclass(frozen=True)
class Score:
    """True positives, false positives and false negatives, and what follows from them."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        """Share of what was predicted that is right; 0 where nothing was."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        """Share of gold that was found; 0 where there is none."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0

    @property
    def support(self) -> int:
        """Number of gold items."""
        return self.tp + self.fn


def span_keys(document: Document) -> set[SpanKey]:
    """What the spans say, without ids."""
    return {span.key for span in document.spans}


def relation_keys(document: Document) -> set[RelationKey]:
    """What the relations say, exact boundaries and labels at both ends (Rel+)."""
    return {relation_key(document, relation) for relation in document.relations}


def relation_key(document: Document, relation: Relation) -> RelationKey:
    """What one relation of a document says, without ids: type, head, tail."""
    by_id = document.by_id
    return relation.type, by_id[relation.head].key, by_id[relation.tail].key


def compare(gold: set[Any], predicted: set[Any]) -> Score:
    """Score of two sets."""
    return Score(len(gold & predicted), len(predicted - gold), len(gold - predicted))


def by_kind(
    pairs: Iterable[tuple[set[SpanKey], set[SpanKey]] | tuple[set[RelationKey], set[RelationKey]]],
    kinds: Iterable[str],
) -> dict[str, Score]:
    """Score of each label or relation type over many documents; a key's kind stands first."""
    scores = dict.fromkeys(kinds, Score())
    for gold, predicted in pairs:
        for kind in scores:
            scores[kind] += compare(
                {k for k in gold if k[0] == kind}, {k for k in predicted if k[0] == kind}
            )
    return scores


def micro(scores: Iterable[Score]) -> Score:
    """All kinds as one."""
    return sum(scores, Score())


def macro_f1(scores: Iterable[Score]) -> float:
    """Mean F1 of the kinds that gold or prediction has."""
    values = [s.f1 for s in scores if s.tp + s.fp + s.fn]
    return sum(values) / len(values) if values else 0.0


def overlap(pairs: Pairs) -> dict[str, float]:
    """Span scores where any overlap with a span of the same label counts."""

    def hits(ours: Document, theirs: Document) -> int:
        return sum(any(s.label == t.label and s.overlaps(t) for t in theirs.spans)
                   for s in ours.spans)

    predicted, gold = (sum(len(d.spans) for d in side) for side in ([p for _, p in pairs],
                                                                    [g for g, _ in pairs]))
    precision = sum(hits(p, g) for g, p in pairs) / max(1, predicted)
    recall = sum(hits(g, p) for g, p in pairs) / max(1, gold)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}
