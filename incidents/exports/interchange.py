"""Spans and relations for other annotation and NLP tools: Documents, brat, CoNLL, displaCy."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from data.document import Document, Span
from data.jsonl import dumps, to_json
from data.schema import SCHEMA
from data.words import is_word_char, sentence_starts, words
from incidents.exports.fields import clean
from incidents.exports.format import Format
from incidents.exports.items import Item
from incidents.exports.tables import file_names

_LINES = re.compile(r"[^\r\n]+")


def documents(items: Sequence[Item]) -> dict[str, str]:
    """One Document a line, as every stage of this project reads them."""
    return {"documents.jsonl": "".join(dumps(to_json(i.document)) + "\n" for i in items)}


def brat(items: Sequence[Item]) -> dict[str, str]:
    """``NAME.txt`` and ``NAME.ann`` for each document, and brat's ``annotation.conf``."""
    files = {"annotation.conf": _brat_config()}
    for name, item in zip(file_names(i.document.id for i in items).values(), items, strict=True):
        files[f"{name}.txt"] = clean(item.document.text)
        files[f"{name}.ann"] = "".join(line + "\n" for line in _brat_lines(item.document))
    return files


def _brat_lines(document: Document) -> Iterator[str]:
    keys: dict[str, str] = {}
    notes: list[tuple[str, float]] = []
    for span in document.spans:
        # brat knows no span over a line's end: it is given in pieces.
        pieces = [(span.start + m.start(), span.start + m.end())
                  for m in _LINES.finditer(document.slice(span))]
        offsets = ";".join(f"{start} {end}" for start, end in pieces)
        text = " ".join(clean(document.text[start:end]) for start, end in pieces)
        if not pieces:
            continue
        keys[span.id] = f"T{len(keys) + 1}"
        yield f"{keys[span.id]}\t{span.label} {offsets}\t{text}"
        if span.score is not None:
            notes.append((keys[span.id], span.score))
    told = [r for r in document.relations if r.head in keys and r.tail in keys]
    for number, relation in enumerate(told, 1):
        ends = f"Arg1:{keys[relation.head]} Arg2:{keys[relation.tail]}"
        yield f"R{number}\t{relation.type} {ends}"
        if relation.score is not None:
            notes.append((f"R{number}", relation.score))
    for number, (key, score) in enumerate(notes, 1):
        yield f"#{number}\tAnnotatorNotes {key}\tscore {score:.4f}"


def _brat_config() -> str:
    relations = [
        f"{r.name}\tArg1:{'|'.join(r.head)}, Arg2:{'|'.join(r.tail)}" for r in SCHEMA.relations
    ]
    overlaps = "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"
    return "\n".join(["[entities]", *(label.name for label in SCHEMA.labels), "[relations]",
                      overlaps, *relations, "[events]", "[attributes]", ""])


def tokens(text: str) -> list[tuple[int, int]]:
    """``[start, end)`` of words, and of each other character that is no space."""
    found = words(text)
    marks = [(i, i + 1) for i, char in enumerate(text)
             if not char.isspace() and not is_word_char(char)]
    return sorted(found + marks)


def conll(items: Sequence[Item]) -> dict[str, str]:
    """A token a line: start, end, form, and for each label a column of IOB2 tags.

    Numbers come first: a line that begins with the token ``#`` would be read as a comment.
    """
    out = ["# global.columns = START END FORM " + " ".join(SCHEMA.label_ids)]
    for item in items:
        out += ["# newdoc id = " + clean(dumps(item.document.id)), *_conll(item.document), ""]
    return {"documents.conll": "\n".join(out) + "\n"}


def _conll(document: Document) -> Iterator[str]:
    text, found = document.text, tokens(document.text)
    starts = sentence_starts(text)
    numbers = [bisect_right(starts, start) for start, _ in found]
    columns = [_tags(found, numbers, [s for s in document.spans if s.label == name])
               for name in SCHEMA.label_ids]
    for i, (start, end) in enumerate(found):
        if i and numbers[i] != numbers[i - 1]:
            yield ""
        yield "\t".join([str(start), str(end), clean(text[start:end]), *(c[i] for c in columns)])


def _tags(found: list[tuple[int, int]], sentences: list[int], spans: list[Span]) -> list[str]:
    """IOB2 tags of one label, by token. A token that a span cuts belongs to it."""
    tags = ["O"] * len(found)
    for span in sorted(spans, key=lambda s: s.start):
        first, last = _covered(found, span)
        for i in range(first, last):
            begins = i == first or sentences[i] != sentences[i - 1]
            tags[i] = f"{'B' if begins else 'I'}-{span.label}"
    return tags


def _covered(found: list[tuple[int, int]], span: Span) -> tuple[int, int]:
    """The tokens ``[first, last)`` that share a character with a span."""
    first = bisect_right(found, span.start, key=lambda token: token[1])
    return first, bisect_left(found, span.end, key=lambda token: token[0])


def displacy(items: Sequence[Item]) -> dict[str, str]:
    """For ``displacy.render(…, manual=True)``: style ``ent`` (widest spans) or ``span`` (all)."""
    bodies = [_displacy(item.document) for item in items]
    return {"displacy.json": json.dumps(bodies, ensure_ascii=False, indent=1) + "\n"}


def _displacy(document: Document) -> dict[str, Any]:
    found = tokens(document.text)
    covered = [(span, _covered(found, span)) for span in document.spans]
    wide: list[Span] = []
    for span in sorted(document.spans, key=lambda s: (s.start, -s.end)):
        if not wide or span.start >= wide[-1].end:
            wide.append(span)
    return {
        "title": clean(document.id), "text": clean(document.text),
        "ents": [{"start": s.start, "end": s.end, "label": s.label} for s in wide],
        "tokens": [clean(document.text[start:end]) for start, end in found],
        "spans": [
            {"start_token": first, "end_token": last, "label": span.label}
            for span, (first, last) in covered if first < last
        ],
    }


_NO_RECORDS = "Incident records are left out: spans and relations only. "
DOCUMENTS = Format(
    "documents", "JSONL of Documents: what every command of this project reads",
    _NO_RECORDS + "The model's name and version are left out. Nothing else is lost.", documents,
)
BRAT = Format(
    "brat", "brat standoff: a .txt and .ann a document, and annotation.conf",
    _NO_RECORDS + "A span over several lines is given in pieces, one of line ends alone not at "
    "all. NUL and lone surrogates become U+FFFD, offsets hold. Date and source of a report are "
    "left out, ids become T1, T2 …; scores are notes.",
    brat, folder=True,
)
CONLL = Format(
    "conll", "CoNLL: a token a line: start, end, form, and one IOB2 column for each label",
    _NO_RECORDS + "Lossy: no relations, no scores, no ids; a span that cuts a token takes all of "
    "it, one over a sentence's end becomes two. Spans of different labels may nest, each in its "
    "column. White space is to be had from the offsets only.",
    conll,
)
DISPLACY = Format(
    "displacy", "JSON for spaCy's displaCy with manual=True, style=\"span\" or style=\"ent\"",
    _NO_RECORDS + "Lossy: no relations, no scores. `ents` holds only the widest of nested spans, "
    "`spans` all, by token.",
    displacy,
)
