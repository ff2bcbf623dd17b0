"""Date expressions, by table; merging; hostile input; agreement with gold where it is there."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.date_mentions import referred, resolve_all
from incidents.date_words import read
from incidents.dates import ResolvedDate, resolve

REALDEV = Path(__file__).parents[2].parent / "shared" / "realdev"


def _cases() -> list[tuple[str, str, str, str, str]]:
    rows = Path(__file__).with_name("dates.tsv").read_text(encoding="utf-8").split("\n")
    cells = [row.split("\t") for row in rows if row and not row.startswith("#")]
    return [(c[0], c[1], c[2], c[3], c[4]) for c in cells]


def _shown(found: ResolvedDate) -> tuple[str, str]:
    if found.start is None:
        return "-", found.precision
    dates = found.start if found.start == found.end else f"{found.start}/{found.end}"
    return dates, found.precision


def test_there_are_enough_cases() -> None:
    assert len(_cases()) >= 200
    assert len({case[:2] for case in _cases()}) == len(_cases())


@pytest.mark.parametrize(("published", "phrase", "dates", "precision", "more"), _cases())
def test_phrase(published: str, phrase: str, dates: str, precision: str, more: str) -> None:
    found = resolve(phrase, None if published == "-" else published)
    assert _shown(found) == (dates, precision)
    said = {"time": found.time, "part": found.part, "notes": ",".join(found.notes)}
    wanted = dict(pair.split("=") for pair in more.split())
    assert {key: value for key, value in said.items() if value and key in wanted} == wanted
    assert "notes" in wanted or not found.notes


@pytest.mark.parametrize(
    ("phrases", "dates", "precision", "time"),
    [
        ([], "-", "unknown", None),
        (["قبيل ذلك"], "-", "unknown", None),
        (["الساعة 21:05", "7 حزيران 2018"], "2018-06-07", "hour", "21:05"),
        (["7 حزيران 2018", "الساعة 21:05", "الساعة 21:40"], "2018-06-07", "hour", "21:05"),
        (["خلال الأشهر الثلاثة الماضية", "من 4 آذار 2018 حتى 9 حزيران 2018"],
         "2018-03-04/2018-06-09", "period", None),
        (["خلال الأسبوع الماضي", "يوم الثلاثاء"], "2018-06-12", "day", None),
        (["حزيران 2018", "7 حزيران"], "2018-06-07", "day", None),
        (["اليوم", "صباح اليوم"], "2018-06-15", "day", None),
        (["لاحقاً", "أمس"], "2018-06-14", "day", None),
        (["السبت", "والأحد"], "2018-06-09/2018-06-10", "period", None),
        (["السبت", "فجر الأحد"], "2018-06-09", "day", None),
        (["عام 2018", "أيار 2018"], "2018-05-01/2018-05-31", "month", None),
    ],
)
def test_mentions_merge(phrases: list[str], dates: str, precision: str, time: str | None) -> None:
    found = resolve_all(tuple(phrases), "2018-06-15")
    assert _shown(found) == (dates, precision)
    assert found.time == time


@pytest.mark.parametrize(("phrase", "before", "dates"), [
    ("الثامن من الشهر ذاته", "3 آذار 2018", "2018-03-08"),
    ("18 أيار من العام نفسه", "3 شباط 2018", "2018-05-18"),
    ("15 من نفس الشهر", "3 شباط 2018", "2018-02-15"),
    ("الشهر ذاته", "3 شباط 2018", "2018-02-01/2018-02-28"),
    ("الأحد من الأسبوع نفسه", "السبت", "-"), ("اليوم نفسه", "3 شباط 2018", "2018-02-03"),
    ("الثامن من الشهر ذاته", "من 3 شباط حتى 4 آذار 2018", "-"),
])
def test_the_same_month_lends_month_and_year_alone(phrase: str, before: str, dates: str) -> None:
    assert _shown(resolve(referred(phrase, before, "2018-06-15"), "2018-06-15"))[0] == dates


def test_part_of_day_comes_from_any_mention() -> None:
    assert resolve_all(("7 حزيران 2018", "فجراً"), None).part == "dawn"


@pytest.mark.parametrize("wrapped", ["\u200f{}\u200e", "\u2067{}\u2069", "«{}»", "{}،", "\r\n{}"])
def test_marks_around_do_not_matter(wrapped: str) -> None:
    plain = "يوم السبت 12 آذار 2016"
    assert resolve(wrapped.format(plain), None) == resolve(plain, None)


def test_spelling_does_not_matter() -> None:
    plain = resolve("الأربعاء ١ أيلول ٢٠٢١", None)
    assert plain.start == "2021-09-01"
    for other in ("الاربعاء 1 ايلول 2021", "الأَرْبِعَاء 1 أيلـــول 2021", "الأربعاء 1 أيلول2021"):
        assert resolve(other, None) == plain


_VOCABULARY = st.sampled_from([
    "اليوم", "أمس", "12", "آذار", "2016", "1437", "رمضان", "حتى", "منذ", "من", "إلى", "و", "بين",
    "خلال", "الماضي", "الجاري", "الشهر", "أيام", "ساعة", "الخميس", "الساعة", "07:30", "مساء",
    "3/4", "12/3/2016", "-", "/", "ذاته", "قبل", "بعد", "الأول", "عشر", "عيد الفطر", "أو",
    "14:30:00", "وفجر", "والثاني", "8", "و9", "6/6/1446", "تشرين الأول", "الليلة", "المذكور",
])


@settings(max_examples=1000, deadline=None)
@given(st.lists(_VOCABULARY, max_size=8), st.sampled_from([None, "2016", "2016-03", "2016-03-18"]))
def test_any_order_of_words_gives_ordered_dates(words: list[str], published: str | None) -> None:
    found = resolve(" ".join(words), published)
    assert (found.start is None) == (found.end is None) == (found.precision == "unknown")
    if found.start and found.end:
        assert date.fromisoformat(found.start) <= date.fromisoformat(found.end)


def test_weekdays_in_a_row_before_the_same_first_are_survived() -> None:
    found = resolve("الخميس الخميس الخميس ذاته الأول", "2016-03-18")
    assert found.start is None or found.start <= str(found.end)


def test_a_year_before_a_dash_and_a_month_is_survived() -> None:
    """It may end one date and begin another: nothing is guessed."""
    assert resolve("2016 - آذار", None).precision == "unknown"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_survived(text: str) -> None:
    resolve(text, "2020-01-01")


def test_lone_surrogates_and_nul_are_survived() -> None:
    assert resolve("\ud800اليوم\x00", "2020-01-01").start == "2020-01-01"
    assert resolve("", "2020-01-01") == ResolvedDate()


def test_codes_of_double_names_fold_into_one() -> None:
    assert "".join(t.code for t in read("12 مارس / آذار (مارس) 2016")) == "NMY"


@pytest.mark.skipif(not REALDEV.exists(), reason="the shared real reports are not here")
def test_dates_of_gold_facts_are_found() -> None:
    """Of facts whose date gold resolves, nearly all dates come out of the report's mentions."""
    right = total = 0
    for line in (REALDEV / "docs.jsonl").read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        document = json.loads(line)
        gold = json.loads((REALDEV / "gold" / f"{document['id']}.json").read_text("utf-8"))
        mentions = [e["text"] for e in gold["entities"] if e["label"] == "DATE"]
        got = {_shown(resolve(m, document["published"]))[0] for m in mentions}
        wanted = {fact["date"] for fact in gold["facts"]} - {None}
        right += len(wanted & got)
        total += len(wanted)
    assert total >= 10
    assert right / total >= 0.85
