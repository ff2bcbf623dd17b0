"""How far two annotators agree: strict F1 of spans and relations, and F1 by overlap.

F1 between two annotators is the usual measure where the number of unmarked stretches, and so
chance agreement, is undefined (Hripcsak and Rothschild 2005).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.document import Document
from data.errors import FormatError, TawthiqError
from data.jsonl import check_apart, read_documents, write_text
from data.matching import (
    Pairs,
    Score,
    by_kind,
    micro,
    overlap,
    relation_keys,
    span_keys,
    spans_overlap,
)
from data.schema import SCHEMA

console = Console(stderr=True)


def common(first: Sequence[Document], second: Sequence[Document]) -> Pairs:
    """The documents that both have marked, in the order of the first.

    Raises:
        FormatError: there is none, or the texts of one differ.
    """
    theirs = {d.id: d for d in second}
    pairs = [(d, theirs[d.id]) for d in first if d.id in theirs]
    if not pairs:
        raise FormatError("the two sides share no document", legal="the same ids on both sides",
                          fix="export one project twice, with --annotator")
    for ours, other in pairs:
        if ours.text != other.text:
            raise FormatError("the two sides hold different texts", where=f"document {ours.id}")
    return pairs


def agreement(first: Sequence[Document], second: Sequence[Document]) -> dict[str, Any]:
    """All scores as plain numbers.

    Raises:
        FormatError: see ``common``.
    """
    pairs = common(first, second)
    marked = [(span_keys(a), span_keys(b)) for a, b in pairs]
    spans = by_kind(marked, SCHEMA.label_ids)
    relations = by_kind(
        [(relation_keys(a), relation_keys(b)) for a, b in pairs], SCHEMA.relation_ids
    )
    return {
        "documents": len(pairs),
        "only_first": len(first) - len(pairs),
        "only_second": len(second) - len(pairs),
        "spans": _summary(spans),
        "relations": _summary(relations),
        "overlap_f1": overlap(marked, spans_overlap)["f1"],
    }


def _summary(scores: dict[str, Score]) -> dict[str, Any]:
    """Agreement of all kinds together and of each that either side has used."""
    used = {kind: _row(s) for kind, s in scores.items() if s.tp + s.fp + s.fn}
    return {"micro": _row(micro(scores.values())), "by_kind": used}


def _row(score: Score) -> dict[str, float]:
    return {"f1": round(score.f1, 4), "both": score.tp, "only_first": score.fn,
            "only_second": score.fp}


def table(scores: dict[str, Any]) -> Table:
    """The scores as they are printed."""
    out = Table("", "F1", "both", "only first", "only second")
    for column in out.columns[1:]:
        column.justify = "right"
    for part in ("spans", "relations"):
        rows = {f"all {part}": scores[part]["micro"], **scores[part]["by_kind"]}
        for name, row in rows.items():
            out.add_row(name, f"{row['f1']:.3f}", *(str(row[k]) for k in list(row)[1:]))
        out.add_section()
    out.add_row("spans that overlap", f"{scores['overlap_f1']:.3f}")
    return out


def main(
    first: Annotated[Path, typer.Option(help="documents of one annotator")],
    second: Annotated[Path, typer.Option(help="documents of the other")],
    output: Annotated[Path | None, typer.Option(help="scores as JSON")] = None,
) -> None:
    """Compare two annotators' documents."""
    try:
        if output is not None:
            check_apart(output, first, second)
        scores = agreement(read_documents(first), read_documents(second))
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    Console().print(table(scores))
    console.print(f"{scores['documents']} documents in common; {scores['only_first']} only in "
                  f"the first file, {scores['only_second']} only in the second")
    if output is not None:
        write_text(output, json.dumps(scores, indent=2) + "\n")


if __name__ == "__main__":
    typer.run(main)
