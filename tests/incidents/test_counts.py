"""Counts of people, by the table of phrases beside this file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.counts import Count, count
from incidents.people import group_of
from incidents.vocabulary import default_vocabularies
from tests.incidents.number_words import spell

TABLE = Path(__file__).with_name("counts.tsv").read_text("utf-8").split("\n")
ROWS = [tuple(line.split("\t")) for line in TABLE if line and not line.startswith("#")]
VICTIMS = default_vocabularies().victims


def test_the_table_is_large_and_has_no_doubles() -> None:
    assert len(ROWS) >= 400
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_phrase_of_the_table(row: tuple[str, str, str, str, str]) -> None:
    phrase, least, most, approximate, group = row
    found = count(phrase, VICTIMS)
    assert (found.min, found.max, found.approximate) == (
        int(least), int(most) if most else None, approximate == "~")
    # a bare number or name tells no group; the record calls these people
    assert (group_of(phrase, VICTIMS) or "people") == (group or "people")


@pytest.mark.parametrize(("before", "phrase", "after", "least", "most"), [
    ("مقتل أكثر من ", "12 شخصاً", "", 13, None),
    ("ما لا يقل عن ", "12 شخصاً", "", 12, None),
    ("وإصابة نحو ", "12 شخصاً", "", 12, 12),
    ("مقتل ", "12 شخصاً", " على الأقل", 12, None),
    ("ارتفع العدد حتى وصل إلى ", "12 شخصاً", "", 12, 12),
    ("ارتفع العدد ليصل إلى ", "12 شخصاً", "", 12, 12),
    ("بعدد لم يتجاوز ", "12 شخصاً", "", 1, 12),
    ("في اليوم الخامس قتل ", "شخصان", "", 2, 2),
    ("قتل ", "أحمد 25", " عاماً برصاص قناص", 1, 1),
    ("قتل ", "الطفل أحمد، 9", " سنوات", 1, 1),
])
def test_what_a_count_needs_stands_outside_the_span(
    before: str, phrase: str, after: str, least: int, most: int | None
) -> None:
    found = count(phrase, VICTIMS, before, after)
    assert (found.min, found.max) == (least, most)


@pytest.mark.parametrize(("phrase", "whole", "least", "most"), [
    ("معظم القتلى", Count(31, 31), 16, None),
    ("غالبيتهم", Count(18, 18), 10, None),
    ("معظمهم", Count(16, None), 9, None),
    ("نصف الضحايا", Count(30, 30), 15, 15),
    ("ثلث القتلى", Count(30, 30), 10, 10),
    ("ثلثا الجرحى", Count(30, 30), 20, 20),
    ("جميعهم", Count(7, 7), 7, 7),
    ("60 بالمئة منهم", Count(40, 40), 24, 24),
    ("ثلاثة أرباعهم", Count(40, 40), 30, 30),
    ("أكثر من نصفهم", Count(31, 31), 16, None),
])
def test_a_share_of_a_count_told_before(
    phrase: str, whole: Count, least: int, most: int | None
) -> None:
    found = count(phrase, VICTIMS).of(whole)
    assert (found.min, found.max) == (least, most)


def test_most_of_a_count_is_as_firm_as_the_count() -> None:
    most = count("معظمهم", VICTIMS)
    assert most.of(Count(31, 31)) == Count(16, None, stated="part", share=0.5)
    assert most.of(Count(20, None, approximate=True)).approximate


@settings(max_examples=300, deadline=None)
@given(st.integers(3, 9_999_999), st.booleans())
def test_spelled_numbers_before_a_noun(n: int, oblique: bool) -> None:
    assert count(f"{spell(n, oblique=oblique)} شخصاً", VICTIMS) == Count(n, n)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_count_that_holds(text: str) -> None:
    found = count(text, VICTIMS)
    assert found.min >= 0 and (found.max is None or found.max >= found.min)
