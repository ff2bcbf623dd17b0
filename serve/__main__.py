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
    precision: Annotated[str, typer.Option(help="float or int8")] = "float",
    provider: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu",
    threads: Annotated[int, typer.Option(help="threads of one document; 0: all")] = 0,
) -> None:
    """Answer POST /v1/extract."""
    chosen: Precision = "int8" if precision == "int8" else "float"
    application = app.create(lambda: engine.load(model, chosen, provider, threads))
    uvicorn.run(application, host=host, port=port, timeout_graceful_shutdown=_GRACE_SECONDS)


if __name__ == "__main__":
    typer.run(main)
