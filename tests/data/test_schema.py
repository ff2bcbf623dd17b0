"""The schema and what is generated from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.errors import SchemaError
from data.schema import SCHEMA, SCHEMA_PATH, load_schema
from tests.conftest import SHARED


def test_ids_are_positions() -> None:
    assert [SCHEMA.labels[i].name for i in SCHEMA.label_ids.values()] == list(SCHEMA.label_ids)
    assert list(SCHEMA.label_ids.values()) == list(range(len(SCHEMA.labels)))
    assert list(SCHEMA.relation_ids.values()) == list(range(len(SCHEMA.relations)))


def test_legality_is_the_table_of_allowed_ends() -> None:
    for head, i in SCHEMA.label_ids.items():
        for tail, j in SCHEMA.label_ids.items():
            for relation, k in SCHEMA.relation_ids.items():
                try:
                    SCHEMA.check_relation(relation, head, tail)
                    allowed = True
                except SchemaError:
                    allowed = False
                assert SCHEMA.legality[i][j][k] is allowed


def test_the_guidelines_ends() -> None:
    triggers = {label.name for label in SCHEMA.labels if label.trigger}
    harms = {label.name for label in SCHEMA.labels if label.harm}
    assert triggers - harms == {"ATTACK"}
    for name in ("perpetrator", "weapon", "place", "date", "source"):
        assert set(SCHEMA.relation(name).head) == triggers
    for name in ("victim", "caused_by"):
        assert set(SCHEMA.relation(name).head) == harms
    SCHEMA.check_relation("subset_of", "VICTIM", "VICTIM")


def test_the_labels_are_those_of_the_guidelines() -> None:
    guidelines = SHARED / "schema" / "annotation-guidelines.md"
    if not guidelines.exists():
        pytest.skip("the shared guidelines are not here")
    rows = re.findall(r"^\| ([A-Z]+) \|", guidelines.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == list(SCHEMA.label_ids)


def test_every_label_is_whole_and_distinct() -> None:
    for label in SCHEMA.labels:
        assert re.fullmatch("#[0-9a-f]{6}", label.colour)
        assert label.ar and label.en and label.definition
    for values in ([x.colour for x in SCHEMA.labels], [x.hotkey for x in SCHEMA.labels]):
        assert len(set(values)) == len(values)


@pytest.mark.parametrize(("call", "said"), [
    (lambda: SCHEMA.label("victim"), "unknown label; got 'victim'; legal: VICTIM"),
    (lambda: SCHEMA.relation("VICTIM"), "unknown relation type; got 'VICTIM'; legal: victim"),
    (lambda: SCHEMA.check_relation("victim", "VICTIM", "DEATH"),
     "got 'VICTIM -> DEATH'; legal: DEATH|INJURY|DETENTION|DISPLACEMENT -> VICTIM; fix:"),
])
def test_errors_name_what_is_legal(call: object, said: str) -> None:
    assert callable(call)
    with pytest.raises(SchemaError) as caught:
        call()
    assert said in str(caught.value)


@pytest.mark.parametrize(("old", "new", "said"), [
    ("tail: [VICTIM]", "tail: [CASUALTY]", "relations.victim: relation names an unknown label"),
    ('hotkey: "2"', 'hotkey: "1"', "two labels share a hotkey"),
])
def test_a_bad_schema_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text(SCHEMA_PATH.read_text(encoding="utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(SchemaError, match=said):
        load_schema(path)


@pytest.mark.parametrize(("old", "new", "same"), [
    ('colour: "#e4572e"', 'colour: "#000000"', True),
    ("ar: ضحية", "ar: متضرر", True),
    ('version: "1"', 'version: "2"', False),
    ("  VICTIM:", "  HARMED:", False),
    ("head: [PLACE, FACILITY]", "head: [PLACE]", False),
])
def test_the_digest_covers_what_a_model_depends_on(
    tmp_path: Path, old: str, new: str, same: bool
) -> None:
    path = tmp_path / "schema.yaml"
    text = SCHEMA_PATH.read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    if "HARMED" in new:
        changed = changed.replace("[VICTIM]", "[HARMED]")
    path.write_text(changed, encoding="utf-8")
    assert (load_schema(path).digest == SCHEMA.digest) is same
