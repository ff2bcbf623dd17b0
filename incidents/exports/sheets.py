"""Tables for spreadsheets and databases: Uwazi, Airwars-shaped, ACLED-shaped with a HXL row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from incidents.exports.fields import (
    HARMS,
    Incident,
    act,
    classes,
    count,
    count_group,
    country,
    days,
    english,
    length,
    located,
    main_place,
    names,
    place_kind,
    reference,
    sentences,
    statements,
)
from incidents.exports.format import Format
from incidents.exports.items import Item
from incidents.exports.tables import Cell, to_csv
from incidents.vocabulary import default_vocabularies

_RANGES = ("Several statements of one harm become one range (least, greatest): by different "
           "sources on one group, from the lesser to the greater; otherwise from the greatest "
           "one to their sum. A number that is not stated leaves both cells empty")

_UWAZI = (
    "Title__ar", "Title__en", "Type", "Date", "Date precision", "Places", "Governorates",
    "Geolocation", "Facilities", "Perpetrators", "Perpetrator groups", "Weapons",
    "Weapon classes", "Sources",
    *(f"{harm.capitalize()} {end}" for harm in HARMS for end in ("least", "greatest")),
    "Casualty statements", "Sentences", "Report", "Record", "Part of", "Confidence",
)


def uwazi(items: Sequence[Item]) -> dict[str, str]:
    """Entities for Uwazi: a header cell is a property's label, ``|`` stands between values."""
    rows = [_uwazi(item, incident) for item in items for incident in item.incidents]
    return {"uwazi.csv": to_csv(_UWAZI, rows)}


def _uwazi(item: Item, incident: Incident) -> list[Cell]:
    told, place = days(incident), main_place(incident)
    words = act(item, incident)
    what = [words] if words else []
    where = [place["name"]] if place else []
    when = [told[0] if told[0] == told[1] else f"{told[0]} – {told[1]}"] if told else []
    kind = english("incidents", incident["type"])
    admin1 = list(dict.fromkeys(p["admin1"] for p in incident["places"] if p["admin1"]))
    point = located(incident)[:1]
    counts = [bound for harm in HARMS for bound in count(incident, harm)]
    return [
        "، ".join(what + where + when) or reference(item, incident),
        ", ".join([kind, *admin1[:1], *when]), kind,
        f"{told[0]}:{told[1]}" if told else None,
        incident["date"]["precision"] if incident["date"] else None,
        _many(names(incident, "places")), _many(admin1),
        f"{point[0]['lat']}|{point[0]['lon']}" if point else None,
        _many(names(incident, "facilities")), _many(names(incident, "perpetrators")),
        _many(english("perpetrators", c) for c in classes(incident, "perpetrators")),
        _many(names(incident, "weapons")),
        _many(english("weapons", c) for c in classes(incident, "weapons")),
        _many(names(incident, "sources")), *counts,
        "\n".join(statements(incident)), "\n".join(sentences(item, incident)),
        f"{_many([item.document.id])}|{item.url.replace('|', '%7C')}".replace("\n", " ")
        if item.url else None,
        reference(item, incident),
        f"{item.document.id}/{incident['part_of']}" if incident["part_of"] else None,
        incident["confidence"],
    ]


def _many(values: Iterable[str]) -> str:
    return "|".join(value.replace("|", "¦") for value in values)


# Airwars' groups of people, and the record's that they are filled from.
_PEOPLE = {"civilian_non_combatants": "civilians", "children": "children", "women": "women",
           "men": "men", "journalists": "journalists", "healthcare_personnel": "medics"}
_STRIKES = {"airstrike": "airstrike-artillery", "shelling": "airstrike-artillery",
            "missile_strike": "airstrike-artillery", "ground_attack": "ground-operation"}
_ACCURACY = {"governorate": "province_governorate", "district": "district",
             "neighbourhood": "neighbourhood_area", "town": "town"}
_AIRWARS = (
    "code", "date_type", "date", "date_end", "location_name", "location_name_arabic",
    "strike_type_slug", "civilian_harm_status_slug", "cause_of_death_injury_slug", "latitude",
    "longitude", "geolocation_accuracy_slug",
    *(f"{who}_{harm}_{end}" for who in _PEOPLE for harm in ("killed", "injured")
      for end in ("min", "max")),
    "num_sources",
)


def airwars(items: Sequence[Item]) -> dict[str, str]:
    """Incidents in the columns of Airwars; the grading is a person's and stays empty."""
    rows = [_airwars(item, incident) for item in items for incident in item.incidents]
    return {"airwars.csv": to_csv(_AIRWARS, rows)}


def _airwars(item: Item, incident: Incident) -> list[Cell]:
    told, place = days(incident), main_place(incident)
    weapons = default_vocabularies().weapons.classes
    causes = {weapons[c]["sdg_16_1_2"] for c in classes(incident, "weapons") if c != "other"}
    has_point = place is not None and place["lat"] is not None
    return [
        reference(item, incident),
        None if not told else "single_date" if told[0] == told[1] else "date_range",
        told[0] if told else None, told[1] if told and told[0] != told[1] else None,
        None, place["name"] if place else None,
        _STRIKES.get(incident["type"]), None,
        causes.pop().replace("_", "-") if len(causes) == 1 else None,
        place["lat"] if place else None, place["lon"] if place else None,
        _ACCURACY.get(place_kind(place) or "") if place and has_point else None,
        *(bound for group in _PEOPLE.values() for harm in ("killed", "injured")
          for bound in count_group(incident, harm, group)),
        len(names(incident, "sources")) or None,
    ]


_EVENTS = {
    "event_date": "#date+start", "time_precision": "#date+precision", "event_type": "#event+type",
    "sub_event_type": "#event+type+sub", "actor1": "#actor+name+first",
    "actor2": "#actor+name+second", "country": "#country+code+v_iso2", "admin1": "#adm1+name",
    "admin2": "#adm2+name", "location": "#loc+name", "latitude": "#geo+lat",
    "longitude": "#geo+lon", "geo_precision": "#geo+precision", "source": "#meta+source",
    "notes": "#description", "fatalities_min": "#affected+killed+min",
    "fatalities_max": "#affected+killed+max",
}
_ACLED_TYPES = {
    "Chemical weapon": "Explosions/Remote violence",
    "Air/drone strike": "Explosions/Remote violence",
    "Shelling/artillery/missile attack": "Explosions/Remote violence",
    "Remote explosive/landmine/IED": "Explosions/Remote violence",
    "Armed clash": "Battles",
    "Attack": "Violence against civilians",
    "Abduction/forced disappearance": "Violence against civilians",
    "Arrests": "Strategic developments",
    "Other": "Strategic developments",
}
_GEO = {"town": 1, "neighbourhood": 1, "centre": 1, "part": 2, "district": 2, "governorate": 3}


def events(items: Sequence[Item]) -> dict[str, str]:
    """Events in ACLED's columns with a HXL row; no event ids, no single number of fatalities."""
    rows = [_event(item, incident) for item in items for incident in item.incidents]
    return {"events.csv": to_csv(tuple(_EVENTS), [tuple(_EVENTS.values()), *rows])}


def _event(item: Item, incident: Incident) -> list[Cell]:
    told, span = days(incident), length(incident)
    sub = str(default_vocabularies().incidents.classes[incident["type"]]["acled"])
    place = main_place(incident)
    fits = span is not None and span <= 31
    has_point = place is not None and place["lat"] is not None
    actors = names(incident, "perpetrators")
    other = [name for name in names(incident, "places") if not place or name != place["name"]]
    notes = [
        reference(item, incident), *statements(incident),
        f"date: {told[0]} to {told[1]}" if told and told[0] != told[1] else "",
        f"also: {'، '.join(other)}" if other else "",
        f"part of {item.document.id}/{incident['part_of']}" if incident["part_of"] else "",
        *(f"further actor: {name}" for name in actors[2:]),
    ]
    return [
        told[0] if told and fits else None,
        None if span is None or not fits else 1 if span == 1 else 2 if span <= 7 else 3,
        _ACLED_TYPES[sub], sub, *[*actors, None, None][:2], country(incident),
        place["admin1"] if place else None, None, place["name"] if place else None,
        place["lat"] if place else None, place["lon"] if place else None,
        _GEO.get(place_kind(place) or "town") if place and has_point else None,
        "، ".join(names(incident, "sources")) or None,
        "\n".join(note for note in notes if note), *count(incident, "killed"),
    ]


UWAZI = Format(
    "uwazi", "Uwazi: a CSV of entities; make a template whose properties are named as the header",
    _RANGES + "; Casualty statements keep it, as every statement, in its words. Evidence "
    "offsets, the confidences of single fields, and the relations and spans of the text are left "
    "out. Of several resolved places one gives the geolocation. A | within a name becomes ¦.",
    uwazi,
)
AIRWARS = Format(
    "airwars", "a CSV in the columns of Airwars' incidents",
    _RANGES + " and no trace: dozens of dead look like none that were told of. Perpetrators, "
    "facilities, weapons' names, quotes, evidence and all places but one are left out. Only "
    "groups that have a column are counted: people whom the report does not call civilians are "
    "in none. Detained, displaced, besieged and missing people have no column. location_name "
    "(Latin script) and the grading stay empty: they are a person's work. code is the record's "
    "own name, no code of Airwars'. The cause is the category of SDG indicator 16.1.2 of the "
    "weapons, where they share one.",
    airwars,
)
EVENTS = Format(
    "events", "events.csv in ACLED's columns with a HXL row",
    _RANGES + "; notes keep it, as every statement, in its words. Injured, detained and "
    "displaced people, facilities and weapons stand in notes or not at all; evidence and "
    "confidences are left out. One place an event, others in notes. A date longer than a month "
    "is no event date and stands in notes. actor1 and actor2 are those said to have done it, as "
    "written, never the victims. admin2 stays empty. No event_id_cnty and no single fatalities: "
    "both would be invented. Incidents that another includes (part of) are rows too: do not add "
    "both.",
    events,
)
