"""From a text to spans and relations with scores, whatever runs the network. Torch-free.

Every document is read by itself: what else is read at the same time never changes its answer
(dynamic int8 scales activations by the whole batch).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from data.document import Document, Relation, Span
from data.schema import SCHEMA
from data.windows import Window, Windower
from models.batches import EncoderBatch, SpanBatch, encoder_batch, groups, span_batch
from models.settings import DecodeSettings

Floats = NDArray[np.float32]
SpanScores = dict[tuple[str, int, int], float]  # (label, start, end) to probability
LinkScores = dict[tuple[str, str, str], float]  # (type, head id, tail id) to probability
_LABELS = tuple(SCHEMA.label_ids)
_TYPES = tuple(SCHEMA.relation_ids)
_FORBIDDEN = -1e3  # legal logits never come near
# A comma ends a name, a group, a weapon: beside it stands another one. Only these run across it.
_PAST_COMMAS = frozenset(("DATE", "SOURCE"))
# The Arabic keyboard's comma also parts thousands (`2،500`): a whole such number matches first.
_COMMA = re.compile(r"(?<!\d)\d{1,3}(?:،\d{3})+(?!\d)|([،؛])")
# A source's words are about one trigger, a weapon is named for one attack, a place lies in its
# nearest container: of several such links of one span only the best is true.
_ONE_HEAD = frozenset(("source", "weapon"))
_ONE_TAIL = frozenset(("located_in",))
# What an attack and its harm share is the attack's: ``caused_by`` carries it to the harm.
_CARRIED = frozenset(("date", "perpetrator", "place", "weapon"))


class Runner(Protocol):
    """Runs the two graphs of the network; ``words`` is whatever the first hands to the second."""

    def encode(self, batch: EncoderBatch) -> tuple[Any, Floats]:
        """``(words, span logits [B, W, K, L])``."""

    def relate(self, words: Any, batch: SpanBatch) -> Floats:
        """Relation logits ``[B, S, S, R]``."""


def sigmoid(logits: Floats) -> Floats:
    """Logistic function; large negative logits give 0 without overflow."""
    return (1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)


def calibrated(logits: Floats, temperature: float, bias: float) -> Floats:
    """Probabilities: the logistic function of ``logits / temperature + bias``."""
    return sigmoid(logits / temperature + bias)


class Predictor:
    """Reads documents with one network.

    Args:
        runner: the network.
        windower: cuts texts as in training.
        settings: thresholds and calibration.
        pad_id: the tokenizer's padding id.
        budget: padded subwords in one batch of windows.
    """

    def __init__(
        self, runner: Runner, windower: Windower, settings: DecodeSettings, pad_id: int,
        budget: int = 4096,
    ) -> None:
        self._runner, self._windower = runner, windower
        self._span_scale = settings.span_temperature, settings.span_bias
        self._relation_scale = settings.relation_temperature, settings.relation_bias
        self._pad_id, self._budget = pad_id, budget
        self._span_floor = np.array(list(settings.span_thresholds.values()), np.float32)
        self._relation_floor = np.array(list(settings.relation_thresholds.values()), np.float32)

    def predict(self, document: Document) -> Document:
        """The document with predicted spans and relations in place of its own."""
        windows = self._windower.cut(document.text)
        words, found = self._spans(document.text, windows)
        spans = _settle(found)
        links = self._relations(windows, words, spans)
        return _assemble(document, spans, links)

    def relate(self, document: Document) -> Document:
        """The document with relations predicted between the spans that it has."""
        windows = self._windower.cut(document.text)
        words, _ = self._spans(document.text, windows)
        return _assemble(document, document.spans, self._relations(windows, words, document.spans))

    def _spans(
        self, text: str, windows: Sequence[Window]
    ) -> tuple[dict[int, Any], SpanScores]:
        """Word representations of each window, and all spans above threshold."""
        words: dict[int, Any] = {}
        found: SpanScores = {}
        commas = [m.start() for m in _COMMA.finditer(text) if m[1]]
        for group in groups([len(w.input_ids) for w in windows], self._budget):
            batch = encoder_batch([windows[i] for i in group], self._pad_id)
            encoded, logits = self._runner.encode(batch)
            scores = calibrated(logits, *self._span_scale)
            for row, i in enumerate(group):
                words[i] = encoded[row : row + 1]
                self._collect(commas, windows[i], scores[row], found)
        return words, found

    def _collect(
        self, commas: Sequence[int], window: Window, scores: Floats, found: SpanScores
    ) -> None:
        """Add a window's spans above threshold; of two scores the higher stays."""
        count = len(window.words)
        before = [bisect_left(commas, start) for start, _ in window.words]
        for word, width, label in np.argwhere(scores[:count] >= self._span_floor):
            if word + width < count and (
                before[word] == before[word + width] or _LABELS[label] in _PAST_COMMAS
            ):
                start, end = window.words[word][0], window.words[word + width][1]
                key = (_LABELS[label], start, end)
                found[key] = max(float(scores[word, width, label]), found.get(key, 0.0))

    def _relations(
        self, windows: Sequence[Window], words: dict[int, Any], spans: Sequence[Span]
    ) -> LinkScores:
        """The relations above threshold."""
        links: LinkScores = {}
        for i, window in enumerate(windows):
            inside = _inside(window, spans)
            if len(inside) < 2:
                continue
            rows = [(first, last, SCHEMA.label_ids[span.label]) for span, first, last in inside]
            logits = self._runner.relate(words[i], span_batch([window], [rows]))[0]
            scores = calibrated(logits, *self._relation_scale)
            legal = logits > _FORBIDDEN
            for head, tail, kind in np.argwhere(legal & (scores >= self._relation_floor)):
                if head != tail:
                    key = (_TYPES[kind], inside[head][0].id, inside[tail][0].id)
                    links[key] = max(float(scores[head, tail, kind]), links.get(key, 0.0))
        return _attached_once(_sole(links))


def _settle(found: SpanScores) -> list[Span]:
    """Of overlapping spans of one label the best scored stay; numbered in text order."""
    kept: list[tuple[str, int, int]] = []
    for key in sorted(found, key=lambda k: (-found[k], k)):
        label, start, end = key
        if all(label != k[0] or end <= k[1] or k[2] <= start for k in kept):
            kept.append(key)
    kept.sort(key=lambda k: (k[1], -k[2], SCHEMA.label_ids[k[0]]))
    return [
        Span(f"e{i}", label, start, end, round(found[label, start, end], 4))
        for i, (label, start, end) in enumerate(kept, 1)
    ]


def _sole(links: LinkScores) -> LinkScores:
    """Without the links that a better scored one rules out."""
    kept: dict[tuple[str, ...], tuple[str, str, str]] = {}
    for key in sorted(links, key=lambda k: (-links[k], k)):
        kind, head, tail = key
        kept.setdefault(
            (kind, tail) if kind in _ONE_HEAD else (kind, head) if kind in _ONE_TAIL else key, key
        )
    return {key: links[key] for key in kept.values()}


def _attached_once(links: LinkScores) -> LinkScores:
    """Without a harm's arguments that an attack which led to it has as well, both as surely."""
    causes: dict[str, list[tuple[str, float]]] = {}
    for (kind, head, tail), score in links.items():
        if kind == "caused_by":
            causes.setdefault(head, []).append((tail, score))

    def carried(kind: str, head: str, tail: str, score: float) -> bool:
        return kind in _CARRIED and any(
            min(sure, links.get((kind, attack, tail), 0.0)) >= score
            for attack, sure in causes.get(head, ())
        )

    return {key: score for key, score in links.items() if not carried(*key, score)}


def _inside(window: Window, spans: Sequence[Span]) -> list[tuple[Span, int, int]]:
    """Spans that lie in a window, with their first and last word there, ordered as in training."""
    starts = {start: i for i, (start, _) in enumerate(window.words)}
    ends = {end: i for i, (_, end) in enumerate(window.words)}
    found = [
        (span, starts[span.start], ends[span.end])
        for span in spans
        if span.start in starts and span.end in ends
    ]
    return sorted(found, key=lambda each: (*each[1:], SCHEMA.label_ids[each[0].label]))


def _assemble(
    document: Document, spans: Sequence[Span], links: LinkScores
) -> Document:
    order = {span.id: i for i, span in enumerate(spans)}
    relations = [
        Relation(kind, head, tail, round(links[kind, head, tail], 4))
        for kind, head, tail in sorted(
            links, key=lambda k: (order[k[1]], order[k[2]], SCHEMA.relation_ids[k[0]])
        )
    ]
    return replace(document, spans=tuple(spans), relations=tuple(relations))
