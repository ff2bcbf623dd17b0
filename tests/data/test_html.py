"""The coloured page of a document holds its text, whatever the text holds."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given

from data.document import Document, Span
from data.html import coloured, legend
from data.schema import SCHEMA
from tests.data.strategies import documents


class Page(HTMLParser):
    """Text apart from badges, and which spans cover each character."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.cover, self.open, self.tags = "", {}, [], []  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append((tag, (dict(attrs).get("data-spans") or "").split()))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "b":
            return
        for char in data:
            self.cover[len(self.text)] = set(self.open[-1][1]) if self.open else set()
            self.text += char


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert not page.open
    return page


@given(documents())
def test_the_page_shows_the_text_and_its_spans(document: Document) -> None:
    page = read(coloured(document))
    shown = "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c
                    for c in document.text)
    assert page.text == shown
    for i in range(len(document.text)):
        assert page.cover[i] == {s.id for s in document.spans if s.start <= i < s.end}
    assert page.tags.count("b") == len(document.spans)


def test_markup_in_text_and_ids_is_harmless() -> None:
    document = Document("d", '<script>alert(1)</script> & "x"',
                        (Span('"><i>', "ATTACK", 1, 7),))
    html = coloured(document)
    assert "<script" not in html
    assert "<i>" not in html
    assert read(html).text == document.text


def test_the_legend_names_all_labels() -> None:
    assert all(label.ar in legend() and label.colour in legend() for label in SCHEMA.labels)
