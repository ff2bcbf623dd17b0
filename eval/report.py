"""The evaluation report: one self-contained page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from data import html
from data.document import Document, Span
from data.matching import K, Pairs, RelationKey, SpanKey
from eval import errors, plots
from eval.calibration import document_f1
from eval.errors import Error
from models.settings import DecodeSettings

_WORST = 5
_EXAMPLES = 6  # of each kind of error
_AROUND = 70  # characters of context on either side


@dataclass(frozen=True)
class Section:
    """One scored set as the page shows it."""

    name: str
    scores: dict[str, Any]
    figures: list[Markup]
    errors: list[dict[str, Any]]
    worst: list[dict[str, Any]]


def section(
    name: str, scores: dict[str, Any], pairs: Pairs, settings: DecodeSettings | None
) -> Section:
    """Figures, examples and worst documents of a set that ``eval.metrics`` has measured."""
    figures = [plots.reliability(pairs, settings), plots.ranking(pairs)]
    figures += [plots.groups(f"F1 by {part} (reports)", scores[f"by_{part}"])
                for part in ("genre", "year") if scores[f"by_{part}"]]
    return Section(name, scores, list(map(Markup, figures)), _errors(pairs), _worst(pairs))


def page(sections: Sequence[Section], robustness: dict[str, Any], note: str) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
    )
    figure = plots.groups("F1 by perturbation (reports)", robustness) if robustness else ""
    return environment.get_template("report.html.j2").render(
        sections=sections, robustness=robustness, robustness_figure=Markup(figure),
        style=Markup(html.STYLE), legend=Markup(html.legend()), note=note,
    )


def in_context(text: str, keys: Iterable[SpanKey]) -> Markup:
    """Spans coloured, with the words around them; what lies far between is left out."""
    ordered = sorted(keys, key=lambda key: (key[1], key[2]))
    stretches: list[list[SpanKey]] = []
    reach = -1
    for key in ordered:
        if stretches and key[1] - reach <= 2 * _AROUND:
            stretches[-1].append(key)
        else:
            stretches.append([key])
        reach = max(reach, key[2])
    return Markup(" … ").join(_stretch(text, stretch) for stretch in stretches)


def _stretch(text: str, keys: Sequence[SpanKey]) -> Markup:
    first, last = keys[0][1], max(end for _, _, end in keys)
    start = max(0, text.rfind(" ", 0, max(0, first - _AROUND)) + 1) if first > _AROUND else 0
    end = text.find(" ", last + _AROUND)
    end = len(text) if end < 0 else end
    spans = [Span(f"e{i}", label, a - start, b - start) for i, (label, a, b) in enumerate(keys)]
    piece = html.coloured(Document("context", text[start:end], tuple(spans)))
    return Markup(piece.replace("\n", " "))


def _errors(pairs: Pairs) -> list[dict[str, Any]]:
    """Each kind of error with its number, its labels and some examples spread over the set."""
    spans = [error for pair in pairs for error in errors.span_errors(*pair)]
    relations = [error for pair in pairs for error in errors.relation_errors(*pair)]
    return [
        *(_kind("spans", kind, spans, _span) for kind in errors.SPAN_KINDS),
        *(_kind("relations", kind, relations, _relation) for kind in errors.RELATION_KINDS),
    ]


def _kind(
    part: str, kind: str, found: Sequence[Error[K]], show: Callable[[str, K], Markup]
) -> dict[str, Any]:
    found = [error for error in found if error.kind == kind]
    by_label = Counter(error.label for error in found).most_common()
    examples = [
        {"document": error.document,
         "rows": [(side, show(error.text, key))
                  for side, key in (("gold", error.gold), ("predicted", error.predicted))
                  if key is not None]}
        for error in found[:: max(1, len(found) // _EXAMPLES)][:_EXAMPLES]
    ]
    return {"part": part, "kind": kind, "count": len(found), "by_label": by_label,
            "examples": examples}


def _span(text: str, key: SpanKey) -> Markup:
    return in_context(text, [key])


def _relation(text: str, key: RelationKey) -> Markup:
    """``type: head → tail`` in words, then both in context."""
    head, tail = (Markup(html.safe(text[start:end])) for _, start, end in key[1:])
    arrow = Markup('<b class="type">{}</b> <bdi>{}</bdi> ← <bdi>{}</bdi><br>')
    return arrow.format(key[0], head, tail) + in_context(text, key[1:])


def _worst(pairs: Pairs) -> list[dict[str, Any]]:
    """The documents with the lowest F1 of spans and relations."""
    found = sorted((document_f1(g, p), g.id, g, p) for g, p in pairs if g.spans)
    return [
        {"id": id, "f1": f1, "gold": Markup(html.coloured(gold)),
         "predicted": Markup(html.coloured(predicted))}
        for f1, id, gold, predicted in found[:_WORST]
    ]
