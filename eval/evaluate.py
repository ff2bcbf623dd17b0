"""Stage ``eval.evaluate``: predictions against gold, to ``metrics.json`` and ``report.html``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from rich.console import Console
from rich.markup import escape

from data import html
from data.document import Document
from data.errors import FormatError, TawthiqError
from data.jsonl import read_documents, write_text
from eval.metrics import measure, paired, relation_score, span_score

_WORST = 5
console = Console(stderr=True)


@dataclass(frozen=True)
class ScoredSet:
    """One named set of documents with its predictions."""

    name: str
    gold: list[Document]
    predicted: list[Document]

    @classmethod
    def read(cls, argument: str) -> ScoredSet:
        """From ``NAME=GOLD,PREDICTED``.

        Raises:
            FormatError: another form, or unreadable files.
        """
        name, equals, files = argument.partition("=")
        gold, comma, predicted = files.partition(",")
        if not equals or not comma:
            raise FormatError("not a set to score", value=argument,
                              legal="NAME=GOLD.jsonl,PREDICTED.jsonl")
        return cls(name, read_documents(Path(gold)), read_documents(Path(predicted)))


def worst(scored: Sequence[ScoredSet]) -> list[dict[str, Any]]:
    """The documents with the lowest span F1, as the page shows them; each set has its share."""
    rows = []
    for each in scored:
        found = []
        for gold, predicted in paired(each.gold, each.predicted):
            found.append({
                "set": each.name, "id": gold.id,
                "spans": span_score(gold, predicted).f1,
                "relations": relation_score(gold, predicted).f1,
                "gold": Markup(html.coloured(gold)),
                "predicted": Markup(html.coloured(predicted)),
                "size": len(gold.spans),
            })
        found = [row for row in found if row["size"]]
        rows += sorted(found, key=lambda row: (row["spans"], row["id"]))[:_WORST]
    return rows


def page(scores: dict[str, Any], scored: Sequence[ScoredSet], note: str) -> str:
    """The report as one self-contained page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
    )
    return environment.get_template("report.html.j2").render(
        sets=scores, worst=worst(scored), style=Markup(html.STYLE),
        legend=Markup(html.legend()), note=note,
    )


def main(
    sets: Annotated[list[str], typer.Argument(help="NAME=GOLD.jsonl,PREDICTED.jsonl …")],
    metrics: Annotated[Path, typer.Option(help="scores as JSON")] = Path("metrics.json"),
    report: Annotated[Path, typer.Option(help="page to read")] = Path("report.html"),
    note: Annotated[str, typer.Option(help="a sentence for the page's head")] = "",
) -> None:
    """Score predictions; several sets may be given."""
    try:
        scored = [ScoredSet.read(argument) for argument in sets]
        with console.status("scoring"):
            scores = {s.name: measure(s.gold, s.predicted) for s in scored}
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None
    write_text(metrics, json.dumps(scores, indent=2, sort_keys=True) + "\n")
    write_text(report, page(scores, scored, note))
    for name, score in scores.items():
        console.print(
            f"{name}: {score['documents']} documents, "
            f"spans F1 {score['spans']['micro']['f1']:.3f}, "
            f"relations F1 {score['relations']['micro']['f1']:.3f}"
        )


if __name__ == "__main__":
    typer.run(main)
