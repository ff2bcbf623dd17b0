"""The annotation schema, read once from ``data/schema.yaml``: labels and relation types."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from data.errors import SchemaError

SCHEMA_PATH = Path(__file__).with_name("schema.yaml")


@dataclass(frozen=True)
class Label:
    """One span label. ``trigger``: an event word; ``harm``: it says what befell people."""

    name: str
    ar: str
    en: str
    colour: str
    hotkey: str
    definition: str
    trigger: bool = False
    harm: bool = False


@dataclass(frozen=True)
class RelationType:
    """One relation type with the labels that may stand at its head and at its tail."""

    name: str
    ar: str
    en: str
    head: tuple[str, ...]
    tail: tuple[str, ...]
    definition: str

    def allows(self, head: str, tail: str) -> bool:
        """Whether a span labelled ``head`` may stand in this relation to one labelled ``tail``."""
        return head in self.head and tail in self.tail


@dataclass(frozen=True)
class Schema:
    """All labels and relation types, in the order of their ids."""

    version: str
    labels: tuple[Label, ...]
    relations: tuple[RelationType, ...]

    @cached_property
    def label_ids(self) -> Mapping[str, int]:
        """Label name to id: the position in the file."""
        return {label.name: i for i, label in enumerate(self.labels)}

    @cached_property
    def relation_ids(self) -> Mapping[str, int]:
        """Relation name to id: the position in the file."""
        return {relation.name: i for i, relation in enumerate(self.relations)}

    @cached_property
    def legality(self) -> tuple[tuple[tuple[bool, ...], ...], ...]:
        """``legality[head][tail][relation]``, by ids: the mask of the relation head."""
        names = tuple(self.label_ids)
        return tuple(
            tuple(tuple(r.allows(head, tail) for r in self.relations) for tail in names)
            for head in names
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that a model depends on: names, order and legal ends."""
        content = {
            "version": self.version,
            "labels": list(self.label_ids),
            "relations": [[r.name, r.head, r.tail] for r in self.relations],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def label(self, name: str) -> Label:
        """The label of that name.

        Raises:
            SchemaError: no such label.
        """
        if name not in self.label_ids:
            raise SchemaError("unknown label", value=name, legal=tuple(self.label_ids))
        return self.labels[self.label_ids[name]]

    def relation(self, name: str) -> RelationType:
        """The relation type of that name.

        Raises:
            SchemaError: no such relation type.
        """
        if name not in self.relation_ids:
            raise SchemaError("unknown relation type", value=name, legal=tuple(self.relation_ids))
        return self.relations[self.relation_ids[name]]

    def check_relation(self, name: str, head: str, tail: str) -> None:
        """Refuse a relation whose ends carry labels it does not allow.

        Raises:
            SchemaError: unknown type or forbidden ends.
        """
        relation = self.relation(name)
        if not relation.allows(head, tail):
            raise SchemaError(
                f"relation {name} may not join these labels",
                value=f"{head} -> {tail}",
                legal=f"{'|'.join(relation.head)} -> {'|'.join(relation.tail)}",
                fix="correct the labels, the direction or the relation type",
            )

    def as_dict(self) -> dict[str, Any]:
        """Plain data for manifests and pages."""
        return asdict(self)


def load_schema(path: Path = SCHEMA_PATH) -> Schema:
    """Read and validate a schema file.

    Raises:
        SchemaError: a relation names a label that the file does not define, or a hotkey is taken.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    labels = tuple(Label(name=name, **body) for name, body in raw["labels"].items())
    relations = tuple(
        RelationType(
            name=name, **{**body, "head": tuple(body["head"]), "tail": tuple(body["tail"])}
        )
        for name, body in raw["relations"].items()
    )
    names = {label.name for label in labels}
    for relation in relations:
        for end in (*relation.head, *relation.tail):
            if end not in names:
                raise SchemaError(
                    "relation names an unknown label",
                    where=f"{path}: relations.{relation.name}",
                    value=end,
                    legal=sorted(names),
                )
    hotkeys = [label.hotkey for label in labels]
    if len(set(hotkeys)) != len(hotkeys):
        raise SchemaError("two labels share a hotkey", where=path, value=hotkeys)
    return Schema(version=str(raw["version"]), labels=labels, relations=relations)


SCHEMA = load_schema()
