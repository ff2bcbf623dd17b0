"""Linking: the same incident told by several reports, and near misses that must stay apart."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from data.inline import parse
from incidents.assemble import ModelInfo, extraction
from incidents.link import clusters, main, page, read_results
from incidents.similarity import Record, compare, read_record, total
from tests.incidents.test_export import STRIKE

APP = typer.Typer()
APP.command()(main)


def casualty(
    harm: str, low: int, high: int | None, text: str = "", group: str = "people"
) -> dict[str, Any]:
    return {"harm": harm, "group": group, "min": low, "max": high, "approximate": False,
            "text": text, "sources": []}


def incident(id: str = "i1", **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": id, "type": "airstrike",
        "date": {"start": "2019-07-22", "end": "2019-07-22", "precision": "day"},
        "places": [{"name": "مدينة سراقب", "admin1": "Idlib", "lat": 35.86, "lon": 36.81,
                    "geonames": 164816}],
        "perpetrators": [{"name": "الطيران الروسي", "group": "russia"}],
        "weapons": [{"name": "صواريخ", "class": "missile"}],
        "casualties": [casualty("killed", 12, 12, "12 مدنياً", group="civilians"),
                       casualty("injured", 30, 30, "30 جريحاً")],
        "sources": [{"name": "راصد"}],
    }
    return {**body, **changes}


def record(document: str, **changes: Any) -> Record:
    return read_record(document, incident(**changes))


def killed(low: int, high: int | None = None, group: str = "people") -> list[dict[str, Any]]:
    return [casualty("killed", low, high, group=group)]


def place(name: str, admin1: str | None = "Idlib", **more: Any) -> dict[str, Any]:
    return {"name": name, "admin1": admin1, **more}


def shown(*records: Record) -> str:
    return page(clusters(records), records)


def groups(*records: Record) -> list[set[str]]:
    return [{r.document for r in c.records} for c in clusters(records)]


SAME: list[dict[str, Any]] = [
    {},
    {"casualties": killed(11, 11)},
    {"casualties": killed(10, None)},
    {"casualties": []},
    {"places": [place("سراقب")]},
    {"places": [place("بلدة سراقب"), place("ريف إدلب الشرقي")]},
    {"places": [place("سراقب", None)]},
    {"type": "massacre"},
    {"type": "other", "weapons": []},
    {"perpetrators": []},
    {"perpetrators": [{"name": "قوات الحكومة", "group": "syrian_government"}]},
    {"date": {"start": "2019-07-23", "end": "2019-07-23", "precision": "day"}},
    {"date": {"start": "2019-07-22", "end": "2019-07-23", "precision": "period"}},
]
NEAR_MISSES: list[dict[str, Any]] = [
    {"date": {"start": "2019-07-25", "end": "2019-07-25", "precision": "day"}},
    {"date": {"start": "2018-07-22", "end": "2018-07-22", "precision": "day"}},
    {"date": {"start": "2019-07-01", "end": "2019-07-31", "precision": "month"},
     "casualties": killed(90, 90)},
    {"date": {"start": None, "end": None, "precision": "unknown"}},
    {"places": [place("معرة النعمان", lat=35.65, lon=36.68, geonames=167611)]},
    {"places": [place("سراقب", "Hama")]},
    {"places": [place("محافظة إدلب", pcode="SY07")]},
    {"places": []},
    {"casualties": killed(2, 2)},
    {"casualties": killed(48, 48)},
    {"type": "arrest", "casualties": [casualty("detained", 5, 5)],
     "weapons": [], "perpetrators": [{"name": "فصيل", "group": "hts"}]},
]


@pytest.mark.parametrize("changes", SAME)
def test_variants_of_one_incident_are_grouped(changes: dict[str, Any]) -> None:
    assert groups(record("a"), record("b", **changes)) == [{"a", "b"}]


@pytest.mark.parametrize("changes", NEAR_MISSES)
def test_near_misses_stay_apart(changes: dict[str, Any]) -> None:
    assert groups(record("a"), record("b", **changes)) == []


VAGUE = {"approximate": True, "max": None, "text": "عشرات المدنيين"}
CIVILIANS, FIGHTERS = killed(5, 5, "civilians"), killed(12, 12, "fighters")


@pytest.mark.parametrize(("ours", "theirs", "expected"), [
    ([killed(20, 20)[0] | {"sources": ["المرصد"]}, killed(10, 10)[0] | {"sources": ["الدفاع"]}],
     killed(10, 10), 1.0),
    ([killed(17, None)[0] | {"sources": ["مشفى"]}, killed(5, None)[0]], killed(17, 17), 1.0),
    (CIVILIANS + FIGHTERS, CIVILIANS, 1.0),
    (CIVILIANS + FIGHTERS, FIGHTERS, 1.0),
    (CIVILIANS + FIGHTERS, killed(17, 17), 1.0),
    (killed(1, 1, "children") + killed(20, 20), killed(1, 1, "children") + CIVILIANS, 0.0),
    ([killed(20, None, "civilians")[0] | VAGUE], killed(12, 12), None),
    ([killed(20, None, "civilians")[0] | VAGUE, *FIGHTERS], FIGHTERS, 1.0),
])
def test_all_that_reports_count_is_compared_but_no_number_not_stated(
    ours: list[dict[str, Any]], theirs: list[dict[str, Any]], expected: float | None
) -> None:
    one, other = record("a", casualties=ours), record("b", casualties=theirs)
    assert compare(one, other)["casualties"] == compare(other, one)["casualties"] == expected
    assert groups(one, other) == ([] if expected == 0 else [{"a", "b"}])


@pytest.mark.parametrize(("name", "wide"), [
    ("الأنبار", True), ("نينوى", True), ("العراق", True), ("اليمن", True),
    ("الغوطة الشرقية", True), ("محافظة الأنبار", True), ("قطاع غزة", True),
    ("سراقب", False), ("مدينة الأنبار", False), ("كفر لا يعرفها أحد", False),
])
def test_governorates_countries_and_regions_are_no_towns(name: str, wide: bool) -> None:
    assert record("a", places=[place(name, None)]).places[0].wide == wide


def test_actors_without_a_group_say_nothing() -> None:
    one, other = (record(name, perpetrators=[{"name": actor, "group": "other"}])
                  for name, actor in (("a", "قوات الدعم السريع"), ("b", "الجيش السوداني")))
    assert compare(one, other)["perpetrators"] is None


def test_two_quarters_of_one_city_stay_apart() -> None:
    city = place("مدينة حلب", "Aleppo", lat=36.2, lon=37.16, geonames=170063)
    one = record("a", places=[place("حي الأنصاري", "Aleppo"), city])
    other = record("b", places=[place("حي الصاخور", "Aleppo"), city], casualties=killed(9, 9))
    assert groups(one, other) == []
    assert groups(one, record("c", places=[city])) == [{"a", "c"}]


def test_records_of_one_report_are_never_grouped() -> None:
    assert groups(record("a", id="i1"), record("a", id="i2")) == []


def test_a_chain_does_not_pull_strangers_together() -> None:
    """10 killed is like 13, 13 like 17; 10 and 25 are not alike."""
    records = [record(str(n), casualties=killed(n, n)) for n in (10, 13, 17, 25)]
    for cluster in clusters(records):
        for pair in cluster.pairs:
            assert pair.score >= 0.65
        size = len(cluster.records)
        assert len(cluster.pairs) == size * (size - 1) / 2


def test_a_pair_that_fits_no_group_is_shown_by_itself() -> None:
    """10 killed is like 12, 12 like 15; 10 and 15 are not alike."""
    [a, b, c] = [record(name, casualties=killed(n, n))
                 for name, n in (("a", 10), ("b", 12), ("c", 15))]
    assert total(compare(a, c)) < 0.65
    assert groups(a, b, c) == [{"a", "b"}, {"b", "c"}]
    twice = [record("a"), record("b"), record("b", id="i2")]
    found = clusters(twice)
    assert [{r.key for r in each.records} for each in found] == [
        {("a", "i1"), ("b", "i1")}, {("a", "i1"), ("b", "i2")}]
    assert len({each.id for each in found}) == 2


def test_order_of_records_does_not_matter() -> None:
    records = [record("a"), record("b", casualties=killed(11, 11)), record("c", type="massacre"),
               record("d", places=[place("كفرنبل")])]
    assert groups(*records) == groups(*reversed(records)) == [{"a", "b", "c"}]


def test_score_is_symmetric_and_shows_its_parts() -> None:
    one, other = record("a"), record("b", casualties=killed(20, 20), weapons=[])
    parts = compare(one, other)
    assert parts == compare(other, one)
    assert parts["date"] == parts["place"] == 1.0
    assert parts["weapons"] is None
    assert parts["casualties"] is not None and 0 < parts["casualties"] < 1
    assert total(parts) < total(compare(one, one))


def _write(path: Path, results: list[dict[str, Any] | str]) -> Path:
    rows = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in results]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _result(document: str) -> dict[str, Any]:
    return extraction(parse(STRIKE, document, "2019-05-02"), ModelInfo())


def test_command_writes_groups_and_page(tmp_path: Path) -> None:
    source = _write(tmp_path / "in.jsonl", [_result("a"), _result("b")])
    output, html = tmp_path / "out.jsonl", tmp_path / "page.html"
    run = CliRunner().invoke(
        APP, ["--input", str(source), "--output", str(output), "--page", str(html)]
    )
    assert run.exit_code == 0, run.output
    (row,) = [json.loads(line) for line in output.read_text("utf-8").strip().split("\n")]
    assert row["records"] == [{"document": "a", "incident": "i1"},
                              {"document": "b", "incident": "i1"}]
    assert set(row["pairs"][0]["parts"]) == {"date", "place", "casualties", "perpetrators",
                                             "type", "weapons"}
    assert "مدينة إدلب" in html.read_text("utf-8")


def test_records_that_cannot_be_compared_are_counted(tmp_path: Path) -> None:
    undated, nowhere = _result("b"), _result("c")
    undated["incidents"][0]["date"] = None
    nowhere["incidents"][0]["places"] = []
    source = _write(tmp_path / "in.jsonl", [_result("a"), undated, nowhere])
    html = tmp_path / "page.html"
    run = CliRunner().invoke(APP, ["--input", str(source), "--output", str(tmp_path / "out.jsonl"),
                                   "--page", str(html)])
    assert "3 records (2 without date or place, not compared), 0 groups" in run.output
    assert "لم يُقارَن بغيره: سجلان." in html.read_text("utf-8")


def test_bad_lines_are_reported_and_the_rest_kept(tmp_path: Path) -> None:
    late, odd = _result("c"), _result("d")
    late["incidents"][0]["date"] |= {"start": "soon", "end": "later"}
    odd["incidents"][0]["casualties"][0] |= {"group": "familien", "max": "5"}
    source = _write(tmp_path / "in.jsonl",
                    [_result("a"), "{broken", late, "[]", odd, _result("b"), _result("a")])
    records, problems = read_results(source)
    assert [r.document for r in records] == ["a", "b"]
    assert [p.split(":")[1] for p in problems] == ["2", "3", "4", "5", "7"]
    output, html = tmp_path / "out.jsonl", tmp_path / "page.html"
    run = CliRunner().invoke(
        APP, ["--input", str(source), "--output", str(output), "--page", str(html)])
    assert run.exit_code == 1
    assert len(output.read_text("utf-8").strip().split("\n")) == 1 and html.exists()


def test_neither_input_nor_groups_are_written_over(tmp_path: Path) -> None:
    source, groups = _write(tmp_path / "in.jsonl", [_result("a"), _result("b")]), tmp_path / "out"
    before = source.read_bytes()
    for output, html in ((source, groups), (groups, source), (groups, groups)):
        run = CliRunner().invoke(
            APP, ["--input", str(source), "--output", str(output), "--page", str(html)])
        assert run.exit_code == 1 and "another file of this command" in run.output
    assert source.read_bytes() == before and not groups.exists()


def test_missing_input_leaves_the_output_as_it_was(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text("before", encoding="utf-8")
    run = CliRunner().invoke(APP, ["--input", str(tmp_path / "no"), "--output", str(output)])
    assert run.exit_code == 1
    assert output.read_text("utf-8") == "before"


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.root: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.root = dict(attrs)


def test_page_is_right_to_left_self_contained_and_escaped() -> None:
    hostile = place("<script>alert(1)</script>")
    html = shown(record("a", places=[hostile]), record("b", places=[hostile]))
    outline = _Outline()
    outline.feed(html)
    assert outline.root == {"lang": "ar", "dir": "rtl"}
    assert not {"script", "link", "img", "iframe"} & set(outline.tags)
    assert "&lt;script&gt;" in html
    assert "http" not in html


def test_page_names_classes_in_arabic_and_counts_what_it_shows() -> None:
    html = shown(record("a"), record("b"))
    assert "سجلان، مجموعة واحدة. لم يُدمج" in html
    assert '<span title="airstrike">غارة جوية</span>' in html
    assert '<span title="killed">قتلى</span>' in html


def test_page_says_what_a_record_says_not_what_its_words_said() -> None:
    """Six killed and hurt together are one to five of each."""
    shared = [casualty("killed", 1, 5, "6 مدنيين", "civilians")]
    html = shown(record("a", casualties=shared), record("b", casualties=shared))
    assert "من 1 إلى 5 مدنيين <bdi>«6 مدنيين»</bdi>" in html


def test_lone_surrogates_do_not_break_the_page() -> None:
    odd = [place("مدينة سراقب\ud800")]
    shown(record("a", places=odd), record("b", places=odd)).encode("utf-8")


def test_many_records_are_linked_quickly() -> None:
    """Blocks keep the comparisons few: 2,000 records, of which each two tell of one incident."""
    records = []
    letters = "بتجدرسشعفقكلمنهو"
    for n in range(1000):
        name = "".join(letters[(n * 7 + n // 16 * k) % 16] for k in range(3, 8))
        when = f"{2012 + n % 8}-{n % 12 + 1:02}-{n % 28 + 1:02}"
        for side in "ab":
            records.append(record(
                f"{side}{n}", date={"start": when, "end": when},
                places=[place(f"بلدة {name}", ["Idlib", "Hama", "Homs"][n % 3])],
            ))
    assert len(clusters(records)) == 1000
