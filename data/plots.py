"""Plots as inline SVG, the same bytes for the same numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib
from matplotlib.figure import Figure

matplotlib.rcParams["svg.hashsalt"] = "tawthiq"
COLOURS = ("#2e86c1", "#e67e22")


def bars(
    title: str, names: Sequence[str], series: Sequence[tuple[str, list[float]]], width: float = 7
) -> str:
    """Horizontal bars, one group a name, as SVG of ``width`` inches."""
    figure = Figure(figsize=(width, 0.32 * len(names) + 1))
    axes = figure.subplots()
    height = 0.8 / len(series)
    for i, (label, values) in enumerate(series):
        places = [at + i * height for at in range(len(names))]
        axes.barh(places, values, height, label=label, color=COLOURS[i])
    axes.set_yticks([at + height * (len(series) - 1) / 2 for at in range(len(names))], names)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    if len(series) > 1:
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    axes.set_title(title, loc="left", pad=24 if len(series) > 1 else 6)  # above the legend
    return svg(figure)


def svg(figure: Figure) -> str:
    """A figure as an SVG element."""
    figure.tight_layout()
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
