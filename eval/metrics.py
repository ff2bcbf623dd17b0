"""All scores of a set of predictions, as plain numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from data.document import Document
from data.errors import FormatError
from data.matching import (
    Pairs,
    RelationKey,
    Score,
    SpanKey,
    by_kind,
    macro_f1,
    micro,
    overlap,
    relation_keys,
    span_keys,
)
from data.schema import SCHEMA
from eval.crosscheck import seqeval_f1

_RESAMPLES = 1000


def paired(gold: Sequence[Document], predicted: Sequence[Document]) -> Pairs:
    """Gold and predicted documents by id.

    Raises:
        FormatError: ids or texts of the two sides differ.
    """
    by_id = {d.id: d for d in predicted}
    if set(by_id) != {d.id for d in gold}:
        odd = sorted(set(by_id) ^ {d.id for d in gold})
        raise FormatError("gold and predictions hold different documents", value=odd[:5],
                          fix="predict the same file that is scored")
    for document in gold:
        if by_id[document.id].text != document.text:
            raise FormatError("text of the prediction differs from gold", where=document.id)
    return [(d, by_id[d.id]) for d in gold]


def measure(gold: Sequence[Document], predicted: Sequence[Document]) -> dict[str, Any]:
    """Strict scores of spans and relations (Rel+: exact ends), overlap, seqeval, intervals.

    Raises:
        FormatError: gold and predictions do not pair up.
    """
    pairs = paired(gold, predicted)
    spans = by_kind([(span_keys(g), span_keys(p)) for g, p in pairs], SCHEMA.label_ids)
    relations = by_kind(
        [(relation_keys(g), relation_keys(p)) for g, p in pairs], SCHEMA.relation_ids
    )
    return {
        "documents": len(pairs),
        "spans": _summary(spans, bootstrap(pairs, span_score)),
        "relations": _summary(relations, bootstrap(pairs, relation_score)),
        "overlap": overlap(pairs),
        "seqeval_f1": round(seqeval_f1(gold, [p for _, p in pairs]), 4),
    }


def span_score(gold: Document, predicted: Document) -> Score:
    """Strict span score of one document."""
    g: set[SpanKey] = span_keys(gold)
    p = span_keys(predicted)
    return Score(len(g & p), len(p - g), len(g - p))


def relation_score(gold: Document, predicted: Document) -> Score:
    """Strict relation score (Rel+) of one document."""
    g: set[RelationKey] = relation_keys(gold)
    p = relation_keys(predicted)
    return Score(len(g & p), len(p - g), len(g - p))


def bootstrap(
    pairs: Pairs, score: Callable[[Document, Document], Score], seed: int = 0
) -> list[float]:
    """95 % interval of micro F1 over resampled documents (percentile bootstrap)."""
    scores = [score(g, p) for g, p in pairs]
    if not scores:
        return [0.0, 0.0]
    rng = random.Random(seed)
    values = sorted(micro(rng.choices(scores, k=len(scores))).f1 for _ in range(_RESAMPLES))
    return [round(values[int(q * (_RESAMPLES - 1))], 4) for q in (0.025, 0.975)]


def _numbers(score: Score) -> dict[str, float]:
    return {
        "precision": round(score.precision, 4), "recall": round(score.recall, 4),
        "f1": round(score.f1, 4), "support": score.support,
    }


def _summary(scores: dict[str, Score], interval: list[float]) -> dict[str, Any]:
    return {
        "micro": {**_numbers(micro(scores.values())), "interval": interval},
        "macro_f1": round(macro_f1(scores.values()), 4),
        "by_kind": {kind: _numbers(score) for kind, score in scores.items()},
    }
