"""What many tests share: small documents and a small, randomly initialised BERT of AraBERT's make.

The real AraBERT cannot be fetched in tests; ``tiny_arabert`` has its exact architecture class,
file layout and tokenizer kind, in small, with a vocabulary of its own small reports.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from data import inline
from data.document import Document
from data.jsonl import write_documents
from data.schema import SCHEMA

# Small networks gain nothing from threads, and lose much where the cores are busy. Commands that
# tests start inherit this.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A busy machine is slow, which is no failure.
settings.register_profile(
    "project", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

REPORTS = (
    "[قتل](d1 DEATH) [ثلاثة مدنيين](v1 VICTIM) بينهم [طفلة](v2 VICTIM) في [قصف مدفعي](a1 ATTACK)"
    " شنته [قوات النظام](p1 PERPETRATOR) على [بلدة النيرب](l1 PLACE) [أمس](t1 DATE).\n---\n"
    "d1 victim v1\nv2 subset_of v1\nd1 caused_by a1\na1 perpetrator p1\na1 place l1\na1 date t1\n",
    "أعلن [الدفاع المدني](s1 SOURCE) [إصابة](i1 INJURY) [شخصين](v1 VICTIM) جراء"
    " [انفجار](a1 ATTACK) [لغم](w1 WEAPON) في [ريف دير الزور](l1 PLACE).\n---\n"
    "i1 source s1\ni1 victim v1\ni1 caused_by a1\na1 weapon w1\na1 place l1\n",
    "[اعتقلت](e1 DETENTION) دورية [خمسة شبان](v1 VICTIM) من [سوق](f1 FACILITY) في"
    " [مدينة الباب](l1 PLACE)، بعد [نزوح](x1 DISPLACEMENT) [عائلات](v2 VICTIM) منها.\n---\n"
    "e1 victim v1\ne1 place f1\nf1 located_in l1\nx1 victim v2\n",
    "تراجعت أسعار الخضار في أسواق [دمشق](l1 PLACE) مع بداية الأسبوع.\n---\n",
)


def documents(count: int) -> list[Document]:
    """``count`` small reports with distinct ids, going round the four above."""
    return [inline.parse(REPORTS[i % 4], f"doc{i}", "2020-02-03") for i in range(count)]


def build_bert(folder: Path, texts: Sequence[str], layers: int = 2, hidden: int = 32) -> Path:
    """A BertForPreTraining with random weights, saved as AraBERT's repository lays it out."""
    import torch
    from transformers import BertConfig, BertForPreTraining, BertTokenizer

    # Written out, as a trainer breaks ties by chance: characters, words whole and in two.
    words = sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]", text)})
    signs = sorted(set("".join(words)))
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *signs, *(f"##{s}" for s in signs)]
    halves = [half for word in words[1::2] for half in (word[:3], f"##{word[3:]}")]
    folder.mkdir(parents=True)
    whole = dict.fromkeys([*pieces, *words[::2], *halves])
    (folder / "vocab.txt").write_text("\n".join(whole), "utf-8")
    tokenizer = BertTokenizer(str(folder / "vocab.txt"), do_lower_case=False)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=hidden, num_hidden_layers=layers,
        num_attention_heads=2, intermediate_size=2 * hidden, max_position_embeddings=512,
    )
    BertForPreTraining(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_arabert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the small BERT."""
    folder = tmp_path_factory.mktemp("encoders") / "tiny"
    return build_bert(folder, [d.text for d in documents(4)])


@pytest.fixture(scope="session")
def splits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with ``train.jsonl`` and ``dev.jsonl``."""
    folder = tmp_path_factory.mktemp("splits")
    write_documents(folder / "train.jsonl", documents(12))
    write_documents(folder / "dev.jsonl", documents(4))
    return folder


@pytest.fixture(scope="session")
def labels() -> tuple[str, ...]:
    """Label names in the order of their ids."""
    return tuple(SCHEMA.label_ids)


@pytest.fixture(scope="session")
def untrained(tiny_arabert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checkpoint folder of a network with random heads, low thresholds so that it says a lot."""
    import torch

    from models import checkpoint, encoders
    from models.checkpoint import Checkpoint
    from models.network import HeadConfig, Network
    from models.settings import DecodeSettings

    folder = tmp_path_factory.mktemp("untrained") / "checkpoint"
    torch.manual_seed(5)
    encoder, tokenizer = encoders.load(str(tiny_arabert))
    network = Network(encoder, HeadConfig(max_span_words=6))
    with torch.no_grad():
        for parameter in network.spans.parameters():
            parameter.mul_(3)
    base = DecodeSettings(max_tokens=40, overlap=12)
    settings = DecodeSettings(
        40, 12, dict.fromkeys(base.span_thresholds, 0.05),
        dict.fromkeys(base.relation_thresholds, 0.05),
    )
    info = {"parameters": {"encoder": "tiny"}, "data_sha256": "0" * 64, "documents": 0}
    checkpoint.save(folder, Checkpoint(network, tokenizer, settings, info))
    return folder


@pytest.fixture(scope="session")
def bundle_folder(untrained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its ONNX bundle."""
    from models import export_onnx

    out = tmp_path_factory.mktemp("bundle") / "onnx"
    export_onnx.build(untrained, out)
    return out
