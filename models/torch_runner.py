"""Runs a network with torch, for evaluation during training and for parity with ONNX."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.batches import EncoderBatch, SpanBatch
from models.network import Network
from models.predictor import Floats


def tensors(batch: EncoderBatch | SpanBatch, device: torch.device) -> dict[str, Tensor]:
    """The arrays of a batch as tensors on a device."""
    return {name: torch.from_numpy(value).to(device) for name, value in asdict(batch).items()}


class TorchRunner:
    """``models.predictor.Runner`` over a torch network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._device = next(network.parameters()).device

    @torch.inference_mode()
    def encode(self, batch: EncoderBatch) -> tuple[Any, Floats]:
        """Word representations and span logits."""
        words = self._network.encode(**tensors(batch, self._device))
        logits = self._network.spans(words)
        return words, logits.cpu().numpy().astype(np.float32)

    @torch.inference_mode()
    def relate(self, words: Any, batch: SpanBatch) -> Floats:
        """Relation logits."""
        logits = self._network.relations(words, **tensors(batch, self._device))
        return np.asarray(logits.cpu().numpy(), np.float32)
