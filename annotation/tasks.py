"""Tasks of Label Studio from documents, and documents from tasks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from annotation.messages import Annotation, Task
from annotation.problems import Problem, malformed, refusal
from annotation.regions import read_result, to_result
from data.document import Document, check_published
from data.errors import DocumentError, TawthiqError


def task_data(document: Document) -> dict[str, Any]:
    """What a task holds of a document apart from its annotations."""
    return {"text": document.text, "id": document.id, "published": document.published,
            "source": document.source}


def prediction(document: Document, version: str) -> dict[str, Any]:
    """A predicted document as Label Studio's prediction.

    Its score is the document's confidence. Uncertainty sampling serves the lowest first (least
    confidence, Lewis and Gale 1994), and tasks can be ordered by it in the data manager.
    """
    return {"model_version": version, "result": to_result(document, "prediction"),
            "score": round(document.confidence, 4)}


def file_version(path: Path) -> str:
    """A name for the model behind a file of predictions: the same file, the same name."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def read_task(
    body: Any, annotator: str | None = None
) -> tuple[Document | None, list[Problem]]:
    """The document of a task, and everything that was found on the way.

    Cancelled annotations are passed over, predictions and drafts are not read. Of several
    annotations the ground truth is taken, else the last updated one.

    Args:
        body: one element of a JSON export.
        annotator: id or e-mail address of the one whose annotations are taken.

    Returns:
        No document where the task cannot be used or nobody has annotated it.
    """
    try:
        task = Task.model_validate(body)
    except ValidationError as error:
        id = str(body.get("id", "")) if isinstance(body, dict) else ""
        return None, [replace(malformed(error, "task"), task=id)]
    document, problems = _read(task, annotator)
    return document, [replace(p, task=task.id or "") for p in problems]


def _read(task: Task, annotator: str | None) -> tuple[Document | None, list[Problem]]:
    text = task.data.get("text")
    if not isinstance(text, str) or not text.strip():
        reason = "data.text is missing" if "text" not in task.data else (
            "data.text is empty" if isinstance(text, str) else "data.text is not text")
        return None, [Problem("refused", reason, value=sorted(map(str, task.data)))]
    chosen, problems = _choose(task.annotations, annotator)
    if chosen is None:
        return None, problems
    reading = read_result(chosen.result, text)
    problems += reading.problems
    given, wrong = _provenance(task)
    problems += wrong
    if not given["id"]:
        return None, [*problems, Problem("refused", "neither data.id nor an id of the task")]
    try:
        document = Document(
            text=text, spans=reading.spans, relations=reading.relations, **given
        )
    except TawthiqError as error:
        return None, [*problems, refusal(error)]
    return document, problems


def _choose(
    bodies: Iterable[Any], annotator: str | None
) -> tuple[Annotation | None, list[Problem]]:
    """The annotation to take."""
    found: list[Annotation] = []
    problems: list[Problem] = []
    for body in bodies:
        try:
            found.append(Annotation.model_validate(body))
        except ValidationError as error:
            problems.append(malformed(error, "annotation"))
    usable = [a for a in found if not a.was_cancelled]
    if len(usable) < len(found):
        problems.append(Problem("noted", "cancelled annotations are passed over",
                                value=len(found) - len(usable)))
    mine = [a for a in usable if annotator is None or annotator in a.annotator]
    if not mine:
        reason = "left out: not annotated" + ("" if annotator is None else " by that annotator")
        return None, [*problems, Problem("noted", reason)]
    chosen = max(mine, key=lambda a: a.rank)
    if len(usable) > 1:
        others = [a.id for a in usable if a is not chosen]
        problems.append(Problem("noted", "other annotations of the task are not taken",
                                value=others))
    return chosen, problems


def _provenance(task: Task) -> tuple[dict[str, Any], list[Problem]]:
    """Id, publication date and source; a bad date or source costs only itself."""
    problems = []
    id = task.data.get("id")
    own = str(id) if isinstance(id, str | int) and not isinstance(id, bool) else None
    if id is not None and own is None:
        problems.append(Problem("refused", "data.id is neither text nor a number", value=id))
    given: dict[str, Any] = {"id": own or task.id}
    for key in ("published", "source"):
        value = task.data.get(key) or None
        try:
            if not isinstance(value, str | None):
                raise DocumentError(f"data.{key} is not text", value=value)
            if key == "published":
                check_published(value)
        except DocumentError as error:
            problems.append(refusal(error, f"data.{key}"))
            value = None
        given[key] = value
    return given, problems
