"""The baseline of forms and nearest links."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from data.inline import parse
from data.jsonl import read_documents, write_documents
from eval.patterns import Lexicon, main

TRAIN = parse(
    "[قتل](d1 DEATH) [3 مدنيين](v1 VICTIM) في [قصف](a1 ATTACK) على [بلدة سرمين](l1 PLACE).\n"
    "\n---\nd1 victim v1\nd1 caused_by a1\na1 place l1\n",
    "t1",
)


def test_marks_what_training_marks_and_takes_numbers_as_one() -> None:
    lexicon = Lexicon.learn([TRAIN], [])
    text = "قُتل ٢٥ مدنيين إثر قصف طال بلدة سرمين"
    found = lexicon.mark(parse(text + "\n---\n", "x"))
    by_id = found.by_id
    said = {(s.label, found.text[s.start:s.end]) for s in found.spans}
    assert said == {("DEATH", "قُتل"), ("VICTIM", "٢٥ مدنيين"), ("ATTACK", "قصف"),
                    ("PLACE", "بلدة سرمين")}
    assert {(r.type, by_id[r.head].label, by_id[r.tail].label) for r in found.relations} == {
        ("victim", "DEATH", "VICTIM"), ("caused_by", "DEATH", "ATTACK"),
        ("place", "ATTACK", "PLACE"),
    }


def test_leaves_a_form_that_training_mostly_leaves() -> None:
    plain = parse("قصف الرعد آذان الناس. قصف البرد الزرع. قصف الخوف\n---\n", "t2")
    found = Lexicon.learn([TRAIN, plain], []).mark(parse("قصف\n---\n", "x"))
    assert found.spans == ()


def test_no_link_over_a_sentence_end() -> None:
    found = Lexicon.learn([TRAIN], []).mark(parse("قصف عنيف. بلدة سرمين هادئة.\n---\n", "x"))
    assert {s.label for s in found.spans} == {"ATTACK", "PLACE"}
    assert found.relations == ()


def test_command_writes_predictions(tmp_path: Path) -> None:
    train = tmp_path / "train.jsonl"
    write_documents(train, [TRAIN])
    main(source=train, output=tmp_path / "out.jsonl", train=train)
    before = train.read_bytes()
    for source in (train, tmp_path / "out.jsonl"):
        with pytest.raises(typer.Exit):
            main(source=source, output=train, train=train)
    assert train.read_bytes() == before
    again = read_documents(tmp_path / "out.jsonl")[0]
    assert {s.key for s in again.spans} == {s.key for s in TRAIN.spans}
