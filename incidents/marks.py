"""What is marked on a document, looked up by label, type and head."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

from data.document import Document, Relation, Span

by_position = attrgetter("start", "end")
_NOTHING: dict[str, list[Span]] = {}


@dataclass(eq=False)
class Marks:
    """The spans and relations of one document, indexed once.

    Args:
        spans: the spans of each label, as the document lists them.
        texts: the words of each span as they stand, by its id.
        relations: the relations of each type, as the document lists them.
        links: head and score of the relations to each span that have a score.
    """

    document: Document
    spans: dict[str, list[Span]] = field(init=False, repr=False)
    texts: dict[str, str] = field(init=False, repr=False)
    relations: dict[str, list[Relation]] = field(init=False, repr=False)
    links: dict[str, list[tuple[str, float]]] = field(init=False, repr=False)
    # tails by the id of the head, then by type, each in order of the text
    _arguments: dict[str, dict[str, list[Span]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        document, texts = self.document, {}
        text, by_id = document.text, document.by_id
        spans: dict[str, list[Span]] = defaultdict(list)
        relations: dict[str, list[Relation]] = defaultdict(list)
        links: dict[str, list[tuple[str, float]]] = defaultdict(list)
        arguments: dict[str, dict[str, list[Span]]] = defaultdict(dict)
        for span in document.spans:
            spans[span.label].append(span)
            texts[span.id] = text[span.start : span.end]
        for relation in document.relations:
            type, tail = relation.type, relation.tail
            relations[type].append(relation)
            own = arguments[relation.head]
            if type in own:
                own[type].append(by_id[tail])
                own[type].sort(key=by_position)
            else:
                own[type] = [by_id[tail]]
            if relation.score is not None:
                links[tail].append((relation.head, relation.score))
        self.spans, self.texts, self.relations = spans, texts, relations
        self.links, self._arguments = links, arguments

    def tails(self, heads: Sequence[Span], type: str) -> Sequence[Span]:
        """The tails of one relation type of some spans, in order of the text, once each."""
        known = self._arguments
        if len(heads) == 1:
            return known.get(heads[0].id, _NOTHING).get(type, ())
        return in_order([
            tail for head in heads for tail in known.get(head.id, _NOTHING).get(type, ())
        ])

    def arguments(self, heads: Sequence[Span]) -> Mapping[str, Sequence[Span]]:
        """The tails of some spans by relation type, each in order of the text, once each."""
        known = self._arguments
        if len(heads) == 1:
            return known.get(heads[0].id, _NOTHING)
        tables = [known[head.id] for head in heads if head.id in known]
        if len(tables) < 2:
            return tables[0] if tables else _NOTHING
        return merged(tables)

    def is_caused(self, trigger: Span) -> bool:
        """Whether the text names the act that led to a harm."""
        return "caused_by" in self._arguments.get(trigger.id, _NOTHING)

    @cached_property
    def causes(self) -> frozenset[str]:
        """Ids of attacks that led to a harm."""
        return frozenset([r.tail for r in self.relations.get("caused_by", ())])

    def containers(self, spans: Sequence[Span]) -> Sequence[Span]:
        """The places that places and facilities are said to lie in, nearest first."""
        within = self.within
        level = [place for span in spans if span.id in within for place in within[span.id]]
        if not level:
            return ()
        found: dict[str, Span] = {}
        own = {s.id for s in spans}
        while level:
            level = [s for s in in_order(level) if s.id not in found and s.id not in own]
            found |= {s.id: s for s in level}
            level = [place for s in level if s.id in within for place in within[s.id]]
        return list(found.values())

    @cached_property
    def within(self) -> dict[str, list[Span]]:
        """What places and facilities are said to lie in, by their ids."""
        found: dict[str, list[Span]] = defaultdict(list)
        for relation in self.relations.get("located_in", ()):
            found[relation.head].append(self.document.by_id[relation.tail])
        return found


def merged(tables: Sequence[Mapping[str, Sequence[Span]]]) -> Mapping[str, Sequence[Span]]:
    """The spans of several tables by type, each in order of the text, once each."""
    found = dict(tables[0])
    for own in tables[1:]:
        for type, spans in own.items():
            if type not in found:
                found[type] = spans
            elif len(spans) > 1 or spans[0] is not found[type][0]:
                found[type] = in_order([*found[type], *spans])
    return found


def in_order(spans: Sequence[Span]) -> Sequence[Span]:
    """Spans in order of the text, once each."""
    if len(spans) < 2:
        return spans
    found = {span.id: span for span in spans}
    return [*found.values()] if len(found) == 1 else sorted(found.values(), key=by_position)
