"""The HTTP endpoint. Article text is never logged."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Body, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from starlette.exceptions import HTTPException

from data.errors import TawthiqError
from data.jsonl import dumps
from serve.engine import Engine
from serve.messages import MAX_DOCUMENTS, Extraction, InputDocument, Problem

MAX_BYTES = 4 * 1024 * 1024
_PATH = "/v1/extract"
_JSON = "send JSON in UTF-8 with the header Content-Type: application/json"
_UNREADABLE = "the body is no JSON in UTF-8, or holds too long a number or nests too deep"
_log = logging.getLogger(__name__)


class Readiness:
    """Loads the engine behind the server's back, so that ``/livez`` answers from the start."""

    def __init__(self, load: Callable[[], Engine]) -> None:
        self.engine: Engine | None = None
        self.failure: str | None = None
        self._load = load

    def start(self) -> None:
        """Begin loading in a thread of its own."""
        threading.Thread(target=self._run, name="load-model", daemon=True).start()

    def _run(self) -> None:
        try:
            self.engine = self._load()
        except Exception as error:  # whatever it is, /readyz tells it
            self.failure = f"{type(error).__name__}: {error}"

    def refusal(self) -> Response:
        """Why no document is read yet."""
        if self.failure:
            return problem(503, "model_failed", self.failure)
        return problem(503, "loading", "the model is still loading")


def problem(status: int, error: str, message: str) -> Response:
    """A refusal as JSON."""
    body = dumps({"error": error, "message": message})
    return Response(body, status, media_type="application/json")


async def answered(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """The endpoint's answer, also where it fails."""
    try:
        return await call_next(request)
    except Exception as error:
        # Where it failed and no message, which may hold words of a report.
        place = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s\n%s", type(error).__name__, place)
        return problem(500, "internal_error", "the request failed, which is a defect of tawthiq")


def create(load: Callable[[], Engine]) -> FastAPI:
    """The application.

    Args:
        load: opens the engine; called once, when the server starts.
    """
    readiness = Readiness(load)
    registry = CollectorRegistry()
    requests = Counter("tawthiq_requests", "Requests by status", ["status"], registry=registry)
    documents = Counter("tawthiq_documents", "Documents extracted", registry=registry)
    seconds = Histogram("tawthiq_seconds", "Seconds a document takes", registry=registry)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        readiness.start()
        yield

    # No interactive pages: they load scripts from elsewhere into a page for testimony.
    app = FastAPI(title="tawthiq", version="1", lifespan=lifespan, docs_url=None, redoc_url=None,
                  description="Arabic conflict reports to evidence-linked incident records")

    @app.middleware("http")
    async def limit(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        length = request.headers.get("content-length")
        chunked = "transfer-encoding" in request.headers  # it would overrule the length
        if request.method == "POST" and (length is None or not length.isdigit() or chunked):
            response = problem(411, "length_required",
                               "send a Content-Length header and no Transfer-Encoding")
        elif length is not None and length.isdigit() and int(length) > MAX_BYTES:
            response = problem(413, "too_large", f"a request may have up to {MAX_BYTES} bytes")
        else:
            response = await answered(request, call_next)
        if request.url.path == _PATH:
            requests.labels(response.status_code).inc()
        return response

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        answer = problem(status, status.name.lower(),
                         _UNREADABLE if status == 400 else status.phrase)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        # Never echo the input: it is testimony, and error bodies end up in logs.
        told = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5]
        )
        if "json" not in request.headers.get("content-type", ""):
            told = f"{_JSON}; {told}"
        return problem(422, "invalid_request", told)

    # These are async: they wait for no thread behind the documents that are being read.
    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", responses={503: {"model": Problem}})
    async def readyz() -> Response:
        if readiness.engine is None:
            return readiness.refusal()
        body = {"status": "ready", "model": readiness.engine.bundle.version}
        return Response(dumps(body), media_type="application/json")

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    @app.post(
        _PATH,
        response_model=Extraction | list[Extraction],
        responses={status: {"model": Problem} for status in (400, 411, 413, 422, 500, 503)},
    )
    def extract(body: Annotated[InputDocument | list[InputDocument], Body()]) -> Response:
        """Spans, relations and incident records of one document or a list of them."""
        engine = readiness.engine
        if engine is None:
            return readiness.refusal()
        given = body if isinstance(body, list) else [body]
        if not 1 <= len(given) <= MAX_DOCUMENTS:
            return problem(422, "invalid_request", f"send 1 to {MAX_DOCUMENTS} documents")
        named = [item.id for item in given if item.id is not None]
        if len(set(named)) < len(named):
            return problem(422, "invalid_request", "document id is given twice")
        try:
            read = [item.document() for item in given]
        except TawthiqError as error:
            return problem(422, "invalid_request", str(error))
        results: list[dict[str, Any]] = []
        for document in read:
            started = time.perf_counter()
            results.append(engine.extract(document))
            seconds.observe(time.perf_counter() - started)
            documents.inc()
        answer = results if isinstance(body, list) else results[0]
        return Response(dumps(answer), media_type="application/json")

    return app
