"""What is marked on a document, looked up by label, type and head."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from data.document import Document, Relation, Span

by_position = attrgetter("start", "end")
_NOTHING: Mapping[str, Sequence[Span]] = {}


@dataclass(frozen=True, eq=False)
class Marks:
    """The spans and relations of one document, indexed once."""

    document: Document

    @cached_property
    def spans(self) -> dict[str, list[Span]]:
        """The spans of each label, as the document lists them."""
        found: dict[str, list[Span]] = defaultdict(list)
        for span in self.document.spans:
            found[span.label].append(span)
        return found

    @cached_property
    def relations(self) -> dict[str, list[Relation]]:
        """The relations of each type, as the document lists them."""
        found: dict[str, list[Relation]] = defaultdict(list)
        for relation in self.document.relations:
            found[relation.type].append(relation)
        return found

    def tails(self, heads: Sequence[Span], *types: str) -> Sequence[Span]:
        """The tails of some relation types of some spans, in order of the text, once each."""
        return of_types(self.arguments(heads), types)

    def arguments(self, heads: Sequence[Span]) -> Mapping[str, Sequence[Span]]:
        """The tails of some spans by relation type, each in order of the text, once each."""
        known = self._arguments
        if len(heads) == 1:
            return known[heads[0].id]
        tables = [own for head in heads if (own := known[head.id])]
        if len(tables) < 2:
            return tables[0] if tables else _NOTHING
        found: dict[str, Sequence[Span]] = {}
        for own in tables:
            for type, spans in own.items():
                found[type] = _in_order(found[type], spans) if type in found else spans
        return found

    @cached_property
    def _arguments(self) -> dict[str, dict[str, list[Span]]]:
        """Tails by the id of the head, then by type, each in order of the text."""
        found: dict[str, dict[str, list[Span]]] = {span.id: {} for span in self.document.spans}
        by_id = self.document.by_id
        for type, relations in self.relations.items():
            for relation in relations:
                own = found[relation.head]
                if type not in own:
                    own[type] = [by_id[relation.tail]]
                else:
                    own[type].append(by_id[relation.tail])
                    own[type].sort(key=by_position)
        return found

    @cached_property
    def links(self) -> dict[str, list[tuple[str, float]]]:
        """Head and score of the relations to each span that have a score."""
        found: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for relation in self.document.relations:
            if relation.score is not None:
                found[relation.tail].append((relation.head, relation.score))
        return found

    def is_caused(self, trigger: Span) -> bool:
        """Whether the text names the act that led to a harm."""
        return "caused_by" in self._arguments[trigger.id]

    @cached_property
    def causes(self) -> frozenset[str]:
        """Ids of attacks that led to a harm."""
        return frozenset(r.tail for r in self.relations.get("caused_by", ()))

    def containers(self, spans: Sequence[Span]) -> list[Span]:
        """The places that places and facilities are said to lie in, nearest first."""
        within = self._within
        level = [place for span in spans if span.id in within for place in within[span.id]]
        if not level:
            return []
        found: dict[str, Span] = {}
        own = {s.id for s in spans}
        while level:
            level = [s for s in sorted(level, key=by_position)
                     if s.id not in found and s.id not in own]
            found |= {s.id: s for s in level}
            level = [place for s in level if s.id in within for place in within[s.id]]
        return list(found.values())

    @cached_property
    def _within(self) -> dict[str, list[Span]]:
        """What places and facilities are said to lie in, by their ids."""
        found: dict[str, list[Span]] = {}
        for relation in self.relations.get("located_in", ()):
            found.setdefault(relation.head, []).append(self.document.by_id[relation.tail])
        return found


def of_types(table: Mapping[str, Sequence[Span]], types: Sequence[str]) -> Sequence[Span]:
    """The spans that a table by type has of some types, in order of the text, once each."""
    found: Sequence[Span] = ()
    for type in types:
        if type in table:
            found = _in_order(found, table[type]) if found else table[type]
    return found


def _in_order(one: Sequence[Span], two: Sequence[Span]) -> Sequence[Span]:
    """The spans of both, in order of the text, once each."""
    return sorted({span.id: span for span in (*one, *two)}.values(), key=by_position)
