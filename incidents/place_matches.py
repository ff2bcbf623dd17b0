"""Entries of a gazetteer that a place name may mean, by the likeness of the names and the kind."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz, process

from incidents.gazetteer import Entry, Gazetteer, skeleton

_SPELLING = 0.93  # a name that differs in spaces, article or final vowel only
_VOWELS = "اهي"
_FUZZY = 90  # rapidfuzz ratio: one letter more or less in a name of six
# How likely a name without a head means a place of that kind; a quarter needs its city near.
_BARE = {"country": 1.0, "town": 0.95, "governorate": 0.8, "region": 0.9, "district": 0.7,
         "subdistrict": 0.65, "neighbourhood": 0.49}
# What a head may announce, and how well each kind of entry fits it.
_FITS: dict[str, dict[str, float]] = {
    "town": {"town": 1.0, "subdistrict": 0.75, "district": 0.7, "neighbourhood": 0.6},
    "governorate": {"governorate": 1.0},
    "district": {"district": 1.0, "subdistrict": 1.0, "town": 0.85, "region": 0.85,
                 "neighbourhood": 0.8},
    "neighbourhood": {"neighbourhood": 1.0},
    "part": {"governorate": 1.0, "country": 1.0, "town": 0.9, "region": 0.9, "district": 0.8,
             "subdistrict": 0.75},
}


def _fuzzy(core: str, gazetteer: Gazetteer) -> tuple[tuple[str, float], ...]:
    """Names of the gazetteer that are spelled nearly like this one, with what they are worth."""
    bones = skeleton(core)
    same = gazetteer.by_skeleton.get(bones, ()) if len(core) > 4 else ()
    if len(bones) < 4:  # `الدورة` is not `الدور`, but `الدانة` may be `الدانا`
        same = tuple(name for name in same if (name[-1] in _VOWELS) == (core[-1] in _VOWELS))
    if same:
        return tuple((name, _SPELLING) for name in same)
    if len(core) < 6:
        return ()
    near = process.extract(core, gazetteer.long_names.get(core[:2], ()), scorer=fuzz.ratio,
                           limit=3, score_cutoff=_FUZZY)
    return tuple((name, ratio / 100 * 0.9) for name, ratio, _ in near)


@lru_cache(maxsize=8192)
def matches(core: str, gazetteer: Gazetteer) -> tuple[tuple[Entry, float], ...]:
    """Entries whose name this may be, with the similarity of the names."""
    exact = gazetteer.by_name.get(core)
    if exact:
        return tuple((entry, 1.0) for entry in exact)
    near = {id(entry): (entry, worth) for known, worth in reversed(_fuzzy(core, gazetteer))
            for entry in gazetteer.by_name[known]}
    return tuple(near.values())


@lru_cache(maxsize=8192)
def fitting(
    core: str, kind: str | None, gazetteer: Gazetteer
) -> tuple[tuple[Entry, float, bool], ...]:
    """Entries that a name with a head of some kind may mean, how well name and kind fit, and
    whether a far larger town has the name."""
    named, fit = matches(core, gazetteer), _BARE if kind is None else _FITS[kind]
    towns = [entry.population for entry, _ in named if entry.kind == "town"]
    largest = max(towns) if len(towns) > 1 else 0
    governorates = {(entry.country, entry.admin1) for entry, _ in named
                    if entry.kind == "governorate"}
    return tuple(
        (entry,
         worth * fit.get(entry.kind, 0.4) * (0.5 if _is_shadowed(entry, governorates) else 1.0),
         entry.kind == "town" and largest >= 50_000 and entry.population < largest / 20)
        for entry, worth in named
    )


def _is_shadowed(entry: Entry, governorates: set[tuple[str, str | None]]) -> bool:
    """Whether a governorate that is not known to hold a small town has its name."""
    return (entry.kind == "town" and entry.population < 50_000
            and (entry.country, entry.admin1) not in governorates
            and entry.country in {country for country, _ in governorates})
