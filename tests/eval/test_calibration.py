"""Calibration error by hand; scaling is undone exactly; documents rank by confidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.document import Document, Span
from eval.calibration import (
    before,
    bins,
    expected_error,
    rank_correlation,
    ranks,
    scored_spans,
    uncalibrated,
)
from models.predictor import calibrated
from models.settings import DecodeSettings

TEXT = "قصف قتل جرح نزح خطف"


def document(id: str, *scores: float | None) -> Document:
    """One DEATH span for each word and score."""
    spans = tuple(Span(f"e{i}", "DEATH", 4 * i, 4 * i + 3, s) for i, s in enumerate(scores))
    return Document(id, TEXT, spans)


def test_error_by_hand() -> None:
    scored = [(0.95, True), (0.95, True), (0.95, False), (0.95, True), (0.5, True), (0.5, False)]
    assert bins(scored) == [(0.5, 0.5, 2), (0.95, 0.75, 4)]
    assert expected_error(scored) == pytest.approx(4 / 6 * 0.2)
    assert expected_error([]) == 0.0 and bins([(1.0, True)]) == [(1.0, 1.0, 1)]


@given(st.floats(0.05, 0.99), st.floats(0.5, 3), st.floats(-1, 1))
def test_what_calibration_did_can_be_undone(raw: float, temperature: float, bias: float) -> None:
    logits = np.array([np.log(raw / (1 - raw))], np.float32)
    score = float(calibrated(logits, temperature, bias)[0])
    assert uncalibrated(score, temperature, bias) == pytest.approx(raw, abs=2e-3)


def test_scores_before_need_the_settings() -> None:
    settings = replace(DecodeSettings(), span_bias=-1.0)
    spans, relations = before(settings, [(0.5, True)], [(0.5, True)])
    assert spans and spans[0][0] == pytest.approx(0.731, abs=1e-3)
    assert relations and relations[0][0] == pytest.approx(0.5)
    assert before(None, [(0.5, True)], []) == (None, None)


def test_spans_without_scores_have_no_part() -> None:
    gold = document("d", None, None)
    assert scored_spans([(gold, document("d", 0.9, None, 0.4))]) == [(0.9, True), (0.4, False)]


def test_documents_rank_by_confidence() -> None:
    gold = document("d", None, None)
    pairs = [(gold, document("d", 0.9, 0.9)), (gold, document("d", 0.8)),
             (gold, document("d", 0.5, 0.9, 0.4, 0.4, 0.4))]
    assert rank_correlation(pairs) == pytest.approx(1.0)
    assert rank_correlation(pairs[:1]) is None
    assert ranks([3.0, 1.0, 3.0]) == [2.0, 0.5, 2.0]
    assert document("d", 0.9, 0.5).confidence == pytest.approx(0.7)
    assert document("d").confidence == 1.0
