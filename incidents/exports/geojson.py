"""GeoJSON (RFC 7946): a Feature an incident whose place is resolved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from incidents.exports.fields import (
    HARMS,
    Incident,
    clean,
    count,
    days,
    located,
    names,
    reference,
)
from incidents.exports.format import Format
from incidents.exports.items import Item


def collection(items: Sequence[Item]) -> dict[str, Any]:
    """The FeatureCollection; ``unresolved`` counts incidents without coordinates."""
    told = [(item, incident) for item in items for incident in item.incidents]
    features = [_feature(item, incident) for item, incident in told if located(incident)]
    return {"type": "FeatureCollection", "features": features,
            "unresolved": len(told) - len(features)}


def project(items: Sequence[Item]) -> dict[str, str]:
    """One GeoJSON file."""
    text = json.dumps(collection(items), ensure_ascii=False, indent=1)
    return {"incidents.geojson": clean(text) + "\n"}


def _feature(item: Item, incident: Incident) -> dict[str, Any]:
    points = list(dict.fromkeys((p["lon"], p["lat"]) for p in located(incident)))
    told = days(incident) or (None, None)
    geometry = (
        {"type": "Point", "coordinates": list(points[0])} if len(points) == 1
        else {"type": "MultiPoint", "coordinates": [list(point) for point in points]}
    )
    counts = {
        harm: {"min": low, "max": high}
        for harm in HARMS for low, high in (count(incident, harm),)
        if any(row["harm"] == harm for row in incident["casualties"])
    }
    properties = {
        "document": clean(item.document.id), "incident": clean(incident["id"]),
        "type": incident["type"], "date_start": told[0], "date_end": told[1],
        "date_precision": incident["date"]["precision"] if incident["date"] else None,
        "places": [{"name": clean(p["name"]), "admin1": p["admin1"], "geonames": p["geonames"],
                    "pcode": p["pcode"]} for p in incident["places"]],
        **{field: [clean(name) for name in names(incident, field)]
           for field in ("facilities", "perpetrators", "weapons", "sources")},
        "perpetrator_groups": sorted({p["group"] for p in incident["perpetrators"]}),
        "weapon_classes": sorted({w["class"] for w in incident["weapons"]}),
        "casualties": counts, "source_url": item.url,
        "part_of": incident["part_of"], "confidence": incident["confidence"],
    }
    return {"type": "Feature", "id": clean(reference(item, incident)), "geometry": geometry,
            "properties": properties}


FORMAT = Format(
    "geojson", "GeoJSON for any GIS",
    "Incidents without coordinates stay out and are counted in `unresolved`. A point is that of "
    "the town in the gazetteer, not of the strike. Several statements of one harm become one "
    "range; a number that is not stated is null. Quotes, evidence, casualty groups and the "
    "confidences of single fields are left out.",
    project,
)
