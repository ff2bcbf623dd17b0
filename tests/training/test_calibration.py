"""Calibration finds the scaling that was done to the scores; thresholds follow it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.calibration import fit
from training.thresholds import _best, _fit


def drawn(temperature: float, bias: float, count: int = 4000) -> list[tuple[float, bool]]:
    """Scores of a network whose true chances are ``sigmoid(logit / temperature + bias)``."""
    rng = random.Random(7)
    out = []
    for _ in range(count):
        logit = rng.uniform(-3, 6)
        chance = 1 / (1 + 2.718281828 ** -(logit / temperature + bias))
        out.append((1 / (1 + 2.718281828**-logit), rng.random() < chance))
    return out


@pytest.mark.parametrize(("temperature", "bias"), [(1.0, 0.0), (1.8, -0.6), (0.7, 0.4)])
def test_the_scaling_is_found(temperature: float, bias: float) -> None:
    found = fit(drawn(temperature, bias))
    assert found[0] == pytest.approx(temperature, rel=0.15)
    assert found[1] == pytest.approx(bias, abs=0.15)


def test_without_examples_nothing_changes() -> None:
    assert fit([]) == (1.0, 0.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_any_scores_keep_their_order(scored: list[tuple[float, bool]]) -> None:
    temperature, bias = fit(scored)
    assert 0 < temperature <= 10 and abs(bias) < 50


def test_thresholds_of_rare_kinds_stay_near_the_common_one() -> None:
    common = [("DATE", score, right) for score, right in drawn(1.0, 0.0)]
    rare = [("WEAPON", 0.9, False), ("WEAPON", 0.95, True)]
    gold = [kind for kind, _, right in common + rare if right]
    _, _, thresholds = _fit(common + rare, ("DATE", "WEAPON", "SOURCE"), gold)
    assert abs(thresholds["WEAPON"] - thresholds["DATE"]) < 0.5
    assert thresholds["SOURCE"] == pytest.approx(thresholds["DATE"], abs=0.1)


def test_the_best_threshold_parts_right_from_wrong() -> None:
    scored = [(0.9, True), (0.6, True), (0.55, False), (0.3, False)]
    assert 0.55 < _best(scored, 2, 0.5, 0.0) <= 0.6
    assert _best([], 0, 0.44, 0.1) == 0.44
