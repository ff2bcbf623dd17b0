# ruff: noqa: E501 - reports in the inline form are kept on the lines they have
"""The command of exports: joining results to documents, formats, CSV safety, redaction."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from data.document import Document, Span
from data.errors import ConfigError
from data.inline import parse
from data.jsonl import dumps, write_documents
from incidents.assemble import ModelInfo, extraction
from incidents.export import FORMATS, main
from incidents.exports.fields import clean, count, spread
from incidents.exports.files import write_folder
from incidents.exports.items import Item, Provenance, read
from incidents.exports.redact import MASK, redact
from incidents.exports.tables import file_names, to_csv

APP = typer.Typer()
APP.command()(main)

STRIKE = """[قتل](d1 DEATH) [أكثر من 15 مدنياً](v1 VICTIM) بينهم [3 أطفال](v2 VICTIM) في [غارة](a1 ATTACK) \
[للطيران الحربي](w1 WEAPON) [الروسي](p1 PERPETRATOR) على [سوق](f1 FACILITY) في [مدينة إدلب](l1 PLACE) \
[أمس](t1 DATE)، وفق [الخوذ البيضاء](s1 SOURCE). =SUM(A1) <script>alert(1)</script> 😀 و[أصيب](i1 INJURY) [العشرات](v3 VICTIM).
---
d1 victim v1
v2 subset_of v1
d1 caused_by a1
a1 weapon w1
a1 perpetrator p1
a1 target f1
f1 located_in l1
a1 place l1
a1 date t1
d1 source s1
i1 victim v3
i1 caused_by a1
"""
ARREST = """[اعتقلت](e1 DETENTION) دورية [للنظام](p1 PERPETRATOR) [الشاب سامر الحلو](v1 VICTIM) من منزله في [حي الدباغة](l1 PLACE) [في 9 كانون الأول 2024](t1 DATE).
---
e1 victim v1
e1 perpetrator p1
e1 place l1
e1 date t1
"""
NOTHING = "تراجعت أسعار الخضار في أسواق [دمشق](l1 PLACE).\n---\n"


def documents() -> list[Document]:
    return [
        parse(STRIKE, "strike", "2019-05-02", "https://example.org/r/1"),
        parse(ARREST, "arrest/2", "2024-12-10", "صفحة محلية"),
        parse(NOTHING, "nothing", "2020"),
    ]


def written(folder: Path, given: list[Document] | None = None) -> tuple[Path, Path]:
    """Files of documents and of their results."""
    made = given or documents()
    write_documents(folder / "documents.jsonl", made)
    rows = [dumps(extraction(d, ModelInfo())) + "\n" for d in made]
    (folder / "results.jsonl").write_text("".join(rows), "utf-8")
    return folder / "results.jsonl", folder / "documents.jsonl"


def items(folder: Path, given: list[Document] | None = None) -> list[Item]:
    found = read(*written(folder, given))
    assert not found.problems
    return list(found.items)


def project(name: str, folder: Path, given: list[Document] | None = None) -> dict[str, str]:
    return dict(FORMATS[name].project(items(folder, given)))


def table(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content, newline="")))


def run(results: Path, texts: Path, name: str, output: Path, *more: str) -> Any:
    arguments = ["--input", str(results), "--documents", str(texts), "--format", name,
                 "--output", str(output), *more]
    return CliRunner().invoke(APP, arguments)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_and_says_what_it_loses(name: str, tmp_path: Path) -> None:
    output = tmp_path / "out"
    result = run(*written(tmp_path), name, output)
    assert result.exit_code == 0, result.output
    assert "3 documents, 2 incidents" in result.output
    assert output.is_dir() == FORMATS[name].folder
    assert len(FORMATS[name].loss) > 40


def test_formats_are_listed_with_their_loss() -> None:
    result = CliRunner().invoke(APP, ["--list"])
    assert result.exit_code == 0
    for each in FORMATS.values():
        assert each.name in result.output and each.loss in result.output


def test_results_without_their_document_are_reported_and_the_rest_is_kept(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    strike, arrest, _ = documents()
    changed = Document(arrest.id, arrest.text + " ", arrest.spans, arrest.relations)
    write_documents(texts, [strike, changed])
    result = run(results, texts, "documents", tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert "not the one that the result was made from" in result.output
    assert "not among the documents" in result.output and "nothing" in result.output
    [line] = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["id"] == "strike"


@pytest.mark.parametrize("damage", [
    {"incidents": [{"id": "i1"}]}, {"relations": 3}, {"more": 1},
])
def test_a_result_off_the_schema_is_skipped_with_its_line(
    damage: dict[str, Any], tmp_path: Path
) -> None:
    results, texts = written(tmp_path)
    first, *rest = results.read_text("utf-8").splitlines()
    bad = dumps(json.loads(first) | damage)
    results.write_text("\n".join([bad, "{", *rest]) + "\n", "utf-8")
    found = read(results, texts)
    assert [i.document.id for i in found.items] == ["arrest/2", "nothing"]
    assert "results.jsonl:1" in found.problems[0] and "results.jsonl:2" in found.problems[1]


def test_evidence_beyond_the_text_and_false_quotes_are_refused(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    lines = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    lines[0]["incidents"][0]["places"][0]["evidence"] = [[10, 100000]]
    lines[1]["entities"][0]["text"] = "غير ذلك"
    results.write_text("".join(dumps(line) + "\n" for line in lines), "utf-8")
    found = read(results, texts)
    assert [i.document.id for i in found.items] == ["nothing"]
    assert "evidence beyond the text" in found.problems[0]
    assert "words are not those of the text" in found.problems[1]


@pytest.mark.parametrize(("field", "value", "said"), [
    (("entities", 0, "start"), 0.0, "0.0 is not of type 'integer'"),
    (("incidents", 0, "confidence"), float("nan"), "nan is not of type 'number'"),
    (("incidents", 0, "confidence"), 10**400, "not an extraction result"),
    (("incidents", 0, "date", "start"), "soon", "not the days of a date"),
    (("incidents", 0, "date", "start"), "2020-02-30", "not the days of a date"),
    (("incidents", 0, "date", "end"), "2019-04-30", "not the days of a date"),
    (("incidents", 0, "casualties", 0, "max"), 1, "not a range"),
    (("incidents", 0, "casualties", 0, "of_which", 0, "max"), 1, "not a range"),
    (("incidents", 0, "places", 0, "lat"), 999, "not a point"),
    (("incidents", 0, "part_of"), "i9", "part_of is no other incident"),
    (("incidents", 0, "part_of"), "i1", "part_of is no other incident"),
])
def test_values_that_no_schema_refuses_are_refused(
    field: tuple[str | int, ...], value: object, said: str, tmp_path: Path
) -> None:
    results, texts = written(tmp_path)
    first, *rest = results.read_text("utf-8").splitlines()
    body = found = json.loads(first)
    for key in field[:-1]:
        found = found[key]
    found[field[-1]] = value
    results.write_text("\n".join([json.dumps(body), *rest]) + "\n", "utf-8")
    read_back = read(results, texts)
    assert [i.document.id for i in read_back.items] == ["arrest/2", "nothing"]
    [problem] = read_back.problems
    assert "results.jsonl:1" in problem and said in problem


def test_two_incidents_of_one_id_are_refused(tmp_path: Path) -> None:
    results, texts = written(tmp_path, documents()[:1])
    body = json.loads(results.read_text("utf-8"))
    body["incidents"] *= 2
    results.write_text(dumps(body) + "\n", "utf-8")
    found = read(results, texts)
    assert not found.items and "incident id is given twice; got 'i1'" in found.problems[0]


def test_no_output_replaces_an_input(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    known = tmp_path / "known.jsonl"
    known.write_text('{"id": "strike"}\n')
    (tmp_path / "link").symlink_to(texts)
    for output in (results, texts, known, tmp_path / "link"):
        before = output.read_bytes()
        told = run(results, texts, "documents", output, "--provenance", str(known))
        assert told.exit_code == 1 and "another file of this command" in told.output
        assert output.read_bytes() == before


def test_paths_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    assert f"{tmp_path}: cannot be read" in run(tmp_path, texts, "geojson", tmp_path / "x").output
    for name in ("geojson", "bayanat"):
        result = run(results, texts, name, texts / "deep" / "out")
        assert result.exit_code == 1 and "cannot be written" in result.output


@pytest.mark.parametrize("name", ["", "."])
def test_a_folder_without_a_name_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="needs a name"):
        write_folder(Path(name), {"a.txt": "good"})


def test_two_results_for_one_document_are_an_error(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    text = results.read_text("utf-8")
    results.write_text(text + text.splitlines()[0] + "\n", "utf-8")
    found = read(results, texts)
    assert len(found.items) == 3 and "two results" in found.problems[0]


def test_unknown_format_and_full_folder_leave_everything_as_it_was(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    assert "legal: bayanat" in run(results, texts, "word", tmp_path / "x").output
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("keep")
    result = run(results, texts, "brat", full)
    assert result.exit_code == 1 and "new or empty" in result.output
    assert [p.name for p in full.iterdir()] == ["mine.txt"]


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_folder(tmp_path / "out", {"a.txt": "good", "b.txt": "\ud800"})
    assert list(tmp_path.iterdir()) == []
    write_folder(tmp_path / "out", {"a.txt": "good", "deep/b.txt": "b"})
    assert (tmp_path / "out" / "deep" / "b.txt").read_text() == "b"
    with pytest.raises(ConfigError):
        write_folder(tmp_path / "out", {"a.txt": "again"})


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_never_starts_a_formula(start: str) -> None:
    content = to_csv(("a", "b"), [(f"{start}1+2", -3.5)])
    [row] = csv.DictReader(io.StringIO(content, newline=""))
    assert row == {"a": f"'{start}1+2", "b": "-3.5"}


@pytest.mark.parametrize(("text", "expected"), [
    ("-0.36|42.5", "-0.36|42.5"), ("-5e-05|-1", "-5e-05|-1"), ("-7", "-7"),
    ("-1|calc", "'-1|calc"), ("-1-2", "'-1-2"), ("-1|2\n", "'-1|2\n"), ("-٣", "'-٣"),
])
def test_numbers_south_of_the_equator_are_no_formula(text: str, expected: str) -> None:
    [_, [cell]] = csv.reader(io.StringIO(to_csv(("a",), [(text,)]), newline=""))
    assert cell == expected


@given(st.lists(st.text(st.characters(), max_size=20), min_size=2, max_size=2))
def test_csv_keeps_every_text_apart_from_what_csv_cannot_hold(cells: list[str]) -> None:
    content = to_csv(("a", "b"), [cells])
    content.encode("utf-8")
    [_, row] = csv.reader(io.StringIO(content, newline=""))
    assert [r.removeprefix("'") if not c.startswith("'") else r
            for c, r in zip(cells, row, strict=True)] == [clean(c) for c in cells]


def test_bom_only_on_request_and_only_in_csv(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    for more, expected in (((), False), (("--bom",), True)):
        output = tmp_path / f"out{len(more)}"
        assert run(results, texts, "bayanat", output, *more).exit_code == 0
        assert (output / "actors.csv").read_bytes().startswith(b"\xef\xbb\xbf") == expected
        assert not (output / "bulletins.jsonl").read_bytes().startswith(b"\xef\xbb\xbf")


def row(low: int, high: int | None, group: str = "people", *sources: str,
        approximate: bool = False) -> dict[str, Any]:
    return {"group": group, "min": low, "max": high, "sources": list(sources),
            "approximate": approximate}


@pytest.mark.parametrize(("rows", "expected"), [
    ([], (None, None)),
    ([row(0, 0)], (0, 0)),
    ([row(16, None)], (16, None)),
    ([row(20, None, approximate=True)], (None, None)),  # dozens: no count
    ([row(0, None)], (None, None)),  # most of those killed or hurt
    ([row(8, 8), row(3, None, approximate=True)], (8, None)),  # eight, and several
    ([row(31, 31, "people", "A"), row(27, None, "people", "B")], (27, None)),
    ([row(31, 31, "people", "A"), row(27, 27, "people", "B")], (27, 31)),
    ([row(6, 6, "soldiers"), row(3, 3, "women")], (6, 9)),
    ([row(6, 6, "people", "A"), row(3, 3, "people", "A")], (6, 9)),
])
def test_statements_become_one_range_without_invention(
    rows: list[dict[str, Any]], expected: tuple[int | None, int | None]
) -> None:
    assert spread(rows) == expected


def test_absent_counts_are_absent(tmp_path: Path) -> None:
    strike, arrest, _ = items(tmp_path)
    assert count(strike.incidents[0], "killed") == (16, None)
    assert count(strike.incidents[0], "injured") == (None, None)  # "dozens"
    assert count(arrest.incidents[0], "killed") == (None, None)
    assert count(arrest.incidents[0], "detained") == (1, 1)


@given(st.lists(st.text(st.characters(), min_size=1, max_size=8), unique=True, max_size=8))
def test_file_names_are_safe_and_distinct(ids: list[str]) -> None:
    hashed = file_names(["تقرير"])["تقرير"]
    names = file_names([hashed, "تقرير", *ids, "a/b", "a:b", "A", "a", "index", "..", ".hidden"])
    values = [name.lower() for name in names.values()]
    assert len(set(values)) == len(names)
    for name in names.values():
        assert name.isascii() and not set(name) & set("/\\:\0 ") and not name.startswith(".")


def test_redaction_masks_victims_and_keeps_offsets(tmp_path: Path) -> None:
    _, arrest, _ = items(tmp_path)
    hidden = redact(arrest)
    assert len(hidden.document.text) == len(arrest.document.text)
    name = next(s for s in hidden.document.spans if s.label == "VICTIM")
    assert set(hidden.document.slice(name)) == {MASK}
    for each in FORMATS.values():
        if not each.exact:
            assert "سامر" in "".join(each.project([arrest]).values()) or each.name in (
                "airwars", "geojson", "map")
            assert "سامر" not in "".join(each.project([hidden]).values()), each.name
    assert arrest.incidents[0]["casualties"][0]["text"] == "الشاب سامر الحلو"  # not changed


def test_redaction_reaches_the_sources_of_a_count_and_what_a_place_lies_in(
    tmp_path: Path,
) -> None:
    text = """قال [والد [الضحية أحمد الخالد](v2 VICTIM)](s1 SOURCE) إن [الطفل سامر](v1 VICTIM) [قُتل](d1 DEATH) في [غارة](a1 ATTACK) على [مدينة إدلب](l1 PLACE) في [شارع [الشهيد أحمد](v3 VICTIM)](l2 PLACE).
---
d1 victim v1
d1 source s1
d1 caused_by a1
l1 located_in l2
a1 place l1
"""
    [item] = items(tmp_path, [parse(text, "x", "2020-02-03")])
    [incident] = item.incidents
    assert all("أحمد" in name for name in (
        incident["casualties"][0]["sources"][0], incident["places"][0]["within"][0]))
    hidden = redact(item)
    assert "أحمد" not in dumps(hidden.incidents) + hidden.document.text
    for each in FORMATS.values():
        if not each.exact:
            assert "أحمد" not in "".join(each.project([hidden]).values()), each.name


def test_redaction_reaches_victims_whom_no_span_marks(tmp_path: Path) -> None:
    text = "[مقتل](d1 DEATH) طفلتين بغارة.\n---\n"
    [item] = items(tmp_path, [parse(text, "counted", "2020-02-03")])
    assert item.incidents[0]["casualties"][0]["text"] == "طفلتين"  # put back by mending
    hidden = redact(item)
    assert "طفلتين" not in hidden.document.text + dumps(hidden.incidents)
    assert hidden.document.text.count(MASK) == len("طفلتين")


def test_the_evidence_bundle_is_not_redacted(tmp_path: Path) -> None:
    result = run(*written(tmp_path), "evidence", tmp_path / "out", "--redact")
    assert result.exit_code == 1 and "cannot be redacted" in result.output
    assert not (tmp_path / "out").exists()


HOSTILE = "\u202eقصف\u2066 \0 \ud800 <b>\"'& \r\n\u2028 =1|2\t😀"


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_text_breaks_no_format(name: str, tmp_path: Path) -> None:
    text = f"{HOSTILE} قتل طفل {HOSTILE}"
    start = len(HOSTILE) + 1
    spans = (Span("e 1", "DEATH", start, start + 3), Span("e2", "VICTIM", start + 4, start + 7),
             Span("e3", "PLACE", 0, len(HOSTILE)))
    document = Document("<i>\n", text, spans, (), "2020-01-01", "-x\ud800")
    output = tmp_path / "out"
    result = run(*written(tmp_path, [document]), name, output)
    assert result.exit_code == 0, result.output
    for path in output.rglob("*") if output.is_dir() else [output]:
        if path.is_file():
            path.read_text("utf-8")


def test_lone_surrogates_in_a_governorate_break_no_format(tmp_path: Path) -> None:
    results, texts = written(tmp_path, documents()[:1])
    body = json.loads(results.read_text("utf-8"))
    body["incidents"][0]["places"][0]["admin1"] = "\ud800"
    results.write_text(dumps(body) + "\n", "utf-8")
    for name in ("geojson", "tracker"):
        assert run(results, texts, name, tmp_path / name).exit_code == 0


def test_provenance_reaches_the_records_and_unknown_fields_are_refused(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    known = tmp_path / "provenance.jsonl"
    known.write_text(dumps({"id": "strike", "retrieved_at": "2019-05-03T08:00:00Z",
                            "raw_sha256": "0" * 64}) + "\n", "utf-8")
    output = tmp_path / "out"
    assert run(results, texts, "evidence", output, "--provenance", str(known)).exit_code == 0
    record = json.loads((output / "records" / "000001.json").read_text("utf-8"))
    assert record["retrieved_at"] == "2019-05-03T08:00:00Z" and record["reviewed_by"] is None
    known.write_text(dumps({"id": "strike", "reviewer": "x"}) + "\n", "utf-8")
    result = run(results, texts, "evidence", tmp_path / "b", "--provenance", str(known))
    assert result.exit_code == 1 and "reviewed_by" in result.output


def test_provenance_is_given_once_and_of_a_document_that_is_there(tmp_path: Path) -> None:
    results, texts = written(tmp_path)
    known = tmp_path / "provenance.jsonl"
    known.write_text('{"id": "strike"}\n{"id": "Strike"}\n', "utf-8")
    result = run(results, texts, "evidence", tmp_path / "a", "--provenance", str(known))
    assert result.exit_code == 1 and "provenance of no document; got 'Strike'" in result.output
    assert (tmp_path / "a" / "MANIFEST.sha256").exists()
    known.write_text('{"id": "strike"}\n' * 2, "utf-8")
    result = run(results, texts, "evidence", tmp_path / "b", "--provenance", str(known))
    assert "provenance.jsonl:2: provenance is given twice" in result.output
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(("told", "url"), [
    (None, "https://example.org/r/1"), ("HTTPS://site.example/a", "HTTPS://site.example/a"),
    ("t.me/chan/5", None), ("https://site.example/\ud800", None), ("https://a.example/b c", None),
])
def test_a_source_url_is_kept_as_given_and_linked_where_it_is_one(
    told: str | None, url: str | None, tmp_path: Path
) -> None:
    item = replace(items(tmp_path)[0], provenance=Provenance(source_url=told))
    assert item.url == url
    record = json.loads(FORMATS["evidence"].project([item])["records/000001.json"])
    assert record["source_url"] == told or url
