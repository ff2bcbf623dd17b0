"""The inline form."""

from __future__ import annotations

import pytest
from hypothesis import given

from data import inline
from data.document import Document, Relation, Span
from data.errors import FormatError, TawthiqError
from tests.data.strategies import documents


@given(documents(nested=True))
def test_there_and_back(document: Document) -> None:
    again = inline.parse(inline.render(document), document.id, document.published,
                         document.source)
    assert again.text == document.text
    assert set(again.spans) == set(document.spans)
    assert again.relations == document.relations
    assert inline.parse(inline.render(again), again.id, again.published, again.source) == again


def test_the_form() -> None:
    document = inline.parse(
        "[[35 [شهيداً](d1 DEATH)](v1 VICTIM)](f1 FACILITY) \\[صورة\\] \\\\ \\ن\n"
        "---\nd1 victim v1\n\n  d1   place  f1 \n", "r", "2016", "جريدة")
    assert document == Document(
        "r", "35 شهيداً [صورة] \\ \\ن",
        (Span("v1", "VICTIM", 0, 9), Span("f1", "FACILITY", 0, 9), Span("d1", "DEATH", 3, 9)),
        (Relation("victim", "d1", "v1"), Relation("place", "d1", "f1")), "2016", "جريدة")


@pytest.mark.parametrize(("source", "text"), [
    ("", ""), ("---\n", ""), ("قصف", "قصف"), ("قصف\n", "قصف\n"), ("قصف\n---\n", "قصف"),
    ("قصف\n---\nحي\n---\n", "قصف\n---\nحي"), ("---\nقصف\n---", "---\nقصف"),
    ("قصف\r\n---\r\n", "قصف\r\n---\r\n"), (" قصف \n\n---", " قصف \n"), ("(قصف)", "(قصف)"),
    ("قصف --- حي", "قصف --- حي"),
])
def test_the_text_is_all_before_the_last_rule(source: str, text: str) -> None:
    assert inline.parse(source, "r").text == text


@pytest.mark.parametrize(("source", "said"), [
    ("أ\n[قصف", "r: '[' is never closed"), ("أ\nقصف]", "r:2: ']' is not followed by"),
    ("قصف](a1 ATTACK)", "r:1: ']' closes no span"), ("[قصف] (a1 ATTACK)", "r:1: ']' is not"),
    ("[قصف](a1, ATTACK)", "']' is not followed by"), ("[قصف](a1  ATTACK)", "']' is not"),
    ("[قصف](1 ATTACK)", "']' is not followed by"), ("\n\n[](a1 ATTACK)", "r:3: span a1: a span"),
    ("[قصف](a1 HERO)", "r:1: unknown label"), ("[قصف](a1 attack)", "']' is not followed by"),
    ("[ق](a1 ATTACK) [ق](a1 ATTACK)", "span ids must be unique"),
    ("[[ق](a1 ATTACK)](a2 ATTACK)", "two ATTACK spans overlap"),
    ("أ\n---\na1 place", "r:3: a relation line is HEAD relation TAIL"),
    ("أ\n---\na1 place l1", "not there"),
])
def test_what_is_refused(source: str, said: str) -> None:
    with pytest.raises(TawthiqError) as caught:
        inline.parse(source, "r")
    assert said in str(caught.value)


@pytest.mark.parametrize(("spans", "said"), [
    ((Span("a", "PLACE", 0, 3), Span("b", "FACILITY", 2, 5)), "crossing spans"),
    ((Span("XZt-Xs", "PLACE", 0, 3),), "does not fit the inline form; got 'XZt-Xs'"),
])
def test_what_cannot_be_written(spans: tuple[Span, ...], said: str) -> None:
    with pytest.raises(FormatError, match=said):
        inline.render(Document("r", "قصف حي", spans))


def test_spans_that_touch_are_no_crossing() -> None:
    document = Document("r", "قصفحي", (Span("a", "ATTACK", 0, 3), Span("l", "PLACE", 3, 5)))
    assert inline.render(document) == "[قصف](a ATTACK)[حي](l PLACE)\n---\n"
