"""Agreement of two annotators."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from annotation.agreement import agreement, main
from data.document import Document, Relation, Span
from data.errors import FormatError
from data.jsonl import write_documents
from tests.data.strategies import documents

APP = typer.Typer()
APP.command()(main)
TEXT = "قُتل طفلان في قصف على بلدة سنجار"
DEATH, VICTIM = Span("d", "DEATH", 0, 4), Span("v", "VICTIM", 5, 10)
ATTACK, PLACE, TOWN = Span("a", "ATTACK", 14, 17), Span("l", "PLACE", 22, 32), Span(
    "m", "PLACE", 27, 32)
FIRST = Document("1", TEXT, (DEATH, VICTIM, ATTACK, PLACE),
                 (Relation("victim", "d", "v"), Relation("place", "a", "l")))
SECOND = Document("1", TEXT, (VICTIM, DEATH, TOWN), (Relation("victim", "d", "v"),))


def test_the_numbers() -> None:
    scores = agreement([FIRST], [SECOND])
    assert scores["spans"]["micro"] == {
        "f1": round(4 / 7, 4), "both": 2, "only_first": 2, "only_second": 1}
    assert scores["spans"]["by_kind"] == {
        "VICTIM": {"f1": 1.0, "both": 1, "only_first": 0, "only_second": 0},
        "PLACE": {"f1": 0.0, "both": 0, "only_first": 1, "only_second": 1},
        "ATTACK": {"f1": 0.0, "both": 0, "only_first": 1, "only_second": 0},
        "DEATH": {"f1": 1.0, "both": 1, "only_first": 0, "only_second": 0},
    }
    assert scores["relations"]["micro"]["f1"] == round(2 / 3, 4)
    assert set(scores["relations"]["by_kind"]) == {"victim", "place"}
    assert scores["overlap_f1"] == round(2 * 0.75 / 1.75, 4)


def test_relations_agree_only_with_both_ends() -> None:
    shorter = Document("1", TEXT, (ATTACK, TOWN), (Relation("place", "a", "m"),))
    longer = Document("1", TEXT, (ATTACK, PLACE), (Relation("place", "a", "l"),))
    assert agreement([shorter], [longer])["relations"]["micro"]["both"] == 0


def test_only_common_documents_count() -> None:
    other = Document("2", TEXT)
    scores = agreement([FIRST, other], [Document("3", TEXT), FIRST, Document("4", TEXT)])
    assert (scores["documents"], scores["only_first"], scores["only_second"]) == (1, 1, 2)
    assert scores["spans"]["micro"]["f1"] == 1.0


@given(documents(), st.data())
def test_it_is_symmetrical_and_one_with_itself(document: Document, data: st.DataObject) -> None:
    some = data.draw(st.sets(st.sampled_from(document.spans))) if document.spans else set()
    fewer = replace(document, spans=tuple(s for s in document.spans if s in some), relations=())
    ours, theirs = [FIRST, document], [SECOND, fewer]
    there, back = agreement(ours, theirs), agreement(theirs, ours)
    assert there["spans"]["micro"]["f1"] == back["spans"]["micro"]["f1"]
    assert there["overlap_f1"] == back["overlap_f1"]
    assert agreement(ours, ours)["spans"]["micro"]["f1"] == 1.0


@pytest.mark.parametrize(("second", "said"), [
    (Document("2", TEXT), "share no document"),
    (Document("1", TEXT + "."), "document 1: the two sides hold different texts"),
])
def test_what_cannot_be_compared(second: Document, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        agreement([FIRST], [second])


def test_the_command(tmp_path: Path) -> None:
    write_documents(tmp_path / "a.jsonl", [FIRST])
    write_documents(tmp_path / "b.jsonl", [SECOND])
    arguments = ["--first", str(tmp_path / "a.jsonl"), "--second", str(tmp_path / "b.jsonl"),
                 "--output", str(tmp_path / "out.json")]
    run = CliRunner().invoke(APP, arguments)
    assert run.exit_code == 0
    assert "0.571" in run.output
    assert json.loads((tmp_path / "out.json").read_text()) == agreement([FIRST], [SECOND])
    assert CliRunner().invoke(APP, [*arguments[:3], str(tmp_path / "none.jsonl")]).exit_code == 1
    over = CliRunner().invoke(APP, [*arguments[:5], str(tmp_path / "b.jsonl")])
    assert over.exit_code == 1 and "would replace another file" in " ".join(over.output.split())
