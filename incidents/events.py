"""Which triggers tell of one event: joined by relations, by shared arguments, by repetition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from operator import attrgetter

from data.document import Span
from incidents.counts import Count
from incidents.dates import ResolvedDate
from incidents.marks import of_types
from incidents.view import View

ARGUMENTS = ("place", "target", "weapon", "perpetrator")
APART = frozenset((*ARGUMENTS, "date"))  # what can tell an event from another
_start = attrgetter("start")
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

    @property
    def numbered(self) -> bool:
        """Whether a number is told, not only a singular, dual or plural."""
        return self.count.stated in ("number", "part")

    @property
    def vague(self) -> bool:
        """Whether only a bare plural is told."""
        return self.count.stated == "noun" and self.count.max is None

    @property
    def comparable(self) -> bool:
        """Whether the count can show that two statements are one, or are not."""
        return not self.vague and self.count.stated != "name"


@dataclass(eq=False)
class Event:
    """Triggers of one incident with its facts; built up, then rendered.

    Args:
        triggers: in order of the text.
        facts: its casualty statements.
        part_of: the event that it is a part of.
        lent: arguments by type that the text gave to another event.
    """

    triggers: list[Span]
    facts: list[Fact] = field(default_factory=list)
    part_of: Event | None = None
    lent: dict[str, Sequence[Span]] = field(default_factory=dict)
    _attacks: list[Span] | None = field(init=False, repr=False)
    _groups: Set[str] | None = field(init=False, repr=False)
    _date: ResolvedDate | None = field(init=False, repr=False)
    _own: Mapping[str, Sequence[Span]] | None = field(init=False, repr=False)
    _told: dict[tuple[str, ...], Sequence[Span]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._set_triggers(self.triggers)

    def _set_triggers(self, triggers: list[Span]) -> None:
        self.triggers = triggers
        self._attacks = self._own = self._groups = self._date = None
        self._told = {}

    @property
    def attacks(self) -> list[Span]:
        """Those of its triggers that are ATTACK."""
        if self._attacks is None:
            self._attacks = [t for t in self.triggers if t.label == "ATTACK"]
        return self._attacks

    @property
    def start(self) -> int:
        """Where its first trigger stands."""
        return self.triggers[0].start if self.triggers else 1 << 60

    def absorb(self, other: Event) -> None:
        """Take over another event's triggers and facts."""
        self._set_triggers(sorted([*self.triggers, *other.triggers], key=_start))
        if other.facts:
            self.facts = sorted([*self.facts, *other.facts], key=lambda f: f.victim.start)
        wholes = [e.part_of for e in (self, other) if e.part_of not in (None, self, other)]
        self.part_of = None
        for whole in wholes[:1]:
            self.make_part_of(whole)
        self.lent = other.lent | self.lent

    def release(self, trigger: Span) -> None:
        """Give up a trigger to another event."""
        self._set_triggers([t for t in self.triggers if t is not trigger])

    def borrow(self, type: str, spans: Sequence[Span]) -> None:
        """Take arguments that the text gave to another event."""
        self.lent[type] = spans
        self._groups = self._date = None
        self._told.clear()

    def own(self, view: View) -> Mapping[str, Sequence[Span]]:
        """The tails of its triggers, by relation type."""
        if self._own is None:
            self._own = view.arguments(self.triggers)
        return self._own

    def arguments(self, view: View, *types: str) -> Sequence[Span]:
        """Argument spans of some types: its own, or what another event lends it."""
        told = self._arguments(view, types)
        if told or self.part_of is None or "place" in types:
            return told
        return self.part_of.arguments(view, *types)

    def _arguments(self, view: View, types: tuple[str, ...]) -> Sequence[Span]:
        told = self._told.get(types)
        if told is None:
            told = of_types(self.own(view), types)
            if not told and self.lent:
                told = [s for type in types for s in self.lent.get(type, ())]
            self._told[types] = told
        return told

    def make_part_of(self, whole: Event | None) -> None:
        """Count as a part of a whole, unless that is a part of this."""
        above = whole
        while above is not None:
            if above is self:
                return
            above = above.part_of
        self.part_of = whole

    def groups(self, view: View) -> Set[str]:
        """Perpetrator groups."""
        if self._groups is None:
            spans = self._arguments(view, ("perpetrator",))
            self._groups = {group for span in spans for group in view.groups(span)}
        if self._groups or self.part_of is None:
            return self._groups
        return self.part_of.groups(view)

    def date(self, view: View) -> ResolvedDate:
        """The date that its DATE spans come to."""
        if self._date is None:
            self._date = view.date(self._arguments(view, ("date",)))
        if self.part_of is None or self._arguments(view, ("date",)):
            return self._date
        return self.part_of.date(view)


def structural(view: View, same_victim: Iterable[tuple[Span, Span]]) -> list[Event]:
    """Events by relations of the document alone: ``caused_by``, one victim, shared arguments."""
    events = {t.id: Event([t]) for t in view.triggers}

    def join(left: str, right: str, allowed: Callable[[Event, Event], bool] | None = None) -> None:
        one, two = events.get(left), events.get(right)
        if one is None or two is None or one is two:
            return
        if allowed is None or allowed(one, two):
            one.absorb(two)
            for trigger in two.triggers:
                events[trigger.id] = one

    for relation in view.relations.get("caused_by", ()):
        join(relation.head, relation.tail)
    for left, right in same_victim:
        join(left.id, right.id)
    for left, right in (*_sharing(view), *_leaning(view)):
        join(left.id, right.id, lambda a, b: agree(view, a, b))
    return sorted({id(e): e for e in events.values()}.values(), key=lambda e: e.start)


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


def agree(view: View, one: Event, two: Event) -> bool:
    """Whether nothing that two events say of date and actor contradicts."""
    left, right = one.groups(view), two.groups(view)
    if left and right and not left & right:
        return False
    first, second = one.date(view), two.date(view)
    return None in (first.start, second.start) or (
        (first.start, first.end) == (second.start, second.end)
    )
