"""Stage ``models.predict``: documents through the ONNX bundle to documents with predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from data.errors import TawthiqError
from data.jsonl import check_apart, read_documents, write_documents
from models import bundle
from models.bundle import Precision


def main(
    source: Annotated[Path, typer.Option("--input", help="documents")],
    output: Annotated[Path, typer.Option(help="predictions")],
    given_spans: Annotated[bool, typer.Option(
        "--given-spans", help="keep the documents' spans, predict relations only")] = False,
    model: Annotated[Path, typer.Option(help="bundle folder")] = Path("models/onnx"),
    precision: Annotated[Precision, typer.Option(help="float or int8")] = "float",
    provider: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu",
) -> None:
    """Predict spans and relations of all documents; their own are replaced."""
    console = Console(stderr=True)
    try:
        check_apart(output, source)
        documents = read_documents(source)
        predictor = bundle.load(model, precision, provider).predictor
        read = predictor.relate if given_spans else predictor.predict
        predicted = [
            read(document)
            for document in track(documents, "predicting", console=console)
        ]
        write_documents(output, predicted)
    except TawthiqError as error:
        console.print(f"[red]error[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
