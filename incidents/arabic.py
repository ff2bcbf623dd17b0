"""What pages say in Arabic: names of classes, precisions and governorates, and counted nouns."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from incidents.exports.fields import Incident, vague
from incidents.places import default_gazetteer
from incidents.vocabulary import default_vocabularies

PRECISIONS = {"hour": "بدقة ساعة", "day": "بدقة يوم", "month": "بدقة شهر", "year": "بدقة سنة",
              "period": "مدة", "unknown": ""}


class Noun(NamedTuple):
    """A noun as numbers govern it, by CLDR's plural categories of Arabic.

    ``one`` and ``two`` stand without a digit; ``few`` follows 3 to 10 (plural, genitive), ``many``
    11 to 99 (singular, accusative), ``other`` 0 and full hundreds (singular, genitive).
    """

    one: str
    two: str
    few: str
    many: str
    other: str


REPORT = Noun("تقرير واحد", "تقريران", "تقارير", "تقريراً", "تقرير")
RECORD = Noun("سجل واحد", "سجلان", "سجلات", "سجلاً", "سجل")
INCIDENT = Noun("حادثة واحدة", "حادثتان", "حوادث", "حادثة", "حادثة")
CLUSTER = Noun("مجموعة واحدة", "مجموعتان", "مجموعات", "مجموعة", "مجموعة")


def counted(number: int, noun: Noun) -> str:
    """A number with its noun; above 100 what is left of the hundreds governs it.

    1 and 2 of them leave the noun as after a full hundred: ``101 شخص``.
    """
    if number in (1, 2):
        return noun.one if number == 1 else noun.two
    rest = number % 100
    return f"{number} {noun.few if 3 <= rest <= 10 else noun.many if rest > 10 else noun.other}"


def name(vocabulary: str, klass: str) -> str:
    """The Arabic name of a class; of one that the vocabulary lacks, its id."""
    body = getattr(default_vocabularies(), vocabulary).classes.get(klass, {})
    return str(body.get("ar", klass))


def people(row: Incident) -> str:
    """A casualty statement as words: ``16 مدنياً على الأقل``, ``من 6 إلى 9 أطفال``."""
    forms = dict(default_vocabularies().victims.classes[row["group"]]["ar"])
    group, noun = forms.pop("all"), Noun(**forms)
    low, high = row["min"], row["max"]
    if vague(row):
        return f"{group}، عدد غير مذكور"
    if high is None:
        told = f"{counted(low, noun)} على الأقل"
    elif low == high:
        told = counted(low, noun)
    elif (low, high) == (1, 2):
        told = f"{noun.one} أو {noun.two}"
    else:
        told = f"من {low} إلى {counted(high, noun)}"
    return f"{told} تقريباً" if row["approximate"] else told


def quote(row: Incident) -> str:
    """A casualty statement's own words where they say more than ``people``.

    Empty for words that redaction replaced by the group.
    """
    text = str(row["text"])
    told = text == row["group"] or text.removeprefix("و") in people(row)
    return "" if told else f"«{text}»"


@cache
def _governorates() -> dict[str, str]:
    return {e.admin1: e.names[0] for e in default_gazetteer().entries
            if e.kind == "governorate" and e.admin1}


def governorate(admin1: str) -> str:
    """A governorate in Arabic, by its English name; where that is unknown, the name alone."""
    known = _governorates().get(admin1)
    return f"محافظة {known}" if known else admin1
