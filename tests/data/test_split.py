"""Splits keep stories whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from data.document import Document
from data.errors import FormatError
from data.jsonl import read_documents, write_documents
from data.split import SPLITS, hashed, main, read_column, split

APP = typer.Typer()
APP.command()(main)
IDS = st.lists(st.text("abcdef", min_size=1, max_size=4), unique=True, max_size=30)


@given(IDS, st.data())
def test_no_story_stands_in_two_splits_and_nothing_is_lost(
    ids: list[str], data: st.DataObject
) -> None:
    documents = [Document(id, "نص") for id in ids]
    story = st.sampled_from(["s1", "s2", "s3", "s4"])
    stories = {id: data.draw(story) for id in ids if data.draw(st.booleans())}
    frozen = {"s1": "test", "s2": "dev"}
    parts = split(documents, stories, frozen)
    homes: dict[str, set[str]] = {}
    for name, part in parts.items():
        assert [d for d in documents if d in part] == part  # the order is kept
        for document in part:
            homes.setdefault(stories.get(document.id, document.id), set()).add(name)
    assert all(len(names) == 1 for names in homes.values())
    assert sum(map(len, parts.values())) == len(documents)
    assert homes.get("s1", {"test"}) == {"test"}
    assert homes.get("s2", {"dev"}) == {"dev"}


@given(IDS, st.text("xyz", min_size=1))
def test_a_new_report_moves_no_other(ids: list[str], new: str) -> None:
    documents = [Document(id, "نص") for id in ids]
    before = split(documents, {}, {})
    after = split([*documents, Document(new, "نص")], {}, {})
    for name in SPLITS:
        assert [d for d in after[name] if d.id != new] == before[name]


def test_the_shares() -> None:
    names = [hashed(f"story {i}") for i in range(4000)]
    assert 0.13 < names.count("test") / 4000 < 0.17
    assert 0.08 < names.count("dev") / 4000 < 0.12


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(FormatError, match="story s1: unknown split; got 'valid'; legal: train"):
        split([Document("a", "نص")], {"a": "s1"}, {"s1": "valid"})


@pytest.mark.parametrize(("content", "said"), [
    ("id,genre\na,x\n", "column is missing"),
    ("id,story\na,1\nb,2\na,1\n", ":4: id is given twice"),
])
def test_a_bad_table(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=said):
        read_column(path, "id", "story")


def test_the_command(tmp_path: Path) -> None:
    write_documents(tmp_path / "in.jsonl", [Document(i, "نص") for i in "abc"])
    (tmp_path / "plan.csv").write_text("id,story\na,s\nb,s\n", encoding="utf-8")
    (tmp_path / "splits.csv").write_text("story,split\ns,dev\n", encoding="utf-8")
    arguments = ["--input", str(tmp_path / "in.jsonl"), "--stories", str(tmp_path / "plan.csv"),
                 "--frozen", str(tmp_path / "splits.csv"), "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(APP, arguments).exit_code == 0
    found = {name: [d.id for d in read_documents(tmp_path / "out" / f"{name}.jsonl")]
             for name in SPLITS}
    expected = {name: [] for name in SPLITS} | {"dev": ["a", "b"]}  # type: ignore[var-annotated]
    expected[hashed("c")] = [*expected[hashed("c")], "c"]
    assert found == expected


@pytest.mark.parametrize("option", ["--stories", "--frozen"])
def test_a_misspelt_table_is_an_error(tmp_path: Path, option: str) -> None:
    write_documents(tmp_path / "in.jsonl", [Document("a", "نص")])
    done = CliRunner().invoke(APP, ["--input", str(tmp_path / "in.jsonl"), "--out",
                                    str(tmp_path / "out"), option, str(tmp_path / "slip.csv")])
    assert done.exit_code == 1 and not (tmp_path / "out").exists()
