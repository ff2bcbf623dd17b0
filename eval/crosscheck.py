"""seqeval as a second opinion on strict span scores, on per-label IOB2 layers."""

from __future__ import annotations

from collections.abc import Sequence

from seqeval.metrics import f1_score
from seqeval.scheme import IOB2

from data.document import Document
from data.schema import SCHEMA
from data.words import words


def layer(document: Document, label: str) -> list[str]:
    """IOB2 tags of one label, one for each word. Spans must be made of whole words."""
    tags = []
    spans = [s for s in document.spans if s.label == label]
    for start, end in words(document.text):
        over = next((s for s in spans if s.start <= start and end <= s.end), None)
        tags.append("O" if over is None else f"{'B' if over.start == start else 'I'}-{label}")
    return tags


def seqeval_f1(gold: Sequence[Document], predicted: Sequence[Document]) -> float:
    """Strict micro F1 of seqeval over all labels' layers; equals ours where spans do not nest
    within a label, which documents forbid."""
    layers: tuple[list[list[str]], list[list[str]]] = ([], [])
    for side, documents in zip(layers, (gold, predicted), strict=True):
        side += [layer(d, label) for d in documents for label in SCHEMA.label_ids]
    if not any(tag != "O" for row in layers[0] for tag in row):
        return 0.0
    return float(f1_score(*layers, mode="strict", scheme=IOB2, zero_division=0))
