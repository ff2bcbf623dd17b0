"""The heads: shapes, masks and the formula of a span's score."""

from __future__ import annotations

import torch

from data.schema import SCHEMA
from models.network import HeadConfig, RelationHead, SpanHead, _pair_features

CONFIG = HeadConfig(max_span_words=4, rank=3, relation_hidden=16, dropout=0.0)


def test_span_score_is_the_documented_sum() -> None:
    torch.manual_seed(0)
    head = SpanHead(8, CONFIG).eval()
    torch.nn.init.normal_(head.widths)
    words = torch.randn(1, 6, 16)
    logits = head(words)
    labels = len(SCHEMA.labels)
    start, end, inside = head.boundary(words)[0].split(labels, dim=-1)
    query = head.query(words).view(6, labels, 3)
    key = head.key(words).view(6, labels, 3)
    for s, k, label in ((0, 0, 0), (1, 3, 5), (2, 2, 11)):
        e = s + k
        expected = (
            start[s, label] + end[e, label] + inside[s : e + 1, label].mean()
            + query[s, label] @ key[e, label] / 3**0.5 + head.widths[k, label]
        )
        assert torch.allclose(logits[0, s, k, label], expected, atol=1e-5)


def test_padding_changes_no_real_score() -> None:
    torch.manual_seed(0)
    spans, relations = SpanHead(8, CONFIG).eval(), RelationHead(8, CONFIG).eval()
    words = torch.randn(1, 6, 16)
    padded = torch.cat([words, torch.randn(1, 3, 16)], dim=1)
    short, long = spans(words), spans(padded)
    for s in range(6):
        assert torch.allclose(short[0, s, : 6 - s], long[0, s, : 6 - s][: 6 - s][:4], atol=1e-5)
    args = [torch.tensor([[0, 2, 4]]), torch.tensor([[1, 2, 5]]), torch.tensor([[8, 0, 7]]),
            torch.tensor([[0, 0, 1]]), torch.ones(1, 3)]
    more = [torch.cat([a, torch.zeros(1, 2, dtype=a.dtype)], dim=1) for a in args]
    assert torch.allclose(
        relations(words, *args), relations(padded, *more)[:, :3, :3], atol=1e-5
    )


def test_forbidden_relations_are_out_of_reach() -> None:
    head = RelationHead(8, CONFIG).eval()
    ids = SCHEMA.label_ids
    label = torch.tensor([[ids["DEATH"], ids["VICTIM"]]])
    place = torch.tensor([[0, 1]])
    logits = head(torch.randn(1, 2, 16), place, place, label, place * 0, torch.ones(1, 2))
    kinds = SCHEMA.relation_ids
    assert logits[0, 0, 1, kinds["victim"]] > -100
    assert logits[0, 1, 0, kinds["victim"]] == -1e4
    assert logits[0, 0, 1, kinds["place"]] == -1e4


def test_a_window_without_spans_is_no_nan() -> None:
    head = RelationHead(8, CONFIG)
    zero = torch.zeros(1, 1, dtype=torch.long)
    logits = head(torch.randn(1, 2, 16), zero, zero, zero, zero, torch.zeros(1, 1))
    assert torch.isfinite(logits).all()


def test_pair_features_count_rivals_between_and_beside() -> None:
    """ATTACK PLACE PLACE . ATTACK PLACE: from the first attack to each place, and padding."""
    ids = SCHEMA.label_ids
    label = torch.tensor([[ids[name] for name in
                           ("ATTACK", "PLACE", "PLACE", "ATTACK", "PLACE", "PLACE")]])
    start = torch.tensor([[0, 2, 4, 6, 8, 0]])
    sentence = torch.tensor([[0, 0, 0, 1, 1, 0]])
    mask = torch.tensor([[1.0, 1, 1, 1, 1, 0]])
    heads, tails = torch.tensor([0, 0, 0]), torch.tensor([1, 2, 4])
    found = _pair_features(start, label, sentence, mask, heads, tails)[:, -16:].view(3, 4, 4)
    between_tails, between_heads, beside_head, beside_tail = found.sum(-1).unbind(1)
    assert between_tails.tolist() == [0, 1, 2]
    assert between_heads.tolist() == [0, 0, 1]
    assert beside_head.tolist() == [1, 1, 2]
    assert beside_tail.tolist() == [0, 0, 1]
