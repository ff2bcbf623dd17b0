"""The terminal view shows every value with its words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from data.document import Document
from incidents.assemble import ModelInfo, extraction
from serve import show
from tests.conftest import documents


def run(
    tmp_path: Path, rows: list[dict[str, Any]], given: list[Document] | None = None
) -> tuple[int, str]:
    inputs = [{"id": d.id, "text": d.text, "published": d.published}
              for d in given or documents(4)]
    for name, body in (("in", inputs), ("out", rows)):
        (tmp_path / f"{name}.jsonl").write_text(
            "".join(json.dumps(row) + "\n" for row in body), "utf-8"
        )
    app = typer.Typer()
    app.command()(show.main)
    result = CliRunner().invoke(app, ["--input", f"{tmp_path}/in.jsonl", "--results",
                                      f"{tmp_path}/out.jsonl"], env={"COLUMNS": "200"})
    return result.exit_code, result.output


def test_records_with_their_evidence(tmp_path: Path) -> None:
    code, shown = run(tmp_path, [extraction(d, ModelInfo()) for d in documents(4)])
    assert code == 0
    for part in ("shelling", "2020-02-02 (day)", "3 civilians", "1 children", "syrian_government",
                 "بلدة النيرب", "no incident is reported"):
        assert part in shown, part
    text = documents(1)[0].text
    start = text.index("ثلاثة مدنيين")
    assert f"[{start}–{start + len('ثلاثة مدنيين')}]" in shown


def test_error_lines_and_foreign_results(tmp_path: Path) -> None:
    assert "boom" in run(tmp_path, [{"id": "x", "error": {"type": "E", "message": "boom"}}])[1]
    row = extraction(documents(1)[0], ModelInfo())
    row["document"]["id"] = "stranger"
    assert run(tmp_path, [row])[0] == 1
    row = extraction(documents(1)[0], ModelInfo())
    row["document"]["sha256"] = "0" * 64
    assert run(tmp_path, [row])[0] == 1


@pytest.mark.parametrize("row", [
    [1], {"id": "doc0", "text": "قصف"}, {"id": "x", "error": "boom"}, {"document": 3},
])
def test_what_is_no_result_is_named_by_its_line(tmp_path: Path, row: Any) -> None:
    code, said = run(tmp_path, [row])
    assert code == 1 and "out.jsonl:1" in said and "not an extraction result" in said


def test_a_part_names_its_whole_a_place_its_container_a_count_its_source() -> None:
    place = {"name": "حي الوعر", "admin1": "Homs", "within": ["حمص"], "evidence": []}
    dead = {"min": 2, "max": 2, "group": "people", "harm": "killed", "sources": ["المرصد"],
            "evidence": [], "of_which": []}
    incident = {"id": "i2", "part_of": "i1", "type": "shelling", "triggers": [[0, 3]],
                "confidence": 1, "date": None, "places": [place], "casualties": [dead]}
    assert "i2 · part of i1 · shelling" in str(show.record(incident, "قصف").title)
    said = [(field, value.translate({0x2067: None, 0x2069: None}), evidence)
            for field, value, evidence in show.values(incident)]
    assert said == [("type", "shelling", [[0, 3]]), ("places", "حي الوعر, حمص · Homs", []),
                    ("killed", "2 people · المرصد", [])]


def test_characters_that_cannot_be_shown_keep_their_place(tmp_path: Path) -> None:
    text = "عاجل\r\n\x07\x08\x0b\x0c\x1b أمس \ud83d قُتل مدنيان في قصف"
    start = text.index("قصف")
    shown = show.coloured(text, [{"label": "ATTACK", "start": start, "end": start + 3}])
    assert [shown.plain[s.start : s.end] for s in shown.spans] == ["قصف"]
    document = Document("[/b] نسخة", text)
    code, printed = run(tmp_path, [extraction(document, ModelInfo())], [document])
    assert code == 0 and "[/b] نسخة" in printed and "\x1b" not in printed
    error = {"id": "[/b]", "error": {"type": "E", "message": "\ud83d"}}
    assert "[/b]: \ufffd" in run(tmp_path, [error])[1]


@pytest.mark.parametrize(("low", "high", "about", "said"), [
    (3, 3, False, "3"), (16, None, False, "16 or more"), (None, 5, False, "up to 5"),
    (1, 5, False, "1 to 5"), (20, None, True, "about 20 or more"), (None, None, False, "unknown"),
])
def test_counts_in_words(low: int | None, high: int | None, about: bool, said: str) -> None:
    assert show.count({"min": low, "max": high, "approximate": about}) == said
