"""Windows to padded arrays, the same for torch and ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.windows import Window

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class EncoderBatch:
    """``input_ids`` and ``mask``: ``[B, T]``; ``first`` and ``last``: ``[B, W]``, padded by 0."""

    input_ids: Ints
    mask: Ints
    first: Ints
    last: Ints


@dataclass(frozen=True)
class SpanBatch:
    """Spans of each window, ``[B, S]``: first and last word, label id, sentence, 1 where real."""

    start: Ints
    end: Ints
    label: Ints
    sentence: Ints
    mask: NDArray[np.float32]


def pad(rows: Sequence[Sequence[int]], fill: int = 0) -> Ints:
    """Rows of unequal length as one array, at least one column wide."""
    out = np.full((len(rows), max(1, *map(len, rows))), fill, np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


def encoder_batch(windows: Sequence[Window], pad_id: int) -> EncoderBatch:
    """Pad windows to one batch."""
    return EncoderBatch(
        pad([w.input_ids for w in windows], pad_id),
        pad([[1] * len(w.input_ids) for w in windows]),
        pad([w.first for w in windows]),
        pad([w.last for w in windows]),
    )


def span_batch(
    windows: Sequence[Window], spans: Sequence[Sequence[tuple[int, int, int]]]
) -> SpanBatch:
    """Pad the spans of windows, each ``(first word, last word, label id)`` sorted by start."""
    sentence = [
        [w.sentence[s[0]] for s in row] for w, row in zip(windows, spans, strict=True)
    ]
    return SpanBatch(
        pad([[s[0] for s in row] for row in spans]),
        pad([[s[1] for s in row] for row in spans]),
        pad([[s[2] for s in row] for row in spans]),
        pad(sentence),
        pad([[1] * len(row) for row in spans]).astype(np.float32),
    )


def groups(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Indices in groups of similar length, none above ``budget`` padded subwords unless alone."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    group: list[int] = []
    for i in order:
        if group and lengths[i] * (len(group) + 1) > budget:
            yield group
            group = []
        group.append(i)
    if group:
        yield group
