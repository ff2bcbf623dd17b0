"""Events with what is compared of them when mentions are joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from incidents.counts import Count
from incidents.events import Event, Fact

_NAMELESS: frozenset[frozenset[str]] = frozenset()


@dataclass(eq=False)
class Mention:
    """An event as it stands, with what is compared of it; read once, for it meets many others.

    Args:
        facts: its facts with a count of their own.
        counts: the counts of each harm that can be compared.
        vague: whether it tells no number, as a headline or lead does.
        names: its places and those that hold them, each by the words of its name.
        headline: whether it is an attack without casualties in the first line.
    """

    event: Event
    facts: list[Fact] = field(init=False)
    counts: dict[str, list[Count]] = field(init=False)
    vague: bool = field(init=False)
    headline: bool = field(init=False)
    names: frozenset[frozenset[str]] = field(init=False)

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
        self.names = _names(event) if event.sites else _NAMELESS

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
        return frozenset().union(*self.names)


def _names(event: Event) -> frozenset[frozenset[str]]:
    view = event.view
    told = (*event.sites, *view.containers(event.sites))
    return frozenset([view.core(s) for s in told if s.label == "PLACE"])


def weapons(event: Event) -> set[str]:
    """Classes of the weapons of an event as it stands now."""
    return {name for span in event.arguments("weapon") for name in event.view.weapons(span)}
