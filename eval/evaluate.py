"""Stage ``eval.evaluate``: predictions against gold, to ``metrics.json`` and ``report.html``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from data.document import Document
from data.errors import ConfigError, FormatError, TawthiqError
from data.jsonl import read_documents, write_text
from data.perturb import MARK
from data.split import read_column
from eval.metrics import Reference, brief_by, measure, paired
from eval.report import page, section
from eval.slices import seen_forms
from models.settings import DecodeSettings

console = Console(stderr=True)
_ROBUSTNESS = "robustness"  # what metrics.json holds beside the sets


@dataclass(frozen=True)
class ScoredSet:
    """One named set of documents with its predictions."""

    name: str
    gold: list[Document]
    predicted: list[Document]
    related: list[Document] | None = None

    @classmethod
    def read(cls, argument: str) -> ScoredSet:
        """From ``NAME=GOLD,PREDICTED`` or ``NAME=GOLD,PREDICTED,RELATED``.

        Raises:
            FormatError: another form, or unreadable files.
        """
        name, equals, files = argument.partition("=")
        paths = files.split(",")
        if not equals or len(paths) not in (2, 3):
            raise FormatError("not a set to score", value=argument,
                              legal="NAME=GOLD.jsonl,PREDICTED.jsonl[,RELATED.jsonl]")
        return cls(name, *(read_documents(Path(path)) for path in paths))


def robustness(scored: Sequence[ScoredSet], perturbed: ScoredSet) -> dict[str, Any]:
    """Scores of each perturbation, after those of the same documents as they were written.

    Raises:
        FormatError: such a document stands in several sets: which prediction is meant?
    """
    groups: dict[str, list[tuple[Document, Document]]] = {}
    for gold, predicted in paired(perturbed.gold, perturbed.predicted):
        groups.setdefault(gold.id.rpartition(MARK)[2], []).append((gold, predicted))
    ids = {gold.id.rpartition(MARK)[0] for gold in perturbed.gold}
    plain = [pair for s in scored for pair in paired(s.gold, s.predicted) if pair[0].id in ids]
    twice = [id for id, count in Counter(gold.id for gold, _ in plain).items() if count > 1]
    if twice:
        raise FormatError("perturbed documents stand in several sets", where="--perturbed",
                          value=twice[:5], fix="score the other predictions in another run")
    return brief_by({"as written": plain, **groups} if plain else groups)


def main(
    sets: Annotated[list[str], typer.Argument(
        help="NAME=GOLD.jsonl,PREDICTED.jsonl[,RELATED.jsonl]; RELATED has gold spans with"
        " predicted relations (models.predict --given-spans)")],
    perturbed: Annotated[str | None, typer.Option(
        help="GOLD.jsonl,PREDICTED.jsonl of data.perturb's copies of a set")] = None,
    train: Annotated[Path | None, typer.Option(
        help="training documents, to score mentions that are not in them")] = None,
    plan: Annotated[Path, typer.Option(help="CSV with id, genre")] = Path("data/corpus/plan.csv"),
    settings: Annotated[Path | None, typer.Option(
        help="settings.json of the model, for its scores before calibration")] = None,
    metrics: Annotated[Path, typer.Option(help="scores as JSON")] = Path("metrics.json"),
    report: Annotated[Path, typer.Option(help="page to read")] = Path("report.html"),
    note: Annotated[str, typer.Option(help="a sentence for the page's head")] = "",
) -> None:
    """Score predictions; several sets may be given."""
    try:
        for path in (metrics, report):
            if path.is_dir():  # told before the scoring, and before one of the two is replaced
                raise ConfigError("cannot be written: it is a folder", where=path,
                                  fix="name a file")
        scored = [ScoredSet.read(argument) for argument in sets]
        if len({_ROBUSTNESS, *(s.name for s in scored)}) <= len(scored):
            raise FormatError("each set needs a name of its own", value=[s.name for s in scored],
                              legal=f"different names, none of them {_ROBUSTNESS}")
        reference = Reference(
            seen_forms(read_documents(train)) if train else None,
            read_column(plan, "id", "genre"),
            DecodeSettings.read(settings) if settings else None,
        )
        with console.status("scoring"):
            robust = (robustness(scored, ScoredSet.read(f"perturbed={perturbed}"))
                      if perturbed else {})
            scores = {s.name: measure(s.gold, s.predicted, s.related, reference) for s in scored}
        with console.status("drawing"):
            sections = [section(s.name, scores[s.name], paired(s.gold, s.predicted),
                                reference.settings) for s in scored]
            html = page(sections, robust, note)
        body = {**scores, **({_ROBUSTNESS: robust} if robust else {})}
        write_text(metrics, json.dumps(body, indent=2, sort_keys=True) + "\n")
        write_text(report, html)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None
    for name, score in scores.items():
        console.print(
            f"{name}: {score['documents']} documents, "
            f"spans F1 {score['spans']['micro']['f1']:.3f}, "
            f"relations F1 {score['relations']['micro']['f1']:.3f}"
        )


if __name__ == "__main__":
    typer.run(main)
