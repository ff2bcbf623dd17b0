"""Incident records of documents: ``python -m incidents.assemble``."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from data.document import Document
from data.errors import TawthiqError
from data.jsonl import check_apart, dumps, read_documents, write_text
from data.schema import SCHEMA
from incidents import gazetteer as gazetteers
from incidents import merging, places
from incidents.casualties import Casualties
from incidents.events import Event, structural
from incidents.gazetteer import Gazetteer
from incidents.mending import mended
from incidents.places import default_gazetteer
from incidents.record import render
from incidents.repeats import drop_repeats
from incidents.view import View
from incidents.vocabulary import Vocabularies, default_vocabularies, load


@dataclass(frozen=True)
class ModelInfo:
    """What produced the spans; ``gold`` for what people marked."""

    name: str = "gold"
    version: str = "1"
    schema: str = SCHEMA.version


def extraction(
    document: Document,
    model: ModelInfo,
    gazetteer: Gazetteer | None = None,
    vocabularies: Vocabularies | None = None,
) -> dict[str, Any]:
    """The extraction result of one document: entities, relations and incident records.

    Args:
        document: text with spans and relations, gold or predicted.
        model: what made them.
        gazetteer: resolves places; the project's where None.
        vocabularies: name classes; the project's where None.
    """
    vocabularies = vocabularies or default_vocabularies()
    view = View(document, {}, vocabularies)
    resolved = places.resolve(view, gazetteer or default_gazetteer())
    whole, texts = mended(view), view.texts
    if whole is document:
        view.places = resolved
    else:
        view = View(whole, resolved, vocabularies)
    return {
        "document": identity(document),
        "model": {"name": model.name, "version": model.version, "schema": model.schema},
        "entities": [
            body if s.score is None else {**body, "score": round(s.score, 4)}
            for s in document.spans
            for body in [{"id": s.id, "label": s.label, "start": s.start, "end": s.end,
                          "text": texts[s.id]}]
        ],
        "relations": [
            body if r.score is None else {**body, "score": round(r.score, 4)}
            for r in document.relations
            for body in [{"head": r.head, "type": r.type, "tail": r.tail}]
        ],
        "incidents": render(view, assemble(view)),
    }


def identity(document: Document) -> dict[str, str | None]:
    """What tells in a result which document, and which text of it, was read."""
    return {"id": document.id, "sha256": document.sha256, "published": document.published,
            "source": document.source}


def assemble(view: View) -> list[Event]:
    """The events of a document with their facts, in order of the text."""
    casualties = Casualties(view)
    found = casualties.attach(structural(view, casualties.same_victim()))
    for event in found:
        if len(event.facts) > 1:
            drop_repeats(event, pointing_back=True)
    mentions = merging.merge_mentions(sorted(found, key=attrgetter("start")))
    found = [mention.event for mention in mentions]
    for event in found:
        if len(event.facts) > 1:
            drop_repeats(event, pointing_back=False)
    merging.lend(mentions)
    return found


def main(
    source: Annotated[
        Path, typer.Option("--input", help="Documents, gold or predicted (JSONL).")
    ],
    output: Annotated[Path, typer.Option(help="Extraction results (JSONL).")],
    vocabularies: Annotated[
        Path | None, typer.Option(help="A folder of vocabularies that extend the project's.")
    ] = None,
    gazetteer: Annotated[Path | None, typer.Option(
        help="As incidents.gazetteer builds it [default: the project's]")] = None,
    model: Annotated[str, typer.Option(help="Name of what made the spans.")] = "gold",
) -> None:
    """Build incident records from documents with spans and relations."""
    try:
        check_apart(output, source)
        words = load(vocabularies)
        known = default_gazetteer() if gazetteer is None else gazetteers.load(gazetteer)
        rows = [
            dumps(extraction(document, ModelInfo(model), known, words)) + "\n"
            for document in track(read_documents(source), console=Console(stderr=True))
        ]
        write_text(output, "".join(rows))
    except TawthiqError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
