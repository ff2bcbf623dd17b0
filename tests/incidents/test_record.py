# ruff: noqa: E501 - reports in the inline form are kept on the lines they have
"""The published JSON Schema and the canonical form of extraction results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer import Exit

from data.document import Document, Relation, Span
from data.inline import parse
from data.jsonl import dumps, read_documents, write_documents
from data.schema import SCHEMA
from data.words import words
from incidents.assemble import ModelInfo, extraction, main
from incidents.vocabulary import default_vocabularies

ROOT = Path(__file__).parents[2]
PUBLISHED = json.loads((ROOT / "incidents" / "extraction.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(PUBLISHED)
GOLD = ROOT.parent / "shared" / "realdev" / "gold"

SAMPLE = """[قتل](d1 DEATH) [أكثر من 15 مدنياً](v1 VICTIM) بينهم [3 أطفال](v2 VICTIM) في [غارة](a1 ATTACK) \
[للطيران الحربي](w1 WEAPON) [الروسي](p1 PERPETRATOR) على [سوق](f1 FACILITY) في [بلدة سراقب](l1 PLACE) \
[أمس](t1 DATE)، وفق [الخوذ البيضاء](s1 SOURCE).
---
d1 victim v1
v2 subset_of v1
d1 caused_by a1
a1 weapon w1
a1 perpetrator p1
a1 target f1
f1 located_in l1
a1 date t1
d1 source s1
"""


def sample() -> Document:
    return parse(SAMPLE, "sample", "2019-05-02")


def test_the_published_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(PUBLISHED)


def test_a_result_is_valid_and_every_quote_stands_at_its_evidence() -> None:
    document = sample()
    result = extraction(document, ModelInfo())
    VALIDATOR.validate(result)
    [incident] = result["incidents"]
    assert incident["type"] == "airstrike"
    assert (incident["date"]["start"], incident["date"]["end"]) == ("2019-05-01", "2019-05-01")
    assert [p["group"] for p in incident["perpetrators"]] == ["russia"]
    assert [w["class"] for w in incident["weapons"]] == ["aircraft"]
    assert [f["class"] for f in incident["facilities"]] == ["market"]
    assert [s["name"] for s in incident["sources"]] == ["الخوذ البيضاء"]
    [killed] = incident["casualties"]
    assert (killed["harm"], killed["group"], killed["min"], killed["max"]) == (
        "killed", "civilians", 16, None)
    [part] = killed["of_which"]
    assert (part["group"], part["min"], part["max"]) == ("children", 3, 3)
    for body in (killed, part):
        [[start, end]] = body["evidence"]
        assert document.text[start:end] == body["text"]


@pytest.mark.skipif(not GOLD.exists(), reason="the shared real reports are not here")
def test_real_reports_are_valid() -> None:
    for path in sorted(GOLD.glob("*.txt")):
        document = parse(path.read_text("utf-8"), path.stem, "2020-01-22")
        VALIDATOR.validate(extraction(document, ModelInfo()))


def test_the_same_document_gives_the_same_bytes() -> None:
    assert dumps(extraction(sample(), ModelInfo())) == dumps(extraction(sample(), ModelInfo()))


def test_order_of_spans_and_relations_does_not_matter() -> None:
    one = sample()
    other = Document(one.id, one.text, one.spans[::-1], one.relations[::-1], one.published)
    assert extraction(one, ModelInfo())["incidents"] == extraction(other, ModelInfo())["incidents"]


def test_scores_become_confidence() -> None:
    one = sample()
    spans = tuple(Span(s.id, s.label, s.start, s.end, 0.5) for s in one.spans)
    scored = Document(one.id, one.text, spans, one.relations, one.published)
    [incident] = extraction(scored, ModelInfo())["incidents"]
    assert incident["weapons"][0]["confidence"] == 0.5
    assert incident["casualties"][0]["confidence"] == 0.25
    [gold] = extraction(one, ModelInfo())["incidents"]
    assert gold["confidence"] == 1.0


def test_classes_of_the_schema_are_those_of_the_vocabularies() -> None:
    incident = PUBLISHED["properties"]["incidents"]["items"]["properties"]
    vocabularies = default_vocabularies()

    def legal(field: str, key: str) -> set[str]:
        return set(incident[field]["items"]["properties"][key]["enum"])

    assert legal("perpetrators", "group") == set(vocabularies.perpetrators.classes)
    assert legal("weapons", "class") == set(vocabularies.weapons.classes)
    assert legal("facilities", "class") == set(vocabularies.facilities.classes)
    assert legal("casualties", "group") == set(vocabularies.victims.classes)
    assert legal("casualties", "harm") == set(vocabularies.harms.classes)
    assert set(incident["type"]["enum"]) == set(vocabularies.incidents.classes)
    labels = PUBLISHED["properties"]["entities"]["items"]["properties"]["label"]["enum"]
    assert labels == list(SCHEMA.label_ids)


_TEXT = ("قتل 12 مدنياً وأصيب آخرون بقصف طائرات النظام على سوق في مدينة حلب أمس بينهم طفلان\n"
         "معظم القتلى من النساء وفق المرصد \u202bنز\u0640\u0640ح\u202c آلاف السكان\r\nاعتقلت \ud800 رجلاً 😀")


@st.composite
def any_documents(draw: st.DrawFn) -> Document:
    """Documents with any legal spans and relations, as a poor model might predict them."""
    bounds = words(_TEXT)
    spans: list[Span] = []
    for i in range(draw(st.integers(0, 14))):
        first = draw(st.integers(0, len(bounds) - 1))
        last = min(len(bounds) - 1, first + draw(st.integers(0, 3)))
        label = draw(st.sampled_from(list(SCHEMA.label_ids)))
        span = Span(f"e{i}", label, bounds[first][0], bounds[last][1], draw(st.floats(0, 1)))
        if not any(s.label == label and s.overlaps(span) for s in spans):
            spans.append(span)
    pairs = [(r.name, a.id, b.id) for r in SCHEMA.relations for a in spans for b in spans
             if a is not b and r.allows(a.label, b.label)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14)) if pairs else []
    relations = tuple(Relation(*item, draw(st.floats(0, 1))) for item in chosen)
    published = draw(st.sampled_from([None, "2017", "2018-03", "2019-05-02"]))
    return Document("any", _TEXT, tuple(spans), relations, published)


@settings(max_examples=80, deadline=None)
@given(any_documents())
def test_any_prediction_gives_a_valid_record(document: Document) -> None:
    result: dict[str, Any] = extraction(document, ModelInfo())
    VALIDATOR.validate(json.loads(dumps(result)))
    for incident in result["incidents"]:
        for fact in incident["casualties"]:
            assert fact["max"] is None or fact["max"] >= fact["min"]
            for start, end in fact["evidence"]:
                assert 0 <= start < end <= len(document.text)


def test_the_command_writes_one_result_a_line(tmp_path: Path) -> None:
    write_documents(tmp_path / "in.jsonl", [sample()])
    main(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    [line] = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["document"]["id"] == "sample"


def test_the_command_does_not_replace_its_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_documents(tmp_path / "in.jsonl", [sample()])
    with pytest.raises(Exit):
        main(tmp_path / "in.jsonl", tmp_path / "in.jsonl")
    assert "would replace another file of this command" in capsys.readouterr().err
    assert read_documents(tmp_path / "in.jsonl") == [sample()]
