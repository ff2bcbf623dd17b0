"""Pages: complete, escaped, and usable in a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from data.document import Document, Span
from data.inline import parse
from data.schema import SCHEMA
from incidents.exports import offline_map
from incidents.exports.redact import redact
from incidents.page import document_page, main, pages, shown_range
from tests.incidents.test_export import HOSTILE, documents, items, written

APP = typer.Typer()
APP.command()(main)


class Outline(HTMLParser):
    """Tags in order, and the text within ``.report`` without badges."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self._inside = self._badge = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside |= ("class", "report") in attrs
        self._badge = self._inside and tag == "b"

    def handle_endtag(self, tag: str) -> None:
        self._inside &= tag != "div"
        self._badge = False

    def handle_data(self, data: str) -> None:
        if self._inside and not self._badge:
            self.text += data


def run(results: Path, texts: Path, output: Path, *more: str) -> Any:
    return CliRunner().invoke(APP, ["--input", str(results), "--documents", str(texts),
                                    "--output", str(output), *more])


def test_a_page_for_each_document_and_an_index(tmp_path: Path) -> None:
    result = run(*written(tmp_path), tmp_path / "pages")
    assert result.exit_code == 0, result.output
    index = (tmp_path / "pages" / "index.html").read_text("utf-8")
    links = re.findall(r'href="([^"#]+)', index)
    assert len(links) == 3  # two incidents, and one report without any
    for link in links:
        page = (tmp_path / "pages" / link).read_text("utf-8")
        assert "default-src 'none'" in page and 'src="' not in page and "@import" not in page


def test_bad_results_are_told_and_good_ones_shown(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    results.write_text(results.read_text("utf-8") + "{}\n", "utf-8")
    result = run(results, texts, tmp_path / "pages")
    assert result.exit_code == 1 and "results.jsonl:4" in result.output
    assert len(list((tmp_path / "pages").iterdir())) == 4


def test_the_text_is_whole_and_markup_in_it_is_text(tmp_path: Path) -> None:
    strike = items(tmp_path)[0]
    page = document_page(strike)
    outline = Outline(page)
    assert outline.text == strike.document.text
    assert outline.tags.count("script") == 1
    assert "<script>alert" not in page


def test_hostile_text_breaks_no_page(tmp_path: Path) -> None:
    text = f"{HOSTILE} قتل طفل {HOSTILE}"
    start = len(HOSTILE) + 1
    spans = (Span("e 1\"", "DEATH", start, start + 3), Span("e2", "VICTIM", start + 4, start + 7),
             Span("e3", "PLACE", 0, len(HOSTILE)))
    document = Document("</title><script>", text, spans, (), None, "javascript:alert(1)")
    [item] = items(tmp_path, [document])
    made = pages([item])
    assert len(made) == 2
    for page in made.values():
        page.encode("utf-8")
        assert "\0" not in page and Outline(page).tags.count("script") == 1
        assert 'href="javascript' not in page


def test_every_field_names_marks_that_are_there(tmp_path: Path) -> None:
    page = document_page(items(tmp_path)[0])
    marks = {id for ids in re.findall(r'<mark data-spans="([^"]+)"', page) for id in ids.split()}
    asked = {id for ids in re.findall(r'<button[^>]* data-spans="([^"]+)"', page)
             for id in ids.split()}
    assert asked and asked <= marks


@pytest.mark.parametrize(("text", "words", "badge"), [
    ("[قُتل](d1 DEATH) [رجل](v1 VICTIM)، و[أصيب](i1 INJURY) عشرة في [حلب](l1 PLACE).\n---\n"
     "d1 victim v1\ni1 place l1\n", "عشرة", "VICTIM"),
    ("ونزحت [70 عائلة](v1 VICTIM) عن [بلدة سرمين](l1 PLACE).\n---\n", "ونزحت", "DISPLACEMENT"),
])
def test_what_mending_found_is_marked_and_can_be_reached(
    text: str, words: str, badge: str, tmp_path: Path
) -> None:
    page = document_page(items(tmp_path, [parse(text, "x", "2020-02-03")])[0])
    assert re.search(r"<button[^>]* disabled", page) is None
    ids = re.search(f'>{SCHEMA.label(badge).ar}</b><mark data-spans="([^"]+)"[^>]*>{words}', page)
    assert ids is not None
    assert re.search(rf'<button[^>]* data-spans="[^"]*\b{ids[1]}\b', page)


def test_redacted_pages_show_no_victim(tmp_path: Path) -> None:
    assert run(*written(tmp_path), tmp_path / "pages", "--redact").exit_code == 0
    for path in (tmp_path / "pages").iterdir():
        assert "سامر" not in path.read_text("utf-8")


def test_pages_are_in_arabic_and_keep_ids_as_titles(tmp_path: Path) -> None:
    made = pages(items(tmp_path, [documents()[0]]))
    for page in made.values():
        body = page.split("<body>")[1].split("<script>")[0]
        assert "غارة جوية" in body and 'title="airstrike"' in body
        shown = re.sub(r"<[^>]*>", " ", body.split('<div class="report"')[-1])
        for klass in ("airstrike", "syrian_government", "civilians", "Idlib", "killed", "day"):
            assert klass not in re.findall(r"[A-Za-z_]+", shown)
    assert "الثقة 1.00 · civilians" in made["strike.html"]
    assert "تقرير واحد، سجل واحد" in made["index.html"]


@pytest.mark.parametrize(("bounds", "expected"), [
    ((None, None), ""), ((0, 0), "0"), ((16, None), "16+"), ((6, 9), "6–9"), ((None, 4), "≤4"),
])
def test_ranges_as_shown(bounds: tuple[int | None, int | None], expected: str) -> None:
    assert shown_range(bounds) == expected


def test_a_number_that_is_not_stated_is_no_empty_cell_of_the_index(tmp_path: Path) -> None:
    given = items(tmp_path, [documents()[0]])
    cell = '<td data-key="20"><bdi>{}</bdi></td>'
    assert cell.format("«العشرات»") in pages(given)["index.html"]
    hidden = pages([redact(item) for item in given])["index.html"]
    assert "العشرات" not in hidden and "عدد غير مذكور</bdi>" in hidden


def test_a_date_that_is_not_resolved_is_no_empty_cell_of_the_index(tmp_path: Path) -> None:
    undated = parse("[قتل](d1 DEATH) [طفل](v1 VICTIM) في [حلب](l1 PLACE) [أمس](t1 DATE).\n---\n"
                    "d1 victim v1\nd1 place l1\nd1 date t1\n", "x", None)
    assert '<bdi dir="ltr">غير محدد</bdi>' in pages(items(tmp_path, [undated]))["index.html"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield opened
        opened.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1200, "height": 500})
    page.set_default_timeout(60_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert not problems and all(url.startswith("file:") for url in asked)
    page.close()


def test_a_click_on_a_field_lights_its_words_and_scrolls_to_them(
    tab: Any, tmp_path: Path
) -> None:
    strike = documents()[0]
    far = "\n".join(["لا شيء هنا."] * 60) + "\n"
    moved = Document(
        "far", far + strike.text,
        tuple(Span(s.id, s.label, s.start + len(far), s.end + len(far)) for s in strike.spans),
        strike.relations, strike.published)
    for name, content in pages(items(tmp_path, [moved])).items():
        (tmp_path / name).write_text(content, "utf-8")
    tab.goto((tmp_path / "far.html").as_uri())
    lit = tab.locator(".report mark.lit")
    assert lit.count() == 0
    tab.get_by_role("button", name="الخوذ البيضاء").click()
    assert lit.all_inner_texts() == ["الخوذ البيضاء"]
    box, pane = lit.first.bounding_box(), tab.locator("#text").bounding_box()
    assert pane["y"] <= box["y"] <= pane["y"] + pane["height"]
    lit.first.click()
    assert tab.locator("button.lit").all_inner_texts() == ["الخوذ البيضاء"]


def test_pages_fit_small_screens_and_print_whole(tab: Any, tmp_path: Path) -> None:
    strike = documents()[0]
    long = Document("long-" * 40, strike.text + "\n" + "كلمات كثيرة. " * 900, strike.spans,
                    strike.relations, strike.published, "https://example.org/" + "a" * 300)
    for name, content in pages(items(tmp_path, [long])).items():
        (tmp_path / name).write_text(content, "utf-8")
    for path in tmp_path.glob("*.html"):
        tab.goto(path.as_uri())
        for width in (380, 1200):
            tab.set_viewport_size({"width": width, "height": 500})
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), path.name
        tab.emulate_media(media="print")
        for pane in tab.locator("main > div").all():
            assert pane.evaluate("e => e.scrollHeight <= e.clientHeight")
        tab.emulate_media(media="screen")


def test_the_map_is_usable_without_a_mouse(tab: Any, tmp_path: Path) -> None:
    [page] = offline_map.project(items(tmp_path)).values()
    (tmp_path / "map.html").write_text(page, "utf-8")
    tab.goto((tmp_path / "map.html").as_uri())
    width = "document.getElementById('map').viewBox.baseVal.width"
    tab.get_by_role("button", name="تقريب").press("Enter")
    assert 600 < tab.evaluate(width) < 700
    tab.evaluate("document.getElementById('map').viewBox.baseVal.x = 5000")
    site = tab.get_by_role("link", name="مدينة إدلب: حادثة واحدة")
    site.focus()
    box, frame = site.bounding_box(), tab.locator("#map").bounding_box()
    assert frame["x"] < box["x"] < frame["x"] + frame["width"]
    tab.keyboard.press("Enter")
    assert "قتلى: 16 مدنياً على الأقل" in tab.locator("section:target").inner_text()


def test_the_index_sorts_and_filters(tab: Any, tmp_path: Path) -> None:
    strike, arrest, nothing = documents()
    small = Document("small", strike.text.replace("15", "09"), strike.spans, strike.relations,
                     "2021-01-01")
    for name, content in pages(items(tmp_path, [arrest, small, nothing, strike])).items():
        (tmp_path / name).write_text(content, "utf-8")
    tab.goto((tmp_path / "index.html").as_uri())
    first = tab.locator("tbody tr:not([hidden]) td:first-child a")

    def order() -> list[str]:
        return [str(name) for name in first.all_inner_texts()]

    killed = tab.get_by_role("button", name="قتلى")
    killed.click()
    assert order()[:2] == ["small", "strike"]
    killed.click()
    assert order()[:2] == ["strike", "small"]  # what is not told stays last
    tab.get_by_role("button", name="التاريخ").click()
    assert order()[:3] == ["strike", "small", "arrest/2"]
    tab.locator("#filter").fill("مدينه ادلب غاره")
    assert order() == ["strike", "small"]
    assert tab.locator("#shown").inner_text() == "2 / 4"
