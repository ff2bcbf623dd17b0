"""The gazetteer: reading, merging, foreign formats, the command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from data.errors import FormatError
from data.inline import parse
from data.jsonl import write_documents
from incidents import assemble
from incidents import gazetteer_sources as sources
from incidents.gazetteer import KINDS, Entry, Gazetteer, load, main, merged, write
from incidents.places import default_gazetteer

OPEN_SYRIA = Path(__file__).parents[2].parent / "shared" / "gazetteer"
APP = typer.Typer()
APP.command()(main)


def test_default_is_sound() -> None:
    entries = default_gazetteer().entries
    assert len(entries) > 2000
    for entry in entries:
        assert entry.kind in KINDS and entry.names
        assert all(re.search("[\u0621-\u064a]", name) for name in entry.names)
        assert (entry.lat is None) == (entry.lon is None)
        if entry.country == "SY" and entry.kind != "country":
            assert entry.admin1 in sources.ADMIN1.values()
            assert entry.lat is None or 32 < entry.lat < 37.6
    ids = [e.geonames for e in entries if e.geonames]
    assert len(ids) == len(set(ids))


def test_default_has_all_governorates_by_p_code() -> None:
    governorates = [e for e in default_gazetteer().entries
                    if e.kind == "governorate" and e.country == "SY"]
    assert {e.pcode for e in governorates} == {f"SY{n:02}" for n in range(1, 15)}
    assert len({e.admin1 for e in governorates}) == 14


def test_default_is_built_from_the_present_additions() -> None:
    entries = default_gazetteer().entries
    known = {(e.kind, e.country, e.admin1, name) for e in entries for name in e.names}
    missing = [e for e in sources.additions()
               if not {(e.kind, e.country, e.admin1, name) for name in e.names} <= known]
    assert missing == []


def test_written_is_read_back(tmp_path: Path) -> None:
    entries = (Entry("town", ("أ", "ب"), "SY", "Homs", 34.0, 36.0, 7, "C1", 5),
               Entry("country", ("اليمن",), "YE"))
    write(tmp_path / "g.jsonl", entries)
    assert load(tmp_path / "g.jsonl").entries == entries


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "town"}', '{"kind": "planet", "names": '
                                  '["أ"], "country": "SY"}', '{"kind": "town", "names": ["أ"], '
                                  '"country": "SY", "colour": 1}',
                                  '{"kind": "town", "names": "حلب", "country": "SY"}',
                                  '{"kind": "town", "names": ["أ"], "country": "SY", "lat": "x"}'])
def test_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"g\.jsonl:1"):
        load(path)


def test_merging_joins_names_and_fills_gaps() -> None:
    own = Entry("town", ("عين العرب", "كوباني"), "SY", "Aleppo")
    geo = Entry("town", ("عين العرب",), "SY", "Aleppo", 36.9, 38.4, 172256)
    cod = Entry("town", ("عين العرب",), "SY", "Aleppo", 36.89, 38.35, pcode="C1946")
    (one,) = merged([[own], [geo], [cod]])
    assert one == Entry("town", ("عين العرب", "كوباني"), "SY", "Aleppo", 36.9, 38.4, 172256,
                        "C1946")


def test_villages_of_one_name_stay_two() -> None:
    one = Entry("town", ("الزيارة",), "SY", "Hama", 35.7, 36.3, 1)
    other = Entry("town", ("الزيارة",), "SY", "Hama", 35.1, 36.9, 2)
    level = Entry("subdistrict", ("الزيارة",), "SY", "Hama", 35.7, 36.3, 3)
    assert len(merged([[one, other, level]])) == 3


def test_names_are_found_however_they_are_spelled() -> None:
    gazetteer = Gazetteer((Entry("town", ("إحسم",), "SY", "Idlib"),))
    assert gazetteer.by_name["احسم"] == gazetteer.entries


def _geonames_row(id: int, names: str, code: str, feature: str, admin1: str) -> str:
    cells = [str(id), "X", "X", names, "35.5", "36.5", feature, code, "SY", "", admin1,
             "", "", "", "1200", "", "", "Asia/Damascus", "2020-01-01"]
    return "\t".join(cells) + "\n"


def test_geonames_files(tmp_path: Path) -> None:
    country, alternate = tmp_path / "SY.txt", tmp_path / "alt.txt"
    country.write_text(
        _geonames_row(1, "Hass,حاس", "PPL", "P", "12") + _geonames_row(2, "", "PPL", "P", "12")
        + _geonames_row(3, "نهر", "STM", "H", "12") + _geonames_row(4, "حلب", "ADM1", "A", "09")
        + _geonames_row(5, "latin", "PPL", "P", "12"), encoding="utf-8")
    alternate.write_text("90\t2\tar\tبلا اسم\t\t\t\t\n91\t5\ten\tName\t\t\t\t\n", encoding="utf-8")
    entries = sources.geonames(country, alternate)
    assert [(e.kind, e.names, e.admin1, e.geonames) for e in entries] == [
        ("town", ("حاس",), "Idlib", 1), ("town", ("بلا اسم",), "Idlib", 2),
        ("governorate", ("حلب",), "Aleppo", 4),
    ]
    country.write_text("three\tcells\tonly\n", encoding="utf-8")
    with pytest.raises(FormatError, match="19 columns"):
        sources.geonames(country)


@pytest.mark.parametrize(
    "header",
    ["ADM1_AR,ADM1_PCODE,ADM2_AR,ADM2_PCODE,ADM4_AR,ADM4_PCODE,LATITUDE,LONGITUDE",
     "admin1Name_ar,admin1Pcode,admin2Name_ar,admin2Pcode,admin4Name_ar,admin4Pcode,lat,lon"],
)
def test_cod_ab_tables(tmp_path: Path, header: str) -> None:
    path = tmp_path / "cod.csv"
    path.write_text(f"\ufeff{header}\nإدلب,SY07,المعرة,SY0702,حاس,SY070200,35.6,36.6\n"
                    "إدلب,SY07,,,,,,\n", encoding="utf-8")
    town, governorate = sources.cod_ab(path)
    assert (town.kind, town.names, town.admin1, town.pcode, town.lat) == (
        "town", ("حاس",), "Idlib", "SY070200", 35.6)
    assert (governorate.kind, governorate.pcode, governorate.lat) == ("governorate", "SY07", None)
    for bad in ("name,code\nحاس,1\n".encode(), f"{header}\nإدلب,SY07,,,,,north,\n".encode(),
                f"{header}\nإدلب".encode("cp1256")):
        path.write_bytes(bad)
        with pytest.raises(FormatError, match="p-codes"):
            sources.cod_ab(path)
    with pytest.raises(FormatError, match="no such file"):
        sources.cod_ab(tmp_path / "none.csv")


def test_open_syria_needs_its_files(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"governorates\.json"):
        sources.open_syria(tmp_path)
    (tmp_path / "districts.json").write_text('[{"id": "sy-x"}]', encoding="utf-8")
    with pytest.raises(FormatError, match="data-geography"):
        sources.open_syria(tmp_path)


@pytest.mark.skipif(not OPEN_SYRIA.exists(), reason="the files of Open-Syria are not here")
def test_open_syria_files() -> None:
    entries = sources.open_syria(OPEN_SYRIA)
    by_kind = {kind: [e for e in entries if e.kind == kind] for kind in KINDS}
    assert len(by_kind["governorate"]) == 14
    assert len(by_kind["subdistrict"]) > 250
    assert all(e.admin1 in sources.ADMIN1.values() for e in entries)
    assert all(e.names and not e.names[0].startswith("مركز ") for e in entries)
    together = merged([sources.additions(), entries])
    units = [e for e in together if e.kind == "governorate" and e.country == "SY"]
    assert len(units) == 14


def test_command_reports_a_missing_file_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "embedded", list)
    output = tmp_path / "g.jsonl"
    run = CliRunner().invoke(APP, ["--output", str(output), "--geonames", str(tmp_path / "no")])
    assert run.exit_code == 1
    assert "no such file" in run.output
    assert not output.exists()
    run = CliRunner().invoke(APP, ["--output", str(output)])
    assert run.exit_code == 0
    assert "places" in run.output and len(load(output).entries) > 300


def test_assemble_reads_another_gazetteer(tmp_path: Path) -> None:
    text = "[قصف](a1 ATTACK) على [تل الورد](l1 PLACE)\n---\na1 place l1\n"
    write_documents(tmp_path / "in.jsonl", [parse(text, "d")])
    write(tmp_path / "own.jsonl", [Entry("town", ("تل الورد",), "SY", "Idlib", 35.5, 36.5)])
    app = typer.Typer()
    app.command()(assemble.main)
    files = ["--input", f"{tmp_path}/in.jsonl", "--output", f"{tmp_path}/out.jsonl"]
    for given, lat in ((["--gazetteer", f"{tmp_path}/own.jsonl"], 35.5), ([], None)):
        assert CliRunner().invoke(app, files + given).exit_code == 0
        result = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
        assert result["incidents"][0]["places"][0]["lat"] == lat
