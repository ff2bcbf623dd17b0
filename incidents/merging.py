"""Repeated mentions of one event joined; what the text leaves no doubt of is lent."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from data.document import Span
from incidents.anaphors import is_body
from incidents.clitics import stems
from incidents.counts import Count
from incidents.events import APART, Event, agree
from incidents.fold import fold
from incidents.mentions import Mention, weapons
from incidents.repeats import akin
from incidents.view import View
from incidents.vocabulary import words_of

_TOLD = frozenset(("place", "date", "weapon"))
_TELLING = frozenset(("place", "date", "perpetrator"))
# What leads to a count that replaces an earlier one; both stand, each with its words.
_TOLL = re.compile(r"(?:^|\s)[وفل]*(?:ارتفع|ارتفعت|ارتفاع|ترتفع|يرتفع|بلغ|بلغت)\s(?:\S+\s?){0,4}$")
_SECOND = (["ثان"], ["ثاني"], ["ثانيه"], ["اخر"], ["اخري"])


def merge_mentions(events: list[Event]) -> list[Mention]:
    """Join repeated mentions of one event, later into earlier."""
    kept: list[Mention] = []
    telling: dict[str, set[int]] = defaultdict(set)  # places in `kept`, by what they tell
    for event in events:
        mention = Mention(event)
        at = _earlier(kept, telling, mention)
        if at is None:
            at = len(kept)
            kept.append(mention)
        else:
            found = kept[at].event
            found.absorb(event)
            mention = kept[at] = Mention(found)
            for other in events:
                if other.part_of is event:
                    other.part_of = None
                    other.make_part_of(found)
        for harm in mention.counts:
            telling[harm].add(at)
        if mention.headline:
            telling["headline"].add(at)
    return kept


def _earlier(
    kept: list[Mention], telling: Mapping[str, set[int]], mention: Mention
) -> int | None:
    """Where the nearest mention before stands that tells of the same event."""
    event, harms = mention.event, mention.counts.keys()
    back = _points_back(event)
    toll = not back and _is_toll(event)
    alike = range(len(kept)) if back else (
        telling["headline"].union(*[telling[harm] for harm in harms])
    )
    for at in sorted(alike, reverse=True):
        earlier = kept[at]
        if earlier.event.part_of is not event.part_of:
            continue  # one is a part of the other, or of something else
        if back:
            joined = _fits(earlier.event, event)
        elif harms.isdisjoint(earlier.counts):
            joined = earlier.headline and _heads(earlier, mention)
        else:
            joined = _same(earlier, mention) or (toll and _follows(earlier.event, event))
        if joined:
            return at
    return None


def _same(earlier: Mention, later: Mention) -> bool:
    """Whether two events with a harm in common are mentions of one."""
    places = _place_match(earlier, later)
    if places == "conflict" or _is_second(later.event):
        return False
    equal = set() if earlier.vague else _equal_counts(earlier, later)
    if equal is None:
        return False
    one, two = earlier.event, later.event
    groups = not one.groups().isdisjoint(two.groups())
    if earlier.vague:
        alike = any(
            f.harm == g.harm
            and (f.group == g.group or (places == "same" and akin(f.group, g.group)))
            for f in earlier.facts for g in later.facts
        )
        return alike and (groups or places == "same") and _within(one, two)
    if equal and min(people for _, people in equal) >= 10:
        # no chance: `1 to 13 July` and `since 1 July` will do
        return _within(one, two) or _within(two, one)
    if not agree(one, two) or not _of_a_kind(earlier, later):
        return False
    if equal and places != "same":  # one person each is told of many an incident
        several = len(equal) > 1 and max(people for _, people in equal) > 1
        return several or (later.known and _knows(earlier, later))
    if equal:
        return True
    return places == "same" and groups and not earlier.weapons.isdisjoint(later.weapons)


def _knows(earlier: Mention, later: Mention) -> bool:
    """Whether as many people of a group, or whose body it is, are told before."""
    view = later.event.view
    return any(
        f.harm == g.harm and f.count.min == g.count.min
        and (f.group == g.group or (is_body(view, g.victim) and akin(f.group, g.group)))
        for f in earlier.facts for g in later.facts
    )


def _heads(earlier: Mention, later: Mention) -> bool:
    """Whether the headline names the attack that the body tells: nothing but the place, kind,
    date and actor are there to compare."""
    if not later.event.attacks:
        return False
    return (_of_a_kind(earlier, later) and _place_match(earlier, later) == "same"
            and agree(earlier.event, later.event))


def _of_a_kind(one: Mention, two: Mention) -> bool:
    """Whether the words of two attacks can mean one."""
    return not one.kinds or not two.kinds or not one.kinds.isdisjoint(two.kinds)


def _is_second(event: Event) -> bool:
    """Whether the words tell an attack apart from one before it: `غارة ثانية`."""
    return any(fold(event.view.after(attack, 12)).split()[:1] in _SECOND
               for attack in event.attacks[:1])


def _is_toll(event: Event) -> bool:
    """Whether an event only brings a count up to date: `ارتفع عدد القتلى إلى`."""
    if event.attacks or not event.is_numbered():
        return False
    if not APART.isdisjoint(event.own):
        return False
    return any(_TOLL.search(fold(event.view.before(span, 40)))
               for span in (*event.triggers, *(f.victim for f in event.facts)))


def _follows(earlier: Event, toll: Event) -> bool:
    """Whether a toll is told right after the attack that it counts the people of."""
    view = toll.view
    told = [view.sentence(fact.victim) for fact in earlier.facts]
    at = view.sentence(toll.facts[0].victim)
    return bool(earlier.attacks) and any(0 <= at - sentence <= 2 for sentence in told)


def _within(wide: Event, narrow: Event) -> bool:
    """Whether the second date lies in the first, or one is not known."""
    left, right = wide.groups(), narrow.groups()
    if left and right and left.isdisjoint(right):
        return False
    one, two = wide.date(), narrow.date()
    if None in (one.start, one.end, two.start, two.end):
        return True
    return str(one.start) <= str(two.start) and str(two.end) <= str(one.end)


def _equal_counts(one: Mention, two: Mention) -> set[tuple[str, int]] | None:
    """Harms with the counts that both tell; None where they count a harm differently, or none
    that the other counts."""
    equal: set[tuple[str, int]] = set()
    meeting = False
    for harm, left in one.counts.items():
        right, meet = two.counts.get(harm), False
        if not left or not right:
            continue
        for a in left:
            for b in right:
                if a.min == b.min and a.max == b.max:
                    equal.add((harm, a.min))
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


def _place_match(one: Mention, two: Mention) -> str:
    """``same`` where a place recurs or holds the other's, ``conflict`` where both name places
    and share no word, or one's name on two sides of it."""
    if not one.places or not two.places:
        return "unknown"
    left, right = one.places | one.holders, two.places | two.holders
    shared = {
        not sides or not others or not sides.isdisjoint(others)
        for mine, theirs in ((one.places, right), (left, two.places))
        for words, sides in mine for more, others in theirs if words == more
    }
    if shared:
        return "same" if True in shared else "conflict"
    return "conflict" if one.words.isdisjoint(two.words) else "unknown"


def _points_back(event: Event) -> bool:
    """Whether an event is one definite attack noun that adds nothing that could tell it apart."""
    attacks = event.attacks
    if len(attacks) != 1 or event.is_numbered():
        return False
    if not _TOLD.isdisjoint(event.own) or not event.view.definite(attacks[0]):
        return False
    word = _head(event.view, attacks[0])
    return not word.endswith("ات") and word not in ("معارك", "قصف", "مجازر")


def _fits(earlier: Event, event: Event) -> bool:
    """Whether an earlier event may be what a definite mention points back to."""
    if not earlier.attacks or APART.isdisjoint(earlier.own):
        return False
    if earlier.groups() and event.groups():
        return False
    kinds = [set(e.view.types(e.attacks, "patterns")) for e in (earlier, event)]
    return not kinds[0] or not kinds[1] or bool(kinds[0] & kinds[1])


def lend(mentions: list[Mention]) -> None:
    """Give events what the text before them leaves no doubt of."""
    _lend_to_definite([mention.event for mention in mentions])
    bearing: dict[int, set[str]] = {}  # weapons of the attacks without casualties, as far as read
    for i, mention in enumerate(mentions):
        event = mention.event
        if not event.facts or not event.attacks:
            if not event.facts:
                bearing[i] = weapons(event)
            continue
        armed = weapons(event) if not event.groups() else None
        for at in reversed(bearing) if armed else ():
            before = mentions[at].event
            if bearing[at] == armed and _adjacent(before, event):
                event.borrow("perpetrator", before.arguments("perpetrator"))
                break
        _lend_date(mentions[:i], mention)


def _adjacent(before: Event, event: Event) -> bool:
    if not before.triggers or not agree(before, event):
        return False
    view = event.view
    return view.sentence(event.attacks[0]) - view.sentence(before.triggers[-1]) <= 1


def _lend_date(before: list[Mention], bare: Mention) -> None:
    """An attack of the same kind on the same place, told before with its date."""
    event, kinds = bare.event, bare.kinds
    if not kinds or event.arguments("date"):
        return
    for mention in reversed(before):
        earlier = mention.event
        dated = not kinds.isdisjoint(mention.kinds) and earlier.date().start is not None
        if dated and _place_match(mention, bare) == "same" and agree(earlier, event):
            event.borrow("date", earlier.arguments("date"))
            return


def _lend_to_definite(events: list[Event]) -> None:
    """Give a definite attack without date and place what the text before it leaves no doubt of."""
    for i, event in enumerate(events):
        attacks, view = event.attacks, event.view
        if not event.facts or not attacks or not view.definite(attacks[0]):
            continue
        if not _TELLING.isdisjoint(event.own):
            continue
        before = [e for e in events[:i] if e.attacks and e is not event]
        word = _head(view, attacks[0])
        alike = [e for e in before if word in {_head(view, t) for t in e.attacks}]
        dated = [e for e in alike if e.date().start]
        known = {(d.start, d.end): e for e in before if (d := e.date()).start}
        lender = dated[-1] if dated else next(iter(known.values())) if len(known) == 1 else None
        if lender is not None:
            event.borrow("date", lender.arguments("date"))
        groups = {group for e in before for group in e.groups()}
        if len(groups) == 1:
            lender = next(e for e in reversed(before) if e.groups())
            event.borrow("perpetrator", lender.arguments("perpetrator"))


def _head(view: View, trigger: Span) -> str:
    """The first word of a trigger without particles."""
    words = words_of(view.texts[trigger.id])
    return stems(words[0])[-1] if words else ""
