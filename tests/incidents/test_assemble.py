# ruff: noqa: E501 - reports in the inline form are kept on the lines they have
"""Assembly, case by case: each test is one way in which a report can mislead."""

from __future__ import annotations

from typing import Any

import pytest

from data.document import Document, Relation
from data.inline import parse
from incidents.assemble import ModelInfo, extraction

PUBLISHED = "2019-05-02"


def incidents(source: str, published: str | None = PUBLISHED) -> list[dict[str, Any]]:
    result = extraction(parse(source, "case", published), ModelInfo())
    return list(result["incidents"])


def facts(source: str) -> list[tuple[str, str, int, int | None]]:
    return [(c["harm"], c["group"], c["min"], c["max"])
            for i in incidents(source) for c in i["casualties"]]


def test_denied_and_hypothetical_casualties_are_no_facts() -> None:
    assert facts("""ولم يسفر القصف عن [إصابة](i1 INJURY) [مدنيين](v1 VICTIM) في البلدة.
وسط مخاوف من [مقتل](d1 DEATH) [عشرات السكان](v2 VICTIM)، وربما [قتل](d2 DEATH) [ثلاثة أشخاص](v3 VICTIM).
---
i1 victim v1
d1 victim v2
d2 victim v3
""") == []


def test_a_perfect_with_qad_is_asserted() -> None:
    assert facts("""وقد [قتل](d1 DEATH) [ما لا يقل عن 4 مدنيين](v1 VICTIM).
---
d1 victim v1
""") == [("killed", "civilians", 4, None)]


def test_years_ages_units_and_rounds_are_not_victims() -> None:
    source = """[قتل](d1 DEATH) [طفل عمره 12 عاماً](v1 VICTIM) و[أصيب](i1 INJURY) [عنصر من الفرقة 25](v2 VICTIM) \
بسقوط 40 قذيفة على بعد 7 كيلومترات في عام 2019.
---
d1 victim v1
i1 victim v2
"""
    assert facts(source) == [("killed", "children", 1, 1), ("injured", "fighters", 1, 1)]


def test_a_total_that_differs_from_its_parts_is_kept_beside_them() -> None:
    [incident] = incidents("""[قتل](d1 DEATH) [10 مدنيين](v1 VICTIM) بينهم [3 أطفال](v2 VICTIM) و[4 نساء](v3 VICTIM).
---
d1 victim v1
v2 subset_of v1
v3 subset_of v1
""")
    [killed] = incident["casualties"]
    assert (killed["min"], killed["max"]) == (10, 10)
    assert [(p["group"], p["min"]) for p in killed["of_which"]] == [("children", 3), ("women", 4)]


def test_two_incidents_in_one_sentence_keep_their_own_arguments() -> None:
    found = incidents("""[قتل](d1 DEATH) [طفلان](v1 VICTIM) بـ[قصف مدفعي](a1 ATTACK) لـ[قوات النظام](p1 PERPETRATOR) على \
[بلدة كفرنبل](l1 PLACE)، و[أصيبت](i1 INJURY) [امرأة](v2 VICTIM) بـ[انفجار](a2 ATTACK) [لغم](w1 WEAPON) قرب [مدينة الباب](l2 PLACE).
---
d1 victim v1
d1 caused_by a1
a1 perpetrator p1
a1 place l1
i1 victim v2
i1 caused_by a2
a2 weapon w1
a2 place l2
""")
    assert [(i["type"], [p["group"] for p in i["perpetrators"]], [w["class"] for w in i["weapons"]],
             [p["name"] for p in i["places"]], [c["min"] for c in i["casualties"]])
            for i in found] == [
        ("shelling", ["syrian_government"], [], ["بلدة كفرنبل"], [2]),
        ("explosion", [], ["mine"], ["مدينة الباب"], [1]),
    ]


def test_one_incident_told_in_headline_lead_and_body_is_one() -> None:
    [incident] = incidents("""[قتلى](d0 DEATH) في [غارات](a0 ATTACK) على [سراقب](l0 PLACE)

[قتل](d1 DEATH) [14 مدنياً](v1 VICTIM) في [غارات جوية](a1 ATTACK) على [مدينة سراقب](l1 PLACE) [أمس](t1 DATE).

وقال ناشطون إن [14 شخصاً](v2 VICTIM) [قضوا](d2 DEATH) حين [استهدفت](a2 ATTACK) [طائرات روسية](w1 WEAPON) [سراقب](l2 PLACE).
---
a0 place l0
d0 caused_by a0
d1 victim v1
d1 caused_by a1
a1 place l1
a1 date t1
d2 victim v2
d2 caused_by a2
a2 weapon w1
a2 place l2
""".replace("[قتلى](d0 DEATH)", "[[قتلى](d0 DEATH)](v0 VICTIM)").replace(
        "---\n", "---\nd0 victim v0\n"))
    [killed] = incident["casualties"]
    assert (killed["group"], killed["min"], killed["max"]) == ("civilians", 14, 14)
    assert len(killed["evidence"]) == 3
    assert incident["date"]["start"] == "2019-05-01"
    assert [w["class"] for w in incident["weapons"]] == ["aircraft"]


def test_contradicting_counts_stand_side_by_side_with_their_sources() -> None:
    [incident] = incidents("""قال [المرصد](s1 SOURCE) إن [20 شخصاً](v1 VICTIM) [قتلوا](d1 DEATH) في [تفجير](a1 ATTACK) في [عفرين](l1 PLACE)، \
بينما قالت [الشرطة](s2 SOURCE) إن [17 شخصاً](v2 VICTIM) [قتلوا](d2 DEATH) فيه.
---
d1 victim v1
d1 source s1
d1 caused_by a1
d2 victim v2
d2 source s2
d2 caused_by a1
a1 place l1
""")
    assert [(c["min"], c["sources"]) for c in incident["casualties"]] == [
        (20, ["المرصد"]), (17, ["الشرطة"])]


def test_the_same_count_in_another_place_or_on_another_day_is_another_incident() -> None:
    source = """[قتل](d1 DEATH) [12 مدنياً](v1 VICTIM) في [{}](l1 PLACE) [{}](t1 DATE).
و[قتل](d2 DEATH) [12 مدنياً](v2 VICTIM) في [{}](l2 PLACE) [{}](t2 DATE).
---
d1 victim v1
d1 place l1
d1 date t1
d2 victim v2
d2 place l2
d2 date t2
"""
    assert len(incidents(source.format("جسر الشغور", "أمس", "معرة مصرين", "أمس"))) == 2
    assert len(incidents(source.format("جسر الشغور", "أمس", "جسر الشغور", "اليوم"))) == 2
    assert len(incidents(source.format("جسر الشغور", "أمس", "مدينة جسر الشغور", "أمس"))) == 1


def test_a_tally_and_its_breakdown_are_not_counted_twice() -> None:
    found = incidents("""[قتل](d1 DEATH) [30 شخصاً](v1 VICTIM) أمس، و[[القتلى](d2 DEATH)](v2 VICTIM) هم [18](v3 VICTIM) في [غارات](a1 ATTACK) \
[روسية](p1 PERPETRATOR) على [أريحا](l1 PLACE)، و[12](v4 VICTIM) في [قصف](a2 ATTACK) لـ[النظام](p2 PERPETRATOR) على [بنش](l2 PLACE).
---
d1 victim v1
d2 victim v2
v3 subset_of v2
v4 subset_of v2
d2 caused_by a1
d2 caused_by a2
a1 perpetrator p1
a1 place l1
a2 perpetrator p2
a2 place l2
""")
    total, first, second = found
    assert [(c["min"], c["of_which"]) for c in total["casualties"]] == [(30, [])]
    assert total["part_of"] is None and total["perpetrators"] == []
    assert first["part_of"] == second["part_of"] == total["id"]
    assert [i["casualties"][0]["min"] for i in found] == [30, 18, 12]
    assert [i["perpetrators"][0]["group"] for i in (first, second)] == [
        "russia", "syrian_government"]


def test_one_count_for_killed_and_hurt_leaves_each_open() -> None:
    source = """[مقتل](d1 DEATH) [وإصابة](i1 INJURY) [{}](v1 VICTIM).
---
d1 victim v1
i1 victim v1
"""
    assert facts(source.format("6 أشخاص")) == [
        ("killed", "people", 1, 5), ("injured", "people", 1, 5)]
    assert facts(source.format("أكثر من 20 مدنياً")) == [
        ("killed", "civilians", 1, None), ("injured", "civilians", 1, None)]
    assert facts(source.format("طفلة")) == [("killed", "children", 1, 1)]


def test_most_of_the_dead_is_more_than_half_of_those_told_before() -> None:
    [incident] = incidents("""[قتل](d1 DEATH) [21 شخصاً](v1 VICTIM)، و[معظم [القتلى](d2 DEATH)](v2 VICTIM) مدنيون.
---
d1 victim v1
v2 subset_of v1
""")
    [killed] = incident["casualties"]
    [part] = killed["of_which"]
    assert (part["group"], part["min"], part["max"], part["approximate"]) == (
        "civilians", 11, None, False)


def test_others_are_of_the_group_that_they_continue() -> None:
    assert facts("""[مقتل](d1 DEATH) [9 مقاتلين](v1 VICTIM) و[إصابة](i1 INJURY) [11 آخرين](v2 VICTIM).
---
d1 victim v1
i1 victim v2
""") == [("killed", "fighters", 9, 9), ("injured", "fighters", 11, 11)]


def test_counts_without_a_trigger_are_told_by_their_own_words() -> None:
    assert facts("""وبلغ عدد من سقطوا في [القصف](a1 ATTACK) على [دوما](l1 PLACE) [83 ضحية](v1 VICTIM)، ولا يزال \
[عشرات الأشخاص](v2 VICTIM) عالقين تحت الأنقاض، و[50 مواطناً](v3 VICTIM) في منازلهم.
---
a1 place l1
""") == [("killed", "people", 83, 83), ("missing", "people", 20, None)]


def test_the_trapped_are_besieged_and_the_vanished_missing() -> None:
    assert facts("""[محاصرة](x1 DISPLACEMENT) [200 عائلة](v1 VICTIM) و[نزوح](x2 DISPLACEMENT) [نحو ألفي مدني](v2 VICTIM) \
و[فقدان](e1 DETENTION) [شابين](v3 VICTIM) و[اعتقال](e2 DETENTION) [7 طلاب](v4 VICTIM).
---
x1 victim v1
x2 victim v2
e1 victim v3
e2 victim v4
""") == [("besieged", "people", 200, None), ("displaced", "civilians", 2000, 2000),
         ("missing", "men", 2, 2), ("detained", "people", 7, 7)]


def test_the_parties_of_a_clash_are_those_that_the_dead_belonged_to() -> None:
    [incident] = incidents("""[قتل](d1 DEATH) [15 عنصراً من قسد وتنظيم الدولة](v1 VICTIM) في [اشتباكات](a1 ATTACK) بين [الطرفين](p1 PERPETRATOR).
---
d1 victim v1
d1 caused_by a1
a1 perpetrator p1
""")
    assert {p["group"] for p in incident["perpetrators"]} == {"sdf", "isis"}


def test_a_government_is_the_syrian_one_only_in_a_report_about_syria() -> None:
    source = """[قصف](a1 ATTACK) [القوات الحكومية](p1 PERPETRATOR) [{}](l1 PLACE).
---
a1 perpetrator p1
a1 place l1
"""
    groups = [incidents(source.format(name))[0]["perpetrators"][0]["group"]
              for name in ("ريف إدلب", "سراقب", "مدينة بنغازي", "أفغانستان", "تونس")]
    assert groups == ["syrian_government", "syrian_government", "other", "syrian_government", "other"]
    [told] = incidents(source.format("إدلب").replace("القوات الحكومية", "قوات الأمن العراقية"))
    assert told["perpetrators"][0]["group"] == "other"
    [there] = incidents(source.format("طهران").replace("القوات الحكومية", "قوات الأمن"))
    assert there["perpetrators"][0]["group"] == "other"
    both = incidents(source.format("إدلب").replace("القوات الحكومية", "الجيش وحزب الله"))
    assert {p["group"] for p in both[0]["perpetrators"]} == {"syrian_government", "iran_backed"}


def test_the_places_of_a_report_tell_its_country_as_its_words_do() -> None:
    """`اللبناني` does not make villages that only the gazetteer knows Lebanese."""
    found = incidents("""[قصف](a1 ATTACK) [الجيش](p1 PERPETRATOR) و[حزب الله اللبناني](p2 PERPETRATOR) [يبرود](l1 PLACE) ثم [النبك](l2 PLACE).
---
a1 perpetrator p1
a1 perpetrator p2
a1 place l1
a1 place l2
""")
    assert {p["group"] for i in found for p in i["perpetrators"]} == {
        "syrian_government", "iran_backed"}


def test_villages_of_one_name_in_two_governorates_are_two_places() -> None:
    [incident] = incidents("""[قصف](a1 ATTACK) [الطيبة](l1 PLACE) بـ[ريف حماة](l2 PLACE) و[الطيبة](l3 PLACE) بـ[ريف درعا](l4 PLACE).
---
a1 place l1
a1 place l3
l1 located_in l2
l3 located_in l4
""")
    assert [p["within"] for p in incident["places"]] == [["ريف حماة"], ["ريف درعا"]]


def test_a_period_with_ends_of_its_own_is_not_another_that_begins_with_it() -> None:
    found = incidents("""[قتل](d1 DEATH) [5 مدنيين](v1 VICTIM) [من 1 كانون الثاني حتى 31 آذار 2018](t1 DATE).
و[اعتقل](e1 DETENTION) [3 شبان](v2 VICTIM) [من 1 كانون الثاني حتى 30 حزيران 2018](t2 DATE).
---
d1 victim v1
d1 date t1
e1 victim v2
e1 date t2
""")
    assert [i["date"]["end"] for i in found] == ["2018-03-31", "2018-06-30"]


def test_a_definite_mention_adds_the_actor_to_the_attack_before_it() -> None:
    [incident] = incidents("""- [الغارة](a1 ATTACK) على [زملكا](l1 PLACE): [3 [قتلى](d1 DEATH)](v1 VICTIM).
- المسؤول عن [الغارة](a2 ATTACK): [القوات الجوية الروسية](p1 PERPETRATOR).
---
a1 place l1
d1 victim v1
d1 caused_by a1
a2 perpetrator p1
""")
    assert [p["group"] for p in incident["perpetrators"]] == ["russia"]


def test_the_same_period_is_the_one_told_before() -> None:
    found = incidents("""[قتل](d1 DEATH) [5 مدنيين](v1 VICTIM) في [حارم](l1 PLACE) [أمس](t1 DATE).
و[اعتقل](e1 DETENTION) [3 شبان](v2 VICTIM) في [سلقين](l2 PLACE) في [اليوم نفسه](t2 DATE).
---
d1 victim v1
d1 place l1
d1 date t1
e1 victim v2
e1 place l2
e1 date t2
""")
    assert [i["date"]["start"] for i in found] == ["2019-05-01", "2019-05-01"]


def test_an_unresolved_date_is_null_and_no_date_is_absent() -> None:
    source = """[قتل](d1 DEATH) [5 مدنيين](v1 VICTIM) [أمس](t1 DATE).
---
d1 victim v1
d1 date t1
"""
    [dated] = incidents(source, published=None)
    assert (dated["date"]["start"], dated["date"]["precision"]) == (None, "unknown")
    [undated] = incidents(source.replace("d1 date t1\n", ""))
    assert undated["date"] is None


def test_a_report_without_incidents_has_none() -> None:
    assert incidents("زار الوفد [مدينة دمشق](l1 PLACE) وبحث الملف.\n---\n") == []


def test_parts_that_name_each_other_as_wholes_do_not_loop() -> None:
    document = parse("""[قتل](d1 DEATH) [3 أطفال](v1 VICTIM) و[طفلان](v2 VICTIM).
---
d1 victim v1
v1 subset_of v2
""", "loop")
    looped = Document("loop", document.text, document.spans,
                      (*document.relations, Relation("subset_of", "v2", "v1")))
    [incident] = extraction(looped, ModelInfo())["incidents"]
    assert sum(len(c["of_which"]) + 1 for c in incident["casualties"]) >= 1


def test_characters_that_break_readers_do_not_break_records() -> None:
    text = "[قـ.ـتل](d1 DEATH) [ثلاثـ\u064fـة \u202bأطفال\u202c](v1 VICTIM) \x00😀\r\n\ud800[بقصف](a1 ATTACK) [النظام](p1 PERPETRATOR)"
    [incident] = incidents(text + "\n---\nd1 victim v1\nd1 caused_by a1\na1 perpetrator p1\n")
    [killed] = incident["casualties"]
    assert (killed["group"], killed["min"], killed["max"]) == ("children", 3, 3)


def test_the_period_of_a_headline_may_differ_by_its_end() -> None:
    [incident] = incidents("""حصيلة العنف [من 1 إلى 30 نيسان 2019](t1 DATE): [44 [قتيلاً](d1 DEATH)](v1 VICTIM).
ووثق التقرير [منذ 1 نيسان 2019](t2 DATE) [مقتل](d2 DEATH) [44 شخصاً](v2 VICTIM).
---
d1 victim v1
d1 date t1
d2 victim v2
d2 date t2
""")
    assert [(c["min"], len(c["evidence"])) for c in incident["casualties"]] == [(44, 2)]


def test_a_name_for_the_actor_told_before_is_that_actor() -> None:
    found = incidents("""[قصفت](a1 ATTACK) [هيئة تحرير الشام](p1 PERPETRATOR) [بلدة نبل](l1 PLACE)، ثم [اعتقلت](e1 DETENTION) [الهيئة](p2 PERPETRATOR) [3 شبان](v1 VICTIM).
---
a1 perpetrator p1
a1 place l1
e1 perpetrator p2
e1 victim v1
""")
    assert [[p["group"] for p in i["perpetrators"]] for i in found] == [["hts"], ["hts"]]


def test_the_wounded_who_died_are_dead() -> None:
    assert facts("""[توفي](d1 DEATH) [أربعة [جرحى](i1 INJURY)](v1 VICTIM) في المشفى.
---
d1 victim v1
i1 victim v1
""") == [("killed", "people", 4, 4)]


def test_one_verb_tells_of_each_of_two_once() -> None:
    assert facts("""[قتلت](d1 DEATH) [طبيبة](v1 VICTIM) [وممرض](v2 VICTIM) في العيادة.
---
d1 victim v1
d1 victim v2
""") == [("killed", "medics", 1, 1), ("killed", "medics", 1, 1)]


def test_a_dual_verb_makes_a_dual_of_its_subject() -> None:
    assert facts("""قال الأهالي إن [مزارعين](v1 VICTIM) [قتلا](d1 DEATH) قرب البئر.
---
d1 victim v1
""") == [("killed", "people", 2, 2)]


def test_most_of_them_is_not_all_of_them() -> None:
    [incident] = incidents("""[قتل](d1 DEATH) [تسعة أشخاص](v1 VICTIM) [معظمهم](v2 VICTIM) من الأطفال.
---
d1 victim v1
v2 subset_of v1
""")
    assert incident["casualties"][0]["group"] == "people"


def test_a_part_of_the_dead_is_of_the_group_it_is_said_to_be() -> None:
    [incident] = incidents("""[قتل](d1 DEATH) [20 شخصاً](v1 VICTIM). و[13](v2 VICTIM) من القتلى مسلحون.
---
d1 victim v1
v2 subset_of v1
""")
    assert [p["group"] for p in incident["casualties"][0]["of_which"]] == ["fighters"]


def test_a_particle_before_a_name_is_no_mother() -> None:
    assert facts("""أما [السابع](v1 VICTIM) فقد [أعدموه](d1 DEATH).
---
d1 victim v1
""") == [("killed", "people", 1, 1)]


def test_a_headline_that_points_ahead_is_no_count_of_its_own() -> None:
    assert facts("""[اعتقال](e1 DETENTION) [الناشطين](v1 VICTIM)
---
e1 victim v1
""") == [("detained", "people", 3, None)]
    assert facts("""نُقل [[الجرحى](i1 INJURY)](v1 VICTIM) إلى البلدة، و[جرح](i2 INJURY) [ستة عمال](v2 VICTIM) في [القصف](a1 ATTACK).
---
i1 victim v1
i2 victim v2
i2 caused_by a1
""") == [("injured", "people", 6, 6)]


def test_people_told_as_their_harm_are_who_was_counted_before() -> None:
    assert facts("""[اعتقلت](e1 DETENTION) الدورية [12 عاملاً](v1 VICTIM) في [الورشة](f1 FACILITY)، وبات [[المعتقلون](e2 DETENTION) الـ12](v2 VICTIM) في [السجن](f2 FACILITY).
---
e1 victim v1
e2 victim v2
""") == [("detained", "people", 12, 12)]


def test_opened_fire_is_a_shooting() -> None:
    [incident] = incidents("""[أطلق](a1 ATTACK) [مسلحون](p1 PERPETRATOR) النار في [السوق](f1 FACILITY).
---
a1 perpetrator p1
a1 target f1
""")
    assert incident["type"] == "shooting"


def test_a_part_in_a_place_of_its_own_fell_in_what_killed_them_all() -> None:
    whole, part = incidents("""[قتل](d1 DEATH) [سبعة مدنيين](v1 VICTIM) في [غارات](a1 ATTACK)، منهم [اثنان](v2 VICTIM) [قضيا](d2 DEATH) في [سرمين](l1 PLACE).
---
d1 victim v1
d1 caused_by a1
v2 subset_of v1
d2 victim v2
d2 place l1
""")
    assert (whole["type"], part["type"], part["part_of"]) == ("airstrike", "airstrike", "i1")


def test_the_last_days_are_the_period_that_the_report_gives() -> None:
    [_, second] = incidents("""[قصف](a1 ATTACK) [بين 25 نيسان و2 أيار](t1 DATE) [النظام](p1 PERPETRATOR) [سرمين](l1 PLACE).
و[شنت](a2 ATTACK) [روسيا](p2 PERPETRATOR) هجمات [خلال الأيام السبعة الماضية](t2 DATE) على [بنش](l2 PLACE).
---
a1 date t1
a1 perpetrator p1
a1 place l1
a2 perpetrator p2
a2 date t2
a2 place l2
""")
    assert (second["date"]["start"], second["date"]["end"]) == ("2019-04-25", "2019-05-02")


@pytest.mark.parametrize(("phrase", "place", "group"), [
    ("شقيقه", "في المدرسة", "men"),
    ("وشقيقه سالم", "في المدرسة", "men"),
    ("والده", "في المدرسة", "men"),
    ("شقيقة", "في المدرسة", "women"),
    ("شقيقته", "في المدرسة", "women"),
    ("زميله", "في المدرسة", "people"),
    ("ابنه", "في المدرسة", "people"),
    ("مواطنه", "في المدرسه", "women"),
    ("شقيقه", "في المدرسه", "people"),
    ("والده", "في المدرسه", "people"),
    ("شقيقته", "في المدرسه", "women"),
])
def test_his_brother_is_no_sister(phrase: str, place: str, group: str) -> None:
    assert facts(f"[مقتل](d1 DEATH) [{phrase}](v1 VICTIM) {place}.\n---\nd1 victim v1\n") == [
        ("killed", group, 1, 1)
    ]


@pytest.mark.parametrize(("title", "group"), [("والده", "men"), ("والدة", "women")])
def test_kin_before_a_name(title: str, group: str) -> None:
    assert facts(f"[مقتل](d1 DEATH) {title} [نور الحسن](v1 VICTIM) في بلدة.\n---\nd1 victim v1\n") == [
        ("killed", group, 1, 1)
    ]


@pytest.mark.parametrize(("name", "predicate", "group"), [
    ("خالد عمر", "، وهو مصور صحفي", "journalists"),
    ("ليلى عمر", " (35 عاماً)، وهي ممرضة تركت طفلين", "medics"),
    ("خالد عمر", " الذي كان يعمل ممرضاً", "medics"),
    ("خالد عمر", "، وهو عنصر سابق في الشرطة", "soldiers"),
    ("خالد عمر", "، وهو قائد إحدى سرايا القوات الخاصة", "soldiers"),
    ("خالد عمر", "، وهو أحد متطوعي الدفاع المدني", "rescuers"),
    ("خالد عمر", "، وهو متزوج ولديه ثلاثة أطفال", "people"),
    ("خالد عمر", " عندما كان يسعف زوجته", "people"),
    ("خالد عمر", "، وهو معلم في الستين، بعد أن خطفه عناصر الفصيل", "people"),
    ("خالد عمر", "، وهو طالب اعتقلته قوات النظام", "people"),
    ("هند عمر", "، وهي معلمة، وكنتها وطفل رضيع", "people"),
    ("أربعة أشخاص", " كانوا قرب حاجز لقوات النظام", "people"),
    ("أربعة أشخاص", " جميعهم من النساء والأطفال", "people"),
    ("أربعة أشخاص", " جميعهم من الأطفال", "children"),
])
def test_a_predicate_tells_the_group_by_its_first_words(
    name: str, predicate: str, group: str
) -> None:
    source = f"[قتل](d1 DEATH) [{name}](v1 VICTIM){predicate}.\n---\nd1 victim v1\n"
    assert [found for _, found, _, _ in facts(source)] == [group]


def test_a_predicate_is_of_the_nearest_name_but_a_plural_one_of_all() -> None:
    source = "[قتل](d1 DEATH) [خالد عمر](v1 VICTIM) و[سمير عمر](v2 VICTIM)، {}.\n---\nd1 victim v1\nd1 victim v2\n"
    assert [f[1] for f in facts(source.format("وهو ممرض"))] == ["people", "medics"]
    assert [f[1] for f in facts(source.format("وهم من النازحين"))] == ["displaced", "displaced"]


@pytest.mark.parametrize("source", [
    "[ثلاثة أطفال](v1 VICTIM) دون سن العاشرة [قتلوا](d1 DEATH) أمس.\n---\nd1 victim v1\n",
    "[ثلاثة أطفال](v1 VICTIM) لم يتجاوزوا العاشرة [قتلوا](d1 DEATH).\n---\nd1 victim v1\n",
    "وكانت فرق الإنقاذ قد نقلت [جثث](d1 DEATH) [ثلاثة أطفال](v1 VICTIM).\n---\nd1 victim v1\n",
    "ولم تمض ساعات حتى [قتل](d1 DEATH) [ثلاثة أطفال](v1 VICTIM).\n---\nd1 victim v1\n",
    "لم يسجل المشفى سوى [مقتل](d1 DEATH) [ثلاثة أطفال](v1 VICTIM).\n---\nd1 victim v1\n",
])
def test_ages_exceptions_and_pluperfects_deny_nothing(source: str) -> None:
    assert facts(source) == [("killed", "children", 3, 3)]


def test_others_are_not_those_told_before() -> None:
    assert facts(
        "[قتل](d1 DEATH) [ثلاثة مدنيين](v1 VICTIM) [بقصف](a1 ATTACK) على [النيرب](l1 PLACE)."
        " وفي المساء [توفي](d2 DEATH) [ثلاثة آخرون](v2 VICTIM).\n---\n"
        "d1 victim v1\nd1 caused_by a1\na1 place l1\nd2 victim v2\nd2 caused_by a1\n"
    ) == [("killed", "civilians", 3, 3), ("killed", "civilians", 3, 3)]


def test_dead_and_wounded_in_one_count_are_not_all_dead() -> None:
    assert facts(
        "أوقعت الغارة [عشرين [قتيلاً](d1 DEATH) [وجريحاً](i1 INJURY)](v1 VICTIM).\n---\n"
        "d1 victim v1\ni1 victim v1\n"
    ) == [("killed", "people", 1, 19), ("injured", "people", 1, 19)]


def test_the_parts_of_victims_that_no_trigger_governs_are_kept() -> None:
    [event] = incidents(
        "[قتل](d1 DEATH) [عشرة مدنيين](v1 VICTIM) [بقصف](a1 ATTACK). وبين [الضحايا](v3 VICTIM)"
        " [أربعة أطفال](v4 VICTIM) [وامرأتان](v5 VICTIM).\n---\n"
        "d1 victim v1\nd1 caused_by a1\nv4 subset_of v3\nv5 subset_of v3\n"
    )
    [killed] = event["casualties"]
    assert [(p["group"], p["min"]) for p in killed["of_which"]] == [("children", 4), ("women", 2)]


def test_half_of_them_are_of_the_group_they_are_from() -> None:
    [event] = incidents(
        "[قتل](d1 DEATH) [عشرة أشخاص](v1 VICTIM)، [نصفهم](v2 VICTIM) من الأطفال.\n---\n"
        "d1 victim v1\nv2 subset_of v1\n"
    )
    [half] = event["casualties"][0]["of_which"]
    assert (half["group"], half["min"], half["max"]) == ("children", 5, 5)


NAMED = """[قتل](d1 DEATH) [3 مدنيين](v1 VICTIM) في [قصف](a1 ATTACK) على [إدلب](l1 PLACE).
و[توفي](d2 DEATH) [{victim}](v2 VICTIM) تحت [التعذيب](a2 ATTACK) في [سجن عدرا](f1 FACILITY).
---
d1 victim v1
d1 caused_by a1
a1 place l1
d2 victim v2
d2 caused_by a2
a2 place f1
"""


@pytest.mark.parametrize("victim", ["المعتقل أحمد السالم", "الشهيد أحمد السالم", "المعتقل"])
def test_a_person_told_by_name_or_by_another_harm_is_not_swallowed_by_a_count(victim: str) -> None:
    first, second = incidents(NAMED.format(victim=victim))
    assert [(c["min"], len(c["evidence"])) for c in first["casualties"]] == [(3, 1)]
    assert [c["min"] for c in second["casualties"]] == [1]


@pytest.mark.parametrize("victim", ["القتلى", "القتلى المدنيون", "القتلى من المدنيين"])
def test_the_dead_without_a_name_are_those_told_before(victim: str) -> None:
    assert facts(NAMED.format(victim=victim)) == [("killed", "civilians", 3, 3)]


def test_what_points_back_points_to_no_fewer() -> None:
    assert facts("""[قتل](d1 DEATH) [شاب](v1 VICTIM) في [قصف](a1 ATTACK) على [إدلب](l1 PLACE). ثم [دفن](d2 DEATH) الأهالي [القتيلين](v2 VICTIM).
---
d1 victim v1
d1 caused_by a1
a1 place l1
d2 victim v2
""") == [("killed", "men", 1, 1), ("killed", "people", 2, 2)]


def test_a_body_is_of_the_person_told_in_its_event() -> None:
    assert facts("""[توفي](d1 DEATH) [المعتقل أحمد السالم](v1 VICTIM) تحت [التعذيب](a1 ATTACK)، وتسلم ذووه [[جثمانه](d2 DEATH)](v2 VICTIM).
---
d1 victim v1
d1 caused_by a1
d2 victim v2
d2 caused_by a1
""") == [("killed", "detainees", 1, 1)]


def test_people_of_one_title_and_two_names_are_two() -> None:
    source = """[قتل](d1 DEATH) [{first}](v1 VICTIM) في [قصف](a1 ATTACK) على [سراقب](l1 PLACE). كما [قتل](d2 DEATH) [{second}](v2 VICTIM) في القصف.
---
d1 victim v1
d1 caused_by a1
a1 place l1
d2 victim v2
d2 caused_by a1
"""
    one = ("killed", "journalists", 1, 1)
    assert facts(source.format(first="الصحفي أحمد سالم", second="الصحفي عمر حسن")) == [one, one]
    assert facts(source.format(first="الصحفي أحمد سالم", second="الصحفي أحمد")) == [one]
    assert facts(source.format(first="صحفي", second="الصحفي أحمد سالم")) == [one]


@pytest.mark.parametrize("sign", ["- ", "• ", "2) ", ""])
def test_each_item_of_a_list_is_told_once(sign: str) -> None:
    assert facts(f"""[قتل](d1 DEATH) في القصف:
{sign}[الطفل عمر](v1 VICTIM)
{sign}[الطفل](v2 VICTIM)
---
d1 victim v1
d1 victim v2
""") == [("killed", "children", 1, 1)] * 2


@pytest.mark.parametrize("source", [
    "ونفى الناطق سقوط [20 [قتيلاً](d1 DEATH)](v1 VICTIM).\n---\nd1 victim v1\n",
    "وسط مخاوف من سقوط [عشرات [القتلى](d1 DEATH)](v1 VICTIM).\n---\nd1 victim v1\n",
    "لم يوقع القصف قتلى أو [10 [جرحى](i1 INJURY)](v1 VICTIM).\n---\ni1 victim v1\n",
    "ولم [تعتقل](e1 DETENTION) الدورية [6 نازحين](v1 VICTIM).\n---\ne1 victim v1\n",
    "ونفى الناطق سقوط [4 قتلى](v1 VICTIM).\n",
])
def test_a_denied_toll_is_no_fact_by_its_own_noun(source: str) -> None:
    assert facts(source) == []


def test_those_whose_fate_is_unknown_are_told() -> None:
    assert facts("ولم يعرف مصير [13 معتقلاً](v1 VICTIM) من البلدة.\n") == [
        ("detained", "detainees", 13, 13)]
