"""How logits become spans and relations: windows, thresholds, temperatures. Torch-free."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import BundleError
from data.schema import SCHEMA


def _spans() -> dict[str, float]:
    return dict.fromkeys(SCHEMA.label_ids, 0.5)


def _relations() -> dict[str, float]:
    return dict.fromkeys(SCHEMA.relation_ids, 0.5)


@dataclass(frozen=True)
class DecodeSettings:
    """Part of every checkpoint and bundle.

    Attributes:
        max_tokens: subwords in a window, special tokens included.
        overlap: subwords shared by neighbouring windows.
        span_thresholds: least probability of a span, by label.
        relation_thresholds: least probability of a relation, by type.
        span_temperature: what span logits are divided by before the sigmoid.
        span_bias: what is added to them then; both make the scores probabilities (Platt 1999).
        relation_temperature: as for spans, for relation logits.
        relation_bias: the same.
    """

    max_tokens: int = 512
    overlap: int = 128
    span_thresholds: dict[str, float] = field(default_factory=_spans)
    relation_thresholds: dict[str, float] = field(default_factory=_relations)
    span_temperature: float = 1.0
    span_bias: float = 0.0
    relation_temperature: float = 1.0
    relation_bias: float = 0.0

    def __post_init__(self) -> None:
        if list(self.span_thresholds) != list(SCHEMA.label_ids):
            object.__setattr__(
                self, "span_thresholds", {n: self.span_thresholds[n] for n in SCHEMA.label_ids}
            )
        if list(self.relation_thresholds) != list(SCHEMA.relation_ids):
            object.__setattr__(
                self,
                "relation_thresholds",
                {n: self.relation_thresholds[n] for n in SCHEMA.relation_ids},
            )

    @classmethod
    def read(cls, path: Path) -> DecodeSettings:
        """Read settings from JSON.

        Raises:
            BundleError: broken JSON, unknown or missing keys or labels.
        """
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BundleError("unreadable settings", where=path, value=str(error)) from None
