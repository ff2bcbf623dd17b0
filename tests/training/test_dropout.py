"""Dropout with bytes for masks."""

from __future__ import annotations

import torch
from torch import nn

from training.dropout import ByteDropout, speed_up


def test_share_scale_and_mean() -> None:
    torch.manual_seed(0)
    values = torch.ones(1003, 101)
    out = ByteDropout(0.1)(values)
    kept = out > 0
    assert abs(float(kept.float().mean()) - 0.9) < 0.01
    assert torch.unique(out[kept]).numel() == 1
    assert abs(float(out.mean()) - 1) < 0.01


def test_no_byte_of_a_draw_is_kept_more_often_than_another() -> None:
    torch.manual_seed(0)
    kept = (ByteDropout(0.5)(torch.ones(80_000, 8)) > 0).float().mean(0)
    assert ((kept - 0.5).abs() < 0.02).all()


def test_the_seed_fixes_the_mask_and_evaluation_is_untouched() -> None:
    layer, values = ByteDropout(0.3), torch.randn(7, 5)
    torch.manual_seed(1)
    first = layer(values)
    torch.manual_seed(1)
    assert torch.equal(first, layer(values))
    assert layer.eval()(values) is values


def test_every_dropout_layer_is_replaced_and_its_gradient_masked() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(4, 64), nn.Sequential(nn.Dropout(0.5)))
    speed_up(module)
    layer = dict(module.named_modules())["1.0"]
    assert isinstance(layer, ByteDropout)
    values = torch.ones(64, requires_grad=True)
    out = layer(values)
    out.sum().backward()
    assert values.grad is not None
    assert torch.equal(values.grad > 0, out > 0)
