"""Repeated mentions of one event joined; what the text leaves no doubt of is lent."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from data.document import Span
from incidents.clitics import stems
from incidents.counts import Count
from incidents.events import APART, Event, agree
from incidents.fold import fold
from incidents.mentions import Mention, Traits
from incidents.repeats import akin
from incidents.view import View
from incidents.vocabulary import words_of

_TOLD = frozenset(("place", "date", "weapon"))
# What leads to a count that replaces an earlier one; both stand, each with its words.
_TOLL = re.compile(r"(?:^|\s)[وفل]*(?:ارتفع|ارتفعت|ارتفاع|ترتفع|يرتفع|بلغ|بلغت)\s(?:\S+\s?){0,4}$")


def merge_mentions(view: View, events: list[Event]) -> list[Event]:
    """Join repeated mentions of one event, later into earlier."""
    kept: list[Mention] = []
    telling: dict[str, set[int]] = defaultdict(set)  # places in `kept`, by what they tell
    for event in events:
        mention = Mention(view, event)
        at = _earlier(view, kept, telling, mention)
        if at is None:
            at = len(kept)
            kept.append(mention)
        else:
            found = kept[at].event
            found.absorb(event)
            kept[at] = Mention(view, found)
            for other in events:
                if other.part_of is event:
                    other.part_of = None
                    other.make_part_of(found)
        for harm in kept[at].counts:
            telling[harm].add(at)
        if kept[at].headline:
            telling["headline"].add(at)
    return [mention.event for mention in kept]


def _earlier(
    view: View, kept: list[Mention], telling: Mapping[str, set[int]], mention: Mention
) -> int | None:
    """Where the nearest mention before stands that tells of the same event."""
    event, harms = mention.event, mention.counts.keys()
    back = _points_back(view, event)
    toll = not back and _is_toll(view, event)
    alike = range(len(kept)) if back else (
        telling["headline"].union(*[telling[harm] for harm in harms])
    )
    for at in sorted(alike, reverse=True):
        earlier = kept[at]
        if earlier.event.part_of is not event.part_of:
            continue  # one is a part of the other, or of something else
        if back:
            joined = _fits(view, earlier.event, event)
        elif harms.isdisjoint(earlier.counts):
            joined = earlier.headline and _heads(earlier, mention)
        else:
            joined = _same(earlier, mention) or (toll and _follows(view, earlier.event, event))
        if joined:
            return at
    return None


def _same(earlier: Mention, later: Mention) -> bool:
    """Whether two events with a harm in common are mentions of one."""
    places = _place_match(earlier, later)
    if places == "conflict":
        return False
    equal = [] if earlier.vague else _equal_counts(earlier, later)
    if equal is None:
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
    if not APART.isdisjoint(event.own(view)):
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
    low, high = (one, two) if one.min <= two.min else (two, one)
    return high.min <= 1.5 * low.min and (not low.max or high.min <= low.max)


def _place_match(one: Traits, two: Traits) -> str:
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
    if not _TOLD.isdisjoint(event.own(view)) or not view.definite(attacks[0]):
        return False
    word = _head(view, attacks[0])
    return not word.endswith("ات") and word not in ("معارك", "قصف", "مجازر")


def _fits(view: View, earlier: Event, event: Event) -> bool:
    """Whether an earlier event may be what a definite mention points back to."""
    if not earlier.attacks or APART.isdisjoint(earlier.own(view)):
        return False
    if earlier.groups(view) and event.groups(view):
        return False
    kinds = [set(view.types(e.attacks, "patterns")) for e in (earlier, event)]
    return not kinds[0] or not kinds[1] or bool(kinds[0] & kinds[1])


def lend(view: View, events: list[Event]) -> None:
    """Give events what the text before them leaves no doubt of."""
    _lend_to_definite(view, events)
    traits = [Traits(view, event) for event in events]
    for i, event in enumerate(events):
        if not event.facts or not event.attacks:
            continue
        armed = traits[i].weapons if not event.groups(view) else None
        for before in reversed(traits[:i]) if armed else ():
            alike = not before.event.facts and before.weapons == armed
            if alike and _adjacent(view, before.event, event):
                event.borrow("perpetrator", before.event.arguments(view, "perpetrator"))
                break
        _lend_date(traits[:i], traits[i])


def _adjacent(view: View, before: Event, event: Event) -> bool:
    if not before.triggers or not agree(view, before, event):
        return False
    return view.sentence(event.attacks[0]) - view.sentence(before.triggers[-1]) <= 1


def _lend_date(before: list[Traits], bare: Traits) -> None:
    """An attack of the same kind on the same place, told before with its date."""
    view, event = bare.view, bare.event
    kinds = bare.kinds
    if not kinds or event.arguments(view, "date"):
        return
    for mention in reversed(before):
        earlier = mention.event
        dated = earlier.date(view).start is not None and kinds & mention.kinds
        if dated and _place_match(mention, bare) == "same" and agree(view, earlier, event):
            event.borrow("date", earlier.arguments(view, "date"))
            return


def _lend_to_definite(view: View, events: list[Event]) -> None:
    """Give a definite attack without date and place what the text before it leaves no doubt of."""
    for i, event in enumerate(events):
        attacks = event.attacks
        if not event.facts or not attacks or not view.definite(attacks[0]):
            continue
        if not {"place", "date", "perpetrator"}.isdisjoint(event.own(view)):
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
