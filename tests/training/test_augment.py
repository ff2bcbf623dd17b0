"""Varied training documents keep their spans on the words that they marked."""

from __future__ import annotations

import random

import pytest

from data.document import Document, Span
from data.errors import DocumentError
from data.inline import parse
from data.perturb import NAMES
from data.words import snap_to_words
from training.augment import Variation, epochs, kind, leaves

FIRST = parse(
    "قصفت [طائرات [النظام](p1 PERPETRATOR) الحربية](w1 WEAPON) [مدينة بنش](l1 PLACE) "
    "و [قتل](d1 DEATH) [3 مدنيين](v1 VICTIM) في [مشفى [تفتناز](l2 PLACE)](f1 FACILITY)، "
    "وفق [ناشطين](s1 SOURCE).\n"
    "\n---\nd1 victim v1\nd1 weapon w1\nd1 source s1\n",
    "first",
)
SECOND = parse(
    "أغارت [مروحيات](w1 WEAPON) على [بلدة كفر تخاريم الحدودية](l1 PLACE).\n\n---\n", "second"
)


def drawn(replace: float, noise: float, longest: int = 28, count: int = 60) -> list[object]:
    variation = Variation([FIRST, SECOND], replace, 0.0, noise, longest)
    rng = random.Random(1)
    return [variation.draw(FIRST, rng) for _ in range(count)]


def test_spans_and_relations_move_along() -> None:
    variation = Variation([FIRST, SECOND], 1.0, 0.5, 0.5, 28)
    rng = random.Random(3)
    texts = set()
    for _ in range(60):
        copy = variation.draw(FIRST, rng)
        texts.add(copy.text)
        assert [s.label for s in copy.spans] == [s.label for s in FIRST.spans]
        assert copy.relations == FIRST.relations
        for span in copy.spans:
            assert snap_to_words(copy.text, span.start, span.end) == (span.start, span.end)
    assert len(texts) > 3


def test_a_mention_is_replaced_by_one_of_its_kind() -> None:
    variation = Variation([FIRST, SECOND], 1.0, 0.0, 0.0, 28)
    rng = random.Random(0)
    places = {
        copy.text[copy.by_id["l1"].start:copy.by_id["l1"].end]
        for copy in (variation.draw(FIRST, rng) for _ in range(60))
    }
    assert places == {"مدينة بنش", "تفتناز", "بلدة كفر تخاريم الحدودية"}


def test_no_span_grows_beyond_what_the_head_reaches() -> None:
    assert {d.text for d in drawn(1.0, 0.0, longest=1)} == {FIRST.text}  # type: ignore[attr-defined]


def test_noise_that_parts_words_never_makes_a_span_too_long() -> None:
    longest = max(len(FIRST.text[s.start:s.end].split()) for s in FIRST.spans)
    for copy in drawn(0.0, 1.0, longest, 200):
        assert isinstance(copy, Document)
        assert all(len(copy.text[s.start:s.end].split()) <= longest for s in copy.spans)


def test_without_variation_the_document_stays() -> None:
    assert all(d is FIRST for d in drawn(0.0, 0.0))


@pytest.mark.parametrize("noise", [1.0])
def test_noise_writes_the_document_another_way(noise: float) -> None:
    ids = {d.id for d in drawn(0.0, noise)}  # type: ignore[attr-defined]
    assert ids == {f"first#{name}" for name in NAMES}


def test_lists_are_written_with_commas() -> None:
    listed = parse(
        "طال القصف [حلب](l1 PLACE) [وإدلب](l2 PLACE) [وحماة](l3 PLACE) [ووادي بردى](l4 PLACE) "
        "[وقرى](f1 FACILITY) في [حمص](l5 PLACE) [والرقة](l6 PLACE)، ثم [إدلب](l7 PLACE) "
        "[وحماة](l8 PLACE)\n[وحلب](l9 PLACE).\n---\nl1 located_in l5\n", "listed",
    )
    bare = parse("في [حماة](l1 PLACE)، [وادي بردى](l2 PLACE)\n---\n", "bare")
    variation = Variation([listed, bare], 0.0, 1.0, 0.0, 28)
    rng = random.Random(4)
    copies = [variation.draw(listed, rng) for _ in range(20)]
    tail = " وقرى في حمص والرقة، ثم إدلب وحماة\nوحلب."
    assert {c.text for c in copies} == {
        f"طال القصف حلب، إدلب، حماة{last}وادي بردى{tail}" for last in ("، ", " و")
    }
    for copy in copies:
        assert copy.relations == listed.relations
        assert [s.id for s in copy.spans] == [s.id for s in listed.spans]
        assert copy.slice(copy.by_id["l3"]) == "حماة"


def test_leaves_hold_no_other_span() -> None:
    assert [s.id for s in leaves(FIRST)] == ["p1", "l1", "v1", "l2", "s1"]


def test_kind_tells_clitic_and_article() -> None:
    assert kind("PLACE", "بحلب", {"حلب"}) == ("PLACE", "ب", False)
    assert kind("PLACE", "والرقة", ()) == ("PLACE", "و", True)
    assert kind("PLACE", "بلدة بنش", {"حلب", "بلدة"}) == ("PLACE", "", False)


def test_a_span_on_part_of_a_word_is_refused_by_name() -> None:
    cut = Document("d", "قصف بلدة النيرب وسرمين", (Span("l1", "PLACE", 17, 22),))
    with pytest.raises(DocumentError, match="document d: span l1: span is not made of whole"):
        Variation([cut], 1.0, 0.0, 0.0, 28)


def test_epochs_are_fixed_by_the_seed() -> None:
    variation = Variation([FIRST, SECOND], 0.5, 0.5, 0.5, 28)
    once, again, other = (
        [[d.text for d in epoch] for epoch in epochs([FIRST, SECOND], variation, 4, seed)]
        for seed in (1, 1, 2)
    )
    assert once == again != other
