"""Stage ``data.perturb``: copies of documents as the same report is otherwise written.

Diacritics, tatweel, letters that writers confuse, digits, emoji, lost punctuation, clitics
written apart: each copy carries one of them all through, and its spans cover the same words, less
an "and" that has come to stand apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from data.document import Document, Span
from data.errors import DocumentError, TawthiqError
from data.jsonl import check_apart, read_documents, write_documents
from data.words import TATWEEL, words

_LETTER = re.compile("[ء-غف-ي](?=[ء-غف-ي])")  # inside a word: the last letter has its case ending
_VOWELS = "\u064e\u064f\u0650\u0652"  # fatha, damma, kasra, sukun
_JOINING = re.compile("(?<=[بتثجحخسشصضطظعغفقكلمنهي])(?=[ء-غف-ي])")
_CONFUSED = str.maketrans("أإآةى", "اااهي")
_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
# و ب ف ل before the article or a number, but not where they belong to a common stem.
_CLITIC = re.compile(r"^(?!والد|والي|بالغ|بالون|بالي|فالق)([وبفل])(?=ال\w{3}|\d)")
_AND = re.compile(r"و\s+")
_EVERY = 8  # gaps from one emoji to the next
_EMOJI = "💔😢🕊"


def _tashkeel(word: str) -> str:
    return _LETTER.sub(lambda m: m[0] + _VOWELS[(ord(m[0]) + m.start()) % 4], word)


def _tatweel(word: str) -> str:
    return _JOINING.sub(2 * TATWEEL, word, count=1)


def _letters(word: str) -> str:
    return word.translate(_CONFUSED)


def _digits(word: str) -> str:
    return word.translate(_ARABIC_INDIC)


def _clitics(word: str) -> str:
    return _CLITIC.sub(r"\1 ", word)


def _emoji(index: int, gap: str) -> str:
    if gap != " " or index % _EVERY:
        return gap
    return f" {_EMOJI[index // _EVERY % len(_EMOJI)]} "


def _punctuation(_: int, gap: str) -> str:
    kept = "".join(c for c in gap if unicodedata.category(c)[0] not in "PS")
    return kept or " " * bool(gap)  # neighbours stay two words


OF_WORDS: Mapping[str, Callable[[str], str]] = {
    "tashkeel": _tashkeel, "tatweel": _tatweel, "letters": _letters, "digits": _digits,
    "clitics": _clitics,
}
OF_GAPS: Mapping[str, Callable[[int, str], str]] = {
    "emoji": _emoji, "punctuation": _punctuation,
}
NAMES = (*OF_WORDS, *OF_GAPS)
MARK = "#"  # between a document's id and what was done to it


def perturb(document: Document, name: str) -> Document:
    """A copy with one perturbation, spans and relations moved along; ``ID#name``.

    Args:
        document: its spans are made of whole words.
        name: one of ``NAMES``.

    Raises:
        DocumentError: a span begins or ends inside a word.
    """
    found, pieces = word_pieces(document.text)
    if name in OF_WORDS:
        pieces[1::2] = map(OF_WORDS[name], pieces[1::2])
    else:
        pieces[::2] = [OF_GAPS[name](i, gap) for i, gap in enumerate(pieces[::2])]
    copy = rebuilt(document, found, pieces)
    spans = tuple(replace(s, start=_after_and(copy.text, s)) for s in copy.spans)
    return replace(copy, id=f"{document.id}{MARK}{name}", spans=spans)


def _after_and(text: str, span: Span) -> int:
    """Where the span starts without an "and" that stands apart: that joins it, it is no part."""
    alone = _AND.match(text, span.start, span.end)
    return alone.end() if alone else span.start


def word_pieces(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """The words of a text by offset, and the text in pieces: gap, word, gap, … word, gap."""
    found = words(text)
    edges = [0, *(edge for word in found for edge in word), len(text)]
    return found, [text[a:b] for a, b in pairwise(edges)]


def rebuilt(
    document: Document, found: Sequence[tuple[int, int]], pieces: Sequence[str]
) -> Document:
    """The document with its pieces rewritten, each span on the words that it was on.

    Raises:
        DocumentError: a span begins or ends inside a word.
    """
    ends = [0, *accumulate(map(len, pieces))]
    starts_to = {start: ends[2 * i + 1] for i, (start, _) in enumerate(found)}
    ends_to = {end: ends[2 * i + 2] for i, (_, end) in enumerate(found)}
    for span in document.spans:
        if span.start not in starts_to or span.end not in ends_to:
            raise DocumentError("span is not made of whole words",
                                where=f"document {document.id}: span {span.id}",
                                fix="snap spans to whole words (annotation.export does)")
    spans = tuple(replace(s, start=starts_to[s.start], end=ends_to[s.end])
                  for s in document.spans)
    return replace(document, text="".join(pieces), spans=spans)


def main(
    source: Annotated[Path, typer.Option("--input", help="documents")],
    output: Annotated[Path, typer.Option(help="all copies of all documents")],
) -> None:
    """Write every perturbation of every document."""
    console = Console(stderr=True)
    try:
        check_apart(output, source)
        documents = read_documents(source)
        write_documents(output, [perturb(d, name) for name in NAMES for d in documents])
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None
    console.print(f"{output}: {len(NAMES)} copies of {len(documents)} documents")


if __name__ == "__main__":
    typer.run(main)
