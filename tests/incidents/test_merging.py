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
