"""Through a real Label Studio server; runs where TAWTHIQ_LABEL_STUDIO names its program."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotation.client import ServerError, connect
from annotation.config import labelling_config
from annotation.export import import_folder
from annotation.preannotate import preannotate
from annotation.problems import Problem
from annotation.pull import pull
from annotation.push import push
from annotation.regions import to_result
from data import inline
from data.document import Document

PROGRAM = os.environ.get("TAWTHIQ_LABEL_STUDIO")
TOKEN = "5f" * 20
pytestmark = pytest.mark.skipif(
    not PROGRAM, reason="TAWTHIQ_LABEL_STUDIO does not name a label-studio executable"
)

REPORTS = [
    inline.parse(source, f"doc{i}", "2016-05-04", "جريدة الاختبار") for i, source in enumerate((
        "[مقتل](d1 DEATH) [طفلين](v1 VICTIM) في [قصف](a1 ATTACK) على [بلدة سنجار](l1 PLACE)."
        "\n---\nd1 victim v1\nd1 caused_by a1\na1 place l1\n",
        "👨‍👩‍👧 نزحت عائلات.\r\n[واعتُقل](x1 DETENTION) [مُعلِّـم](v1 VICTIM) في [F-16](l1 PLACE)"
        " \u202bحيّ\u202c"
        "\n---\nx1 victim v1\n",
        "لا شيء هنا.\n---\n",
    ))
]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended while starting"
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
                if json.load(answer)["status"] == "UP":
                    return
        except OSError:
            time.sleep(1)
    pytest.fail("the server did not come up in ten minutes")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("label-studio"), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ, "LABEL_STUDIO_BASE_DATA_DIR": str(folder), "LABEL_STUDIO_HOST": url,
        "LABEL_STUDIO_USERNAME": "analyst@example.org", "LABEL_STUDIO_PASSWORD": "only-a-test-1",
        "LABEL_STUDIO_USER_TOKEN": TOKEN, "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_COLLECT_ANALYTICS": "false", "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
        "LABEL_STUDIO_SENTRY_DSN": "", "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [str(PROGRAM), "start", "--no-browser", "--internal-host", "127.0.0.1",
             "--port", str(port)],
            env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )
        try:
            wait_until_up(url, process)
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


@pytest.fixture
def client(server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LABEL_STUDIO_URL", server)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", TOKEN)
    return connect()


def scored(document: Document, score: float) -> Document:
    return replace(document, spans=tuple(replace(s, score=score) for s in document.spans))


def bare(document: Document) -> Document:
    return replace(document, spans=(), relations=())


def test_annotations_come_back_as_they_went(client: Any, tmp_path: Path) -> None:
    project = push(client, REPORTS, "There and back", "none")
    path = tmp_path / "project.json"
    assert pull(client, project, path) == (3, 0, 3)
    imported = import_folder(tmp_path)
    assert imported.documents == REPORTS[:2]
    assert [p.reason for p in imported.problems] == ["left out: not annotated"]


def test_a_second_pull_fetches_what_changed_and_drops_what_is_gone(
    client: Any, tmp_path: Path
) -> None:
    path = tmp_path / "project.json"
    project = push(client, REPORTS, "Little by little", "none")
    pull(client, project, path)
    before = path.read_bytes()
    assert pull(client, project, path) == (0, 0, 3)
    assert path.read_bytes() == before

    tasks = json.loads(before)
    client.annotations.create(id=tasks[2]["id"], result=[])
    assert pull(client, project, path) == (1, 0, 3)
    assert import_folder(path).documents[2] == REPORTS[2]

    changed = replace(REPORTS[0], spans=REPORTS[0].spans[:2],
                      relations=REPORTS[0].relations[:1])
    client.annotations.update(id=tasks[0]["annotations"][0]["id"], result=to_result(changed))
    client.tasks.delete(tasks[1]["id"])
    assert pull(client, project, path) == (1, 1, 2)
    assert import_folder(path).documents == [changed, REPORTS[2]]


def test_the_most_uncertain_document_is_served_first(server: str, client: Any) -> None:
    project = push(client, [bare(d) for d in REPORTS], "To label", "none")
    predicted = [scored(REPORTS[0], 0.9), scored(REPORTS[1], 0.4)]
    stranger = Document("stranger", "نص")
    count, problems = preannotate(client, project, [*predicted, stranger], "m1")
    assert count == 2
    assert problems == [Problem("refused", "no task holds this document", task="stranger")]

    again, problems = preannotate(client, project, predicted, "m1")
    assert again == 0
    assert {p.kind for p in problems} == {"noted"}

    tasks = list(client.tasks.list(project=project, fields="all"))
    scores = {t.data["id"]: [p.score for p in t.predictions] for t in tasks}
    assert scores == {"doc0": [0.9], "doc1": [0.4], "doc2": []}
    request = urllib.request.Request(
        f"{server}/api/projects/{project}/next", headers={"Authorization": f"Token {TOKEN}"})
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["data"]["id"] == "doc1"


def test_predicted_documents_become_predictions(client: Any) -> None:
    project = push(client, [scored(REPORTS[0], 0.7)], "Predicted", "m7")
    (task,) = client.tasks.list(project=project, fields="all")
    assert not task.annotations
    assert [(p.model_version, p.score) for p in task.predictions] == [("m7", 0.7)]
    assert client.projects.get(project).model_version == "m7"


def test_the_server_accepts_the_config_unchanged(client: Any) -> None:
    project = push(client, REPORTS[:1], "Config", "none", overlap=2)
    stored = client.projects.get(project)
    assert stored.label_config == labelling_config()
    assert stored.maximum_annotations == 2
    labels = stored.parsed_label_config["label"]
    assert labels["type"] == "Labels"
    assert "VICTIM" in labels["labels"]


def test_an_unknown_project_and_a_wrong_key_are_named(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "project.json"
    with pytest.raises(ServerError, match="404"):
        pull(client, 123456, path)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    with pytest.raises(ServerError, match="LABEL_STUDIO_API_KEY") as caught:
        pull(connect(), 1, path)
    assert "0" * 40 not in str(caught.value)
    assert not path.exists()


def test_a_failed_push_leaves_no_project(client: Any) -> None:
    with pytest.raises(ServerError, match="title"):
        push(client, REPORTS, "x", "none")
    before = len(list(client.projects.list()))
    lone = Document("lone", "أ\ud800")  # `sendable` keeps these from `push`
    with pytest.raises(UnicodeEncodeError):
        push(client, [lone], "Half a project", "none")
    assert len(list(client.projects.list())) == before
