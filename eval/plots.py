"""Figures of the evaluation report, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from data.matching import Pairs
from data.plots import COLOURS, bars, svg
from eval import calibration
from eval.calibration import Scored
from models.settings import DecodeSettings


def reliability(pairs: Pairs, settings: DecodeSettings | None) -> str:
    """Share that is right against mean score, for spans and relations; dots grow with numbers."""
    scored = calibration.scored_spans(pairs), calibration.scored_relations(pairs)
    before = calibration.before(settings, *scored)
    figure = Figure(figsize=(7.3, 3.6))
    panels = zip(figure.subplots(1, 2), ("spans", "relations"), scored, before, strict=True)
    for axes, name, after, raw in panels:
        axes.plot((0, 1), (0, 1), color="#999999", linewidth=1)
        if raw is not None:
            _curve(axes, "before", raw, COLOURS[1])
        _curve(axes, "as given", after, COLOURS[0])
        axes.set_title(name, loc="left")
        axes.set_xlabel("score")
        axes.set_ylabel("share that is right")
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)
        if after:
            axes.legend(frameon=False, loc="upper left")
        axes.spines[["top", "right"]].set_visible(False)
    return svg(figure)


def _curve(axes: Axes, name: str, scored: Scored, colour: str) -> None:
    points = calibration.bins(scored)
    if points:
        scores, right, counts = zip(*points, strict=True)
        sizes = [8 + 300 * n / len(scored) for n in counts]
        label = f"{name}: error {calibration.expected_error(scored):.3f}"
        axes.plot(scores, right, color=colour, linewidth=1, label=label)
        axes.scatter(scores, right, sizes, color=colour, alpha=0.6)


def ranking(pairs: Pairs) -> str:
    """Each document's F1 against its confidence."""
    figure = Figure(figsize=(3.6, 3.6))
    axes = figure.subplots()
    axes.scatter([p.confidence for _, p in pairs],
                 [calibration.document_f1(g, p) for g, p in pairs], 14, color=COLOURS[0])
    axes.set_xlabel("confidence of the document")
    axes.set_ylabel("F1 of spans and relations")
    axes.spines[["top", "right"]].set_visible(False)
    return svg(figure)


def groups(title: str, briefs: Mapping[str, Mapping[str, Any]]) -> str:
    """Span and relation F1 of groups of documents."""
    names = [f"{name} ({brief['documents']})" for name, brief in briefs.items()]
    series: Sequence[tuple[str, list[float]]] = [
        (part, [float(brief[f"{part}_f1"]) for brief in briefs.values()])
        for part in ("spans", "relations")
    ]
    return bars(title, names, series, width=5.5)
