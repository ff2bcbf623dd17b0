"""The corpus report counts what is there and draws it."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.testing import CliRunner

from data import corpus_report, inline
from data.corpus_report import Counts
from data.jsonl import write_documents
from tests.conftest import REPORTS, documents


def test_counts() -> None:
    counts = Counts.of("c", documents(4))
    assert (counts.documents, counts.labels["PLACE"], counts.relations["victim"]) == (4, 4, 4)
    assert counts.years == {"2020": 4}
    assert counts.rate(counts.words) == 1000


def test_page_is_whole_and_repeatable(tmp_path: Path) -> None:
    write_documents(tmp_path / "d.jsonl", documents(4))
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "one.txt").write_text(inline.render(inline.parse(REPORTS[0], "one")), "utf-8")
    (tmp_path / "plan.csv").write_text("id,genre\ndoc0,wire\ndoc1,ngo\n", "utf-8")
    app = typer.Typer()
    app.command()(corpus_report.main)
    arguments = ["--input", f"{tmp_path}/d.jsonl", "--plan", f"{tmp_path}/plan.csv",
                 "--compare", str(folder), "--out", f"{tmp_path}/r.html"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    page = (tmp_path / "r.html").read_bytes()
    assert page.count(b"<svg") == 5 and b"reports by genre" in page and b"compared" in page
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert page == (tmp_path / "r.html").read_bytes()


def test_broken_input_leaves_the_old_page(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("{", "utf-8")
    (tmp_path / "r.html").write_text("old", "utf-8")
    app = typer.Typer()
    app.command()(corpus_report.main)
    result = CliRunner().invoke(app, ["--input", f"{tmp_path}/d.jsonl", "--out",
                                      f"{tmp_path}/r.html"])
    assert result.exit_code == 1 and (tmp_path / "r.html").read_text("utf-8") == "old"
