"""Training end to end on a small BERT: it learns, it resumes, it refuses what does not fit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from data.errors import BundleError, ConfigError, FormatError
from data.inline import parse
from data.jsonl import write_documents
from models import checkpoint
from models.manifest import read as read_manifest
from tests.conftest import ROOT, build_bert, documents
from training.train import Corpus, TrainParams, fit

PARAMS = TrainParams(
    encoder="", seed=3, epochs=30, tokens_per_step=160, accumulate=1, encoder_rate=3e-3,
    head_rate=1e-2, layer_decay=1.0, weight_decay=0.01, warmup=0.1, average=0.9, clip=1.0,
    precision="no", relation_warmup=0.1, max_tokens=64, overlap=16, max_span_words=12,
    dropout=0.0, replace=0.3, lists=0.5, noise=0.1, save_every=10,
)


@pytest.fixture(scope="module")
def trained(tiny_arabert: Path, splits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "checkpoint"
    corpus = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
    fit(replace(PARAMS, encoder=str(tiny_arabert)), corpus, out, out.parent / "work")
    return out


def test_it_learns_what_it_is_shown(trained: Path) -> None:
    from models.predictor import Predictor
    from models.torch_runner import TorchRunner

    loaded = checkpoint.load(trained)
    predictor = Predictor(TorchRunner(loaded.network), loaded.windower(), loaded.settings, 0)
    for gold in documents(4):
        predicted = predictor.predict(gold)
        assert {s.key for s in predicted.spans} == {s.key for s in gold.spans}
        assert len(predicted.relations) == len(gold.relations)


def test_checkpoint_says_what_it_was_made_from(trained: Path, tiny_arabert: Path) -> None:
    manifest = read_manifest(trained, checkpoint.WEIGHTS, "x")
    assert manifest["parameters"]["encoder"] == str(tiny_arabert)
    assert manifest["documents"] == 12
    assert len(manifest["data_sha256"]) == 64
    assert {"model.safetensors", "tokenizer.json", "settings.json"} <= set(manifest["files"])
    loss = (trained.parent / "checkpoint-loss.csv").read_text().splitlines()
    assert loss[0] == "step,span_loss,relation_loss"
    assert float(loss[-1].split(",")[1]) < float(loss[1].split(",")[1]) / 5


def _command(encoder: Path, splits: Path, out: Path, params: Path) -> list[str]:
    return [
        sys.executable, "-m", "training.train", "--encoder", str(encoder),
        "--train", str(splits / "train.jsonl"), "--dev", str(splits / "dev.jsonl"),
        "--out", str(out / "checkpoint"), "--work", str(out / "work"), "--params", str(params),
    ]


def test_a_killed_training_resumes_to_the_same_weights(
    tiny_arabert: Path, splits: Path, tmp_path: Path
) -> None:
    params = tmp_path / "params.yaml"
    body = "\n".join(f"  {k}: {v!r}" for k, v in vars(replace(PARAMS, encoder="x")).items())
    params.write_text("train:\n" + body.replace("'", '"') + "\n", encoding="utf-8")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(_command(tiny_arabert, splits, whole, params), cwd=ROOT, env=environment,
                   check=True, capture_output=True)
    process = subprocess.Popen(_command(tiny_arabert, splits, killed, params), cwd=ROOT,
                               env=environment, stderr=subprocess.DEVNULL)
    state = killed / "work" / "state.safetensors"
    deadline = time.monotonic() + 120
    while not state.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert state.exists() and not (killed / "checkpoint").exists()
    subprocess.run(_command(tiny_arabert, splits, killed, params), cwd=ROOT, env=environment,
                   check=True, capture_output=True)
    assert not state.exists()
    first = load_file(whole / "checkpoint" / "model.safetensors")
    second = load_file(killed / "checkpoint" / "model.safetensors")
    assert all(torch.equal(first[name], second[name]) for name in first)
    for name in ("settings.json", "manifest.json"):
        assert (whole / "checkpoint" / name).read_bytes() == (
            killed / "checkpoint" / name
        ).read_bytes()


def test_a_state_of_another_training_is_refused(
    tiny_arabert: Path, splits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
    settings = replace(PARAMS, encoder=str(tiny_arabert), epochs=1, save_every=1)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        fit(settings, corpus, tmp_path / "out", tmp_path / "work")
    with pytest.raises(BundleError, match="other parameters") as caught:
        fit(replace(settings, seed=99), corpus, tmp_path / "other", tmp_path / "work")
    assert "delete" in str(caught.value)
    assert not (tmp_path / "other").exists()


def test_a_damaged_state_is_refused(tiny_arabert: Path, splits: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "state.safetensors").write_bytes(b"torn")
    corpus = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
    with pytest.raises(BundleError, match="damaged state"):
        fit(replace(PARAMS, encoder=str(tiny_arabert)), corpus, tmp_path / "o", tmp_path / "work")


def test_an_empty_corpus_is_refused(splits: Path, tmp_path: Path) -> None:
    write_documents(tmp_path / "empty.jsonl", [])
    with pytest.raises(FormatError, match=r"empty\.jsonl: no documents"):
        Corpus.read(tmp_path / "empty.jsonl", splits / "dev.jsonl")


def test_a_missing_encoder_is_refused(splits: Path, tmp_path: Path) -> None:
    corpus = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
    missing = tmp_path / "nowhere"
    with pytest.raises(BundleError, match="encoder cannot be loaded") as caught:
        fit(replace(PARAMS, encoder=str(missing)), corpus, tmp_path / "o", tmp_path / "w")
    assert str(missing) in str(caught.value) and "fix:" in str(caught.value)
    assert not (tmp_path / "o").exists()


def test_a_folder_of_something_else_is_never_replaced(
    tiny_arabert: Path, splits: Path, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    corpus = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
    with pytest.raises(ConfigError, match="holds something else"):
        fit(replace(PARAMS, encoder=str(tiny_arabert)), corpus, tmp_path, tmp_path / "w")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_state_of_another_encoder_of_the_same_name_is_refused(
    splits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build_bert(tmp_path / "encoder", ["نص قصير"])
    corpus = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
    settings = replace(PARAMS, encoder=str(folder), epochs=1, save_every=1)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        fit(settings, corpus, tmp_path / "out", tmp_path / "work")
    weights = load_file(folder / "model.safetensors")
    save_file({name: value + 1 for name, value in weights.items()}, folder / "model.safetensors",
              {"format": "pt"})
    with pytest.raises(BundleError, match="other parameters, data or encoder"):
        fit(settings, corpus, tmp_path / "other", tmp_path / "work")


def test_a_span_over_the_edge_of_two_windows_is_shown_in_their_overlap(
    tiny_arabert: Path, tmp_path: Path
) -> None:
    gold = parse("قصف " * 61 + "[بلدة كفر نوران](p1 PLACE) " + "قصف " * 20 + "\n---\n", "long")
    write_documents(tmp_path / "one.jsonl", [gold])
    corpus = Corpus.read(tmp_path / "one.jsonl", tmp_path / "one.jsonl")
    settings = replace(PARAMS, encoder=str(tiny_arabert), epochs=1)
    assert fit(settings, corpus, tmp_path / "out", tmp_path / "work")


def test_windows_longer_than_the_encoder_reads_are_refused(
    tiny_arabert: Path, splits: Path, tmp_path: Path
) -> None:
    corpus = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
    settings = replace(PARAMS, encoder=str(tiny_arabert), max_tokens=513)
    with pytest.raises(ConfigError, match=r"train\.max_tokens: .* up to 512"):
        fit(settings, corpus, tmp_path / "o", tmp_path / "w")


def test_a_training_that_diverges_stops(
    tiny_arabert: Path, splits: Path, tmp_path: Path
) -> None:
    corpus = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
    settings = replace(PARAMS, encoder=str(tiny_arabert), head_rate=1e38, save_every=1)
    with pytest.raises(ConfigError, match=r"update \d+: loss is not finite"):
        fit(settings, corpus, tmp_path / "o", tmp_path / "w")
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("wrong", [{"overlap": 60}, {"precision": "fp16"}])
def test_settings_that_cannot_work_are_named(wrong: dict[str, Any]) -> None:
    if "precision" in wrong and torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ConfigError, match=f"train.{next(iter(wrong))}"):
        replace(PARAMS, **wrong)


def test_pickled_weights_are_refused(splits: Path, tmp_path: Path) -> None:
    folder = build_bert(tmp_path / "pickled", ["نص قصير"])
    state = load_file(folder / "model.safetensors")
    torch.save(state, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    corpus = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
    with pytest.raises(BundleError, match="safetensors"):
        fit(replace(PARAMS, encoder=str(folder)), corpus, tmp_path / "o", tmp_path / "w")


def test_two_processes_train_one_checkpoint(
    tiny_arabert: Path, splits: Path, tmp_path: Path
) -> None:
    params = tmp_path / "params.yaml"
    settings = replace(PARAMS, encoder="x", epochs=2, accumulate=2)
    body = "\n".join(f"  {k}: {v!r}" for k, v in vars(settings).items())
    params.write_text("train:\n" + body.replace("'", '"') + "\n", encoding="utf-8")
    command = _command(tiny_arabert, splits, tmp_path, params)
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2",
              "--master-addr=127.0.0.1", "--master-port=29517", "-m", *command[2:]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1",
                   "ACCELERATE_USE_CPU": "true"}
    done = subprocess.run(launch, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert checkpoint.load(tmp_path / "checkpoint").info["documents"] == 12
