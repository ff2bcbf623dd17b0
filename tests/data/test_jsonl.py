"""Documents on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from data.document import Document, Relation, Span
from data.errors import ConfigError, TawthiqError
from data.jsonl import (
    dumps,
    from_json,
    lines,
    read_documents,
    to_json,
    write_documents,
    write_text,
)
from tests.data.strategies import documents

BODY: dict[str, Any] = {"id": "d", "text": "قصف حي", "published": None, "source": None,
                        "spans": [], "relations": []}
SPAN = {"id": "a", "label": "ATTACK", "start": 0, "end": 3}


@given(documents())
def test_there_and_back(document: Document) -> None:
    line = dumps(to_json(document))
    assert "\n" not in line
    line.encode()  # UTF-8 whatever the text holds
    assert from_json(json.loads(line)) == document


@given(documents())
def test_scores_come_back(document: Document) -> None:
    scored = replace(
        document, spans=tuple(replace(s, score=0.1234) for s in document.spans),
        relations=tuple(replace(r, score=0.5) for r in document.relations),
    )
    assert from_json(json.loads(dumps(to_json(scored)))) == scored


def test_files_hold_one_document_a_line(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "documents.jsonl"
    odd = Document("b", "سطر\u2028سطر\x85سطر\rسطر\n\ud83d \x00 😀")
    write_documents(path, [Document("a", "قصف"), odd])
    assert read_documents(path) == [Document("a", "قصف"), odd]
    assert path.read_bytes().count(b"\n") == 2
    assert list(path.parent.iterdir()) == [path]


def test_keys_stand_in_the_order_of_the_format() -> None:
    document = Document("d", "قصف حي", (Span("a", "ATTACK", 0, 3), Span("l", "PLACE", 4, 6)),
                        (Relation("place", "a", "l"),), "2020", "جريدة")
    assert dumps(to_json(document)) == (
        '{"id": "d", "text": "قصف حي", "published": "2020", "source": "جريدة", "spans": '
        '[{"id": "a", "label": "ATTACK", "start": 0, "end": 3}, '
        '{"id": "l", "label": "PLACE", "start": 4, "end": 6}], '
        '"relations": [{"type": "place", "head": "a", "tail": "l"}]}')


def test_optional_keys_may_be_missing() -> None:
    assert from_json({"id": "d", "text": "قصف"}) == Document("d", "قصف")


@pytest.mark.parametrize(("changes", "said"), [
    ({"id": 5}, "'id' must be a string"),
    ({"text": None}, "'text' must be a string"),
    ({"published": 2020}, "'published' must be a string or null"),
    ({"source": []}, "'source' must be a string or null"),
    ({"label": 1}, "unknown keys; got ['label']"),
    ({"spans": [{"id": "a", "label": "ATTACK", "start": 0}]}, "document d: a span needs"),
    ({"spans": [{**SPAN, "start": "x"}]}, "document d: a span needs"),
    ({"spans": [{**SPAN, "start": 0.7}]}, "got '0.7 is not int'"),
    ({"spans": [{**SPAN, "end": True}]}, "got 'True is not int'"),
    ({"spans": [{**SPAN, "id": 1}]}, "got '1 is not str'"),
    ({"spans": [{**SPAN, "score": "high"}]}, "is not a score"),
    ({"spans": [{**SPAN, "score": float("nan")}]}, "got 'not a score of 0 to 1: nan'"),
    ({"spans": [{**SPAN, "score": 10**400}]}, "got 'not a score of 0 to 1: 1000"),
    ({"spans": 7}, "document d: a span needs"),
    ({"spans": [7]}, "document d: a span needs"),
    ({"spans": [{**SPAN, "label": "HERO"}]}, "document d: unknown label; got 'HERO'"),
    ({"spans": [{**SPAN, "end": 9}]}, "ends beyond the text"),
    ({"relations": [{"type": "place"}]}, "document d: a span needs"),
])
def test_what_is_refused(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = tmp_path / "documents.jsonl"
    second = json.dumps({**BODY, **changes})
    path.write_text(dumps({**BODY, "id": "first"}) + "\n\n" + second + "\n", encoding="utf-8")
    with pytest.raises(TawthiqError) as caught:
        read_documents(path)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{path}:3: ")


@pytest.mark.parametrize(("content", "said"), [
    (b"{}\n", ":1: 'id' must be"), (b"[]\n", ":1: a document must be a JSON object"),
    (b"{\n", ":1: broken JSON"), ("\nقصف".encode("cp1256"), ":2: not UTF-8"),
    (b"1" * 5000, ":1: broken JSON"), (b"[" * 200_000, ":1: broken JSON"),
    ((dumps(BODY) + "\n").encode() * 2, ":2: document id is given twice; got 'd'"),
])
def test_a_file_that_cannot_be_read(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "documents.jsonl"
    path.write_bytes(content)
    with pytest.raises(TawthiqError) as caught:
        read_documents(path)
    assert said in str(caught.value)


@pytest.mark.parametrize("body", [
    "شهادة عن مقتل", {"id": "a", "text": ["شهادة عن مقتل"]},
    {"id": "a", "text": "قصف", "source": ["شهادة عن مقتل"]},
])
def test_errors_do_not_repeat_the_text(body: Any) -> None:
    with pytest.raises(TawthiqError) as caught:
        from_json(body)
    assert "شهادة" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TawthiqError, match=r"nowhere\.jsonl: no such file"):
        list(lines(tmp_path / "nowhere.jsonl"))


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "old\r\n")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "new \ud800")
    assert path.read_bytes() == b"old\r\n"


def test_paths_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(TawthiqError, match="cannot be read; got 'Is a directory'"):
        list(lines(tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(TawthiqError, match="cannot be written"):
        write_text(tmp_path / "file" / "deeper", "new")


@pytest.mark.parametrize("name", ["", ".", "/", "folder"])
def test_a_folder_is_not_written_to_as_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    with pytest.raises(ConfigError, match="is a folder; legal: a file"):
        write_text(Path(name), "new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
