"""Bulk extraction: every line answered, bad ones named, killed runs resumed, bytes the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.errors import FormatError
from serve import engine
from serve.engine import Engine
from serve.extract import partial_path, run
from tests.conftest import ROOT, SHARED, documents


@pytest.fixture(scope="module")
def opened(bundle_folder: Path) -> Engine:
    return engine.load(bundle_folder, "float")


def write_input(path: Path, count: int, bad: bool = False) -> Path:
    rows = [json.dumps({"id": d.id, "text": d.text, "published": d.published, "source": None})
            for d in documents(count)]
    if bad:
        rows[1:1] = [
            "{broken", '{"id": "x1"}', '{"id": "x2", "text": "نص", "published": "2020-13-01"}',
            '{"id": "doc0", "text": "نص"}', '{"id": "x3", "text": "نص", "colour": 1}', "[1]", "",
        ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def test_every_entity_is_its_words(opened: Engine, tmp_path: Path) -> None:
    source = write_input(tmp_path / "in.jsonl", 6)
    assert run(source, tmp_path / "out.jsonl", opened, resume=False) == (6, 0)
    texts = {d.id: d.text for d in documents(6)}
    results = rows(tmp_path / "out.jsonl")
    assert [r["document"]["id"] for r in results] == list(texts)
    entities = [(texts[r["document"]["id"]], e) for r in results for e in r["entities"]]
    assert entities
    assert all(text[e["start"] : e["end"]] == e["text"] for text, e in entities)


def test_bad_lines_become_error_lines_in_place(opened: Engine, tmp_path: Path) -> None:
    source = write_input(tmp_path / "in.jsonl", 3, bad=True)
    assert run(source, tmp_path / "out.jsonl", opened, resume=False) == (3, 6)
    results = rows(tmp_path / "out.jsonl")
    assert [r.get("id", r.get("document", {}).get("id")) for r in results] == [
        "doc0", None, "x1", "x2", "doc0", "x3", None, "doc1", "doc2",
    ]
    messages = [r["error"]["message"] for r in results if "error" in r]
    for number, (message, part) in enumerate(zip(messages, (
        "broken JSON", "'text' must be a string", "legal: YYYY-MM-DD", "given twice",
        "legal: id, text, published, source", "must be a JSON object",
    ), strict=True), 2):
        assert part in message and f"in.jsonl:{number}" in message


def test_a_second_run_gives_the_same_bytes(opened: Engine, tmp_path: Path) -> None:
    source = write_input(tmp_path / "in.jsonl", 5)
    for name in ("a.jsonl", "b.jsonl"):
        run(source, tmp_path / name, opened, resume=False)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_text_files_and_folders(opened: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "b.txt").write_bytes("قصف\r\nإدلب".encode())
    (folder / "a.txt").write_bytes(b"\xff\xfe")
    assert run(folder, tmp_path / "out.jsonl", opened, resume=False) == (1, 1)
    bad, good = rows(tmp_path / "out.jsonl")
    assert bad["id"] == "a" and "not UTF-8" in bad["error"]["message"]
    assert good["document"]["id"] == "b"
    assert run(folder / "b.txt", tmp_path / "one.jsonl", opened, resume=False) == (1, 0)


def test_a_torn_partial_is_resumed_line_for_line(opened: Engine, tmp_path: Path) -> None:
    source = write_input(tmp_path / "in.jsonl", 6, bad=True)
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    run(source, whole, opened, resume=False)
    content = whole.read_bytes()
    for cut in (0, 10, content.index(b"\n") + 1, len(content) // 2, len(content) - 1):
        partial_path(out).write_bytes(content[:cut])
        assert run(source, out, opened, resume=True) == (6, 6)
        assert out.read_bytes() == content


def test_results_of_other_input_or_model_are_refused(opened: Engine, tmp_path: Path) -> None:
    source = write_input(tmp_path / "in.jsonl", 3)
    out = tmp_path / "out.jsonl"
    out.write_text("kept\n")
    partial_path(out).write_text('{"document": {"id": "other"}, "model": {"version": "v"}}\n')
    with pytest.raises(FormatError, match="another model"):
        run(source, out, opened, resume=True)
    row = {"document": {"id": "other"}, "model": {"version": opened.bundle.version}}
    partial_path(out).write_text(json.dumps(row) + "\n")
    with pytest.raises(FormatError, match="other input"):
        run(source, out, opened, resume=True)
    assert out.read_text() == "kept\n"


def test_a_killed_command_resumes_without_losing_or_doubling(
    bundle_folder: Path, opened: Engine, tmp_path: Path
) -> None:
    source = write_input(tmp_path / "in.jsonl", 400)
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "serve.extract", "--input", str(source), "--output", str(out),
               "--model", str(bundle_folder), "--precision", "float", "--resume"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    partial = partial_path(out)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and (
        not partial.exists() or partial.stat().st_size < 20_000
    ):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert partial.exists() and not out.exists(), "the command ended before it was killed"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [r["document"]["id"] for r in rows(out)] == [f"doc{i}" for i in range(400)]
    run(source, tmp_path / "whole.jsonl", opened, resume=False)
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_exit_codes_and_messages(bundle_folder: Path, tmp_path: Path) -> None:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "serve.extract", "--model", str(bundle_folder), *arguments],
            cwd=ROOT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "400"},
        )

    source = write_input(tmp_path / "in.jsonl", 2, bad=True)
    out = tmp_path / "out.jsonl"
    mixed = call("--input", str(source), "--output", str(out))
    assert mixed.returncode == 2 and "6 bad inputs" in mixed.stderr and len(rows(out)) == 8
    missing = call("--input", str(tmp_path / "no.jsonl"), "--output", str(tmp_path / "o.jsonl"))
    assert missing.returncode == 1 and "no.jsonl: no such file" in missing.stderr
    assert not (tmp_path / "o.jsonl").exists()


@pytest.fixture
def real_documents() -> Iterator[Path]:
    path = SHARED / "realdev" / "docs.jsonl"
    if not path.exists():
        pytest.skip("the real reports are not on this machine")
    yield path


def test_real_reports_go_through(opened: Engine, real_documents: Path, tmp_path: Path) -> None:
    good, bad = run(real_documents, tmp_path / "out.jsonl", opened, resume=False)
    assert good and not bad
    texts = {r["id"]: r["text"] for r in rows(real_documents)}
    for row in rows(tmp_path / "out.jsonl"):
        text = texts[row["document"]["id"]]
        assert all(text[e["start"] : e["end"]] == e["text"] for e in row["entities"])
