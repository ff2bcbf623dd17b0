"""Casualty facts of the events of a document: who, how many, of which group, part of what."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from data.document import Span
from data.schema import SCHEMA
from incidents.anaphors import antecedent, points_back
from incidents.counts import Count, count, has_number
from incidents.denials import is_denied
from incidents.events import Event, Fact
from incidents.groups import told_group
from incidents.view import View
from incidents.vocabulary import words_of

HARMS = frozenset(label.name for label in SCHEMA.labels if label.harm)
LEGAL = {"DEATH": ("killed",), "INJURY": ("injured",), "DETENTION": ("missing", "detained"),
          "DISPLACEMENT": ("besieged", "displaced")}


def harm_of(view: View, trigger: Span) -> str:
    """What a harm trigger says befell people."""
    legal = LEGAL[trigger.label]
    for harm in view.vocabularies.harms.name_of(view.texts[trigger.id]):
        if harm in legal:
            return harm
    return legal[-1]


@dataclass(eq=False)
class Casualties:
    """Reads the VICTIM spans of one document into facts; ``attach`` puts them into events.

    Args:
        governed: the harms that befell each VICTIM.
        parts: the parts of each VICTIM.
        parents: what each part is told to be a part of.
        counts: the number that each VICTIM tells, with an approximator left outside it.
        anaphors: the VICTIM spans that only point back to a count: `القتلى`, `الضحايا`.
    """

    view: View
    governed: dict[str, list[Span]] = field(init=False)
    parts: dict[str, list[Span]] = field(init=False)
    parents: dict[str, Span] = field(init=False)
    counts: dict[str, Count] = field(init=False)
    anaphors: set[str] = field(init=False)

    def __post_init__(self) -> None:
        view = self.view
        self.parts, self.parents = defaultdict(list), {}
        by_id, relations, order = view.document.by_id, view.relations, view.order
        governed: dict[str, list[Span]] = defaultdict(list)
        wholes = [(by_id[r.head], by_id[r.tail]) for r in relations.get("subset_of", ())]
        # of several wholes the nearest that is told before the part
        wholes.sort(key=lambda pw: (pw[1].start > pw[0].start, abs(pw[0].start - pw[1].start)))
        for part, whole in wholes:
            self._set_parent(part.id, whole)
        for relation in relations.get("victim", ()):
            if relation.head in order:
                governed[relation.tail].append(by_id[relation.head])
        for victim in view.victims:
            if victim.id in self.parents:
                self.parts[self.parents[victim.id].id].append(victim)
            elif victim.id not in governed:
                # a trigger nested in a VICTIM tells its harm, also where the relation is missing
                inner = [t for t in view.inside(victim) if t.label in HARMS]
                if inner:
                    governed[victim.id] = inner
        self.governed = dict(governed)
        self.counts, self.anaphors = {}, set()
        for victim in view.victims:
            stated = self.counts[victim.id] = self._count(victim)
            if stated.stated in ("noun", "part") and points_back(view, victim):
                self.anaphors.add(victim.id)

    def _set_parent(self, part: str, whole: Span) -> None:
        """Note a part's first whole; a chain that would come back to the part is cut there."""
        above: Span | None = whole
        while above is not None:
            if above.id == part:
                return
            above = self.parents.get(above.id)
        self.parents.setdefault(part, whole)

    def same_victim(self) -> list[tuple[str, str]]:
        """Pairs of triggers, by id, that one VICTIM joins, by relation or by nesting."""
        pairs = []
        for victim in self.view.victims:
            own = self.governed.get(victim.id)
            if own:
                first = own[0]
                inner = [t for t in self.view.inside(victim) if t.label != "ATTACK"]
                if inner or len(own) > 1:
                    pairs += [(first.id, t.id) for t in (*own, *inner) if t is not first]
        return pairs

    def _count(self, victim: Span) -> Count:
        view, text, nouns = self.view, self.view.texts[victim.id], self.view.vocabularies.victims
        if has_number(text):
            return count(text, nouns, view.before(victim, 30), view.after(victim, 20))
        found = count(text, nouns)
        ambiguous = found.min == 2 and found.max is None and found.stated == "noun"
        if ambiguous and self._has_dual_verb(victim):
            return Count(2, 2, stated="noun")  # `مدنيين` is two where they `قتلا`
        return found

    def _has_dual_verb(self, victim: Span) -> bool:
        verbs = [words_of(self.view.texts[t.id])[-1:] for t in self.governed.get(victim.id, ())
                 if t.start >= victim.end]
        return any(v and v[0].endswith("ا") and not v[0].endswith("وا") for v in verbs)

    def attach(self, events: list[Event]) -> list[Event]:
        """Give each event its facts, in the order of the text; returns the events, parts split."""
        home = {t.id: e for e in events for t in e.triggers}
        facts: dict[str, list[Fact]] = {}
        previous: str | None = None
        for victim in self.view.victims:
            made = facts[victim.id] = self._facts(victim, facts, previous)
            if made and victim.id not in self.parents:
                previous = made[0].group
            for fact in made:
                if fact.triggers:
                    home[fact.triggers[0].id].facts.append(fact)
                elif (near := self._near(victim)) is not None:
                    home[near.id].facts.append(fact)
                else:
                    events.append(Event(self.view, [], [fact]))
        return self._nest(events, facts, home)

    def _facts(
        self, victim: Span, facts: dict[str, list[Fact]], previous: str | None
    ) -> list[Fact]:
        """One fact for each harm; a shared count leaves each harm between one and all but one."""
        view, stated = self.view, self.counts[victim.id]
        parent = self.parents.get(victim.id)
        whole = facts.get(parent.id) if parent is not None else None
        group = told_group(view, victim, stated, whole[0].group if whole else None, previous)
        harms: dict[str, list[Span]] = {}
        for trigger in self.governed.get(victim.id, ()):
            harms.setdefault(harm_of(view, trigger), []).append(trigger)
        if not harms and parent is None and not self._is_denied(victim):
            by_words = self._harm_by_words(victim)
            if stated.stated == "number" or (victim.id in self.parts and by_words == "killed"):
                harms = {by_words: []} if by_words else harms
        if stated.stated == "part" and parent is None:
            stated = replace(stated, max=None)  # of nobody knows how many
        shared = len(harms) > 1 and "killed" in harms and "injured" in harms
        inside = [shared and _is_inside(victim, harms[harm]) for harm in ("injured", "killed")]
        if shared and (stated.min == stated.max == 1 or inside == [True, False]):
            del harms["injured"]  # who died of a wound died: `وفاة ثلاثة جرحى`
            shared = False
        elif shared:
            stated = replace(stated, min=1, max=stated.max and stated.max - 1)
        return [Fact(harm, victim, stated, group, triggers, shared=shared)
                for harm, triggers in harms.items()]

    def _is_denied(self, victim: Span) -> bool:
        """Whether the text denies or only supposes a VICTIM that no asserted trigger governs."""
        view, spans = self.view, self.view.spans
        return is_denied(view.before(victim, 50)) or any(
            r.tail == victim.id for r in view.relations.get("victim", ())
        ) or any(_is_inside(victim, [t]) for label in HARMS for t in spans.get(label, ()))

    def _harm_by_words(self, victim: Span) -> str | None:
        """The harm of a count that no trigger governs: `409 ضحايا`, `عالقون تحت الأنقاض`."""
        harms = self.view.vocabularies.harms
        named = harms.name_of(self.view.texts[victim.id])
        if named:
            return named[0]
        near = harms.name_of(self.view.after(victim, 30))
        return "missing" if "missing" in near else None

    def _near(self, victim: Span) -> Span | None:
        """The trigger before a VICTIM, in its sentence or the one before."""
        view = self.view
        at = bisect_left(view.trigger_starts, victim.start) - 1
        if at < 0 or view.sentence(victim) - view.sentence(view.triggers[at]) > 1:
            return None
        return view.triggers[at]

    def _nest(
        self, events: list[Event], facts: dict[str, list[Fact]], home: dict[str, Event]
    ) -> list[Event]:
        """Resolve anaphors, then move each part under its whole."""
        for victim in self.view.victims:
            if victim.id in self.anaphors:
                for fact in facts[victim.id]:
                    self._resolve(fact, facts, events)
        events += self._split(facts, home)
        for victim in self.view.victims:
            if victim.id in self.parents:
                self._place_part(victim, facts, events)
        return [e for e in events if e.triggers or e.facts]

    def _holder(self, fact: Fact, events: list[Event]) -> Event:
        return next(e for e in events if fact in e.facts)

    def _resolve(self, fact: Fact, facts: dict[str, list[Fact]], events: list[Event]) -> None:
        """Replace an anaphor by its antecedent, where one is told."""
        event = self._holder(fact, events)
        same = [f for e in events for f in e.facts
                if f.harm == fact.harm and f is not fact and f.victim.id not in self.parents
                and f.victim.id not in self.anaphors]
        found = antecedent(self.view, fact, same, event.facts)
        if found is None:
            return
        event.facts.remove(fact)
        found.repeats.append(fact.victim)
        facts[fact.victim.id] = [found]
        other = self._holder(found, events)
        caused = self.view.tails(fact.triggers, "caused_by")
        if other is not event and not event.facts and not caused:
            other.absorb(event)
            events.remove(event)

    def _split(self, facts: dict[str, list[Fact]], home: dict[str, Event]) -> list[Event]:
        """Events of their own for parts of a tally that each follow with their own attack."""
        made = []
        for victim in self.view.victims:
            parts = self.parts.get(victim.id, ())
            if len(parts) < 2:
                continue
            attacks = [a for a in self.view.tails(self.governed.get(victim.id, ()), "caused_by")
                       if a.id in home]
            if len(attacks) != len(parts) or not facts[victim.id]:
                continue
            if not _interleaved(parts, attacks):
                continue
            whole, holder = facts[victim.id][0], home[attacks[0].id]
            for part, attack in zip(parts, attacks, strict=True):
                stated = self.counts[part.id]
                group = told_group(self.view, part, stated, whole.group, None)
                fact = Fact(whole.harm, part, stated, group, [])
                facts[part.id] = [fact]
                event = Event(self.view, [attack], [fact])
                holder.release(attack)
                home[attack.id] = event
                made.append((event, whole))
        for event, whole in made:
            event.make_part_of(next((e for e in home.values() if whole in e.facts), None))
        return [event for event, _ in made]

    def _place_part(
        self, victim: Span, facts: dict[str, list[Fact]], events: list[Event]
    ) -> None:
        """Put a part under the top of its chain, unless it has an event of its own."""
        top = self.parents[victim.id]
        while top.id in self.parents and not any(
            f in e.facts for f in facts[top.id] for e in events
        ):
            top = self.parents[top.id]
        wholes, own = facts[top.id], facts[victim.id]
        for fact in own:
            holder = next((e for e in events if fact in e.facts), None)
            if holder is None or holder.part_of is not None:
                return
            found = next(((w, e) for w in wholes if w.harm == fact.harm and w is not fact
                          for e in events if w in e.facts), None)
            if found is None:  # no such whole, or it went under another: the part stays
                continue
            match, event = found
            fact.count = fact.count.of(match.count)
            if event is not holder:
                holder.make_part_of(event)
            else:
                holder.facts.remove(fact)
                match.parts.append(fact)
        for whole in wholes if not own else ():
            group = told_group(self.view, victim, self.counts[victim.id], whole.group, None)
            stated = self.counts[victim.id].of(whole.count)
            stated = replace(stated, min=0) if whole.shared else stated
            whole.parts.append(Fact(whole.harm, victim, stated, group, []))


def _is_inside(victim: Span, triggers: Sequence[Span]) -> bool:
    return all(victim.start <= t.start and t.end <= victim.end for t in triggers)


def _interleaved(parts: Sequence[Span], attacks: list[Span]) -> bool:
    starts = [p.start for p in parts] + [1 << 60]
    return all(starts[i] < a.start < starts[i + 1] for i, a in enumerate(attacks))
