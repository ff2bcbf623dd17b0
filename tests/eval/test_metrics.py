"""Scores on small documents worked out by hand; seqeval agrees; pages are whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from data import inline
from data.document import Document, Relation, Span
from data.errors import FormatError
from data.jsonl import write_documents
from data.matching import Score, compare, span_keys
from data.perturb import perturb
from data.schema import SCHEMA
from data.words import words
from eval import evaluate
from eval.crosscheck import seqeval_f1
from eval.metrics import Reference, bootstrap, measure
from tests.conftest import documents

GOLD = inline.parse(
    "[قتل](d1 DEATH) [رجل](v1 VICTIM) في [قصف](a1 ATTACK) على [بلدة سرمين](l1 PLACE)\n---\n"
    "d1 victim v1\nd1 caused_by a1\na1 place l1\n", "g",
)


def wrong_boundary() -> Document:
    """PLACE one word short, one relation lost, one WEAPON too many."""
    place = GOLD.by_id["l1"]
    spans = [replace(s, start=place.start + 5) if s.id == "l1" else s for s in GOLD.spans]
    attack = GOLD.by_id["a1"]
    spans.append(Span("w1", "WEAPON", attack.start, attack.end))
    return replace(GOLD, spans=tuple(spans), relations=GOLD.relations[:1] + GOLD.relations[2:])


def test_strict_and_overlap_by_hand() -> None:
    scores = measure([GOLD], [wrong_boundary()])
    micro = scores["spans"]["micro"]
    assert (micro["precision"], micro["recall"], micro["support"]) == (0.6, 0.75, 4)
    assert scores["spans"]["overlap"] == {"precision": 0.8, "recall": 1.0, "f1": 0.8889}
    # victim is right; place has a wrong end; caused_by is missing
    relations = scores["relations"]
    assert relations["micro"]["precision"] == 0.5 and relations["micro"]["recall"] == 0.3333
    assert relations["by_kind"]["victim"]["f1"] == 1.0
    assert relations["by_kind"]["place"]["f1"] == 0.0


def test_gold_against_itself_is_perfect() -> None:
    gold = documents(4)
    scores = measure(gold, gold)
    for part in ("spans", "relations"):
        assert scores[part]["micro"]["f1"] == 1.0 and scores[part]["macro_f1"] == 1.0
        assert scores[part]["micro"]["interval"] == [1.0, 1.0]
    assert scores["seqeval_f1"] == 1.0


def test_nothing_predicted_scores_nothing() -> None:
    empty = replace(GOLD, spans=(), relations=())
    scores = measure([GOLD], [empty])
    assert scores["spans"]["micro"]["f1"] == scores["seqeval_f1"] == 0.0


@st.composite
def marked(draw: st.DrawFn) -> tuple[Document, Document]:
    """Two annotations of one text by whole words, no overlap within a label."""
    text = " ".join(["كلمة"] * draw(st.integers(1, 12)))
    found = words(text)

    def annotate() -> Document:
        spans, at = [], 0
        while at < len(found):
            width = draw(st.integers(1, 3))
            if draw(st.booleans()) and at + width <= len(found):
                label = draw(st.sampled_from(list(SCHEMA.label_ids)[:3]))
                spans.append(Span(f"e{at}", label, found[at][0], found[at + width - 1][1]))
            at += width
        return Document("d", text, tuple(spans))

    return annotate(), annotate()


@given(marked())
def test_seqeval_agrees_with_us(pair: tuple[Document, Document]) -> None:
    gold, predicted = pair
    score = compare(span_keys(gold), span_keys(predicted))
    assert seqeval_f1([gold], [predicted]) == pytest.approx(score.f1)


def test_bootstrap_spans_the_score_and_follows_its_seed() -> None:
    scores = [Score(3, 2, 1), Score(4, 0, 0), Score(4, 0, 0)]
    low, high = bootstrap(scores)
    assert low < 22 / 25 < high <= 1.0
    assert bootstrap(scores) == [low, high]


def test_other_documents_and_other_texts_are_refused() -> None:
    with pytest.raises(FormatError, match="different documents"):
        measure([GOLD], documents(1))
    with pytest.raises(FormatError, match="differs from gold"):
        measure([GOLD], [Document("g", "نص آخر")])


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(evaluate.main)
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "300"})
    return result.exit_code, result.output


def test_command_writes_metrics_and_page(tmp_path: Path) -> None:
    write_documents(tmp_path / "gold.jsonl", [GOLD])
    write_documents(tmp_path / "predicted.jsonl", [wrong_boundary()])
    files = [f"test={tmp_path}/gold.jsonl,{tmp_path}/predicted.jsonl",
             "--metrics", f"{tmp_path}/m.json", "--report", f"{tmp_path}/r.html"]
    code, _ = run(*files)
    assert code == 0
    first = (tmp_path / "m.json").read_bytes(), (tmp_path / "r.html").read_bytes()
    assert json.loads(first[0])["test"]["spans"]["micro"]["recall"] == 0.75
    page = first[1].decode()
    assert "spans, wrong boundary: 1" in page and "relations, missed: a span was missed: 1" in page
    assert 'class="report"' in page and "direction:rtl" in page and "src=" not in page
    assert run(*files)[0] == 0
    assert first == ((tmp_path / "m.json").read_bytes(), (tmp_path / "r.html").read_bytes())


def test_bad_input_leaves_old_metrics(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text("old")
    (tmp_path / "bad.jsonl").write_text("{broken\n")
    code, output = run(f"test={tmp_path}/bad.jsonl,{tmp_path}/bad.jsonl", "--metrics",
                       f"{tmp_path}/m.json", "--report", f"{tmp_path}/r.html")
    assert code == 1 and "bad.jsonl:1: broken JSON" in output.replace("\n", "")
    assert (tmp_path / "m.json").read_text() == "old" and not (tmp_path / "r.html").exists()
    assert run("nonsense")[0] == 1


@pytest.mark.parametrize("output", ["--metrics", "--report"])
def test_an_output_that_is_a_folder_leaves_the_other_alone(output: str, tmp_path: Path) -> None:
    write_documents(tmp_path / "gold.jsonl", [GOLD])
    for name in ("m.json", "r.html"):
        (tmp_path / name).write_text("old")
    (tmp_path / "out").mkdir()
    files = {"--metrics": "m.json", "--report": "r.html", output: "out"}
    code, told = run(f"test={tmp_path}/gold.jsonl,{tmp_path}/gold.jsonl",
                     *(word for option, name in files.items()
                       for word in (option, f"{tmp_path}/{name}")))
    assert code == 1 and "is a folder" in told
    assert {(tmp_path / name).read_text() for name in ("m.json", "r.html")} == {"old"}


@pytest.mark.parametrize("names", [("mine", "mine"), ("mine", "robustness")])
def test_no_set_hides_another(names: tuple[str, str], tmp_path: Path) -> None:
    write_documents(tmp_path / "gold.jsonl", [GOLD])
    sets = [f"{name}={tmp_path}/gold.jsonl,{tmp_path}/gold.jsonl" for name in names]
    code, output = run(*sets, "--metrics", f"{tmp_path}/m.json", "--report", f"{tmp_path}/r.html")
    assert code == 1 and "a name of its own" in output and not (tmp_path / "m.json").exists()


def test_unlinked_relation_types_do_not_count_in_macro() -> None:
    predicted = replace(GOLD, relations=(Relation("victim", "d1", "v1"),))
    scores = measure([GOLD], [predicted])
    assert scores["relations"]["macro_f1"] == pytest.approx(1 / 3, abs=1e-4)


FAR = inline.parse(
    "[قتل](d1 DEATH) [سكان [دوما](l1 PLACE)](v1 VICTIM).\nوقع [القصف](a1 ATTACK) على"
    " [المدينة](l2 PLACE).\n---\nd1 victim v1\nd1 caused_by a1\na1 place l2\n", "far", "2016-05",
)


def test_relations_within_and_across_sentences() -> None:
    lost = replace(FAR, relations=tuple(r for r in FAR.relations if r.type != "caused_by"))
    relations = measure([FAR], [lost], [FAR])["relations"]
    assert relations["within_sentence"] == {
        "precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 2}
    assert (relations["across_sentences"]["recall"], relations["across_sentences"]["support"]) == (
        0.0, 1)
    given = relations["given_spans"]
    assert given["micro"]["f1"] == given["across_sentences"]["f1"] == 1.0


def test_relations_count_by_overlap_where_one_end_is_short() -> None:
    victim = FAR.by_id["v1"]
    spans = [replace(s, end=victim.start + 4) if s.id == "v1" else s for s in FAR.spans]
    relations = measure([FAR], [replace(FAR, spans=tuple(spans))])["relations"]
    assert relations["micro"]["f1"] == 0.6667 and relations["overlap"]["f1"] == 1.0


def test_nested_and_unseen_spans() -> None:
    flat = replace(FAR, spans=tuple(s for s in FAR.spans if s.id != "l1"))
    spans = measure([FAR], [flat], reference=Reference(seen=frozenset({"قتل", "القصف"})))["spans"]
    assert spans["nested"] == {"recall": 0.5, "support": 2}
    assert spans["unseen"] == {"precision": 1.0, "recall": 0.6667, "f1": 0.8, "support": 3}


def test_groups_by_genre_and_year() -> None:
    scores = measure([FAR, GOLD], [FAR, wrong_boundary()], reference=Reference(genres={
        "far": "news", "elsewhere": "wire"}))
    news = {"documents": 1, "spans_f1": 1.0, "relations_f1": 1.0}
    assert scores["by_genre"] == {"news": news} and scores["by_year"] == {"2016": news}


def test_robustness_stands_beside_the_documents_as_written(tmp_path: Path) -> None:
    copies = [perturb(GOLD, name) for name in ("digits", "tatweel")]
    write_documents(tmp_path / "gold.jsonl", [GOLD])
    write_documents(tmp_path / "copies.jsonl", copies)
    write_documents(tmp_path / "lost.jsonl", [copies[0], replace(copies[1], relations=())])
    code, output = run(
        f"test={tmp_path}/gold.jsonl,{tmp_path}/gold.jsonl,{tmp_path}/gold.jsonl",
        "--perturbed", f"{tmp_path}/copies.jsonl,{tmp_path}/lost.jsonl",
        "--train", f"{tmp_path}/gold.jsonl",
        "--metrics", f"{tmp_path}/m.json", "--report", f"{tmp_path}/r.html")
    assert code == 0, output
    scores = json.loads((tmp_path / "m.json").read_text())
    assert {name: s["relations_f1"] for name, s in scores["robustness"].items()} == {
        "as written": 1.0, "digits": 1.0, "tatweel": 0.0}
    assert scores["test"]["spans"]["unseen"]["support"] == 0
    assert "F1 by perturbation" in (tmp_path / "r.html").read_text()


def test_documents_as_written_are_counted_once(tmp_path: Path) -> None:
    write_documents(tmp_path / "gold.jsonl", [GOLD])
    write_documents(tmp_path / "far.jsonl", [FAR])
    write_documents(tmp_path / "copies.jsonl", [perturb(d, "digits") for d in (GOLD, FAR)])
    test, far = (f"{tmp_path}/{name}.jsonl,{tmp_path}/{name}.jsonl" for name in ("gold", "far"))
    files = ["--perturbed", f"{tmp_path}/copies.jsonl,{tmp_path}/copies.jsonl",
             "--metrics", f"{tmp_path}/m.json", "--report", f"{tmp_path}/r.html"]
    code, output = run(f"float={test}", f"int8={test}", f"far={far}", *files)
    assert code == 1 and "in several sets; got ['g']" in output
    assert not (tmp_path / "m.json").exists()
    assert run(f"test={test}", f"far={far}", *files)[0] == 0
    scores = json.loads((tmp_path / "m.json").read_text())
    assert scores["robustness"]["as written"]["documents"] == 2
