"""Documents for property tests, made of everything that real reports break programs with."""

from __future__ import annotations

from hypothesis import strategies as st

from data.document import Document, Relation, Span
from data.schema import SCHEMA
from data.words import words

_WORDS = [
    "قصف", "قُتِلَ", "مـــدنيـــاً", "شهيدان", "F-16", "١٢", "ﻗﺼﻒ", "ﷲ", "وَٱلْمَدِينَةِ", "بلدة", "3",
    "می\u200cخواهم", "é", "𝟙",
]
_GAPS = [
    " ", "\n", "\r\n", "\r", "\t", "\u00a0", "\u2028", "\x85", "\x00", "\u202b", "\u202c",
    "\u200f", "\ufeff", "، ", "[", "]", "\\", "](a1 ATTACK)", "«", " \U0001f1f8\U0001f1fe ",
    " 👨\u200d👩\u200d👧 ",
]
LONE_SURROGATE = "\ud83d"  # the first half of an emoji, as a broken client sends it


def texts(surrogates: bool = True) -> st.SearchStrategy[str]:
    """Texts of at least one word."""
    gaps = st.sampled_from([*_GAPS, f" {LONE_SURROGATE} "] if surrogates else _GAPS)
    pieces = st.lists(st.tuples(gaps, st.sampled_from(_WORDS)), min_size=1, max_size=9)
    return st.builds(
        lambda parts, end: "".join(gap + word for gap, word in parts) + end, pieces, gaps
    )


@st.composite
def documents(
    draw: st.DrawFn, nested: bool = False, surrogates: bool = True, min_spans: int = 0
) -> Document:
    """Documents whose spans are whole words, with legal relations between them.

    Args:
        draw: hypothesis' own.
        nested: whether spans may not cross (the inline form cannot write crossing ones).
        surrogates: whether the text may hold a lone surrogate.
        min_spans: how many spans there are at least.
    """
    text = draw(texts(surrogates))
    found = words(text)
    spans: list[Span] = []
    for i in range(draw(st.integers(min_spans, 6))):
        first = draw(st.integers(0, len(found) - 1))
        last = draw(st.integers(first, min(first + 4, len(found) - 1)))
        label = draw(st.sampled_from(list(SCHEMA.label_ids)))
        span = Span(f"x{i + 1}", label, found[first][0], found[last][1])
        clash = any(s.label == label and s.overlaps(span) for s in spans)
        crossing = any(s.overlaps(span) and not _within(s, span) and not _within(span, s)
                       for s in spans)
        if not clash and not (nested and crossing):
            spans.append(span)
    legal = [
        Relation(r.name, a.id, b.id) for r in SCHEMA.relations for a in spans for b in spans
        if a is not b and r.allows(a.label, b.label)
    ]
    relations = draw(st.lists(st.sampled_from(legal), unique=True, max_size=4)) if legal else []
    published = draw(st.sampled_from([None, "2016", "2016-05", "2016-05-04"]))
    source = draw(st.sampled_from([None, "جريدة"]))
    return Document("doc", text, tuple(spans), tuple(relations), published, source)


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
