"""Command ``annotation.pull``: a project's tasks and annotations into the corpus folder.

The file is the project's JSON export, one task a line. A second pull fetches only what has
changed since, and drops what was deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from annotation.client import BATCH, URL, ServerError, asking, connect
from annotation.export import read_file
from data.errors import FormatError, TawthiqError
from data.jsonl import dumps, write_text

_PAGE = 1000
_TIMES = ("created_at", "updated_at")
console = Console(stderr=True)


def by_id(tasks: Iterable[Any], where: object) -> dict[int, dict[str, Any]]:
    """Exported tasks by their ids.

    Args:
        tasks: JSON of any quality.
        where: they come from, for the error.

    Raises:
        FormatError: one has no id, or not the times of its making and last change.
    """
    try:
        for task in tasks:
            for key in _TIMES:
                datetime.fromisoformat(task[key])
        return {task["id"]: task for task in tasks}
    except (KeyError, TypeError, ValueError):
        raise FormatError("not the tasks of a project's export", where=where,
                          legal=f"a list of objects with id, {' and '.join(_TIMES)}",
                          fix="pull into another file") from None


def check_same(known: Mapping[int, Any], listed: Mapping[int, Any], path: Path) -> None:
    """See to it that the project is the one that the file was pulled from.

    A server made anew numbers its tasks from 1 again: the ids are the same, the tasks are not.

    Raises:
        ServerError: none of the file's tasks is in the project, or one was made at another time.
    """
    shared = known.keys() & listed.keys()
    same = [id for id in shared
            if datetime.fromisoformat(known[id]["created_at"]) == listed[id].created_at]
    if known and (not same or len(same) < len(shared)):
        raise ServerError("the project's tasks are not those of the file", where=path,
                          value=f"{len(known)} tasks in the file, {len(listed)} in the project, "
                                f"{len(same)} the same",
                          fix="check the project's number, or pull into another file")


def changed(known: Mapping[int, Any], listed: Mapping[int, Any]) -> list[int]:
    """Ids of the tasks that are new or whose ``updated_at`` is another than in the file.

    Creating, changing and deleting an annotation all move a task's ``updated_at``.
    """
    return [
        id for id, task in listed.items()
        if id not in known or datetime.fromisoformat(known[id]["updated_at"]) != task.updated_at
    ]


def pull(client: Any, project: int, path: Path) -> tuple[int, int, int]:
    """Bring the file of a project up to date, whole or not at all.

    Returns:
        How many tasks were fetched, how many were dropped, and how many there are.

    Raises:
        FormatError: the file that is there cannot be read or is no export.
        ServerError: the server refuses or fails, gives fewer tasks than it lists or something
            else than tasks, or is not the one of the file: see ``check_same``.
    """
    known = by_id(read_file(path), path) if path.exists() else {}
    with asking(f"list the tasks of project {project}"):
        client.projects.get(project)  # the listing of an unknown project is empty, not an error
        listed = {
            task.id: task
            for task in client.tasks.list(project=project, fields="task_only",
                                          include=",".join(("id", *_TIMES)), page_size=_PAGE)
        }
    check_same(known, listed, path)
    wanted = changed(known, listed)
    fetched = {id: task for batch in _download(client, project, wanted)
               for id, task in batch.items()}
    missing = [id for id in wanted if id not in fetched]
    if missing:
        raise ServerError(f"the server lists {len(missing)} tasks that its export lacks",
                          where=f"project {project}", value=missing[:10], fix="pull again")
    current = {**known, **fetched}
    tasks = [current[id] for id in sorted(listed) if id in current]
    write_text(path, "[\n" + ",\n".join(map(dumps, tasks)) + "\n]\n")
    return len(fetched), len(set(known) - set(listed)), len(tasks)


def _download(
    client: Any, project: int, ids: Sequence[int]
) -> Iterator[dict[int, dict[str, Any]]]:
    """These tasks as the export has them, by their ids, in batches."""
    batches = [ids[i : i + BATCH] for i in range(0, len(ids), BATCH)]
    for batch in track(batches, "fetching", console=console, disable=not batches):
        with asking(f"export tasks of project {project}"):
            content = b"".join(client.projects.exports.download_sync(
                project, export_type="JSON", download_all_tasks=True,
                # The SDK's own `ids` is sent under a name that the server does not read.
                request_options={"additional_query_parameters": {"ids[]": list(batch)}},
            ))
        try:
            yield by_id(json.loads(content), project)
        except (ValueError, FormatError):  # a login page or a proxy's, with status 200
            raise ServerError("the server's answer is no export", where=f"project {project}",
                              fix=f"is {URL} the address of Label Studio itself?") from None


def main(
    project: Annotated[int, typer.Option(help="number of the project")],
    out: Annotated[Path | None, typer.Option(
        help="file to bring up to date [default: data/corpus/project-<number>.json]")] = None,
) -> None:
    """Pull a project; LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY name server and token."""
    path = out or Path(f"data/corpus/project-{project}.json")
    try:
        fetched, dropped, total = pull(connect(), project, path)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    console.print(f"{path}: {total} tasks, {fetched} fetched, {dropped} dropped")


if __name__ == "__main__":
    typer.run(main)
