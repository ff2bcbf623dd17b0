"""The learning curve trains each size once, scores it, and draws what it has."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.training.test_train import PARAMS
from training import learning_curve


def test_sizes_are_trained_once_and_drawn(
    tiny_arabert: Path, splits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(PARAMS, encoder=str(tiny_arabert), epochs=8)
    body = "\n".join(f"  {k}: {v!r}" for k, v in vars(settings).items()).replace("'", '"')
    (tmp_path / "params.yaml").write_text(f"train:\n{body}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(learning_curve.main)
    arguments = ["--test", f"dev={splits}/dev.jsonl", "--splits", str(splits), "--out",
                 f"{tmp_path}/curve.csv", "--work", f"{tmp_path}/work"]
    first = CliRunner().invoke(app, ["2", *arguments], catch_exceptions=False)
    assert first.exit_code == 0, first.output
    with monkeypatch.context() as patch:  # the size that is there is not trained again
        patch.setattr(learning_curve, "fit", lambda *_: pytest.fail("trained again"))
        assert CliRunner().invoke(app, ["2", *arguments], catch_exceptions=False).exit_code == 0
    second = CliRunner().invoke(app, ["2", "8", *arguments], catch_exceptions=False)
    assert second.exit_code == 0, second.output
    with (tmp_path / "curve.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(r["reports"], r["set"]) for r in rows] == [("2", "dev"), ("8", "dev")]
    assert float(rows[1]["spans_f1"]) >= float(rows[0]["spans_f1"])
    assert "<svg" in (tmp_path / "curve.svg").read_text("utf-8")
