"""The joint loss: every span of a window against gold, the same spans as BIO tags of the words,
then every pair of gold and wrong spans.

The tagger is there for training alone: it tells the encoder of each word what the span scorer's
loss, thinly spread over all spans, tells it late. Ablation in ``eval/ablations.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from data.schema import SCHEMA
from models.batches import encoder_batch, span_batch
from models.network import Network
from models.torch_runner import tensors
from training.examples import Example, WordSpan

_WRONG_FLOOR = 0.2  # probability from which a wrong span is shown to the relation head
_WRONG_MOST = 24  # such spans in one window
_TAGGING = 0.5  # weight of the tagger's loss
_PADDING = -100  # tag of what is no word


class Objective(nn.Module):
    """Network and loss as one module, so that data-parallel wrappers see one forward call."""

    def __init__(self, network: Network, pad_id: int) -> None:
        super().__init__()
        self.network = network
        self.dropout = nn.Dropout(network.config.dropout)
        self.tagger = nn.Linear(2 * network.encoder.config.hidden_size, 3 * len(SCHEMA.labels))
        self.pad_id = pad_id

    def forward(self, batch: Sequence[Example], relation_weight: float) -> tuple[Tensor, Tensor]:
        """Span and relation loss, the latter already weighted.

        Cross-entropy (binary but for tags), summed and divided by the number of words (spans,
        tags) and of spans (relations): long and short windows weigh alike, word for word.
        """
        device = next(self.network.parameters()).device
        arrays = encoder_batch([e.window for e in batch], self.pad_id)
        words = self.network.encode(**tensors(arrays, device))
        logits = self.network.spans(words)
        target, valid = span_targets(batch, logits)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
        count = max(1, sum(len(e.window.words) for e in batch))
        span_loss = (loss * valid).sum() / count + _TAGGING * self._tag_loss(words, batch) / count
        wrong = wrong_spans(logits.detach(), target, valid, batch)
        return span_loss, relation_weight * self._relation_loss(words, batch, wrong)

    def _tag_loss(self, words: Tensor, batch: Sequence[Example]) -> Tensor:
        """Summed over words and labels: one layer of O, B, I each, so that labels may nest."""
        tags = span_tags(batch, words.shape[1]).to(words.device)
        logits = self.tagger(self.dropout(words)).float().view(-1, 3)
        return nn.functional.cross_entropy(
            logits, tags.view(-1), ignore_index=_PADDING, reduction="sum"
        )

    def _relation_loss(
        self, words: Tensor, batch: Sequence[Example], wrong: Sequence[Sequence[WordSpan]]
    ) -> Tensor:
        rows, gold = [], []
        for example, extra in zip(batch, wrong, strict=True):
            row = sorted([(s, i) for i, s in enumerate(example.spans)] + [(s, -1) for s in extra])
            place = {i: at for at, (_, i) in enumerate(row)}
            rows.append([span for span, _ in row])
            gold.append([(place[h], place[t], r) for h, t, r in example.relations])
        spans = tensors(span_batch([e.window for e in batch], rows), words.device)
        logits = self.network.relations(words, **spans)
        target = torch.zeros_like(logits)
        for i, links in enumerate(gold):
            for head, tail, kind in links:
                target[i, head, tail, kind] = 1.0
        loss = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
        mask = spans["mask"]
        both = mask[:, :, None, None] * mask[:, None, :, None]
        return (loss * both).sum() / max(1, sum(map(len, rows)))


def span_tags(batch: Sequence[Example], width: int) -> Tensor:
    """``[B, width, L]``: 0 outside spans of a label, 1 at their first word, 2 further on."""
    tags = torch.full((len(batch), width, len(SCHEMA.labels)), _PADDING)
    for row, example in zip(tags, batch, strict=True):
        row[: len(example.window.words)] = 0
        for first, last, label in example.spans:
            row[first, label] = 1
            row[first + 1 : last + 1, label] = 2
    return tags


def span_targets(batch: Sequence[Example], logits: Tensor) -> tuple[Tensor, Tensor]:
    """Targets as ``logits``, ``[B, W, K, L]``, and ``[B, W, K, 1]`` with 1 where a span may be."""
    target = torch.zeros_like(logits)
    for i, example in enumerate(batch):
        for first, last, label in example.spans:
            target[i, first, last - first, label] = 1.0
    _, count, width, _ = logits.shape
    lengths = torch.tensor([len(e.window.words) for e in batch], device=logits.device)
    last_word = torch.arange(count, device=logits.device)[:, None] + torch.arange(
        width, device=logits.device
    )
    valid = last_word[None] < lengths[:, None, None]
    return target, valid[..., None].to(logits.dtype)


def wrong_spans(
    logits: Tensor, target: Tensor, valid: Tensor, batch: Sequence[Example]
) -> list[list[WordSpan]]:
    """Spans that the network now believes in though gold has nothing of their label there.

    Showing them to the relation head as spans without relations teaches it what it will meet.
    """
    scores = torch.sigmoid(logits) * valid * (1 - target)
    out = []
    for row, example in zip(scores, batch, strict=True):
        found = [
            (float(row[w, k, label]), w, w + k, label)
            for w, k, label in (row > _WRONG_FLOOR).nonzero().tolist()[: 8 * _WRONG_MOST]
        ]
        found.sort(reverse=True)
        kept: list[WordSpan] = []
        for _, first, last, label in found:
            clear = all(
                label != other or last < start or end < first
                for start, end, other in (*example.spans, *kept)
            )
            if clear and len(kept) < _WRONG_MOST:
                kept.append((first, last, label))
        out.append(kept)
    return out
