"""A baseline without a network: a lexicon out of the training set, and nearest-first links.

``python -m eval.patterns`` marks every run of words that the training documents mark more often
than not, with numbers as one wildcard, and place names of the gazetteer; relations join each
argument to the nearest trigger of its sentence. It says what a model must beat.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from data.document import Document, Relation, Span
from data.errors import TawthiqError
from data.jsonl import check_apart, read_documents, write_documents
from data.schema import SCHEMA
from data.words import sentence_starts, words
from incidents import gazetteer
from incidents.fold import fold
from incidents.numbers import numbers, tokenize

_LONGEST = 10  # words in a form of the lexicon
_SHARE = 0.5  # of all occurrences in the training set that are marked, for a form to count
_NUMBER = "#"
_PART = frozenset(map(fold, ("بينهم", "بينهن", "منهم", "منهن", "بينها")))
_ARGUMENTS = {"PERPETRATOR": "perpetrator", "WEAPON": "weapon", "PLACE": "place", "DATE": "date",
              "SOURCE": "source", "FACILITY": "target"}

Form = tuple[str, ...]


@lru_cache(maxsize=65536)
def _sign(word: str) -> str:
    """A word as the lexicon compares it: folded, every number the same."""
    tokens = tokenize(word)
    return _NUMBER if numbers(tokens) and len(tokens) == 1 else fold(word)


@dataclass(frozen=True)
class Lexicon:
    """Forms by label, and the names of a gazetteer."""

    forms: dict[str, frozenset[Form]]

    @classmethod
    def learn(cls, documents: Iterable[Document], places: Iterable[str]) -> Lexicon:
        """Forms that ``documents`` mark in at least half of their occurrences."""
        marked: Counter[tuple[str, Form]] = Counter()
        seen: Counter[Form] = Counter()
        texts = []
        for document in documents:
            bounds = words(document.text)
            signs = [_sign(document.text[a:b]) for a, b in bounds]
            texts.append(signs)
            for span in document.spans:
                form = tuple(s for s, (a, b) in zip(signs, bounds, strict=True)
                             if span.start <= a and b <= span.end)
                if 0 < len(form) <= _LONGEST:
                    marked[span.label, form] += 1
        wanted = {form for _, form in marked}
        for signs in texts:
            for start in range(len(signs)):
                for end in range(start + 1, min(start + _LONGEST, len(signs)) + 1):
                    if (form := tuple(signs[start:end])) in wanted:
                        seen[form] += 1
        forms: dict[str, set[Form]] = {label: set() for label in SCHEMA.label_ids}
        for (label, form), count in marked.items():
            if count >= _SHARE * seen[form]:
                forms[label].add(form)
        # A name of one short word is too often a common noun.
        forms["PLACE"] |= {tuple(n.split()) for n in map(fold, places) if len(n) > 4}
        return cls({label: frozenset(found) for label, found in forms.items()})

    def mark(self, document: Document) -> Document:
        """The document with spans and relations in place of its own."""
        bounds = words(document.text)
        signs = [_sign(document.text[a:b]) for a, b in bounds]
        found = [
            (bounds[first][0], bounds[last - 1][1], label)
            for label, forms in self.forms.items()
            for first, last in _longest(signs, forms)
        ]
        found.sort(key=lambda f: (f[0], -f[1], SCHEMA.label_ids[f[2]]))
        spans = tuple(
            Span(f"e{i}", label, start, end, 1.0)
            for i, (start, end, label) in enumerate(found, 1)
        )
        return replace(document, spans=spans, relations=tuple(_links(document.text, spans)))


def _longest(signs: Sequence[str], forms: frozenset[Form]) -> list[tuple[int, int]]:
    """``[first, last)`` of the forms in a text, from left to right, the longest first."""
    out, start = [], 0
    while start < len(signs):
        ends = range(min(start + _LONGEST, len(signs)), start, -1)
        end = next((e for e in ends if tuple(signs[start:e]) in forms), start + 1)
        if tuple(signs[start:end]) in forms:
            out.append((start, end))
        start = end
    return out


def _links(text: str, spans: Sequence[Span]) -> list[Relation]:
    """Each argument to the nearest fitting span of its sentence."""
    starts = sentence_starts(text)
    sentence = {s.id: bisect_right(starts, s.start) for s in spans}

    def nearest(span: Span, labels: Iterable[str], before: bool = False) -> str | None:
        fitting = [
            s for s in spans
            if s.id != span.id and s.label in labels and sentence[s.id] == sentence[span.id]
            and (not before or s.end <= span.start)
        ]
        return min(fitting, key=lambda s: (abs(s.start - span.start), s.start)).id \
            if fitting else None

    out = []
    harms = [label.name for label in SCHEMA.labels if label.harm]
    triggers = [label.name for label in SCHEMA.labels if label.trigger]
    for span in spans:
        if span.label == "VICTIM":
            lead = [fold(w) for w in text[:span.start].split()[-2:]]
            whole = nearest(span, ["VICTIM"], before=True) if _PART & set(lead) else None
            head = nearest(span, harms)
            if whole:
                out.append(Relation("subset_of", span.id, whole, 1.0))
            elif head:
                out.append(Relation("victim", head, span.id, 1.0))
        elif span.label in harms:
            if attack := nearest(span, ["ATTACK"]):
                out.append(Relation("caused_by", span.id, attack, 1.0))
        elif kind := _ARGUMENTS.get(span.label):
            head = nearest(span, ["ATTACK"])
            if not head and kind != "target":
                head = nearest(span, triggers)
            if head:
                out.append(Relation(kind, head, span.id, 1.0))
    return out


def main(
    source: Annotated[Path, typer.Option("--input", help="documents")],
    output: Annotated[Path, typer.Option(help="predictions")],
    train: Annotated[Path, typer.Option(help="documents to learn the lexicon from")] = Path(
        "data/splits/train.jsonl"
    ),
) -> None:
    """Mark documents with the baseline; their own spans and relations are replaced."""
    console = Console(stderr=True)
    try:
        check_apart(output, source, train)
        places = gazetteer.load(gazetteer.DEFAULT).by_name
        lexicon = Lexicon.learn(read_documents(train), places)
        marked = [lexicon.mark(d) for d in track(read_documents(source), "marking",
                                                 console=console)]
        write_documents(output, marked)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
