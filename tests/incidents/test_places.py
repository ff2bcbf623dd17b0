"""Places: particles, heads, ambiguity, context; what is unknown stays without coordinates."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.document import Document, Relation, Span
from incidents.gazetteer import Entry, Gazetteer
from incidents.marks import Marks
from incidents.place_names import bare, read
from incidents.places import ResolvedPlace, default_gazetteer, resolve

REALDEV = Path(__file__).parents[2].parent / "shared" / "realdev"


def found(
    *places: str, inside: tuple[tuple[int, int], ...] = (), gazetteer: Gazetteer | None = None
) -> list[ResolvedPlace]:
    """Places of a text in which they stand one after another; ``inside``: part, whole."""
    text, spans = "", []
    for i, place in enumerate(places):
        text += " ثم في "
        spans.append(Span(f"l{i}", "PLACE", len(text), len(text) + len(place)))
        text += place
    relations = tuple(Relation("located_in", f"l{a}", f"l{b}") for a, b in inside)
    document = Document("d", text, tuple(spans), relations)
    resolved = resolve(Marks(document), gazetteer or default_gazetteer())
    return [resolved[f"l{i}"] for i in range(len(places))]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("والأتارب", "الأتارب"), ("بريف إدلب", "ريف إدلب"), ("بالحسكة", "الحسكة"),
        ("للرقة", "الرقة"), ("لدمشق", "دمشق"), ("وحلب", "حلب"), ("فالرستن", "الرستن"),
        ("كحمص", "حمص"), ("وبدمشق", "دمشق"), ("وبمدينة دوما", "مدينة دوما"),
        ("ببنغازي", "بنغازي"), ("باللاذقية", "اللاذقية"), ("وحي الوعر", "حي الوعر"),
        ("وَالأتارب", "الأتارب"), ("وـحلب", "حلب"), ("بمحافظة درعا", "محافظة درعا"),
        ("لريف حماة", "ريف حماة"), ("ومعرة النعمان", "معرة النعمان"),
        # these keep their first letter
        ("بصيرة", "بصيرة"), ("باب شرقي", "باب شرقي"), ("باب الهوى", "باب الهوى"),
        ("بالا", "بالا"), ("بصرى الشام", "بصرى الشام"), ("كفرنبل", "كفرنبل"),
        ("لبنان", "لبنان"), ("واسط", "واسط"), ("بنش", "بنش"), ("كناكر", "كناكر"),
        ("بانياس", "بانياس"), ("فلسطين", "فلسطين"), ("بغداد", "بغداد"), ("كوباني", "كوباني"),
        ("وادي بردى", "وادي بردى"), ("الباب", "الباب"), ("بداما", "بداما"), ("كسب", "كسب"),
        ("بزاعة", "بزاعة"), ("بلدة زردنا", "بلدة زردنا"), ("كفرغريب", "كفرغريب"),
        ("لواء غريب", "لواء غريب"), ("وغريب", "وغريب"), ("بالميرا", "بالميرا"), ("و", "و"),
    ],
)
def test_particles_are_stripped_where_it_is_safe(written: str, name: str) -> None:
    assert bare(written, default_gazetteer(), listed=False) == name


def test_in_a_list_an_initial_waw_means_and() -> None:
    gazetteer = default_gazetteer()
    assert bare("وغريب", gazetteer, listed=True) == "غريب"
    assert bare("واسط", gazetteer, listed=True) == "واسط"
    text = "في سراقب وغريب، ووادي بردى"
    spans = tuple(Span(f"l{m.start()}", "PLACE", m.start(), m.end())
                  for m in re.finditer("سراقب|وغريب|ووادي بردى", text))
    names = [p.name for p in resolve(Marks(Document("d", text, spans)), gazetteer).values()]
    assert names == ["سراقب", "غريب", "وادي بردى"]


@pytest.mark.parametrize(
    ("place", "admin1", "geonames"),
    [
        ("مدينة إدلب", "Idlib", 169389), ("إدلب", "Idlib", 169389), ("ادلب", "Idlib", 169389),
        ("إِدْلِب", "Idlib", 169389), ("مدينة حلب", "Aleppo", 170063), ("حلـب", "Aleppo", 170063),
        ("دوما", "Rif Dimashq", 170592), ("بلدة سراقب", "Idlib", 164816),
        ("كفر نبل", "Idlib", 168661), ("وسط مدينة حمص", "Homs", 169577),
        ("عين العرب", "Aleppo", 172256), ("كوباني", "Aleppo", 172256),
        ("البوكمال", "Deir ez-Zor", 174448), ("العاصمة دمشق", "Damascus", 170654),
        ("مخيم اليرموك للاجئين الفلسطينيين", "Damascus", 166716),
        ("معرّة النعمان", "Idlib", 167611), ("مدينة الأتارب غربي حلب", "Aleppo", 174030),
        ("بلدة سراقب بريف إدلب الشرقي", "Idlib", 164816), ("«منبج»", "Aleppo", 167357),
    ],
)
def test_known_towns(place: str, admin1: str, geonames: int) -> None:
    (one,) = found(place)
    assert (one.admin1, one.geonames) == (admin1, geonames)
    assert one.lat is not None and one.lon is not None and one.score > 0.5


@pytest.mark.parametrize(
    ("place", "admin1"),
    [
        ("ريف حلب الغربي", "Aleppo"), ("شمالي إدلب", "Idlib"), ("شمال غرب مدينة حماة", "Hama"),
        ("أرياف حماة الشمالية والغربية", "Hama"), ("ريفي حلب الغربي والجنوبي", "Aleppo"),
        ("جبال محافظة اللاذقية", "Latakia"), ("الضواحي الغربية لمدينة حلب", "Aleppo"),
        ("ريف معرة النعمان", "Idlib"), ("الغوطة الشرقية", "Rif Dimashq"),
        ("ريف دمشق الغربي", "Rif Dimashq"), ("ريف دمشق الجنوبي والشرقي", "Rif Dimashq"),
        ("غوطة دمشق", "Rif Dimashq"),
    ],
)
def test_an_area_has_a_governorate_but_no_point(place: str, admin1: str) -> None:
    (one,) = found(place)
    assert (one.admin1, one.lat, one.lon, one.geonames) == (admin1, None, None, None)


def test_governorates_carry_their_p_code() -> None:
    governorate, rif = found("محافظة إدلب", "ريف دمشق")
    assert (governorate.admin1, governorate.pcode) == ("Idlib", "SY07")
    assert (rif.admin1, rif.pcode) == ("Rif Dimashq", "SY03")


@pytest.mark.parametrize("place", ["قرية لم يسمع بها أحد", "حي غريب", "شارع بعيد", "ـ", "12"])
def test_unknown_places_have_a_name_and_nothing_else(place: str) -> None:
    (one,) = found(place)
    assert one == ResolvedPlace(place, candidates=one.candidates)


def test_an_unknown_place_takes_the_governorate_it_is_said_to_lie_in() -> None:
    one, _ = found("حي غريب", "مدينة إدلب", inside=((0, 1),))
    assert (one.admin1, one.lat, one.geonames) == ("Idlib", None, None)


def test_a_name_that_holds_other_towns_is_the_governorate() -> None:
    town, whole = found("معرة النعمان", "إدلب", inside=((0, 1),))
    assert town.geonames == 167611
    assert (whole.pcode, whole.lat) == ("SY07", None)
    _, city = found("حي غريب", "إدلب", inside=((0, 1),))
    assert city.geonames == 169389


TWO = Gazetteer((
    Entry("town", ("الزهراء",), "SY", "Homs", 34.7, 36.7, 1),
    Entry("town", ("الزهراء",), "SY", "Aleppo", 36.4, 37.0, 2),
    Entry("town", ("الزهراء",), "YE", None, 15.0, 44.0, 3),
    Entry("governorate", ("حلب",), "SY", "Aleppo", None, None, None, "SY02"),
    Entry("town", ("تلبيسة",), "SY", "Homs", 34.8, 36.7, 4),
    Entry("town", ("الرستن",), "SY", "Homs", 34.9, 36.7, 5),
    Entry("country", ("اليمن",), "YE"),
))


def test_an_ambiguous_name_alone_is_not_guessed() -> None:
    (one,) = found("بلدة الزهراء", gazetteer=TWO)
    assert (one.admin1, one.lat, one.geonames, one.score) == (None, None, None, 0.0)
    assert {c.entry.geonames for c in one.candidates} == {1, 2, 3}


def test_what_it_lies_in_decides() -> None:
    one, _ = found("بلدة الزهراء", "محافظة حلب", inside=((0, 1),), gazetteer=TWO)
    assert one.geonames == 2
    one, _ = found("بلدة الزهراء", "اليمن", inside=((0, 1),), gazetteer=TWO)
    assert one.geonames == 3


def test_the_other_places_of_the_report_decide() -> None:
    one = found("الزهراء", "تلبيسة", "الرستن", gazetteer=TWO)[0]
    assert one.geonames == 1
    assert one.candidates[0].score > one.candidates[1].score


def test_units_named_after_their_seat_are_levels_of_one_place() -> None:
    gazetteer = Gazetteer((
        Entry("town", ("حارم",), "SY", "Idlib", 36.2, 36.5, 1),
        Entry("district", ("حارم",), "SY", "Idlib", 36.0, 36.9, 2, "SY0703", 200_000),
        Entry("subdistrict", ("حارم",), "SY", "Idlib", 36.1, 36.4, 3, "SY070300"),
    ))
    (bare_name,) = found("حارم", gazetteer=gazetteer)
    (area,) = found("ريف حارم الغربي", gazetteer=gazetteer)
    (district,) = found("منطقة حارم", gazetteer=gazetteer)
    assert bare_name.geonames == 1
    assert (area.admin1, area.lat, area.score > 0.5) == ("Idlib", None, True)
    assert district.geonames in (2, 3)


def test_a_variant_spelling_is_found_with_a_lower_score() -> None:
    exact, spaced, typo = (found(name)[0] for name in ("خان شيخون", "خانشيخون", "خان شييخون"))
    assert exact.geonames == spaced.geonames == typo.geonames == 168325
    assert exact.score > spaced.score > typo.score > 0.5


def test_a_different_short_name_is_not_taken_for_a_variant() -> None:
    assert found("بنشي")[0].geonames is None
    assert found("كفرنبيا")[0].geonames is None


def test_a_quarter_is_not_the_town_of_its_name() -> None:
    """`حي الثورة` is no town, though towns are called so."""
    assert found("حي الثورة")[0].lat is None


def test_a_bare_quarter_needs_its_city_in_the_report() -> None:
    (alone,) = found("الكلاسة")
    assert (alone.admin1, alone.score) == (None, 0.0)
    with_city, _ = found("الكلاسة", "مدينة منبج")
    assert with_city.admin1 == "Aleppo"


def test_a_town_next_to_another_is_no_quarter_elsewhere() -> None:
    _, town = found("بلدة نبل", "الزهراء")
    assert town.admin1 == "Aleppo"


def test_a_town_in_the_countryside_of_damascus_keeps_its_point() -> None:
    town, _ = found("بلدة كناكر", "ريف دمشق الغربي", inside=((0, 1),))
    assert (town.admin1, town.geonames) == ("Rif Dimashq", 168579)


@pytest.mark.parametrize("places", [
    ("الساحل السوري",), ("الساحل", "اللاذقية", "طرطوس"), ("بيت جن", "ريف دمشق الغربي"),
    ("قرية معان", "ريف حماة الشمالي"), ("الحصن", "حمص"), ("الجوف", "اليمن", "صنعاء"),
    ("منطقة الدورة", "بغداد"),
])
def test_a_town_of_a_country_that_nothing_else_names_is_not_guessed(
    places: tuple[str, ...]
) -> None:
    one, *others = found(*places)
    assert (one.lat, one.score) == (None, 0.0)
    assert all(other.score for other in others)


def test_a_known_city_abroad_and_a_town_of_a_country_named_are_found() -> None:
    city, *_ = found("إسطنبول", "إدلب", "سراقب")
    assert city.geonames == 745044
    town, *_ = found("معان", "الأردن", "درعا", "نوى")
    assert town.geonames == 248382


def test_a_quarter_is_not_the_small_town_abroad_of_its_name() -> None:
    assert found("الخالدية", "مدينة حمص")[0].admin1 == "Homs"


def test_a_governorate_is_not_a_small_town_of_its_name_elsewhere() -> None:
    assert found("صلاح الدين", "شمال بغداد")[0].admin1 == "Salah al-Din"
    assert found("صلاح الدين", "شمال بغداد", inside=((0, 1),))[0].lat is None
    assert found("مدينة صلاح الدين", "أربيل")[0].geonames == 91696


def test_kind_and_core_are_read() -> None:
    name = read("ولريف معرة النعمان الشرقي", default_gazetteer(), listed=True)
    assert (name.core, name.part) == ("معره النعمان", True)


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_any_text_is_survived(text: str) -> None:
    document = Document("d", text, (Span("l", "PLACE", 0, len(text)),))
    place = resolve(Marks(document), default_gazetteer())["l"]
    assert place.score == 0 or place.candidates


@pytest.mark.skipif(not REALDEV.exists(), reason="the shared real reports are not here")
def test_names_of_gold_are_given() -> None:
    right = total = 0
    for path in sorted((REALDEV / "gold").glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        spans = tuple(Span(e["id"], e["label"], e["start"], e["end"]) for e in gold["entities"]
                      if e["label"] in ("PLACE", "FACILITY"))
        document = Document(path.stem, gold["text"], spans)
        names = {place.name for place in resolve(Marks(document), default_gazetteer()).values()}
        facilities = {document.slice(s) for s in spans if s.label == "FACILITY"}
        wanted = {name for fact in gold["facts"] for name in fact["places"]} - facilities
        right += len(wanted & names)
        total += len(wanted)
    assert total >= 30
    assert right / total >= 0.95
