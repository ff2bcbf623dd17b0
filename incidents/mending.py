"""What a model left out of a report although the words beside its spans leave no doubt of it.

Each rule looks only at what nothing accounts for: a count that no trigger governs, a harm that
befell nobody, a number cut in half. Spans that people marked leave next to nothing to mend.
What is added takes the score of the span that it stands beside.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from data.document import Document, Relation, Span
from incidents.casualties import HARMS
from incidents.clitics import forms, is_definite
from incidents.counts import SHARES
from incidents.date_words import read
from incidents.fold import fold
from incidents.numbers import numbers, tokenize
from incidents.people import nouns
from incidents.view import View

_REACH = 70  # characters beside a span within which its words are read
_LONGEST = 7  # words of a number
# Words between a harm and its number: `ما لا يقل عن`, `أكثر من`, `هم`.
_LEADING = frozenset((
    "ما", "لا", "يقل", "يقلون", "عن", "علي", "الاقل", "اكثر", "ازيد", "من", "نحو", "حوالي",
    "قرابه", "زها", "يزيد", "هم", "عددهم",
))
# What may follow a number that counts people without a noun: `وأصيب عشرة في`.
_TRAILING = frozenset((
    "في", "من", "بينهم", "منهم", "اخرين", "اخرون", "اخر", "اخران", "جرا", "اثر", "نتيجه",
    "بسبب", "خلال", "علي", "عندما", "حين", "بعد", "يوم", "امس", "اليوم", "بجروح", "بينهن",
    "بجراح", "بحروق", "بشظايا", "باختناق", "بحالات", "بقصف", "برصاص", "بالرصاص", "بنيران",
    "بانفجار", "بغاره", "بغارات", "بهجوم", "بلغم", "بعبوه", "بينها", "لدي", "وذلك",
))
_WORD = re.compile("(?:[^\\W_]|[\u0610-\u061a\u064b-\u065f\u0670\u0640])+")
_PART = frozenset(("بينهم", "منهم", "بينهن", "منهن", "ضمنهم", "وبينهم", "ومنهم"))
_RELATIVE = frozenset(("الذين", "ممن", "الذي", "التي"))


class _Word(NamedTuple):
    start: int
    end: int
    folded: str


@dataclass(eq=False)
class _Mending:
    """The spans and relations of one document while they are mended."""

    view: View
    victims: list[Span]
    relations: list[Relation]
    governing: set[str]
    added: list[Span] = field(default_factory=list)

    def read(self, start: int, end: int) -> list[_Word]:
        """The words of a stretch of text."""
        return [_Word(start + m.start(), start + m.end(), fold(m[0]))
                for m in _WORD.finditer(self.view.document.text[start:end])]

    def before(self, span: Span) -> list[_Word]:
        """The words before a span in its clause."""
        return self.read(span.start - len(self.view.before(span, _REACH)), span.start)

    def after(self, span: Span) -> list[_Word]:
        """The words after a span in its clause."""
        return self.read(span.end, span.end + len(self.view.after(span, _REACH)))

    def goes_on(self, span: Span) -> bool:
        """Whether the word after a span in its clause can stand in a number."""
        word = _WORD.search(self.view.after(span, _REACH))
        return word is not None and _counts(fold(word[0]))

    def told(self, start: int, end: int) -> bool:
        """Whether a VICTIM covers any of a stretch of text."""
        return any(v.start < end and start < v.end for v in (*self.victims, *self.added))

    def govern(self, trigger: Span, victim: Span) -> None:
        """Say that a harm befell a VICTIM."""
        self.governing.add(trigger.id)
        self.relations.append(Relation("victim", trigger.id, victim.id, trigger.score))


def mended(view: View) -> Document:
    """The document of a view with what was left out; the same one where nothing was."""
    document, governing = view.document, view.relations.get("victim", ())
    state = _Mending(
        view, list(view.victims), list(document.relations), {r.head for r in governing}
    )
    _widen(state)
    accounted = {r.tail for r in governing}
    accounted |= {r.head for r in view.relations.get("subset_of", ())}
    for victim in state.victims:
        if victim.id not in accounted and not any(t.label in HARMS for t in view.inside(victim)):
            _attach(state, victim)
    for trigger in _idle(state):
        found = _beside(state, trigger)
        if found is not None and not state.told(*found):
            victim = Span(f"{trigger.id}+victim", "VICTIM", *found, trigger.score)
            state.added.append(victim)
            state.govern(trigger, victim)
    if (
        state.victims == view.victims and not state.added
        and len(state.relations) == len(document.relations)
    ):
        return document
    wide = {v.id: v for v in state.victims}
    spans = tuple(wide.get(s.id, s) for s in document.spans) + tuple(state.added)
    return replace(document, spans=spans, relations=tuple(state.relations))


def _idle(state: _Mending) -> list[Span]:
    """Harms that befell nobody, and that no VICTIM holds: that one tells itself whom."""
    idle = [t for t in state.view.triggers
            if t.label in HARMS and t.id not in state.governing]
    starts, found = [v.start for v in state.victims] if idle else [], []
    for trigger in idle:
        at = bisect_right(starts, trigger.start)  # spans of one label never overlap
        if not at or trigger.end > state.victims[at - 1].end:
            found.append(trigger)
    return found


def _widen(state: _Mending) -> None:
    """Take in the rest of a number that was cut, and the share before a whole: `معظم القتلى`."""
    for at, victim in enumerate(state.victims):
        if not _may_be_cut(state.view.texts[victim.id]):
            continue
        start, end = victim.start, victim.end
        own = state.read(start, end)
        if own and _is_number(own[-1].folded):
            lead = _lead(own)
            size = _number(own[lead:])
            if lead + size == len(own) and state.goes_on(victim):
                following = state.after(victim)
                more = _number([*own[lead:], *following]) - size
                end = following[more - 1].end if more > 0 else end
        if own and is_definite(own[0].folded):
            words = _WORD.findall(state.view.before(victim, _REACH))
            if words and fold(words[-1]) in SHARES:
                start = state.before(victim)[-1].start
        if (start, end) != (victim.start, victim.end) and not any(
            v is not victim and v.start < end and start < v.end for v in state.victims
        ):
            state.victims[at] = replace(victim, start=start, end=end)


def _attach(state: _Mending, victim: Span) -> None:
    """Say what befell a VICTIM that nothing governs, where its clause tells it."""
    own = state.read(victim.start, victim.end)
    counted = _number(own[_lead(own):]) > 0
    before, after = state.before(victim), state.after(victim)
    while before and before[-1].folded in _LEADING:
        before.pop()
    while after and after[0].folded in _RELATIVE:
        after.pop(0)
    for trigger in _idle(state):
        if (before and trigger.end == before[-1].end) or (
            after and trigger.start == after[0].start
        ):
            state.govern(trigger, victim)
            return
    if counted and before:
        label = _verb(state.view, before[-1].folded)
        here = (before[-1].start, before[-1].end)
        if label is not None and not any(
            s.label == label and s.start < here[1] and here[0] < s.end
            for s in state.view.document.spans
        ):
            trigger = Span(f"{victim.id}+trigger", label, *here, victim.score)
            state.added.append(trigger)
            state.govern(trigger, victim)
            return
    _continue(state, victim, before, counted=counted)


def _continue(state: _Mending, victim: Span, before: list[_Word], *, counted: bool) -> None:
    """Count a VICTIM to the one before it in its sentence: as its part, or as its fellow."""
    view = state.view
    earlier = [v for v in state.victims if v.end <= victim.start
               and view.sentence(v) == view.sentence(victim)]
    if not earlier or not counted:
        return
    last = earlier[-1]
    if before and before[-1].folded in _PART:
        state.relations.append(Relation("subset_of", victim.id, last.id, victim.score))
        return
    words = fold(view.document.slice(victim))  # as it stands now: it may have been widened
    joined = words.startswith("و") or (before and before[-1].folded == "و")
    if not joined or any(last.end <= t.start < victim.start for t in view.triggers):
        return
    for relation in list(state.relations):
        if relation.type == "subset_of" and relation.head == last.id:
            state.relations.append(replace(relation, head=victim.id))
        elif relation.type == "victim" and relation.tail == last.id:
            state.relations.append(replace(relation, tail=victim.id))


def _beside(state: _Mending, trigger: Span) -> tuple[int, int] | None:
    """The people whom the words beside a harm tell: `وأصيب عشرة`, `قُتل طفلان`, `ستة قتلى`."""
    view, after = state.view, state.after(trigger)
    lead = _lead(after)
    size = lead + _number(after[lead:])
    if size > lead:
        following = after[size].folded if size < len(after) else "في"
        if nouns(following, view.vocabularies.victims):
            return after[0].start, after[size].end
        if following in _TRAILING or _is_told(state, after[size]):
            return after[0].start, after[size - 1].end
        return None
    if after and not is_definite(after[0].folded):
        found = nouns(after[0].folded, view.vocabularies.victims)
        if found and not found[0].noun.weak:
            return after[0].start, after[0].end
    if not _is_counted(view, trigger):
        return None
    before = state.before(trigger)
    for first in range(max(0, len(before) - _LONGEST), len(before)):
        if _number(before[first:]) == len(before) - first:
            stray = _is_no_count(before[:first], before[first:])
            return None if stray else (before[first].start, trigger.end)
    return None


def _is_counted(view: View, trigger: Span) -> bool:
    """Whether a harm is a noun that a number before it counts: `قتلى`, no verb, not `القتلى`."""
    text = view.texts[trigger.id]
    people = nouns(text, view.vocabularies.victims)
    is_noun = bool(people) and people[0].at == 0 and not people[0].definite
    return is_noun and bool(view.vocabularies.harms.name_of(text))


def _is_no_count(lead: list[_Word], number: list[_Word]) -> bool:
    """Whether a number is of a date or an hour, or only `أحد`: one of those just told."""
    words, told = (" ".join(w.folded for w in some) for some in (lead[-2:], number))
    if told in ("احد", "احدي") or re.search(r"\bو?في \d{4}$", f"{words} {told}"):
        return True
    return any(token.code in "MHK" or token.value == "year" for token in read(words)[-1:])


def _is_told(state: _Mending, word: _Word) -> bool:
    """Whether a word is no noun that the number before it counts: a trigger, a weapon, a harm."""
    if any(s.start <= word.start < s.end and (s.label == "WEAPON" or s in state.view.triggers)
           for s in state.view.document.spans):
        return True
    bare = word.folded.removeprefix("و")
    return bare != word.folded and bool(
        nouns(bare, state.view.vocabularies.victims)
        or state.view.vocabularies.harms.name_of(bare) or _verb(state.view, bare)
    )


@lru_cache(maxsize=8192)
def _may_be_cut(text: str) -> bool:
    """Whether a VICTIM ends with a number or begins with an article."""
    ends = text.split()
    return bool(ends) and (_is_number(ends[-1]) or is_definite(fold(ends[0])))


@lru_cache(maxsize=8192)
def _is_number(word: str) -> bool:
    return bool(numbers(tokenize(word)))


@lru_cache(maxsize=8192)
def _counts(word: str) -> bool:
    """Whether a folded word can stand in a number."""
    return word == "و" or word.endswith("نصف") or any(
        t.value or t.scale or t.many for t in tokenize(word)
    )


def _lead(found: list[_Word]) -> int:
    """How many words stand before the number."""
    return next((i for i, word in enumerate(found) if word.folded not in _LEADING), len(found))


def _number(found: list[_Word]) -> int:
    """How many words from the first on are one number."""
    words = [word.folded for word in found[:_LONGEST]]
    most = next((i for i, word in enumerate(words) if not _counts(word)), len(words))
    for size in range(most, 0, -1):
        tokens = tokenize(" ".join(words[:size]))
        if any(n.start == 0 and n.end == len(tokens) for n in numbers(tokens)[:1]):
            return size
    return 0


def _verb(view: View, word: str) -> str | None:
    """The label of a verb that says what befell people: `أصيب`, `نزح`."""
    for label, verbs in view.vocabularies.harms.settings["verbs"].items():
        if not forms(word).isdisjoint(map(fold, verbs)):
            return str(label)
    return None
