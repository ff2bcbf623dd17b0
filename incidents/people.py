"""Nouns for people: what number they stand for, and of which group they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from incidents.clitics import is_definite, stems
from incidents.fold import fold
from incidents.vocabulary import Vocabulary, words_of

_TA = re.compile("[ة\ufe93\ufe94]")  # with its presentation forms
_PRONOUNS = ("ه", "ها", "هم", "هما", "ي", "نا")
# Plurals of people that end like duals, and names that end like duals and plurals.
_NOT_ENDINGS = frozenset((
    "سكان", "شبان", "فتيان", "صبيان", "جيران", "لبنان", "عدنان", "رمضان", "سلمان", "سليمان",
    "عثمان", "حسين", "ياسين", "امين", "حسنين", "شاهين", "زيدان", "مروان", "عمران", "نعمان",
    "رضوان", "حمدان", "سفيان", "غسان", "حسان", "بين", "الذين", "اللذين", "معين", "شيرين",
    "نسرين", "الدين", "فلسطين", "الاثنين", "تشرين", "خلدون", "مامون", "هارون", "سعدون", "حمدون",
    "ميمون", "ياسمين", "عزالدين", "نورالدين", "تحسين", "صابرين", "نيرمين", "نورهان", "جيهان",
    "بركات", "عرفات", "فرحات",
))
_BODIES = frozenset(("جثه", "جثمان"))
# What goes on from a plural: before anything else it would lose its ن, and a name does not.
_AFTER_PLURAL = frozenset(("من", "في", "علي", "عند", "لدي", "كثر", "قسرا"))


@dataclass(frozen=True)
class Noun:
    """A form of a noun: its group and number (``one two two_or_many many family``)."""

    group: str
    number: str
    weak: bool


@dataclass(frozen=True)
class Found:
    """A noun in a phrase, at a word."""

    noun: Noun
    at: int
    definite: bool


def _forms(one: str, plurals: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every form of a noun with its number."""
    stem = one[:-1] + "ت" if one.endswith("ه") else one
    if one.endswith("ي"):
        yield one + "ي", "two"  # `جنديي` of a dual in construct
    # nobody tells of "my body": `جثتي` is of two
    own = [p for p in _PRONOUNS if p != "ي" or one not in _BODIES]
    yield from ((one, "one"), *((stem + p, "one") for p in own))
    if stem == one:
        yield one + "ا", "one"  # the accusative of a masculine
    sound = "+m" in plurals
    broken = [p for p in plurals if not p.startswith("+")]
    yield from ((stem + "ان", "two"), (stem + "ا", "two"), (stem + "ي", "two"))
    yield stem + "ين", "two_or_many" if sound else "two"
    yield from ((stem + vowel + p, "two") for vowel in "اي" for p in _PRONOUNS)
    if sound:
        yield from ((stem + "ون", "many"), (stem + "وا", "many"), (stem + "و", "many"))
    if "+f" in plurals:
        base = one[:-1] if one.endswith("ه") else one
        yield from ((base + "ات" + p, "many") for p in ("", *_PRONOUNS))
    for plural in broken:
        # `ابناء` takes its hamza's seat back before a pronoun: `ابناوهم`, `ابنايهم`
        seats = ("", "و", "ي") if plural.endswith("ا") else ("",)
        yield from ((plural + seat + end, "many") for seat in seats for end in _PRONOUNS)
        yield from ((plural, "many"), (plural + "ا", "many"))


@lru_cache(maxsize=4)
def _table(victims: Vocabulary) -> dict[str, Noun]:
    table: dict[str, Noun] = {}
    known = [
        (fold(one), plurals, group, key == "weak_nouns")
        for group, body in victims.classes.items() for key in ("nouns", "weak_nouns")
        for one, plurals in (body.get(key) or {}).items()
    ]
    # of two nouns with a form in common the longer is meant: `ابناء`, not "our father"
    for one, plurals, group, weak in sorted(known, key=lambda item: -len(item[0])):
        folded = [p if p.startswith("+") else fold(p) for p in plurals]
        for form, number in _forms(one, folded):
            table.setdefault(form, Noun(group, number, weak))
    for group, body in victims.classes.items():
        for one, plurals in (body.get("collective") or {}).items():
            stem = fold(one)[:-1]
            for form in (stem + "ه", stem + "تين", stem + "تان", stem + "ته", stem + "تها"):
                table[form] = Noun(group, "family", True)
            for form in map(fold, plurals):
                table[form] = Noun(group, "many", True)
        for form in body.get("mass") or ():
            table.setdefault(fold(form), Noun(group, "many", True))
    return table


@lru_cache(maxsize=4)
def _his(victims: Vocabulary) -> dict[str, Noun]:
    """Kin with the pronoun that folding makes one with ``ة``: `شقيقه`, not `شقيقة`."""
    return {kin + "ه": _table(victims)[kin] for kin in map(fold, victims.settings["kin"])}


@lru_cache(maxsize=8192)
def nouns(text: str, victims: Vocabulary, has_ta: bool = True) -> tuple[Found, ...]:
    """The nouns for people in a phrase, in order, at the words of ``words_of``.

    Args:
        text: the phrase as it stands in the report.
        victims: the vocabulary of nouns for people.
        has_ta: whether the report writes ``ة``; if it writes ``ه`` instead, `شقيقه` may be his
            brother or a sister.
    """
    table, his, found, words = _table(victims), _his(victims), [], words_of(text)
    for i, word in enumerate(words):
        form = next((s for s in stems(word) if s in table), None)
        if form is None or _is_name(form, i, words, victims):
            continue
        noun = table[form]
        if form in his and words_of(_TA.sub("ت", text))[i].endswith("ه"):
            noun = his[form] if has_ta else Noun("people", "one", True)
        elif form.endswith("تي") and noun.number == "one" and _is_of(words[i + 1 :], table):
            noun = replace(noun, number="two")
        found.append(Found(noun, i, is_definite(word)))
    return tuple(found)


def _is_of(following: tuple[str, ...], table: dict[str, Noun]) -> bool:
    """Whether a feminine in ``تي`` is a dual before its genitive: `طفلتي المزارع`.

    Of `ابنتي ريم`, my daughter, and `طفلتي الصغيرة` it is not known.
    """
    for word in following[:1]:
        noun = next((table[s] for s in stems(word) if s in table), None)
        if noun is not None and not word.startswith("و"):
            masculine = noun.number == "one" and not word.endswith("ه")
            return noun.number.startswith("two") or (masculine and is_definite(word))
    return False


def _is_name(form: str, at: int, words: tuple[str, ...], victims: Vocabulary) -> bool:
    """Whether a word that may be a noun is one of a name: `ثائر الخطيب`, `سامر الجندي`."""
    given, surnames, following = *_names(victims), words[at + 1 : at + 2]
    if form in given and not is_definite(words[at]):
        # `أمين` is never two mothers, `ثائر من الفصيل` a fighter
        is_dual = _table(victims)[form].number.startswith("two")
        return is_dual or (bool(following) and following[0] not in _AFTER_PLURAL)
    if form not in surnames or following or not at or not words[at].startswith("ال"):
        return False
    first = words[at - 1]
    return not is_definite(first) and _table(victims).keys().isdisjoint(stems(first)) and (
        not first.endswith(("احد", "ها", "هم"))  # `خطيبها الجندي`
    )


@lru_cache(maxsize=4)
def _names(victims: Vocabulary) -> tuple[frozenset[str], frozenset[str]]:
    """Nouns that are given names too, and those that are surnames."""
    given, surnames = (victims.settings[key] for key in ("given", "surnames"))
    return frozenset(map(fold, given)), frozenset(map(fold, surnames))


def guess(text: str) -> Found | None:
    """The number of a first word that no vocabulary knows, by its ending."""
    words = words_of(text)
    if not words:
        return None
    word, bare = words[0], stems(words[0])[-1]
    if _NOT_ENDINGS.intersection(stems(word)) or len(bare) < 5:
        return None
    if word[-1] == "ن" and words[1:] and not (is_definite(word) or _goes_on(word, words[1])):
        return None
    number = {"ون": "many", "ين": "two_or_many", "ات": "many"}.get(word[-2:])
    if word.endswith("ان") and len(bare) > 5 and not is_definite(word):
        number = "two"  # `خبازان`; what is shorter may be a name: `غزوان`
    return Found(Noun("people", number, True), 0, is_definite(word)) if number else None


def _goes_on(word: str, following: str) -> bool:
    """Whether what follows a word leaves it a plural: an adjective or a preposition."""
    return following in _AFTER_PLURAL or following[-2:] == word[-2:]


def is_pair(text: str, people: tuple[Found, ...]) -> bool:
    """Whether two persons are told, each by a singular: `عامل وزوجته`."""
    if len(people) != 2 or any(found.noun.number != "one" for found in people):
        return False
    first, second = people
    joined = words_of(text)[second.at].startswith("و")
    return joined and first.at == 0 and not (first.definite and second.definite)


@lru_cache(maxsize=8192)
def group_of(text: str, victims: Vocabulary, has_ta: bool = True) -> str | None:
    """The group that the words of a phrase tell; None where they tell none.

    Args as of ``nouns``.
    """
    people = nouns(text, victims, has_ta)
    if is_pair(text, people) and people[0].noun.group != people[1].noun.group:
        return "people"
    matches = victims.find(text)
    strong = [(m.start, m.klass) for m in matches if m.strength == "patterns"]
    covered = {i for m in matches if m.strength == "patterns" and m.end - m.start > 1
               for i in range(m.start, m.end)}
    hidden = {(i, m.klass) for m in matches if m.strength == "not" for i in range(m.start, m.end)}
    weak: list[tuple[int, str]] = []
    for found in people:
        item = (found.at, found.noun.group)
        if found.noun.weak:
            weak.append(item)
        elif found.at not in covered and item not in hidden:
            strong.append(item)
    groups = {group for _, group in strong}
    if {"soldiers", "fighters"} <= groups:
        return "fighters"
    if strong:
        return min(strong)[1]
    # `عنصر`, `قائد` tell more than `شخص` does
    special = [group for _, group in sorted(weak) if group != "people"]
    return special[0] if special else "people" if weak else None
