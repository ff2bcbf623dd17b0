"""Words and sentences, by offset."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.words import is_word_char, sentence_starts, snap_to_words, trim_to_words, words
from tests.data.strategies import texts


@pytest.mark.parametrize(("text", "expected"), [
    ("", []), ("  \n", []), ("قصف", ["قصف"]), ("«قصف»، حيّ.", ["قصف", "حيّ"]),
    ("مُعَلِّـــم", ["مُعَلِّـــم"]), ("F-16", ["F", "16"]), ("12/03/2024", ["12", "03", "2024"]),
    ("١٥ مدنياً", ["١٥", "مدنياً"]), ("ﻗﺼﻒ ﷺ", ["ﻗﺼﻒ", "ﷺ"]), ("\u202bقصف\u202c", ["قصف"]),
    ("قصف👧حي", ["قصف", "حي"]), ("e\u0301te\u0301", ["e\u0301te\u0301"]),
    ("قصف\x00حي\ud800", ["قصف", "حي"]), ("بـ«داعش»", ["بـ", "داعش"]),
])
def test_words(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in words(text)] == expected


@given(st.one_of(texts(), st.text()))
def test_words_are_maximal_and_cover_every_word_character(text: str) -> None:
    found = words(text)
    inside = {i for a, b in found for i in range(a, b)}
    assert inside == {i for i, char in enumerate(text) if is_word_char(char)}
    assert all(b < c for (_, b), (c, _) in pairwise(found))


@pytest.mark.parametrize(("start", "end", "trimmed", "snapped"), [
    (0, 6, "قصف", "قصف"), (2, 8, "صف» حي", "قصف» حي"), (1, 3, "قص", "قصف"), (4, 5, "", ""),
    (3, 3, "", ""), (0, 1, "", ""), (8, 8, "", ""),
])
def test_trim_and_snap(start: int, end: int, trimmed: str, snapped: str) -> None:
    text = "«قصف» حي"
    assert text[slice(*trim_to_words(text, start, end))] == trimmed
    assert text[slice(*snap_to_words(text, start, end))] == snapped


@given(texts(), st.data())
def test_snapping_gives_whole_words_and_is_settled(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    inner, outer = trim_to_words(text, start, end), snap_to_words(text, start, end)
    assert start <= inner[0] <= inner[1] <= end
    if inner[0] == inner[1]:
        assert outer == inner
        return
    assert outer[0] <= inner[0] < inner[1] <= outer[1]
    found = words(text)
    assert outer[0] in {a for a, _ in found}
    assert outer[1] in {b for _, b in found}
    assert snap_to_words(text, *outer) == outer


@pytest.mark.parametrize(("text", "starts"), [
    ("", [""]), ("قصف. حي", ["قصف.", " حي"]), ("قصف 3.5 حي", ["قصف 3.5 حي"]),
    ("قصف؟! حي", ["قصف؟!", " حي"]), ("قال «قصف.» حي", ["قال «قصف.»", " حي"]),
    ("عنوان\n\nقصف", ["عنوان\n\n", "قصف"]), ("قصف.\n", ["قصف.", "\n"]),
    ("قصف؛ حي", ["قصف؛", " حي"]),
])
def test_sentences(text: str, starts: list[str]) -> None:
    edges = [*sentence_starts(text), len(text)]
    assert [text[a:b] for a, b in pairwise(edges)] == starts


def test_a_long_run_of_signs_is_walked_once() -> None:
    started = time.process_time()
    assert sentence_starts("!" * 10_000 + "قصف") == [0]
    assert time.process_time() - started < 0.5
