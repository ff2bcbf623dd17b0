"""What an export format is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from incidents.exports.items import Item


@dataclass(frozen=True)
class Format:
    """A projection of results into files.

    Args:
        name: what ``--format`` takes.
        about: what it is for, in one line.
        loss: what of the result it does not carry.
        project: file names to contents. A format of one file is written to the path given.
        folder: whether it makes a folder of files.
        exact: whether it is worth something only with the text as it stands, so never redacted.
    """

    name: str
    about: str
    loss: str
    project: Callable[[Sequence[Item]], Mapping[str, str]]
    folder: bool = False
    exact: bool = False
