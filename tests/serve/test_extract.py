"""Bulk extraction: every line answered, bad ones named, killed runs resumed, bytes the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import pytest
import typer

from data.document import Document
from data.errors import BundleError, ConfigError, FormatError
from incidents import gazetteer
from incidents.gazetteer import Entry, Gazetteer
from models.bundle import Precision
from serve import engine
from serve.engine import Engine
from serve.extract import main, partial_path, run
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
    (folder / "b.TXT").write_text("قصف")
    (folder / "c.txt").symlink_to(tmp_path / "gone")
    (folder / "d.Txt").write_text("قصف")
    assert run(folder, tmp_path / "out.jsonl", opened, resume=False) == (2, 3)
    found = {row.get("id") or row["document"]["id"]: row for row in rows(tmp_path / "out.jsonl")}
    assert list(found) == ["a", "b", "c", "d"]
    assert "not UTF-8" in found["a"]["error"]["message"]
    assert "cannot be read" in found["c"]["error"]["message"]
    assert "b.txt: document id is given twice" in found["b"]["error"]["message"]
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
    row = {"document": {"id": "other"}, "model": asdict(opened.model)}
    partial_path(out).write_text(json.dumps(row) + "\n")
    with pytest.raises(FormatError, match="other input"):
        run(source, out, opened, resume=True)
    for damage in (b"\0\0\n", b"{}\n", b"\xff\n"):
        partial_path(out).write_bytes(damage)
        with pytest.raises(FormatError, match=r"partial:1: neither a result.*fix: delete"):
            run(source, out, opened, resume=True)
    assert out.read_text() == "kept\n"


@pytest.mark.parametrize("change", [
    {"text": "أمس قُتل مدنيان في قصف على السوق"}, {"published": "2021"}, {"source": "جريدة"},
])
def test_results_of_another_text_precision_or_gazetteer_are_refused(
    opened: Engine, tmp_path: Path, change: dict[str, str]
) -> None:
    source, out = write_input(tmp_path / "in.jsonl", 2), tmp_path / "out.jsonl"
    run(source, out, opened, resume=False)
    out.rename(partial_path(out))
    int8 = replace(opened, bundle=replace(opened.bundle, precision="int8"))
    with pytest.raises(FormatError, match="another model"):
        run(source, out, int8, resume=True)
    other = replace(opened, gazetteer=Gazetteer(opened.gazetteer.entries[:1]))
    with pytest.raises(FormatError, match=r"or gazetteer.*legal: .*\+gazetteer\."):
        run(source, out, other, resume=True)
    first, second = rows(source)
    source.write_text(json.dumps({**first, **change}) + "\n" + json.dumps(second) + "\n")
    with pytest.raises(FormatError, match="other input"):
        run(source, out, opened, resume=True)
    assert not out.exists()


def test_a_mended_input_is_read_on_resuming(opened: Engine, tmp_path: Path) -> None:
    source, out = write_input(tmp_path / "in.jsonl", 3, bad=True), tmp_path / "out.jsonl"
    run(source, out, opened, resume=False)
    out.rename(partial_path(out))
    source.write_text(source.read_text("utf-8").replace("{broken", '{"id": "n", "text": "قصف"}'),
                      "utf-8")
    assert run(source, out, opened, resume=True) == (4, 5)
    assert rows(out)[1]["document"]["id"] == "n"


def test_what_is_read_is_never_written_over(opened: Engine, tmp_path: Path) -> None:
    source = write_input(tmp_path / "in.jsonl", 2)
    before = source.read_bytes()
    (tmp_path / "link").symlink_to(source)
    (tmp_path / "folder").mkdir()
    report = tmp_path / "folder" / "a.txt"
    report.write_text("قصف")
    for given, output in ((source, source), (source, tmp_path / "link"),
                          (report.parent, report)):
        with pytest.raises(ConfigError, match="would replace"):
            run(given, output, opened, resume=False)
    assert source.read_bytes() == before and report.read_text() == "قصف"


def test_an_output_that_cannot_be_written_is_refused_before_reading(
    opened: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "extract", lambda *_: pytest.fail("a report was read"))
    monkeypatch.chdir(tmp_path)
    source = write_input(tmp_path / "in.jsonl", 2)
    (tmp_path / "folder").mkdir()
    for output, said in ((tmp_path / "folder", r"is a folder; legal: a file; fix: .*folder/"),
                         (Path(), "is a folder"), (source / "x.jsonl", "cannot be written")):
        with pytest.raises(ConfigError, match=said):
            run(source, output, opened, resume=False)
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl", "folder"}


def test_a_pipe_is_refused(opened: Engine, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("kept\n")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match="a pipe cannot be read twice"):
        run(tmp_path / "pipe", out, opened, resume=False)
    assert out.read_text() == "kept\n"


@pytest.mark.parametrize("bad", [
    b'{"id": "x", "text": "\xe1\xf4"}', b'{"id": ' + b"1" * 5000 + b"}", b"[" * 200_000,
    '{"id": "doc1", "text": "قصف", "published": "2020-13-01"}'.encode(),
])
def test_one_bad_line_costs_no_other(opened: Engine, tmp_path: Path, bad: bytes) -> None:
    source, out = write_input(tmp_path / "in.jsonl", 2), tmp_path / "out.jsonl"
    first, second = source.read_bytes().splitlines()
    source.write_bytes(b"\n".join((first, bad, second)))
    assert run(source, out, opened, resume=False) == (2, 1)
    assert "in.jsonl:2" in rows(out)[1]["error"]["message"]


def test_a_failure_of_ours_costs_one_document(
    opened: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Engine.extract

    def fails(self: Engine, document: Document) -> dict[str, Any]:
        if document.id == "doc0":
            raise ValueError(document.text)
        return whole(self, document)

    monkeypatch.setattr(Engine, "extract", fails)
    source, out = write_input(tmp_path / "in.jsonl", 2), tmp_path / "out.jsonl"
    assert run(source, out, opened, resume=False) == (1, 1)
    message = rows(out)[0]["error"]["message"]
    assert "doc0" in message and "ValueError" in message and documents(1)[0].text not in message
    out.rename(partial_path(out))
    monkeypatch.undo()
    assert run(source, out, opened, resume=True) == (2, 0)


def test_another_precision_is_refused_and_another_gazetteer_read(
    bundle_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(BundleError, match=r"got 'int4'; legal: float"):
        engine.load(bundle_folder, cast(Precision, "int4"))
    path = tmp_path / "places.jsonl"
    gazetteer.write(path, [Entry("town", ("تل الورد",), "SY", "Idlib", 35.5, 36.5)])
    opened = engine.load(bundle_folder, gazetteer=path)
    assert [e.names for e in opened.gazetteer.entries] == [("تل الورد",)]
    with pytest.raises(FormatError, match="no such file"):
        engine.load(bundle_folder, gazetteer=tmp_path / "none.jsonl")


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
    places = call("--input", str(source), "--output", str(tmp_path / "o.jsonl"),
                  "--gazetteer", str(tmp_path / "places.jsonl"))
    assert places.returncode == 1 and "places.jsonl: no such file" in places.stderr
    assert not (tmp_path / "o.jsonl").exists()


def test_an_interrupted_command_tells_how_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "load", interrupted)
    given = ["--input", "in the folder.jsonl", "--output", "o.jsonl", "--gazetteer", "g.jsonl"]
    monkeypatch.setattr(sys, "argv", ["extract.py", *given])
    with pytest.raises(typer.Exit):
        main(Path(given[1]), Path(given[3]), gazetteer=Path(given[5]))
    assert ("python -m serve.extract --input 'in the folder.jsonl' --output o.jsonl "
            "--gazetteer g.jsonl --resume") in capsys.readouterr().err.replace("\n", " ")


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
