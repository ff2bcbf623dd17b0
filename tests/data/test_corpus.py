"""The shipped corpus: complete, legal, diverse, free of near-duplicates and of leakage."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from data import inline
from data.document import Document
from data.schema import SCHEMA
from data.split import split
from data.words import snap_to_words, words
from tests.conftest import ROOT, SHARED

CORPUS = ROOT / "data" / "corpus"
GRAM = 5
MOST_SHARED = 0.12  # share of the shorter report's 5-grams that another report may have


def table(name: str) -> list[dict[str, str]]:
    with (CORPUS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def plan() -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in table("plan.csv")}


@pytest.fixture(scope="module")
def corpus(plan: dict[str, dict[str, str]]) -> dict[str, Document]:
    return {
        path.stem: inline.parse(path.read_text(encoding="utf-8"), path.stem,
                                plan[path.stem]["published"], plan[path.stem]["outlet"])
        for path in sorted((CORPUS / "inline").glob("*.txt"))
    }


def test_every_planned_report_is_there(
    corpus: dict[str, Document], plan: dict[str, dict[str, str]]
) -> None:
    assert set(corpus) == set(plan) and len(corpus) >= 500
    lengths = {id: len(d.text.split()) for id, d in corpus.items()}
    assert sum(lengths.values()) >= 90_000
    assert not {id: n for id, n in lengths.items() if not 40 <= n <= 900}


def test_the_plan_spans_the_domain(plan: dict[str, dict[str, str]]) -> None:
    genres = Counter(row["genre"] for row in plan.values())
    assert len(genres) == 13 and min(genres.values()) >= 14
    assert {str(y) for y in range(2011, 2027)} <= {r["published"][:4] for r in plan.values()}
    quiet = sum(row["topic"].startswith("NO INCIDENT") for row in plan.values())
    abroad = sum(row["country"] != "Syria" for row in plan.values())
    assert quiet >= 0.12 * len(plan) and abroad >= 0.12 * len(plan)


def test_reports_without_incident_have_no_trigger(
    corpus: dict[str, Document], plan: dict[str, dict[str, str]]
) -> None:
    for id, row in plan.items():
        if row["topic"].startswith("NO INCIDENT"):
            assert not [s for s in corpus[id].spans if SCHEMA.label(s.label).trigger], id


def test_spans_are_whole_words(corpus: dict[str, Document]) -> None:
    for document in corpus.values():
        for span in document.spans:
            snapped = snap_to_words(document.text, span.start, span.end)
            assert snapped == (span.start, span.end), (document.id, span)


def test_no_label_and_no_relation_is_rare(corpus: dict[str, Document]) -> None:
    spans = Counter(s.label for d in corpus.values() for s in d.spans)
    relations = Counter(r.type for d in corpus.values() for r in d.relations)
    assert {n: spans[n] for n in SCHEMA.label_ids if spans[n] < 150} == {}
    assert {n: relations[n] for n in SCHEMA.relation_ids if relations[n] < 150} == {}


def test_harm_and_victims_are_joined_or_explained(corpus: dict[str, Document]) -> None:
    explained = {(row["id"], row["span"]) for row in table("exceptions.csv")}
    alone = set()
    for document in corpus.values():
        heads, tails = defaultdict(set), defaultdict(set)
        for relation in document.relations:
            heads[relation.head].add(relation.type)
            tails[relation.tail].add(relation.type)
        for span in document.spans:
            if SCHEMA.label(span.label).harm and "victim" not in heads[span.id]:
                alone.add((document.id, span.id))
            linked = tails[span.id] & {"victim", "subset_of"} or "subset_of" in heads[span.id]
            if span.label == "VICTIM" and not linked:
                alone.add((document.id, span.id))
    assert alone - explained == set(), "mend them or say why in data/corpus/exceptions.csv"
    assert explained - alone == set(), "explained, but nothing is missing there"


def grams(document: Document, size: int = GRAM) -> set[tuple[str, ...]]:
    found = [document.text[s:e] for s, e in words(document.text)]
    return {tuple(found[i : i + size]) for i in range(len(found) - size + 1)}


def test_no_near_duplicates(
    corpus: dict[str, Document], plan: dict[str, dict[str, str]]
) -> None:
    holders = defaultdict(list)
    sizes = {}
    for id, document in corpus.items():
        own = grams(document)
        sizes[id] = len(own)
        for gram in own:
            holders[gram].append(id)
    shared: Counter[tuple[str, str]] = Counter()
    for ids in holders.values():
        for i, first in enumerate(ids):
            for second in ids[i + 1 :]:
                shared[first, second] += 1
    close = {
        pair: round(n / min(sizes[pair[0]], sizes[pair[1]]), 2) for pair, n in shared.items()
        if n > MOST_SHARED * min(sizes[pair[0]], sizes[pair[1]])
        and plan[pair[0]]["story"] != plan[pair[1]]["story"]
    }
    assert close == {}


def test_no_sentence_of_the_real_reports(corpus: dict[str, Document]) -> None:
    folder = SHARED / "realdev" / "gold"
    if not folder.exists():
        pytest.skip("the real reports are not on this machine")
    real = {g for p in folder.glob("*.txt") for g in grams(
        inline.parse(p.read_text(encoding="utf-8"), p.stem), 9)}
    assert {id for id, d in corpus.items() if grams(d, 9) & real} == set()


def test_splits_are_frozen_and_leak_no_story(
    corpus: dict[str, Document], plan: dict[str, dict[str, str]]
) -> None:
    frozen = {row["story"]: row["split"] for row in table("splits.csv")}
    stories = {id: row["story"] for id, row in plan.items()}
    assert set(frozen) == set(stories.values())
    parts = split(list(corpus.values()), stories, frozen)
    where = {name: {stories[d.id] for d in documents} for name, documents in parts.items()}
    assert not where["train"] & where["test"] and not where["train"] & where["dev"]
    assert not where["dev"] & where["test"]
    assert len(parts["test"]) >= 80
    genres = {name: {plan[d.id]["genre"] for d in documents} for name, documents in parts.items()}
    assert genres["test"] == genres["train"]


def test_readme_says_what_is_there(corpus: dict[str, Document]) -> None:
    card = (CORPUS / "README.md").read_text(encoding="utf-8")
    assert "synthetic" in card.splitlines()[2]
    assert f"{len(corpus):,} reports" in card
    assert "CC BY 4.0" in card


def test_compiled_export_is_up_to_date(tmp_path: Path) -> None:
    import subprocess
    import sys

    out = tmp_path / "export.json"
    subprocess.run([sys.executable, "-m", "annotation.compile", "--output", str(out)], cwd=ROOT,
                   check=True, capture_output=True)
    committed = (CORPUS / "label-studio.json").read_bytes()
    assert out.read_bytes() == committed, "run annotation.compile"
