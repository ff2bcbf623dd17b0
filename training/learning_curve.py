"""What more reports give: the same recipe on ever larger parts of the training set.

Each size is a prefix of one shuffled order, so the smaller sets lie in the larger ones. Writes a
CSV and a plot after every size and skips the sizes that the CSV already holds.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from matplotlib.figure import Figure
from rich.console import Console
from rich.markup import escape

from data import params
from data.document import Document
from data.errors import ConfigError, TawthiqError
from data.jsonl import read_documents, write_text
from eval.metrics import measure
from models import checkpoint
from models.predictor import Predictor
from models.torch_runner import TorchRunner
from training.train import Corpus, TrainParams, fit

_COLUMNS = ("reports", "set", "spans_f1", "relations_f1")
console = Console(stderr=True)


def scores(folder: Path, sets: Mapping[str, Sequence[Document]]) -> dict[str, tuple[float, float]]:
    """Strict span and relation F1 of a checkpoint on each set."""
    loaded = checkpoint.load(folder)
    network = loaded.network.to(checkpoint.device())
    pad = network.encoder.config.pad_token_id or 0
    predictor = Predictor(TorchRunner(network), loaded.windower(), loaded.settings, pad)
    out = {}
    for name, gold in sets.items():
        result = measure(gold, [predictor.predict(d) for d in gold])
        out[name] = tuple(result[part]["micro"]["f1"] for part in ("spans", "relations"))
    return out


def plot(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Draw the curve as SVG: a panel for spans and one for relations, a line a set."""
    figure = Figure(figsize=(8, 3.4))
    for axes, column in zip(figure.subplots(1, 2), ("spans_f1", "relations_f1"), strict=True):
        for name in dict.fromkeys(row["set"] for row in rows):
            points = sorted(
                (int(r["reports"]), float(r[column])) for r in rows if r["set"] == name
            )
            axes.plot(*zip(*points, strict=True), marker="o", label=name)
        axes.set_title(column.replace("_f1", ", strict F1"), loc="left")
        axes.set_xlabel("training reports")
        axes.set_ylim(0, 1)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].legend(frameon=False, loc="lower right")
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})


def main(
    sizes: Annotated[list[int], typer.Argument(help="numbers of training reports")],
    test: Annotated[list[str], typer.Option(help="NAME=DOCUMENTS.jsonl, several times")],
    splits: Annotated[Path, typer.Option(help="folder of splits")] = Path("data/splits"),
    out: Annotated[Path, typer.Option(help="CSV; the plot lies beside it")] = Path(
        "eval/learning-curve.csv"
    ),
    work: Annotated[Path, typer.Option(help="folder for checkpoints")] = Path("models/training"),
    epochs: Annotated[int | None, typer.Option(help="passes over the reports")] = None,
) -> None:
    """Train on each size and score."""
    try:
        settings = params.load("train", TrainParams, epochs=epochs)
        sets = {t.partition("=")[0]: read_documents(Path(t.partition("=")[2])) for t in test}
        whole = Corpus.read(splits / "train.jsonl", splits / "dev.jsonl")
        order = random.Random(settings.seed).sample(whole.train, len(whole.train))
        rows = list(csv.DictReader(out.open(encoding="utf-8"))) if out.exists() else []
        if max(sizes) > len(whole.train):
            raise ConfigError("more reports than there are to train on", where="sizes",
                              value=max(sizes), legal=f"up to {len(whole.train)}")
        for size in sizes:
            if any(row["reports"] == str(size) for row in rows):
                console.print(f"{size}: already in {out}; another --out measures it anew")
                continue
            part = Corpus(order[:size], whole.dev, f"{whole.sha256}:{size}")
            folder = work / f"curve-{size}"
            fit(settings, part, folder, work / f"curve-{size}-state")
            for name, (spans, relations) in scores(folder, sets).items():
                console.print(f"{size} {name}: spans {spans:.3f}, relations {relations:.3f}")
                values = (str(size), name, str(spans), str(relations))
                rows.append(dict(zip(_COLUMNS, values, strict=True)))
            lines = [",".join(_COLUMNS), *(",".join(row[c] for c in _COLUMNS) for row in rows)]
            write_text(out, "\n".join(lines) + "\n")
            plot(rows, out.with_suffix(".svg"))
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
