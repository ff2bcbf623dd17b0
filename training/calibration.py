"""Scores that are probabilities: Platt scaling of logits (Platt 1999).

A temperature alone (Guo et al. 2017) leaves emitted scores too high: of the candidates, those
above threshold are the ones whose scores err upwards, and a relation is right only where both its
spans are. The bias takes that off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_EDGE = 5e-5  # scores are rounded to four digits: 1.0 may be anything above 1 - _EDGE
_PRIOR = 1.0  # pull towards no change, in examples; decides only where there are few
_STEPS = 50

Doubles = NDArray[np.float64]


def fit(scored: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Temperature and bias under which ``sigmoid(logit / temperature + bias)`` fits best.

    Least negative log-likelihood by damped Newton steps (Lin, Lin and Weng 2007).

    Args:
        scored: probability that the network gave, and whether it was right.
    """
    scores = np.array([score for score, _ in scored], np.float64).clip(_EDGE, 1 - _EDGE)
    right = np.array([float(right) for _, right in scored])
    inputs = np.stack([np.log(scores / (1 - scores)), np.ones_like(scores)], axis=1)
    start = np.array([1.0, 0.0])

    def loss(weights: Doubles) -> float:
        logits = inputs @ weights
        pull = _PRIOR / 2 * ((weights - start) ** 2).sum()
        return float((np.logaddexp(0, logits) - right * logits).sum() + pull)

    weights = start
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-(inputs @ weights)))
        slope = inputs.T @ (chance - right) + _PRIOR * (weights - start)
        curve = (inputs.T * (chance * (1 - chance))) @ inputs + _PRIOR * np.eye(2)
        step = np.linalg.solve(curve, slope)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > 1e-9:
            step = step / 2
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    # A network that is wrong more often where it is surer cannot be mended by scaling.
    sharpness = max(float(weights[0]), 0.1)
    return round(1 / sharpness, 4), round(float(weights[1]), 4)
