"""A document's text as HTML: right to left, its spans coloured, nested and crossing ones too."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from data.document import Document, Span
from data.schema import SCHEMA

STYLE = """
.report{direction:rtl;text-align:right;white-space:pre-wrap;font:1.15rem/2.3 'Noto Naskh Arabic',
'Amiri','Scheherazade New','Segoe UI',Tahoma,sans-serif;overflow-wrap:anywhere}
.report mark{color:inherit;border-radius:3px;padding:2px 1px;unicode-bidi:normal}
.report b{font:600 .55rem/1 system-ui,sans-serif;color:#fff;border-radius:3px;padding:1px 3px;
margin:0 2px;unicode-bidi:isolate;direction:ltr;vertical-align:super;user-select:none}
"""


def coloured(document: Document, *, arabic: bool = False) -> str:
    """The text with a ``<mark>`` for each stretch that the same spans cover.

    Each mark carries ``data-spans``: the ids of its spans. A span's label stands at its start.
    Badges are English, or Arabic where asked. Invisible characters stay as they are; the text
    content of the result, badges aside, is the document's text.
    """
    cuts = sorted(
        {0, len(document.text)} | {e for s in document.spans for e in (s.start, s.end)}
    )
    out = []
    for start, end in pairwise(cuts):
        piece = safe(document.text[start:end])
        over = [s for s in document.spans if s.start <= start and end <= s.end]
        over.sort(key=lambda s: (s.start - s.end, s.start))  # the widest outside
        badges = "".join(_badge(s, arabic) for s in over if s.start == start)
        out.append(badges + (_mark(over, piece) if over else piece))
    return "".join(out)


def safe(text: str) -> str:
    """Escaped, and with a visible stand-in for what HTML cannot hold."""
    return "".join(
        "\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in escape(text)
    )


def _badge(span: Span, arabic: bool) -> str:
    label = SCHEMA.label(span.label)
    name = label.ar if arabic else label.en
    return f'<b style="background:{label.colour}" title="{label.definition}">{name}</b>'


def _mark(over: list[Span], piece: str) -> str:
    """Background of the innermost span, an underline for each one around it."""
    colours = [SCHEMA.label(s.label).colour for s in over]
    shadows = ",".join(f"0 {2 * i + 2}px 0 {c}" for i, c in enumerate(reversed(colours[:-1])))
    style = f"background:{colours[-1]}33" + (f";box-shadow:{shadows}" if shadows else "")
    ids = " ".join(escape(s.id) for s in over)
    return f'<mark data-spans="{ids}" style="{style}">{piece}</mark>'


def legend() -> str:
    """All labels in their colours."""
    return " ".join(
        f'<span class="legend" style="border-bottom:3px solid {label.colour}">'
        f"{label.ar} · {label.en}</span>"
        for label in SCHEMA.labels
    )
