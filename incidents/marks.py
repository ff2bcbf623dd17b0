"""What is marked on a document, looked up by label, type and head."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from data.document import Document, Relation, Span

by_position = attrgetter("start", "end")


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

    def tails(self, heads: Iterable[Span], *types: str) -> Sequence[Span]:
        """The tails of some relation types of some spans, in order of the text, once each."""
        arguments = self._arguments
        found = [own[type] for head in heads if (own := arguments.get(head.id))
                 for type in types if type in own]
        if len(found) < 2:
            return found[0] if found else ()
        return sorted({span.id: span for spans in found for span in spans}.values(),
                      key=by_position)

    def has_tails(self, heads: Iterable[Span], types: frozenset[str]) -> bool:
        """Whether any of some spans has a tail of some relation types."""
        arguments = self._arguments
        return any(not types.isdisjoint(arguments.get(head.id, ())) for head in heads)

    @cached_property
    def _arguments(self) -> dict[str, dict[str, list[Span]]]:
        """Tails by the id of the head, then by type, each in order of the text."""
        found: dict[str, dict[str, list[Span]]] = {}
        by_id = self.document.by_id
        for type, relations in self.relations.items():
            for relation in relations:
                own, tail = found.setdefault(relation.head, {}), by_id[relation.tail]
                if type not in own:
                    own[type] = [tail]
                else:
                    own[type].append(tail)
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
        return "caused_by" in self._arguments.get(trigger.id, ())

    @cached_property
    def causes(self) -> frozenset[str]:
        """Ids of attacks that led to a harm."""
        return frozenset(r.tail for r in self.relations.get("caused_by", ()))

    def containers(self, spans: Sequence[Span]) -> list[Span]:
        """The places that places and facilities are said to lie in, nearest first."""
        level = self.tails(spans, "located_in")
        if not level:
            return []
        found: dict[str, Span] = {}
        own = {s.id for s in spans}
        while level:
            level = [s for s in level if s.id not in found and s.id not in own]
            found |= {s.id: s for s in level}
            level = self.tails(level, "located_in")
        return list(found.values())
