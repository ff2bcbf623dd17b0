"""Each export against the contract of the program that receives it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from data.document import Document, Relation, Span
from data.errors import FormatError
from data.inline import parse
from data.jsonl import read_documents
from data.schema import SCHEMA
from incidents.export import FORMATS
from incidents.exports import bayanat, evidence, tracker
from incidents.exports.fields import sentences
from incidents.exports.interchange import tokens
from incidents.exports.items import Provenance
from incidents.exports.offline_map import _site_name, _town_name, frame
from incidents.vocabulary import default_vocabularies
from tests.incidents.test_export import documents, items, project, table

BULLETIN = {"title", "comments", "source_link", "title_ar", "originid", "description", "tags",
            "publish_date", "documentation_date", "status", "locations", "sources", "labels",
            "geoLocations", "events"}
INCIDENT = {"title", "title_ar", "comments", "description", "status", "events"}
EVENT = {"title", "title_ar", "comments", "location", "eventtype", "from_date", "to_date",
         "estimated"}
TRACKER_TYPES = {
    "AIRSTRIKE", "CHEMICAL_ATTACK", "DETENTION", "DISPLACEMENT", "EXECUTION", "SHELLING", "SIEGE",
    "TORTURE", "MURDER", "SHOOTING", "HOME_INVASION", "EXPLOSION", "AMBUSH", "KIDNAPPING",
    "LANDMINE", "OTHER"}
AFFILIATIONS = {
    "assad_regime", "post_8th_december_government", "various_armed_groups", "isis", "sdf",
    "israel", "turkey", "druze_militias", "russia", "iran_shia_militias",
    "international_coalition", "unknown"}


def objects(content: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.split("\n") if line]


def test_bayanat_bulletins_fit_its_api(tmp_path: Path) -> None:
    files = project("bayanat", tmp_path)
    bulletins = [line["item"] for line in objects(files["bulletins.jsonl"])]
    assert [b["originid"] for b in bulletins] == ["strike", "arrest/2", "nothing"]
    for item in bulletins:
        assert set(item) <= BULLETIN and item["comments"] and 1 <= len(item["title"]) <= 255
        assert item["status"] == "Machine Created"
        for event in item["events"]:
            assert set(event) <= EVENT and event["comments"]
            if "from_date" in event:
                first, last = map(date.fromisoformat, (event["from_date"], event["to_date"]))
                assert first <= last
        assert sum(place["main"] for place in item["geoLocations"]) <= 1
    strike, arrest, nothing = bulletins
    assert strike["source_link"] == "https://example.org/r/1" and arrest["source_link"] == "NA"
    assert strike["publish_date"] == "2019-05-02"
    assert "publish_date" not in nothing  # only a year is known: no day is made of it
    assert "&lt;script&gt;" in strike["description"]
    assert "<script>" not in strike["description"]
    [place] = strike["geoLocations"]
    assert place["title"] == "مدينة إدلب" and place["main"] is True
    assert 35 < place["lat"] < 37 < place["lng"] + 1
    assert documents()[0].sha256 in strike["comments"]


def test_bayanat_incidents_and_actors(tmp_path: Path) -> None:
    files = project("bayanat", tmp_path)
    incidents = [line["item"] for line in objects(files["incidents.jsonl"])]
    assert len(incidents) == 2
    for item in incidents:
        assert set(item) <= INCIDENT and item["title"] and item["comments"]
    assert "16 or more civilians" in incidents[0]["description"]
    actors = table(files["actors.csv"])
    assert [(a["name"], a["originid"]) for a in actors] == [
        ("الروسي", "strike"), ("للنظام", "arrest/2")]


def test_bayanat_actors_tell_every_group_and_incident_of_a_name(tmp_path: Path) -> None:
    text = ("[قتل](d1 DEATH) [5 مدنيين](v1 VICTIM) في [غارات](a1 ATTACK) "
            "[للطيران الروسي وقوات النظام السوري](p1 PERPETRATOR) على [بلدة سرمين](l1 PLACE)."
            "\n---\nd1 victim v1\nd1 caused_by a1\na1 place l1\na1 perpetrator p1\n")
    [actor] = table(project("bayanat", tmp_path, [parse(text, "x")])["actors.csv"])
    assert actor["comments"] == "Russia; x/i1\nSyrian government and its forces; x/i1"


@pytest.mark.parametrize(("known", "said"), [
    (Provenance(), "not reviewed"), (Provenance(reviewed_by="سلمى"), "reviewed by سلمى"),
    (Provenance(reviewed_by="سلمى", reviewed_at="2020-02-04"), "reviewed by سلمى, 2020-02-04"),
    (Provenance(reviewed_at="2020-02-04"), "reviewed, 2020-02-04"),
])
def test_programs_are_told_whether_a_record_was_reviewed(
    known: Provenance, said: str, tmp_path: Path
) -> None:
    given = [replace(item, provenance=known) for item in items(tmp_path)]
    [violation] = json.loads(tracker.FORMAT.project(given)["violations.json"])["violations"]
    assert f"from an Arabic report, {said}: strike/i1." in violation["description"]["en"]
    [first, *_] = objects(bayanat.FORMAT.project(given)["bulletins.jsonl"])
    assert f"from the report's words; {said}.\n" in first["item"]["comments"]


def test_quoted_sentences_are_whole_where_an_abbreviation_cuts_a_span(tmp_path: Path) -> None:
    text = ("لا شيء. [قُتلت](d1 DEATH) [الطفلة ر. م. (9 أعوام)](v1 VICTIM) قرب [عيادة د. سمير]"
            "(f1 FACILITY) ظهراً. لا شيء.\n---\nd1 victim v1\nd1 place f1\n")
    [item] = items(tmp_path, [parse(text, "x")])
    assert sentences(item, item.incidents[0]) == [
        "قُتلت الطفلة ر. م. (9 أعوام) قرب عيادة د. سمير ظهراً."]


def test_bayanat_titles_are_cut_at_255(tmp_path: Path) -> None:
    long = Document("long", "\n \n" + "ا" * 400)
    blank = Document("blank", " \n ")
    files = project("bayanat", tmp_path, [long, blank])
    titles = [line["item"]["title"] for line in objects(files["bulletins.jsonl"])]
    assert len(titles[0]) == 255 and titles[1] == "blank"


def test_uwazi_dates_points_and_lists(tmp_path: Path) -> None:
    strike, arrest = table(project("uwazi", tmp_path)["uwazi.csv"])
    assert strike["Date"] == "2019-05-01:2019-05-01"
    lat, lon = strike["Geolocation"].split("|")
    assert 35 < float(lat) < 37 and 36 < float(lon) < 37
    assert strike["Report"] == "strike|https://example.org/r/1" and arrest["Report"] == ""
    assert (strike["Killed least"], strike["Killed greatest"]) == ("16", "")
    assert (strike["Injured least"], arrest["Killed least"]) == ("", "")
    assert strike["Title__ar"].startswith("غارة") and strike["Title__en"].startswith("Airstrike")
    assert "العشرات" in strike["Casualty statements"]


def test_uwazi_separators_in_names_are_disarmed(tmp_path: Path) -> None:
    text = ("[قتل](d1 DEATH) [طفل](v1 VICTIM) في [بلدة أ|ب](l1 PLACE)\n---\n"
            "d1 victim v1\nd1 place l1\n")
    document = parse(text, "x|y", None, "https://example.org/a|b")
    [row] = table(project("uwazi", tmp_path, [document])["uwazi.csv"])
    assert row["Places"] == "بلدة أ¦ب"
    assert row["Report"] == "x¦y|https://example.org/a%7Cb"


def test_airwars_columns(tmp_path: Path) -> None:
    strike, arrest = table(project("airwars", tmp_path)["airwars.csv"])
    assert len(strike) == 12 + 24 + 1
    assert strike["civilian_non_combatants_killed_min"] == "16"
    assert strike["civilian_non_combatants_killed_max"] == ""
    assert (strike["children_killed_min"], strike["children_killed_max"]) == ("3", "3")
    assert strike["women_killed_min"] == strike["civilian_non_combatants_injured_min"] == ""
    assert (strike["date_type"], strike["date"], strike["date_end"]) == (
        "single_date", "2019-05-01", "")
    assert strike["location_name_arabic"] == "مدينة إدلب" and strike["location_name"] == ""
    assert strike["geolocation_accuracy_slug"] == "town" and strike["num_sources"] == "1"
    assert all(r["civilian_harm_status_slug"] == "" for r in (strike, arrest))
    assert arrest["strike_type_slug"] == "" and arrest["geolocation_accuracy_slug"] == ""


def test_only_formats_with_notes_promise_the_words_of_a_vague_toll(tmp_path: Path) -> None:
    for name in ("uwazi", "events"):
        assert "in its words" in FORMATS[name].loss
        assert "العشرات" in "".join(project(name, tmp_path).values())
    assert "in its words" not in FORMATS["airwars"].loss and "no trace" in FORMATS["airwars"].loss
    assert "العشرات" not in "".join(project("airwars", tmp_path).values())


def test_events_have_a_hxl_row_and_no_invented_columns(tmp_path: Path) -> None:
    hxl, strike, arrest = table(project("events", tmp_path)["events.csv"])
    assert {"event_id_cnty", "fatalities"}.isdisjoint(hxl)
    assert all(tag.startswith("#") for tag in hxl.values())
    assert (hxl["event_date"], hxl["fatalities_min"], hxl["latitude"]) == (
        "#date+start", "#affected+killed+min", "#geo+lat")
    assert (strike["event_date"], strike["time_precision"]) == ("2019-05-01", "1")
    assert (strike["event_type"], strike["sub_event_type"]) == (
        "Explosions/Remote violence", "Air/drone strike")
    assert (strike["fatalities_min"], strike["fatalities_max"]) == ("16", "")
    assert (strike["country"], strike["admin1"], strike["geo_precision"]) == ("SY", "Idlib", "1")
    assert (arrest["fatalities_min"], arrest["latitude"], arrest["geo_precision"]) == ("", "", "")
    assert strike["actor1"] == "الروسي" and strike["actor2"] == ""


def test_every_incident_type_has_its_place_in_acled_and_the_tracker() -> None:
    from incidents.exports.sheets import _ACLED_TYPES

    for body in default_vocabularies().incidents.classes.values():
        assert body["acled"] in _ACLED_TYPES and body["tracker"] in TRACKER_TYPES


def test_tracker_sends_only_what_is_complete(tmp_path: Path) -> None:
    body = json.loads(project("tracker", tmp_path)["violations.json"])
    [strike] = body["violations"]
    [arrest] = body["incomplete"]
    assert arrest["missing"] == ["location.name.en"] and arrest["record"] == "arrest/2/i1"
    for violation in (strike, arrest["violation"]):
        assert violation["type"] in TRACKER_TYPES
        assert violation["perpetrator_affiliation"] in AFFILIATIONS
        assert violation["verified"] is False and violation["certainty_level"] == "possible"
        assert 10 <= len(violation["description"]["en"]) <= 2000
    assert strike["location"]["name"] == {"ar": "مدينة إدلب", "en": "Idlib"}
    assert (strike["casualties"], strike["injured_count"], strike["detained_count"]) == (
        16, None, None)
    assert strike["source_urls"] == ["https://example.org/r/1"]
    assert strike["perpetrator_affiliation"] == "russia"


@pytest.mark.parametrize(("day", "expected"), [
    ("في 7 كانون الأول 2024", "assad_regime"),
    ("في 8 كانون الأول 2024", "post_8th_december_government"),
    ("في كانون الأول 2024", "unknown"),  # the government changed within the month
    ("", "unknown"),
])
def test_tracker_affiliation_follows_the_day(day: str, expected: str, tmp_path: Path) -> None:
    date = f" [{day}](t1 DATE)" if day else ""
    text = (f"[اعتقلت](e1 DETENTION) [قوات الأمن السورية](p1 PERPETRATOR) [شاباً](v1 VICTIM){date}"
            "\n---\ne1 perpetrator p1\ne1 victim v1\n" + ("e1 date t1\n" if day else ""))
    body = json.loads(project("tracker", tmp_path, [parse(text, "x", "2024-12-20")])[
        "violations.json"])
    told = body["violations"] + [each["violation"] for each in body["incomplete"]]
    assert [each["perpetrator_affiliation"] for each in told] == [expected]


def test_geojson_counts_what_it_leaves_out(tmp_path: Path) -> None:
    body = json.loads(project("geojson", tmp_path)["incidents.geojson"])
    assert body["type"] == "FeatureCollection" and body["unresolved"] == 1
    [feature] = body["features"]
    lon, lat = feature["geometry"]["coordinates"]
    assert feature["geometry"]["type"] == "Point" and 36 < lon < 37 and 35 < lat < 37
    assert feature["properties"]["casualties"] == {
        "killed": {"min": 16, "max": None}, "injured": {"min": None, "max": None}}


def test_the_map_asks_for_nothing_and_escapes(tmp_path: Path) -> None:
    page = project("map", tmp_path)["map.html"]
    assert "http://" not in page and "https://" not in page
    assert "default-src 'none'" in page and "مدينة إدلب" in page
    assert page.count("class=\"site\"") == 1


def test_the_map_tells_incidents_in_arabic(tmp_path: Path) -> None:
    page = project("map", tmp_path)["map.html"]
    assert "على الخريطة: حادثة واحدة." in page
    assert "<li><bdi>بلا محافظة معروفة</bdi>: حادثة واحدة</li>" in page
    assert '<span title="airstrike">غارة جوية</span>' in page
    body = page.split("<body>")[1].split("<script>")[0]
    assert "قتلى: 16 مدنياً على الأقل، بينهم 3 أطفال" in " ".join(body.split())
    assert "<bdi>«أكثر من 15 مدنياً»</bdi>" in body and "المصدر: <bdi>" in body
    for word in ("killed", "civilians", "or more", "of which", "Airstrike"):
        assert word not in body
    tooltip = unescape(body.split("<title>")[1].split("</title>")[0])
    assert "\u20662019-05-01\u2069" in tooltip  # after Arabic letters it would read backwards


@pytest.mark.parametrize(("entered", "shown"), [
    (("القاهرة", "قاهره"), "القاهرة"), (("آنقره", "أنقرة", "انقره"), "أنقرة"),
    (("ترابلس", "طرابلس", "طَرَابُلُس"), "طرابلس"), (("ئاممان", "امان", "عمان", "عَمّان"), "عمان"),
    (("ترطوس", "طرطوس"), "طرطوس"), (("بنغازى", "بنغازي"), "بنغازي"), (("حلب",), "حلب"),
])
def test_towns_stand_on_the_map_in_their_usual_spelling(
    entered: tuple[str, ...], shown: str
) -> None:
    assert _town_name(entered) == shown


def test_a_site_is_called_what_most_records_call_it() -> None:
    assert _site_name(Counter({"مزارع حماة": 1, "حماة": 2})) == "حماة"
    assert _site_name(Counter(["مزارع حماة", "حماة"])) == "حماة"


def test_the_map_shows_all_points_and_is_true_at_its_middle() -> None:
    for points in ([(36.0, 36.6)], [(12.0, -17.0), (37.0, 60.0)], []):
        shown = frame(points)
        for lat, lon in points:
            x, y = shown.xy(lat, lon)
            assert 0 < x < 1000 and 0 < y < shown.height
        assert shown.height >= 500


def test_evidence_verifies_and_is_chained(tmp_path: Path) -> None:
    files = project("evidence", tmp_path)
    for name, content in files.items():
        path = tmp_path / "bundle" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    previous = None
    for line in files["MANIFEST.sha256"].splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name].encode()).hexdigest() == digest
        record = json.loads(files[name])
        assert record["prev_record_sha256"] == previous
        previous = digest
    if shutil.which("sha256sum"):
        command = ["sha256sum", "-c", "MANIFEST.sha256"]
        told = subprocess.run(command, cwd=tmp_path / "bundle", capture_output=True, check=False)
        assert told.returncode == 0
        changed = tmp_path / "bundle" / "records" / "000002.json"
        changed.write_bytes(changed.read_bytes().replace(b"null", b"true", 1))
        told = subprocess.run(command, cwd=tmp_path / "bundle", capture_output=True, check=False)
        assert told.returncode != 0


def test_no_bundle_without_a_report() -> None:
    with pytest.raises(FormatError, match="no report to bundle"):
        evidence.FORMAT.project([])


def test_evidence_offsets_hold_in_utf16_too(tmp_path: Path) -> None:
    record = json.loads(project("evidence", tmp_path)["records/000001.json"])
    text, units = record["text"], record["text"].encode("utf-16-le")
    assert hashlib.sha256(text.encode()).hexdigest() == record["text_sha256"]
    assert any(s["start"] != s["start_utf16"] for s in record["spans"])
    for span in record["spans"]:
        assert text[span["start"] : span["end"]] == span["quote"]
        piece = units[2 * span["start_utf16"] : 2 * span["end_utf16"]]
        assert piece.decode("utf-16-le") == span["quote"]
        assert hashlib.sha256(span["quote"].encode()).hexdigest() == span["quote_sha256"]
    assert record["model"]["sha256"] is None and record["raw_sha256"] is None


def test_documents_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "back.jsonl"
    path.write_text(project("documents", tmp_path)["documents.jsonl"], "utf-8")
    assert read_documents(path) == documents()


def test_brat_offsets_and_relations(tmp_path: Path) -> None:
    text = "قتل\r\nطفل وأب 😀 في حلب"
    spans = (Span("a", "DEATH", 0, 3, 0.9), Span("b", "VICTIM", 0, 8), Span("c", "PLACE", 18, 21),
             Span("d", "SOURCE", 3, 5))
    document = Document("x/y", text, spans, (Relation("victim", "a", "b"),))
    files = project("brat", tmp_path, [document])
    [ann] = [content for name, content in files.items() if name.endswith(".ann")]
    [txt] = [content for name, content in files.items() if name.endswith(".txt")]
    assert txt == text
    lines = [line.split("\t") for line in ann.split("\n") if line]
    entities = {fields[0]: fields[1:] for fields in lines if fields[0].startswith("T")}
    assert entities["T2"] == ["VICTIM 0 3;5 8", "قتل طفل"]
    for offsets, quote in entities.values():
        pieces = [piece.split() for piece in offsets.split(" ", 1)[1].split(";")]
        assert " ".join(text[int(a) : int(b)] for a, b in pieces) == quote
    assert ["R1", "victim Arg1:T1 Arg2:T2"] in lines and len(entities) == 3
    assert ["#1", "AnnotatorNotes T1", "score 0.9000"] in lines
    config = files["annotation.conf"]
    assert all(name in config for name in (*SCHEMA.label_ids, *SCHEMA.relation_ids))


def test_conll_columns_carry_nested_spans_and_no_tag_begins_with_i(tmp_path: Path) -> None:
    text = "ضرب مشفى حلب الجامعي. ثم قصف"
    spans = (Span("f", "FACILITY", 4, 20), Span("p", "PLACE", 9, 12), Span("v", "VICTIM", 13, 24))
    document = Document("x", text, spans)
    content = project("conll", tmp_path, [document])["documents.conll"]
    header, newdoc, *lines = content.split("\n")
    columns = header.split(" = ")[1].split(" ")
    assert newdoc == '# newdoc id = "x"'
    rows = [dict(zip(columns, line.split("\t"), strict=True)) for line in lines if line]
    assert [r["FACILITY"] for r in rows] == [
        "O", "B-FACILITY", "I-FACILITY", "I-FACILITY", "O", "O", "O"]
    assert [r["PLACE"] for r in rows] == ["O", "O", "B-PLACE", "O", "O", "O", "O"]
    # a span over the end of a sentence begins again after it
    assert [r["VICTIM"] for r in rows] == [
        "O", "O", "O", "B-VICTIM", "I-VICTIM", "B-VICTIM", "O"]
    assert lines[5] == "" and rows[4]["FORM"] == "."
    assert all(text[int(r["START"]) : int(r["END"])] == r["FORM"] for r in rows)


def test_no_line_of_conll_but_a_comment_begins_with_a_hash(tmp_path: Path) -> None:
    document = Document("x", "#سرمين", (Span("p", "PLACE", 0, 6),))
    lines = project("conll", tmp_path, [document])["documents.conll"].splitlines()
    assert [line.split("\t")[:3] for line in lines if "#" not in line[:1] and line] == [
        ["0", "1", "#"], ["1", "6", "سرمين"]]


def test_displacy_ents_never_overlap_and_spans_are_all_there(tmp_path: Path) -> None:
    text = "ضرب مشفى حلب الجامعي"
    spans = (Span("p", "PLACE", 9, 12), Span("f", "FACILITY", 4, 20))
    [body] = json.loads(project("displacy", tmp_path, [Document("x", text, spans)])[
        "displacy.json"])
    assert body["ents"] == [{"start": 4, "end": 20, "label": "FACILITY"}]
    assert body["tokens"] == text.split()
    assert {(s["start_token"], s["end_token"], s["label"]) for s in body["spans"]} == {
        (2, 3, "PLACE"), (1, 4, "FACILITY")}


def test_tokens_cover_everything_but_space() -> None:
    text = "قُتِل، 3.5% «طفلـة»\u200f\n😀"
    covered = "".join(text[start:end] for start, end in tokens(text))
    assert covered == "".join(text.split())


def test_projections_do_not_change_what_they_project(tmp_path: Path) -> None:
    from incidents.export import FORMATS

    given = items(tmp_path)
    before = json.dumps([i.incidents for i in given], sort_keys=True)
    for each in FORMATS.values():
        assert each.project(given) == each.project(given)
    assert json.dumps([i.incidents for i in given], sort_keys=True) == before
