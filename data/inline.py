"""The inline form of the annotation guidelines: ``[text](ID LABEL)``, relations after ``---``.

Brackets and backslashes of the text itself are escaped with a backslash. Spans nest; spans that
cross cannot be written in this form.
"""

from __future__ import annotations

import re
from collections import defaultdict

from data.document import Document, Relation, Span
from data.errors import FormatError, TawthiqError

_TAG = re.compile(r"\]\(([A-Za-z]+\d*) ([A-Z]+)\)")
_ID = re.compile(r"[A-Za-z]+\d*")
_RULE = "---"


def parse(
    source: str, id: str, published: str | None = None, outlet: str | None = None
) -> Document:
    """Read a document from its inline form.

    Args:
        source: the whole inline text; its last line that is exactly ``---`` ends the report.
        id: id of the document.
        published: publication date, ``YYYY[-MM[-DD]]``.
        outlet: where the report comes from.

    Raises:
        FormatError: brackets that do not close, a bad tag or relation line.
        DocumentError, SchemaError: what ``Document`` refuses.
    """
    rows = source.split("\n")
    cut = max((i for i, row in enumerate(rows) if row == _RULE), default=len(rows))
    text, spans = _parse_body("\n".join(rows[:cut]), id)
    relations = []
    for number, row in enumerate(rows[cut + 1 :], cut + 2):
        parts = row.split()
        if not parts:
            continue
        if len(parts) != 3:
            raise FormatError("a relation line is HEAD relation TAIL", where=f"{id}:{number}",
                              value=row)
        relations.append(Relation(parts[1], parts[0], parts[2]))
    return Document(id, text, spans, tuple(relations), published, outlet)


def _parse_body(body: str, id: str) -> tuple[str, tuple[Span, ...]]:
    out: list[str] = []
    opened: list[int] = []
    spans: list[Span] = []
    i = 0
    while i < len(body):
        char = body[i]
        if char == "\\" and body[i + 1 : i + 2] in ("[", "]", "\\"):
            out.append(body[i + 1])
            i += 2
        elif char == "[":
            opened.append(len(out))
            i += 1
        elif char == "]":
            tag = _TAG.match(body, i)
            where = f"{id}:{body.count(chr(10), 0, i) + 1}"
            near = body[max(0, i - 30) : i + 20]
            if tag is None or not opened:
                raise FormatError(
                    "']' closes no span" if tag else "']' is not followed by (ID LABEL)",
                    where=where, value=near, fix="escape a literal bracket with a backslash",
                )
            try:
                spans.append(Span(tag[1], tag[2], opened.pop(), len(out)))
            except TawthiqError as error:
                raise error.located(where) from None
            i = tag.end()
        else:
            out.append(char)
            i += 1
    if opened:
        raise FormatError("'[' is never closed", where=id, value="".join(out[opened[-1] :])[:40])
    return "".join(out), tuple(sorted(spans, key=lambda s: (s.start, -s.end)))


def render(document: Document) -> str:
    """Write a document in the inline form; ``parse`` gives it back.

    Raises:
        FormatError: two spans cross, or an id does not fit the form.
    """
    opening: dict[int, int] = defaultdict(int)
    closing: dict[int, list[Span]] = defaultdict(list)
    stack: list[Span] = []
    # Of coinciding spans the later one goes outside, as `parse` reads them: inner first.
    order = range(len(document.spans))
    for i in sorted(order, key=lambda i: (document.spans[i].start, -document.spans[i].end, -i)):
        span = document.spans[i]
        if not _ID.fullmatch(span.id):
            raise FormatError("span id does not fit the inline form", where=document.id,
                              value=span.id, legal="letters, then digits")
        while stack and stack[-1].end <= span.start:
            stack.pop()
        if stack and stack[-1].end < span.end:
            raise FormatError("crossing spans cannot be written inline", where=document.id,
                              value=f"{stack[-1].id}, {span.id}")
        stack.append(span)
        opening[span.start] += 1
        closing[span.end].insert(0, span)
    out = []
    for at in range(len(document.text) + 1):
        out += [f"]({span.id} {span.label})" for span in closing.get(at, ())]
        out.append("[" * opening.get(at, 0))
        if at < len(document.text):
            char = document.text[at]
            out.append("\\" + char if char in "[]\\" else char)
    relations = [f"{r.head} {r.type} {r.tail}" for r in document.relations]
    return "\n".join(["".join(out), _RULE, *relations]) + "\n"
