"""Optimiser, learning-rate schedule and the moving average of the weights."""

from __future__ import annotations

import re
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from training.objective import Objective

_LAYER = re.compile(r"encoder\.layer\.(\d+)\.")
_UNDECAYED = re.compile(r"bias$|[Nn]orm|widths")


def parameter_groups(
    objective: Objective, encoder_rate: float, head_rate: float, layer_decay: float,
    weight_decay: float,
) -> list[dict[str, object]]:
    """AdamW groups: heads at their own rate, the encoder's lower layers ever slower.

    Layer-wise decay follows ULMFiT's discriminative fine-tuning (Howard and Ruder 2018).
    """
    depth = objective.network.encoder.config.num_hidden_layers
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in objective.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("network.encoder."):
            layer = _LAYER.search(name)
            below = depth - int(layer[1]) - 1 if layer else depth
            rate = encoder_rate * layer_decay**below
        else:
            rate = head_rate
        decay = 0.0 if _UNDECAYED.search(name) else weight_decay
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": p, "lr": r, "weight_decay": d} for (r, d), p in groups.items()]


def rate_factor(step: int, steps: int, warmup: float) -> float:
    """Linear warm-up over the first ``warmup`` share of the steps, then linearly down to 0."""
    rising = max(1, round(warmup * steps))
    if step < rising:
        return (step + 1) / rising
    return max(0.0, (steps - step) / max(1, steps - rising))


class MovingAverage:
    """Exponential moving average of the trainable weights; short memory at first.

    The decay is ``min(decay, (1 + n) / (10 + n))`` after ``n`` updates, as in Adam-like trainers
    that average from the start.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], decay: float) -> None:
        self.parameters = list(parameters)
        self.values: list[Tensor] = [p.detach().clone() for p in self.parameters]
        self.decay = decay

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after update number ``step``."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.values, [p.detach() for p in self.parameters], 1 - decay)

    @torch.no_grad()
    def copy_to_parameters(self) -> None:
        """Replace the weights by their average."""
        for parameter, value in zip(self.parameters, self.values, strict=True):
            parameter.copy_(value)
