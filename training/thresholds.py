"""Decision thresholds by label and relation type, chosen on the development set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from data.document import Document, Relation, Span
from data.schema import SCHEMA
from models.predictor import Predictor
from models.settings import DecodeSettings

_GRID = tuple(round(0.2 + 0.05 * i, 2) for i in range(13))
_FLOOR = _GRID[0]
_PULL = 0.03  # F1 that a threshold must win to move from 0.5 to its end: small sets mislead


def tune(
    gold: Sequence[Document],
    predictor: Callable[[DecodeSettings], Predictor],
    settings: DecodeSettings,
) -> DecodeSettings:
    """The settings with the thresholds that score best on ``gold``.

    Spans come first; relations are then tuned over the spans that those thresholds give.
    Without documents the settings stay as they are.
    """
    if not gold:
        return settings
    low = replace(settings, span_thresholds=dict.fromkeys(SCHEMA.label_ids, _FLOOR))
    found = list(map(predictor(low).predict, gold))
    spans = {
        label: _best([
            (span.score or 0.0, span.key in {s.key for s in g.spans})
            for g, p in zip(gold, found, strict=True)
            for span in p.spans
            if span.label == label
        ], sum(s.label == label for g in gold for s in g.spans))
        for label in SCHEMA.label_ids
    }
    settings = replace(settings, span_thresholds=spans)
    low = replace(settings, relation_thresholds=dict.fromkeys(SCHEMA.relation_ids, _FLOOR))
    found = list(map(predictor(low).predict, gold))
    relations = {
        kind: _best([
            (relation.score or 0.0, _key(p, relation) in {_key(g, r) for r in g.relations})
            for g, p in zip(gold, found, strict=True)
            for relation in p.relations
            if relation.type == kind
        ], sum(r.type == kind for g in gold for r in g.relations))
        for kind in SCHEMA.relation_ids
    }
    return replace(settings, relation_thresholds=relations)


def _key(document: Document, relation: Relation) -> tuple[str, object, object]:
    spans: dict[str, Span] = dict(document.by_id)
    return relation.type, spans[relation.head].key, spans[relation.tail].key


def _best(scored: Sequence[tuple[float, bool]], support: int) -> float:
    """The threshold with the best F1, drawn towards 0.5."""

    def value(threshold: float) -> float:
        kept = [right for score, right in scored if score >= threshold]
        f1 = 2 * sum(kept) / (len(kept) + support) if kept else 0.0
        return f1 - _PULL * abs(threshold - 0.5)

    return max(_GRID, key=value) if support else 0.5
