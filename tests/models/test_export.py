"""ONNX equals torch: logits, decoded spans, relations; bundles that do not match are refused."""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import typer
from tokenizers import Tokenizer
from typer.testing import CliRunner

from data import inline
from data.document import Document
from data.errors import BundleError, ConfigError
from data.jsonl import read_documents, write_documents
from data.schema import SCHEMA
from data.windows import Windower
from models import bundle, checkpoint, export_onnx, manifest, predict
from models.batches import EncoderBatch, SpanBatch
from models.predictor import Floats, Predictor, Runner
from models.settings import DecodeSettings
from models.torch_runner import TorchRunner
from tests.conftest import documents

LONG = " ".join(d.text for d in documents(12))


def test_given_spans_are_kept_and_related(bundle_folder: Path, tmp_path: Path) -> None:
    write_documents(tmp_path / "gold.jsonl", documents(4))
    app = typer.Typer()
    app.command()(predict.main)
    files = ["--input", f"{tmp_path}/gold.jsonl", "--output", f"{tmp_path}/related.jsonl"]
    model = ["--model", str(bundle_folder), "--given-spans"]
    assert CliRunner().invoke(app, files + model).exit_code == 0
    related = read_documents(tmp_path / "related.jsonl")
    assert [d.spans for d in related] == [d.spans for d in documents(4)]
    links = [r for d in related for r in d.relations]
    assert links and all(r.score is not None for r in links)


def test_logits_equal_torch(untrained: Path, bundle_folder: Path) -> None:
    source = checkpoint.load(untrained, attention="eager")
    assert export_onnx.worst_difference(source, bundle_folder) < export_onnx.TOLERANCE


def test_decoded_documents_equal_torch(untrained: Path, bundle_folder: Path) -> None:
    source = checkpoint.load(untrained)
    ours = Predictor(TorchRunner(source.network), source.windower(), source.settings, 0)
    theirs = bundle.load(bundle_folder, "float").predictor
    relations = 0
    for document in [*documents(4), Document("long", LONG), Document("empty", "")]:
        torch_says, onnx_says = ours.predict(document), theirs.predict(document)
        assert {s.key for s in torch_says.spans} == {s.key for s in onnx_says.spans}
        links = [{(r.type, r.head, r.tail) for r in d.relations} for d in (torch_says, onnx_says)]
        assert links[0] == links[1]
        assert bool(torch_says.spans) == bool(document.text)
        relations += len(torch_says.relations)
    assert relations


def test_graphs_have_no_loops_and_no_outside_data(bundle_folder: Path) -> None:
    for name in (*bundle.SPANS_GRAPH.values(), bundle.RELATIONS_GRAPH):
        model = onnx.load(str(bundle_folder / name), load_external_data=False)
        kinds = {n.op_type for n in model.graph.node}
        assert not kinds & {"Loop", "If", "Scan"}
        # Legal pairs are picked out in the relation graph alone.
        assert ("NonZero" in kinds) == (name == bundle.RELATIONS_GRAPH)
        assert all(t.data_location != onnx.TensorProto.EXTERNAL for t in model.graph.initializer)


def test_int8_quantises_the_encoder_and_leaves_the_heads(bundle_folder: Path) -> None:
    model = onnx.load(str(bundle_folder / bundle.SPANS_GRAPH["int8"]))
    integer = [n.name for n in model.graph.node if n.op_type == "MatMulInteger"]
    assert integer and all("/encoder/" in name for name in integer)


def test_every_span_is_whole_words_of_the_text(bundle_folder: Path) -> None:
    text = "قُتِلَ\u200f 3️⃣ مدنيّـــين 👨‍👩‍👧 في\r\n«إدلب»\0 وريفـها ﻻ \ud800 12/3/2016 F-16 " * 3
    predicted = bundle.load(bundle_folder, "float").predictor.predict(Document("odd", text))
    assert predicted.text == text and predicted.spans
    from data.words import snap_to_words

    for span in predicted.spans:
        assert snap_to_words(text, span.start, span.end) == (span.start, span.end)


def test_the_answer_does_not_depend_on_what_was_read_before(bundle_folder: Path) -> None:
    predictor = bundle.load(bundle_folder).predictor
    document = documents(1)[0]
    alone = predictor.predict(document)
    predictor.predict(Document("long", LONG))
    assert predictor.predict(document) == alone


@pytest.mark.parametrize("name", ["model.onnx", "relations.onnx", "tokenizer.json"])
def test_one_changed_byte_is_refused(bundle_folder: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(bundle_folder, copy)
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleError, match="does not match its manifest") as caught:
        bundle.load(copy)
    assert name in str(caught.value) and "export" in str(caught.value)


def test_a_bundle_of_another_schema_is_refused(bundle_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(bundle_folder, copy)
    body = json.loads((copy / "manifest.json").read_text())
    body["schema"]["sha256"] = "0" * 64
    (copy / "manifest.json").write_text(json.dumps(body))
    with pytest.raises(BundleError, match="another schema"):
        bundle.load(copy)


def test_missing_bundle_provider_and_precision_are_refused(
    bundle_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(BundleError, match="no manifest"):
        bundle.load(tmp_path / "nowhere")
    with pytest.raises(BundleError, match="legal: cpu"):
        bundle.load(bundle_folder, provider="abacus")
    with pytest.raises(BundleError, match="legal: float, int8"):
        bundle.load(bundle_folder, "int4")  # type: ignore[arg-type]


@pytest.mark.parametrize("difference", [1.0, math.nan])
def test_a_failed_export_leaves_the_old_bundle(
    untrained: Path, bundle_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    difference: float,
) -> None:
    out = tmp_path / "onnx"
    shutil.copytree(bundle_folder, out)
    before = (out / "manifest.json").read_bytes()
    monkeypatch.setattr(export_onnx, "worst_difference", lambda *_: difference)
    with pytest.raises(BundleError, match="disagree"):
        export_onnx.build(untrained, out)
    assert (out / "manifest.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["onnx"]


@pytest.mark.parametrize("runner", [TorchRunner, bundle.OnnxRunner])
def test_logits_that_are_no_numbers_do_not_pass(
    untrained: Path, bundle_folder: Path, monkeypatch: pytest.MonkeyPatch, runner: type[Runner]
) -> None:
    answer = runner.relate
    monkeypatch.setattr(runner, "relate", lambda *given: answer(*given) * np.nan)
    source = checkpoint.load(untrained, attention="eager")
    assert not math.isfinite(export_onnx.worst_difference(source, bundle_folder))


def test_a_bundle_never_replaces_something_else(untrained: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("كلام", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds something else"):
        export_onnx.build(untrained, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_is_replaced_only_where_its_manifest_lists_all_of_it(
    untrained: Path, bundle_folder: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "manifest.json").write_text('{"name": "site"}')
    with pytest.raises(ConfigError, match="something else"):
        export_onnx.build(untrained, site)
    with pytest.raises(ConfigError, match="something else"):
        export_onnx.build(untrained, untrained)
    assert (untrained / "model.safetensors").is_file()
    copy = tmp_path / "copy"
    shutil.copytree(bundle_folder, copy)
    manifest.refuse_foreign(copy, manifest.own(copy, bundle.RELATIONS_GRAPH))
    (copy / "notes").mkdir()
    (copy / "notes" / "a.txt").write_text("كلام", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"something else; got 'notes/a\.txt'"):
        export_onnx.build(untrained, copy)


def test_a_file_and_a_folder_of_another_kind_are_refused(
    untrained: Path, bundle_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(BundleError, match="no manifest; got 'Not a directory'"):
        bundle.load(bundle_folder / "model.onnx")
    with pytest.raises(BundleError, match=r"lists relations\.onnx"):
        bundle.load(untrained)
    with pytest.raises(BundleError, match=r"lists model\.safetensors"):
        checkpoint.load(bundle_folder)
    for body in ("[]", '{"schema": "x", "files": []}', '{"name": "site"}'):
        (tmp_path / "manifest.json").write_text(body)
        with pytest.raises(BundleError, match="something else"):
            bundle.load(tmp_path)


def test_predict_command(bundle_folder: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(predict.main)
    write_documents(tmp_path / "in.jsonl", documents(3))
    arguments = ["--input", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl"),
                 "--model", str(bundle_folder)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    predicted = read_documents(tmp_path / "out.jsonl")
    assert [d.id for d in predicted] == ["doc0", "doc1", "doc2"]
    assert all(s.score is not None for d in predicted for s in d.spans)


def test_predictions_never_replace_what_they_are_made_from(tmp_path: Path) -> None:
    write_documents(tmp_path / "gold.jsonl", documents(1))
    before = (tmp_path / "gold.jsonl").read_bytes()
    app = typer.Typer()
    app.command()(predict.main)
    result = CliRunner().invoke(app, ["--input", f"{tmp_path}/gold.jsonl",
                                      "--output", f"{tmp_path}/gold.jsonl"])
    assert result.exit_code == 1 and "replace another file" in result.output
    assert (tmp_path / "gold.jsonl").read_bytes() == before


def test_a_comma_ends_every_span_but_dates_and_sources(bundle_folder: Path) -> None:
    predictor = bundle.load(bundle_folder, "float").predictor
    plain = "قصف درعا القنيطرة إدلب حماة حلب الرقة " * 4

    def across(text: str) -> set[str]:
        return {s.label for s in predictor.predict(Document("list", text)).spans
                if len(text[s.start:s.end].split()) > 1}

    assert across(plain) - {"DATE", "SOURCE"}
    assert across(plain.replace(" ", "، ")) <= {"DATE", "SOURCE"}
    assert across(plain.replace(" ", " ؛ ")) <= {"DATE", "SOURCE"}


@pytest.mark.parametrize("number", ["٢،٥٠٠", "2،500", "1،250"])
def test_a_comma_within_a_number_ends_no_span(bundle_folder: Path, number: str) -> None:
    class Sure:
        """Believes in the second to the fourth word as victims, and less in the third and on."""

        def encode(self, batch: EncoderBatch) -> tuple[Floats, Floats]:
            logits = np.full((*batch.first.shape, 4, len(SCHEMA.labels)), -20.0, np.float32)
            logits[0, 1, 2, SCHEMA.label_ids["VICTIM"]] = 6.0
            logits[0, 2, 1, SCHEMA.label_ids["VICTIM"]] = 2.0
            return np.zeros((*batch.first.shape, 1), np.float32), logits

        def relate(self, words: Floats, batch: SpanBatch) -> Floats:
            raise NotImplementedError

    tokenizer = Tokenizer.from_file(str(bundle_folder / "tokenizer.json"))
    predictor = Predictor(Sure(), Windower(tokenizer, 64, 16), DecodeSettings(), 0)

    def victims(text: str) -> list[str]:
        read = predictor.predict(Document("count", text))
        return [read.slice(s) for s in read.spans]

    assert victims(f"نزح {number} مدني") == [f"{number} مدني"]
    first, last = number.split("،")
    for apart in (f"{first}، {last}", f"{first}،{last[1:]}", f"2{first}00،{last}"):
        assert victims(f"نزح {apart} مدني") == [f"{apart[apart.index('،') + 1:].strip()} مدني"]


def test_of_links_that_rule_each_other_out_the_best_stays(untrained: Path) -> None:
    source = checkpoint.load(untrained)
    every_pair = replace(
        source.settings, relation_thresholds=dict.fromkeys(SCHEMA.relation_ids, 0.0)
    )
    predictor = Predictor(TorchRunner(source.network), source.windower(), every_pair, 0)
    text = (
        "[قصف](a1 ATTACK) [بصواريخ](w1 WEAPON) [مدرسة](f1 FACILITY) في [حلب](l1 PLACE) "
        "[وغارة](a2 ATTACK) [بقنابل](w2 WEAPON) على [سوق](f2 FACILITY) في [إدلب](l2 PLACE)"
        " قال [شاهد](s1 SOURCE) [وطبيب](s2 SOURCE)\n---\n"
    )
    found = predictor.relate(inline.parse(text, "pairs")).relations
    heads = Counter((r.type, r.tail) for r in found)
    tails = Counter((r.type, r.head) for r in found)
    assert {n for (kind, _), n in heads.items() if kind in ("source", "weapon")} == {1}
    assert {n for (kind, _), n in tails.items() if kind == "located_in"} == {1}
    assert heads["place", "l1"] == tails["place", "a1"] - 2 == 2  # these may share their ends


def test_what_an_attack_and_its_harm_share_is_the_attacks(untrained: Path) -> None:
    source = checkpoint.load(untrained)
    text = (
        "[قصف](a1 ATTACK) [الطيران](p1 PERPETRATOR) [بصواريخ](w1 WEAPON) في [حلب](l1 PLACE) "
        "[أمس](t1 DATE) [وقُتل](d1 DEATH) [طفلان](v1 VICTIM)\n---\n"
    )

    def links(least_cause: float) -> dict[tuple[str, str, str], float]:
        floors = dict.fromkeys(SCHEMA.relation_ids, 0.0) | {"caused_by": least_cause}
        settings = replace(source.settings, relation_thresholds=floors)
        predictor = Predictor(TorchRunner(source.network), source.windower(), settings, 0)
        found = predictor.relate(inline.parse(text, "once")).relations
        return {(r.type, r.head, r.tail): r.score or 0.0 for r in found}

    alone, joined = links(1.0), links(0.0)
    cause = joined["caused_by", "d1", "a1"]
    assert {kind for kind, head, _ in alone if head == "d1"} >= {"date", "perpetrator", "place"}
    gone = alone.keys() - joined.keys()
    assert gone and gone == {
        (kind, head, tail) for (kind, head, tail), score in alone.items()
        if head == "d1" and kind in ("date", "perpetrator", "place", "weapon")
        and min(cause, alone.get((kind, "a1", tail), 0.0)) >= score
    }
