# ruff: noqa: E501 - one case of the tables may be long
"""Vocabularies: what phrases name, how users extend them, what files must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import ConfigError
from incidents.affiliations import affiliation
from incidents.vocabulary import default_vocabularies, load

V = default_vocabularies()


@pytest.mark.parametrize(("phrase", "classes"), [
    ("طائرة حربية", "aircraft"), ("والطيران الحربي", "aircraft"), ("مقاتلات", "aircraft"),
    ("الطائرات", "aircraft"), ("طائرتين حربيتين", "aircraft"), ("طيران", "aircraft"),
    ("طائرات مروحية", "helicopter"), ("المروحيات", "helicopter"), ("بمروحيات النظام", "helicopter"),
    ("طائرة مسيّرة", "drone"), ("طائرة بدون طيار", "drone"), ("مسيرات انتحارية", "drone"),
    ("طائرات حربية ومروحية", "aircraft helicopter"),
    ("براميل متفجرة", "barrel_bomb"), ("برميلاً متفجراً", "barrel_bomb"),
    ("وبالبراميل", "barrel_bomb"), ("قنابل عنقودية", "cluster_munition"),
    ("صواريخ تحمل قنابل عنقودية", "cluster_munition"), ("ذخائر عنقوديه", "cluster_munition"),
    ("صاروخ", "missile"), ("بصواريخ أرض أرض", "missile"), ("صاروخاً بالستياً", "missile"),
    ("قذيفة صاروخية", "rocket"), ("راجمات الصواريخ", "rocket"), ("صواريخ غراد", "rocket"),
    ("قذائف", "artillery"), ("المدفعية الثقيلة", "artillery"), ("دبابات", "artillery"),
    ("قذائف هاون", "mortar"), ("قذائف الهاون", "mortar"), ("مدافع جهنم", "mortar"),
    ("قذائف مدفعية وصاروخية", "artillery rocket"), ("قنابل فوسفورية", "incendiary"),
    ("مواد حارقة", "incendiary"), ("غاز الكلور السام", "chemical"), ("السارين", "chemical"),
    ("صواريخ فراغية", "thermobaric"), ("قنبلة", "bomb"), ("بقنبلة يدوية", "bomb"),
    ("سيارة مفخخة", "car_bomb"), ("دراجة نارية مفخخة", "car_bomb"), ("بسيارتين مفخختين", "car_bomb"),
    ("عبوة ناسفة", "ied"), ("عبوات ناسفه", "ied"), ("حزام ناسف", "ied"), ("لغم أرضي", "mine"),
    ("ألغام", "mine"), ("مخلفات الحرب", "mine"), ("رصاص القناصة", "small_arms"),
    ("الرشاشات", "small_arms"), ("بندقية", "small_arms"), ("بالرصاص الحي", "small_arms"),
    ("طائرات ومدفعية", "aircraft artillery"), ("زورق حربي", ""), ("دراجة نارية ملغمة", "car_bomb"),
    ("الطيران المسيّر", "drone"), ("مسيّرة مفخخة", "drone"), ("قذيفة RPG", "rocket"),
    ("نيران المدفعية", "artillery"), ("نيران القناصة", "small_arms"), ("النيران", "small_arms"),
    ("أسطوانات الغاز", ""), ("غاز المطبخ", ""), ("أسطوانات غاز الكلور", "chemical"),
    ("سلاح أبيض", "knife"), ("قنيبلة", "cluster_munition"), ("صـ\u0640ـواريـ\u0640خ", "missile"), ("صَوارِيخُ", "missile"),
])
def test_weapons(phrase: str, classes: str) -> None:
    assert set(V.weapons.name_of(phrase)) == set(classes.split())


@pytest.mark.parametrize(("phrase", "groups"), [
    ("النظام", "syrian_government"), ("قوات النظام", "syrian_government"),
    ("ولقوات الأسد", "syrian_government"), ("الجيش السوري", "syrian_government"),
    ("طائرات سورية", "syrian_government"), ("شبيحة النظام", "syrian_government"),
    ("روسيا", "russia"), ("روسي", "russia"), ("الروسية", "russia"), ("القوات الروسية", "russia"),
    ("ميليشيات موالية لإيران", "iran_backed"), ("حزب الله اللبناني", "iran_backed"),
    ("الحرس الثوري الإيراني", "iran_backed"), ("فصائل المعارضة", "opposition"),
    ("الجيش الوطني السوري", "opposition"), ("الجيش السوري الحر", "opposition"),
    ("جيش الإسلام", "opposition"), ("هيئة تحرير الشام", "hts"), ("جبهة النصرة", "hts"),
    ("تنظيم داعش", "isis"), ("تنظيم الدولة الإسلامية", "isis"), ("التنظيم", "isis"),
    ("قسد", "sdf"), ("قوات سوريا الديمقراطية", "sdf"), ("قوات سورية الديموقراطية", "sdf"),
    ("الأسايش", "sdf"), ("الجيش التركي", "turkey"), ("تركية", "turkey"), ("الجندرما التركية", "turkey"),
    ("الاحتلال الإسرائيلي", "israel"), ("إسرائيلية", "israel"), ("التحالف الدولي", "us_coalition"),
    ("الطيران الأمريكي", "us_coalition"), ("مسلحون مجهولون", "unknown"), ("مجهولون", "unknown"),
    ("مسلحين", "unknown"), ("مجموعات جهادية", "other"), ("جماعة الحوثي", "other"),
    ("قوات المعارضة السورية", "opposition"), ("الحكومة السورية المؤقتة", "opposition"),
    ("قوات تركية والمعارضة السورية", "turkey opposition"), ("قوات الأمن السورية", "syrian_government"),
    ("القوات الروسية والسورية", "russia syrian_government"),
    ("النظام وروسيا", "syrian_government russia"), ("التحالف العربي", "other"),
    ("طيران الأسد", "syrian_government"), ("ميليشيات الأسد", "syrian_government"),
    ("فلول الأسد", "other"), ("بقايا جيش الأسد", "other"), ("القوات المسلحة", ""),
    ("الطائرات الحربية السورية", "syrian_government"), ("وسورية", "syrian_government"),
    ("لاجئ سوري", ""), ("مرتزقة سوريون", ""), ("مسلحين سوريين", "unknown"),
])
def test_perpetrators(phrase: str, groups: str) -> None:
    assert set(V.perpetrators.name_of(phrase)) == set(groups.split())


@pytest.mark.parametrize(("phrase", "country", "groups"), [
    ("اللجان الشعبية", "syria", "syrian_government"), ("اللجان الشعبية", "yemen", ""),
    ("الحرس الجمهوري", None, "syrian_government"), ("الحرس الجمهوري اليمني", None, ""),
    ("الجيش الوطني", "syria", "opposition"), ("الجيش الوطني", "libya", ""),
    ("ثوار سراقب", "syria", "opposition"), ("ثوار مصراتة", "libya", ""),
    ("الفصائل الفلسطينية", "syria", ""), ("فصائل مدعومة تركياً", "syria", "opposition turkey"),
    ("قوات النظام", "lebanon", "syrian_government"), ("قوات النظام المصري", None, ""),
    ("النظام الإيراني", None, "iran_backed"), ("الجيش اليوناني", "syria", ""),
    ("الشرطة البلغارية", "syria", ""), ("قوات الأمن الكردية", "syria", ""),
    ("قوات الأمن الداخلي الأردنية", "syria", ""), ("الجيش وحزب الله اللبناني", "syria", "syrian_government iran_backed"),
    ("القوات المسلحة", "syria", "syrian_government"), ("القوات المسلحة", "sudan", ""),
    ("القوات المسلحة السودانية", None, ""),
    ("الطيران السوري الروسي", "syria", "russia syrian_government"),
    ("النظام السوري الروسي", "syria", "russia syrian_government"),
])
def test_forces_are_those_of_the_country(phrase: str, country: str | None, groups: str) -> None:
    named = V.perpetrators.name_of(phrase, ("weak", "generic"), country)
    assert set(named) == set(groups.split())


@pytest.mark.parametrize(("country", "klass"), [("syria", "barrel_bomb"), ("yemen", "mine")])
def test_naval_mines_fall_from_the_air_in_syria_alone(country: str, klass: str) -> None:
    assert V.weapons.name_of("ألغام بحرية", country=country) == (klass,)


@pytest.mark.parametrize(("phrase", "klass"), [
    ("مطار دمشق الدولي", "infrastructure"), ("مطار حلب المدني", "infrastructure"),
    ("مطار دير الزور العسكري", "military"), ("مطار دير الزور", "military"),
    ("أهدافاً مدنية", "residential"), ("مواقع مدنية", "residential"), ("مواقع أثرية", "other"),
    ("مستودعات إغاثية", "infrastructure"), ("مستودعات الهلال الأحمر", "infrastructure"),
    ("مستودعات ذخيرة", "military"), ("نقاط توزيع المساعدات", "infrastructure"),
    ("مواقع الفصائل", "military"), ("نقاطاً لوزارة الدفاع", "military"),
    ("مشفى معرة النعمان", "medical"), ("نقطة طبية", "medical"), ("سيارة إسعاف", "medical"),
    ("مدرسة", "school"), ("جامعة حلب", "school"), ("سوق شعبي", "market"), ("سوقاً", "market"),
    ("منازل المدنيين", "residential"), ("الأحياء السكنية", "residential"), ("بناء", "residential"),
    ("مسجد", "religious"), ("كنيسة", "religious"), ("مخيم للنازحين", "camp"), ("فرن", "bakery"),
    ("مركز الدفاع المدني", "civil_defence"), ("سجن", "government"), ("حاجز", "military"),
    ("نقطة تفتيش", "military"), ("جسر", "infrastructure"), ("محطة وقود", "infrastructure"),
    ("حافلة", "vehicle"), ("مكتب إعلامي", "media"), ("مقر لقناة محلية", "media"),
    ("مبنى الثانوية", "school"), ("مبنى من ثلاثة طوابق", "residential"), ("مقر للفصيل", "military"),
    ("مكتب تجاري", "market"), ("مدرسة إعدادية", "school"),
])
def test_facilities(phrase: str, klass: str) -> None:
    assert V.facilities.name_of(phrase)[0] == klass


@pytest.mark.parametrize(("phrase", "kind"), [
    ("غارات جوية", "airstrike"), ("قصف جوي", "airstrike"), ("وبغارتين", "airstrike"),
    ("قصف مدفعي", "shelling"), ("القصف", "shelling"), ("قصف صاروخي", "missile_strike"),
    ("تفجير", "explosion"), ("انفجرت", "explosion"), ("هجوم انتحاري", "explosion"),
    ("اشتباكات", "ground_attack"), ("اقتحام", "ground_attack"), ("هجوم", "ground_attack"),
    ("إطلاق نار", "shooting"), ("قنص", "shooting"), ("إعدام", "execution"), ("مجزرة", "massacre"),
    ("قصف كيماوي", "chemical_attack"), ("اعتقلت", "arrest"), ("مداهمة", "arrest"),
    ("خطف", "abduction"), ("نزوح", "displacement"), ("حصار", "siege"), ("استهدفت", "other"),
    ("قـ.ـصف", "shelling"), ("تـ*ـفجير", "explosion"),
])
def test_incident_types(phrase: str, kind: str) -> None:
    assert V.incidents.name_of(phrase)[0] == kind


@pytest.mark.parametrize(("name", "group", "day", "expected"), [
    ("قوات الحكومة", "syrian_government", "2019-05-01", "assad_regime"),
    ("قوات الحكومة", "syrian_government", "2024-12-07", "assad_regime"),
    ("وزارة الدفاع السورية", "syrian_government", "2024-12-08", "post_8th_december_government"),
    ("الأمن العام", "syrian_government", "2025-07-15", "post_8th_december_government"),
    ("نظام الأسد", "syrian_government", "2025-07-15", "assad_regime"),
    ("الجيش السوري", "syrian_government", None, "unknown"),
    ("نظام بشار الأسد", "syrian_government", None, "assad_regime"),
    ("هيئة تحرير الشام", "hts", "2020-01-01", "various_armed_groups"),
    ("إدارة العمليات العسكرية", "hts", "2025-01-01", "post_8th_december_government"),
    ("فلول النظام", "other", "2025-03-07", "assad_regime"),
    ("مجموعات درزية", "other", "2025-07-15", "druze_militias"),
    ("روسيا", "russia", None, "russia"), ("مجهولون", "unknown", None, "unknown"),
    ("قسد", "sdf", "2021-01-01", "sdf"), ("حزب الله", "iran_backed", None, "iran_shia_militias"),
    ("التحالف الدولي", "us_coalition", None, "international_coalition"),
    ("قوات النظام", "syrian_government", "2025-03-11", "assad_regime"),
    ("قوات النظام", "syrian_government", None, "assad_regime"),
    ("النظام السوري السابق", "syrian_government", "2025-03-11", "assad_regime"),
    ("الفرقة الرابعة", "syrian_government", "2025-03-11", "assad_regime"),
    ("المخابرات الجوية", "syrian_government", "2025-03-11", "assad_regime"),
    ("قوات حفظ النظام", "syrian_government", "2025-03-11", "post_8th_december_government"),
    ("النظام الإيراني", "iran_backed", "2025-03-11", "iran_shia_militias"),
    ("الجيش اللبناني", "other", "2025-03-11", "unknown"),
    ("طائرة مسيرة", "other", "2025-03-11", "unknown"),
    ("تنظيم حراس الدين", "other", "2020-01-01", "various_armed_groups"),
    ("فلول داعش", "isis", "2025-03-11", "isis"),
])
def test_affiliations_know_the_day(name: str, group: str, day: str | None, expected: str) -> None:
    assert affiliation(name, group, day, V.perpetrators) == expected


def test_every_weapon_has_its_crosswalks() -> None:
    for body in V.weapons.classes.values():
        assert body["sdg_16_1_2"] and body["acled"]
        assert body["incident_type"] in V.incidents.classes


def test_a_folder_of_the_users_adds_phrases(tmp_path: Path) -> None:
    assert load().weapons.name_of("زلزال 9") == ()
    text = 'version: "1"\nclasses:\n  missile:\n    patterns: [زلزال]\n'
    (tmp_path / "weapons.yaml").write_text(text, "utf-8")
    assert load(tmp_path).weapons.name_of("بصاروخي زلزال 9") == ("missile",)
    assert load().weapons.name_of("زلزال 9") == ()


@pytest.mark.parametrize(("name", "text", "says"), [
    ("guns.yaml", "classes: {}", "unknown vocabulary"),
    ("weapons.yaml", "classes: {laser: {patterns: [ليزر]}}", "unknown class"),
    ("weapons.yaml", "classes: {missile: {pattern: [زلزال]}}", "not a list of phrases"),
    ("weapons.yaml", "classes: {missile: {patterns: زلزال}}", "not a list of phrases"),
    ("weapons.yaml", "classes: {missile: {patterns: ['؟']}}", "names no word"),
    ("weapons.yaml", "classes: {missile: {patterns: ['*']}}", "names no word"),
    ("weapons.yaml", "classes: {missile: {patterns: ['... زلزال']}}", "names no word"),
    ("weapons.yaml", "classes: [missile]", "not a mapping of classes"),
    ("weapons.yaml", "classes: {missile: null}", "not a mapping"),
    ("weapons.yaml", "clases: {}", "unknown key"),
    ("weapons.yml", "classes: {}", "unknown vocabulary"),
    ("weapons.yaml", "classes: [", "broken YAML"),
    ("weapons.yaml", "- missile", "must be a mapping"),
])
def test_a_wrong_folder_is_refused_by_name(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=says) as error:
        load(tmp_path)
    assert name in str(error.value)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load(tmp_path / "none")
