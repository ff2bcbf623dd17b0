"""A model may mark anything: whatever legal spans and relations it gives, records are made."""

from __future__ import annotations

import random

import pytest

from data.document import Document, Relation, Span
from data.schema import SCHEMA
from data.words import words
from incidents.assemble import ModelInfo, extraction
from tests.conftest import documents

TEXT = " ".join(d.text for d in documents(40))
WORDS = words(TEXT)


def marked(seed: int) -> Document:
    """Spans of random words and labels, none overlapping one of its label; legal relations."""
    draw = random.Random(seed)
    taken: dict[str, list[tuple[int, int]]] = {label: [] for label in SCHEMA.label_ids}
    rows = []
    for _ in range(draw.choice((5, 40, 150, 400))):
        first = draw.randrange(len(WORDS))
        last = min(len(WORDS) - 1, first + draw.randrange(draw.choice((1, 3, 6))))
        label = draw.choice(list(SCHEMA.label_ids))
        start, end = WORDS[first][0], WORDS[last][1]
        if all(end <= a or b <= start for a, b in taken[label]):
            taken[label].append((start, end))
            rows.append((start, -end, SCHEMA.label_ids[label], label))
    spans = tuple(Span(f"e{i}", label, start, -end, round(draw.random(), 4))
                  for i, (start, end, _, label) in enumerate(sorted(rows), 1))
    links = set()
    for _ in range(draw.choice((0, 50, 400, 3000))):
        head, tail, kind = draw.choice(spans), draw.choice(spans), draw.choice(
            list(SCHEMA.relation_ids))
        ends = SCHEMA.label_ids[head.label], SCHEMA.label_ids[tail.label]
        if head is not tail and SCHEMA.legality[ends[0]][ends[1]][SCHEMA.relation_ids[kind]]:
            links.add((kind, head.id, tail.id))
    return Document("any", TEXT, spans, tuple(Relation(*link, 0.5) for link in sorted(links)))


@pytest.mark.parametrize("part", range(5))
def test_whatever_is_marked_gives_a_record(part: int) -> None:
    for seed in range(60 * part, 60 * (part + 1)):
        document = marked(seed)
        result = extraction(document, ModelInfo())
        assert [e["id"] for e in result["entities"]] == [s.id for s in document.spans]
