"""Events with what is compared of them when mentions are joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from data.document import Span
from incidents.anaphors import is_known
from incidents.clitics import stems
from incidents.counts import Count
from incidents.events import Event, Fact
from incidents.view import View
from incidents.vocabulary import words_of

Name = tuple[frozenset[str], frozenset[str]]  # a place by the words of its name, its directions
_SIDES = {side + end: side for side in ("شمال", "جنوب", "شرق", "غرب") for end in ("", "ي", "يه")}


@dataclass(eq=False)
class Mention:
    """An event as it stands, with what is compared of it; read once, for it meets many others.

    Args:
        facts: its facts with a count of their own.
        counts: the counts of each harm that can be compared.
        vague: whether it tells no number, as a headline or lead does.
        places: its places; of facilities without one, those that hold them.
        holders: what holds its places.
        headline: whether it is an attack without casualties in the first line.
    """

    event: Event
    facts: list[Fact] = field(init=False)
    counts: dict[str, list[Count]] = field(init=False)
    vague: bool = field(init=False)
    headline: bool = field(init=False)
    places: frozenset[Name] = field(init=False)
    holders: frozenset[Name] = field(init=False)

    def __post_init__(self) -> None:
        event, self.counts, self.vague, self.facts = self.event, {}, True, []
        for fact in event.facts:
            if fact.shared:
                continue
            self.facts.append(fact)
            told, count = self.counts.setdefault(fact.harm, []), fact.count  # vague ones tell none
            if count.stated != "noun" or count.max is not None:
                self.vague = False
                if count.stated != "name":
                    told.append(count)
        self.headline = bool(not event.facts and event.attacks) and (
            event.triggers[-1].start <= event.view.headline_end
        )
        holders = _names(event.view, event.view.containers(event.sites))
        self.places = _names(event.view, event.sites) or holders
        self.holders = holders - self.places

    @cached_property
    def weapons(self) -> set[str]:
        """Classes of its weapons."""
        return weapons(self.event)

    @cached_property
    def kinds(self) -> set[str]:
        """Types that the words of its attacks name."""
        return set(self.event.view.types(self.event.attacks, "patterns"))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of all these names."""
        return frozenset().union(*(words for words, _ in self.places | self.holders))

    @cached_property
    def known(self) -> bool:
        """Whether all its people can only be somebody told before."""
        return all(is_known(self.event.view, fact.victim) for fact in self.facts)


def _names(view: View, spans: Iterable[Span]) -> frozenset[Name]:
    return frozenset([(view.core(span), _sides(view.texts[span.id]))
                      for span in spans if span.label == "PLACE"])


@lru_cache(maxsize=8192)
def _sides(name: str) -> frozenset[str]:
    """The directions that a place's name tells."""
    return frozenset([_SIDES[stem] for word in words_of(name)
                      for stem in stems(word) if stem in _SIDES])


def weapons(event: Event) -> set[str]:
    """Classes of the weapons of an event as it stands now."""
    return {name for span in event.arguments("weapon") for name in event.view.weapons(span)}
