"""The ONNX bundle: two graphs, tokenizer, settings and manifest. Torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

from data.errors import BundleError
from data.windows import Windower
from models import manifest
from models.batches import EncoderBatch, SpanBatch
from models.predictor import Floats, Predictor
from models.settings import DecodeSettings

FIX = "run `dvc repro models.export_onnx` to export it anew"
SPANS_GRAPH = {"float": "model.onnx", "int8": "model.int8.onnx"}
RELATIONS_GRAPH = "relations.onnx"  # of either precision: what a bundle is known by
ENCODER_INPUTS = ("input_ids", "mask", "first", "last")
RELATION_INPUTS = ("words", "start", "end", "label", "sentence", "span_mask")
Precision = Literal["float", "int8"]
_PROVIDERS = {
    "cpu": ("CPUExecutionProvider",),
    "cuda": ("CUDAExecutionProvider", "CPUExecutionProvider"),
}


@dataclass(frozen=True)
class OnnxRunner:
    """``models.predictor.Runner`` over ONNX Runtime sessions, which many threads may share."""

    spans: ort.InferenceSession
    relations: ort.InferenceSession

    def encode(self, batch: EncoderBatch) -> tuple[Any, Floats]:
        """Word representations and span logits."""
        feed = dict(zip(ENCODER_INPUTS, asdict(batch).values(), strict=True))
        words, logits = self.spans.run(("words", "logits"), feed)
        return words, logits

    def relate(self, words: Any, batch: SpanBatch) -> Floats:
        """Relation logits."""
        values = (words, *asdict(batch).values())
        feed = dict(zip(RELATION_INPUTS, values, strict=True))
        (logits,) = self.relations.run(("logits",), feed)
        return np.asarray(logits, np.float32)


@dataclass(frozen=True)
class Bundle:
    """A loaded bundle, ready to predict.

    Attributes:
        predictor: reads documents.
        settings: thresholds and windows it was exported with.
        info: the manifest.
        precision: which of the two span graphs was loaded.
    """

    predictor: Predictor
    settings: DecodeSettings
    info: dict[str, Any]
    precision: Precision

    @property
    def version(self) -> str:
        """Twelve hex digits that change with any weight, threshold or schema."""
        return str(self.info["version"])


def load(
    folder: Path, precision: Precision = "float", provider: str = "cpu", threads: int = 0,
    budget: int = 4096,
) -> Bundle:
    """Open a bundle.

    Args:
        folder: as ``models.export_onnx`` wrote it.
        precision: ``int8`` or ``float``; a bundle without int8 graph has only ``float``.
        provider: ``cpu`` or ``cuda``.
        threads: threads of one run; 0 leaves it to ONNX Runtime.
        budget: padded subwords in one batch.

    Raises:
        BundleError: a file is missing or changed, it is no bundle of this schema, or the
            provider is not in this build of ONNX Runtime.
    """
    info = manifest.read(folder, RELATIONS_GRAPH, FIX)
    if provider not in _PROVIDERS or _PROVIDERS[provider][0] not in ort.get_available_providers():
        raise BundleError("provider is not available", where="provider", value=provider,
                          legal=_available(), fix="install onnxruntime-gpu for cuda")
    if SPANS_GRAPH.get(precision) not in info["files"]:
        legal = [p for p, name in SPANS_GRAPH.items() if name in info["files"]]
        raise BundleError("precision is not in this bundle", where=folder, value=precision,
                          legal=legal, fix=f"choose another precision, or {FIX}")
    runner = OnnxRunner(
        _session(folder / SPANS_GRAPH[precision], _PROVIDERS[provider], threads),
        _session(folder / RELATIONS_GRAPH, _PROVIDERS[provider], threads),
    )
    settings = DecodeSettings.read(folder / "settings.json")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    windower = Windower(tokenizer, settings.max_tokens, settings.overlap)
    predictor = Predictor(runner, windower, settings, int(info["pad_id"]), budget)
    return Bundle(predictor, settings, info, precision)


def _available() -> list[str]:
    have = ort.get_available_providers()
    return [name for name, providers in _PROVIDERS.items() if providers[0] in have]


def _session(path: Path, providers: Sequence[str], threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:  # ONNX Runtime raises its own untyped exceptions
        raise BundleError("graph cannot be loaded", where=path, value=str(error).split("\n")[0],
                          fix=FIX) from error
