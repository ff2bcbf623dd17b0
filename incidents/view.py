"""A document indexed for assembly: arguments of triggers, sentences, classes of spans."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter

from data.document import Span
from data.schema import SCHEMA
from data.words import sentence_starts
from incidents import date_mentions, dates
from incidents.clitics import is_definite, stems
from incidents.dates import ResolvedDate
from incidents.denials import is_denied
from incidents.fold import fold
from incidents.marks import Marks, by_position
from incidents.places import ResolvedPlace
from incidents.vocabulary import Match, Vocabularies, words_of

_OPENED = frozenset(
    particle + verb + end for particle in ("", "و", "ف") for verb in ("اطلق", "طلق", "فتح")
    for end in ("", "ت", "وا")
)
_FIRE = re.compile(r"(?:\S+ ){0,3}(?:ال)?(?:نار|رصاص)\b")
_TRIGGERS = tuple(label.name for label in SCHEMA.labels if label.trigger)
_TELL_COUNTRY = ("PLACE", "PERPETRATOR", "SOURCE", "VICTIM")
_UNKNOWN = ResolvedDate()
_in_text = attrgetter("start", "end", "id")
_CLAUSE = re.compile(r"[،,؛;:.!?؟\n«»\"()]")
_DIRECTIONS = frozenset((
    "شمال", "شمالي", "جنوب", "جنوبي", "شرق", "شرقي", "غرب", "غربي", "شماليه", "جنوبيه",
    "شرقيه", "غربيه", "وسط", "ريف", "ريفي", "مدينه", "بلده", "قريه", "حي", "منطقه",
    "محافظه", "ناحيه", "مخيم", "شارع", "احياء", "احيا", "بلدات", "قري", "مدن", "مناطق",
    "جبل", "جبال", "عاصمه", "العاصمه",
))


@dataclass(eq=False)
class View(Marks):
    """One document with what assembly asks of it.

    Args:
        places: its PLACE spans as the gazetteer knows them, by id.
        triggers: triggers that the text asserts, in order.
        trigger_starts: where each of them begins.
        order: where each stands among them, by its id.
        victims: VICTIM spans, in order.
        has_ta: whether the text writes ``ة``; some write ``ه`` throughout.
    """

    places: dict[str, ResolvedPlace]
    vocabularies: Vocabularies
    triggers: list[Span] = field(init=False, repr=False)
    trigger_starts: list[int] = field(init=False, repr=False)
    order: dict[str, int] = field(init=False, repr=False)
    victims: list[Span] = field(init=False, repr=False)
    has_ta: bool = field(init=False, repr=False)
    _sentences: list[int] = field(init=False, repr=False)  # where each begins
    # offsets of the signs that end clauses; -1 before them, the length of the text after
    _clauses: list[int] = field(init=False, repr=False)
    _groups: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)
    _matches: dict[str, tuple[Match, ...]] = field(default_factory=dict, init=False, repr=False)
    _dates: dict[tuple[str, ...], ResolvedDate] = field(
        default_factory=dict, init=False, repr=False
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        text = self.document.text
        self._sentences = sentence_starts(text)
        self._clauses = [-1, *[match.start() for match in _CLAUSE.finditer(text)], len(text)]
        found = [s for label in _TRIGGERS if label in self.spans for s in self.spans[label]
                 if not is_denied(self.before(s, 50))]
        found.sort(key=_in_text)
        self.triggers, self.trigger_starts = found, [trigger.start for trigger in found]
        self.order = {trigger.id: at for at, trigger in enumerate(found)}
        self.has_ta = "ة" in text
        self.victims = sorted(self.spans.get("VICTIM", ()), key=by_position)

    def inside(self, span: Span) -> list[Span]:
        """Asserted triggers nested in a span."""
        starts = self.trigger_starts
        first = bisect_left(starts, span.start)
        last = bisect_left(starts, span.end, first)
        return [t for t in self.triggers[first:last] if t.end <= span.end] if first < last else []

    @cached_property
    def headline_end(self) -> int:
        """Where the first line ends, if more lines follow it; else -1."""
        return self.document.text.strip().find("\n")

    def sentence(self, span: Span) -> int:
        """The number of the sentence that a span begins in."""
        return bisect_right(self._sentences, span.start) - 1

    def before(self, span: Span, size: int = 60) -> str:
        """The clause before a span."""
        signs, start = self._clauses, span.start
        begin, least = signs[bisect_left(signs, start) - 1] + 1, start - size
        return self.document.text[begin if begin > least else least : start]

    def after(self, span: Span, size: int = 60) -> str:
        """The clause after a span."""
        signs, end = self._clauses, span.end
        stop, most = signs[bisect_left(signs, end)], end + size
        return self.document.text[end : stop if stop < most else most]

    def sharing(self, *types: str) -> list[list[Span]]:
        """Asserted triggers that share an argument of some types, each in order of the text."""
        triggers, order = self.triggers, self.order
        heads: dict[str, set[int]] = defaultdict(set)
        for type in types:
            for relation in self.relations.get(type, ()):
                if relation.head in order:
                    heads[relation.tail].add(order[relation.head])
        return [[triggers[at] for at in sorted(places)]
                for places in heads.values() if len(places) > 1]

    def groups(self, span: Span) -> tuple[str, ...]:
        """The perpetrator groups that a span names; ``other`` where it names none known."""
        found = self._groups.get(span.id)
        if found is None:
            found = self._groups[span.id] = self._named_groups(span)
        return found

    def _named_groups(self, span: Span) -> tuple[str, ...]:
        text = self.texts[span.id]
        if words_of(text) in self._anaphors:
            before = [s for s in self.spans["PERPETRATOR"] if s.end <= span.start]
            if before:
                return self.groups(max(before, key=by_position))
        named = self.vocabularies.perpetrators.name_of(text, ("weak", "generic"), self.country)
        named = named or ("other",)
        # `مجموعات إرهابية مسلحة`: the armed are not unknown
        return tuple(group for group in named if group != "unknown" or len(named) == 1)

    @cached_property
    def _anaphors(self) -> frozenset[tuple[str, ...]]:
        return frozenset(map(words_of, self.vocabularies.perpetrators.settings["anaphors"]))

    @cached_property
    def country(self) -> str | None:
        """The country that the report's words and places point to, if any do.

        Both are asked, so that `حزب الله اللبناني` does not make a report of villages that only
        the gazetteer knows one about Lebanon.
        """
        countries = self.vocabularies.countries
        known = {body["iso"]: name for name, body in countries.classes.items()}
        told: list[str] = []
        for span in self.document.spans:
            if span.label in _TELL_COUNTRY:
                told += countries.name_of(self.texts[span.id])
            place = self.places.get(span.id)
            if place is not None and place.score:
                code = place.candidates[0].entry.country
                told.append(known.get(code, code))
        votes = Counter(told)  # of equals the one that is told first
        return max(votes, key=votes.__getitem__, default=None)

    def weapons(self, span: Span) -> tuple[str, ...]:
        """The weapon classes that a span names."""
        named = self.vocabularies.weapons.name_of
        return named(self.texts[span.id], country=self.country) or ("other",)

    def types(self, triggers: Iterable[Span], strength: str) -> list[str]:
        """Incident types that triggers name, strongly (``patterns``) or weakly."""
        found: dict[str, None] = {}
        for trigger in triggers:
            for match in self._types(trigger):
                if match.strength == strength:
                    found[match.klass] = None
        return list(found)

    def _types(self, trigger: Span) -> tuple[Match, ...]:
        found = self._matches.get(trigger.id)
        if found is None:
            found = self.vocabularies.incidents.find(self.act(trigger))
            self._matches[trigger.id] = found
        return found

    def act(self, trigger: Span) -> str:
        """The words of a trigger, with the fire that one opened: `أطلق جنود النار`."""
        text = self.texts[trigger.id]
        if fold(text) not in _OPENED or not _FIRE.match(fold(self.after(trigger, 40))):
            return text
        return text + " النار"

    def date(self, spans: Sequence[Span]) -> ResolvedDate:
        """What DATE spans of one incident come to."""
        if not spans:
            return _UNKNOWN
        key = tuple([s.id for s in spans])
        found = self._dates.get(key)
        if found is None:
            texts = tuple([self._dated(s) for s in spans])
            found = date_mentions.resolve_all(texts, self.document.published)
            if found.precision == "period" and all(map(date_mentions.is_rough, texts)):
                found = self._periods.get(found.start or "", found)
            self._dates[key] = found
        return found

    @cached_property
    def _periods(self) -> dict[str, ResolvedDate]:
        """Periods of the report that are given by their ends, by first day: `the last seven
        days` that begin with one are that one."""
        texts = [self.texts[s.id] for s in self.spans["DATE"]]
        found = [dates.resolve(text, self.document.published) for text in texts
                 if date_mentions.has_ends(text)]
        return {date.start: date for date in found if date.start and date.precision == "period"}

    def _dated(self, span: Span) -> str:
        """The words that date a DATE span: of `الفترة ذاتها` those of the date before it."""
        text = self.texts[span.id]
        before = [s for s in self.spans["DATE"] if s.start < span.start]
        if not before or not date_mentions.refers_back(text):
            return text
        told = self._dated(max(before, key=by_position))
        return date_mentions.referred(text, told, self.document.published)

    def definite(self, trigger: Span) -> bool:
        """Whether a trigger points back: an article, or a definite weapon or actor governs it."""
        words = words_of(self.texts[trigger.id])
        if words and is_definite(words[0]):
            return True
        return trigger.end in self._definite_starts or trigger.end + 1 in self._definite_starts

    @cached_property
    def _definite_starts(self) -> frozenset[int]:
        return frozenset(
            s.start for label in ("WEAPON", "PERPETRATOR") for s in self.spans.get(label, ())
            if is_definite((words_of(self.texts[s.id]) or ("",))[0])
        )

    def core(self, span: Span) -> frozenset[str]:
        """The words of a place name without heads, directions and articles."""
        resolved = self.places.get(span.id)
        return _core(resolved.name if resolved is not None else self.texts[span.id])


@lru_cache(maxsize=8192)
def _core(name: str) -> frozenset[str]:
    words = words_of(name)
    found = {w for w in words if _DIRECTIONS.isdisjoint(stems(w))} or set(words)
    return frozenset(w[2:] if is_definite(w) and w.startswith("ال") else w for w in found)
