"""The stages compile and export: inline files to a Label Studio export to documents."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest
import typer
import yaml
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

from annotation import compile as compiling
from annotation import export
from annotation.compile import compile_corpus, read_plan
from annotation.export import import_folder, read_file
from data import inline
from data.document import Document
from data.errors import FormatError
from data.jsonl import read_documents
from tests.conftest import ROOT
from tests.data.strategies import documents

EXPORT, COMPILE = typer.Typer(), typer.Typer()
EXPORT.command()(export.main)
COMPILE.command()(compiling.main)
COLUMNS = "id,story,genre,outlet,published"
FIRST = ("[مقتل](d1 DEATH) [طفلين](v1 VICTIM) في\n[قصف](a1 ATTACK) \\[صورة\\]\n---\n"
         "d1 victim v1\nd1 caused_by a1\n")
SECOND = "لا شيء.\n---\n"


class Corpus:
    """A small corpus on disk."""

    def __init__(self, folder: Path) -> None:
        self.inline, self.plan = folder / "inline", folder / "plan.csv"
        self.output, self.documents = folder / "label-studio.json", folder / "documents.jsonl"
        self.inline.mkdir()
        self.write("r1", FIRST)
        self.write("r2", SECOND)
        self.rows("r2,s2,news,,", "r1,s1,news,جريدة,2016-05-04")

    def write(self, id: str, source: str) -> None:
        (self.inline / f"{id}.txt").write_bytes(source.encode())

    def rows(self, *rows: str, columns: str = COLUMNS) -> None:
        self.plan.write_bytes("".join(f"{row}\n" for row in (columns, *rows)).encode())

    def errors(self) -> list[str]:
        return [str(e) for e in compile_corpus(self.inline, self.plan)[1]]

    def compile(self) -> tuple[int, str]:
        run = CliRunner().invoke(COMPILE, [
            "--input", str(self.inline), "--plan", str(self.plan), "--output", str(self.output)])
        return run.exit_code, " ".join(run.output.split())

    def export(self, *extra: str) -> tuple[int, str]:
        run = CliRunner().invoke(EXPORT, [
            "--input", str(self.output.parent), "--output", str(self.documents), *extra])
        return run.exit_code, " ".join(run.output.split())


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path)


def test_compile_then_export_gives_the_reports_back(corpus: Corpus) -> None:
    assert corpus.compile()[0] == 0
    assert corpus.export("--strict")[0] == 0
    assert read_documents(corpus.documents) == [
        inline.parse(SECOND, "r2"), inline.parse(FIRST, "r1", "2016-05-04", "جريدة"),
    ]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents(nested=True, surrogates=False))
def test_compile_then_export_is_the_identity(tmp_path: Path, document: Document) -> None:
    source = inline.render(document)
    folder = tmp_path / "inline"
    folder.mkdir(exist_ok=True)
    (folder / "doc.txt").write_bytes(source.encode())
    plan = tmp_path / "plan.csv"
    plan.write_text(f"{COLUMNS}\ndoc,s,g,{document.source or ''},{document.published or ''}\n",
                    encoding="utf-8")
    tasks, errors = compile_corpus(folder, plan)
    if "\r" in source:
        assert "carriage return" in str(errors[0])
        return
    output = tmp_path / "export.json"
    output.write_text(json.dumps(tasks), encoding="utf-8")
    imported = import_folder(output)
    (ours,) = imported.documents
    assert imported.problems == []
    assert (ours.text, ours.published, ours.source) == (
        document.text, document.published, document.source)
    assert set(ours.spans) == set(document.spans)
    assert set(ours.relations) == set(document.relations)


def test_one_task_a_line_and_the_same_bytes_each_time(corpus: Corpus) -> None:
    corpus.compile()
    first = corpus.output.read_bytes()
    corpus.compile()
    assert corpus.output.read_bytes() == first
    lines = first.decode().split("\n")
    assert [lines[0], lines[-2], lines[-1]] == ["[", "]", ""]
    tasks = [json.loads(line.rstrip(",")) for line in lines[1:-2]]
    assert tasks == json.loads(first)
    assert [(t["id"], t["data"]["id"], t["data"]["story"]) for t in tasks] == [
        (1, "r2", "s2"), (2, "r1", "s1")]


def test_a_new_row_moves_no_task(corpus: Corpus) -> None:
    corpus.compile()
    before = corpus.output.read_text(encoding="utf-8").split("\n")
    corpus.write("r0", SECOND)
    corpus.rows("r2,s2,news,,", "r1,s1,news,جريدة,2016-05-04", "r0,s0,news,,")
    corpus.compile()
    after = corpus.output.read_text(encoding="utf-8").split("\n")
    assert after[:2] == before[:2]
    assert after[2] == before[2] + ","


@pytest.mark.parametrize(("source", "said"), [
    ("قصف\n[قص](a1 ATTACK)ف\n---\n", "r1.txt:2: span a1: span is not made of whole words"),
    ("[«قصف»](a1 ATTACK)\n---\n", "legal: 'قصف'"),
    ("[قصف](a1 HERO)\n---\n", "r1.txt: r1:1: unknown label; got 'HERO'"),
    ("قصف\n[قصف\n---\n", "never closed"),
    ("قصف] على\n---\n", "r1.txt: r1:1: ']' is not followed by"),
    ("[قصف](a1 ATTACK)\n---\na1 place\n", "r1.txt: r1:3: a relation line is"),
    ("[قصف](a1 ATTACK)\n---\na1 place l1\n", "not there; got 'l1'"),
    ("[قصف](a1 ATTACK)\n---\na1 victim a1\n", "joins a span to itself"),
    ("[قصف](a1 ATTACK) [حي](l1 PLACE)\n---\nl1 place a1\n", "may not join"),
    ("قصف\r\n---\r\n", "r1.txt:1: carriage return"),
])
def test_a_bad_inline_file_is_named_by_file_and_line(
    corpus: Corpus, source: str, said: str
) -> None:
    corpus.output.write_text("as it was", encoding="utf-8")
    corpus.write("r1", source)
    (error,) = corpus.errors()
    assert said in error
    assert "r1.txt" in error
    assert corpus.compile()[0] == 1
    assert corpus.output.read_text(encoding="utf-8") == "as it was"


def test_all_bad_files_are_reported_at_once(corpus: Corpus) -> None:
    corpus.write("r1", "[قصف")
    (corpus.inline / "r2.txt").write_bytes("قصف".encode("cp1256"))
    code, said = corpus.compile()
    assert code == 1
    assert "never closed" in said
    assert "not UTF-8" in said


def test_plan_and_files_must_agree(corpus: Corpus) -> None:
    corpus.write("r3", SECOND)
    corpus.rows("r1,s1,news,,", "r2,s2,news,,", "r4,s4,news,,")
    first, second = corpus.errors()
    assert "r3.txt: no row of the plan" in first
    assert "r4: row without a report" in second


@pytest.mark.parametrize(("rows", "columns", "said"), [
    (["r1,s1,news,,", "r1,s1,news,,"], COLUMNS, "plan.csv:3: id is given twice"),
    (["r1,s1,news,"], COLUMNS, "plan.csv:2: more or fewer cells"),
    (["r1,s1,news,a,b,c"], COLUMNS, "plan.csv:2: more or fewer cells"),
    (["r1,s1"], "id,story", "columns are missing"),
])
def test_a_bad_plan(corpus: Corpus, rows: list[str], columns: str, said: str) -> None:
    corpus.rows(*rows, columns=columns)
    with pytest.raises(FormatError, match=said):
        read_plan(corpus.plan)


def test_a_bad_date_of_the_plan_names_the_file(corpus: Corpus) -> None:
    corpus.rows("r1,s1,news,,2016-13-01", "r2,s2,news,,")
    (error,) = corpus.errors()
    assert "r1.txt" in error
    assert "not a publication date" in error


@pytest.mark.parametrize("output", ["plan.csv", "inline/r1.txt"])
def test_compiling_writes_over_nothing_that_it_reads(corpus: Corpus, output: str) -> None:
    corpus.output = corpus.plan.parent / output
    before = corpus.output.read_bytes()
    code, said = corpus.compile()
    assert code == 1 and "would replace another file" in said
    assert corpus.output.read_bytes() == before


@pytest.mark.parametrize("missing", ["plan", "inline"])
def test_a_missing_corpus(corpus: Corpus, missing: str, tmp_path: Path) -> None:
    setattr(corpus, missing, tmp_path / "nowhere")
    code, said = corpus.compile()
    assert code == 1
    assert "nowhere" in said


# annotation.export


def task(id: int, own: str | None = None, **region: object) -> dict[str, object]:
    value = {"start": 0, "end": 3, "labels": ["ATTACK"], **region}
    return {"id": id, "data": {"text": "قصف حي", **({"id": own} if own else {})}, "annotations": [
        {"id": id, "result": [{"id": "r", "type": "labels", "value": value}]}]}


def put(corpus: Corpus, name: str, tasks: object) -> None:
    (corpus.output.parent / name).write_text(json.dumps(tasks), encoding="utf-8")


def test_all_files_of_the_folder_are_read_in_order(corpus: Corpus) -> None:
    put(corpus, "b.json", [task(1, "second")])
    put(corpus, "a.json", [task(1, "first")])
    assert [d.id for d in import_folder(corpus.output.parent).documents] == ["first", "second"]
    assert [d.id for d in import_folder(corpus.output.parent / "b.json").documents] == ["second"]


def test_the_stage_is_run_again_for_every_file_that_it_reads() -> None:
    stage = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]["annotation.export"]
    source = inspect.signature(export.main).parameters["source"].default
    assert source.as_posix() in stage["deps"]


def test_ids_are_unique_over_all_files(corpus: Corpus) -> None:
    put(corpus, "a.json", [task(1), task(2, "1")])
    put(corpus, "b.json", [task(1)])
    imported = import_folder(corpus.output.parent)
    assert [d.id for d in imported.documents] == ["1"]
    assert [(Path(p.file).name, p.task) for p in imported.refused] == [
        ("a.json", "2"), ("b.json", "1")]
    assert "a.json, task 1" in imported.refused[0].reason


@pytest.mark.parametrize(("content", "said"), [
    (b"[{]", r"bad.json:1:3: broken JSON"),
    (b"", "broken JSON"),
    (b'[{"id": 1},\n {"id": 2,}]', r"bad.json:2:\d+: broken JSON"),
    (b"{}", "not an export of Label Studio; got 'dict'"),
    (b'"tasks"', "legal: a list of tasks"),
    ("[\"قصف\"]".encode("cp1256"), "not UTF-8"),
    (b"[" * 200_000, "cannot be read"),
    (b"[1" + b"0" * 5000 + b"]", "cannot be read"),
    (b"[]", "no annotated task"),
    (b'[{"id": 1, "data": {"text": "x"}}]', "left out: not annotated"),
])
def test_a_file_that_cannot_be_read(corpus: Corpus, content: bytes, said: str) -> None:
    (corpus.output.parent / "bad.json").write_bytes(content)
    with pytest.raises(FormatError, match=said):
        import_folder(corpus.output.parent)
    corpus.documents.write_text("as it was", encoding="utf-8")
    assert corpus.export()[0] == 1
    assert corpus.documents.read_text(encoding="utf-8") == "as it was"


def test_an_empty_folder_says_what_to_put_there(corpus: Corpus) -> None:
    code, said = corpus.export()
    assert code == 1
    assert "no *.json files" in said
    assert "fix: put a JSON export" in said


def test_a_byte_order_mark_does_no_harm(corpus: Corpus) -> None:
    path = corpus.output.parent / "a.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([task(1)]).encode())
    assert len(read_file(path)) == 1


def test_refusals_are_printed_counted_and_listed(corpus: Corpus) -> None:
    put(corpus, "a.json", [task(1), task(2, end=99), task(3, end=2)])
    report = corpus.output.parent / "report.jsonl"
    code, said = corpus.export("--report", str(report))
    assert code == 0
    assert "task 2, r: offsets out of range 0..6; got (0, 99)" in said
    assert "1 × refused" in said
    assert "1 × repaired: edges extended to whole words" in said
    assert len(read_documents(corpus.documents)) == 3
    listed = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert [(p["kind"], p["task"], p["region"]) for p in listed] == [
        ("refused", "2", "r"), ("repaired", "3", "r")]


@pytest.mark.parametrize(("output", "report"), [
    ("a.json", "report.jsonl"), ("out.jsonl", "a.json"), ("out.jsonl", "out.jsonl"),
])
def test_exporting_writes_over_nothing_that_it_reads(
    corpus: Corpus, output: str, report: str
) -> None:
    put(corpus, "a.json", [task(1, end=2)])
    folder = corpus.output.parent
    corpus.documents, before = folder / output, (folder / "a.json").read_bytes()
    code, said = corpus.export("--report", str(folder / report))
    assert code == 1 and "would replace another file" in said
    assert (folder / "a.json").read_bytes() == before and not (folder / "out.jsonl").exists()


def test_strict_fails_on_a_refusal_and_leaves_the_output_as_it_was(corpus: Corpus) -> None:
    corpus.documents.write_text("as it was", encoding="utf-8")
    put(corpus, "a.json", [task(1), task(2, labels=["HERO"])])
    code, said = corpus.export("--strict")
    assert code == 1
    assert "HERO" in said
    assert corpus.documents.read_text(encoding="utf-8") == "as it was"


def test_strict_lets_repairs_and_unlabelled_tasks_pass(corpus: Corpus) -> None:
    put(corpus, "a.json", [task(1, end=2), {"id": 2, "data": {"text": "x"}, "annotations": []}])
    code, _ = corpus.export("--strict")
    assert code == 0
    assert len(read_documents(corpus.documents)) == 1


def test_markup_in_a_value_is_printed_as_it_is(corpus: Corpus) -> None:
    put(corpus, "a.json", [task(1), task(2, labels=["[/red][bold]"])])
    code, said = corpus.export()
    assert code == 0
    assert "[/red][bold]" in said
