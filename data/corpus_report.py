"""Counts and plots of a corpus: labels, relations, genres, years, lengths, as one HTML page.

Another set of documents, such as real reports, may be set beside it for comparison.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape as escape_html
from pathlib import Path
from typing import Annotated

import typer
from matplotlib.figure import Figure
from rich.console import Console
from rich.markup import escape

from data import inline
from data.document import Document
from data.errors import TawthiqError
from data.jsonl import read_documents, write_text
from data.plots import COLOURS, bars, svg
from data.schema import SCHEMA
from data.words import words


@dataclass(frozen=True)
class Counts:
    """What a set of documents holds."""

    name: str
    documents: int
    words: int
    labels: Counter[str]
    relations: Counter[str]
    years: Counter[str]
    lengths: list[int]

    @classmethod
    def of(cls, name: str, documents: Sequence[Document]) -> Counts:
        """Count one set."""
        lengths = [len(words(d.text)) for d in documents]
        return cls(
            name, len(documents), sum(lengths),
            Counter(s.label for d in documents for s in d.spans),
            Counter(r.type for d in documents for r in d.relations),
            Counter((d.published or "none")[:4] for d in documents),
            lengths,
        )

    def rate(self, count: int) -> float:
        """Occurrences in a thousand words."""
        return 1000 * count / self.words if self.words else 0.0


def histogram(title: str, sets: Sequence[Counts]) -> str:
    """Lengths in words, as shares, as SVG."""
    figure = Figure(figsize=(7, 3))
    axes = figure.subplots()
    edges = list(range(0, 1001, 50))
    for i, counts in enumerate(sets):
        weights = [1 / max(1, counts.documents)] * counts.documents
        axes.hist(counts.lengths, edges, weights=weights, alpha=0.6, label=counts.name,
                  color=COLOURS[i])
    axes.set_title(title, loc="left")
    axes.set_xlabel("words")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return svg(figure)


def page(sets: Sequence[Counts], genres: Counter[str]) -> str:
    """The whole report."""
    plots = [
        bars("spans per 1,000 words", list(SCHEMA.label_ids), [
            (c.name, [c.rate(c.labels[n]) for n in SCHEMA.label_ids]) for c in sets
        ]),
        bars("relations per 1,000 words", list(SCHEMA.relation_ids), [
            (c.name, [c.rate(c.relations[n]) for n in SCHEMA.relation_ids]) for c in sets
        ]),
        histogram("length", sets),
        bars("reports by year", sorted(sets[0].years), [
            (sets[0].name, [float(sets[0].years[y]) for y in sorted(sets[0].years)])
        ]),
    ]
    if genres:
        names = [name for name, _ in genres.most_common()]
        plots.append(bars("reports by genre", names, [
            (sets[0].name, [float(genres[n]) for n in names])
        ]))
    head = "".join(
        f"<tr><td>{escape_html(c.name)}<td>{c.documents:,}<td>{c.words:,}"
        f"<td>{c.labels.total():,}<td>{c.relations.total():,}</tr>"
        for c in sets
    )
    figures = "".join(f"<figure>{plot}</figure>" for plot in plots)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>tawthiq: corpus</title>'
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
        "padding:0 1rem}td,th{padding:.2rem 1rem;text-align:right}td:first-child{text-align:left}"
        "figure{margin:1.5rem 0}svg{max-width:100%;height:auto}</style><h1>The corpus</h1>"
        "<table><tr><th><th>documents<th>words<th>spans<th>relations</tr>"
        f"{head}</table>{figures}</html>\n"
    )


def genres_of(path: Path) -> Counter[str]:
    """Reports by genre, from the plan; empty where there is none."""
    if not path.exists():
        return Counter()
    with path.open(encoding="utf-8", newline="") as file:
        return Counter(row["genre"] for row in csv.DictReader(file))


def _read(path: Path) -> list[Document]:
    if path.is_dir():
        files = sorted(path.glob("*.txt"))
        return [inline.parse(f.read_text(encoding="utf-8"), f.stem) for f in files]
    return read_documents(path)


def main(
    source: Annotated[Path, typer.Option("--input")] = Path("data/documents.jsonl"),
    plan: Annotated[Path, typer.Option(help="CSV with genre")] = Path("data/corpus/plan.csv"),
    compare: Annotated[
        Path | None, typer.Option(help="documents (JSONL or folder of inline files) to set beside")
    ] = None,
    out: Annotated[Path, typer.Option(help="page to write")] = Path("data/corpus/report.html"),
) -> None:
    """Write the corpus report."""
    console = Console(stderr=True)
    try:
        sets = [Counts.of("corpus", read_documents(source))]
        if compare:
            sets.append(Counts.of("compared", _read(compare)))
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None
    write_text(out, page(sets, genres_of(plan)))
    for counts in sets:
        console.print(f"{counts.name}: {counts.documents} documents, {counts.words:,} words, "
                      f"{counts.labels.total():,} spans, {counts.relations.total():,} relations")


if __name__ == "__main__":
    typer.run(main)
