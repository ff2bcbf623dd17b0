"""Command ``annotation.push``: documents into a new Label Studio project.

Documents with scores become predictions, others annotations; one without spans becomes a task to
label.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from annotation.client import BATCH, ServerError, asking, connect
from annotation.config import labelling_config
from annotation.problems import Problem, show
from annotation.regions import to_result
from annotation.tasks import file_version, prediction, task_data
from data.document import Document
from data.errors import TawthiqError
from data.jsonl import read_documents

console = Console(stderr=True)


def sendable(documents: Sequence[Document]) -> tuple[list[Document], list[Problem]]:
    """The documents that a server can hold: lone surrogates do not travel in UTF-8."""
    good, bad = [], []
    for document in documents:
        try:
            for sent in (*task_data(document).values(), *document.by_id):
                (sent or "").encode()
            good.append(document)
        except UnicodeEncodeError as error:
            bad.append(Problem("refused", "a lone surrogate cannot be sent",
                               task=document.id, value=error.start))
    return good, bad


def is_scored(document: Document) -> bool:
    """Whether a model has marked it, and not people."""
    # A model that was given people's spans has scored its relations alone.
    scores = [s.score for s in document.spans] + [r.score for r in document.relations]
    return any(score is not None for score in scores)


def task(document: Document, version: str | None) -> dict[str, Any]:
    """A document as a task to import; ``version`` names the model if it is a prediction."""
    body: dict[str, Any] = {"data": task_data(document)}
    if version is not None:
        body["predictions"] = [prediction(document, version)]
    elif document.spans:
        # Said outright: an imported annotation would count as ground truth otherwise.
        body["annotations"] = [{"result": to_result(document), "ground_truth": False}]
    return body


def push(
    client: Any, documents: Sequence[Document], title: str, version: str, overlap: int = 1
) -> int:
    """Create a project that holds the documents, all or none of them.

    Args:
        client: see ``annotation.client.connect``.
        documents: predicted where a span or relation has a score; one without spans, if any
            other is.
        title: of the project, at least three characters.
        version: of the model, if they are predicted.
        overlap: how many annotators each task is given to.

    Returns:
        Number of the project.

    Raises:
        ServerError: the server refuses, or has taken fewer tasks than it was sent.
    """
    predicted = any(map(is_scored, documents))
    tasks = [task(d, version if is_scored(d) or (predicted and not d.spans) else None)
             for d in documents]
    with asking("create a project"):
        project = client.projects.create(
            title=title, label_config=labelling_config(), maximum_annotations=overlap,
            show_collab_predictions=True,
            sampling="Uncertainty sampling" if predicted else "Sequential sampling",
        )
    try:
        _fill(client, project.id, tasks)
        if predicted:
            with asking("choose the model's version"):
                client.projects.update(project.id, model_version=version)
    except BaseException:
        with asking("delete the unfinished project"):
            client.projects.delete(project.id)
        raise
    return int(project.id)


def _fill(client: Any, project: int, tasks: Sequence[dict[str, Any]]) -> None:
    batches = [tasks[i : i + BATCH] for i in range(0, len(tasks), BATCH)]
    for batch in track(batches, "sending", console=console):
        with asking("import tasks"):
            taken = client.projects.import_tasks(id=project, request=batch)
        sent = {
            "task_count": len(batch),
            "annotation_count": sum("annotations" in task for task in batch),
            "prediction_count": sum("predictions" in task for task in batch),
        }
        got = {name: getattr(taken, name) or 0 for name in sent}
        if got != sent:
            raise ServerError("the server took less than it was sent", value=got, legal=sent)


def main(
    source: Annotated[Path, typer.Option("--input", help="documents")],
    title: Annotated[str, typer.Option(help="name of the new project")],
    model_version: Annotated[str | None, typer.Option(
        help="of predicted documents [default: from the file's hash]")] = None,
    overlap: Annotated[int, typer.Option(help="annotators a task", min=1)] = 1,
) -> None:
    """Create a project; LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY name server and token."""
    try:
        documents, bad = sendable(read_documents(source))
        show(bad, console)
        version = model_version or file_version(source)
        project = push(connect(), documents, title, version, overlap)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    console.print(f"project {project}: {len(documents)} tasks")


if __name__ == "__main__":
    typer.run(main)
