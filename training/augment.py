"""Variation of training documents: other names in the same report, other habits of writing.

Mention replacement (Dai and Adel 2020) shows the network that a name is one by what stands around
it; lists with commas, that it is one without its "and"; noise in the writing, that the same words
come in many spellings.
"""

from __future__ import annotations

import random
from collections.abc import Container, Iterable, Sequence

from data.document import Document, Span
from data.perturb import NAMES, perturb, rebuilt, word_pieces
from data.words import words

REPLACED = ("PLACE", "PERPETRATOR", "WEAPON", "SOURCE", "FACILITY", "VICTIM")
_CLITICS = "وبلف"
_LIST = 3  # mentions from which "and" after "and" may be written as commas

Kind = tuple[str, str, bool]  # label, clitic, whether the article follows


class Variation:
    """Draws a new copy of a document each time.

    Args:
        documents: whose mentions stand in for one another.
        replace: probability that a mention is replaced, in every second document.
        lists: probability that a list joined by `و` is written with commas.
        noise: probability that a document is written in another way.
        longest: words that a span may have.

    Raises:
        DocumentError: a span begins or ends inside a word.
    """

    def __init__(
        self, documents: Sequence[Document], replace: float, lists: float, noise: float,
        longest: int,
    ) -> None:
        self._replace, self._lists, self._noise = replace, lists, noise
        self._longest = longest
        for document in documents:
            rebuilt(document, *word_pieces(document.text))  # refuses a cut word by name
        mentions = {
            (span.label, document.text[span.start:span.end])
            for document in documents for span in leaves(document)
        }
        self._known = frozenset(form.split()[0] for _, form in mentions)
        self._forms: dict[Kind, list[str]] = {}
        for label, form in sorted(mentions):
            self._forms.setdefault(kind(label, form, self._known), []).append(form)

    def draw(self, document: Document, rng: random.Random) -> Document:
        """A copy of ``document``, its spans and relations moved along; or the document itself."""
        if self._replace and rng.random() < 0.5:
            document = self._unless_too_long(self._other_mentions(document, rng), document)
        if self._lists:
            document = self._with_commas(document, rng)
        if rng.random() < self._noise:
            document = self._unless_too_long(perturb(document, rng.choice(NAMES)), document)
        return document

    def _unless_too_long(self, changed: Document, document: Document) -> Document:
        """``changed``, or the document where a span has grown past what the span head reaches."""
        lengths = (len(words(changed.text[s.start:s.end])) for s in changed.spans)
        return changed if max(lengths, default=0) <= self._longest else document

    def _other_mentions(self, document: Document, rng: random.Random) -> Document:
        found, pieces = word_pieces(document.text)
        first = {start: i for i, (start, _) in enumerate(found)}
        last = {end: i for i, (_, end) in enumerate(found)}
        done: list[Span] = []
        for span in leaves(document):
            if rng.random() >= self._replace or any(span.overlaps(s) for s in done):
                continue
            done.append(span)
            start, end = 2 * first[span.start] + 1, 2 * last[span.end] + 1
            form = document.text[span.start:span.end]
            pieces[start] = rng.choice(
                self._forms[kind(span.label, form, self._known)]
            )
            pieces[start + 1:end + 1] = [""] * (end - start)
        return rebuilt(document, found, pieces)

    def _with_commas(self, document: Document, rng: random.Random) -> Document:
        """``أ وب وج`` as ``أ، ب، ج`` or ``أ، ب وج``."""
        found, pieces = word_pieces(document.text)
        first = {start: i for i, (start, _) in enumerate(found)}
        for run in self._runs(document):
            if rng.random() >= self._lists:
                continue
            for span in run[1:-1] if rng.random() < 0.5 else run[1:]:
                at = 2 * first[span.start] + 1
                pieces[at - 1 : at + 1] = "، ", pieces[at][1:]
        return rebuilt(document, found, pieces)

    def _runs(self, document: Document) -> list[list[Span]]:
        """Spans of one label, each but the first with an "and" right after the one before."""
        runs: list[list[Span]] = []
        for label in REPLACED:
            spans = sorted((s for s in document.spans if s.label == label), key=lambda s: s.start)
            for i, span in enumerate(spans):
                form = document.text[span.start:span.end]
                joined = i and document.text[spans[i - 1].end : span.start] == " "
                if joined and kind(label, form, self._known)[1] == "و":
                    runs[-1].append(span)
                else:
                    runs.append([span])
        return [run for run in runs if len(run) >= _LIST]


def leaves(document: Document) -> list[Span]:
    """Spans of replaceable labels in which no other span lies and none ends."""
    return [
        span for span in document.spans
        if span.label in REPLACED and not any(
            other is not span and other.overlaps(span) and not _holds(other, span)
            for other in document.spans
        )
    ]


def _holds(outer: Span, inner: Span) -> bool:
    return (outer.start <= inner.start and inner.end <= outer.end
            and (outer.start, outer.end) != (inner.start, inner.end))


def kind(label: str, form: str, known: Container[str]) -> Kind:
    """What a mention must share with its stand-in, so that the sentence stays readable.

    A first letter is a clitic where the rest has the article or is a word of ``known``.
    """
    word = form.split()[0]
    rest = word[1:]
    clitic = word[0] in _CLITICS and (rest in known or rest.startswith("ال"))
    return label, word[0] if clitic else "", form[clitic:].startswith(("ال", "لل"))


def epochs(
    documents: Sequence[Document], variation: Variation, count: int, seed: int
) -> Iterable[list[Document]]:
    """The documents of each epoch, fixed by ``seed`` and the number of the epoch."""
    for epoch in range(count):
        rng = random.Random(f"{seed}:{epoch}")
        yield [variation.draw(document, rng) for document in documents]
