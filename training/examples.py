"""Training windows: what the network is shown, and what it should answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.document import Document
from data.errors import DocumentError
from data.schema import SCHEMA
from data.windows import Window, Windower
from models.batches import groups

WordSpan = tuple[int, int, int]  # first word, last word, label id


@dataclass(frozen=True)
class Example:
    """One window with its gold.

    Attributes:
        window: as the encoder sees it.
        spans: gold spans by word, sorted by start.
        relations: gold relations: indices of head and tail into ``spans``, and the type's id.
    """

    window: Window
    spans: tuple[WordSpan, ...]
    relations: frozenset[tuple[int, int, int]]


def examples(document: Document, windower: Windower, max_span_words: int) -> list[Example]:
    """All windows of a document with the spans and relations that lie in them.

    Raises:
        DocumentError: a span is not made of whole words, is longer than the span head reaches, or
            lies whole in no window.
    """
    seen: set[str] = set()
    out = []
    for window in windower.cut(document.text):
        starts = {start: i for i, (start, _) in enumerate(window.words)}
        ends = {end: i for i, (_, end) in enumerate(window.words)}
        found = [
            (starts[s.start], ends[s.end], SCHEMA.label_ids[s.label], s.id)
            for s in document.spans
            if s.start in starts and s.end in ends
        ]
        found.sort()
        index = {id: i for i, (_, _, _, id) in enumerate(found)}
        seen.update(index)
        relations = frozenset(
            (index[r.head], index[r.tail], SCHEMA.relation_ids[r.type])
            for r in document.relations
            if r.head in index and r.tail in index
        )
        out.append(Example(window, tuple(f[:3] for f in found), relations))
        for first, last, _, id in found:
            if last - first >= max_span_words:
                raise DocumentError(
                    "span is longer than the span head reaches",
                    where=f"document {document.id}: span {id}", value=last - first + 1,
                    legal=f"up to {max_span_words} words", fix="raise max_span_words",
                )
    for span in document.spans:
        if span.id not in seen:
            raise DocumentError(
                "span is not made of whole words of one window",
                where=f"document {document.id}: span {span.id}", value=(span.start, span.end),
                fix="snap spans to whole words (annotation.export does), or raise max_tokens",
            )
    return out


def epoch_batches(
    lengths: Sequence[int], budget: int, seed: int, epoch: int, rank: int = 0, world: int = 1
) -> Iterator[list[int]]:
    """Indices of one epoch in batches of similar length, in an order that seed and epoch fix.

    Every process of ``world`` gets the same number of batches; the last ones are filled up with
    the first, so that none is left out.
    """
    rng = random.Random(f"{seed}:{epoch}")
    jittered = [length + rng.randrange(64) for length in lengths]  # other neighbours each epoch
    batches = list(groups(jittered, budget))
    rng.shuffle(batches)
    for i in range(-(-len(batches) // world)):
        yield batches[(i * world + rank) % len(batches)]
