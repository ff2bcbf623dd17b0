"""The words of Arabic date expressions, and the reading of a phrase into tokens.

Each token carries a one-letter code, so that rules over tokens are regular expressions over codes:

    F numeric date   M month   H Hijri month   Y year   N number   O ordinal   W weekday
    T day relative to publication   U unit (u: two of it, p: plural)   P part of the day
    J clock time   K "the hour"   L last   C current   X next   A anaphor ("the same")
    S since   E until   B between   D during   G ago   I feast   Q "in a row"
    b "the beginning of"   V half or quarter   / slash or dash   w another word
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

from incidents.fold import fold

# Levantine | Egyptian and Gulf | Maghrebi names, in the order of the year.
_MONTHS = """
كانون الثاني,كانون ثاني,ك2 | يناير,ينائر | جانفي
شباط | فبراير | فيفري
آذار | مارس | مارس
نيسان | أبريل,ابريل | أفريل
أيار | مايو | ماي
حزيران | يونيو,يونيه | جوان
تموز | يوليو,يوليه | يوليوز,جويلية
آب | أغسطس,أغسطوس | غشت,أوت
أيلول | سبتمبر | شتنبر
تشرين الأول,تشرين أول,ت1 | أكتوبر,اوكتوبر | أكتوبر
تشرين الثاني,تشرين ثاني,ت2 | نوفمبر | نونبر
كانون الأول,كانون أول,ك1 | ديسمبر | دجنبر
"""
_ENGLISH = ("january,jan february,feb march,mar april,apr may june,jun july,jul august,aug "
            "september,sep,sept october,oct november,nov december,dec")
_HIJRI = """
محرم,المحرم | صفر | ربيع الأول,ربيع أول | ربيع الآخر,ربيع الثاني,ربيع ثاني
جمادى الأولى,جمادى الأول | جمادى الآخرة,جمادى الثانية,جمادى الثاني | رجب | شعبان
رمضان | شوال | ذو القعدة,ذي القعدة | ذو الحجة,ذي الحجة
"""
_WEEKDAYS = "الاثنين | الثلاثاء | الأربعاء | الخميس | الجمعة | السبت | الأحد"
_ONES = (
    "واحد,واحدة,حادي,حادية,إحدى,أحد,أول,أولى | اثنان,اثنين,اثنتين,اثنا,اثني,ثاني,ثانية"
    " | ثلاثة,ثلاث,ثالث,ثالثة | أربعة,أربع,رابع,رابعة | خمسة,خمس,خامس,خامسة"
    " | ستة,ست,سادس,سادسة | سبعة,سبع,سابع,سابعة | ثمانية,ثماني,ثمان,ثامن,ثامنة"
    " | تسعة,تسع,تاسع,تاسعة | عشرة,عشر,عاشر,عاشرة"
)
_ORDINALS = fold("""
حادي حادية أول أولى ثاني ثانية ثالث ثالثة رابع رابعة خامس خامسة سادس سادسة سابع سابعة
ثامن ثامنة تاسع تاسعة عاشر عاشرة""").split()
_TENS = "عشرون,عشرين | ثلاثون,ثلاثين | أربعون,أربعين | خمسون,خمسين | ستون,ستين | سبعون,سبعين"
_OTHER: dict[tuple[str, object], str] = {
    ("T", 0): "اليوم,نهار اليوم,الليلة,هذا الصباح,هذا المساء,هذه الليلة,هذا النهار,"
              "الآن,اللحظة,تاريخه,يومنا هذا,الوقت الراهن",
    ("T", -1): "أمس,يوم أمس,البارحة,بارحة",
    ("T", -2): "أمس الأول,أول أمس,أول من أمس,اليوم قبل الماضي,قبل أمس,أول البارحة",
    ("T", "night"): "الليلة الماضية,الليلة الفائتة,الليلة المنصرمة,ليلة أمس,ليلة البارحة",
    ("U", "hour"): "ساعة", ("p", "hour"): "ساعات", ("u", "hour"): "ساعتين,ساعتان",
    ("U", "day"): "يوما", ("p", "day"): "أيام", ("u", "day"): "يومين,يومان",
    ("U", "week"): "أسبوع,أسبوعا", ("p", "week"): "أسابيع", ("u", "week"): "أسبوعين,أسبوعان",
    ("U", "month"): "شهر,شهرا", ("p", "month"): "أشهر,شهور", ("u", "month"): "شهرين,شهران",
    ("U", "year"): "عام,سنة,عاما", ("p", "year"): "أعوام,سنوات,سنين",
    ("u", "year"): "عامين,سنتين,عامان,سنتان",
    ("P", "dawn"): "فجر,فجرا,سحر,بزوغ الفجر,قبل الفجر,بعد الفجر,قبيل الفجر,بعد صلاة الفجر",
    ("P", "morning"): "صباح,صباحا,ضحى,ص,قبل الظهر,قبل ظهر",
    ("P", "noon"): "ظهر,ظهرا,ظهيرة,منتصف النهار",
    ("P", "afternoon"): "عصر,عصرا,بعد الظهر,بعد ظهر,بعد العصر,قبل العصر,قبيل العصر,"
                         "بعد صلاة الظهر,بعد صلاة العصر,بعد صلاة الجمعة",
    ("P", "evening"): "مساء,مغرب,غروب,أصيل,مساءا,مسائا,م,بعد المغرب,قبل المغرب,قبيل المغرب,"
                       "بعد صلاة المغرب,قبل الغروب,قبيل الغروب,بعد الغروب",
    ("P", "night"): "ليل,ليلا,ليلة,ليالي,منتصف الليل,منتصف ليل,منتصف ليلة,بعد منتصف الليل,"
                     "بعد منتصف ليل,بعد منتصف ليلة,بعد العشاء,بعد صلاة العشاء",
    ("K", 0): "الساعة",
    ("L", 1): "ماضي,ماضية,ماضيين,ماضيتين,فائت,فائتة,فائتين,منصرم,منصرمة,منصرمين,سابق,سابقة,"
              "أخير,أخيرة,أخيرين,فارط,فارطة,سالف,آخر,منقضي,منقضية,مضى,مضت,خلت,خلا,أخيرتين,فائتتين",
    ("L", 2): "قبل الماضي,قبل الماضية,قبل الفائت,قبل الأخير,أسبق",
    ("C", 0): "جاري,جارية,حالي,حالية,هذا,هذه,راهن",
    ("X", 0): "مقبل,مقبلة,قادم,قادمة,آتي",
    ("A", 0): "ذات,ذاته,ذاتها,نفس,نفسه,نفسها,ذلك,تلك,منه,منها,تالي,تالية,عينه,لاحق,لاحقا,لاحقة",
    ("S", 0): "منذ,مذ", ("E", 0): "حتى,إلى,لغاية,غاية,وصولا", ("B", 0): "بين,ما بين,مابين",
    ("D", 0): "خلال,طوال,على مدى,على مدار,طيلة,في غضون,مدى", ("G", 0): "قبل", ("Z", 0): "بعد,عقب",
    ("I", (10, 1)): "عيد الفطر", ("I", (12, 10)): "عيد الأضحى", ("I", (1, 10)): "عاشوراء",
    ("I", (3, 12)): "المولد النبوي",
    ("b", 0): "بداية,مطلع,أوائل,مستهل", ("Q", 0): "على التوالي,التوالي,تواليا",
    ("V", 30): "ونصف,والنصف,نصف", ("V", 15): "وربع,والربع,ربع",
}
# Words that change nothing: prepositions, approximators, "day" and "date" before a date, and
# what honours a month ("Ramadan the blessed").
_NOISE = frozenset(fold("""
من في يوم يومي تاريخ الموافق موافق حوالي نحو قرابة تمام تقريبا عند ال الفترة فترة الممتدة ممتدة
الواقع بتوقيت المحلي محلي ميلادي ميلادية ه هجري هجرية على مدة
ابتداء بدءا اعتبارا أيضا كان ما عامي باكر مبكر مبارك معظم فضيل حرام مكرم""").split())
_PREFIXES = frozenset(("و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل"))
_PARTICLES = frozenset(("و", "وال", "وبال", "ال", "بال", "لل", "ب", "ل", "ف", "او"))
# Months whose name has a first and a second; Tishrin and Kanun, Rabi and Jumada.
_FIRST_OF_TWO = frozenset((("M", 10), ("M", 12), ("H", 3), ("H", 5)))
_HIJRI_YEAR = re.compile(r"\b1[34]\d\d\b")
_SPACED = re.compile(r"(?<=\d) ?/ ?(?=\d)")
_TOKEN = re.compile(
    r"(?P<F>\d{1,4}(?P<sep>[/.\-])\d{1,2}(?P=sep)\d{1,4})(?!\d)|(?P<J>\d{1,2}:\d{2})(?::\d{2})?(?!\d)"
    r"|(?P<month>\b[تك][12]\b)|(?P<N>\d+)|(?P<w>[^\W\d_]+)|(?P<slash>[/\-–—~])"
)


@dataclass(frozen=True)
class Token:
    """One element of a date expression. ``joined``: "and" is attached to it."""

    code: str
    value: object = None
    joined: bool = False
    spelled: bool = False


def _vocabulary() -> dict[str, Token]:
    found: dict[str, Token] = {}

    def add(code: str, groups: list[str], values: list[object], spelled: bool = False) -> None:
        for group, value in zip(groups, values, strict=True):
            for form in map(fold, group.replace("|", ",").split(",")):
                ordinal = spelled and form in _ORDINALS
                found[form] = Token("O" if ordinal else code, value, spelled=spelled)

    add("N", _ONES.split("|"), list(range(1, 11)), spelled=True)
    add("N", _TENS.split("|"), list(range(20, 80, 10)), spelled=True)
    add("M", _MONTHS.strip().split("\n"), list(range(1, 13)))
    add("M", _ENGLISH.split(" "), list(range(1, 13)))
    add("H", _HIJRI.strip().replace("\n", "|").split("|"), list(range(1, 13)))
    add("W", _WEEKDAYS.split("|"), list(range(7)))
    for (code, value), forms in _OTHER.items():
        add(code, [forms], [value])
    return found


_WORDS = _vocabulary()
_LONGEST = max(len(form.split()) for form in _WORDS)


def _variants(word: str) -> list[tuple[str, bool]]:
    """A word as it stands and with particles and article taken off; and whether "and" was."""
    found = [(word, False)]
    for at in (1, 2):
        head, rest = word[:at], word[at:]
        # August is the one month of two letters
        if (len(rest) > 2 or rest == "اب") and head in _PREFIXES:
            found.append((rest, head[0] == "و"))
            if rest.startswith("ل") and head[-1] == "ل":
                found.append(("ا" + rest, head[0] == "و"))
    return found + [(form[2:], joined) for form, joined in found if form.startswith("ال")]


def _look_up(words: list[str]) -> tuple[Token, int] | None:
    for size in range(min(_LONGEST, len(words)), 0, -1):
        for first, joined in _variants(words[0]):
            token = _WORDS.get(" ".join([first, *words[1:size]]))
            if token is not None:
                return Token(token.code, token.value, joined, token.spelled), size
    return None


@lru_cache(maxsize=4096)
def read(phrase: str) -> tuple[Token, ...]:
    """Tokens of a date expression; brackets, commas and words without meaning for it left out."""
    folded = _SPACED.sub("/", fold(phrase).lower())
    raw = [(m.lastgroup or "", m[m.lastgroup or 0]) for m in _TOKEN.finditer(folded)]
    tokens: list[Token] = []
    at, joined = 0, False
    while at < len(raw):
        kind, form = raw[at]
        size, token = 1, None
        if kind == "N":
            token = Token("Y" if len(form) == 4 else "N", int(form[:9]), joined)
        elif kind == "w":
            token, size = _word(raw[at : at + _LONGEST], tokens)
            if token is not None and joined:
                token = replace(token, joined=True)
        elif kind == "month":
            token = _WORDS[form]
        else:
            token = Token("/" if kind == "slash" else kind, form, joined)
        joined = form in ("و", "وال", "وبال", "او")
        if token is not None:
            tokens.append(token)
        at += size
    return _tidied(_summed(tokens))


def _word(raw: list[tuple[str, str]], before: list[Token]) -> tuple[Token | None, int]:
    """The token that begins at a word and the words it takes; none for noise."""
    run = [form for _, form in takewhile(lambda item: item[0] == "w", raw)]
    if run[0] in ("م", "ص") and not (before and before[-1].code in "JNOV"):
        return None, 1  # "A.D.", not "p.m."
    hit = _look_up(run)
    if hit is not None:
        return hit
    if run[0] in _PARTICLES or any(form in _NOISE for form, _ in _variants(run[0])):
        return None, 1
    return Token("w", run[0]), 1


def _summed(tokens: list[Token]) -> list[Token]:
    """Number words joined: five + ten, four + and twenty; "the fifth and the tenth" are two."""
    out: list[Token] = []
    for token in tokens:
        last = out[-1] if out else None
        if (
            last is not None and token.spelled and last.spelled
            and isinstance(token.value, int) and isinstance(last.value, int) and last.value < 10
            and token.value >= 10 and token.joined == (token.value >= 20)
        ):
            out[-1] = Token(last.code, last.value + token.value, last.joined, True)
        else:
            out.append(token)
    return out


def _tidied(tokens: list[Token]) -> tuple[Token, ...]:
    """Double month names made one; "month" and "year" before their name or number dropped, and
    the strokes of ``12/March/2016``."""
    out: list[Token] = []
    for i, token in enumerate(tokens):
        after = codes(tokens[i + 1 :])
        if token.code == "U" and after[:1] in ("Y", "M", "H"):
            continue
        if token.code == "/" and _within_date(token, codes(out), after):
            continue
        if token.code == "/" and re.search(r"[MY]$", codes(out)) and after[:1] == "M":
            month = next((t.value for t in reversed(out) if t.code == "M"), None)
            if tokens[i + 1].value == month:
                continue
        if token.code == "M" and out and out[-1].code == "M" and out[-1].value == token.value:
            continue
        out.append(token)
    return tuple(_by_one_calendar(_second_named(_without_ranks(out))))


def _within_date(stroke: Token, before: str, after: str) -> bool:
    """Whether a slash or dash stands between the day, the month and the year of one date."""
    if before[-1:] in ("M", "H") and after[:1] == "Y":
        return True
    whole = re.match(r"[MH]/Y" if stroke.value != "/" else r"[MH]", after)
    return before[-1:] == "N" and whole is not None


def _by_one_calendar(tokens: list[Token]) -> list[Token]:
    """Of the same day by both calendars the Gregorian date, which needs no conversion."""
    code = codes(tokens)
    if "E" in code or "B" in code:
        return tokens
    if "M" in code and (hijri := re.search(r"[NO]?HY?/?", code)):
        return tokens[: hijri.start()] + tokens[hijri.end() :]
    numeric = [t for t in tokens if t.code == "F" and _HIJRI_YEAR.search(str(t.value))]
    if len(numeric) == 1 and ("M" in code or code.count("F") > 1):
        return [t for t in tokens if t is not numeric[0]]
    return tokens


def _second_named(tokens: list[Token]) -> list[Token]:
    """``Tishrin the first and the second``: the second is a month too."""
    both = re.search(r"(?<![NO])([MH])O(?=[YL]|$)", codes(tokens))
    if both is None:
        return tokens
    first, second = tokens[both.start() : both.end()]
    if second.value != 2 or not second.joined or (first.code, first.value) not in _FIRST_OF_TWO:
        return tokens
    month = Token(first.code, int(str(first.value)) % 12 + 1, joined=True)
    return [*tokens[: both.start() + 1], month, *tokens[both.end() :]]


def _without_ranks(tokens: list[Token]) -> list[Token]:
    """``the first days of March`` is March, ``the first of the days of Ramadan`` its first day.

    "The days 8 and 9" are a list.
    """
    code = codes(tokens)
    listed = re.search(r"(?<!N)[pu](?=NN|OO)", code)
    if listed and tokens[listed.start()].value == "day":
        return tokens[: listed.start()] + tokens[listed.end() :]
    rank = re.search(r"(?:[VU][NO]+|uO+|p(?:N?O|N))(?=[MH]|U[LC]|CU)", code)
    if rank:
        return tokens[: rank.start()] + tokens[rank.end() :]
    nth = re.search(r"[NO](p)[MH]", code)
    return tokens if nth is None else tokens[: nth.start(1)] + tokens[nth.end(1) :]


def month_name(month: int) -> str:
    """A name of a month, 1 to 12, that ``read`` knows."""
    return _ENGLISH.split(" ")[month - 1].split(",")[0]


def codes(tokens: Sequence[Token]) -> str:
    """The codes of tokens, one letter each."""
    return "".join(token.code for token in tokens)
