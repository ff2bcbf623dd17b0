"""Number words and digits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.numbers import numbers, tokenize
from tests.incidents.number_words import spell


def values(text: str) -> list[int]:
    return [number.value for number in numbers(tokenize(text))]


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 9_999_999), st.booleans(), st.booleans())
def test_number_words_round_trip(n: int, feminine: bool, oblique: bool) -> None:
    assert values(spell(n, feminine=feminine, oblique=oblique)) == [n]


SMALL = (*range(1, 131), *range(137, 1200, 31), 1_001, 2_000, 2_002, 11_011, 200_000, 1_000_001)


@pytest.mark.parametrize("n", SMALL)
def test_small_numbers_round_trip_in_every_form(n: int) -> None:
    for feminine in (False, True):
        for oblique in (False, True):
            assert values(spell(n, feminine=feminine, oblique=oblique)) == [n]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 99_999_999), st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]),
       st.sampled_from(["", ",", ".", "،", "٬", "\u00a0"]))
def test_digits_of_every_script_with_every_separator(n: int, script: str, mark: str) -> None:
    written = f"{n:,}".replace(",", mark)
    assert values("".join(script[int(c)] if c.isdecimal() else c for c in written)) == [n]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="واثنانعشرونميهالفمليون0123456789٤، .-", max_size=40))
def test_any_text_is_read_without_error_and_in_order(text: str) -> None:
    found = numbers(tokenize(text))
    assert all(number.start < number.end for number in found)
    assert [n.start for n in found] == sorted(n.start for n in found)


def test_coordinated_numbers_are_not_added() -> None:
    assert values("20 و30") == [20, 30]
    assert values("خمسة وثلاثة") == [5, 3]
    assert values("بين 10 و15") == [10, 15]


def test_fractions_of_a_scale_and_a_tatweel_for_a_dash() -> None:
    assert values("ربع مليون") == [250_000]
    assert values("ثلاثة أرباع مليون") == [750_000]
    assert values("١٠ـ١٥") == values("10 ـ 15") == [10, 15]
    assert values("1 234 567") == [1_234_567]
