"""Every error is of exactly one kind, and its words are shown where they stand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from data import inline
from data.document import Document, Relation, Span
from data.matching import compare, relation_keys, span_keys
from eval.errors import relation_errors, span_errors
from eval.report import in_context
from tests.data import strategies

GOLD = inline.parse(
    "[قتل](d1 DEATH) [رجل مسن](v1 VICTIM) في [قصف](a1 ATTACK) على [سوق](f1 FACILITY) في"
    " [بلدة سرمين](l1 PLACE)\n---\nd1 victim v1\nd1 caused_by a1\na1 place f1\na1 target f1\n"
    "f1 located_in l1\n", "g",
)


def without(*ids: str) -> Document:
    """GOLD less some spans and their relations."""
    return replace(
        GOLD, spans=tuple(s for s in GOLD.spans if s.id not in ids),
        relations=tuple(r for r in GOLD.relations if not {r.head, r.tail} & set(ids)),
    )


def test_kinds_of_span_errors() -> None:
    victim = GOLD.by_id["v1"]
    kept = without("d1", "v1", "l1")
    wrong = (
        Span("v1", "VICTIM", victim.start, victim.start + 3),
        replace(GOLD.by_id["l1"], label="FACILITY"),
        Span("w1", "WEAPON", GOLD.by_id["a1"].start, GOLD.by_id["a1"].end),
    )
    found = span_errors(GOLD, replace(kept, spans=kept.spans + wrong, relations=()))
    assert [(e.kind, e.label) for e in found] == [
        ("missed", "DEATH"), ("wrong boundary", "VICTIM"), ("spurious", "WEAPON"),
        ("wrong label", "PLACE"),
    ]


def test_kinds_of_relation_errors() -> None:
    predicted = without("v1")
    links = {("d1", "a1"): None, ("a1", "f1"): None}
    relations = [r for r in predicted.relations if (r.head, r.tail) not in links]
    relations += [Relation("place", "d1", "l1"), Relation("target", "a1", "f1")]
    found = relation_errors(GOLD, replace(predicted, relations=tuple(relations)))
    assert sorted((e.kind, e.label) for e in found) == [
        ("missed between right spans", "caused_by"), ("missed between right spans", "place"),
        ("missed: a span was missed", "victim"), ("spurious between right spans", "place"),
    ]


@given(strategies.documents(), strategies.documents())
def test_errors_account_for_every_miss(gold: Document, other: Document) -> None:
    predicted = replace(
        gold, spans=tuple(s for s in other.spans if s.end <= len(gold.text)), relations=())
    score = compare(span_keys(gold), span_keys(predicted))
    found = span_errors(gold, predicted)
    assert sum(e.gold is not None for e in found) == score.fn
    assert sum(e.predicted is not None for e in found) == score.fp
    assert len(relation_errors(gold, predicted)) == len(relation_keys(gold))
    for error in found:
        for key in (error.gold, error.predicted):
            assert key is None or "<mark" in in_context(gold.text, [key])


def test_what_lies_far_between_is_left_out() -> None:
    text = "قتل " + "كلمة " * 200 + "قصف"
    shown = in_context(text, [("DEATH", 0, 3), ("ATTACK", len(text) - 3, len(text))])
    assert " … " in shown and shown.count("كلمة") < 40 and shown.count("<mark") == 2
