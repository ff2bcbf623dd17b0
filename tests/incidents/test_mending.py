# ruff: noqa: E501 - reports in the inline form are kept on the lines they have
"""What a model leaves out and the words beside its spans tell: each test drops one thing."""

from __future__ import annotations

import pytest

from data.document import Document
from data.inline import parse
from incidents.assemble import ModelInfo, extraction
from incidents.mending import mended
from incidents.view import View
from incidents.vocabulary import default_vocabularies


def document(source: str) -> Document:
    return parse(source, "case", "2019-05-02")


def facts(source: str) -> list[tuple[str, str, int, int | None]]:
    """Harm, group and count of every statement, parts after their wholes."""
    found = extraction(document(source), ModelInfo())["incidents"]
    return [(c["harm"], p["group"], p["min"], p["max"])
            for i in found for c in i["casualties"] for p in (c, *c["of_which"])]


@pytest.mark.parametrize(("source", "expected"), [
    pytest.param("و[أصيب](i1 INJURY) عشرة بحروق في السوق.\n---\n",
                 [("injured", "people", 10, 10)], id="number-after-a-verb"),
    pytest.param("[مقتل](d1 DEATH) ما لا يقل عن 40 مقاتلاً في المعارك.\n---\n",
                 [("killed", "fighters", 40, None)], id="approximator-number-noun"),
    pytest.param("[قُتلت](d1 DEATH) طفلتان بلغم.\n---\n",
                 [("killed", "children", 2, 2)], id="dual"),
    pytest.param("خلف القصف ثمانية [جرحى](i1 INJURY) في البلدة.\n---\n",
                 [("injured", "people", 8, 8)], id="number-before-a-noun"),
    pytest.param("خلف القصف أحد عشر [قتيلاً](d1 DEATH) في البلدة.\n---\n",
                 [("killed", "people", 11, 11)], id="eleven-before-a-noun"),
])
def test_whom_a_harm_befell_is_read_beside_it(
    source: str, expected: list[tuple[str, str, int, int | None]]
) -> None:
    assert facts(source) == expected


@pytest.mark.parametrize("source", [
    "[إصابة](i1 INJURY) 3 منازل بأضرار.\n---\n",
    "[قتل](d1 DEATH) 12 يوماً بعد الهدنة.\n---\n",
    "ولم يسجل [مقتل](d1 DEATH) 5 أشخاص.\n---\n",
    "[القتلى](d1 DEATH) في المشفى.\n---\n",
    "وفي عام 2013 [قتل](d1 DEATH) قائد الفصيل أبو عمر.\n---\n",
    "وفي 2014 [قتيل](d1 DEATH) جديد.\n---\n",
    "عند الساعة 10 [قتل](d1 DEATH) القيادي.\n---\n",
    "وفي 3 كانون الثاني 2014 [قتلى](d1 DEATH) في البلدة.\n---\n",
    "وبكى شقيق أحد [القتيلين](d1 DEATH).\n---\n",
    "وروى أحد [الجرحى](i1 INJURY) ما جرى.\n---\n",
], ids=["houses", "days", "denied", "no-number", "year", "year-of-a-noun", "hour", "date",
        "one-of-the-dead", "one-of-the-hurt"])
def test_what_is_no_count_of_people_stays_out(source: str) -> None:
    assert facts(source) == []


@pytest.mark.parametrize(("source", "expected"), [
    pytest.param("أدى القصف إلى [مقتل](d1 DEATH) [6 مدنيين](v1 VICTIM).\n---\n",
                 [("killed", "civilians", 6, 6)], id="trigger-before"),
    pytest.param("قال شهود إن [6 مدنيين](v1 VICTIM) [أصيبوا](i1 INJURY).\n---\n",
                 [("injured", "civilians", 6, 6)], id="trigger-after"),
    pytest.param("ونزحت [70 عائلة](v1 VICTIM) عن القرية.\n---\n",
                 [("displaced", "people", 70, None)], id="no-trigger"),
    pytest.param("[قتل](d1 DEATH) [9 مدنيين](v1 VICTIM) بينهم [4 نساء](v2 VICTIM).\n---\nd1 victim v1\n",
                 [("killed", "civilians", 9, 9), ("killed", "women", 4, 4)], id="part"),
    pytest.param("[قتل](d1 DEATH) [9 مدنيين](v1 VICTIM) [و3 مسلحين](v2 VICTIM).\n---\nd1 victim v1\n",
                 [("killed", "civilians", 9, 9), ("killed", "fighters", 3, 3)], id="fellow"),
])
def test_a_count_that_nothing_governs_is_told_by_its_clause(
    source: str, expected: list[tuple[str, str, int, int | None]]
) -> None:
    assert facts(source) == expected


def test_people_whom_no_harm_is_told_of_are_no_victims() -> None:
    assert facts("يعيش في المخيم [300 عائلة](v1 VICTIM)، و[قتل](d1 DEATH) [رجل](v2 VICTIM).\n---\nd1 victim v2\n") == [
        ("killed", "men", 1, 1)]


def test_a_number_is_not_cut_in_half() -> None:
    assert facts("[توقيف](e1 DETENTION) [ما لا يقل عن أربعة](v1 VICTIM) وثلاثين في حملة.\n---\ne1 victim v1\n") == [
        ("detained", "people", 34, None)]


def test_the_share_before_a_whole_is_read() -> None:
    assert facts("""[قتل](d1 DEATH) [21 شخصاً](v1 VICTIM)، وقال طبيب إن معظم [[القتلى](d2 DEATH)](v2 VICTIM) مدنيون.
---
d1 victim v1
v2 subset_of v1
""") == [("killed", "people", 21, 21), ("killed", "civilians", 11, None)]


def test_of_two_wholes_the_nearest_told_before_counts() -> None:
    assert facts("""[قتل](d1 DEATH) [9 مدنيين](v1 VICTIM) و[أصيب](i1 INJURY) [30 آخرون](v2 VICTIM) بينهم [11 امرأة](v3 VICTIM).
---
d1 victim v1
i1 victim v2
v3 subset_of v1
v3 subset_of v2
""") == [("killed", "civilians", 9, 9), ("injured", "civilians", 30, 30),
         ("injured", "women", 11, 11)]


def test_what_is_added_points_at_its_words_and_leaves_the_spans_alone() -> None:
    one = document("و[أصيب](i1 INJURY) عشرة بحروق في السوق.\n---\n")
    result = extraction(one, ModelInfo())
    [injured] = result["incidents"][0]["casualties"]
    [[start, end]] = injured["evidence"]
    assert one.text[start:end] == injured["text"] == "عشرة"
    assert [e["id"] for e in result["entities"]] == ["i1"]


def test_a_report_with_nothing_left_out_is_the_same_document() -> None:
    one = document("[قتل](d1 DEATH) [9 مدنيين](v1 VICTIM) بقصف.\n---\nd1 victim v1\n")
    assert mended(View(one, {}, default_vocabularies())) is one


@pytest.mark.parametrize("source", [
    "يستمر [حصار](x1 DISPLACEMENT) أربع بلدات في الريف.\n---\n",
    "أدى القصف إلى [نزوح](x1 DISPLACEMENT) 40 بالمئة من سكان البلدة.\n---\n",
    "أسفر القصف عن [إصابة](i1 INJURY) ثلاث بنايات سكنية.\n---\n",
])
def test_towns_buildings_and_percents_are_nobody(source: str) -> None:
    assert facts(source) == []
