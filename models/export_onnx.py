"""Stage ``models.export_onnx``: a checkpoint as two ONNX graphs, checked against torch.

``model.onnx`` turns subwords into word representations and span logits, ``relations.onnx`` spans
into relation logits. Neither has loops; weights are inside the files. An int8 copy of the first
(``models.quantise``) is written beside it.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import torch
import typer
from rich.console import Console
from rich.markup import escape
from torch import Tensor, nn

from data.errors import BundleError, TawthiqError
from data.jsonl import read_documents
from data.schema import SCHEMA
from models import bundle, checkpoint, manifest
from models.batches import EncoderBatch, SpanBatch, encoder_batch
from models.checkpoint import Checkpoint
from models.network import Network
from models.quantise import quantise
from models.torch_runner import TorchRunner

TOLERANCE = 1e-4  # largest difference of a logit between torch and ONNX Runtime, relative above 1
CALIBRATION_REPORTS = 32  # not tuned: 2 gave much the same error
console = Console(stderr=True)


class _SpansGraph(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, input_ids: Tensor, mask: Tensor, first: Tensor, last: Tensor
    ) -> tuple[Tensor, Tensor]:
        words = self.network.encode(input_ids, mask, first, last)
        return words, self.network.spans(words)


def sample_batches(windows: int = 2, subwords: int = 24, spans: int = 5, seed: int = 0) -> tuple[
    EncoderBatch, SpanBatch
]:
    """Random but well-formed inputs of both graphs: one word in two subwords, plain ids."""
    rng = np.random.default_rng(seed)
    count = subwords // 2
    first = np.tile(np.arange(count) * 2, (windows, 1))
    start = np.sort(rng.integers(0, count - 2, (windows, spans)), axis=1)
    mask = np.ones((windows, subwords), np.int64)
    mask[-1, subwords - 4 :] = 0
    span_mask = np.ones((windows, spans), np.float32)
    span_mask[-1, -1] = 0
    return (
        EncoderBatch(rng.integers(5, 100, (windows, subwords)), mask, first, first + 1),
        SpanBatch(
            start, start + rng.integers(0, 2, start.shape),
            rng.integers(0, len(SCHEMA.labels), start.shape), start // 4, span_mask,
        ),
    )


def export(source: Checkpoint, folder: Path) -> None:
    """Write both graphs in float.

    Args:
        source: loaded with eager attention, which ONNX Runtime fuses best.
        folder: must exist.
    """
    encoder_inputs, spans = sample_batches()
    network = source.network
    words = network.encode(*_tensors(encoder_inputs))
    batch = {0: "windows"}
    _export(
        _SpansGraph(network), _tensors(encoder_inputs), folder / bundle.SPANS_GRAPH["float"],
        bundle.ENCODER_INPUTS, ("words", "logits"),
        {
            "input_ids": {**batch, 1: "subwords"}, "mask": {**batch, 1: "subwords"},
            "first": {**batch, 1: "words"}, "last": {**batch, 1: "words"},
            "words": {**batch, 1: "words"}, "logits": {**batch, 1: "words"},
        },
    )
    _export(
        network.relations, (words, *_tensors(spans)), folder / bundle.RELATIONS_GRAPH,
        bundle.RELATION_INPUTS, ("logits",),
        {
            "words": {**batch, 1: "words"}, "logits": {**batch, 1: "spans", 2: "spans"},
            **{name: {**batch, 1: "spans"} for name in bundle.RELATION_INPUTS[1:]},
        },
    )


def _tensors(batch: EncoderBatch | SpanBatch) -> tuple[Tensor, ...]:
    return tuple(torch.from_numpy(value) for value in vars(batch).values())


def _export(
    module: nn.Module, inputs: tuple[Tensor, ...], path: Path, names: tuple[str, ...],
    outputs: tuple[str, ...], axes: dict[str, dict[int, str]],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's notes on shapes; parity is checked below
        torch.onnx.export(
            module.eval(), inputs, path, input_names=list(names), output_names=list(outputs),
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )
    onnx.checker.check_model(str(path))


def worst_difference(source: Checkpoint, folder: Path) -> float:
    """Largest difference between torch and ONNX Runtime over inputs of several shapes.

    Not finite where a compared value of either is not.
    """
    ours = TorchRunner(source.network)
    theirs = bundle.OnnxRunner(
        bundle._session(folder / bundle.SPANS_GRAPH["float"], ("CPUExecutionProvider",), 0),
        bundle._session(folder / bundle.RELATIONS_GRAPH, ("CPUExecutionProvider",), 0),
    )
    found = []
    for seed, shape in enumerate([(1, 16, 1), (2, 24, 5), (3, 90, 17), (1, 200, 40)]):
        encoder_inputs, spans = sample_batches(*shape, seed=seed)
        words, logits = ours.encode(encoder_inputs)
        words_onnx, logits_onnx = theirs.encode(encoder_inputs)
        pairs, pairs_onnx = ours.relate(words, spans), theirs.relate(words_onnx, spans)
        real = spans.mask > 0  # padding sees and is seen by nothing that counts
        keep = (real[:, :, None] & real[:, None])[..., None] & ~(pairs <= -1e3)
        for a, b in ((logits, logits_onnx), (pairs[keep], pairs_onnx[keep])):
            if a.size:
                found.append((np.abs(a - b) / np.maximum(1, np.abs(a))).max())
    return float(np.max(found))  # unlike max() of Python, of NaN and a number NaN


def build(source_folder: Path, out: Path, texts: Sequence[str] = ()) -> dict[str, Any]:
    """Export, check, quantise and seal a bundle, whole or not at all.

    Args:
        source_folder: the checkpoint.
        out: the bundle's folder, replaced when the new one is complete.
        texts: reports to calibrate the int8 graph on.

    Raises:
        BundleError: the checkpoint does not load, or the graphs differ from torch.
        ConfigError: ``out`` holds something else than a bundle.
    """
    manifest.refuse_foreign(out, manifest.own(out, bundle.RELATIONS_GRAPH))
    source = checkpoint.load(source_folder, attention="eager")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as temporary:
        folder = Path(temporary) / "bundle"
        folder.mkdir()
        export(source, folder)
        difference = worst_difference(source, folder)
        if not difference <= TOLERANCE:  # nor is NaN
            raise BundleError("ONNX and torch disagree", where=out, value=difference,
                              legal=f"up to {TOLERANCE}")
        pad_id = source.network.encoder.config.pad_token_id or 0
        windows = [w for text in texts for w in source.windower().cut(text)]
        quantise(
            folder / bundle.SPANS_GRAPH["float"], folder / bundle.SPANS_GRAPH["int8"],
            [encoder_batch([window], pad_id) for window in windows],
        )
        for name in ("tokenizer.json", "settings.json"):
            shutil.copyfile(source_folder / name, folder / name)
        weights = source.info["files"][checkpoint.WEIGHTS] + source.info["files"]["settings.json"]
        info = {
            "version": hashlib.sha256(weights.encode()).hexdigest()[:12],
            "pad_id": pad_id,
            "parity": difference,
            "calibration": len(texts),
            **{k: source.info[k] for k in ("parameters", "data_sha256", "documents")},
        }
        (folder / "README.md").write_text(model_card(source, info), encoding="utf-8")
        manifest.write(folder, info)
        manifest.replace(out, folder, manifest.own(out, bundle.RELATIONS_GRAPH))
    return info


def model_card(source: Checkpoint, info: dict[str, Any]) -> str:
    """The bundle's README: what it is, what it was trained on, what it must not be used for."""
    parameters = sum(p.numel() for p in source.network.parameters())
    return f"""# tawthiq model {info["version"]}

Marks spans and relations of Arabic conflict reports: {len(SCHEMA.labels)} labels,
{len(SCHEMA.relations)} relation types, schema version {SCHEMA.version}.

- Encoder: `{info["parameters"]["encoder"]}`; {parameters:,} parameters in all, heads included.
- Trained on {info["documents"]} documents (split hash `{info["data_sha256"][:12]}`).
  The corpus that ships with the project is synthetic: written for it, not collected.
- `model.onnx` and `relations.onnx` are float and equal torch within {info["parity"]:.1e};
  `model.int8.onnx` is the first with the encoder's matrices in 8 bits, calibrated on
  {info["calibration"]} reports.
- Scores: `metrics.json` of the project that made it. Scores on synthetic text say little about
  real reports; measure on your own before you rely on it.
- Every output is a proposal with evidence for an analyst to check. It is not a finding of fact.
"""


def main(
    source: Annotated[Path, typer.Option("--checkpoint")] = Path("models/checkpoint"),
    out: Annotated[Path, typer.Option(help="bundle folder")] = Path("models/onnx"),
    calibration: Annotated[Path, typer.Option(
        help="documents to calibrate int8 on; less exact where there are none")
    ] = Path("data/splits/dev.jsonl"),
) -> None:
    """Export a checkpoint to an ONNX bundle."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        reports = read_documents(calibration) if calibration.is_file() else []
        if not reports:
            console.print(f"[yellow]no reports in {escape(str(calibration))}[/]: "
                          "int8 is not smoothed and loses more")
        with console.status("exporting to ONNX"):
            info = build(source, out, [d.text for d in reports[:CALIBRATION_REPORTS]])
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None
    console.print(f"{out}: version {info['version']}, parity {info['parity']:.1e}")


if __name__ == "__main__":
    typer.run(main)
