"""Command ``annotation.preannotate``: predictions into an existing project.

Label Studio then serves the document first of which the model is least sure (its prediction's
score, by which the data manager can order tasks too).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from annotation.client import BATCH, ServerError, asking, connect
from annotation.problems import Problem, show
from annotation.tasks import file_version, prediction
from data.document import Document
from data.errors import TawthiqError
from data.jsonl import read_documents

console = Console(stderr=True)


def matched(
    documents: Sequence[Document], tasks: Sequence[dict[str, Any]], version: str
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """A prediction for each task that holds a document, the least confident first.

    Args:
        documents: predicted.
        tasks: with ``id``, ``data`` and ``versions``, the models that have predicted it already.
        version: of the model.
    """
    by_document: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for task in tasks:
        by_document[str(task["data"].get("id") or task["id"])].append(task)
    predictions, problems = [], []
    for document in documents:
        found = by_document.get(document.id, [])
        if not found:
            problems.append(Problem("refused", "no task holds this document", task=document.id))
        for task in found:
            id = str(task["id"])
            if task["data"].get("text") != document.text:
                problems.append(Problem("refused", "text of the task differs", task=id))
            elif version in task["versions"]:
                problems.append(Problem("noted", "has this model's prediction already", task=id))
            else:
                predictions.append({"task": task["id"], **prediction(document, version)})
    return sorted(predictions, key=lambda p: p["score"]), problems


def preannotate(
    client: Any, project: int, documents: Sequence[Document], version: str
) -> tuple[int, list[Problem]]:
    """Put predictions into a project and let it serve the most uncertain first.

    Returns:
        How many tasks got a prediction, and what was refused.

    Raises:
        ServerError: the server refuses, or has dropped some of what it was sent.
    """
    with asking(f"list the tasks of project {project}"):
        client.projects.get(project)
        tasks = [
            {"id": task.id, "data": task.data, "versions": _versions(task)}
            for task in client.tasks.list(
                project=project, include="id,data,predictions_model_versions", page_size=BATCH)
        ]
    predictions, problems = matched(documents, tasks, version)
    batches = [predictions[i : i + BATCH] for i in range(0, len(predictions), BATCH)]
    for batch in track(batches, "sending", console=console, disable=not batches):
        with asking("import predictions"):
            created = client.projects.import_predictions(id=project, request=batch).created
        if created != len(batch):  # it drops what it does not like, and answers 201
            raise ServerError("the server took fewer predictions than it was sent",
                              value=created, legal=len(batch))
    if predictions:
        with asking("choose the model's version"):
            client.projects.update(project, model_version=version, show_collab_predictions=True,
                                   sampling="Uncertainty sampling")
    return len(predictions), problems


def _versions(task: Any) -> list[str]:
    """The model versions of a task's predictions, which the server joins by commas."""
    return [part.strip() for part in (task.predictions_model_versions or "").split(",")]


def main(
    project: Annotated[int, typer.Option(help="number of the project")],
    source: Annotated[Path, typer.Option("--input", help="predicted documents")] = Path(
        "predictions/test.jsonl"
    ),
    model_version: Annotated[str | None, typer.Option(
        help="name of the model [default: from the file's hash]")] = None,
) -> None:
    """Pre-annotate; LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY name server and token."""
    try:
        documents = read_documents(source)
        version = model_version or file_version(source)
        count, problems = preannotate(connect(), project, documents, version)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    show(problems, console)
    console.print(f"project {project}: {count} tasks with predictions of {version}")


if __name__ == "__main__":
    typer.run(main)
