"""``python -m serve``: the HTTP endpoint on one address. SIGTERM lets running requests finish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from models.bundle import Precision
from serve import app, engine

_GRACE_SECONDS = 30


def main(
    model: Annotated[Path, typer.Option(help="bundle folder")] = Path("models/onnx"),
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
    precision: Annotated[Precision, typer.Option(help="float or int8")] = "float",
    provider: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu",
    threads: Annotated[int, typer.Option(help="threads of one document; 0: all")] = 0,
    gazetteer: Annotated[Path | None, typer.Option(
        help="as incidents.gazetteer builds it [default: the project's]")] = None,
) -> None:
    """Answer POST /v1/extract."""
    application = app.create(
        lambda: engine.load(model, precision, provider, threads, gazetteer))
    uvicorn.run(application, host=host, port=port, timeout_graceful_shutdown=_GRACE_SECONDS)


if __name__ == "__main__":
    typer.run(main)
