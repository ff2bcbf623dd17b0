"""Repeated mentions of one event joined; what the text leaves no doubt of is lent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from data.document import Span
from incidents.clitics import stems
from incidents.counts import Count
from incidents.events import ARGUMENTS, Event, Fact, agree
from incidents.fold import fold
from incidents.repeats import akin
from incidents.view import View
from incidents.vocabulary import words_of

# What leads to a count that replaces an earlier one; both stand, each with its words.
_TOLL = re.compile(r"(?:^|\s)[وفل]*(?:ارتفع|ارتفعت|ارتفاع|ترتفع|يرتفع|بلغ|بلغت)\s(?:\S+\s?){0,4}$")


@dataclass(eq=False)
class Mention:
    """An event as it stands, with what is compared of it; read once, for it meets many others.

    Args:
        view: the document.
        event: the event.
        facts: its facts with a count of their own.
        counts: the counts of each harm that can be compared.
        vague: whether it tells no number, as a headline or lead does.
        headline: whether it is an attack without casualties in the first line.
    """

    view: View
    event: Event
    facts: list[Fact] = field(init=False)
    counts: dict[str, list[Count]] = field(init=False)
    vague: bool = field(init=False)
    headline: bool = field(init=False)

    def __post_init__(self) -> None:
        self.facts = [f for f in self.event.facts if not f.shared]
        self.counts = {f.harm: [] for f in self.facts}
        for fact in self.facts:
            if fact.comparable:
                self.counts[fact.harm].append(fact.count)
        self.vague = all(f.vague for f in self.facts)
        self.headline = bool(not self.event.facts and self.event.attacks) and (
            self.event.triggers[-1].start <= self.view.headline_end
        )

    @cached_property
    def weapons(self) -> set[str]:
        """Classes of its weapons."""
        spans = self.event.arguments(self.view, "weapon")
        return {name for span in spans for name in self.view.weapons(span)}

    @cached_property
    def kinds(self) -> set[str]:
        """Types that the words of its attacks name."""
        return set(self.view.types(self.event.attacks, "patterns"))

    @cached_property
    def names(self) -> frozenset[frozenset[str]]:
        """Its places and those that hold them, each by the words of its name."""
        spans = self.event.arguments(self.view, "place", "target")
        wide = [*spans, *self.view.containers(spans)]
        return frozenset(self.view.core(s) for s in wide if s.label == "PLACE")

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of all these names."""
        return frozenset().union(*self.names)


def merge_mentions(view: View, events: list[Event]) -> list[Event]:
    """Join repeated mentions of one event, later into earlier."""
    kept: list[Mention] = []
    for event in events:
        mention, back = Mention(view, event), _points_back(view, event)
        toll = not back and _is_toll(view, event)
        for at in range(len(kept) - 1, -1, -1):
            earlier = kept[at]
            found = earlier.event
            if found.part_of is not event.part_of:
                continue  # one is a part of the other, or of something else
            if back:
                joined = _fits(view, found, event)
            elif mention.counts.keys().isdisjoint(earlier.counts):
                joined = earlier.headline and _heads(earlier, mention)
            else:
                joined = _same(earlier, mention) or (toll and _follows(view, found, event))
            if joined:
                break
        else:
            kept.append(mention)
            continue
        found.absorb(event)
        kept[at] = Mention(view, found)
        for other in events:
            if other.part_of is event:
                other.part_of = None
                other.make_part_of(found)
    return [mention.event for mention in kept]


def _same(earlier: Mention, later: Mention) -> bool:
    """Whether two events with a harm in common are mentions of one."""
    equal = [] if earlier.vague else _equal_counts(earlier, later)
    if equal is None:
        return False
    places = _place_match(earlier, later)
    if places == "conflict":
        return False
    view, one, two = earlier.view, earlier.event, later.event
    groups = one.groups(view) & two.groups(view)
    if earlier.vague:
        alike = any(
            f.harm == g.harm
            and (f.group == g.group or (places == "same" and akin(f.group, g.group)))
            for f in earlier.facts for g in later.facts
        )
        return alike and bool(groups or places == "same") and _within(view, one, two)
    if equal and min(equal) >= 10:  # no chance: `1 to 13 July` and `since 1 July` will do
        return _within(view, one, two) or _within(view, two, one)
    if not agree(view, one, two):
        return False
    if equal:
        return len(equal) > 1 or places == "same"
    return places == "same" and bool(groups and earlier.weapons & later.weapons)


def _heads(earlier: Mention, later: Mention) -> bool:
    """Whether the headline names the attack that the body tells: nothing but the place, kind,
    date and actor are there to compare."""
    if not later.event.attacks:
        return False
    kinds = not earlier.kinds or not later.kinds or bool(earlier.kinds & later.kinds)
    return kinds and _place_match(earlier, later) == "same" and (
        agree(earlier.view, earlier.event, later.event)
    )


def _is_toll(view: View, event: Event) -> bool:
    """Whether an event only brings a count up to date: `ارتفع عدد القتلى إلى`."""
    if event.attacks or not any(f.numbered for f in event.facts):
        return False
    if view.tails(event.triggers, *ARGUMENTS, "date"):
        return False
    return any(_TOLL.search(fold(view.before(span, 40)))
               for span in (*event.triggers, *(f.victim for f in event.facts)))


def _follows(view: View, earlier: Event, toll: Event) -> bool:
    """Whether a toll is told right after the attack that it counts the people of."""
    told = [view.sentence(fact.victim) for fact in earlier.facts]
    at = view.sentence(toll.facts[0].victim)
    return bool(earlier.attacks) and any(0 <= at - sentence <= 2 for sentence in told)


def _within(view: View, wide: Event, narrow: Event) -> bool:
    """Whether the second date lies in the first, or one is not known."""
    groups = wide.groups(view), narrow.groups(view)
    if groups[0] and groups[1] and not groups[0] & groups[1]:
        return False
    one, two = wide.date(view), narrow.date(view)
    if None in (one.start, one.end, two.start, two.end):
        return True
    return str(one.start) <= str(two.start) and str(two.end) <= str(one.end)


def _equal_counts(one: Mention, two: Mention) -> list[int] | None:
    """The counts that both tell; None where they count a harm differently, or none that the
    other counts."""
    equal, meeting = [], False
    for harm, left in one.counts.items():
        right, meet = two.counts.get(harm), False
        if not left or not right:
            continue
        for a in left:
            for b in right:
                if a.min == b.min and a.max == b.max:
                    equal.append(a.min)
                    meet = True
                elif not meet:
                    meet = _close(a, b)
        if not meet:
            return None
        meeting = True
    return equal if meeting else None


def _close(one: Count, two: Count) -> bool:
    """Whether two counts can both be true and are near each other."""
    meet = one.min <= (two.max or one.min) and two.min <= (one.max or two.min)
    return meet and max(one.min, two.min) <= 1.5 * min(one.min, two.min)


def _place_match(one: Mention, two: Mention) -> str:
    """``same`` where a name recurs, ``conflict`` where both name places and share no word."""
    if not one.names or not two.names:
        return "unknown"
    if one.names & two.names:
        return "same"
    return "unknown" if one.words & two.words else "conflict"


def _points_back(view: View, event: Event) -> bool:
    """Whether an event is one definite attack noun that adds nothing that could tell it apart."""
    attacks = event.attacks
    if len(attacks) != 1 or any(f.numbered for f in event.facts):
        return False
    word = _head(view, attacks[0])
    plural = word.endswith("ات") or word in ("معارك", "قصف", "مجازر")
    own = view.tails(event.triggers, "place", "date", "weapon")
    return view.definite(attacks[0]) and not plural and not own


def _fits(view: View, earlier: Event, event: Event) -> bool:
    """Whether an earlier event may be what a definite mention points back to."""
    told = view.tails(earlier.triggers, *ARGUMENTS, "date")
    if not earlier.attacks or not told or (earlier.groups(view) and event.groups(view)):
        return False
    kinds = [set(view.types(e.attacks, "patterns")) for e in (earlier, event)]
    return not kinds[0] or not kinds[1] or bool(kinds[0] & kinds[1])


def lend(view: View, events: list[Event]) -> None:
    """Give events what the text before them leaves no doubt of."""
    _lend_to_definite(view, events)
    mentions = [Mention(view, event) for event in events]
    for i, event in enumerate(events):
        armed = event.facts and event.attacks and not event.groups(view) and mentions[i].weapons
        for before in reversed(mentions[:i]) if armed else ():
            alike = not before.event.facts and before.weapons == armed
            if alike and _adjacent(view, before.event, event):
                event.borrow("perpetrator", before.event.arguments(view, "perpetrator"))
                break
        _lend_date(mentions[:i], mentions[i])


def _adjacent(view: View, before: Event, event: Event) -> bool:
    if not before.triggers or not agree(view, before, event):
        return False
    return view.sentence(event.attacks[0]) - view.sentence(before.triggers[-1]) <= 1


def _lend_date(before: list[Mention], bare: Mention) -> None:
    """An attack of the same kind on the same place, told before with its date."""
    view, event = bare.view, bare.event
    if not event.facts or event.arguments(view, "date"):
        return
    kinds = bare.kinds
    for mention in reversed(before):
        earlier = mention.event
        alike = kinds & mention.kinds
        dated = alike and earlier.date(view).start is not None
        if dated and _place_match(mention, bare) == "same" and agree(view, earlier, event):
            event.borrow("date", earlier.arguments(view, "date"))
            return


def _lend_to_definite(view: View, events: list[Event]) -> None:
    """Give a definite attack without date and place what the text before it leaves no doubt of."""
    for i, event in enumerate(events):
        attacks = event.attacks
        if not event.facts or not attacks or not view.definite(attacks[0]):
            continue
        if view.tails(event.triggers, "place", "date", "perpetrator"):
            continue
        before = [e for e in events[:i] if e.attacks and e is not event]
        word = _head(view, attacks[0])
        alike = [e for e in before if word in {_head(view, t) for t in e.attacks}]
        dated = [e for e in alike if e.date(view).start]
        known = {(d.start, d.end): e for e in before if (d := e.date(view)).start}
        lender = dated[-1] if dated else next(iter(known.values())) if len(known) == 1 else None
        if lender is not None:
            event.borrow("date", lender.arguments(view, "date"))
        groups = {group for e in before for group in e.groups(view)}
        if len(groups) == 1:
            lender = next(e for e in reversed(before) if e.groups(view))
            event.borrow("perpetrator", lender.arguments(view, "perpetrator"))


def _head(view: View, trigger: Span) -> str:
    """The first word of a trigger without particles."""
    words = words_of(view.text(trigger))
    return stems(words[0])[-1] if words else ""
