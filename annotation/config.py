"""The labelling page: Label Studio's config, generated from ``data/schema.yaml``.

The stored values are the schema's names. A button shows the Arabic name beside it, and the
definition when the pointer rests on it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from xml.etree import ElementTree as Xml

import typer

from annotation.regions import LABELS_CONTROL, TEXT_CONTROL
from data.jsonl import write_text
from data.schema import SCHEMA, Schema

# Direction set on <Text> itself does nothing; these classes are the page's own. Badges stay left
# to right, apart from the text around them.
_STYLE = """
.ar .lsf-richtext__container{direction:rtl;text-align:right;font-size:20px;line-height:2.4;\
font-family:'Noto Naskh Arabic','Amiri','Segoe UI',Tahoma,sans-serif}
.ar .htx-highlight::after{unicode-bidi:isolate;direction:ltr}
"""


def labelling_config(schema: Schema = SCHEMA) -> str:
    """The page's XML: labels with colours and hotkeys, relations, the report right to left.

    ``granularity`` is ``symbol``: by word, the page cuts ``F-16`` to ``-16``. The import moves
    edges to whole words instead.
    """
    view = Xml.Element("View")
    Xml.SubElement(view, "Style").text = _STYLE
    relations = Xml.SubElement(view, "Relations")
    for relation in schema.relations:
        Xml.SubElement(relations, "Relation", value=relation.name)
    labels = Xml.SubElement(
        view, "Labels", name=LABELS_CONTROL, toName=TEXT_CONTROL, showInline="true"
    )
    for label in schema.labels:
        Xml.SubElement(
            labels, "Label", value=label.name, background=label.colour, hotkey=label.hotkey,
            html=f"{label.ar} <small>{label.name}</small>", hint=label.definition,
        )
    page = Xml.SubElement(view, "View", className="ar")
    Xml.SubElement(
        page, "Text", name=TEXT_CONTROL, value="$text", granularity="symbol", showLabels="true"
    )
    Xml.indent(view)
    return Xml.tostring(view, encoding="unicode")


def main(
    out: Annotated[Path | None, typer.Option(help="file to write instead of printing")] = None,
) -> None:
    """Print the labelling config."""
    if out is None:
        typer.echo(labelling_config())
    else:
        write_text(out, labelling_config() + "\n")


if __name__ == "__main__":
    typer.run(main)
