"""Manifests: what a folder of artifacts holds, byte for byte, and the schema it was made for."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection
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


def own(folder: Path, main: str) -> frozenset[str]:
    """The files of a folder that ``write`` finished, by its manifest.

    Args:
        folder: may hold anything, or not be there.
        main: the file that tells its kind.

    Returns:
        Paths within the folder; none where the manifest is missing, not ours, or without ``main``.
    """
    try:
        files = _files(json.loads((folder / FILE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return frozenset()
    return frozenset((FILE_NAME, *files)) if main in files else frozenset()


def refuse_foreign(folder: Path, files: Collection[str]) -> None:
    """Refuse to replace a folder that holds something else than what is to be written there.

    Args:
        folder: where a folder of artifacts is to be written.
        files: what may be lost: paths within the folder, such as ``own`` gives.

    Raises:
        ConfigError: it has another file; or it is a file.
    """
    held = (str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())
    other = folder.name if folder.is_file() else min(set(held) - set(files), default=None)
    if other:
        raise ConfigError("would be replaced, and holds something else", where=folder, value=other,
                          legal="a new or empty folder, or one with nothing but what an earlier"
                                " run of this command wrote",
                          fix="name another folder")


def replace(folder: Path, finished: Path, files: Collection[str]) -> None:
    """Put a finished folder in the place of the one that was there.

    Raises:
        ConfigError: what is there holds another file than ``files``.
    """
    refuse_foreign(folder, files)
    shutil.rmtree(folder, ignore_errors=True)
    finished.rename(folder)


def read(folder: Path, main: str, fix: str) -> dict[str, Any]:
    """Read a manifest and refuse a folder that does not match it.

    Args:
        folder: a folder that ``write`` finished.
        main: the file that tells its kind.
        fix: the command that makes the folder anew, named in every error.

    Raises:
        BundleError: missing or changed file, broken manifest, another kind or another schema.
    """
    path = folder / FILE_NAME
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BundleError("no manifest", where=path, value=error.strerror, fix=fix) from None
    except ValueError as error:
        raise BundleError("broken manifest", where=path, value=str(error), fix=fix) from None
    files = _files(manifest)
    if main not in files:
        raise BundleError("manifest of something else", where=path, value=sorted(files),
                          legal=f"one that lists {main}", fix=f"give another folder, or {fix}")
    digest = manifest["schema"].get("sha256")
    if digest != SCHEMA.digest:
        raise BundleError(
            "made for another schema", where=path, value=digest, legal=SCHEMA.digest, fix=fix
        )
    for name, expected in files.items():
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


def _files(manifest: Any) -> dict[str, str]:
    """The files that a manifest lists, with their hashes; none where it is not one of ours."""
    match manifest:
        case {"schema": dict(), "files": dict(files)}:
            return files
    return {}
