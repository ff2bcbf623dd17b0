"""Strict matching of two markings of the same documents, by sets of character offsets.

One side is called gold, the other predicted; F1 is the same whichever is which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from data.document import Document, Relation

SpanKey = tuple[str, int, int]
RelationKey = tuple[str, SpanKey, SpanKey]
Pairs = Sequence[tuple[Document, Document]]  # gold and predicted
K = TypeVar("K", SpanKey, RelationKey)


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


def judged_spans(pairs: Pairs) -> list[tuple[str, float, bool]]:
    """Label and score of each predicted span that has a score, and whether it is right."""
    return [
        (span.label, span.score, span.key in keys)
        for gold, predicted in pairs for keys in [span_keys(gold)]
        for span in predicted.spans if span.score is not None
    ]


def judged_relations(pairs: Pairs) -> list[tuple[str, float, bool]]:
    """The same of relations; right means exact at both ends."""
    return [
        (relation.type, relation.score, relation_key(predicted, relation) in keys)
        for gold, predicted in pairs for keys in [relation_keys(gold)]
        for relation in predicted.relations if relation.score is not None
    ]


def compare(gold: set[Any], predicted: set[Any]) -> Score:
    """Score of two sets."""
    return Score(len(gold & predicted), len(predicted - gold), len(gold - predicted))


def by_kind(
    pairs: Iterable[tuple[set[K], set[K]]], kinds: Iterable[str]
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


def spans_overlap(one: SpanKey, other: SpanKey) -> bool:
    """Whether two spans of one label share a character."""
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def relations_overlap(one: RelationKey, other: RelationKey) -> bool:
    """Whether two relations of one type join spans that overlap, label for label (Rel)."""
    return (one[0] == other[0] and spans_overlap(one[1], other[1])
            and spans_overlap(one[2], other[2]))


def overlap(
    pairs: Iterable[tuple[set[K], set[K]]], touch: Callable[[K, K], bool]
) -> dict[str, float]:
    """Precision, recall and F1 where an item counts that touches any of the other side."""
    right = predicted = found = gold = 0
    for g, p in pairs:
        right += sum(any(touch(one, other) for other in g) for one in p)
        found += sum(any(touch(one, other) for other in p) for one in g)
        predicted, gold = predicted + len(p), gold + len(g)
    precision, recall = right / max(1, predicted), found / max(1, gold)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}
