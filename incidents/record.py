"""Events rendered as the incident records of the extraction result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from data.document import Span
from incidents.events import APART, Event, Fact
from incidents.fold import fold
from incidents.view import View
from incidents.vocabulary import Vocabulary

_HARM_TYPES = {"detained": "arrest", "missing": "abduction", "displaced": "displacement",
               "besieged": "siege"}


def render(view: View, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The incidents of a document; what has neither argument nor casualty is left out."""
    told = [e for e in events if e.facts or not APART.isdisjoint(e.own)]
    ids = {id(event): f"i{number}" for number, event in enumerate(told, 1)}
    return [_incident(view, event, ids) for event in told]


def _incident(view: View, event: Event, ids: dict[int, str]) -> dict[str, Any]:
    parent, date = event.part_of, _date(view, event)
    places, facilities = _sites(view, event)
    fields: dict[str, list[dict[str, Any]]] = {
        "places": places,
        "facilities": facilities,
        "perpetrators": _classed(view, event, "perpetrator", "group"),
        "weapons": _classed(view, event, "weapon", "class"),
        "casualties": _casualties(view, event.facts),
        "sources": _sources(view, event),
    }
    scores = [date["confidence"]] if date is not None else []
    for bodies in fields.values():
        for body in bodies:
            scores.append(body["confidence"])
    return {
        "id": ids[id(event)],
        "type": _type(view, event),
        "part_of": ids.get(id(parent)) if parent is not None else None,
        "triggers": [[t.start, t.end] for t in event.triggers],
        "date": date,
        **fields,
        "confidence": round(sum(scores) / len(scores), 4) if scores else 1.0,
    }


def _date(view: View, event: Event) -> dict[str, Any] | None:
    spans = event.arguments("date")
    if not spans:
        return None
    found, (evidence, confidence) = event.date(), _evidence(view, event, *spans)
    return {"start": found.start, "end": found.end, "precision": found.precision,
            "evidence": evidence, "confidence": confidence}


def _sites(view: View, event: Event) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Places and facilities; where only these are told, the place that the first lies in."""
    places: list[Span] = []
    facilities: list[dict[str, Any]] = []
    for span in event.sites:
        if span.label == "PLACE":
            places.append(span)
        elif span.label == "FACILITY":
            name, (evidence, confidence) = view.texts[span.id], _evidence(view, event, span)
            facilities.append({"name": name, "class": _facility(view, name),
                               "evidence": evidence, "confidence": confidence})
    if not places and event.sites:
        places = [s for s in view.containers(event.sites) if s.label == "PLACE"][:1]
    return _places(view, event, places) if places else [], facilities


def _places(view: View, event: Event, own: list[Span]) -> list[dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for span in own:
        name, admin1, lat, lon, geonames, pcode, _, _ = view.places[span.id]
        evidence, confidence = _evidence(view, event, span)
        body = {
            "name": name, "admin1": admin1, "lat": lat, "lon": lon, "geonames": geonames,
            "pcode": pcode, "within": _within(view, span),
            "evidence": evidence, "confidence": confidence,
        }
        key = str(geonames or fold(name))  # `أريحا`, `مدينة أريحا`
        if admin1 and key in merged and merged[key]["admin1"] not in (None, admin1):
            key += admin1  # villages of one name in two governorates
        _add(merged, key, body)
    return [*merged.values()]


def _within(view: View, span: Span) -> list[str]:
    if span.id not in view.within:
        return []
    return [view.texts[s.id] for s in view.containers([span])]


def _add(merged: dict[str, dict[str, Any]], key: str, body: dict[str, Any]) -> None:
    """Keep one entry for a name said twice, with the evidence of both."""
    if key not in merged:
        merged[key] = body
        return
    kept = merged[key]
    kept["evidence"] += [e for e in body["evidence"] if e not in kept["evidence"]]
    kept["confidence"] = max(kept["confidence"], body["confidence"])


def _classed(view: View, event: Event, type: str, key: str) -> list[dict[str, Any]]:
    spans = event.arguments(type)
    if not spans:
        return []
    merged: dict[str, dict[str, Any]] = {}
    for span in spans:
        classes = view.weapons(span) if type == "weapon" else party(view, event, span)
        text = view.texts[span.id]
        for name in classes:
            evidence, confidence = _evidence(view, event, span)
            body = {"name": text, key: name, "evidence": evidence, "confidence": confidence}
            _add(merged, f"{name} {fold(text)}", body)
    return [*merged.values()]


def party(view: View, event: Event, span: Span) -> tuple[str, ...]:
    """Groups of a PERPETRATOR; `الطرفين` are the parties that the casualties belong to."""
    groups = view.groups(span)
    if groups != ("other",):
        return groups
    words = _party_words(view.vocabularies.perpetrators)
    if words.isdisjoint(fold(view.texts[span.id]).split()):
        return groups
    named = [
        group for fact in event.facts for f in (fact, *fact.parts)
        for group in view.vocabularies.perpetrators.name_of(view.texts[f.victim.id], ())
    ]
    return tuple(dict.fromkeys(named)) or groups


@lru_cache(maxsize=4)
def _party_words(perpetrators: Vocabulary) -> frozenset[str]:
    return frozenset(map(fold, perpetrators.settings["party_words"]))


def _facility(view: View, name: str) -> str:
    named = view.vocabularies.facilities.name_of(name)
    return named[0] if named else "other"


def _sources(view: View, event: Event) -> list[dict[str, Any]]:
    spans = event.own.get("source")
    if not spans:
        return []
    found = []
    for span in spans:
        evidence, confidence = _evidence(view, event, span)
        found.append({"name": view.texts[span.id], "evidence": evidence,
                      "confidence": confidence})
    return found


def _casualties(view: View, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    found = []
    for fact in facts:
        sources, parts = view.tails(fact.triggers, "source"), fact.parts
        found.append({
            "harm": fact.harm,
            **_count(view, fact),
            "of_which": [_count(view, part) for part in parts] if parts else [],
            "sources": list(dict.fromkeys([view.texts[s.id] for s in sources])) if sources else [],
        })
    return found


def _count(view: View, fact: Fact) -> dict[str, Any]:
    victim, count = fact.victim, fact.count
    evidence = [[victim.start, victim.end]]
    if fact.repeats:
        evidence += [[s.start, s.end] for s in fact.repeats]
        evidence.sort(key=itemgetter(0))
    return {
        "group": fact.group, "min": count.min, "max": count.max,
        "approximate": count.approximate, "text": view.texts[victim.id],
        "evidence": evidence,
        "confidence": _product(victim.score, fact.triggers[0].score if fact.triggers else None),
    }


def _evidence(
    view: View, event: Event, span: Span, *more: Span
) -> tuple[list[list[int]], float]:
    """Where an argument is told, and how surely."""
    if span.score is None and not more and not view.links:  # people marked it: nothing to weigh
        return [[span.start, span.end]], 1
    spans = (span, *more)
    evidence = [[span.start, span.end] for span in spans]
    scores = [span.score for span in spans]
    if view.links:
        heads = {t.id for t in event.triggers}
        links = [score for s in spans for head, score in view.links.get(s.id, ()) if head in heads]
        scores.append(max(links, default=None))
    return evidence, _product(*scores)


def _product(*scores: float | None) -> float:
    product: float = 1
    for score in scores:
        if score is not None:
            product *= score
    return product if product == 1 else round(product, 4)


def _type(view: View, event: Event) -> str:
    """By the act's own words; else by the weapons, by weaker words, by the harm."""
    attacks = event.attacks
    strong = view.types(attacks, "patterns")
    if strong:
        return strong[0]
    weapons = view.vocabularies.weapons.classes
    spans = event.arguments("weapon")
    by_weapon = [weapons[c]["incident_type"] for s in spans for c in view.weapons(s)]
    known = [t for t in by_weapon if t != "other"]
    if "chemical_attack" in known:
        return "chemical_attack"
    if known:
        return str(known[0])
    weak = [t for t in view.types(attacks, "weak") if t != "other"]
    if weak:
        return weak[0]
    own = [t for t in view.types(event.triggers, "patterns") if t != "other"]
    by_harm = [_HARM_TYPES[f.harm] for f in event.facts if f.harm in _HARM_TYPES]
    if not own and not by_harm and event.part_of is not None:
        return _type(view, event.part_of)  # `ثلاثة منهم في قرية كذا` fell in what killed them all
    return (own or by_harm or ["other"])[0]
