"""Whether scores can be believed: expected calibration error, and the ranking of documents."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import correlation, mean
from typing import Any

from data.document import Document
from data.matching import Pairs, judged_relations, judged_spans, relation_keys, span_keys
from models.settings import DecodeSettings

BINS = 15
_EDGE = 5e-5  # scores on disk have four digits

Scored = Sequence[tuple[float, bool]]  # score of an emitted item, and whether it is right


def scored_spans(pairs: Pairs) -> Scored:
    """All predicted spans that carry a score."""
    return [(score, right) for _, score, right in judged_spans(pairs)]


def scored_relations(pairs: Pairs) -> Scored:
    """All predicted relations that carry a score; right means exact at both ends."""
    return [(score, right) for _, score, right in judged_relations(pairs)]


def uncalibrated(score: float, temperature: float, bias: float) -> float:
    """The probability that the network itself gave."""
    score = min(max(score, _EDGE), 1 - _EDGE)
    return 1 / (1 + math.exp(-(math.log(score / (1 - score)) - bias) * temperature))


def before(
    settings: DecodeSettings | None, spans: Scored, relations: Scored
) -> tuple[Scored | None, Scored | None]:
    """The same spans and relations with the network's own scores, if the settings are known."""
    if settings is None:
        return None, None
    span_scale = settings.span_temperature, settings.span_bias
    relation_scale = settings.relation_temperature, settings.relation_bias
    return (
        [(uncalibrated(score, *span_scale), right) for score, right in spans],
        [(uncalibrated(score, *relation_scale), right) for score, right in relations],
    )


def bins(scored: Scored) -> list[tuple[float, float, int]]:
    """Mean score, share that is right, and number of each bin of equal width that is not empty."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for score, right in scored:
        groups.setdefault(min(int(score * BINS), BINS - 1), []).append((score, right))
    return [
        (mean(score for score, _ in group), mean(float(right) for _, right in group), len(group))
        for _, group in sorted(groups.items())
    ]


def expected_error(scored: Scored) -> float:
    """Expected calibration error (Naeini et al. 2015) over 15 bins; 0 without scores."""
    gaps = sum(count * abs(score - right) for score, right, count in bins(scored))
    return gaps / len(scored) if scored else 0.0


def summary(scored: Scored, raw: Scored | None) -> dict[str, Any]:
    """Calibration of emitted items, and before scaling where the settings are known."""
    return {
        "ece": round(expected_error(scored), 4),
        **({} if raw is None else {"ece_before": round(expected_error(raw), 4)}),
        "mean_score": round(mean(s for s, _ in scored), 4) if scored else None,
        "precision": round(mean(float(r) for _, r in scored), 4) if scored else None,
    }


def document_f1(gold: Document, predicted: Document) -> float:
    """Strict F1 over spans and relations of one document together; 1 where both are empty."""
    ours, theirs = (span_keys(d) | relation_keys(d) for d in (gold, predicted))
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours or theirs else 1.0


def rank_correlation(pairs: Pairs) -> float | None:
    """Spearman's rho between a document's uncertainty (1 - confidence) and 1 - F1.

    None where one of the two does not vary.
    """
    unsure = [1 - predicted.confidence for _, predicted in pairs]
    wrong = [1 - document_f1(gold, predicted) for gold, predicted in pairs]
    if len(set(unsure)) < 2 or len(set(wrong)) < 2:
        return None
    return round(correlation(ranks(unsure), ranks(wrong)), 4)


def ranks(values: Sequence[float]) -> list[float]:
    """Rank of each value; equal values share the mean of theirs."""
    ordered = sorted(values)
    return [(bisect_left(ordered, v) + bisect_right(ordered, v)) / 2 for v in values]
