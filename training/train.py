"""Stage ``training.train``: fine-tune an encoder and both heads; write a checkpoint.

Runs on a CPU, a GPU, or several under ``torchrun``. A killed training goes on where it stood and
ends with the same weights: order and dropout are functions of seed and step.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import torch
import typer
from accelerate import Accelerator
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from data import params
from data.document import Document
from data.errors import ConfigError, DocumentError, FormatError, TawthiqError
from data.jsonl import read_documents, write_text
from data.schema import SCHEMA
from data.windows import Windower
from models import checkpoint, encoders, manifest
from models.checkpoint import Checkpoint
from models.manifest import file_sha256
from models.network import HeadConfig, Network
from models.predictor import Predictor
from models.settings import DecodeSettings
from models.torch_runner import TorchRunner
from training import dropout, state, thresholds
from training.augment import Variation, epochs
from training.examples import Example, epoch_batches, examples
from training.objective import Objective
from training.optimiser import MovingAverage, parameter_groups, rate_factor

SPLITS = Path("data/splits")
console = Console(stderr=True)


@dataclass(frozen=True)
class TrainParams:
    """Section ``train`` of ``params.yaml``; rates are peak learning rates."""

    encoder: str
    seed: int
    epochs: int
    tokens_per_step: int
    accumulate: int
    encoder_rate: float
    head_rate: float
    layer_decay: float
    weight_decay: float
    warmup: float
    average: float
    clip: float
    precision: str
    relation_warmup: float
    max_tokens: int
    overlap: int
    max_span_words: int
    dropout: float
    replace: float
    lists: float
    noise: float
    save_every: int

    def __post_init__(self) -> None:
        if self.precision not in ("bf16", "fp16", "no"):
            raise ConfigError("unknown precision", where="train.precision",
                              value=self.precision, legal=("bf16", "fp16", "no"))
        for name in ("epochs", "tokens_per_step", "accumulate", "save_every"):
            if getattr(self, name) < 1:
                raise ConfigError("must be at least 1", where=f"train.{name}",
                                  value=getattr(self, name))
        if not 0 <= self.overlap <= self.max_tokens // 2:
            raise ConfigError("windows cannot share so much", where="train.overlap",
                              value=self.overlap, legal=f"0 to {self.max_tokens // 2}")
        if self.precision == "fp16" and not torch.cuda.is_available():
            raise ConfigError("fp16 needs a GPU", where="train.precision", value="fp16",
                              legal=("bf16", "no"))


@dataclass(frozen=True)
class Corpus:
    """Training and development documents, and the hash of both files."""

    train: list[Document]
    dev: list[Document]
    sha256: str

    @classmethod
    def read(cls, train: Path, dev: Path) -> Corpus:
        """Read both sets.

        Raises:
            FormatError: the training set is missing or empty.
        """
        documents = read_documents(train)
        if not documents:
            raise FormatError("no documents to train on", where=train,
                              fix="run `dvc repro data.split`, or import annotations first")
        held_out = read_documents(dev)
        digest = hashlib.sha256(f"{file_sha256(train)}{file_sha256(dev)}".encode()).hexdigest()
        return cls(documents, held_out, digest)


def fit(
    settings: TrainParams, corpus: Corpus, out: Path, work: Path
) -> Checkpoint | None:
    """Train and write the checkpoint; ``work`` holds the state of an unfinished training.

    Returns:
        The checkpoint, on the main process.

    Raises:
        TawthiqError: encoder or data cannot be used, the state in ``work`` is another's,
            ``out`` holds something else than a checkpoint, or a loss is not finite.
    """
    manifest.refuse_foreign(out, manifest.own(out, checkpoint.WEIGHTS))
    accelerator = Accelerator(
        mixed_precision=settings.precision, gradient_accumulation_steps=settings.accumulate
    )
    torch.manual_seed(settings.seed)
    on_cpu = accelerator.device.type == "cpu"
    attention: Literal["sdpa", "matmul"] = "matmul" if on_cpu else "sdpa"
    encoder, tokenizer = encoders.load(settings.encoder, attention)
    encoders.check_room(encoder, settings.max_tokens)
    heads = HeadConfig(max_span_words=settings.max_span_words, dropout=settings.dropout)
    network = Network(encoder, heads)
    if on_cpu:
        dropout.speed_up(network)
    decode = DecodeSettings(max_tokens=settings.max_tokens, overlap=settings.overlap)
    built = Checkpoint(network, tokenizer, decode, _info(settings, corpus))
    windower = built.windower()
    windowers = Windower(tokenizer, settings.max_tokens, 0), windower
    variation = Variation(
        corpus.train, settings.replace, settings.lists, settings.noise, settings.max_span_words
    )
    shown = [
        [e for d in documents for e in _shown(d, windowers, settings.max_span_words)]
        for documents in epochs(corpus.train, variation, settings.epochs, settings.seed)
    ]
    losses = _optimise(accelerator, network, shown, settings, built, work)
    if not accelerator.is_main_process:
        return None
    network.to(checkpoint.device()).train(False)
    pad = encoder.config.pad_token_id or 0

    def predictor(decode: DecodeSettings) -> Predictor:
        return Predictor(TorchRunner(network), windower, decode, pad)

    with console.status("choosing thresholds on the development set"):
        built = replace(built, settings=thresholds.tune(corpus.dev, predictor, decode))
    checkpoint.save(out, built)
    rows = ["step,span_loss,relation_loss", *(f"{int(s)},{a:.5f},{b:.5f}" for s, a, b in losses)]
    write_text(out.with_name(f"{out.name}-loss.csv"), "\n".join(rows) + "\n")
    (work / state.FILE_NAME).unlink(missing_ok=True)
    return built


def _shown(
    document: Document, windowers: tuple[Windower, Windower], longest: int
) -> list[Example]:
    """Windows apart, since words in two cost twice; with overlap where that cuts a span."""
    apart, overlapping = windowers
    try:
        return examples(document, apart, longest)
    except DocumentError:
        return examples(document, overlapping, longest)


def _info(settings: TrainParams, corpus: Corpus) -> dict[str, object]:
    # How often the state is saved has no part in what comes out.
    parameters = {k: v for k, v in asdict(settings).items() if k != "save_every"}
    return {
        "parameters": parameters, "data_sha256": corpus.sha256,
        "documents": len(corpus.train), "torch": torch.__version__,
    }


def _fingerprint(built: Checkpoint, world: int) -> str:
    body = json.dumps([built.info, SCHEMA.digest, world], sort_keys=True)
    digest = hashlib.sha256(body.encode())
    for value in built.network.encoder.state_dict().values():  # another encoder of the same name
        digest.update(value.detach().cpu().numpy().tobytes())
    return digest.hexdigest()


def _optimise(
    accelerator: Accelerator, network: Network, shown: list[list[Example]], settings: TrainParams,
    built: Checkpoint, work: Path,
) -> list[list[float]]:
    """Run all updates that are still to do; leaves the averaged weights in ``network``."""
    plain = Objective(network, network.encoder.config.pad_token_id or 0)
    optimiser = torch.optim.AdamW(
        parameter_groups(plain, settings.encoder_rate, settings.head_rate,
                         settings.layer_decay, settings.weight_decay),
        fused=True,
    )
    peaks = [group["lr"] for group in optimiser.param_groups]
    objective, optimiser = accelerator.prepare(plain, optimiser)
    average = MovingAverage(
        [p for p in plain.parameters() if p.requires_grad], settings.average
    )
    fingerprint = _fingerprint(built, accelerator.num_processes)
    raw = optimiser.optimizer
    done, losses = state.load(work, fingerprint, average, raw)
    plan = [
        [seen[i] for i in batch]
        for epoch, seen in enumerate(shown)
        for batch in epoch_batches(
            [len(e.window.input_ids) for e in seen], settings.tokens_per_step, settings.seed,
            epoch, accelerator.process_index, accelerator.num_processes,
        )
    ]
    steps = len(plan) // settings.accumulate
    network.train()
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
               TextColumn("spans {task.fields[spans]:.3f} relations {task.fields[pairs]:.3f}"))
    with Progress(*columns, console=console, disable=not accelerator.is_main_process) as progress:
        bar = progress.add_task("training", total=steps, completed=done, spans=0.0, pairs=0.0)
        for step in range(done, steps):
            for group, peak in zip(raw.param_groups, peaks, strict=True):
                group["lr"] = peak * rate_factor(step, steps, settings.warmup)
            weight = min(1.0, (step + 1) / max(1.0, settings.relation_warmup * steps))
            spans = pairs = 0.0
            for micro in range(settings.accumulate):
                at = step * settings.accumulate + micro
                seed = settings.seed + at * accelerator.num_processes + accelerator.process_index
                torch.manual_seed(seed)
                with accelerator.accumulate(objective):
                    span_loss, pair_loss = objective(plan[at], weight)
                    accelerator.backward(span_loss + pair_loss)
                    if accelerator.sync_gradients:
                        accelerator.clip_grad_norm_(objective.parameters(), settings.clip)
                    optimiser.step()
                    optimiser.zero_grad()
                spans += span_loss.item() / settings.accumulate
                pairs += pair_loss.item() / settings.accumulate
            _check_finite(step, spans, pairs)
            average.update(step)
            losses.append([step, spans, pairs])
            progress.update(bar, advance=1, spans=spans, pairs=pairs)
            if not console.is_terminal and (step + 1) % max(1, steps // 20) == 0:
                progress.print(f"update {step + 1}/{steps}: spans {spans:.3f} pairs {pairs:.3f}")
            if (step + 1) % settings.save_every == 0 and accelerator.is_main_process:
                state.save(work, step + 1, fingerprint, losses, average, raw)
    average.copy_to_parameters()
    return losses


def _check_finite(step: int, spans: float, pairs: float) -> None:
    if not math.isfinite(spans + pairs):
        raise ConfigError("loss is not finite", where=f"update {step + 1}",
                          value={"spans": spans, "relations": pairs},
                          fix="lower train.encoder_rate and head_rate, or set precision to no")


def main(
    train: Annotated[Path, typer.Option(help="training documents")] = SPLITS / "train.jsonl",
    dev: Annotated[Path, typer.Option(help="development documents")] = SPLITS / "dev.jsonl",
    out: Annotated[Path, typer.Option(help="checkpoint folder")] = Path("models/checkpoint"),
    work: Annotated[Path, typer.Option(help="folder for resuming")] = Path("models/training"),
    encoder: Annotated[str | None, typer.Option(help="hub id or folder")] = None,
    epochs: Annotated[int | None, typer.Option(help="passes over the documents")] = None,
    seed: Annotated[int | None, typer.Option(help="seed of order, dropout and heads")] = None,
    settings_file: Annotated[Path, typer.Option("--params", help="parameters")] = params.PATH,
) -> None:
    """Train a checkpoint; values not given come from params.yaml."""
    try:
        settings = params.load(
            "train", TrainParams, settings_file, encoder=encoder, epochs=epochs,
            seed=seed,
        )
        fit(settings, Corpus.read(train, dev), out, work)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
