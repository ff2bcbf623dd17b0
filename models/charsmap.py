"""Builds SentencePiece's ``precompiled_charsmap``: a Darts double array and the replacements.

The format is that of SentencePiece's normalizer (Darts-clone units: offset, label, leaf flag).
"""

from __future__ import annotations

import struct
import unicodedata
from typing import Any


def compositions() -> dict[str, str]:
    """Letter-and-mark sequences to composed characters, as NFKC and XLM-R's map have them.

    The image keeps only the single-character rules of SentencePiece's ``nmt_nfkc``; all its
    longer rules are NFKC compositions, so they are made here (Hangul is left out).
    """
    out = {}
    for point in range(0x80, 0x30000):
        char = chr(point)
        if 0xAC00 <= point <= 0xD7A3 or unicodedata.decomposition(char)[:1] in ("", "<"):
            continue
        sequence = unicodedata.normalize("NFD", char)
        if len(sequence) > 1 and unicodedata.normalize("NFKC", sequence) == char:
            out[sequence] = char
            if len(sequence) > 2:
                head = unicodedata.normalize("NFC", sequence[:2])
                if len(head) == 1:
                    out[head + sequence[2:]] = char
    return out


def build(rules: dict[str, str]) -> bytes:
    """The map that replaces each key by its value, longest key first."""
    blob, where, keys = bytearray(), dict[bytes, int](), dict[bytes, int]()
    for key, value in rules.items():
        encoded = value.encode()
        if encoded not in where:
            where[encoded] = len(blob)
            blob += encoded + b"\0"
        keys[key.encode()] = where[encoded]
    units = _DoubleArray(_trie(keys)).units
    raw = struct.pack(f"<{len(units)}I", *(unit or 0 for unit in units))
    return struct.pack("<I", len(raw)) + raw + bytes(blob)


def _trie(keys: dict[bytes, int]) -> dict[int, Any]:
    root: dict[int, Any] = {}
    for key, value in keys.items():
        node = root
        for byte in key:
            node = node.setdefault(byte, {})
        node[0] = value  # byte 0 ends a key
    return root


class _DoubleArray:
    """Places the trie's nodes so that child ``c`` of a node stands at ``offset ^ c``."""

    def __init__(self, trie: dict[int, Any]) -> None:
        self.units: list[int | None] = [0] + [None] * 1023
        self._used: set[int] = set()
        self._first_free = 1
        pending = [(0, trie)]
        while pending:
            position, node = pending.pop()
            labels = sorted(node)
            offset = self._place(labels, position)
            relative = offset ^ position
            unit = self.units[position] or 0
            unit |= relative << 10 if relative < 1 << 21 else (relative << 2) | (1 << 9)
            self.units[position] = unit | (1 << 8 if 0 in node else 0)
            for label in labels:
                self.units[offset ^ label] = label or (node[0] | 1 << 31)
            pending.extend((offset ^ label, node[label]) for label in labels if label)

    def _place(self, labels: list[int], position: int) -> int:
        units = self.units
        while self._first_free < len(units) and units[self._first_free] is not None:
            self._first_free += 1
        candidate = self._first_free
        while True:
            offset = candidate ^ labels[0]
            if len(units) <= offset | 0xFF:
                units.extend([None] * ((offset | 0xFF) + 1 - len(units)))
            relative = offset ^ position
            fits = relative < 1 << 21 or relative & 0xFF == 0
            free = offset and offset not in self._used and fits
            if free and all(units[offset ^ label] is None for label in labels):
                self._used.add(offset)
                return offset
            candidate += 1
            while candidate < len(units) and units[candidate] is not None:
                candidate += 1
