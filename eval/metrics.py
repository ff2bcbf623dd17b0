"""All scores of a set of predictions, as plain numbers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.document import Document
from data.errors import FormatError
from data.matching import (
    K,
    Pairs,
    RelationKey,
    Score,
    SpanKey,
    by_kind,
    compare,
    macro_f1,
    micro,
    overlap,
    relation_keys,
    relations_overlap,
    span_keys,
    spans_overlap,
)
from data.schema import SCHEMA
from eval import calibration, errors, slices
from eval.crosscheck import seqeval_f1
from models.settings import DecodeSettings

_RESAMPLES = 1000


@dataclass(frozen=True)
class Reference:
    """What some scores need beside gold and predictions; they are left out without it.

    Attributes:
        seen: words of the training set's spans.
        genres: document id to genre.
        settings: of the model, for its scores before calibration.
    """

    seen: frozenset[str] | None = None
    genres: Mapping[str, str] = field(default_factory=dict)
    settings: DecodeSettings | None = None


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


def measure(
    gold: Sequence[Document], predicted: Sequence[Document],
    related: Sequence[Document] | None = None, reference: Reference | None = None,
) -> dict[str, Any]:
    """Every score of one set.

    Args:
        gold: marked documents.
        predicted: the same with predictions, end to end.
        related: the same with gold spans and predicted relations.
        reference: what further scores need.

    Raises:
        FormatError: gold and predictions do not pair up.
    """
    pairs, reference = paired(gold, predicted), reference or Reference()
    relations = _relations(pairs)
    if related is not None:
        relations["given_spans"] = _relations(paired(gold, related))
    scored = calibration.scored_spans(pairs), calibration.scored_relations(pairs)
    before = calibration.before(reference.settings, *scored)
    return {
        "documents": len(pairs),
        "spans": {
            **_spans(pairs, reference.seen),
            "calibration": calibration.summary(scored[0], before[0]),
        },
        "relations": {**relations, "calibration": calibration.summary(scored[1], before[1])},
        "errors": errors.counts(pairs),
        "confidence_rank": calibration.rank_correlation(pairs),
        "by_genre": brief_by(slices.by_genre(pairs, reference.genres)),
        "by_year": brief_by(slices.by_year(pairs)),
        "seqeval_f1": round(seqeval_f1(gold, [p for _, p in pairs]), 4),
    }


def brief_by(groups: Mapping[str, Pairs]) -> dict[str, dict[str, Any]]:
    """Strict micro F1 of spans and relations of each group of documents."""
    return {
        name: {
            "documents": len(pairs),
            "spans_f1": round(_micro((span_keys(g), span_keys(p)) for g, p in pairs).f1, 4),
            "relations_f1": round(
                _micro((relation_keys(g), relation_keys(p)) for g, p in pairs).f1, 4),
        }
        for name, pairs in groups.items()
    }


def _spans(pairs: Pairs, seen: frozenset[str] | None) -> dict[str, Any]:
    """Strict and overlapping spans, those that nest, those with words never seen in training."""
    sets = [(span_keys(g), span_keys(p)) for g, p in pairs]
    inner = _micro((slices.nested(g), slices.nested(g) & span_keys(p)) for g, p in pairs)
    out = {
        **_summary(sets, SCHEMA.label_ids),
        "overlap": overlap(sets, spans_overlap),
        "nested": {"recall": round(inner.recall, 4), "support": inner.support},
    }
    if seen is not None:
        new = [(slices.unseen(g, seen), slices.unseen(p, seen)) for g, p in pairs]
        out["unseen"] = _numbers(_micro(new))
    return out


def _relations(pairs: Pairs) -> dict[str, Any]:
    """Relations with exact ends (Rel+), with overlapping ends (Rel), within and across sentences.
    """
    sets = [(relation_keys(g), relation_keys(p)) for g, p in pairs]
    parts: dict[bool, list[tuple[set[RelationKey], set[RelationKey]]]] = {True: [], False: []}
    for (document, _), (ours, theirs) in zip(pairs, sets, strict=True):
        across = slices.across_sentences(document.text)
        for part, chosen in parts.items():
            chosen.append(({k for k in ours if across(k) == part},
                           {k for k in theirs if across(k) == part}))
    return {
        **_summary(sets, SCHEMA.relation_ids),
        "overlap": overlap(sets, relations_overlap),
        "within_sentence": _numbers(_micro(parts[False])),
        "across_sentences": _numbers(_micro(parts[True])),
    }


def bootstrap(scores: Sequence[Score], seed: int = 0) -> list[float]:
    """95 % interval of micro F1 over resampled documents (percentile bootstrap)."""
    if not scores:
        return [0.0, 0.0]
    rng = random.Random(seed)
    values = sorted(micro(rng.choices(scores, k=len(scores))).f1 for _ in range(_RESAMPLES))
    return [round(values[int(q * (_RESAMPLES - 1))], 4) for q in (0.025, 0.975)]


def _micro(pairs: Iterable[tuple[set[SpanKey], set[SpanKey]]]
           | Iterable[tuple[set[RelationKey], set[RelationKey]]]) -> Score:
    return micro(compare(gold, predicted) for gold, predicted in pairs)


def _numbers(score: Score) -> dict[str, float]:
    return {
        "precision": round(score.precision, 4), "recall": round(score.recall, 4),
        "f1": round(score.f1, 4), "support": score.support,
    }


def _summary(sets: Sequence[tuple[set[K], set[K]]], kinds: Iterable[str]) -> dict[str, Any]:
    """Micro with its interval, macro, and each label or type."""
    scores = by_kind(sets, kinds)
    interval = bootstrap([compare(gold, predicted) for gold, predicted in sets])
    return {
        "micro": {**_numbers(micro(scores.values())), "interval": interval},
        "macro_f1": round(macro_f1(scores.values()), 4),
        "by_kind": {kind: _numbers(score) for kind, score in scores.items()},
    }
