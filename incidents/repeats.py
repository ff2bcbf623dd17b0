"""Statements of one event that say the same, joined."""

from __future__ import annotations

import re

from incidents.anaphors import is_body
from incidents.clitics import stems
from incidents.events import Event, Fact
from incidents.fold import fold
from incidents.groups import OTHERS
from incidents.people import nouns
from incidents.view import View
from incidents.vocabulary import words_of

_ITEM = re.compile(r"\n[^\S\n]*(?:[-–—•*·▪●]|\d+\s?[.)-])?[^\S\n]*$")  # an item of a list begins


def drop_repeats(event: Event, *, pointing_back: bool) -> None:
    """Join equal statements of an event; drop a bare noun that a number makes definite.

    Args:
        event: the event whose facts are cleaned.
        pointing_back: whether a definite noun after the number is a repetition too.
    """
    kept: list[Fact] = []
    for fact in event.facts:
        for other in kept:
            if not _equal(event.view, fact, other) or _coordinate(event.view, other, fact):
                continue
            if not _is_another(event, fact):
                _fold_in(event.view, other, fact)
                break
        else:
            kept.append(fact)
    vague = [f for f in kept if f.is_vague()]
    numbered = [f for f in kept if f.is_numbered()] if vague else []
    if not numbered:
        event.facts = kept
        return

    def repeated(fact: Fact) -> Fact | None:
        if not fact.is_vague() or _is_another(event, fact):
            return None
        for other in numbered:
            alike = other.harm == fact.harm and akin(fact.group, other.group)
            if alike and (pointing_back or fact.victim.start < other.victim.start):
                return other
        return None

    event.facts = []
    for fact in kept:
        whole = repeated(fact)
        if whole is None:
            event.facts.append(fact)
        else:
            _fold_in(event.view, whole, fact)


# Groups that a harm makes of everyone: they tell two statements apart no more than `people`.
_ALL_OF = {("detained", "detainees"): "people", ("displaced", "displaced"): "people"}


def _is_another(event: Event, fact: Fact) -> bool:
    """Whether `آخرون` sets people apart from those of whom the same harm was just told."""
    if OTHERS.isdisjoint(fold(event.view.texts[fact.victim.id]).split()):
        return False
    told = [(victim.start, f.harm) for f in event.facts for victim in (f.victim, *f.repeats)
            if victim.start < fact.victim.start]
    return bool(told) and max(told)[1] == fact.harm


def _coordinate(view: View, earlier: Fact, later: Fact) -> bool:
    """Whether one word tells of both in one sentence or list, and so of each once: `مقتل طبيب
    ومسعف`."""
    if not any(trigger in earlier.triggers for trigger in later.triggers):
        return False
    if _ITEM.search(view.document.text[max(0, later.victim.start - 12) : later.victim.start]):
        return True
    told = [earlier.victim, *earlier.repeats]
    return any(view.sentence(victim) == view.sentence(later.victim) for victim in told)


def _equal(view: View, one: Fact, two: Fact) -> bool:
    left, right = one.count, two.count
    if one.harm != two.harm or left.min != right.min or left.max != right.max:
        return False
    if "name" in (left.stated, right.stated):
        return False
    if left.max == 1:
        mine, theirs = _told_apart(view, one), _told_apart(view, two)
        if mine and theirs and not mine <= theirs and not theirs <= mine:
            return False
    if akin(one.group, two.group) and any(is_body(view, f.victim) for f in (one, two)):
        return True
    if not (one.is_numbered() and two.is_numbered()):
        return one.group == two.group and not _of_two_sexes(view, one, two)
    return akin(*[_ALL_OF.get((f.harm, f.group), f.group) for f in (one, two)])


def _told_apart(view: View, fact: Fact) -> set[str]:
    """The words of a VICTIM beside its nouns for people: names, mostly."""
    text, vocabularies = view.texts[fact.victim.id], view.vocabularies
    people = {found.at for found in nouns(text, vocabularies.victims)}
    return {stems(word)[-1] for at, word in enumerate(words_of(text))
            if at not in people and not vocabularies.harms.name_of(word)}


def _of_two_sexes(view: View, one: Fact, two: Fact) -> bool:
    """Whether one noun tells of a man and of a woman: `طفل`, `طفلة`."""
    if not view.has_ta:
        return False  # `طفله` may be his child
    first, second = ({stem for word in words_of(view.texts[fact.victim.id])[:1]
                      for stem in stems(word)} for fact in (one, two))
    return not first.isdisjoint({stem + "ه" for stem in second}) or (
        not second.isdisjoint({stem + "ه" for stem in first}))


def akin(one: str, two: str) -> bool:
    """Whether two groups may be one: anyone is of the people."""
    return one == two or "people" in (one, two)


def _fold_in(view: View, kept: Fact, repeated: Fact) -> None:
    if kept.group == "people":
        kept.group = _ALL_OF.get((repeated.harm, repeated.group), repeated.group)
    kept.repeats += [repeated.victim, *repeated.repeats]
    kept.triggers += [t for t in repeated.triggers if t not in kept.triggers]
    free = list(kept.parts)  # each is told once in a statement
    for part in repeated.parts:
        same = next((p for p in free if _equal(view, p, part)), None)
        if same is not None:
            same.repeats.append(part.victim)
            free.remove(same)
        else:
            kept.parts.append(part)
