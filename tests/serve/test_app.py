"""The endpoint over real HTTP on loopback: answers, refusals, readiness, graceful stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from data.document import Document
from data.schema import SCHEMA
from serve import app, engine, messages
from serve.engine import Engine
from tests.conftest import ROOT, documents


@pytest.fixture(scope="module")
def server(bundle_folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "serve", "--model", str(bundle_folder), "--port", str(port)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                break
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    yield url, process
    process.kill()
    process.wait()


def post(url: str, body: object) -> httpx.Response:
    return httpx.post(f"{url}/v1/extract", json=body, timeout=60)


def test_one_document_and_a_list(server: tuple[str, object]) -> None:
    url, _ = server
    given = [{"id": d.id, "text": d.text, "published": d.published} for d in documents(3)]
    one = post(url, given[0])
    assert one.status_code == 200
    body = one.json()
    assert body["document"]["id"] == "doc0" and body["document"]["published"] == "2020-02-03"
    assert body["entities"]
    for entity in body["entities"]:
        assert given[0]["text"][entity["start"] : entity["end"]] == entity["text"]  # type: ignore[index]
    many = post(url, given).json()
    assert many[0] == body and [r["document"]["id"] for r in many] == ["doc0", "doc1", "doc2"]


def test_a_document_without_id_is_named_by_its_text(server: tuple[str, object]) -> None:
    body = post(server[0], {"text": "قصف"}).json()
    assert body["document"]["sha256"].startswith(body["document"]["id"])


@pytest.mark.parametrize(("body", "told"), [
    ({"text": 5}, "text"),
    ({}, "text"),
    ({"text": "x", "colour": "red"}, "colour"),
    ({"text": "x", "published": "yesterday"}, "published"),
    ({"text": "x", "published": "2020-02-31"}, "published"),
    ([], "1 to 64"),
    ([{"text": "x"}] * 65, "1 to 64"),
    ({"text": "ا" * (messages.MAX_CHARACTERS + 1)}, "text"),
    ("text", ""),
])
def test_bad_requests_are_told_why(server: tuple[str, object], body: object, told: str) -> None:
    answer = post(server[0], body)
    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid_request" and told in answer.json()["message"]


def test_broken_json_too_large_and_lengthless(server: tuple[str, object]) -> None:
    url = f"{server[0]}/v1/extract"
    assert httpx.post(url, content=b"{", headers={"content-type": "application/json"}
                      ).status_code == 422
    assert httpx.post(url, content=b"x" * (app.MAX_BYTES + 1)).status_code == 413
    assert httpx.post(url, content=iter([b"{}"])).status_code == 411
    both = {"content-length": "10", "transfer-encoding": "chunked"}
    assert httpx.post(url, content=iter([b"{}"]), headers=both).status_code == 411


@pytest.mark.parametrize("body", [
    b'{"text": "\xff"}', b'{"text": "x", "id": ' + b"1" * 5000 + b"}", b"[" * 200_000,
])
def test_what_is_no_json_is_a_problem_too(server: tuple[str, object], body: bytes) -> None:
    url, json = f"{server[0]}/v1/extract", {"content-type": "application/json"}
    answer = httpx.post(url, content=body, headers=json)
    assert answer.status_code == 400 and "UTF-8" in answer.json()["message"]
    contract = httpx.get(f"{server[0]}/openapi.json").json()
    assert "400" in contract["paths"]["/v1/extract"]["post"]["responses"]


def test_other_refusals_name_their_cause(server: tuple[str, object]) -> None:
    url = server[0]
    answer = httpx.post(f"{url}/v1/extract", content=b'{"text": "x"}')
    assert answer.status_code == 422 and "Content-Type" in answer.json()["message"]
    twice = post(url, [{"id": "a", "text": "قصف"}, {"id": "a", "text": "قتل"}])
    assert twice.status_code == 422 and "given twice" in twice.json()["message"]
    other = httpx.get(f"{url}/v1/extract")
    assert other.json()["error"] == "method_not_allowed" and other.headers["allow"] == "POST"
    for page in ("/docs", "/redoc"):  # they would load scripts from elsewhere
        assert httpx.get(url + page).json()["error"] == "not_found"


def test_refusals_do_not_repeat_the_text(server: tuple[str, object]) -> None:
    secret = "شهادة لا يجوز أن تتكرر"
    assert secret not in post(server[0], {"text": secret, "published": secret}).text


def test_life_metrics_and_contract(server: tuple[str, object]) -> None:
    url, _ = server
    assert httpx.get(f"{url}/livez").json() == {"status": "alive"}
    assert httpx.get(f"{url}/readyz").json()["status"] == "ready"
    assert 'tawthiq_requests_total{status="200"}' in httpx.get(f"{url}/metrics").text
    schemas = httpx.get(f"{url}/openapi.json").json()["components"]["schemas"]
    assert schemas["Entity"]["properties"]["label"]["enum"] == list(SCHEMA.label_ids)
    assert schemas["Link"]["properties"]["type"]["enum"] == list(SCHEMA.relation_ids)


def test_a_failed_load_is_alive_but_not_ready(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    with TestClient(app.create(lambda: engine.load(tmp_path))) as client:
        deadline = time.monotonic() + 5
        while client.get("/readyz").json()["error"] == "loading" and time.monotonic() < deadline:
            time.sleep(0.01)
        answer = client.get("/readyz")
        assert answer.status_code == 503 and "no manifest" in answer.json()["message"]
        assert client.get("/livez").status_code == 200
        assert client.post("/v1/extract", json={"text": "x"}).status_code == 503


def test_any_failed_load_is_told() -> None:
    from fastapi.testclient import TestClient

    def load() -> Engine:
        raise OSError("no space left")

    with TestClient(app.create(load)) as client:
        deadline = time.monotonic() + 5
        while client.get("/readyz").json()["error"] == "loading" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert client.get("/readyz").json()["message"] == "OSError: no space left"


def test_a_failed_extraction_is_a_problem_and_is_counted(
    bundle_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from fastapi.testclient import TestClient

    def fails(_: Engine, document: Document) -> None:
        raise ValueError(document.text)

    opened = engine.load(bundle_folder)
    monkeypatch.setattr(Engine, "extract", fails)
    with TestClient(app.create(lambda: opened)) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.01)
        answer = client.post("/v1/extract", json={"text": "شهادة"})
        assert answer.status_code == 500 and answer.json()["error"] == "internal_error"
        assert 'tawthiq_requests_total{status="500"} 1.0' in client.get("/metrics").text
    assert "ValueError" in caplog.text and "شهادة" not in caplog.text


def test_life_does_not_queue_behind_documents(
    bundle_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, go_on = engine.load(bundle_folder), threading.Event()
    monkeypatch.setattr(Engine, "extract", lambda *_: {"waited": go_on.wait(60)})

    async def ask() -> None:
        served = app.create(lambda: opened)
        transport = httpx.ASGITransport(app=served)
        async with (served.router.lifespan_context(served),
                    httpx.AsyncClient(transport=transport, base_url="http://t") as client):
            while (await client.get("/readyz")).status_code != 200:
                await asyncio.sleep(0.01)
            posts = [asyncio.create_task(client.post("/v1/extract", json={"text": "قصف"}))
                     for _ in range(60)]  # more than there are threads
            await asyncio.sleep(0.5)
            try:
                for path in ("/livez", "/readyz", "/metrics"):
                    answer = await asyncio.wait_for(client.get(path), 20)
                    assert answer.status_code == 200
            finally:
                go_on.set()
                await asyncio.gather(*posts)

    asyncio.run(ask())


def test_serving_imports_no_torch() -> None:
    code = ("import sys, serve.app, serve.engine, serve.extract; "
            "print({'torch', 'transformers', 'label_studio_sdk'} & set(sys.modules))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


def test_sigterm_lets_a_running_request_finish(
    server: tuple[str, subprocess.Popen[bytes]],
) -> None:
    """Last in the module: it stops the server."""
    url, process = server
    body = [{"text": " ".join(d.text for d in documents(40))}] * 20
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(post(url, body).status_code))
    thread.start()
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    thread.join(60)
    assert answers == [200]
    assert process.wait(30) in (0, -signal.SIGTERM)
    assert process.stderr is not None
    assert process.stdout is not None
    assert "قصف" not in (process.stderr.read() + process.stdout.read()).decode()
