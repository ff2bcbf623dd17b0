"""Loads any BERT-family encoder, from a model hub or a local folder, with its fast tokenizer."""

from __future__ import annotations

from typing import Literal

from tokenizers import Regex, Tokenizer, normalizers
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel

from data.errors import BundleError

# Tatweel, tashkeel, Koranic marks and invisible formatting characters carry no meaning that the
# model needs; pre-training hardly saw them. Removed behind the tokenizer's alignment, so offsets
# still point into the text as received.
IGNORED = (
    "[\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_FIX = "make embedded builds the default; otherwise give a hub id or a folder in safetensors"


def load(
    name_or_path: str, attention: Literal["sdpa", "eager"] = "sdpa"
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
            attn_implementation=attention,
        )
        fast = AutoTokenizer.from_pretrained(name_or_path, use_fast=True)
    except (OSError, ValueError) as error:
        reason = str(error).split("\n")[0]
        raise BundleError("encoder cannot be loaded", where=name_or_path, value=reason,
                          fix=_FIX) from error
    return model, prepare_tokenizer(Tokenizer.from_str(fast.backend_tokenizer.to_str()))


def prepare_tokenizer(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer with our normaliser first, and without truncation or padding."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    strip = normalizers.Replace(Regex(IGNORED), "")
    own = tokenizer.normalizer
    tokenizer.normalizer = normalizers.Sequence([strip, own] if own else [strip])
    return tokenizer
