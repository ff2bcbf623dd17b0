"""Strict matching of predicted against gold spans and relations, by sets of character offsets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from data.document import Document

SpanKey = tuple[str, int, int]
RelationKey = tuple[str, SpanKey, SpanKey]


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
    by_id = document.by_id
    return {(r.type, by_id[r.head].key, by_id[r.tail].key) for r in document.relations}


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
