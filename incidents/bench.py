"""CPU time of the record of a dense report of 900 words: ``python -m incidents.bench``."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from time import process_time
from typing import Annotated

import typer

from data.document import Document, Relation, Span
from data.inline import parse
from incidents.assemble import ModelInfo, extraction


def joined(documents: list[Document], words: int = 900) -> Document:
    """One report made of documents, until it has so many words."""
    text, spans, relations = "", [], []
    for number, one in enumerate(documents):
        if len(text.split()) >= words:
            break
        spans += [Span(f"{s.id}n{number}", s.label, s.start + len(text), s.end + len(text))
                  for s in one.spans]
        relations += [Relation(r.type, f"{r.head}n{number}", f"{r.tail}n{number}")
                      for r in one.relations]
        text += one.text + "\n\n"
    return Document("bench", text, tuple(spans), tuple(relations), "2020-06-15")


def milliseconds(document: Document, pairs: int) -> float:
    """Median CPU time of the record; of each pair of runs the faster counts, for other programs
    slow a run and never speed it up."""
    def run() -> float:
        start = process_time()
        extraction(document, ModelInfo())
        return 1000 * (process_time() - start)

    run()  # reads gazetteer and vocabularies
    return median(min(run(), run()) for _ in range(pairs))


def main(
    corpus: Annotated[Path, typer.Option(help="Folder of reports in the inline form.")] = Path(
        "data/corpus/inline"
    ),
    pairs: Annotated[int, typer.Option(min=1, help="Pairs of runs.")] = 50,
) -> None:
    """Time the record of a report joined from some that are marked more densely than three in
    four of the corpus."""
    paths = sorted(corpus.glob("*.txt"))
    documents = [parse(path.read_text(encoding="utf-8"), path.stem) for path in paths]
    documents.sort(key=lambda d: -len(d.spans) / len(d.text.split()))
    report = joined(documents[len(documents) // 4 :])
    typer.echo(f"{len(report.text.split())} words, {len(report.spans)} spans, "
               f"{len(report.relations)} relations: {milliseconds(report, pairs):.2f} ms")


if __name__ == "__main__":
    typer.run(main)
