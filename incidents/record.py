"""Events rendered as the incident records of the extraction result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
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
    told = [e for e in events if e.facts or not APART.isdisjoint(e.own(view))]
    ids = {id(event): f"i{number}" for number, event in enumerate(told, 1)}
    return [_incident(view, event, ids) for event in told]


def _incident(view: View, event: Event, ids: dict[int, str]) -> dict[str, Any]:
    parent = event.part_of
    date, spans = _date(view, event), event.arguments(view, "place", "target")
    fields: dict[str, list[dict[str, Any]]] = {
        "places": _places(view, event, spans),
        "facilities": [
            {"name": view.text(s), "class": _facility(view, s), **_evidence(view, event, s)}
            for s in spans if s.label == "FACILITY"
        ],
        "perpetrators": _classed(view, event, "perpetrator", "group"),
        "weapons": _classed(view, event, "weapon", "class"),
        "casualties": [_casualty(view, fact) for fact in event.facts],
        "sources": [
            {"name": view.text(s), **_evidence(view, event, s)}
            for s in event.own(view).get("source", ())
        ],
    }
    scores = [date["confidence"]] if date else []
    scores += [body["confidence"] for body in chain.from_iterable(fields.values())]
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
    spans = event.arguments(view, "date")
    if not spans:
        return None
    found = view.date(spans)
    return {"start": found.start, "end": found.end, "precision": found.precision,
            **_evidence(view, event, *spans)}


def _places(view: View, event: Event, spans: Sequence[Span]) -> list[dict[str, Any]]:
    """Places of the event; where only facilities are told, the places that these lie in."""
    own = [s for s in spans if s.label == "PLACE"]
    if not own:
        own = [s for s in view.containers(spans) if s.label == "PLACE"][:1]
    merged: dict[str, dict[str, Any]] = {}
    for span in own:
        resolved = view.places[span.id]
        body = {
            "name": resolved.name, "admin1": resolved.admin1, "lat": resolved.lat,
            "lon": resolved.lon, "geonames": resolved.geonames, "pcode": resolved.pcode,
            "within": [view.text(s) for s in view.containers([span])],
            **_evidence(view, event, span),
        }
        _add(merged, str(resolved.geonames or fold(resolved.name)), body)  # `أريحا`, `مدينة أريحا`
    return list(merged.values())


def _add(merged: dict[str, dict[str, Any]], key: str, body: dict[str, Any]) -> None:
    """Keep one entry for a name said twice, with the evidence of both."""
    if key not in merged:
        merged[key] = body
        return
    kept = merged[key]
    kept["evidence"] += [e for e in body["evidence"] if e not in kept["evidence"]]
    kept["confidence"] = max(kept["confidence"], body["confidence"])


def _classed(view: View, event: Event, type: str, key: str) -> list[dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for span in event.arguments(view, type):
        classes = view.weapons(span) if type == "weapon" else party(view, event, span)
        text = view.text(span)
        for name in classes:
            body = {"name": text, key: name, **_evidence(view, event, span)}
            _add(merged, f"{name} {fold(text)}", body)
    return list(merged.values())


def party(view: View, event: Event, span: Span) -> tuple[str, ...]:
    """Groups of a PERPETRATOR; `الطرفين` are the parties that the casualties belong to."""
    groups = view.groups(span)
    if groups != ("other",):
        return groups
    words = _party_words(view.vocabularies.perpetrators)
    if words.isdisjoint(fold(view.text(span)).split()):
        return groups
    named = [
        group for fact in event.facts for f in (fact, *fact.parts)
        for group in view.vocabularies.perpetrators.name_of(view.text(f.victim), ())
    ]
    return tuple(dict.fromkeys(named)) or groups


@lru_cache(maxsize=4)
def _party_words(perpetrators: Vocabulary) -> frozenset[str]:
    return frozenset(map(fold, perpetrators.settings["party_words"]))


def _facility(view: View, span: Span) -> str:
    named = view.vocabularies.facilities.name_of(view.text(span))
    return named[0] if named else "other"


def _casualty(view: View, fact: Fact) -> dict[str, Any]:
    sources = view.tails(fact.triggers, "source")
    return {
        "harm": fact.harm,
        **_count(view, fact),
        "of_which": [_count(view, part) for part in fact.parts],
        "sources": list(dict.fromkeys([view.text(s) for s in sources])),
    }


def _count(view: View, fact: Fact) -> dict[str, Any]:
    victim, count = fact.victim, fact.count
    evidence = [[victim.start, victim.end]]
    if fact.repeats:
        evidence += [[s.start, s.end] for s in fact.repeats]
        evidence.sort(key=itemgetter(0))
    return {
        "group": fact.group, "min": count.min, "max": count.max,
        "approximate": count.approximate, "text": view.text(victim),
        "evidence": evidence,
        "confidence": _product(victim.score, fact.triggers[0].score if fact.triggers else None),
    }


def _evidence(view: View, event: Event, *spans: Span) -> dict[str, Any]:
    evidence, scores = [], []
    for span in spans:
        evidence.append([span.start, span.end])
        scores.append(span.score)
    if view.links:
        heads = {t.id for t in event.triggers}
        links = [score for s in spans for head, score in view.links.get(s.id, ()) if head in heads]
        scores.append(max(links, default=None))
    return {"evidence": evidence, "confidence": _product(*scores)}


def _product(*scores: float | None) -> float:
    product: float = 1
    for score in scores:
        if score is not None:
            product *= score
    return round(product, 4)


def _type(view: View, event: Event) -> str:
    """By the act's own words; else by the weapons, by weaker words, by the harm."""
    attacks = event.attacks
    strong = view.types(attacks, "patterns")
    if strong:
        return strong[0]
    weapons = view.vocabularies.weapons.classes
    spans = event.arguments(view, "weapon")
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
