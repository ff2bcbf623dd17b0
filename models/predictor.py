"""From texts to spans and relations with scores, whatever runs the network. Torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from data.document import Document, Relation, Span
from data.schema import SCHEMA
from data.windows import Window, Windower
from models.batches import EncoderBatch, SpanBatch, encoder_batch, groups, span_batch
from models.settings import DecodeSettings

Floats = NDArray[np.float32]
_LABELS = tuple(SCHEMA.label_ids)
_TYPES = tuple(SCHEMA.relation_ids)
_FORBIDDEN = -1e3  # legal logits never come near


class Runner(Protocol):
    """Runs the two graphs of the network; ``words`` is whatever the first hands to the second."""

    def encode(self, batch: EncoderBatch) -> tuple[Any, Floats]:
        """``(words, span logits [B, W, K, L])``."""

    def relate(self, words: Any, batch: SpanBatch) -> Floats:
        """Relation logits ``[B, S, S, R]``."""


@dataclass(frozen=True)
class ScoredWindow:
    """One window with its decoded candidates, kept until the spans of its document are settled."""

    document: int
    window: Window
    words: Any
    row: int


def sigmoid(logits: Floats) -> Floats:
    """Logistic function; large negative logits give 0 without overflow."""
    return (1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)


class Predictor:
    """Reads documents with one network.

    Args:
        runner: the network.
        windower: cuts texts as in training.
        settings: thresholds and temperatures.
        pad_id: the tokenizer's padding id.
        budget: padded subwords in one batch.
    """

    def __init__(
        self, runner: Runner, windower: Windower, settings: DecodeSettings, pad_id: int,
        budget: int = 4096,
    ) -> None:
        self._runner, self._windower, self._settings = runner, windower, settings
        self._pad_id, self._budget = pad_id, budget
        self._span_floor = np.array(list(settings.span_thresholds.values()), np.float32)
        self._relation_floor = np.array(list(settings.relation_thresholds.values()), np.float32)

    def predict(self, documents: Sequence[Document]) -> list[Document]:
        """The documents with predicted spans and relations in place of their own."""
        scored, candidates = self.score_spans(documents)
        spans = [_settle(found) for found in candidates]
        relations = self._relations(scored, spans)
        return [
            _assemble(document, found, links)
            for document, found, links in zip(documents, spans, relations, strict=True)
        ]

    def score_spans(
        self, documents: Sequence[Document]
    ) -> tuple[list[ScoredWindow], list[dict[tuple[str, int, int], float]]]:
        """All windows, and for each document the spans above threshold with their best score."""
        pieces = [(i, w) for i, d in enumerate(documents) for w in self._windower.cut(d.text)]
        candidates: list[dict[tuple[str, int, int], float]] = [{} for _ in documents]
        scored: list[ScoredWindow] = []
        for group in groups([len(w.input_ids) for _, w in pieces], self._budget):
            batch = encoder_batch([pieces[i][1] for i in group], self._pad_id)
            words, logits = self._runner.encode(batch)
            scores = sigmoid(logits / self._settings.span_temperature)
            for row, i in enumerate(group):
                document, window = pieces[i]
                scored.append(ScoredWindow(document, window, words, row))
                _collect(window, scores[row], self._span_floor, candidates[document])
        return scored, candidates

    def _relations(
        self, scored: Sequence[ScoredWindow], spans: Sequence[Sequence[Span]]
    ) -> list[dict[tuple[str, str, str], float]]:
        links: list[dict[tuple[str, str, str], float]] = [{} for _ in spans]
        for piece in scored:
            inside = _inside(piece.window, spans[piece.document])
            if len(inside) < 2:
                continue
            rows = [(first, last, SCHEMA.label_ids[span.label]) for span, first, last in inside]
            logits = self._runner.relate(
                _row(piece.words, piece.row), span_batch([piece.window], [rows])
            )[0]
            scores = sigmoid(logits / self._settings.relation_temperature)
            legal = logits > _FORBIDDEN
            for head, tail, kind in np.argwhere(legal & (scores >= self._relation_floor)):
                if head == tail:
                    continue
                key = (_TYPES[kind], inside[head][0].id, inside[tail][0].id)
                score = float(scores[head, tail, kind])
                known = links[piece.document]
                known[key] = max(score, known.get(key, 0.0))
        return links


def _row(words: Any, row: int) -> Any:
    return words[row : row + 1]


def _collect(
    window: Window, scores: Floats, floor: Floats, into: dict[tuple[str, int, int], float]
) -> None:
    """Add a window's spans above threshold, by offsets; of two scores the higher stays."""
    count = len(window.words)
    for word, width, label in np.argwhere(scores[:count] >= floor):
        if word + width < count:
            start, end = window.words[word][0], window.words[word + width][1]
            key = (_LABELS[label], start, end)
            into[key] = max(float(scores[word, width, label]), into.get(key, 0.0))


def _settle(candidates: dict[tuple[str, int, int], float]) -> list[Span]:
    """Of overlapping spans of one label the best scored stay; numbered in text order."""
    kept: list[tuple[str, int, int]] = []
    for key in sorted(candidates, key=lambda k: (-candidates[k], k)):
        label, start, end = key
        if all(label != k[0] or end <= k[1] or k[2] <= start for k in kept):
            kept.append(key)
    kept.sort(key=lambda k: (k[1], -k[2], SCHEMA.label_ids[k[0]]))
    return [
        Span(f"e{i}", label, start, end, candidates[label, start, end])
        for i, (label, start, end) in enumerate(kept, 1)
    ]


def _inside(window: Window, spans: Sequence[Span]) -> list[tuple[Span, int, int]]:
    """Spans that lie in a window, with their first and last word there."""
    starts = {start: i for i, (start, _) in enumerate(window.words)}
    ends = {end: i for i, (_, end) in enumerate(window.words)}
    return [
        (span, starts[span.start], ends[span.end])
        for span in spans
        if span.start in starts and span.end in ends
    ]


def _assemble(
    document: Document, spans: list[Span], links: dict[tuple[str, str, str], float]
) -> Document:
    order = {span.id: i for i, span in enumerate(spans)}
    relations = [
        Relation(kind, head, tail, links[kind, head, tail])
        for kind, head, tail in sorted(
            links, key=lambda k: (order[k[1]], order[k[2]], SCHEMA.relation_ids[k[0]])
        )
    ]
    return replace(document, spans=tuple(spans), relations=tuple(relations))
