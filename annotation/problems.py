"""What an import met on its way: refused, repaired, or left alone. Nothing goes unreported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from data.errors import TawthiqError
from data.jsonl import dumps

Kind = Literal["refused", "repaired", "noted"]


@dataclass(frozen=True)
class Problem:
    """One finding of an import.

    Attributes:
        kind: ``refused``: could not be used and is lost; ``repaired``: mended and kept;
            ``noted``: nothing is wrong, but something stands apart from what was taken.
        reason: what is the matter, in one clause.
        file: the file it was found in.
        task: id of the Label Studio task.
        region: id of the region, or the ends of the relation.
        value: the offending value; offsets and names, never the words of a report.
    """

    kind: Kind
    reason: str
    file: str = ""
    task: str = ""
    region: str = ""
    value: Any = None

    def __str__(self) -> str:
        place = ", ".join(
            part for part in (
                self.file, self.task and f"task {self.task}", self.region and f"{self.region}",
            ) if part
        )
        return f"{place}: {self.reason}" + ("" if self.value is None else f"; got {self.value!r}")


def refusal(error: TawthiqError, region: str = "") -> Problem:
    """An error of the schema or of a document as a refusal."""
    reason = error.what if error.legal is None else f"{error.what} (legal: {error.legal})"
    return Problem("refused", reason, region=region, value=error.value)


def malformed(error: ValidationError, what: str, region: str = "") -> Problem:
    """A piece of JSON that is not in Label Studio's form as a refusal."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return Problem("refused", f"malformed {what}", region=region,
                   value=f"{place}: {first['msg']}".lstrip(": "))


def show(problems: Sequence[Problem], console: Console) -> None:
    """Print every refusal, then how often each reason occurs, the most frequent first."""
    for problem in problems:
        if problem.kind == "refused":
            console.print(f"[red]refused[/] {escape(str(problem))}", highlight=False,
                          soft_wrap=True)
    for (kind, reason), n in Counter((p.kind, p.reason) for p in problems).most_common():
        console.print(f"{n} × {kind}: {reason}", highlight=False, markup=False)


def as_jsonl(problems: Iterable[Problem]) -> str:
    """All problems, one JSON object a line."""
    return "".join(dumps(asdict(p)) + "\n" for p in problems)
