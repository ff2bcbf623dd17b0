"""Loads any BERT-family encoder, from a model hub or a local folder, with its fast tokenizer."""

from __future__ import annotations

from typing import Literal

import torch
from tokenizers import Regex, Tokenizer, normalizers
from torch import Tensor, nn
from transformers import (
    AttentionInterface,
    AttentionMaskInterface,
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    PreTrainedModel,
)
from transformers.masking_utils import eager_mask

from data.errors import BundleError, ConfigError

# Tatweel, tashkeel, Koranic marks and invisible formatting characters carry no meaning that the
# model needs; pre-training hardly saw them. Removed behind the tokenizer's alignment, so offsets
# still point into the text as received.
IGNORED = (
    "[\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_FIX = "run `dvc repro models.embedded` for the default, or give a hub id or folder in safetensors"


def matmul_attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None,
    scaling: float, **unused: object,
) -> tuple[Tensor, None]:
    """Attention as two products, without dropout, in the precision of its inputs.

    On a CPU in bf16 its backward pass takes a fifth to a half of the fused kernel's time; the
    fused kernel answers faster when nothing is trained.

    Args:
        query, key, value: ``[B, heads, T, D]``.
        attention_mask: ``[B, 1, T, T]`` to add to the scores, each row the same.
        scaling: factor of the scores.

    Returns:
        ``[B, T, heads, D]``, and nothing.
    """
    with torch.autocast(query.device.type, enabled=False):
        scores = (query * scaling) @ key.transpose(2, 3)
        if attention_mask is not None:
            scores = scores + attention_mask[:, :, :1].to(scores.dtype)
        mixed = scores.softmax(-1) @ value
    return mixed.transpose(1, 2).contiguous(), None


AttentionInterface.register("matmul", matmul_attention)
AttentionMaskInterface.register("matmul", eager_mask)


def load(
    name_or_path: str, attention: Literal["sdpa", "eager", "matmul"] = "sdpa"
) -> tuple[PreTrainedModel, Tokenizer]:
    """An encoder without pooler and its tokenizer with our normaliser in front.

    Raises:
        BundleError: the encoder cannot be found or read.
    """
    try:
        # Attention dropout keeps the CPU off its fast attention kernel at twice the cost.
        config = AutoConfig.from_pretrained(name_or_path, attention_probs_dropout_prob=0.0)
        model = AutoModel.from_pretrained(
            name_or_path, config=config, add_pooling_layer=False, use_safetensors=True,
            # whatever it was stored in: the heads and the updates are in full precision
            dtype=torch.float32, attn_implementation=attention,
        )
        fast = AutoTokenizer.from_pretrained(name_or_path, use_fast=True)
    except (OSError, ValueError, TypeError) as error:  # TypeError: no BERT, such as ELECTRA
        reason = str(error).split("\n")[0]
        raise BundleError("encoder cannot be loaded", where=name_or_path, value=reason,
                          fix=_FIX) from error
    return model, prepare_tokenizer(Tokenizer.from_str(fast.backend_tokenizer.to_str()))


def check_room(encoder: PreTrainedModel, max_tokens: int) -> None:
    """See to it that an encoder has a position for each subword of a window.

    Raises:
        ConfigError: it has fewer.
    """
    for name, table in encoder.named_modules():
        if name.endswith("position_embeddings") and isinstance(table, nn.Embedding):
            # RoBERTa's positions begin behind the padding's.
            skipped = 0 if table.padding_idx is None else table.padding_idx + 1
            if max_tokens > table.num_embeddings - skipped:
                raise ConfigError("longer than the encoder reads", where="train.max_tokens",
                                  value=max_tokens,
                                  legal=f"up to {table.num_embeddings - skipped}")


def prepare_tokenizer(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer with our normaliser first, and without truncation or padding."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    strip = normalizers.Replace(Regex(IGNORED), "")
    own = tokenizer.normalizer
    tokenizer.normalizer = normalizers.Sequence([strip, own] if own else [strip])
    return tokenizer
