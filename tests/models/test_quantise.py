"""int8 stays near float where a channel or a subword is far larger than the rest."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import typer
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from typer.testing import CliRunner

from data.errors import BundleError
from data.jsonl import write_documents
from models import bundle, export_onnx
from models.batches import EncoderBatch
from models.quantise import channel_maxima, quantise, scale_rows, smooth
from tests.conftest import documents

LARGE_CHANNEL, LARGE_SUBWORD = 5, 7
WEIGHTS = ("embeddings", "scale", "shift", "in", "out")


def batch(seed: int = 0) -> EncoderBatch:
    """Two windows of twenty subwords, one of them the large one."""
    ids = np.random.default_rng(seed).integers(0, 50, (2, 20))
    ids[1, 3] = LARGE_SUBWORD
    return EncoderBatch(ids, np.ones_like(ids), ids[:, :1] * 0, ids[:, :1] * 0)


def feed_forward(part: str = "encoder") -> ModelProto:
    """LayerNorm and FFN. One channel of the first is large, and of the FFN one subword's unit."""
    rng = np.random.default_rng(1)
    embeddings = rng.normal(size=(50, 32))
    inner = rng.normal(size=(32, 64)) / 6
    subword = embeddings[LARGE_SUBWORD] - embeddings[LARGE_SUBWORD].mean()
    inner[:, 0] = 3 * subword / subword.std()
    outer = rng.normal(size=(64, 32)) / 8
    outer[0] /= 50
    scale = np.ones(32)
    scale[LARGE_CHANNEL] = 80
    inner[LARGE_CHANNEL] /= 80
    values = embeddings, scale, np.zeros(32), inner, outer
    nodes = [
        helper.make_node("Gather", ["embeddings", "input_ids"], ["looked"], "look"),
        helper.make_node("LayerNormalization", ["looked", "scale", "shift"], ["normed"], "norm"),
        helper.make_node("MatMul", ["normed", "in"], ["inner"], f"/{part}/in/MatMul"),
        helper.make_node("Relu", ["inner"], ["active"], "relu"),
        helper.make_node("MatMul", ["active", "out"], ["outer"], f"/{part}/out/MatMul"),
        helper.make_node("Identity", ["outer"], ["words"], "name"),
    ]
    shape = ("windows", "subwords")
    graph = helper.make_graph(
        nodes, "small",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape if i < 2 else ("a", "b"))
         for i, name in enumerate(bundle.ENCODER_INPUTS)],
        [helper.make_tensor_value_info("words", TensorProto.FLOAT, (*shape, 32))],
        [numpy_helper.from_array(v.astype(np.float32), n)
         for n, v in zip(WEIGHTS, values, strict=True)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(model: ModelProto | Path) -> NDArray[np.float32]:
    content = model.read_bytes() if isinstance(model, Path) else model.SerializeToString()
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["words"], vars(batch(9)))[0])


def error(path: Path) -> float:
    """Relative to the float graph, without the large subword, which is not what suffers."""
    usual = batch(9).input_ids != LARGE_SUBWORD
    expected = run(feed_forward())[usual]
    return float(np.linalg.norm(run(path)[usual] - expected) / np.linalg.norm(expected))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "float.onnx"
    onnx.save(feed_forward(), str(path))
    return path


def test_the_rewritten_graph_computes_the_same() -> None:
    model = feed_forward()
    maxima = channel_maxima(model, [batch(1), batch(2)])
    assert list(maxima) == ["normed"]
    assert maxima["normed"].argmax() == LARGE_CHANNEL
    smooth(model, maxima)
    scale_rows(model)
    onnx.checker.check_model(model)
    assert {"Mul", "ReduceMax", "Div"} < {n.op_type for n in model.graph.node}
    assert "in" not in {i.name for i in model.graph.initializer}
    np.testing.assert_allclose(run(model), run(feed_forward()), rtol=1e-4, atol=1e-4)


def plain_int8(model: ModelProto, folder: Path) -> Path:
    onnx.save(model, str(folder / "before.onnx"))
    quantize_dynamic(
        str(folder / "before.onnx"), str(folder / "plain.onnx"), op_types_to_quantize=["MatMul"],
        per_channel=True, weight_type=QuantType.QInt8,
    )
    return folder / "plain.onnx"


def test_int8_stays_near_float_where_plain_int8_does_not(source: Path, tmp_path: Path) -> None:
    batches = [batch(1), batch(2)]
    only_smooth = feed_forward()
    smooth(only_smooth, channel_maxima(only_smooth, batches))
    only_rows = feed_forward()
    scale_rows(only_rows)
    ours = tmp_path / "ours.onnx"
    quantise(source, ours, batches)
    assert error(ours) < 0.025
    for model in (feed_forward(), only_smooth, only_rows):
        assert error(plain_int8(model, tmp_path)) > 0.08
    kinds = [n.op_type for n in onnx.load(str(ours)).graph.node]
    assert kinds.count("MatMulInteger") == 2 and "MatMul" not in kinds


def test_rows_of_zeros_give_zeros(source: Path, tmp_path: Path) -> None:
    model = feed_forward()
    for weights in model.graph.initializer:
        if weights.name in ("scale", "in"):
            zeros = np.zeros_like(numpy_helper.to_array(weights))
            weights.CopyFrom(numpy_helper.from_array(zeros, weights.name))
    onnx.save(model, str(source))
    quantise(source, tmp_path / "int8.onnx", [batch()])
    assert not run(tmp_path / "int8.onnx").any()


def test_a_graph_without_encoder_is_refused(tmp_path: Path) -> None:
    onnx.save(feed_forward("elsewhere"), str(tmp_path / "float.onnx"))
    with pytest.raises(BundleError, match="no MatMul"):
        quantise(tmp_path / "float.onnx", tmp_path / "int8.onnx", [batch()])
    assert [p.name for p in tmp_path.iterdir()] == ["float.onnx"]


@pytest.mark.parametrize("reports", [0, 3])
def test_export_calibrates_on_the_reports_there_are(
    untrained: Path, tmp_path: Path, reports: int
) -> None:
    if reports:
        write_documents(tmp_path / "dev.jsonl", documents(reports))
    app = typer.Typer()
    app.command()(export_onnx.main)
    result = CliRunner().invoke(app, [
        "--checkpoint", str(untrained), "--out", str(tmp_path / "onnx"),
        "--calibration", str(tmp_path / "dev.jsonl"),
    ])
    assert result.exit_code == 0
    assert ("not smoothed" in result.output) == (not reports)
    assert json.loads((tmp_path / "onnx/manifest.json").read_text())["calibration"] == reports
    graph = onnx.load(str(tmp_path / "onnx" / bundle.SPANS_GRAPH["int8"])).graph
    assert any("smoothed" in n.name for n in graph.node) == bool(reports)
    inputs, _ = export_onnx.sample_batches()
    words = [
        bundle.load(tmp_path / "onnx", precision).predictor._runner.encode(inputs)[0]
        for precision in ("float", "int8")
    ]
    assert np.linalg.norm(words[1] - words[0]) < 0.02 * np.linalg.norm(words[0])
