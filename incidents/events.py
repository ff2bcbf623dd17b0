"""Which triggers tell of one event: joined by relations, by shared arguments, by repetition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from operator import attrgetter

from data.document import Span
from incidents.counts import Count
from incidents.dates import ResolvedDate
from incidents.marks import in_order, merged
from incidents.view import View

ARGUMENTS = ("place", "target", "weapon", "perpetrator")
APART = frozenset((*ARGUMENTS, "date"))  # what can tell an event from another
_start = attrgetter("start")
_NOBODY: frozenset[str] = frozenset()
_NEAR = 3  # sentences within which a shared argument joins


@dataclass(eq=False)
class Fact:
    """One casualty statement. ``shared``: one count for the killed and the hurt together."""

    harm: str
    victim: Span
    count: Count
    group: str
    triggers: list[Span]
    parts: list[Fact] = field(default_factory=list)
    shared: bool = False
    repeats: list[Span] = field(default_factory=list)

    def is_numbered(self) -> bool:
        """Whether a number is told, not only a singular, dual or plural."""
        return self.count.stated in ("number", "part")

    def is_vague(self) -> bool:
        """Whether only a bare plural is told."""
        return self.count.stated == "noun" and self.count.max is None


@dataclass(eq=False)
class Event:
    """Triggers of one incident with its facts; built up, then rendered.

    Args:
        view: the document.
        triggers: in order of the text.
        facts: its casualty statements.
        part_of: the event that it is a part of.
        lent: PERPETRATOR or DATE spans that the text gave to another event, by relation type.
        attacks: those of its triggers that are ATTACK.
        own: the tails of its triggers, by relation type.
        sites: its places and facilities.
        start: where its first trigger stands.
    """

    view: View
    triggers: list[Span]
    facts: list[Fact] = field(default_factory=list)
    part_of: Event | None = None
    lent: dict[str, Sequence[Span]] = field(default_factory=dict)
    attacks: list[Span] = field(init=False, repr=False)
    own: Mapping[str, Sequence[Span]] = field(init=False, repr=False)
    sites: Sequence[Span] = field(init=False, repr=False)
    start: int = field(init=False, repr=False)
    _groups: Set[str] | None = field(init=False, repr=False)
    _date: ResolvedDate | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._set(self.triggers, self.view.arguments(self.triggers))

    def _set(self, triggers: list[Span], own: Mapping[str, Sequence[Span]]) -> None:
        self.triggers, self.own = triggers, own
        self.start = triggers[0].start if triggers else 1 << 60
        self.attacks = [t for t in triggers if t.label == "ATTACK"]
        places, targets = own.get("place", ()), own.get("target", ())
        self.sites = in_order([*places, *targets]) if places and targets else places or targets
        self._groups = self._date = None

    def absorb(self, other: Event) -> None:
        """Take over another event's triggers and facts."""
        triggers = sorted([*self.triggers, *other.triggers], key=_start)
        self._set(triggers, merged([self.own, other.own]) if self.own else other.own)
        if other.facts:
            self.facts = sorted([*self.facts, *other.facts], key=lambda f: f.victim.start)
        wholes = [e.part_of for e in (self, other) if e.part_of not in (None, self, other)]
        self.part_of = None
        for whole in wholes[:1]:
            self.make_part_of(whole)
        self.lent = other.lent | self.lent

    def release(self, trigger: Span) -> None:
        """Give up a trigger to another event."""
        triggers = [t for t in self.triggers if t is not trigger]
        self._set(triggers, self.view.arguments(triggers))

    def borrow(self, type: str, spans: Sequence[Span]) -> None:
        """Take arguments that the text gave to another event."""
        self.lent[type] = spans
        self._groups = self._date = None

    def arguments(self, type: str) -> Sequence[Span]:
        """Argument spans of a type: its own, what another event lends it, or its whole's."""
        told = self.own.get(type) or self.lent.get(type, ())
        if told or self.part_of is None:
            return told
        return self.part_of.arguments(type)

    def is_numbered(self) -> bool:
        """Whether any of its statements tells a number."""
        return bool(self.facts) and any(fact.is_numbered() for fact in self.facts)

    def make_part_of(self, whole: Event | None) -> None:
        """Count as a part of a whole, unless that is a part of this."""
        above = whole
        while above is not None:
            if above is self:
                return
            above = above.part_of
        self.part_of = whole

    def groups(self) -> Set[str]:
        """Perpetrator groups."""
        found = self._groups
        if found is None:
            spans = self.own.get("perpetrator") or self.lent.get("perpetrator", ())
            named = self.view.groups
            found = self._groups = {g for s in spans for g in named(s)} if spans else _NOBODY
        if found or self.part_of is None:
            return found
        return self.part_of.groups()

    def date(self) -> ResolvedDate:
        """The date that its DATE spans come to."""
        spans = self.own.get("date") or self.lent.get("date", ())
        if not spans and self.part_of is not None:
            return self.part_of.date()
        if self._date is None:
            self._date = self.view.date(spans)
        return self._date


def structural(view: View, same_victim: Iterable[tuple[str, str]]) -> list[Event]:
    """Events by relations of the document alone: ``caused_by``, one victim, shared arguments."""
    together = {t.id: [t] for t in view.triggers}  # one list for all triggers of an event
    caused = [(r.head, r.tail) for r in view.relations.get("caused_by", ())]
    for left, right in (*caused, *same_victim):
        one, two = together.get(left), together.get(right)
        if one is None or two is None or one is two:
            continue
        one += two
        for trigger in two:
            together[trigger.id] = one
    events: dict[str, Event] = {}
    for first_id, triggers in together.items():
        if first_id not in events:
            event = Event(view, sorted(triggers, key=_start) if len(triggers) > 1 else triggers)
            for trigger in triggers:
                events[trigger.id] = event
    for first, second in (*_sharing(view), *_leaning(view)):
        told, more = events[first.id], events[second.id]
        if told is not more and agree(told, more):
            told.absorb(more)
            for trigger in more.triggers:
                events[trigger.id] = told
    return sorted({id(e): e for e in events.values()}.values(), key=_start)


def _sharing(view: View) -> list[tuple[Span, Span]]:
    """Near triggers of a kind with an argument in common (a date alone is none), in order."""
    pairs = {
        (one.start, two.start, one.id, two.id): (one, two)
        for sharing in view.sharing(*ARGUMENTS)
        for one, two in combinations(sharing, 2) if _comparable(view, one, two)
    }
    for sharing in view.sharing("date"):
        for one, two in combinations(sharing, 2):
            key = (one.start, two.start, one.id, two.id)
            if key not in pairs and (
                view.sentence(one) == view.sentence(two) and _comparable(view, one, two)
                and _place_names(view, one) & _place_names(view, two)
            ):
                pairs[key] = one, two
    return [pairs[key] for key in sorted(pairs)]


def _comparable(view: View, one: Span, two: Span) -> bool:
    """Whether both are attacks, or both harms without one, and near each other."""
    if (one.label == "ATTACK") != (two.label == "ATTACK"):
        return False
    if view.is_caused(one) or view.is_caused(two):
        return False
    return abs(view.sentence(one) - view.sentence(two)) <= _NEAR


def _place_names(view: View, trigger: Span) -> set[frozenset[str]]:
    return {view.core(span) for span in view.tails([trigger], "place")}


def _leaning(view: View) -> Iterable[tuple[Span, Span]]:
    """Attacks without arguments, each with an attack before it in its sentence that has some."""
    attacks = [t for t in view.triggers if t.label == "ATTACK"]
    for full, bare in pairwise(attacks):
        if (
            APART.isdisjoint(view.arguments([bare])) and full.id not in view.causes
            and view.sentence(full) == view.sentence(bare)
        ):
            yield bare, full


def agree(one: Event, two: Event) -> bool:
    """Whether nothing that two events say of date and actor contradicts."""
    left, right = one.groups(), two.groups()
    if left and right and left.isdisjoint(right):
        return False
    first, second = one.date(), two.date()
    return None in (first.start, second.start) or (
        (first.start, first.end) == (second.start, second.end)
    )
