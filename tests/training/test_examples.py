"""Training windows and batches, targets and the loss."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from data import inline
from data.document import Document, Span
from data.errors import DocumentError
from data.schema import SCHEMA
from data.windows import Windower
from models import encoders
from tests.conftest import documents
from training.examples import epoch_batches, examples
from training.objective import span_targets, wrong_spans
from training.optimiser import rate_factor


@pytest.fixture(scope="module")
def windower(tiny_arabert: Path) -> Windower:
    return Windower(encoders.load(str(tiny_arabert))[1], 64, 16)


def test_gold_by_word(windower: Windower) -> None:
    document = documents(1)[0]
    (example,) = examples(document, windower, 12)
    shown = {
        (document.text[example.window.words[a][0] : example.window.words[b][1]], label)
        for a, b, label in example.spans
    }
    assert shown == {(document.slice(s), SCHEMA.label_ids[s.label]) for s in document.spans}
    assert len(example.relations) == len(document.relations)


def test_a_span_that_cuts_a_word_is_refused(windower: Windower) -> None:
    document = Document("d", "قصف عنيف", (Span("a1", "ATTACK", 0, 2),))
    with pytest.raises(DocumentError, match="whole words") as caught:
        examples(document, windower, 12)
    assert "document d: span a1" in str(caught.value)


def test_a_span_longer_than_the_head_reaches_is_refused(windower: Windower) -> None:
    document = inline.parse("[في أول يوم من أيام الشهر](t1 DATE) قصف", "d")
    with pytest.raises(DocumentError, match="longer than"):
        examples(document, windower, 3)


def test_batches_hold_every_window_once_and_follow_the_seed() -> None:
    lengths = [30, 60, 64, 10, 45, 45, 20]
    epoch = list(epoch_batches(lengths, 130, seed=1, epoch=0))
    assert sorted(i for batch in epoch for i in batch) == list(range(7))
    assert epoch == list(epoch_batches(lengths, 130, seed=1, epoch=0))
    assert epoch != list(epoch_batches(lengths, 130, seed=1, epoch=1))


def test_processes_share_an_epoch_and_leave_nothing_out() -> None:
    lengths = [40] * 9
    shares = [list(epoch_batches(lengths, 80, 1, 0, rank, 2)) for rank in range(2)]
    assert len(shares[0]) == len(shares[1])
    assert {i for share in shares for batch in share for i in batch} == set(range(9))


def test_targets_and_wrong_spans(windower: Windower) -> None:
    batch = [examples(d, windower, 12)[0] for d in documents(2)]
    count = max(len(e.window.words) for e in batch)
    logits = torch.full((2, count, 12, len(SCHEMA.labels)), -9.0)
    target, valid = span_targets(batch, logits)
    assert int(target.sum()) == sum(len(e.spans) for e in batch)
    assert not (target * (1 - valid)).any()
    gold = batch[0].spans[0]
    logits[0, gold[0], gold[1] - gold[0] + 1, gold[2]] = 5.0  # overlaps gold of its label
    logits[0, 5, 0, SCHEMA.label_ids["WEAPON"]] = 5.0  # nothing of its label there
    logits[1, count - 1, 11, 0] = 5.0  # beyond the text
    assert wrong_spans(logits, target, valid, batch) == [[(5, 5, SCHEMA.label_ids["WEAPON"])], []]


def test_rate_rises_then_falls_to_nothing() -> None:
    factors = [rate_factor(step, 100, 0.1) for step in range(100)]
    assert factors[0] == pytest.approx(0.1) and max(factors) == factors[9] == 1.0
    assert factors[10:] == sorted(factors[10:], reverse=True) and 0 < factors[-1] < 0.02
