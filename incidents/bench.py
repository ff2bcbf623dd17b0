"""CPU time of the record of a report of 900 words: ``python -m incidents.bench``."""

from __future__ import annotations

import gc
from pathlib import Path
from statistics import median
from time import process_time
from typing import Annotated

import typer

from data.document import Document, Relation, Span
from data.inline import parse
from incidents.assemble import ModelInfo, extraction


def joined(documents: list[Document], words: int = 900) -> Document:
    """One report made of the first documents that fit into so many words."""
    text, spans, relations, left = "", [], [], words
    for number, one in enumerate(documents):
        size = len(one.text.split())
        if size > left:
            continue
        left -= size
        spans += [Span(f"{s.id}n{number}", s.label, s.start + len(text), s.end + len(text))
                  for s in one.spans]
        relations += [Relation(r.type, f"{r.head}n{number}", f"{r.tail}n{number}")
                      for r in one.relations]
        text += one.text + "\n\n"
    return Document("bench", text, tuple(spans), tuple(relations), "2020-06-15")


def milliseconds(document: Document) -> float:
    """CPU time of the record."""
    start = process_time()
    extraction(document, ModelInfo())
    return 1000 * (process_time() - start)


def main(
    corpus: Annotated[Path, typer.Option(help="Folder of reports in the inline form.")] = Path(
        "data/corpus/inline"
    ),
    runs: Annotated[int, typer.Option(min=1, help="Runs over each report.")] = 100,
) -> None:
    """Time two reports joined from the corpus: one from the middle of its documents by how
    densely they are marked, one from those that three in four are marked less densely than.

    Reads the densest quarter first, as a server has read others before. Other programs slow a
    run and never speed it up: the best is the record's own time.
    """
    paths = sorted(corpus.glob("*.txt"))
    documents = [parse(path.read_text(encoding="utf-8"), path.stem) for path in paths]
    documents.sort(key=lambda d: -len(d.spans) / len(d.text.split()))
    quarter = len(documents) // 4
    for document in documents[:quarter]:
        extraction(document, ModelInfo())
    for name, at in (("typical", 2 * quarter), ("dense", quarter)):
        report = joined(documents[at:])
        gc.collect()  # what reading the others left behind is not this report's
        first = milliseconds(report)
        again = [milliseconds(report) for _ in range(runs)]
        typer.echo(f"{name}: {len(report.text.split())} words, {len(report.spans)} spans, "
                   f"{len(report.relations)} relations: first {first:.2f} ms, "
                   f"again best {min(again):.2f} ms, median {median(again):.2f} ms")


if __name__ == "__main__":
    typer.run(main)
