"""Events with what is compared of them when mentions are joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from incidents.counts import Count
from incidents.events import Event, Fact
from incidents.view import View


@dataclass(eq=False)
class Traits:
    """An event as it stands, with its words that are compared; read once, for it meets many
    others."""

    view: View
    event: Event

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
        return frozenset([self.view.core(s) for s in wide if s.label == "PLACE"])

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of all these names."""
        return frozenset().union(*self.names)


@dataclass(eq=False)
class Mention(Traits):
    """Traits of an event with its counts.

    Args:
        facts: its facts with a count of their own.
        counts: the counts of each harm that can be compared.
        vague: whether it tells no number, as a headline or lead does.
        headline: whether it is an attack without casualties in the first line.
    """

    facts: list[Fact] = field(init=False)
    counts: dict[str, list[Count]] = field(init=False)
    vague: bool = field(init=False)
    headline: bool = field(init=False)

    def __post_init__(self) -> None:
        event, self.counts, self.vague = self.event, {}, True
        self.facts = [f for f in event.facts if not f.shared]
        for fact in self.facts:
            told = self.counts.setdefault(fact.harm, [])
            if not fact.vague:
                self.vague = False
                if fact.comparable:
                    told.append(fact.count)
        self.headline = bool(not event.facts and event.attacks) and (
            event.triggers[-1].start <= self.view.headline_end
        )
