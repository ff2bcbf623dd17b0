"""How many people a VICTIM phrase reports, by the rules of the incident record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from incidents.bounds import bound
from incidents.clitics import stems
from incidents.counted import AGES, of_hundred, people_numbers
from incidents.fold import fold
from incidents.numbers import Number, Token, numbers, tokenize
from incidents.people import Found, guess, is_pair, nouns
from incidents.vocabulary import Vocabulary, words_of


@dataclass(frozen=True)
class Count:
    """A number of people, ``min`` to ``max``; ``max`` None: open.

    Args:
        min: the least number that the words can mean.
        max: the greatest, or None.
        approximate: the words give no exact bound (`نحو`, `عشرات`, a bare plural). A number of
            families does: at least so many people.
        stated: ``number``, ``noun`` (only the form of a noun tells it), ``name``, or ``part``
            (a share of another count, see ``of``).
        share: for a part, the fraction of the whole that it exceeds or equals.
    """

    min: int
    max: int | None
    approximate: bool = False
    stated: str = "number"
    share: float = 0.0

    def of(self, whole: Count | None) -> Count:
        """A part of a count made definite: more than half of 31 is at least 16."""
        if self.stated != "part" or whole is None:
            return self
        if self.max is None:  # `معظم`
            return replace(self, min=int(whole.min * self.share) + 1,
                           approximate=whole.approximate)
        least = max(1, round(whole.min * self.share))
        most = None if whole.max is None else max(1, round(whole.max * self.share))
        rough = self.approximate or whole.approximate
        return replace(self, min=least, max=most, approximate=rough)


_FEW = frozenset({"بضع", "بضعه"})
_SOME = frozenset((
    "عدد", "بعض", "كثير", "عديد", "كثيرون", "كثيرين", "اعداد", "مجموعه", "جمع",
))
_MOST_OF = dict.fromkeys(("معظم", "غالبيه", "اغلب", "اغلبيه", "جل"), (0.5, None))
SHARES: dict[str, tuple[float, int | None]] = {
    **_MOST_OF, "نصف": (0.5, 1), "ثلث": (1 / 3, 1), "ثلثي": (2 / 3, 1), "ثلثا": (2 / 3, 1),
    "ربع": (0.25, 1),
}
_NUMBER_LAST = re.compile(r"([^()]+?)\s*([(،,]|\s)\s*\d{1,3}\s*\)?\s*")
_DUAL = re.compile("\u064e\u0651?ي\u0652?ن")  # `مدنيَين`: with its vowel no plural
_FAMILIES = frozenset(("عايله", "عايلات", "عوايل", "اسره", "اسر"))


def count(text: str, victims: Vocabulary, before: str = "", after: str = "") -> Count:
    """What a VICTIM phrase counts.

    Args:
        text: the phrase, with its number and approximator.
        victims: the vocabulary of nouns for people.
        before: the words that stand before it, for an approximator left outside.
        after: those after it.
    """
    tokens, found = people_numbers(text)
    if not found or _is_age(
        text, victims, ahead=not AGES.isdisjoint(words_of(after[:25])[:1])
    ):
        return _unnumbered(text, victims)
    told = _numbered(tokens, found, fold(before)[-40:], fold(after)[:25])
    least = _offered(tokens, found[0], victims)
    return told if least is None or least >= told.min else replace(told, min=least)


def has_number(text: str) -> bool:
    """Whether a phrase counts people by a number: the words around it matter only then."""
    return bool(people_numbers(text)[1])


@lru_cache(maxsize=8192)
def _is_age(text: str, victims: Vocabulary, *, ahead: bool) -> bool:
    """Whether a number after one person is an age: in brackets, `أحمد الخطيب (25)`, or with its
    unit ahead, outside the phrase: `أحمد 25` of `أحمد 25 عاماً`."""
    match = _NUMBER_LAST.fullmatch(text)
    if match is None or not (ahead or match[2] == "(") or people_numbers(match[1])[1]:
        return False
    return _unnumbered(match[1], victims).max == 1


def _offered(tokens: list[Token], number: Number, victims: Vocabulary) -> int | None:
    """The lesser count that a noun offers before a number: `شخصين أو ثلاثة`."""
    if number.start < 2 or tokens[number.start - 1].text != "او":
        return None
    people = nouns(tokens[number.start - 2].text, victims)
    return {"one": 1, "two": 2, "two_or_many": 2}.get(people[0].noun.number) if people else None


@lru_cache(maxsize=8192)
def _unnumbered(text: str, victims: Vocabulary) -> Count:
    """What a phrase without a number counts."""
    tokens, people = tokenize(text), nouns(text, victims)
    words = [set(stems(t.text)) for t in tokens]
    share = _fraction(tokens) or _share(words)
    if share is not None:
        return share
    if words and words[0] & {"بعضهم", "بعضهن", "بعضها"}:
        return Count(1, None, approximate=True, stated="noun")
    if len(words) > 1 and words[1] & {"بهم", "بهن", "عليهم", "عليهن"}:
        return Count(3, None, approximate=True, stated="noun")  # `مشتبه بهم`
    if words and any(words[0] & kind for kind in (_FEW, _SOME)):
        few = bool(words[0] & _FEW)
        return Count(3, 9 if few else None, approximate=True)
    if is_pair(text, people):
        return Count(2, 2, stated="noun")
    if _is_one_or_two(text, people):
        return Count(1, 2, stated="noun")
    found = people[0] if people else guess(text)
    if found is not None and found.noun.number == "two_or_many" and _DUAL.search(text):
        return Count(2, 2, stated="noun")
    return _bounded(_by_noun(found), words_of(text), found)


def _is_one_or_two(text: str, people: tuple[Found, ...]) -> bool:
    """Whether a noun is told in the singular or the dual: `شخص أو شخصين`."""
    return (len(people) == 2 and people[1].at == people[0].at + 2
            and words_of(text)[people[0].at + 1] == "او"
            and people[0].noun.number == "one" and people[1].noun.number.startswith("two"))


def _numbered(
    tokens: list[Token], found: list[Number], before: str, after: str
) -> Count:
    first = found[0]
    lead = [t.text for t in tokens[: first.start]]
    if first.many and any(_FEW.intersection(stems(word)) for word in lead):
        return Count(first.value // 2 * 3, None, approximate=True)  # `بضع عشرات`: three at least
    low, high = first.value, None if first.many else first.value
    if len(found) > 1 and _is_range(tokens, first, found[1]):
        low, high = sorted((first.value * _scale(tokens, first, found[1]), found[1].value))
    kind = bound(" ".join(lead) if len(lead) > 1 else " ".join([before, *lead]).strip(),
                  " ".join([*[t.text for t in tokens[first.end :]], after]))
    following = stems(tokens[first.end].text) if first.end < len(tokens) else ()
    if _FAMILIES.intersection(following):  # at least so many people, and surely more
        return Count(low + (kind == "more"), None, first.many or kind in ("most", "less"))
    rough = first.many or kind == "about"
    if kind == "more":
        return Count(low if first.many else low + 1, None, rough)
    if kind == "least":
        return Count(low, None, rough)
    if kind in ("most", "less"):
        return Count(1, high and high - (kind == "less"), rough)
    return Count(low, high, rough)


def _is_range(tokens: list[Token], first: Number, second: Number) -> bool:
    between = [t.text for t in tokens[first.end : second.start]]
    if any(word in ("-", "–", "—", "الي", "او", "حتي", "/", "ل") for word in between):
        return len(between) <= 3
    lead = tokens[: first.start]
    return tokens[second.start].joined and any("بين" in stems(t.text) for t in lead)


def _scale(tokens: list[Token], first: Number, second: Number) -> int:
    """The scale that the second number of a range gives the first: `بين 20 و30 ألف`."""
    scale = tokens[second.end - 1].scale or 1
    own = any(t.scale for t in tokens[first.start : first.end])
    return scale if not own and first.value * scale < second.value else 1


def _bounded(count: Count, words: Sequence[str], found: Found | None) -> Count:
    """A singular or dual with what bounds it: `شخصين على الأقل`."""
    if found is None or count.max is None or len(words) < 3:
        return count
    kind = bound(" ".join(words[: found.at]), " ".join(words[found.at + 1 :]))
    if kind in ("more", "least"):
        return replace(count, min=count.min + (kind == "more"), max=None)
    if kind in ("most", "less"):
        return replace(count, min=1, max=max(1, count.max - (kind == "less")))
    return replace(count, approximate=kind == "about")


def _fraction(tokens: list[Token]) -> Count | None:
    """A share told by numbers: `60 بالمئة منهم`, `ثلاثة أرباعهم`."""
    for number in numbers(tokens)[:1]:
        match = of_hundred(tokens, number.end)
        if match is not None and number.start < 3:
            share = number.value / (4 if match["four"] else 100)
            more = tokens[number.start - 1].text == "من" if number.start else False
            return Count(1, None if more else 1, True, "part", share)
    return None


def _share(words: list[set[str]]) -> Count | None:
    if not words:
        return None
    if len(words) > 2 and "من" in words[1] and words[0] & {"اكثر", "ازيد", "اقل"}:
        part = _share(words[2:])  # `أكثر من نصفهم`
        if part is None or not part.share:
            return None
        if "اقل" in words[0]:
            return Count(1, None, True, "noun")
        return replace(part, max=None)
    if words[0] & {"نحو", "حوالي", "قرابه"}:
        return _share(words[1:])
    for word in words[0]:
        for stem in (word, *(word.removesuffix(p) for p in ("هم", "هن", "ها", "تهم", "تهن"))):
            for name in (stem, stem + "ه"):
                if name in SHARES:
                    share, most = SHARES[name]
                    return Count(1, most, True, "part", share)
                if name in ("كل", "جميع", "كافه") and stem != word:
                    return Count(1, 1, False, "part", 1.0)
                if name in ("باقي", "بقيه", "باقون"):
                    return Count(1, None, True, "noun")
    return None


def _by_noun(found: Found | None) -> Count:
    """One for a singular or a name, two for a dual, three or more for a plural."""
    number = found.noun.number if found else "name"
    if number == "two_or_many" and found is not None:
        number = "many" if found.definite else number
    least = {"two": 2, "two_or_many": 2, "many": 3}.get(number, 1)
    if number in ("two_or_many", "family", "many"):
        return Count(least, None, True, "noun")
    return Count(least, least, stated="name" if number == "name" else "noun")
