"""The encoder loader and the embedded encoder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from transformers import RobertaConfig, RobertaModel

from data.errors import ConfigError
from data.schema import SCHEMA
from models import charsmap, e5_image, embedded, encoders
from models.network import HeadConfig, Network


def test_ignored_characters_change_no_token_and_no_offset(tiny_arabert: Path) -> None:
    _, tokenizer = encoders.load(str(tiny_arabert))
    plain = tokenizer.encode("قصف مدفعي على بلدة", add_special_tokens=False)
    marked_text = "قَصْـــفٌ مد\u200fفعيّ على \u202bبلدة"
    marked = tokenizer.encode(marked_text, add_special_tokens=False)
    assert plain.ids == marked.ids
    first_word = [o for o in marked.offsets if o[0] < marked_text.index(" ")]
    assert marked_text[first_word[0][0] : first_word[-1][1]].startswith("ق")
    assert max(end for _, end in marked.offsets) == len(marked_text)


def test_base_architecture_of_arabert_loads(tmp_path: Path) -> None:
    """bert-base-arabertv02 is 12 layers, 768 wide; only its vocabulary is larger than here."""
    from tests.conftest import build_bert

    folder = build_bert(tmp_path / "base", ["قصف"], layers=12, hidden=768)
    encoder, tokenizer = encoders.load(str(folder))
    assert encoder.config.num_hidden_layers == 12
    network = Network(encoder, HeadConfig())
    ids = torch.tensor([tokenizer.encode("قصف قصف").ids])
    index = torch.tensor([[1, 2]])
    words = network.encode(ids, torch.ones_like(ids), index, index)
    assert network.spans(words).shape == (1, 2, 24, len(SCHEMA.labels))


def test_both_attentions_answer_and_learn_alike(tiny_arabert: Path) -> None:
    ids = torch.randint(5, 9, (2, 12), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    answers, gradients = [], []
    for attention in ("sdpa", "matmul"):
        encoder, _ = encoders.load(str(tiny_arabert), attention)
        encoder.train(False)
        hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state[mask > 0]
        hidden.square().sum().backward()
        answers.append(hidden.detach())
        weight = dict(encoder.named_parameters())["encoder.layer.0.attention.self.key.weight"]
        assert weight.grad is not None
        gradients.append(weight.grad)
    assert torch.allclose(answers[0], answers[1], atol=1e-5)
    assert torch.allclose(gradients[0], gradients[1], atol=1e-4)


@pytest.mark.parametrize("stored", [torch.float16, torch.bfloat16])
def test_an_encoder_stored_in_half_precision_is_read_in_full(
    tmp_path: Path, tiny_arabert: Path, stored: torch.dtype
) -> None:
    shutil.copytree(tiny_arabert, tmp_path / "half")
    half, _ = encoders.load(str(tiny_arabert))
    torch.nn.Module.to(half, stored).save_pretrained(tmp_path / "half")
    encoder, _ = encoders.load(str(tmp_path / "half"))
    assert {p.dtype for p in encoder.parameters()} == {encoder.config.dtype} == {torch.float32}


def test_windows_longer_than_the_encoder_reads_are_refused(tiny_arabert: Path) -> None:
    encoder, _ = encoders.load(str(tiny_arabert))
    encoders.check_room(encoder, 512)
    with pytest.raises(ConfigError, match=r"max_tokens.*got 513; legal: up to 512"):
        encoders.check_room(encoder, 513)
    roberta = RobertaModel(RobertaConfig(
        vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, max_position_embeddings=514, pad_token_id=1,
    ))
    encoders.check_room(roberta, 512)
    with pytest.raises(ConfigError, match="up to 512"):
        encoders.check_room(roberta, 514)


def test_charsmap_replaces_and_composes() -> None:
    from tokenizers import normalizers

    rules = {"ﻻ": "لا", "ا\u0653": "آ", "x": "yy"}
    normalizer = normalizers.Precompiled(charsmap.build(rules))
    assert normalizer.normalize_str("ﻻ ا\u0653 x") == "لا آ yy"


def test_compositions_are_those_of_nfkc() -> None:
    assert charsmap.compositions()["ا\u0654"] == "أ"


@pytest.fixture(scope="module")
def embedded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embedded") / "encoder"
    embedded.build(folder)
    return folder


def test_embedded_encoder_has_the_known_shape(embedded_folder: Path) -> None:
    encoder, tokenizer = encoders.load(str(embedded_folder))
    assert (encoder.config.hidden_size, encoder.config.num_hidden_layers) == (384, 12)
    assert {p.name for p in embedded_folder.iterdir()} == set(embedded._FILES)
    assert encoder.config.vocab_size == tokenizer.get_vocab_size() == 39_123


def test_embedded_encoder_knows_arabic(embedded_folder: Path) -> None:
    """Sentences that mean the same lie closer than ones that do not: the weights are real."""
    encoder, tokenizer = encoders.load(str(embedded_folder))

    def vector(text: str) -> torch.Tensor:
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.no_grad():
            hidden = encoder(ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        return torch.nn.functional.normalize(hidden.mean(1), dim=-1)[0]

    shelling, bombing = vector("query: قصفت الطائرات المدينة"), vector(
        "query: غارات جوية على البلدة"
    )
    recipe = vector("query: وصفة كعكة الشوكولا بالحليب")
    assert float(shelling @ bombing) > float(shelling @ recipe) + 0.02


def test_the_embedded_encoder_replaces_itself_alone(tmp_path: Path) -> None:
    for name in ("provenance.json", "testimony.txt"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(ConfigError, match=r"something else; got 'testimony\.txt'"):
        embedded.build(tmp_path)
    assert (tmp_path / "testimony.txt").is_file()


def test_another_image_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(e5_image, "SHA256", "0" * 64)
    from data.errors import BundleError

    with pytest.raises(BundleError, match="unknown file"):
        embedded.build(tmp_path / "out")
    assert not (tmp_path / "out").exists()
