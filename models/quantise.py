"""The int8 copy of a float graph: dynamic, weights per channel, the encoder's MatMul only.

ONNX Runtime gives all activations of a MatMul one scale, so a few large ones leave the rest next
to no bits. The graph is first rewritten, without changing what it computes, so that they have one
range:

- Outputs of LayerNorm are large in the same channels for every text. As in SmoothQuant (Xiao et
  al. 2023, "Accurate and efficient post-training quantization for large language models"), a
  channel is divided by a factor that its weights are multiplied by. The factors need texts.
- Other inputs (attention's, and GELU's output) are large at single subwords. Each subword's row
  is divided by its own maximum, and the product multiplied by it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import ModelProto, NodeProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from data.errors import BundleError
from models.batches import EncoderBatch
from models.predictor import Floats

ALPHA = 0.65  # how much of a channel's range goes from activations to weights; best of 0.5 to 0.8
SMALLEST = 1e-5  # of any maximum, so that nothing is divided by zero


def quantise(source: Path, target: Path, batches: Sequence[EncoderBatch]) -> None:
    """Write the int8 copy.

    Args:
        source: the float graph, whose inputs are named as ``EncoderBatch``'s attributes.
        target: the int8 graph.
        batches: inputs to calibrate on; with none, LayerNorm's outputs are not smoothed.

    Raises:
        BundleError: the graph has no MatMul with weights in its encoder.
    """
    model = onnx.load(str(source))
    nodes = _weighted(model)
    if not nodes:
        raise BundleError("no MatMul of the encoder found to quantise", where=source)
    smooth(model, channel_maxima(model, batches))
    scale_rows(model)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        prepared = Path(folder) / source.name
        onnx.save(model, str(prepared))
        quantize_dynamic(
            str(prepared), str(target), op_types_to_quantize=["MatMul"],
            nodes_to_quantize=[n.name for n in nodes], per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )


def channel_maxima(model: ModelProto, batches: Sequence[EncoderBatch]) -> dict[str, Floats]:
    """Largest absolute value of each channel of each LayerNorm output that the encoder multiplies.

    Returns:
        Name of the output to ``[channels]``; empty without batches.
    """
    normed = _normed(model)
    names = list(dict.fromkeys(n.input[0] for n in _weighted(model) if n.input[0] in normed))
    if not names or not batches:
        return {}
    probe = ModelProto()
    probe.CopyFrom(model)
    del probe.graph.output[:]
    probe.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(
        probe.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    maxima: dict[str, Floats] = {}
    for batch in batches:
        for name, value in zip(names, session.run(names, vars(batch)), strict=True):
            largest = np.abs(value).max(axis=(0, 1))
            maxima[name] = np.maximum(maxima.get(name, largest), largest)
    return maxima


def smooth(model: ModelProto, maxima: dict[str, Floats]) -> None:
    """Divide channels by a factor, and multiply the weights that read them by it.

    A Mul node does so rather than LayerNorm's own weights, since the residual path reads the same
    output.
    """
    weights = {i.name: i for i in model.graph.initializer}
    for name, largest in maxima.items():
        readers = [n for n in _weighted(model) if n.input[0] == name]
        matrices = [numpy_helper.to_array(weights[n.input[1]]) for n in readers]
        steepest = np.max([np.abs(matrix).max(axis=1) for matrix in matrices], axis=0)
        factor = (
            np.maximum(largest, SMALLEST) ** ALPHA / np.maximum(steepest, SMALLEST) ** (1 - ALPHA)
        ).astype(np.float32)
        smoothed = f"{name}/smoothed"
        _insert(model, readers[0], [
            helper.make_node("Mul", [name, _constant(model, smoothed, 1 / factor)], [smoothed]),
        ])
        for node, matrix in zip(readers, matrices, strict=True):
            node.input[0] = smoothed
            node.input[1] = _constant(model, f"{node.name}/smoothed", matrix * factor[:, None])
    _drop_unused(model)


def scale_rows(model: ModelProto) -> None:
    """Bring the rows of inputs that are no LayerNorm's output to a largest absolute value of 1."""
    normed = _normed(model)
    for node in _weighted(model):
        name, product = node.input[0], node.output[0]
        if name in normed or name.endswith("/smoothed"):
            continue
        floor = _constant(model, f"{name}/floor", np.array(SMALLEST, np.float32))
        _insert(model, node, [
            helper.make_node("Abs", [name], [f"{name}/abs"]),
            helper.make_node("ReduceMax", [f"{name}/abs"], [f"{name}/max"], axes=[-1]),
            helper.make_node("Max", [f"{name}/max", floor], [f"{name}/scale"]),
            helper.make_node("Div", [name, f"{name}/scale"], [f"{name}/scaled"]),
        ])
        node.input[0], node.output[0] = f"{name}/scaled", f"{product}/scaled"
        _insert(model, node, [
            helper.make_node("Mul", [f"{product}/scaled", f"{name}/scale"], [product]),
        ], after=True)


def _weighted(model: ModelProto) -> list[NodeProto]:
    """The encoder's MatMul nodes that multiply by weights."""
    weights = {i.name for i in model.graph.initializer}
    return [
        n for n in model.graph.node
        if n.op_type == "MatMul" and "/encoder/" in n.name and n.input[1] in weights
    ]


def _normed(model: ModelProto) -> set[str]:
    return {n.output[0] for n in model.graph.node if n.op_type == "LayerNormalization"}


def _constant(model: ModelProto, name: str, value: Floats) -> str:
    """Add a constant; its name. ONNX names constants and values from one pool."""
    model.graph.initializer.append(numpy_helper.from_array(value, f"{name}/constant"))
    return f"{name}/constant"


def _insert(
    model: ModelProto, node: NodeProto, added: Sequence[NodeProto], after: bool = False
) -> None:
    """Put nodes before or after another, which keeps the order that ONNX demands."""
    at = next(i for i, n in enumerate(model.graph.node) if n.name == node.name) + after
    for shift, new in enumerate(added):
        new.name = new.output[0]
        model.graph.node.insert(at + shift, new)


def _drop_unused(model: ModelProto) -> None:
    used = {name for node in model.graph.node for name in node.input}
    kept = [i for i in model.graph.initializer if i.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
