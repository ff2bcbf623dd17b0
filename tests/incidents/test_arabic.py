"""What pages say in Arabic: agreement of numbers and nouns, and a name for every class."""

from __future__ import annotations

import re

import pytest

from incidents import arabic
from incidents.gazetteer_sources import ADMIN1
from incidents.vocabulary import default_vocabularies

# Each group counted 1, 2, 3, 10, 11, 100, and without a number.
COUNTED = """
people      | شخص واحد | شخصان | 3 أشخاص | 10 أشخاص | 11 شخصاً | 100 شخص | أشخاص
children    | طفل واحد | طفلان | 3 أطفال | 10 أطفال | 11 طفلاً | 100 طفل | أطفال
women       | امرأة واحدة | امرأتان | 3 نساء | 10 نساء | 11 امرأة | 100 امرأة | نساء
men         | رجل واحد | رجلان | 3 رجال | 10 رجال | 11 رجلاً | 100 رجل | رجال
elderly     | مسن واحد | مسنان | 3 مسنين | 10 مسنين | 11 مسناً | 100 مسن | مسنون
civilians   | مدني واحد | مدنيان | 3 مدنيين | 10 مدنيين | 11 مدنياً | 100 مدني | مدنيون
journalists | صحفي واحد | صحفيان | 3 صحفيين | 10 صحفيين | 11 صحفياً | 100 صحفي | صحفيون
fighters    | مقاتل واحد | مقاتلان | 3 مقاتلين | 10 مقاتلين | 11 مقاتلاً | 100 مقاتل | مقاتلون
soldiers    | جندي واحد | جنديان | 3 جنود | 10 جنود | 11 جندياً | 100 جندي | جنود
detainees   | معتقل واحد | معتقلان | 3 معتقلين | 10 معتقلين | 11 معتقلاً | 100 معتقل | معتقلون
displaced   | نازح واحد | نازحان | 3 نازحين | 10 نازحين | 11 نازحاً | 100 نازح | نازحون
medics      | عامل صحي واحد | عاملان صحيان | 3 عاملين صحيين | 10 عاملين صحيين | 11 عاملاً صحياً | 100 عامل صحي | عاملون صحيون
rescuers    | عامل إنقاذ واحد | عاملا إنقاذ | 3 عمال إنقاذ | 10 عمال إنقاذ | 11 عامل إنقاذ | 100 عامل إنقاذ | عمال إنقاذ
"""  # noqa: E501 - a row a group
TABLE = {cells[0]: cells[1:] for line in COUNTED.strip().splitlines()
         for cells in [[cell.strip() for cell in line.split("|")]]}


def row(group: str, low: int, high: int | None, approximate: bool = False) -> dict[str, object]:
    return {"group": group, "min": low, "max": high, "approximate": approximate}


def test_the_table_has_every_group() -> None:
    assert set(TABLE) == set(default_vocabularies().victims.classes)


@pytest.mark.parametrize("group", TABLE)
def test_groups_agree_with_their_number(group: str) -> None:
    *counted, everyone = TABLE[group]
    assert [arabic.people(row(group, n, n)) for n in (1, 2, 3, 10, 11, 100)] == counted
    assert arabic.people(row(group, 3, None, True)) == f"{everyone}، عدد غير مذكور"


@pytest.mark.parametrize(("number", "expected"), [
    (0, "0 شخص"), (1, "شخص واحد"), (2, "شخصان"), (3, "3 أشخاص"), (99, "99 شخصاً"),
    (101, "101 شخص"), (102, "102 شخص"), (103, "103 أشخاص"), (110, "110 أشخاص"),
    (111, "111 شخصاً"), (199, "199 شخصاً"), (200, "200 شخص"), (1000, "1000 شخص"),
    (1071, "1071 شخصاً"), (2005, "2005 أشخاص"),
])
def test_what_is_left_of_the_hundreds_governs_the_noun(number: int, expected: str) -> None:
    assert arabic.people(row("people", number, number)) == expected


@pytest.mark.parametrize(("low", "high", "approximate", "expected"), [
    (16, None, False, "16 مدنياً على الأقل"), (2, None, False, "مدنيان على الأقل"),
    (6, 9, False, "من 6 إلى 9 مدنيين"), (9, 15, False, "من 9 إلى 15 مدنياً"),
    (1, 2, False, "مدني واحد أو مدنيان"), (40, 40, True, "40 مدنياً تقريباً"),
])
def test_ranges_in_words(low: int, high: int | None, approximate: bool, expected: str) -> None:
    assert arabic.people(row("civilians", low, high, approximate)) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("أكثر من 15 مدنياً", "«أكثر من 15 مدنياً»"), ("16 مدنياً على الأقل", ""), ("16", ""),
    ("و16 مدنياً", ""), ("civilians", ""), ("ستة عشر", "«ستة عشر»"),
])
def test_words_are_quoted_where_they_say_more(text: str, expected: str) -> None:
    assert arabic.quote(row("civilians", 16, None) | {"text": text}) == expected


@pytest.mark.parametrize(("noun", "expected"), [
    (arabic.REPORT, ["تقرير واحد", "تقريران", "3 تقارير", "528 تقريراً"]),
    (arabic.RECORD, ["سجل واحد", "سجلان", "3 سجلات", "528 سجلاً"]),
    (arabic.INCIDENT, ["حادثة واحدة", "حادثتان", "3 حوادث", "528 حادثة"]),
    (arabic.CLUSTER, ["مجموعة واحدة", "مجموعتان", "3 مجموعات", "528 مجموعة"]),
])
def test_what_pages_count(noun: arabic.Noun, expected: list[str]) -> None:
    assert [arabic.counted(n, noun) for n in (1, 2, 3, 528)] == expected


def test_every_class_has_one_arabic_name_of_its_own() -> None:
    for vocabulary in ("incidents", "harms", "perpetrators", "weapons", "facilities"):
        classes = getattr(default_vocabularies(), vocabulary).classes
        names = [arabic.name(vocabulary, klass) for klass in classes]
        assert len(set(names)) == len(names), vocabulary
        assert not [name for name in names if re.search("[A-Za-z_]", name)], vocabulary
    assert arabic.name("weapons", "trebuchet") == "trebuchet"


def test_governorates_have_arabic_names() -> None:
    names = {admin1: arabic.governorate(admin1) for admin1 in ADMIN1.values()}
    assert all(name.startswith("محافظة ") for name in names.values())
    assert names["Idlib"] == "محافظة إدلب" and arabic.governorate("Nowhere") == "Nowhere"
