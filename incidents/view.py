"""A document indexed for assembly: arguments of triggers, sentences, classes of spans."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from data.document import Document, Span
from data.schema import SCHEMA
from data.words import sentence_starts
from incidents import dates
from incidents.clitics import is_definite, stems
from incidents.dates import ResolvedDate
from incidents.denials import is_denied
from incidents.fold import fold
from incidents.places import ResolvedPlace
from incidents.vocabulary import Vocabularies, words_of

_SAME = re.compile(
    r"(?:فتره|مده|يوم|اسبوع|شهر|وقت|عام|ساعه|تاريخ)\w* (?:ذات|نفس)(?:ه|ها)|(?:ذات|نفس) ال"
)
_OPENED = frozenset(
    particle + verb + end for particle in ("", "و", "ف") for verb in ("اطلق", "طلق", "فتح")
    for end in ("", "ت", "وا")
)
_FIRE = re.compile(r"(?:\S+ ){0,3}(?:ال)?(?:نار|رصاص)\b")
_CLAUSE = re.compile(r"[،,؛;:.!?؟\n«»\"()]")
_DIRECTIONS = frozenset((
    "شمال", "شمالي", "جنوب", "جنوبي", "شرق", "شرقي", "غرب", "غربي", "شماليه", "جنوبيه",
    "شرقيه", "غربيه", "وسط", "ريف", "ريفي", "مدينه", "بلده", "قريه", "حي", "منطقه",
    "محافظه", "ناحيه", "مخيم", "شارع", "احياء", "احيا", "بلدات", "قري", "مدن", "مناطق",
    "جبل", "جبال", "عاصمه", "العاصمه",
))


@dataclass(frozen=True, eq=False)
class View:
    """One document with what assembly asks of it."""

    document: Document
    places: dict[str, ResolvedPlace]
    vocabularies: Vocabularies

    @cached_property
    def triggers(self) -> list[Span]:
        """Triggers that the text asserts, in order."""
        names = {label.name for label in SCHEMA.labels if label.trigger}
        found = [s for s in self.document.spans
                 if s.label in names and not is_denied(self.before(s, 50))]
        return sorted(found, key=lambda s: (s.start, s.end, s.id))

    def inside(self, span: Span) -> list[Span]:
        """Asserted triggers nested in a span."""
        first = bisect_left(self._trigger_starts, span.start)
        last = bisect_left(self._trigger_starts, span.end)
        return [t for t in self.triggers[first:last] if t.end <= span.end]

    @cached_property
    def _trigger_starts(self) -> list[int]:
        return [trigger.start for trigger in self.triggers]

    @cached_property
    def victims(self) -> list[Span]:
        """VICTIM spans, in order."""
        found = [s for s in self.document.spans if s.label == "VICTIM"]
        return sorted(found, key=lambda s: s.start)

    @cached_property
    def _sentences(self) -> list[int]:
        return sentence_starts(self.document.text)

    @cached_property
    def has_ta(self) -> bool:
        """Whether the text writes ``ة``; some write ``ه`` throughout."""
        return "ة" in self.document.text

    @cached_property
    def headline_end(self) -> int:
        """Where the first line ends, if more lines follow it; else -1."""
        return self.document.text.strip().find("\n")

    def sentence(self, span: Span) -> int:
        """The number of the sentence that a span begins in."""
        return bisect_right(self._sentences, span.start) - 1

    def text(self, span: Span) -> str:
        """The words of a span, as they stand."""
        return self.document.text[span.start : span.end]

    def before(self, span: Span, size: int = 60) -> str:
        """The clause before a span."""
        at = bisect_left(self._clauses, span.start)
        begin = self._clauses[at - 1] + 1 if at else 0
        return self.document.text[max(begin, span.start - size) : span.start]

    def after(self, span: Span, size: int = 60) -> str:
        """The clause after a span."""
        at = bisect_left(self._clauses, span.end)
        end = self._clauses[at] if at < len(self._clauses) else len(self.document.text)
        return self.document.text[span.end : min(end, span.end + size)]

    @cached_property
    def _clauses(self) -> list[int]:
        """Offsets of the signs that end clauses."""
        return [match.start() for match in _CLAUSE.finditer(self.document.text)]

    def tails(self, heads: Iterable[Span], *types: str) -> list[Span]:
        """The tails of some relation types of some spans, in order of the text, once each."""
        found: list[Span] = []
        arguments, lists = self._arguments, 0
        for head in heads:
            if head.id in arguments:
                own = arguments[head.id]
                for type in types:
                    if type in own:
                        found += own[type]
                        lists += 1
        if lists < 2:
            return found
        return sorted({span.id: span for span in found}.values(), key=_position)

    @cached_property
    def _arguments(self) -> dict[str, dict[str, list[Span]]]:
        """Tails by the id of the head, then by type, each in order of the text."""
        found: dict[str, dict[str, list[Span]]] = defaultdict(dict)
        by_id = self.document.by_id
        for relation in self.document.relations:
            found[relation.head].setdefault(relation.type, []).append(by_id[relation.tail])
        for own in found.values():
            for spans in own.values():
                if len(spans) > 1:
                    spans.sort(key=_position)
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
        return frozenset(r.tail for r in self.document.relations if r.type == "caused_by")

    def sharing(self, *types: str) -> list[list[Span]]:
        """Asserted triggers that share an argument of some types, in order of the text."""
        order = {trigger.id: at for at, trigger in enumerate(self.triggers)}
        found: dict[str, set[int]] = defaultdict(set)
        for relation in self.document.relations:
            if relation.type in types and relation.head in order:
                found[relation.tail].add(order[relation.head])
        return [[self.triggers[at] for at in sorted(heads)]
                for heads in found.values() if len(heads) > 1]

    def containers(self, spans: Iterable[Span]) -> list[Span]:
        """The places that places and facilities are said to lie in, nearest first."""
        found: dict[str, Span] = {}
        level = spans = list(spans)
        if all(s.id not in self._arguments for s in spans):
            return []
        while level := self.tails(level, "located_in"):
            level = [s for s in level if s.id not in found and s not in spans]
            found |= {s.id: s for s in level}
        return list(found.values())

    def groups(self, span: Span) -> tuple[str, ...]:
        """The perpetrator groups that a span names; ``other`` where it names none known."""
        if span.id not in self._groups:
            self._groups[span.id] = self._named_groups(span)
        return self._groups[span.id]

    @cached_property
    def _groups(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _named_groups(self, span: Span) -> tuple[str, ...]:
        if words_of(self.text(span)) in self._anaphors:
            before = [s for s in self.document.spans
                      if s.label == "PERPETRATOR" and s.end <= span.start]
            if before:
                return self.groups(max(before, key=lambda s: s.start))
        vocabulary = self.vocabularies.perpetrators
        text, generic = self.text(span), []
        for match in vocabulary.find(text):
            countries = vocabulary.classes[match.klass].get("country", ())
            if match.strength == "generic" and self.country in (None, *countries):
                generic.append(match.klass)
        named = vocabulary.name_of(text) or tuple(dict.fromkeys(generic)) or ("other",)
        # `مجموعات إرهابية مسلحة`: the armed are not unknown
        return tuple(group for group in named if group != "unknown" or len(named) == 1)

    @cached_property
    def _anaphors(self) -> frozenset[tuple[str, ...]]:
        return frozenset(map(words_of, self.vocabularies.perpetrators.settings["anaphors"]))

    @cached_property
    def country(self) -> str | None:
        """The country that the places and actors of the report point to, if any does."""
        votes: dict[str, int] = defaultdict(int)
        for span in self.document.spans:
            if span.label in ("PLACE", "PERPETRATOR", "SOURCE", "VICTIM"):
                for name in self.vocabularies.countries.name_of(self.text(span)):
                    votes[name] += 1
        return max(votes, key=lambda name: votes[name]) if votes else None

    def weapons(self, span: Span) -> tuple[str, ...]:
        """The weapon classes that a span names."""
        return self.vocabularies.weapons.name_of(self.text(span)) or ("other",)

    def types(self, triggers: Iterable[Span], strength: str) -> list[str]:
        """Incident types that triggers name, strongly (``patterns``) or weakly."""
        vocabulary = self.vocabularies.incidents
        return list(dict.fromkeys(
            match.klass for trigger in triggers for match in vocabulary.find(self.act(trigger))
            if match.strength == strength
        ))

    def act(self, trigger: Span) -> str:
        """The words of a trigger, with the fire that one opened: `أطلق جنود النار`."""
        text = self.text(trigger)
        if fold(text) not in _OPENED or not _FIRE.match(fold(self.after(trigger, 40))):
            return text
        return text + " النار"

    def date(self, spans: Sequence[Span]) -> ResolvedDate:
        """What DATE spans of one incident come to; `الفترة ذاتها` is the date before it."""
        key = tuple(s.id for s in spans)
        if key not in self._dates:
            texts = tuple(self.text(self._referred(s)) for s in spans)
            found = dates.resolve_all(texts, self.document.published)
            self._dates[key] = self._periods.get(found.start or "", found) if (
                found.precision == "period") else found
        return self._dates[key]

    @cached_property
    def _periods(self) -> dict[str, ResolvedDate]:
        """Periods of the report that are given by their ends, by first day: `the last seven
        days` that begin with one are that one."""
        texts = [self.text(s) for s in self.document.spans if s.label == "DATE"]
        found = [dates.resolve(t, self.document.published) for t in texts if dates.has_ends(t)]
        return {date.start: date for date in found if date.start and date.precision == "period"}

    @cached_property
    def _dates(self) -> dict[tuple[str, ...], ResolvedDate]:
        return {}

    def _referred(self, span: Span) -> Span:
        if not _SAME.search(fold(self.text(span))):
            return span
        before = [s for s in self.document.spans if s.label == "DATE" and s.start < span.start]
        return self._referred(max(before, key=lambda s: s.start)) if before else span

    def definite(self, trigger: Span) -> bool:
        """Whether a trigger points back: an article, or a definite weapon or actor governs it."""
        words = words_of(self.text(trigger))
        if words and is_definite(words[0]):
            return True
        return trigger.end in self._definite_starts or trigger.end + 1 in self._definite_starts

    @cached_property
    def _definite_starts(self) -> frozenset[int]:
        return frozenset(
            s.start for s in self.document.spans if s.label in ("WEAPON", "PERPETRATOR")
            and is_definite((words_of(self.text(s)) or ("",))[0])
        )

    def core(self, span: Span) -> frozenset[str]:
        """The words of a place name without heads, directions and articles."""
        resolved = self.places.get(span.id)
        return _core(resolved.name if resolved is not None else self.text(span))


def _position(span: Span) -> tuple[int, int]:
    return span.start, span.end


@lru_cache(maxsize=8192)
def _core(name: str) -> frozenset[str]:
    words = words_of(name)
    found = {w for w in words if _DIRECTIONS.isdisjoint(stems(w))} or set(words)
    return frozenset(w[2:] if is_definite(w) and w.startswith("ال") else w for w in found)
