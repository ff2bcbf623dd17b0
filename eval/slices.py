"""Parts of a test set that are scored by themselves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from data.document import Document
from data.matching import Pairs, RelationKey, SpanKey, span_keys
from data.words import sentence_starts


def nested(document: Document) -> set[SpanKey]:
    """Spans that lie in another one or have one in them."""
    return {
        span.key for span in document.spans
        if any(span is not other and span.overlaps(other) for other in document.spans)
    }


def seen_forms(train: Sequence[Document]) -> frozenset[str]:
    """The words of every span of the training set, as they stand."""
    return frozenset(d.slice(span) for d in train for span in d.spans)


def unseen(document: Document, seen: frozenset[str]) -> set[SpanKey]:
    """Spans whose words are no span of the training set."""
    return {key for key in span_keys(document) if document.text[key[1] : key[2]] not in seen}


def across_sentences(text: str) -> Callable[[RelationKey], bool]:
    """Whether a relation's ends begin in different sentences, as windows count them."""
    starts = sentence_starts(text)

    def across(key: RelationKey) -> bool:
        (_, head, _), (_, tail, _) = key[1:]
        return bisect_right(starts, head) != bisect_right(starts, tail)

    return across


def by_genre(pairs: Pairs, genres: Mapping[str, str]) -> dict[str, Pairs]:
    """Documents by what the plan calls them; those it does not know are left out."""
    return _grouped(pairs, lambda document: genres.get(document.id))


def by_year(pairs: Pairs) -> dict[str, Pairs]:
    """Documents by year of publication; undated ones are left out."""
    return _grouped(pairs, lambda document: (document.published or "")[:4] or None)


def _grouped(pairs: Pairs, name: Callable[[Document], str | None]) -> dict[str, Pairs]:
    groups: dict[str, list[tuple[Document, Document]]] = {}
    for pair in pairs:
        group = name(pair[0])
        if group is not None:
            groups.setdefault(group, []).append(pair)
    return dict(sorted(groups.items()))
