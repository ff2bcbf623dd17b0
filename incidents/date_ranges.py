"""Two dates or a list of days: from the first to the last, each lent what it lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from incidents.date_points import point
from incidents.date_words import Token, codes
from incidents.days import Days, Published, latest_weekday, shifted

# What a day lacks and the next of its list has: "the 3rd and 4th of last month", "3 and 4/12".
_MONTH_OF_DAY = re.compile(r"[MH]|U[LC]|CU|C|(?<=N)/N$")
# A date after another with nothing between them: "8, 9, 10 December", "Friday 6, Saturday 7 ...".
_BARE = re.compile(
    r"(?<=W)W|(?<=T)T|(?<=F)F|(?<=W[NO])W(?=[NO])"
    r"|(?<=[NO])[NO](?=M)|(?<=N)N(?=N*(?:[MHC]|U[LC]|/N))"
)
_BEGINS = re.compile(r"[MHWTFYI]|[NO][MH]|N/N")


def split(tokens: tuple[Token, ...], base: Published) -> Days | None:
    """Dates joined by "and", a dash, or nothing ("the night of Thursday Friday")."""
    for end, start in _joints(tokens):
        found = between(tokens[:end], tokens[start:], base)
        if found is not None:
            return found
    return None


def joins_dates(tokens: Sequence[Token]) -> bool:
    """Whether "and" joins two dates: where they cannot be read, neither speaks for both."""
    code = codes(tokens)
    return any(
        token.joined and _BEGINS.match(code, at) and re.search(r"[MHWTFYINO]", code[:at])
        for at, token in enumerate(tokens)
    )


def _joints(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Where a date may end and where the next begins."""
    code = codes(tokens)
    bare = {m.start() for m in _BARE.finditer(code)}
    found = []
    for at, token in enumerate(tokens):
        if at and (token.joined or at in bare):
            found.append((at, at))
        elif at and token.code == "/" and (
            token.value != "/" or code[at - 1 : at + 2] in ("W/W", "F/F")
        ):
            found.append((at, at + 1))
    return found


def between(left: tuple[Token, ...], right: tuple[Token, ...], base: Published) -> Days | None:
    """From the first date to the second, or to the last of several."""
    left = left[codes(left).rfind("B") + 1 :]  # "the night that lies between ..."
    left = tuple(t for t in left if t.code not in "SD")
    if not right:
        return point(left, base)  # "from this morning until the evening"
    joints = _joints(right)
    if joints and re.fullmatch(r"[NOWTMHYF/]+", codes(right[: joints[-1][0]])):
        right = right[joints[-1][1] :]  # of "Friday, Saturday and Sunday" the last
    lc, rc = codes(left), codes(right)
    first = point(_lent(left, right), base)
    if first is None:
        return None
    if "A" in rc and (m := re.search(r"[NO]", rc)):
        day = right[m.start()].value
        last = _same_month(first, int(str(day)))
    else:
        last = point(right, base)
    if last is None:
        return None
    if first.first > last.last:
        first = _earlier(first, last, lc)
    if first.first > last.last:
        if "T" not in lc + rc:
            return None
        first, last = last, first  # "today and yesterday"
    notes = tuple(dict.fromkeys(first.notes + last.notes))
    return Days(first.first, last.last, "period", notes)


def _lent(left: tuple[Token, ...], right: tuple[Token, ...]) -> tuple[Token, ...]:
    """The first date with the month or year that it lacks and the second has."""
    lc, rc = codes(left), codes(right)
    if re.fullmatch(r"w*[WT]?[NO]", lc) and (m := _MONTH_OF_DAY.search(rc)):
        return left + right[m.start() :]
    if re.fullmatch(r"[NO]", lc) and rc == "F":
        return (_with_day(right[0], left[0]),)
    if lc == "N/N" and rc == "F" and (year := re.search(r"\d{4}", str(right[0].value))):
        return (*left, Token("Y", int(year[0])))
    if re.search(r"[MH]$", lc) and (m := re.search(r"[MH](Y|U[LC])", rc)):
        return left + right[m.start() + 1 :]
    return left


def _with_day(numeric: Token, day: Token) -> Token:
    """The month and year of ``7/12/2024`` with another day; as it stands where it begins with
    the year."""
    written = str(numeric.value)
    return replace(numeric, value=re.sub(r"^\d{1,2}(?=\D)", str(day.value), written))


def _same_month(first: Days, day: int) -> Days | None:
    try:
        found = first.last.replace(day=day)
    except ValueError:
        return None
    return Days(found, found, "day")


def _earlier(first: Days, last: Days, code: str) -> Days:
    """The first of two dates, moved back before the second where its words allow it."""
    if "Y" in code:
        return first
    if re.search(r"[MH/]", code):
        return replace(first, first=shifted(first.first, -1, "year"))
    if "W" in code:
        return replace(first, first=latest_weekday(first.first.weekday(), last.last))
    return first
