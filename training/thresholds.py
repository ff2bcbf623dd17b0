"""How scores become decisions, fitted on the development set: calibration, then thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from data.document import Document
from data.matching import judged_relations, judged_spans
from data.schema import SCHEMA
from models.predictor import Predictor, calibrated
from models.settings import DecodeSettings
from training import calibration

_FLOOR = 0.05  # probability from which the network's candidates are looked at
_GRID = tuple(round(0.2 + 0.02 * i, 2) for i in range(31))
_PULL = 0.1  # F1 that a threshold must win to move by 1 from the common one: small sets mislead

Candidate = tuple[str, float, bool]  # label or type, score, whether it is right


def tune(
    gold: Sequence[Document],
    predictor: Callable[[DecodeSettings], Predictor],
    settings: DecodeSettings,
) -> DecodeSettings:
    """The settings with calibration and thresholds that fit ``gold`` best.

    Spans come first; relations are then fitted over the spans that those settings give.
    Without documents the settings stay as they are.
    """
    if not gold:
        return settings
    floor = dict.fromkeys(SCHEMA.label_ids, _FLOOR)
    raw = replace(settings, span_thresholds=floor, span_temperature=1.0, span_bias=0.0)
    found = list(map(predictor(raw).predict, gold))
    spans = judged_spans(list(zip(gold, found, strict=True)))
    temperature, bias, thresholds = _fit(
        spans, SCHEMA.label_ids, [s.label for g in gold for s in g.spans])
    settings = replace(settings, span_thresholds=thresholds, span_temperature=temperature,
                       span_bias=bias)

    floor = dict.fromkeys(SCHEMA.relation_ids, _FLOOR)
    raw = replace(settings, relation_thresholds=floor, relation_temperature=1.0,
                  relation_bias=0.0)
    found = list(map(predictor(raw).predict, gold))
    links = judged_relations(list(zip(gold, found, strict=True)))
    temperature, bias, thresholds = _fit(
        links, SCHEMA.relation_ids, [r.type for g in gold for r in g.relations])
    return replace(settings, relation_thresholds=thresholds, relation_temperature=temperature,
                   relation_bias=bias)


def _fit(
    found: Sequence[Candidate], kinds: Iterable[str], gold: Sequence[str]
) -> tuple[float, float, dict[str, float]]:
    """Temperature, bias, and a threshold for each kind on the calibrated scores.

    Args:
        found: the network's candidates.
        kinds: all labels or relation types.
        gold: label or type of every gold item.
    """
    temperature, bias = calibration.fit([(score, right) for _, score, right in found])
    scores = np.array([score for _, score, _ in found], np.float32).clip(1e-6, 1 - 1e-6)
    scaled = calibrated(np.log(scores / (1 - scores)), temperature, bias)
    ready = [(k, float(s), right) for (k, _, right), s in zip(found, scaled, strict=True)]
    common = _best([(s, right) for _, s, right in ready], len(gold), 0.5, 0.0)
    return temperature, bias, {
        kind: _best([(s, right) for k, s, right in ready if k == kind], gold.count(kind),
                    common, _PULL)
        for kind in kinds
    }


def _best(
    scored: Sequence[tuple[float, bool]], support: int, anchor: float, pull: float
) -> float:
    """The threshold with the best F1, drawn towards ``anchor``; the anchor without gold."""

    def value(threshold: float) -> tuple[float, float]:
        kept = [right for score, right in scored if score >= threshold]
        f1 = 2 * sum(kept) / (len(kept) + support)
        distance = abs(threshold - anchor)
        return f1 - pull * distance, -distance

    return max(_GRID, key=value) if support else anchor
