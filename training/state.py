"""Where an interrupted training stands: weights, averages and moments, in one safetensors file."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from data.errors import BundleError
from training.optimiser import MovingAverage

FILE_NAME = "state.safetensors"


def save(
    folder: Path, step: int, fingerprint: str, losses: list[list[float]],
    average: MovingAverage, optimiser: torch.optim.Optimizer,
) -> None:
    """Write the state after ``step`` updates; a crash leaves the one before it.

    Randomness needs no saving: order and dropout are functions of seed, epoch and step.
    """
    tensors: dict[str, Tensor] = {}
    for i, (parameter, value) in enumerate(
        zip(average.parameters, average.values, strict=True)
    ):
        tensors[f"weight.{i}"] = parameter.detach()
        tensors[f"average.{i}"] = value
        for name, moment in optimiser.state.get(parameter, {}).items():
            tensors[f"{name}.{i}"] = torch.as_tensor(moment)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{FILE_NAME}.partial"
    metadata = {
        "step": str(step), "fingerprint": fingerprint, "losses": json.dumps(losses)
    }
    save_file({k: v.contiguous() for k, v in tensors.items()}, partial, metadata)
    partial.replace(folder / FILE_NAME)


def load(
    folder: Path, fingerprint: str, average: MovingAverage, optimiser: torch.optim.Optimizer
) -> tuple[int, list[list[float]]]:
    """Take up a saved state.

    Returns:
        Updates done and the loss log; ``(0, [])`` where nothing was saved.

    Raises:
        BundleError: the state is of another training (parameters, data or encoder differ), or
            damaged.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return 0, []
    fix = f"delete {path} to start anew"
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
            if metadata["fingerprint"] != fingerprint:
                raise BundleError(
                    "saved by a training with other parameters, data or encoder", where=path,
                    value=metadata["fingerprint"], legal=fingerprint, fix=fix,
                )
            names = set(file.keys())
            with torch.no_grad():
                for i, parameter in enumerate(average.parameters):
                    parameter.copy_(file.get_tensor(f"weight.{i}"))
                    average.values[i].copy_(file.get_tensor(f"average.{i}"))
                    optimiser.state[parameter] = {
                        name: file.get_tensor(f"{name}.{i}").to(parameter.device)
                        for name in ("step", "exp_avg", "exp_avg_sq")
                        if f"{name}.{i}" in names
                    }
    except (SafetensorError, KeyError) as error:
        raise BundleError("damaged state", where=path, value=str(error), fix=fix) from None
    return int(metadata["step"]), json.loads(metadata["losses"])
