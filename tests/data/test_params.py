"""params.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from data import params
from data.errors import ConfigError


@dataclass(frozen=True)
class Stage:
    name: str
    epochs: int
    rate: float
    fast: bool = False


WHOLE = "stage:\n  name: a\n  epochs: 3\n  rate: 1.5e-4\n"


def load(tmp_path: Path, content: str, **overrides: Any) -> Stage:
    path = tmp_path / "params.yaml"
    path.write_text(content, encoding="utf-8")
    return params.load("stage", Stage, path, **overrides)


def test_a_section_becomes_its_dataclass(tmp_path: Path) -> None:
    assert load(tmp_path, WHOLE) == Stage("a", 3, 1.5e-4)
    assert load(tmp_path, WHOLE + "other:\n  x: 1\n", epochs=5, name=None).epochs == 5
    assert load(tmp_path, WHOLE.replace("1.5e-4", "2")).rate == 2


@pytest.mark.parametrize(("content", "said"), [
    ("", "no such section; got 'stage'"),
    ("other: {}\n", "legal: other"),
    ("stage:\n", "missing keys; got ['name', 'epochs', 'rate']"),
    (WHOLE + "  epoch: 3\n", "unknown keys; got ['epoch']; legal: epochs, fast, name, rate"),
    (WHOLE.replace("3", "a"), "stage.epochs: value of the wrong type; got 'a'; legal: int"),
    (WHOLE.replace("epochs: 3", "epochs: 3.5"), "stage.epochs: value of the wrong type"),
    (WHOLE.replace("epochs: 3", "epochs: true"), "stage.epochs: value of the wrong type"),
    (WHOLE.replace("1.5e-4", "high"), "stage.rate: value of the wrong type"),
    (WHOLE + "  fast: 1\n", "stage.fast: value of the wrong type; got 1; legal: bool"),
    ("- a\n", "must be a mapping of names"), ("5", "must be a mapping of names"),
    ("stage: 5\n", "must be a mapping of names to values; got 'stage'"),
    ("stage: [a]\n", "must be a mapping of names"), ("a: [", "not YAML"),
])
def test_what_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, content)
    assert said in str(caught.value)


def test_a_missing_file_says_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; fix: run from the project's root"):
        params.load("stage", Stage, tmp_path / "params.yaml")
