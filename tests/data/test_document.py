"""Documents check themselves."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given

from data.document import Document, Relation, Span, check_published
from data.errors import DocumentError, SchemaError, TawthiqError
from tests.data.strategies import documents

TEXT = "قُتل طفلان في قصف"
DEATH, VICTIM = Span("d", "DEATH", 0, 4), Span("v", "VICTIM", 5, 10)


@given(documents())
def test_the_text_is_kept_and_sliced_by_code_points(document: Document) -> None:
    for span in document.spans:
        assert document.slice(span) == document.text[span.start : span.end]
        assert document.by_id[span.id] is span
    expected = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
    assert document.sha256 == expected


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 3)])
def test_offsets_of_a_span(start: int, end: int) -> None:
    with pytest.raises(DocumentError, match="0 <= start < end"):
        Span("a", "ATTACK", start, end)


def test_an_unknown_label() -> None:
    with pytest.raises(SchemaError, match=r"'attack'; legal: VICTIM, PERPETRATOR"):
        Span("a", "attack", 0, 1)


@pytest.mark.parametrize(("spans", "relations", "said"), [
    ((Span("d", "DEATH", 0, 99),), (), "span d: span ends beyond the text; got (0, 99)"),
    ((DEATH, Span("d", "VICTIM", 5, 10)), (), "span ids must be unique; got ['d']"),
    ((VICTIM, Span("w", "VICTIM", 9, 12)), (), "two VICTIM spans overlap"),
    ((VICTIM, Span("w", "VICTIM", 5, 10)), (), "two VICTIM spans overlap"),
    ((Span("w", "VICTIM", 0, 17), DEATH, VICTIM), (), "two VICTIM spans overlap"),
    ((DEATH,), (Relation("victim", "d", "v"),), "span that is not there; got 'v'"),
    ((DEATH,), (Relation("victim", "d", "d"),), "joins a span to itself"),
    ((DEATH, VICTIM), (Relation("victim", "v", "d"),), "victim may not join these labels"),
    ((DEATH, VICTIM), (Relation("harms", "d", "v"),), "unknown relation type; got 'harms'"),
    ((DEATH, VICTIM), (Relation("victim", "d", "v"),) * 2, "given twice"),
])
def test_what_a_document_refuses(
    spans: tuple[Span, ...], relations: tuple[Relation, ...], said: str
) -> None:
    with pytest.raises(TawthiqError) as caught:
        Document("doc7", TEXT, spans, relations)
    assert said in str(caught.value)
    assert str(caught.value).startswith("document doc7: ")


def test_what_a_document_allows() -> None:
    touching = (VICTIM, Span("w", "VICTIM", 10, 13))
    coinciding = (DEATH, Span("x", "VICTIM", 0, 4))
    crossing = (Span("p", "PLACE", 0, 8), Span("f", "FACILITY", 5, 12))
    for spans in (touching, coinciding, crossing):
        assert Document("d", TEXT, spans).spans == spans
    assert Document("d", "").text == ""


def test_a_document_needs_an_id() -> None:
    with pytest.raises(DocumentError, match="non-empty id"):
        Document("", TEXT)


@pytest.mark.parametrize("published", [None, "2024", "2024-02", "2024-02-29"])
def test_legal_dates(published: str | None) -> None:
    check_published(published)


@pytest.mark.parametrize("published", [
    "", "2023-02-29", "2024-13", "24-01-01", "2024-1-1", "2024-01-01T00:00", "٢٠٢٤-٠١-٠١",
    "2024-01-01\n", "0000",
])
def test_illegal_dates(published: str) -> None:
    with pytest.raises(DocumentError, match="not a publication date"):
        Document("d", TEXT, published=published)
