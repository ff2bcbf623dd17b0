"""Manifests: what a folder of artifacts holds, byte for byte, and the schema it was made for."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from data.errors import BundleError, ConfigError
from data.jsonl import write_text
from data.schema import SCHEMA

FILE_NAME = "manifest.json"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, body: dict[str, Any]) -> None:
    """Write ``manifest.json`` for all other files of a folder.

    Args:
        folder: the finished folder.
        body: what to say beside the files and the schema, such as parameters and data hash.
    """
    files = {
        str(path.relative_to(folder)): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != FILE_NAME
    }
    schema = {"version": SCHEMA.version, "sha256": SCHEMA.digest}
    manifest = {**body, "schema": schema, "files": files}
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True)
    write_text(folder / FILE_NAME, text + "\n")


def refuse_foreign(folder: Path, marker: str = FILE_NAME) -> None:
    """Refuse to replace a folder that holds something else than what is to be written there.

    Args:
        folder: where a folder of artifacts is to be written.
        marker: the file that such a folder is known by.

    Raises:
        ConfigError: it has files, and no marker among them; or it is a file.
    """
    if folder.is_file() or (
        folder.is_dir() and any(folder.iterdir()) and not (folder / marker).is_file()
    ):
        raise ConfigError("would be replaced, and holds something else", where=folder,
                          legal=f"a new or empty folder, or one with a {marker}",
                          fix="name another folder")


def replace(folder: Path, finished: Path, marker: str = FILE_NAME) -> None:
    """Put a finished folder in the place of the one that was there.

    Raises:
        ConfigError: what is there is something else.
    """
    refuse_foreign(folder, marker)
    shutil.rmtree(folder, ignore_errors=True)
    finished.rename(folder)


def read(folder: Path, fix: str) -> dict[str, Any]:
    """Read a manifest and refuse a folder that does not match it.

    Args:
        folder: a folder that ``write`` finished.
        fix: the command that makes the folder anew, named in every error.

    Raises:
        BundleError: missing or changed file, broken manifest, or another schema.
    """
    path = folder / FILE_NAME
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BundleError("no manifest", where=path, fix=fix) from None
    except ValueError as error:
        raise BundleError("broken manifest", where=path, value=str(error), fix=fix) from None
    digest = manifest.get("schema", {}).get("sha256")
    if digest != SCHEMA.digest:
        raise BundleError(
            "made for another schema", where=path, value=digest, legal=SCHEMA.digest, fix=fix
        )
    for name, expected in manifest.get("files", {}).items():
        file = folder / name
        if not file.is_file():
            raise BundleError("file of the manifest is missing", where=file, fix=fix)
        actual = file_sha256(file)
        if actual != expected:
            raise BundleError(
                "file does not match its manifest", where=file, value=actual, legal=expected,
                fix=fix,
            )
    return manifest
