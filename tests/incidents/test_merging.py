# ruff: noqa: E501 - reports in the inline form are kept on the lines they have
"""What is one incident although it is told twice, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from data.inline import parse
from incidents.assemble import ModelInfo, extraction


def incidents(source: str) -> list[dict[str, Any]]:
    return list(extraction(parse(source, "case", "2019-05-02"), ModelInfo())["incidents"])


HEADLINE = """[{kind}](a0 ATTACK) [روسية](p0 PERPETRATOR) على [{town}](l0 PLACE)
{gap}
[قتل](d1 DEATH) [6 مدنيين](v1 VICTIM) في [غارات جوية](a1 ATTACK) على [مدينة أريحا](l1 PLACE) [أمس](t1 DATE).
---
a0 perpetrator p0
a0 place l0
d1 victim v1
d1 caused_by a1
a1 place l1
a1 date t1
"""


def test_a_headline_without_casualties_is_the_attack_of_the_body() -> None:
    [incident] = incidents(HEADLINE.format(kind="غارات", town="أريحا", gap=""))
    assert [p["group"] for p in incident["perpetrators"]] == ["russia"]
    assert incident["date"]["start"] == "2019-05-01"
    assert len(incident["triggers"]) == 3


@pytest.mark.parametrize(("kind", "town", "gap"), [
    ("غارات", "بنش", ""),
    ("قصف مدفعي", "أريحا", ""),
    ("غارات", "أريحا", "وتضررت المنازل. وقبل أسبوع [قصفت](a2 ATTACK) [معرة مصرين](l2 PLACE)."),
], ids=["another-place", "another-kind", "joined-once"])
def test_a_headline_of_another_attack_stays_apart(kind: str, town: str, gap: str) -> None:
    source = HEADLINE.format(kind=kind, town=town, gap=gap)
    assert len(incidents(source + ("a2 place l2\n" if gap else ""))) == 2


def test_a_toll_that_rose_stands_beside_the_earlier_one() -> None:
    [incident] = incidents("""[قتل](d1 DEATH) [6 مدنيين](v1 VICTIM) في [غارة](a1 ATTACK) على [أريحا](l1 PLACE).
ثم ارتفع عدد [القتلى](d2 DEATH) إلى [9](v2 VICTIM).
---
d1 victim v1
d1 caused_by a1
a1 place l1
d2 victim v2
""")
    assert [(c["min"], c["evidence"]) for c in incident["casualties"]] == [
        (6, [[4, 12]]), (9, [[56, 57]])]


def test_a_place_that_is_written_in_two_ways_is_one_place() -> None:
    [incident] = incidents("""[قصفت](a1 ATTACK) الطائرات [سراقب](l1 PLACE)، وقال الدفاع المدني إن [مدينة سراقب](l2 PLACE) تضررت.
---
a1 place l1
a1 place l2
""")
    assert [(p["name"], len(p["evidence"])) for p in incident["places"]] == [("سراقب", 2)]


def test_a_brothers_child_is_no_brother() -> None:
    [incident] = incidents("""[قتل](d1 DEATH) [ابنة أخيه](v1 VICTIM) و[رجل](v2 VICTIM).
---
d1 victim v1
d1 victim v2
""")
    assert [c["group"] for c in incident["casualties"]] == ["people", "men"]


@pytest.mark.parametrize(("second", "told"), [("الطفلة", 2), ("الطفل", 1)])
def test_a_boy_and_a_girl_are_two(second: str, told: int) -> None:
    [incident] = incidents(f"""[أصيب](i1 INJURY) [طفل](v1 VICTIM) في [قصف](a1 ATTACK) على [أريحا](l1 PLACE).
وبعد ساعة [أصيب](i2 INJURY) في المكان نفسه [{second}](v2 VICTIM) حسب شهود.
---
i1 victim v1
i1 caused_by a1
a1 place l1
i2 victim v2
i2 caused_by a1
""")
    assert len(incident["casualties"]) == told


PAIR = """[قتل](d1 DEATH) [{first}](v1 VICTIM) في [{attack}](a1 ATTACK) على [{town}](l1 PLACE) في [{around}](l2 PLACE).
و[قتل](d2 DEATH) [{second}](v2 VICTIM) في [{other}](a2 ATTACK) {more} على [{place}](l3 PLACE) في [{around}](l4 PLACE).
---
d1 victim v1
d1 caused_by a1
a1 place l1
l1 located_in l2
d2 victim v2
d2 caused_by a2
a2 place l3
l3 located_in l4
"""
ONE = {"first": "3 مدنيين", "second": "3 مدنيين", "attack": "قصف", "other": "قصف", "more": "",
       "town": "سراقب", "place": "سراقب", "around": "ريف إدلب"}


@pytest.mark.parametrize(("change", "told"), [
    ({}, 1),
    ({"place": "بنش"}, 2),
    ({"town": "شمال سراقب", "place": "سراقب الجنوبية"}, 2),
    ({"town": "شمال سراقب"}, 1),
    ({"attack": "غارة جوية", "other": "انفجار"}, 2),
    ({"attack": "غارة", "other": "غارة", "more": "ثانية"}, 2),
], ids=["same", "one-container", "two-sides", "one-side", "two-kinds", "a-second"])
def test_equal_counts_are_one_incident_in_one_place_and_of_one_kind(
    change: dict[str, str], told: int
) -> None:
    assert len(incidents(PAIR.format(**ONE | change))) == told


def test_a_quarter_of_the_town_in_the_headline_is_the_same_place() -> None:
    [incident] = incidents("""[5 [شهداء](d1 DEATH)](v1 VICTIM) في [سلقين](l1 PLACE)

[قتل](d2 DEATH) [5 مدنيين](v2 VICTIM) في [الحارة الغربية](l2 PLACE) بمدينة [سلقين](l3 PLACE).
---
d1 victim v1
d1 place l1
d2 victim v2
d2 place l2
l2 located_in l3
""")
    assert [(c["group"], c["min"]) for c in incident["casualties"]] == [("civilians", 5)]


@pytest.mark.parametrize(("second", "told"), [
    ("[طبيب](v2 VICTIM) [وممرضة](v3 VICTIM)", 2), ("[المدرس](v2 VICTIM)", 1),
], ids=["somebody", "the-one"])
def test_one_person_each_does_not_join_incidents(second: str, told: int) -> None:
    source = f"""[اغتيل](d1 DEATH) [مدرس](v1 VICTIM) أمام [منزله](f1 FACILITY).
و[قتلت](d2 DEATH) [رصاصات](w2 WEAPON) {second} حسب الأهالي.
---
d1 victim v1
d1 place f1
d2 victim v2
d2 weapon w2
"""
    assert len(incidents(source + ("d2 victim v3\n" if told == 2 else ""))) == told


def test_a_body_is_of_the_person_told_last() -> None:
    first, second = incidents("""[قتل](d1 DEATH) [عامل](v1 VICTIM) في [قصف](a1 ATTACK) على [سراقب](l1 PLACE).
و[أعدم](d2 DEATH) مسلحون [شاباً](v2 VICTIM) في [بنش](l2 PLACE). ثم عثر الأهالي على [[جثته](d3 DEATH)](v3 VICTIM) ليلاً.
---
d1 victim v1
d1 caused_by a1
a1 place l1
d2 victim v2
d2 place l2
d3 victim v3
""")
    assert [len(i["casualties"][0]["evidence"]) for i in (first, second)] == [1, 2]
    assert [len(i["casualties"]) for i in (first, second)] == [1, 1]
