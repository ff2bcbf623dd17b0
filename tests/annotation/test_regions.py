"""Spans and relations to Label Studio's result and back; every kind of bad item by table."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.regions import Reading, read_result, to_result
from data.document import Document
from data.jsonl import dumps
from data.schema import SCHEMA
from data.words import words
from tests.data.strategies import documents

TEXT = "قُتل طفلان في قصف على بلدة سنجار"
#       0    5     11 14  18  22   27


def region(id: str = "r1", start: int = 5, end: int = 10, *labels: str,
           **value: Any) -> dict[str, Any]:
    return {"id": id, "type": "labels", "from_name": "label", "to_name": "text",
            "value": {"start": start, "end": end, "labels": list(labels or ["VICTIM"]), **value}}


def arrow(head: str, tail: str, *labels: str, **changes: Any) -> dict[str, Any]:
    return {"type": "relation", "from_id": head, "to_id": tail, "direction": "right",
            "labels": list(labels), **changes}


KILLED, CHILDREN = region("d", 0, 4, "DEATH"), region("v", 5, 10, "VICTIM")


def keys(reading: Reading) -> list[tuple[str, str]]:
    return [(TEXT[s.start : s.end], s.label) for s in reading.spans]


def links(reading: Reading) -> list[tuple[str, str, str]]:
    return [(r.type, r.head, r.tail) for r in reading.relations]


@given(documents())
def test_there_and_back(document: Document) -> None:
    through_json = json.loads(dumps(to_result(document)))
    reading = read_result(through_json, document.text)
    assert reading.problems == ()
    assert (reading.spans, reading.relations) == (document.spans, document.relations)


@given(st.integers(0, 5), st.integers(1, 6), st.booleans())
def test_offsets_in_utf16_are_repaired(first: int, count: int, escaped: bool) -> None:
    text = "👨\u200d👩\u200d👧 ضَرَبَ\nـقـصـفٌ 🇸🇾 أمس بلدة\r\nسنجار 👧 كلها"
    found = words(text)
    start, end = found[first][0], found[min(first + count, len(found)) - 1][1]
    before, inside = (len(part.encode("utf-16-le")) // 2 for part in (text[:start],
                                                                     text[start:end]))
    told = text[start:end].replace("\n", "\\n") if escaped else text[start:end]
    reading = read_result([region("r", before, before + inside, text=told)], text)
    assert [(s.start, s.end) for s in reading.spans] == [(start, end)]
    assert [(p.kind, p.value) for p in reading.problems] == [
        ("repaired", (before, before + inside))]


def test_utf16_is_not_assumed_where_the_words_agree() -> None:
    text = "👧 قصف قصف قصف"
    reading = read_result([region("a", 6, 9, "ATTACK", text="قصف")], text)
    assert [(s.start, s.end) for s in reading.spans] == [(6, 9)]
    assert reading.problems == ()


def test_utf16_beyond_the_text_is_repaired_at_its_end() -> None:
    text = "👧👧 قصف"
    reading = read_result([region("a", 5, 8, "ATTACK", text="قصف")], text)
    assert [(s.start, s.end) for s in reading.spans] == [(3, 6)]


@pytest.mark.parametrize(("item", "reason", "value"), [
    (region("r", 5, 10, "HERO"), "unknown label", "HERO"),
    (region("r", 5, 99), "out of range", (5, 99)),
    (region("r", -3, 4), "out of range", (-3, 4)),
    (region("r", 8, 8), "out of range", (8, 8)),
    (region("r", 11, 5), "out of range", (11, 5)),
    (region("r", 4, 5), "no word inside", (4, 5)),
    ({**region("r"), "value": {"start": 5, "end": 11, "labels": []}}, "without a label", None),
    ({**region("r"), "value": {"start": "5", "end": 11, "labels": ["VICTIM"]}}, "malformed region",
     "value.start: Input should be a valid integer"),
    ({**region("r"), "value": {"start": True, "end": 11, "labels": ["VICTIM"]}},
     "malformed region", "value.start: Input should be a valid integer"),
    ({"id": "r", "type": "labels"}, "malformed region", "value: Field required"),
    ({"id": "r", "type": "choices", "value": {"choices": ["x"]}}, "neither", "choices"),
])
def test_a_region_that_cannot_be_used(item: dict[str, Any], reason: str, value: Any) -> None:
    reading = read_result([item, KILLED], TEXT)
    assert keys(reading) == [("قُتل", "DEATH")]
    (problem,) = reading.problems
    assert (problem.kind, problem.region, problem.value) == ("refused", "r", value)
    assert reason in problem.reason


@pytest.mark.parametrize("item", [None, 7, "x", [], {}])
def test_an_item_that_is_nothing(item: Any) -> None:
    reading = read_result([item, KILLED], TEXT)
    assert len(reading.spans) == 1
    assert [p.kind for p in reading.problems] == ["refused"]


@pytest.mark.parametrize(("start", "end", "words", "reason"), [
    (4, 11, "طفلان", "trimmed"),
    (6, 9, "طفلان", "extended"),
    (4, 9, "طفلان", "extended"),
    (22, 30, "بلدة سنجار", "extended"),
])
def test_edges_move_to_whole_words(start: int, end: int, words: str, reason: str) -> None:
    label = "PLACE" if "بلدة" in words else "VICTIM"
    reading = read_result([region("r", start, end, label)], TEXT)
    assert keys(reading) == [(words, label)]
    (problem,) = reading.problems
    assert problem.kind == "repaired"
    assert reason in problem.reason
    assert problem.value == (start, end)


@pytest.mark.parametrize(
    "mark", ["\u200f", "\u202b", "\u2067", "\u200b", "\ufeff", "\u00ad", "\0"]
)
def test_invisible_characters_at_the_edges_go(mark: str) -> None:
    text = f"على {mark}سنجار{mark} أمس"
    reading = read_result([region("r", 4, 11, "PLACE")], text)
    assert [text[s.start : s.end] for s in reading.spans] == ["سنجار"]
    assert [p.kind for p in reading.problems] == ["repaired"]


@pytest.mark.parametrize("text", [
    "طفلان\\nقصف", "طفلان\nقصف", "طفلان قصف", "طفلان\\r\\nقصف", None, 7,
])
def test_the_pages_copy_may_escape_newlines(text: Any) -> None:
    report = "طفلان\r\nقصف"
    reading = read_result([region("r", 0, 10, "VICTIM", text=text)], report)
    assert [(s.start, s.end) for s in reading.spans] == [(0, 10)]
    assert reading.problems == ()


def test_marks_that_stand_on_other_words_by_now_are_refused() -> None:
    marks = [region("d", 0, 4, "DEATH", text="قُتل"), region("v", 5, 10, "VICTIM", text="طفلان"),
             region("l", 22, 32, "PLACE"), arrow("d", "v", "victim")]
    reading = read_result(marks, "👧 عاجل: " + TEXT)
    assert [s.id for s in reading.spans] == ["l"]  # nothing tells where this one was
    assert [(p.kind, p.region, p.value) for p in reading.problems if p.region in ("d", "v")] == [
        ("refused", "d", (0, 4)), ("refused", "v", (5, 10))]
    assert read_result(marks, TEXT).problems == ()


@pytest.mark.parametrize("copy", [
    "قصف\u200f", "\u202bقصف\u202c", "ق\u200dصف", "\ufeffقصف\0", " قصف\n", "", "\u200f",
])
def test_invisible_differences_of_a_copy_do_no_harm(copy: str) -> None:
    reading = read_result([region("r", 4, 7, "ATTACK", text=copy)], "بعد قصف حي")
    assert [(s.start, s.end) for s in reading.spans] == [(4, 7)]
    assert reading.problems == ()


def test_several_labels_are_several_spans() -> None:
    reading = read_result([region("both", 0, 4, "DEATH", "VICTIM"), CHILDREN,
                           arrow("both", "v", "victim"), arrow("v", "both", "subset_of")], TEXT)
    assert [s.id for s in reading.spans] == ["both", "both.VICTIM", "v"]
    # Each arrow finds the label that the schema allows.
    assert links(reading) == [("victim", "both", "v"), ("subset_of", "v", "both.VICTIM")]


def test_one_id_for_two_regions_keeps_both() -> None:
    reading = read_result([region("r", 0, 4, "DEATH"), region("r", 0, 4, "VICTIM"),
                           arrow("r", "r", "victim")], TEXT)
    assert [s.id for s in reading.spans] == ["r", "r.VICTIM"]
    assert links(reading) == [("victim", "r", "r.VICTIM")]


def test_a_region_without_an_id_gets_one() -> None:
    nameless = [{k: v for k, v in r.items() if k != "id"} for r in (KILLED, CHILDREN)]
    assert len({s.id for s in read_result(nameless, TEXT).spans}) == 2


def test_twins_are_kept_once_with_their_relations() -> None:
    twin = region("twin", 5, 10, "VICTIM")
    reading = read_result([KILLED, CHILDREN, twin, arrow("d", "twin", "victim"),
                           arrow("d", "v", "victim")], TEXT)
    assert [s.id for s in reading.spans] == ["d", "v"]
    assert links(reading) == [("victim", "d", "v")]
    assert [p.kind for p in reading.problems if "twice" in p.reason] == ["repaired"] * 2


def test_of_overlapping_spans_the_longest_is_kept() -> None:
    reading = read_result([region("short", 22, 26, "PLACE"), region("long", 22, 32, "PLACE"),
                           region("other", 22, 26, "FACILITY")], TEXT)
    assert [s.id for s in reading.spans] == ["long", "other"]
    (problem,) = [p for p in reading.problems if p.kind == "refused"]
    assert problem.region == "short"


@pytest.mark.parametrize(("item", "reason", "value"), [
    (arrow("d", "v"), "without a label", None),
    ({**arrow("d", "v"), "labels": None}, "without a label", None),
    (arrow("d", "v", "victim", direction="bi"), "one direction", "bi"),
    (arrow("d", "v", "killed"), "unknown relation type", "killed"),
    (arrow("v", "d", "victim"), "may not join", "VICTIM -> DEATH"),
    (arrow("d", "v", "weapon"), "may not join", "DEATH -> VICTIM"),
    (arrow("d", "gone", "victim"), "not there", "gone"),
    (arrow("v", "v", "subset_of"), "itself", "subset_of"),
    ({"type": "relation", "labels": ["victim"]}, "malformed relation", "from_id: Field required"),
])
def test_a_relation_that_cannot_be_used(item: dict[str, Any], reason: str, value: Any) -> None:
    reading = read_result([KILLED, CHILDREN, item], TEXT)
    assert len(reading.spans) == 2
    assert reading.relations == ()
    (problem,) = reading.problems
    assert problem.kind == "refused"
    assert reason in problem.reason
    assert problem.value == value


def test_a_relation_falls_with_its_region() -> None:
    reading = read_result([KILLED, region("v", 5, 400), arrow("d", "v", "victim")], TEXT)
    assert [(p.kind, p.region) for p in reading.problems] == [
        ("refused", "v"), ("refused", "d -> v")]
    assert "was refused" in reading.problems[1].reason


def test_left_means_that_the_arrow_ends_where_it_was_begun() -> None:
    reading = read_result([KILLED, CHILDREN, arrow("v", "d", "victim", direction="left")], TEXT)
    assert links(reading) == [("victim", "d", "v")]
    assert reading.problems == ()


@pytest.mark.parametrize("direction", ["right", None])
def test_right_is_the_default(direction: str | None) -> None:
    item = {**arrow("d", "v", "victim"), "direction": direction}
    assert links(read_result([item, KILLED, CHILDREN], TEXT)) == [("victim", "d", "v")]


def test_every_legal_relation_of_the_schema_passes() -> None:
    for relation in SCHEMA.relations:
        for head in relation.head:
            for tail in relation.tail:
                reading = read_result([region("a", 0, 4, head), region("b", 5, 10, tail),
                                       arrow("a", "b", relation.name)], TEXT)
                assert links(reading) == [(relation.name, "a", "b")]


def test_no_problem_repeats_the_words_of_the_report() -> None:
    items = [region("a", 4, 9, "VICTIM", text="سر"), region("b", 4, 99, "VICTIM", text="سر"),
             region("c", 5, 6, "NONE", text="سر"), arrow("a", "b", "victim")]
    shown = " ".join(map(str, read_result(items, TEXT).problems))
    assert not any("\u0600" <= c <= "\u06ff" for c in shown)
