"""Windows: every word is covered, none is too long, and the way back is right."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from data.windows import Window, Windower
from data.words import sentence_starts, words
from tests.data.strategies import texts

SPECIAL = ["[UNK]", "[CLS]", "[SEP]"]


def tokenizer() -> Tokenizer:
    """WordPiece of single letters: a word has as many subwords as letters. Tashkeel is dropped."""
    letters = [chr(c) for c in (*range(0x0620, 0x064B), *range(48, 58), *range(65, 91))]
    vocabulary = SPECIAL + letters + [f"##{letter}" for letter in letters]
    out = Tokenizer(models.WordPiece({t: i for i, t in enumerate(vocabulary)}, unk_token="[UNK]"))
    out.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()])
    out.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    out.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    return out


TOKENIZER = tokenizer()
CLS, SEP = 1, 2


def covered(windows: list[Window]) -> set[tuple[int, int]]:
    return {word for window in windows for word in window.words}


def check(text: str, windows: list[Window], max_tokens: int) -> None:
    assert covered(windows) == set(words(text))
    for window in windows:
        assert len(window.input_ids) <= max_tokens
        assert (window.input_ids[0], window.input_ids[-1]) == (CLS, SEP)
        count = len(window.words)
        assert count == len(window.first) == len(window.last) == len(window.sentence)
        assert list(window.words) == sorted(window.words)
        for first, last in zip(window.first, window.last, strict=True):
            assert 1 <= first <= last <= len(window.input_ids) - 2
    starts = [w.words[0] for w in windows]
    assert starts == sorted(set(starts))


@given(texts(), st.integers(5, 30), st.integers(0, 2))
def test_every_word_is_covered_and_no_window_too_long(
    text: str, max_tokens: int, overlap: int
) -> None:
    check(text, Windower(TOKENIZER, max_tokens, overlap).cut(text), max_tokens)


@given(st.lists(st.sampled_from(["قصف", "على", "بلدة.", "سنجار\n", "و؟", "قُتِلَ"]), min_size=1,
                max_size=60), st.integers(8, 40), st.integers(0, 5))
def test_a_long_text_of_sentences(parts: list[str], max_tokens: int, overlap: int) -> None:
    text = " ".join(parts)
    windows = Windower(TOKENIZER, max_tokens, overlap).cut(text)
    check(text, windows, max_tokens)
    starts = sentence_starts(text)
    for window in windows:
        for (start, _), sentence in zip(window.words, window.sentence, strict=True):
            assert starts[sentence] <= start
            assert sentence + 1 == len(starts) or start < starts[sentence + 1]


def test_subwords_lie_where_their_word_lies() -> None:
    (window,) = Windower(TOKENIZER, 64, 4).cut("قُتِلَ «طفل» F-16")
    pieces = [TOKENIZER.id_to_token(i) for i in window.input_ids]
    spelled = ["".join(str(p).removeprefix("##") for p in pieces[a : b + 1])
               for a, b in zip(window.first, window.last, strict=True)]
    assert spelled == ["قتل", "طفل", "F", "16"]


@pytest.mark.parametrize("text", ["", " \n", "«»، .", "👧", "\ud800\0"])
def test_a_text_without_words_has_no_window(text: str) -> None:
    assert Windower(TOKENIZER, 16, 4).cut(text) == []


def test_a_short_text_is_one_window() -> None:
    (window,) = Windower(TOKENIZER, 64, 16).cut("قصف على بلدة. قتل طفل.")
    assert window.sentence == (0, 0, 0, 1, 1)


def test_windows_end_at_sentences_and_share_the_last_one() -> None:
    text = "قصف حي. قتل طفل. نزح ناس. عاد ناس."  # 6, 7, 7 and 7 subwords
    windows = Windower(TOKENIZER, 2 + 20, 7).cut(text)
    assert [sorted(set(w.sentence)) for w in windows] == [[0, 1, 2], [2, 3]]
    apart = Windower(TOKENIZER, 2 + 20, 0).cut(text)
    assert [sorted(set(w.sentence)) for w in apart] == [[0, 1, 2], [3]]


def test_one_sentence_longer_than_a_window_is_cut_between_words() -> None:
    text = " ".join(["قصف"] * 40)
    windows = Windower(TOKENIZER, 2 + 10, 3).cut(text)
    check(text, windows, 12)
    assert all(len(w.words) == 3 for w in windows[:-1])


def test_one_huge_word_is_seen_as_far_as_it_fits() -> None:
    text = f"قصف {'ا' * 90} حي"
    windows = Windower(TOKENIZER, 2 + 10, 3).cut(text)
    check(text, windows, 12)
    (huge,) = [w for w in windows if (4, 94) in w.words]
    at = huge.words.index((4, 94))
    assert huge.first[at] <= huge.last[at]


@pytest.mark.parametrize("overlap", [-1, 14, 100])
def test_an_overlap_that_leaves_no_room(overlap: int) -> None:
    with pytest.raises(ValueError, match=r"within 0\.\.13"):
        Windower(TOKENIZER, 16, overlap)


def test_a_sentence_longer_than_a_window_is_cut_with_overlap() -> None:
    text = " ".join(["قصف"] * 40)
    windows = Windower(TOKENIZER, 32, 6).cut(text)
    assert all(a.words[-2:] == b.words[:2] for a, b in pairwise(windows))
    check(text, windows, 32)


def test_signs_before_the_first_word_never_take_its_place() -> None:
    text = "! " * 60 + "قتل ثلاثة مدنيين"
    windows = Windower(TOKENIZER, 32, 6).cut(text)
    assert windows[0].first[0] == 1 and len(windows[0].words) == 3
    assert Windower(TOKENIZER, 32, 6).cut("! ! قتل ثلاثة")[0].first[0] == 3
    check(text, windows, 32)
