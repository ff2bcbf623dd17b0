"""Writing an export: whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from data.errors import ConfigError
from data.jsonl import write_text


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a new or empty folder: to a neighbour first, then renamed.

    Raises:
        ConfigError: the folder has content, which may not belong to this export, or cannot be
            made.
    """
    check_new(folder)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        for name, content in files.items():
            write_text(partial / name, content)
        if folder.exists():
            folder.rmdir()
        partial.replace(folder)
    except OSError as error:
        raise ConfigError("cannot be written", where=folder, value=error.strerror) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_new(folder: Path) -> None:
    """Refuse a folder that holds anything.

    Raises:
        ConfigError: it does, or it is no folder, or the one one stands in.
    """
    if not folder.name:  # "" and ".", which nothing can be renamed to
        raise ConfigError("the output folder needs a name", where="--output", value=str(folder),
                          fix="name a new folder")
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists():
        raise ConfigError("the output folder must be new or empty", where="--output",
                          value=str(folder), fix="give another folder, or remove this one")
