"""The labelling page says what the schema says."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
import typer
from typer.testing import CliRunner

from annotation.config import labelling_config, main
from annotation.regions import LABELS_CONTROL, TEXT_CONTROL
from data.schema import SCHEMA

APP = typer.Typer()
APP.command()(main)
VIEW = Xml.fromstring(labelling_config())


def test_labels_colours_and_hotkeys_are_the_schemas() -> None:
    found = [(e.get("value"), e.get("background"), e.get("hotkey")) for e in VIEW.iter("Label")]
    assert found == [(label.name, label.colour, label.hotkey) for label in SCHEMA.labels]


def test_relations_are_the_schemas() -> None:
    found = [e.get("value") for e in VIEW.iter("Relation")]
    assert found == [relation.name for relation in SCHEMA.relations]


def test_arabic_is_shown_and_names_are_stored() -> None:
    for element, label in zip(VIEW.iter("Label"), SCHEMA.labels, strict=True):
        assert element.get("alias") is None  # an alias would be stored in place of the value
        shown = element.get("html")
        assert shown is not None
        assert label.ar in shown
        assert label.name in shown


def test_the_text_stands_right_to_left_and_is_marked_by_character() -> None:
    page = VIEW.find("View")
    assert page is not None
    assert page.get("className") == "ar"
    text = page.find("Text")
    assert text is not None
    assert (text.get("name"), text.get("value"), text.get("granularity")) == (
        TEXT_CONTROL, "$text", "symbol")
    style = VIEW.findtext("Style")
    assert style is not None
    assert ".ar .lsf-richtext__container{direction:rtl" in style
    (labels,) = VIEW.iter("Labels")
    assert (labels.get("name"), labels.get("toName")) == (LABELS_CONTROL, TEXT_CONTROL)


def test_the_sdk_reads_it() -> None:
    interface = pytest.importorskip("label_studio_sdk.label_interface")
    config = interface.LabelInterface(labelling_config())
    config.validate()
    assert list(config.get_control(LABELS_CONTROL).labels) == list(SCHEMA.label_ids)


def test_it_is_printed_or_written(tmp_path: Path) -> None:
    printed = CliRunner().invoke(APP, [])
    CliRunner().invoke(APP, ["--out", str(tmp_path / "config.xml")])
    written = (tmp_path / "config.xml").read_text(encoding="utf-8")
    assert printed.output == written == labelling_config() + "\n"
