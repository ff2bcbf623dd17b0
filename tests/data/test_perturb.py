"""Perturbed copies: every span covers the same words, rewritten; nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from data import inline, perturb
from data.document import Document, Span
from data.errors import DocumentError
from data.jsonl import read_documents, write_documents
from data.words import words
from tests.data.strategies import documents

TEXT = "وقال الدفاع المدني: إن 12 شهيداً سقطوا، بينهم فتاة، في قصف على مستشفى البلدة والمدرسة"


def tokens(text: str) -> list[str]:
    return [text[a:b] for a, b in words(text)]


@given(documents(), st.sampled_from(perturb.NAMES))
def test_every_span_covers_the_same_words(document: Document, name: str) -> None:
    copy = perturb.perturb(document, name)

    def rewritten(text: str) -> list[str]:
        each = perturb.OF_WORDS.get(name, str)
        return [token for word in tokens(text) for token in tokens(each(word))]

    assert tokens(copy.text) == rewritten(document.text)
    for old, new in zip(document.spans, copy.spans, strict=True):
        before, within = rewritten(document.text[: old.start]), rewritten(document.slice(old))
        if within[0] == "و" and len(within) > 1:  # "and" apart joins the span, it is no part of it
            before.append(within.pop(0))
        assert tokens(copy.slice(new)) == within
        assert tokens(copy.text[: new.start]) == before
        assert (old.id, old.label) == (new.id, new.label)
    assert copy.relations == document.relations
    assert (copy.id, copy.published) == (f"{document.id}#{name}", document.published)


@pytest.mark.parametrize(("name", "expected"), [
    ("digits", TEXT.replace("12", "١٢")),
    ("letters", "وقال الدفاع المدني: ان 12 شهيداً سقطوا، بينهم فتاه، في قصف علي مستشفي البلده"
                " والمدرسه"),
    ("clitics", TEXT.replace("والمدرسة", "و المدرسة")),
    ("punctuation", TEXT.replace("،", "").replace(":", "")),
])
def test_what_is_done(name: str, expected: str) -> None:
    assert perturb.perturb(Document("d", TEXT), name).text == expected


@pytest.mark.parametrize("name", ["tashkeel", "tatweel"])
def test_marks_are_only_added(name: str) -> None:
    copy = perturb.perturb(Document("d", TEXT), name).text
    assert copy != TEXT
    added = {"\u064e", "\u064f", "\u0650", "\u0652", "\u0640"}
    assert "".join(c for c in copy if c not in added) == TEXT


def test_emoji_stand_between_words() -> None:
    copy = perturb.perturb(Document("d", TEXT), "emoji").text
    assert [word for word in copy.split() if word not in "💔😢🕊"] == TEXT.split()
    assert len(copy) > len(TEXT)


def test_stems_keep_their_first_letter() -> None:
    assert perturb.perturb(Document("d", "والدته و12 بالغاً بالرصاص ب3"), "clitics").text == (
        "والدته و 12 بالغاً ب الرصاص ب 3"
    )


def test_a_span_inside_a_word_is_refused() -> None:
    with pytest.raises(DocumentError, match="document d: span a: span is not made"):
        perturb.perturb(Document("d", TEXT, (Span("a", "SOURCE", 1, 4),)), "digits")


def test_command_writes_all_copies(tmp_path: Path) -> None:
    report = inline.parse("[قتل](d1 DEATH) [رجلان](v1 VICTIM)\n---\nd1 victim v1\n", "r")
    write_documents(tmp_path / "in.jsonl", [report])
    app = typer.Typer()
    app.command()(perturb.main)
    files = ["--input", f"{tmp_path}/in.jsonl", "--output", f"{tmp_path}/out.jsonl"]
    assert CliRunner().invoke(app, files).exit_code == 0
    assert [d.id for d in read_documents(tmp_path / "out.jsonl")] == [
        f"r#{name}" for name in perturb.NAMES
    ]
    assert CliRunner().invoke(app, ["--input", "nowhere", *files[2:]]).exit_code == 1
    assert CliRunner().invoke(app, [*files[:3], files[1]]).exit_code == 1
    assert read_documents(tmp_path / "in.jsonl") == [report]
