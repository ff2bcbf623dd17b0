"""Reading a place phrase: attached particles, generic heads, directions, the name itself."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from data.words import TATWEEL
from incidents.fold import fold
from incidents.gazetteer import Gazetteer, skeleton

# Generic heads, folded, to the kind of place they announce; "part": an area around or within it.
_HEADS_OF = {
    "town": "مدينة بلدة قرية مدينتي بلدتي قريتي بلدات قرى مدن العاصمة عاصمة مزرعة مزارع",
    "governorate": "محافظة محافظتي محافظات ولاية إقليم",
    "district": "قضاء منطقة مناطق ناحية",
    "neighbourhood": "حي حيي أحياء حارة شارع شارعي مخيم دوار ساحة ضاحية",
    "part": "ريف ريفي أرياف جبل جبال سهل بادية ضواحي محيط أطراف حدود الحدود غوطة وادي صحراء "
            "هضبة جرود معبر نهر بحيرة سد طريق أوتوستراد الضواحي ضفة قطاع حوض شمال شمالي جنوب "
            "جنوبي شرق شرقي غرب غربي الشمال الجنوب الشرق الغرب أقصى",
    "centre": "وسط مركز قلب",
}
HEADS = {word: kind for kind, words in _HEADS_OF.items() for word in fold(words).split()}
_TRAILING = frozenset(fold(
    "الشمالي الشمالية الجنوبي الجنوبية الشرقي الشرقية الغربي الغربية الأوسط الأعلى الأدنى "
    "والشمالي والشمالية والجنوبي والجنوبية والشرقي والشرقية والغربي والغربية"
).split())
# Said of a place without changing which it is.
_EPITHETS = frozenset(fold(
    "للاجئين الفلسطينيين للنازحين الفلسطينية الشعبي الشعبية المحاصرة المحاصر"
).split())
# Epithets of nationality, to the country (ISO) that the place must lie in. A Palestinian camp may
# lie anywhere.
_NATIONS = {word: country for country, words in {
    "SY": "السورية السوري", "IQ": "العراقية العراقي", "LB": "اللبنانية اللبناني",
    "LY": "الليبية الليبي", "YE": "اليمنية اليمني", "TR": "التركية التركي",
}.items() for word in fold(words).split()}
_KEPT = frozenset(fold("باب بالا بالميرا واسط وادي وديان ولغا فلسطين بصرى لبنان").split())


@dataclass(frozen=True)
class PlaceName:
    """What a place phrase consists of; ``core`` is folded, without head and epithets.

    Args:
        name: as written, without attached particles.
        whole: the same, folded.
        kind: what the head announces; ``None`` without one.
        core: the name inside.
        part: the phrase means an area around or in a part of ``core``: its coordinates are not
            those of ``core``.
        country: ISO code of the country that an epithet names; ``None`` without one.
    """

    name: str
    whole: str
    kind: str | None
    core: str
    part: bool
    country: str | None = None


@lru_cache(maxsize=8192)
def read(text: str, gazetteer: Gazetteer, listed: bool) -> PlaceName:
    """Take a place phrase apart.

    Args:
        text: the words of the span.
        gazetteer: decides which first letters belong to a name.
        listed: the phrase follows another place, so that an initial ``و`` means "and".
    """
    name = bare(text, gazetteer, listed)
    whole = " ".join(re.sub(r"[^\w\s]", " ", fold(name)).split())
    if whole in gazetteer.by_name:
        return PlaceName(name, whole, None, whole, False)
    nations = {_NATIONS[word] for word in whole.split() if word in _NATIONS}
    words = [word for word in whole.split()
             if word not in _EPITHETS and word not in _NATIONS] or whole.split()
    kind, part = None, False
    while len(words) > 1 and not _is_name(words, gazetteer):
        head = HEADS.get(words[0]) or ("part" if words[0] in _TRAILING else None)
        if head is None and words[0][0] in "لب" and words[0][1:] in HEADS:
            head = HEADS[words[0][1:]]  # `الضواحي الشمالية لمدينة كذا`
        if head is None:
            break
        words.pop(0)
        part = part or head == "part"
        kind = kind if head in ("part", "centre") else head
    if kind is None and part:
        kind = "part"
    words = _before_whereabouts(words, gazetteer)
    while len(words) > 1 and words[-1] in _TRAILING and " ".join(words) not in gazetteer.by_name:
        words.pop()
        part = True
    if words and words[0].startswith("لل") and len(words[0]) > 4:
        words[0] = "ا" + words[0][1:]
    country = nations.pop() if len(nations) == 1 else None
    return PlaceName(name, whole, kind, " ".join(words), part, country)


def _is_name(words: list[str], gazetteer: Gazetteer) -> bool:
    """Whether words, or what stands before directions at their end, are a known name: the head of
    `ريف دمشق الغربي` belongs to it."""
    size = len(words)
    while " ".join(words[:size]) not in gazetteer.by_name:
        size -= 1
        if size < 1 or words[size] not in _TRAILING:
            return False
    return True


def _before_whereabouts(words: list[str], gazetteer: Gazetteer) -> list[str]:
    """The known name at the front of "so and so in the countryside of", or all words."""
    if " ".join(words) in gazetteer.by_name:
        return words
    for at in range(len(words) - 1, 0, -1):
        after = words[at]
        leads = after in HEADS or after == "في" or (after[0] == "ب" and after[1:] in HEADS)
        if leads and " ".join(words[:at]) in gazetteer.by_name:
            return words[:at]
    return words


def bare(text: str, gazetteer: Gazetteer, listed: bool) -> str:
    """A place phrase without conjunction and preposition, where that is safe.

    A letter is taken off only if what is left is a name or head that is known, or has the
    article; a name that is known as it stands is left alone.
    """
    text = text.strip()
    if not text:
        return text
    if _is_known(text, gazetteer):
        return text
    if text[0] == "و" and _is_worth(_cut(text)):
        rest = _cut(text)
        inner = bare(rest, gazetteer, False)
        if listed or inner != rest or _may_stand(rest, gazetteer):
            return inner
    if text[0] in "بلفك" and skeleton(fold(text)) not in gazetteer.by_skeleton:
        rest = _cut(text)
        if text[0] == "ل" and rest.startswith("ل"):
            rest = "ا" + rest
        if _may_stand(rest, gazetteer):
            return rest
        if text[0] == "ف" and rest[:1] in "بل" and _may_stand(_cut(rest), gazetteer):
            return _cut(rest)
    return text


def _cut(text: str) -> str:
    """The text without its first letter and the marks on it."""
    at = 1
    while at < len(text) and (text[at] == TATWEEL or unicodedata.category(text[at]) == "Mn"):
        at += 1
    return text[at:]


def _is_worth(rest: str) -> bool:
    first = fold(rest).split()[:1]
    return bool(first) and (len(first[0]) > 2 or first[0] in HEADS)


def _is_known(text: str, gazetteer: Gazetteer) -> bool:
    """Whether the phrase, or its first word, is a name or a head as it stands."""
    whole = fold(text)
    first = whole.split()[0] if whole else ""
    return first in _KEPT or first in HEADS or whole in gazetteer.by_name or (
        first in gazetteer.by_name
    )


def _may_stand(rest: str, gazetteer: Gazetteer) -> bool:
    """Whether what is left begins with a known name or head, or with the article."""
    words = fold(rest).split()
    if not words:
        return False
    article = words[0].startswith("ال") and len(words[0]) >= 5
    return article or _is_known(rest, gazetteer) or any(
        " ".join(words[:size]) in gazetteer.by_name for size in (2, 3)
    )
