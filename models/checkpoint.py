"""A trained network on disk: safetensors, the encoder's configuration, tokenizer and manifest."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel

from data.errors import BundleError
from data.windows import Windower
from models import manifest
from models.network import HeadConfig, Network
from models.settings import DecodeSettings

WEIGHTS = "model.safetensors"  # what a checkpoint is known by
_FIX = "run `dvc repro training.train` to train it anew"


@dataclass(frozen=True)
class Checkpoint:
    """A network with all that is needed to use it."""

    network: Network
    tokenizer: Tokenizer
    settings: DecodeSettings
    info: dict[str, Any]

    def windower(self) -> Windower:
        """The windower that this network was trained with."""
        return Windower(self.tokenizer, self.settings.max_tokens, self.settings.overlap)


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint folder, whole or not at all.

    Args:
        folder: replaced when the new one is complete.
        checkpoint: ``info`` becomes part of the manifest: encoder, parameters, data hash, scores.

    Raises:
        ConfigError: ``folder`` holds something else than a checkpoint.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    weights = checkpoint.network.state_dict()
    state = {name: value.detach().float().contiguous() for name, value in weights.items()}
    save_file(state, partial / WEIGHTS)
    checkpoint.network.encoder.config.save_pretrained(partial)
    checkpoint.tokenizer.save(str(partial / "tokenizer.json"))
    heads = asdict(checkpoint.network.config)
    _write_json(partial / "heads.json", heads)
    _write_json(partial / "settings.json", asdict(checkpoint.settings))
    manifest.write(partial, checkpoint.info)
    manifest.replace(folder, partial, manifest.own(folder, WEIGHTS))


def load(folder: Path, attention: Literal["sdpa", "eager"] = "sdpa") -> Checkpoint:
    """Read a checkpoint folder.

    Raises:
        BundleError: a file is missing or changed, or it is no checkpoint of this schema.
    """
    info = manifest.read(folder, WEIGHTS, _FIX)
    config = AutoConfig.from_pretrained(folder)
    encoder = AutoModel.from_config(  # type: ignore[no-untyped-call]
        config, attn_implementation=attention, add_pooling_layer=False
    )
    heads = HeadConfig(**json.loads((folder / "heads.json").read_text(encoding="utf-8")))
    network = Network(encoder, heads)
    try:
        network.load_state_dict(load_file(folder / WEIGHTS))
    except RuntimeError as error:
        reason = str(error).split("\n")[0]
        raise BundleError("weights do not fit the network", where=folder, value=reason,
                          fix=_FIX) from None
    network.eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return Checkpoint(
        network,
        Tokenizer.from_file(str(folder / "tokenizer.json")),
        DecodeSettings.read(folder / "settings.json"),
        info,
    )


def _write_json(path: Path, body: dict[str, Any]) -> None:
    path.write_text(json.dumps(body, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def device() -> torch.device:
    """The accelerator where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
