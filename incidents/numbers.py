"""Numbers in Arabic text: digits of every kind, number words in every case, and their mixtures."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from incidents.clitics import stems
from incidents.fold import fold

_TOKEN = re.compile(
    r"\d{1,3}(?:[,.،٬']\d{3})+(?!\d)|\d+[.,،٫]\d+|\d+|[^\W\d_]+|[-–—~%/]"
)
_SPACED_GROUP = re.compile(r"(?<!\d)(\d{1,3})[ \u00a0\u202f](?=\d{3}(?!\d))")
_DASH = re.compile(r"(?<=\d)\s*\u0640+\s*(?=\d)")  # tatweel that stands for a dash
_GROUPED = re.compile(r"\d{1,3}(?:[,.،٬']\d{3})+")

_UNITS = {"واحد": 1, "احد": 1, "احدي": 1, "اثن": 2, "ثلاث": 3, "اربع": 4, "خمس": 5, "ست": 6,
          "سبع": 7, "ثمان": 8, "تسع": 9}
_STEM_OF_TEN = {2: "عشر", 3: "ثلاث", 4: "اربع", 5: "خمس", 6: "ست", 7: "سبع", 8: "ثمان",
                9: "تسع"}
_HUNDRED = ("ميه", "مايه")
_TEEN = ("عشر", "عشره")
_FRACTIONS = {"نصف": 0.5, "ربع": 0.25, "ثلث": 1 / 3}
_SCALES = {"الف": 1000, "الفا": 1000, "الاف": 1000, "الوف": 1000, "مليون": 10**6,
           "مليونا": 10**6, "ملايين": 10**6, "مليار": 10**9, "مليارات": 10**9}
_DUALS = {"الفان": 1000, "الفين": 1000, "الفي": 1000, "مليونان": 10**6, "مليونين": 10**6,
          "مليوني": 10**6}
_SCALES |= _DUALS
_MANY = {"عشرات": 20, "ميات": 200, "الاف": 2000, "الوف": 2000, "ملايين": 2 * 10**6}


def _cardinals() -> dict[str, int]:
    """Folded form to value, of all numbers below 1000 that are one word, and of dual scales."""
    words = {"واحد": 1, "واحدا": 1, "واحده": 1, "احد": 1, "احدي": 1, "عشر": 10, "عشره": 10,
             "ثماني": 8,
             "تمانيه": 8, "ثمانيه": 8, "ثمان": 8, "ثنتان": 2, "ثنتين": 2}
    words |= {f"{stem}{end}": 2 for stem in ("اثن", "اثنت") for end in ("ان", "ين", "ا", "ي")}
    for stem, value in list(_UNITS.items())[4:]:
        words |= {stem: value, stem + "ه": value}
    words |= {"ثلاث": 3, "ثلاثه": 3}
    for value, stem in _STEM_OF_TEN.items():
        words |= {stem + "ون": value * 10, stem + "ين": value * 10}
    for hundred in _HUNDRED:
        words[hundred] = 100
        # `ميتان`, in construct `ميتا`; glued 300 to 900, `ثمانيميه` with or without ya
        words |= {hundred[:-1] + end: 200 for end in ("تان", "تين", "تا", "تي")}
        for value in range(3, 10):
            stem = _STEM_OF_TEN[value]
            words |= {form + hundred: value * 100 for form in (stem, stem + "ي", stem + "ه")}
    for value in range(1, 10):
        firsts = [w for w, v in words.items() if v == value]
        words |= {first + teen: value + 10 for first in firsts for teen in _TEEN}
    return words | dict.fromkeys(_DUALS, 2)


_CARDINALS = _cardinals()


@dataclass(frozen=True)
class Token:
    """One folded token. ``joined``: the conjunction ``و`` stands before the number."""

    text: str
    joined: bool
    value: float | None = None
    scale: int | None = None
    many: int | None = None
    digits: bool = False


@dataclass(frozen=True)
class Number:
    """A number at tokens ``[start, end)``. ``many``: a round plural (`عشرات`), a lower bound."""

    value: int
    start: int
    end: int
    many: bool = False


def tokenize(text: str) -> list[Token]:
    """The tokens of a text, folded, each with its value as a number where it has one.

    A ``و`` that stands alone is merged into the token after it.
    """
    found: list[Token] = []
    pending = False
    text = _DASH.sub("-", _SPACED_GROUP.sub(r"\1", text))
    for raw in _TOKEN.findall(fold(text)):
        if raw == "و":
            pending = True
            continue
        if found and raw in _TEEN and found[-1].text == "واحد":
            found[-1] = replace(found[-1], joined=True)  # `وأحد عشر`, folded
        found.append(_token(raw, pending))
        pending = False
    return found


@lru_cache(maxsize=8192)
def _token(raw: str, joined: bool) -> Token:
    if raw[0].isdecimal():
        if _GROUPED.fullmatch(raw):
            return Token(raw, joined, value=float(re.sub(r"\D", "", raw)), digits=True)
        return Token(raw, joined, value=float(re.sub("[,،٫]", ".", raw)), digits=True)
    for form in stems(raw):
        joined_here = joined or (form != raw and raw[0] == "و")
        scale, many, value = _SCALES.get(form), _MANY.get(form), _CARDINALS.get(form)
        if scale or many or value:
            return Token(raw, joined_here, value, scale, many)
    return Token(raw, joined or (raw[0] == "و" and raw[1:] in _FRACTIONS))


def numbers(tokens: list[Token]) -> list[Number]:
    """All numbers of a tokenized text, in order, each as long as the grammar lets it be."""
    found, i = [], 0
    while i < len(tokens):
        number = _read(tokens, i)
        if number is None:
            i += 1
        else:
            found.append(number)
            i = number.end
    return found


def _read(tokens: list[Token], start: int) -> Number | None:
    """The longest number that begins at a token: parts of falling scale, each joined by ``و``."""
    many = _read_many(tokens, start)
    if many is not None:
        return many
    total, limit, i = 0.0, float("inf"), start
    while i < len(tokens) and limit > 1 and (i == start or tokens[i].joined):
        fraction = _FRACTIONS.get(tokens[i].text.removeprefix("و"))
        if i > start and fraction is not None:
            total, i = total + int(limit * fraction), i + 1
            i += i < len(tokens) and tokens[i].scale is not None  # `مليون ونصف المليون`
            break
        part = _part(tokens, i)
        if part is None:
            break
        value, following = part
        scale = 1
        if following < len(tokens) and (following == i or not tokens[following].joined):
            scale = tokens[following].scale or 1
            following += scale > 1
        if value * scale >= limit:
            break
        total, limit, i = total + value * scale, float(scale), following
    return Number(int(total), start, i) if i > start and total == int(total) else None


def _part(tokens: list[Token], i: int) -> tuple[float, int] | None:
    """Value and next index of what a scale word multiplies, or of a scale word alone."""
    token = tokens[i]
    if token.digits and token.value is not None:
        return token.value, i + 1
    fraction, apart = _FRACTIONS.get(token.text.removeprefix("و")), i + 1
    if token.value == 3 and apart < len(tokens) and tokens[apart].text == "ارباع":
        fraction, apart = 0.75, i + 2
    if fraction is not None and apart < len(tokens) and tokens[apart].scale:
        return float(int(fraction * (tokens[apart].scale or 1))), apart + 1
    if token.scale is not None and token.many is None:
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        # `ألفا شخص` is a dual; `ألفا وخمسون` and `خمسون ألفا` lost the marks of a singular
        dual = token.text.endswith(("لفا", "ليونا")) and following and not following.joined
        return token.value or (2 if dual else 1), i  # the caller multiplies by the scale
    if token.value is None:
        return None
    if token.value < 100 and not _multiplies_hundred(tokens, i):
        return _below_hundred(tokens, i)
    value, i = (token.value * 100, i + 2) if token.value < 10 else (token.value, i + 1)
    if i < len(tokens) and tokens[i].joined and tokens[i].value is not None:
        rest = (tokens[i].value, i + 1) if tokens[i].digits else _below_hundred(tokens, i)
        if rest is not None and rest[0] is not None and rest[0] < 100:
            return value + rest[0], rest[1]
    return value, i


def _multiplies_hundred(tokens: list[Token], i: int) -> bool:
    """Whether a unit is followed by a hundred written apart: `ثلاث ميه`, `ثلاث ميات`."""
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    units = 3 <= (tokens[i].value or 0) <= 9
    return following is not None and units and not following.joined and (
        following.text in (*_HUNDRED, "ميات")
    )


def _below_hundred(tokens: list[Token], i: int) -> tuple[float, int] | None:
    """A unit, a ten, a teen in two words, or a unit joined to a ten."""
    value = tokens[i].value
    if value is None or value >= 100:
        return None
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if value < 10 and following is not None:
        if following.text in _TEEN and not following.joined:
            return value + 10, i + 2
        ten = following.value or 0
        if following.joined and not following.digits and 20 <= ten <= 90 and ten % 10 == 0:
            return value + ten, i + 2
    return value, i + 1


def _read_many(tokens: list[Token], i: int) -> Number | None:
    """`عشرات`, `ميات الالاف`: the least that the word can mean."""
    token = tokens[i]
    if token.many is None:
        return None
    value, i_end = token.many, i + 1
    if value < 2000 and i_end < len(tokens):
        following = tokens[i_end]
        if following.scale and not following.joined:
            value, i_end = value * following.scale, i_end + 1
    return Number(value, i, i_end, many=True)
