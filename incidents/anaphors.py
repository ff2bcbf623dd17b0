"""Definite nouns that only point back to people told of: `القتلى`, `الضحايا`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.document import Span
from incidents.clitics import is_definite
from incidents.events import Fact
from incidents.fold import fold
from incidents.people import nouns
from incidents.view import View
from incidents.vocabulary import words_of

_AHEAD = 2  # sentences within which what was pointed to is still told
# What may follow and tells nobody apart, beside nouns for people; a name does.
_TELL_NOBODY = frozenset(map(fold, (
    "هذا", "هذه", "هذان", "هذين", "هؤلاء", "ذلك", "تلك", "أولئك", "نفسه", "نفسها", "أنفسهم",
    "ذاته", "ذاتها", "ذاتهم", "جميعا", "جميعهم", "كلهم", "قسرا", "المذكور", "المذكورين",
)))
_BODY = re.compile("[وفبل]?(?:جثت|جثث|جثمان|جثامين)(?:ه|ها|هم|هن|هما)")


def points_back(view: View, victim: Span) -> bool:
    """Whether a VICTIM is a definite noun for a harm, or somebody's body, without a name."""
    text = view.texts[victim.id]
    first, *rest = words_of(text) or ("",)
    if not _BODY.fullmatch(first) and not (is_definite(first) and _harms(view, first)):
        return False
    people = {found.at for found in nouns(text, view.vocabularies.victims)}
    return rest[:1] == ["من"] or all(
        at in people or word in _TELL_NOBODY for at, word in enumerate(rest, 1))


def is_body(view: View, victim: Span) -> bool:
    """Whether a VICTIM is the body of somebody told before: `جثته`."""
    words = words_of(view.texts[victim.id])
    return len(words) == 1 and bool(_BODY.fullmatch(words[0]))


def is_known(view: View, victim: Span) -> bool:
    """Whether a VICTIM can only be somebody told before: `الطفلة`, `جثته`, `جثة الرجل`."""
    words = words_of(view.texts[victim.id])
    if len(words) == 2 and words[0].endswith(("جثه", "جثمان")):
        words = words[1:]
    return is_body(view, victim) or (len(words) == 1 and is_definite(words[0]))


def antecedent(
    view: View, anaphor: Fact, told: Sequence[Fact], own: Sequence[Fact]
) -> Fact | None:
    """What a fact points back to, never of fewer people: in its event, else the nearest before
    it, else one told in the next sentences. A word for another harm (`مقتل الأسيرين`) and a body
    point to as many people alone, of their event or of their group.

    Args:
        view: the document.
        anaphor: the fact that points back.
        told: the facts of its harm.
        own: the facts of its event.
    """
    stated = anaphor.count
    first = words_of(view.texts[anaphor.victim.id])[0]
    if _BODY.fullmatch(first) or anaphor.harm not in _harms(view, first):
        told = [f for f in told if stated.max is not None
                and (f.count.min, f.count.max) == (stated.min, stated.max)
                and (f in own or f.group == anaphor.group != "people")]
    elif stated.max is None:
        told = [f for f in told if f.count.max != 1] or told
    else:
        told = [f for f in told if f.count.max is None or f.count.max >= stated.min]
    inside = sorted((f for f in told if f in own),
                    key=lambda f: stated.max is not None and f.count.min != stated.min)
    before = [f for f in told if f.victim.start < anaphor.victim.start]
    ahead = [f for f in told if _is_told_after(view, anaphor.victim, f.victim)]
    return next(iter(inside[:1] or before[-1:] or ahead[:1]), None)


def _harms(view: View, word: str) -> Sequence[str]:
    return view.vocabularies.harms.name_of(word)


def _is_told_after(view: View, anaphor: Span, victim: Span) -> bool:
    """Whether a count follows in the paragraph, or what points to it is the headline."""
    if not 0 <= view.sentence(victim) - view.sentence(anaphor) <= _AHEAD:
        return False
    between = view.document.text[anaphor.end : victim.start]
    return victim.start > anaphor.start and (
        "\n" not in between or view.sentence(anaphor) == 0
    )
