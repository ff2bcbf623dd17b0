"""What the network commands decide before and after they ask the server."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from annotation.client import ServerError, asking, connect
from annotation.preannotate import matched
from annotation.pull import changed, pull
from annotation.push import push, sendable, task
from data.document import Document, Relation, Span
from data.errors import FormatError

TEXT = "قصف حي"
RELATED = Document("d", TEXT, (Span("a", "ATTACK", 0, 3), Span("p", "PLACE", 4, 6)),
                   (Relation("place", "a", "p", 0.6),))
MARKED = Document("d", TEXT, (Span("a", "ATTACK", 0, 3),))
PREDICTED = Document("d", TEXT, (Span("a", "ATTACK", 0, 3, 0.8),))


def at(second: int) -> datetime:
    return datetime(2026, 2, 1, 10, 0, second, 123456, UTC)


def row(id: int, second: int, **changes: Any) -> dict[str, Any]:
    return {"id": id, "created_at": "2026-01-31T09:00:00.5Z",
            "updated_at": f"2026-02-01T10:00:{second:02}.123456Z", **changes}


class Server:
    """As much of the SDK's client as ``pull`` asks; counts what it hands out."""

    def __init__(
        self, *rows: dict[str, Any], fails: Exception | None = None, lost: int | None = None
    ) -> None:
        self.rows, self.fails, self.lost, self.asked = list(rows), fails, lost, 0
        self.projects = self.exports = self.tasks = self

    def get(self, project: int) -> None:
        assert project == 5

    def download_sync(self, _: int, **options: Any) -> list[bytes]:
        if self.fails:
            raise self.fails
        ids = options["request_options"]["additional_query_parameters"]["ids[]"]
        assert len(ids) <= 200
        self.asked += len(ids)
        rows = [r for r in self.rows if r["id"] in ids and r["id"] != self.lost]
        body = json.dumps(rows, ensure_ascii=False).encode()
        return [body[:7], body[7:]]

    def list(self, **_: Any) -> Any:
        return [SimpleNamespace(id=r["id"], **{
            key: datetime.fromisoformat(r[key]) for key in ("created_at", "updated_at")
        }) for r in self.rows]


def test_changed_tasks_are_those_of_another_time() -> None:
    known = {1: row(1, 1), 2: row(2, 2), 4: row(4, 4)}
    listed = {id: SimpleNamespace(updated_at=at(s)) for id, s in ((1, 1), (2, 3), (3, 3))}
    assert changed(known, listed) == [2, 3]


def test_pull_merges_and_drops(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    assert pull(Server(row(2, 1, data={"text": "أ"}), row(1, 1)), 5, path) == (2, 0, 2)
    assert [t["id"] for t in json.loads(path.read_text(encoding="utf-8"))] == [1, 2]
    server = Server(row(2, 9), row(3, 1))
    assert pull(server, 5, path) == (2, 1, 2)
    assert json.loads(path.read_text(encoding="utf-8")) == [row(2, 9), row(3, 1)]
    assert pull(Server(*server.rows), 5, path) == (0, 0, 2)


def test_pull_asks_in_batches(tmp_path: Path) -> None:
    server = Server(*(row(i, i % 60) for i in range(1, 451)))
    assert pull(server, 5, tmp_path / "p.json") == (450, 0, 450)
    assert server.asked == 450


def test_a_failed_pull_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    import httpx

    path = tmp_path / "p.json"
    pull(Server(row(1, 1)), 5, path)
    before = path.read_bytes()
    with pytest.raises(ServerError, match="ReadTimeout"):
        pull(Server(row(1, 2), fails=httpx.ReadTimeout("late")), 5, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("server", "said"), [
    (Server(row(1, 2), row(2, 1), lost=1), r"lists 1 tasks that its export lacks; got \[1\]"),
    (Server(), "not those of the file"), (Server(row(7, 1)), "not those of the file"),
    (Server(row(1, 1, created_at="2026-01-31T09:00:01Z"), row(2, 1)),
     "1 tasks in the file, 2 in the project, 0 the same"),
])
def test_tasks_that_do_not_come_are_told(tmp_path: Path, server: Server, said: str) -> None:
    path = tmp_path / "p.json"
    pull(Server(row(1, 1, annotations=["قصف"])), 5, path)
    before = path.read_bytes()
    with pytest.raises(ServerError, match=said):
        pull(server, 5, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [
    "[1, 2]", '[{"text": "x"}]', '[{"id": 1, "text": "x"}]', "[null]",
    '[{"id": 1, "created_at": "2026-01-31", "updated_at": null}]',
    '[{"id": [], "created_at": "2026-01-31", "updated_at": "2026-01-31"}]',
])
def test_a_file_that_is_no_export_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(content)
    with pytest.raises(FormatError, match=r"p.json: not the tasks.*fix: pull into another file"):
        pull(Server(row(1, 1)), 5, path)
    assert path.read_text() == content


@pytest.mark.parametrize("answer", [b"<html>login</html>", b'{"detail": "x"}', b"\xff"])
def test_an_answer_that_is_no_export_is_told(
    tmp_path: Path, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "download_sync", lambda *_, **__: [answer])
    with pytest.raises(ServerError, match=r"no export.*fix: is LABEL_STUDIO_URL"):
        pull(Server(row(1, 1)), 5, tmp_path / "p.json")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("document", "version", "holds"), [
    (MARKED, None, "annotations"), (PREDICTED, "m1", "predictions"), (Document("d", TEXT), None,
                                                                     None),
    (Document("d", TEXT), "m1", "predictions"),
])
def test_what_a_document_becomes(
    document: Document, version: str | None, holds: str | None
) -> None:
    body = task(document, version)
    assert body["data"] == {"text": TEXT, "id": "d", "published": None, "source": None}
    assert set(body) - {"data"} == ({holds} if holds else set())


def test_an_imported_annotation_is_no_ground_truth() -> None:
    assert task(MARKED, None)["annotations"][0]["ground_truth"] is False


def test_lone_surrogates_are_kept_back() -> None:
    broken = [Document("x", "أ\ud83d"), Document("x", TEXT, source="أ\ud83d"),
              Document("x", TEXT, (Span("أ\ud83d", "ATTACK", 0, 3),))]
    good, bad = sendable([MARKED, *broken])
    assert good == [MARKED]
    assert [(p.kind, p.task, p.value) for p in bad] == [("refused", "x", 1)] * 3


class Taker:
    """As much of the client as ``push`` asks; it takes ``taken`` tasks."""

    def __init__(self, taken: int) -> None:
        self.projects, self.id, self.deleted = self, 9, False
        self.task_count, self.annotation_count = taken, taken
        self.prediction_count: int | None = None
        self.sent: list[dict[str, Any]] = []

    def create(self, **_: Any) -> Taker:
        return self

    def import_tasks(self, request: list[dict[str, Any]], **_: Any) -> Taker:
        self.sent += request
        return self

    def update(self, *_: Any, **__: Any) -> None:
        pass

    def delete(self, project: int) -> None:
        self.deleted = project == 9


def test_a_push_that_the_server_takes_half_of_is_undone() -> None:
    server = Taker(taken=1)
    with pytest.raises(ServerError, match="took less"):
        push(server, [MARKED, replace(MARKED, id="e")], "Title", "none")
    assert server.deleted
    whole = Taker(taken=2)
    assert push(whole, [MARKED, replace(MARKED, id="e")], "Title", "none") == 9
    assert not whole.deleted


def test_what_people_marked_is_not_sent_as_a_prediction() -> None:
    server = Taker(taken=4)
    server.annotation_count, server.prediction_count = 1, 3
    push(server, [MARKED, PREDICTED, RELATED, Document("e", TEXT)], "Title", "m1")
    assert [set(t) - {"data"} for t in server.sent] == [
        {"annotations"}, {"predictions"}, {"predictions"}, {"predictions"}]


def test_predictions_find_their_tasks_the_most_uncertain_first() -> None:
    def predicted(id: str, score: float) -> Document:
        return Document(id, TEXT, (Span("a", "ATTACK", 0, 3, score),))

    tasks = [
        {"id": 1, "data": {"id": "sure", "text": TEXT}, "versions": [""]},
        {"id": 2, "data": {"id": "unsure", "text": TEXT}, "versions": ["m0"]},
        {"id": 3, "data": {"id": "changed", "text": TEXT + "."}, "versions": [""]},
        {"id": 4, "data": {"id": "done", "text": TEXT}, "versions": ["m0", "m1"]},
        {"id": 5, "data": {"text": TEXT}, "versions": [""]},  # known by the number of its task
    ]
    documents = [predicted("sure", 0.9), predicted("unsure", 0.4), predicted("changed", 0.5),
                 predicted("done", 0.5), predicted("gone", 0.5), predicted("5", 0.7)]
    found, problems = matched(documents, tasks, "m1")
    assert [(p["task"], p["score"]) for p in found] == [(2, 0.4), (5, 0.7), (1, 0.9)]
    assert [(p.kind, p.task) for p in problems] == [
        ("refused", "3"), ("noted", "4"), ("refused", "gone")]


@pytest.mark.parametrize("name", ["LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"])
def test_the_environment_must_name_server_and_key(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "secret")
    monkeypatch.delenv(name)
    with pytest.raises(ServerError, match=f"{name}: environment variable is not set"):
        connect()


@pytest.mark.parametrize(("name", "value"), [
    ("LABEL_STUDIO_URL", "localhost:8080"), ("LABEL_STUDIO_URL", "http://ex ample"),
    ("LABEL_STUDIO_URL", "http://[::1"), ("LABEL_STUDIO_URL", "http://127.0.0.1:99999"),
    ("LABEL_STUDIO_API_KEY", "مفتاح"), ("LABEL_STUDIO_API_KEY", "secret\n"),
])
def test_a_bad_address_or_key_is_named_and_the_key_not_shown(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "secret")
    monkeypatch.setenv(name, value)
    with pytest.raises(ServerError, match=f"{name}: not ") as caught:
        connect()
    assert "KEY" not in name or value.strip() not in str(caught.value)


def test_an_expired_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", jwt.encode({"exp": 1}, 32 * "k"))
    with pytest.raises(ServerError, match=r"401.*expired.*fix: check LABEL_STUDIO_API_KEY"):
        connect()


def test_what_the_server_says_is_shown_without_cookies_and_values() -> None:
    from label_studio_sdk.core.api_error import ApiError

    body = {"detail": "Validation error", "validation_errors": {"result": ["words of a report"]}}
    with pytest.raises(ServerError) as caught, asking("import"):
        raise ApiError(status_code=400, headers={"set-cookie": "sessionid=1"}, body=body)
    assert str(caught.value) == (
        "400: the server refuses to import; got 'Validation error (result)'")
    with pytest.raises(ServerError, match="LABEL_STUDIO_API_KEY"), asking("import"):
        raise ApiError(status_code=401, body="<html>")


def test_the_sdk_is_imported_only_where_the_network_is_needed() -> None:
    code = ("import sys, annotation.pull, annotation.push, annotation.preannotate, "
            "annotation.export; sys.exit('label_studio_sdk' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
