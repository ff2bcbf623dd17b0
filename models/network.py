"""The network: one encoder, a span scorer over words, a scorer of span pairs.

Shapes: B windows, T subwords, W words, K span width in words, L labels, S spans, R relation types,
H hidden size of the encoder.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from data.schema import SCHEMA

_DISTANCES = (-64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32, 64)
_SENTENCES = (-3, -2, -1, 0, 1, 2, 3)
_ORDERS = (-16, -8, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8, 16)
_COUNTS = (1, 2, 3, 5)
_FEATURES = len(_DISTANCES) + len(_SENTENCES) + len(_ORDERS) + 4 * len(_COUNTS)


@dataclass(frozen=True)
class HeadConfig:
    """Sizes of the two heads. They are part of a checkpoint."""

    max_span_words: int = 24
    rank: int = 32
    relation_hidden: int = 192
    dropout: float = 0.1


class SpanHead(nn.Module):
    """Scores every run of up to K words for every label.

    ``score(s, e, l) = start_l(s) + end_l(e) + mean inside_l(s..e) + q_l(s) k_l(e) / sqrt(rank)
    + width_l(e - s)``: start, end and inside parts as in boundary taggers, the product as in
    biaffine NER (Yu et al. 2020) at low rank.
    """

    def __init__(self, hidden: int, config: HeadConfig) -> None:
        super().__init__()
        self.labels, self.rank = len(SCHEMA.labels), config.rank
        self.width = config.max_span_words
        self.dropout = nn.Dropout(config.dropout)
        self.boundary = nn.Linear(2 * hidden, 3 * self.labels)
        self.query = nn.Linear(2 * hidden, self.labels * self.rank)
        self.key = nn.Linear(2 * hidden, self.labels * self.rank)
        self.widths = nn.Parameter(torch.zeros(self.width, self.labels))
        nn.init.constant_(self.boundary.bias, -1.5)  # spans are rare: start from low scores

    def forward(self, words: Tensor) -> Tensor:
        """Logits of all spans.

        Args:
            words: ``[B, W, 2H]``, first and last subword of each word.

        Returns:
            ``[B, W, K, L]``: the span of words ``w .. w + k``. Those past the last word are
            scored too; callers leave them out.
        """
        words = self.dropout(words)
        batch, count = words.shape[0], words.shape[1]
        start, end, inside = self.boundary(words).float().split(self.labels, dim=-1)
        query = self.query(words).view(batch, count, self.labels, self.rank).transpose(1, 2)
        key = self.key(words).view(batch, count, self.labels, self.rank).transpose(1, 2)
        product = (query @ key.transpose(2, 3)).float() / self.rank**0.5  # [B, L, W, W]
        begin = torch.arange(count, device=words.device)
        offset = torch.arange(self.width, device=words.device)
        stop = (begin[:, None] + offset).clamp(max=count - 1)  # [W, K]
        banded = product.gather(3, stop.expand(batch, self.labels, count, self.width))
        total = torch.cat([torch.zeros_like(inside[:, :1]), inside.cumsum(1)], dim=1)
        flat = stop.reshape(-1)
        reach = (count, self.width, self.labels)
        ends = end.index_select(1, flat).view(batch, *reach)
        sums = total.index_select(1, flat + 1).view(batch, *reach) - total[:, :-1, None]
        mean = sums / (offset + 1)[:, None]
        logits: Tensor = start[:, :, None] + ends + mean + banded.permute(0, 2, 3, 1) + self.widths
        return logits


class SpanAttention(nn.Module):
    """One pre-norm transformer layer over the spans of a window (Xiong et al. 2020)."""

    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.first_norm = nn.LayerNorm(size)
        self.second_norm = nn.LayerNorm(size)
        self.inputs = nn.Linear(size, 3 * size)
        self.output = nn.Linear(size, size)
        self.feed = nn.Sequential(
            nn.Linear(size, 2 * size), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * size, size)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, spans: Tensor, mask: Tensor) -> Tensor:
        """``[B, S, D]`` to the same; ``mask`` ``[B, S]`` is 0 for padding, which nobody sees."""
        batch, count, size = spans.shape
        parts = self.inputs(self.first_norm(spans)).view(batch, count, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # each [B, heads, S, D / heads]
        scores = query @ key.transpose(2, 3) / (size / self.heads) ** 0.5
        # A large finite penalty: a window without spans must not turn into NaN.
        weights = (scores.float() - 1e4 * (1 - mask[:, None, None])).softmax(-1)
        mixed = (weights.to(value.dtype) @ value).transpose(1, 2).reshape(batch, count, size)
        spans = spans + self.dropout(self.output(mixed))
        out: Tensor = spans + self.dropout(self.feed(self.second_norm(spans)))
        return out


class RelationHead(nn.Module):
    """Scores every pair of spans that the schema allows, for every relation type.

    A span is its first and last word and its label; one self-attention layer lets spans see each
    other. A pair is head, tail, the mean of what stands between them and ``_pair_features``; an
    MLP and a low-rank biaffine score it.
    """

    legality: Tensor

    def __init__(self, hidden: int, config: HeadConfig) -> None:
        super().__init__()
        size, types = config.relation_hidden, len(SCHEMA.relations)
        self.types, self.rank = types, config.rank
        self.label = nn.Embedding(len(SCHEMA.labels), size)
        self.span = nn.Sequential(nn.Linear(4 * hidden, size), nn.GELU())
        self.norm = nn.LayerNorm(size)
        self.attention = SpanAttention(size, heads=4, dropout=config.dropout)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(size, size)
        self.tail = nn.Linear(size, size)
        self.between = nn.Linear(2 * hidden, size)
        self.features = nn.Linear(_FEATURES, size, bias=False)
        self.pair = nn.Linear(size, types)
        self.query = nn.Linear(size, types * self.rank)
        self.key = nn.Linear(size, types * self.rank)
        nn.init.constant_(self.pair.bias, -3.0)
        legality = torch.tensor(SCHEMA.legality, dtype=torch.float32)
        self.register_buffer("legality", legality, persistent=False)

    def forward(
        self, words: Tensor, start: Tensor, end: Tensor, label: Tensor, sentence: Tensor,
        mask: Tensor,
    ) -> Tensor:
        """Logits of all ordered pairs.

        Args:
            words: ``[B, W, 2H]``, as the span head takes them.
            start, end: ``[B, S]`` word indices, both inclusive; spans sorted by start.
            label: ``[B, S]`` label ids.
            sentence: ``[B, S]`` sentence index of each span.
            mask: ``[B, S]`` 1 for a span, 0 for padding.

        Returns:
            ``[B, S, S, R]``: head, tail, type; -1e4 where the schema forbids the relation.
        """
        batch, spans = start.shape
        edges = torch.cat([_pick(words, start), _pick(words, end)], dim=-1)
        each = self.norm(self.span(self.dropout(edges)) + self.label(label))
        each = self.attention(each, mask)
        legal = self.legality[label[:, :, None], label[:, None]]  # [B, S, S, R]
        both = mask[:, :, None] * mask[:, None]
        row, head, tail = torch.nonzero(legal.amax(-1) * both).unbind(1)  # of P pairs
        heads, tails = row * spans + head, row * spans + tail  # into [B * S]
        pair = self.head(each).flatten(0, 1)[heads] + self.tail(each).flatten(0, 1)[tails]
        pair = pair + self._context(words, start, end, row, heads, tails)
        pair = pair + self.features(_pair_features(start, label, sentence, mask, heads, tails))
        logits = self.pair(self.dropout(nn.functional.gelu(pair))).float()
        shape = (batch * spans, self.types, self.rank)
        query, key = self.query(each).view(shape)[heads], self.key(each).view(shape)[tails]
        logits = logits + (query * key).sum(2).float() / self.rank**0.5
        scored = logits.new_zeros(batch * spans * spans, self.types)
        scored = scored.index_copy(0, heads * spans + tail, logits).view(legal.shape)
        scores: Tensor = scored * legal - 1e4 * (1 - legal)
        return scores

    def _context(
        self, words: Tensor, start: Tensor, end: Tensor, row: Tensor, heads: Tensor, tails: Tensor
    ) -> Tensor:
        """``[P, size]``: mean of the words between two spans, zero where they touch."""
        projected = self.between(words).float()
        total = torch.cat([torch.zeros_like(projected[:, :1]), projected.cumsum(1)], dim=1)
        first, last = start.flatten(), end.flatten()
        low = torch.minimum(last[heads], last[tails]) + 1
        high = torch.maximum(torch.maximum(first[heads], first[tails]), low)
        flat, at = total.flatten(0, 1), row * total.shape[1]
        mean: Tensor = (flat[at + high] - flat[at + low]) / (high - low).clamp(min=1)[:, None]
        return mean


def _pair_features(
    start: Tensor, label: Tensor, sentence: Tensor, mask: Tensor, heads: Tensor, tails: Tensor
) -> Tensor:
    """``[P, features]``: what a pair's positions tell, each as which of some bounds it reaches.

    Distance in words, sentences and spans from head to tail, and how many rivals there are: spans
    of the tail's or head's label between the two, or in the other's sentence. An attack takes the
    place of an earlier sentence only where its own has none.

    Args:
        heads, tails: ``[P]``, indices into the spans of all windows, one after the other.
    """
    kinds = nn.functional.one_hot(label, len(SCHEMA.labels)) * mask[..., None].long()
    here = (sentence[:, :, None] == sentence[:, None]).float()
    beside = (here @ kinds.float()).long().flatten(0, 1)  # of each label in the span's sentence
    upto = kinds.flatten(0, 1).cumsum(0)  # of each label up to and with the span
    before = upto - kinds.flatten(0, 1)
    low, high = torch.minimum(heads, tails), torch.maximum(heads, tails)
    between = before[high] - upto[low]
    label, sentence, start = label.flatten(), sentence.flatten(), start.flatten()
    steps = sentence[tails] - sentence[heads]
    same = (steps == 0).long()
    of_tail, of_head = label[tails][:, None], label[heads][:, None]
    values = (
        (start[tails] - start[heads], _DISTANCES),
        (steps, _SENTENCES),
        (tails - heads, _ORDERS),
        (between.gather(1, of_tail)[:, 0], _COUNTS),
        (between.gather(1, of_head)[:, 0], _COUNTS),
        (beside[heads].gather(1, of_tail)[:, 0] - same, _COUNTS),
        (beside[tails].gather(1, of_head)[:, 0] - same, _COUNTS),
    )
    return torch.cat(
        [(v[:, None] >= torch.tensor(bounds, device=v.device)).float() for v, bounds in values],
        dim=-1,
    )


def _pick(rows: Tensor, index: Tensor) -> Tensor:
    """``rows[b, index[b, i]]``: ``[B, N, D]`` and ``[B, I]`` to ``[B, I, D]``."""
    return rows.gather(1, index[..., None].expand(-1, -1, rows.shape[-1]))


class Network(nn.Module):
    """Encoder and heads under one roof; the heads are called one after the other."""

    def __init__(self, encoder: PreTrainedModel, config: HeadConfig) -> None:
        super().__init__()
        hidden: int = encoder.config.hidden_size
        self.config = config
        self.encoder = encoder
        self.spans = SpanHead(hidden, config)
        self.relations = RelationHead(hidden, config)

    def encode(self, input_ids: Tensor, mask: Tensor, first: Tensor, last: Tensor) -> Tensor:
        """Word representations.

        Args:
            input_ids, mask: ``[B, T]``.
            first, last: ``[B, W]`` subword indices of each word; padding points at 0.

        Returns:
            ``[B, W, 2H]``: first and last subword of each word.
        """
        hidden = self.encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state
        return torch.cat([_pick(hidden, first), _pick(hidden, last)], dim=-1)
