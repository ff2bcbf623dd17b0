"""Whether a number in a VICTIM phrase counts people, or an age, a share or things."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import zip_longest

from incidents.clitics import stems
from incidents.numbers import Number, Token, numbers, tokenize

# What a number counts or orders when it does not count people.
UNITS = frozenset((
    "عام", "عاما", "سنه", "سنوات", "سنين", "اعوام", "عمر", "شهر", "شهرا", "اشهر", "شهور",
    "يوم", "يوما", "ايام", "اسبوع", "اسابيع", "ساعه", "ساعات", "دقيقه", "كيلومتر",
    "كيلومترا", "كيلومترات", "كم", "متر", "مترا", "امتار", "دولار", "ليره", "طن", "غاره",
    "غارات", "قذيفه", "قذايف", "صاروخ", "صواريخ", "برميل", "براميل", "طلقه", "طلقات",
    "منزل", "منازل", "%", "نيسان", "ايار",
))
AGES = frozenset(("عام", "عاما", "سنه", "سنوات", "سنين", "اعوام"))
_NOT_PEOPLE_BEFORE = frozenset((
    "عمر", "عمره", "عمرها", "اعمار", "سن", "دون", "فرقه", "لواء", "لوا", "كتيبه", "فوج",
    "رقم", "قطاع", "وحده", "منذ", "عام", "سنه",
))
# What makes of the number before it a share, and of how many: `بالمئة`, `ثلاثة أرباعهم`.
_OF_HUNDRED = re.compile(r"(?:%|بالما?يه|(?:في|من) الما?يه)(?:\s|$)|(?P<four>ارباع)")
_ORDINALS = frozenset(
    stem + end for end in ("", "ه") for stem in (
        "حادي", "ثاني", "ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع",
    )
)


@lru_cache(maxsize=8192)
def people_numbers(text: str) -> tuple[list[Token], list[Number]]:
    """The tokens of a phrase and the numbers among them that count people."""
    tokens = tokenize(text)
    found: list[Number] = []
    told = numbers(tokens)
    for number, following in zip_longest(told, told[1:]):
        if _counts_people(tokens, number) and not _shares_unit(tokens, number, following):
            found.append(number)
    return tokens, found


def _counts_people(tokens: list[Token], number: Number) -> bool:
    after = tokens[number.end].text if number.end < len(tokens) else ""
    before = stems(tokens[number.start - 1].text) if number.start else ()
    if _is_age(tokens, number) or _is_ordinal(tokens, number, before):
        return False
    if any(of_hundred(tokens, at) for at in (number.start, number.end)):
        return False
    apart = number.end < len(tokens) and tokens[number.end].joined
    return (apart or not UNITS.intersection((after, after.removeprefix("ال")))) and (
        not _NOT_PEOPLE_BEFORE.intersection(before)
    )


def _is_age(tokens: list[Token], number: Number) -> bool:
    """Whether a number is told as an age: `شيخ في السبعين`, `في الثالثة والسبعين`, `في ال 70`."""
    lead = [t.text for t in tokens[: number.start]]
    word = tokens[number.start].text
    if word.startswith("ال"):
        return lead[-1:] == ["في"]
    return lead[-2:] == ["في", "ال"] or (
        word.startswith("وال") and lead[-2:-1] == ["في"] and lead[-1].startswith("ال")
    )


def of_hundred(tokens: list[Token], at: int) -> re.Match[str] | None:
    return _OF_HUNDRED.match(" ".join(t.text for t in tokens[at : at + 2]))


def _is_ordinal(tokens: list[Token], number: Number, before: Iterable[str]) -> bool:
    """Whether a ten is the rest of an ordinal: `القتيل الثاني عشر`."""
    return not tokens[number.start].digits and not _ORDINALS.isdisjoint(before)


def _shares_unit(tokens: list[Token], number: Number, following: Number | None) -> bool:
    """Whether the unit after the next number is this one's too: `7 و9 سنوات`."""
    if following is None or following.end >= len(tokens):
        return False
    between = {t.text for t in tokens[number.end : following.start]}
    joined = tokens[following.start].joined if not between else between <= {"-", "او", "الي"}
    return joined and tokens[following.end].text in AGES
