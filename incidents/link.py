"""Groups incident records that may tell of one incident, for a person to review.

Records are blocked by governorate or place name and by date, compared in pairs, and grouped so
that every two of a group are alike. Two that are alike but fit no group together are a group of
their own, so that every pair is shown. Nothing is merged: the output lists groups with the parts
of each score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from jinja2 import Environment, FileSystemLoader

from data.errors import ConfigError, FormatError, TawthiqError
from data.jsonl import check_apart, dumps, lines, write_text
from incidents import arabic
from incidents.exports.results import read_result
from incidents.gazetteer import skeleton
from incidents.similarity import WEIGHTS, Record, compare, read_record, total

THRESHOLD = 0.75
# Two records of a group that others join may be a little less alike; see the command's help.
_SLACK = 0.1


@dataclass(frozen=True)
class Pair:
    """Two records and the parts of their score."""

    one: Record
    other: Record
    parts: dict[str, float | None]
    score: float


@dataclass(frozen=True)
class Cluster:
    """Records that may tell of one incident; ``score`` is that of the least alike pair."""

    id: str
    records: tuple[Record, ...]
    pairs: tuple[Pair, ...]

    @property
    def score(self) -> float:
        """The lowest score within the group."""
        return min(pair.score for pair in self.pairs)


def read_results(path: Path) -> tuple[list[Record], list[str]]:
    """Incident records of a file of extraction results, and what was wrong with other lines.

    Raises:
        FormatError: the file is missing or not UTF-8.
    """
    records: dict[tuple[str, str], Record] = {}
    problems = []
    for number, line in lines(path):
        where = f"{path}:{number}"
        try:
            body = read_result(line)
            found = [read_record(body["document"]["id"], i) for i in body["incidents"]]
            twice = [r.key for r in found if r.key in records]
            if twice:
                raise FormatError("record is given twice", value=twice[0])
            records.update((r.key, r) for r in found)
        except TawthiqError as error:
            problems.append(str(error.located(where)))
    return list(records.values()), problems


def _blocks(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records with date and place, by governorate and by the skeleton of each place name."""
    blocks: dict[str, dict[tuple[str, str], Record]] = defaultdict(dict)
    for record in records:
        if record.comparable:
            for place in record.places:
                blocks[f"name {skeleton(place.core)}"][record.key] = record
                if place.admin1:
                    blocks[f"admin1 {place.admin1}"][record.key] = record
    return {key: list(block.values()) for key, block in blocks.items()}


def alike(records: Iterable[Record], threshold: float = THRESHOLD) -> list[Pair]:
    """Pairs of records of different documents that score at least the threshold less a slack."""
    found: dict[tuple[tuple[str, str], tuple[str, str]], Pair] = {}
    compared: set[tuple[tuple[str, str], tuple[str, str]]] = set()
    for block in _blocks(records).values():
        block.sort(key=lambda r: (r.first, r.key))
        for i, one in enumerate(block):
            for other in block[i + 1 :]:
                assert one.last is not None and other.first is not None
                if other.first > one.last + timedelta(1):
                    break
                key = (min(one.key, other.key), max(one.key, other.key))
                if one.document == other.document or key in compared:
                    continue
                compared.add(key)
                parts = compare(one, other)
                score = total(parts)
                if score >= threshold - _SLACK:
                    found[key] = Pair(one, other, parts, score)
    return sorted(found.values(), key=lambda p: (-p.score, p.one.key, p.other.key))


def clusters(records: Iterable[Record], threshold: float = THRESHOLD) -> list[Cluster]:
    """Groups in which each two records are alike, at most one record a document, best first.

    No pair that scores the threshold is lost: one whose records fit no group together is a group
    by itself, so that a record may stand in several.
    """
    pairs = alike(records, threshold)
    by_key = {frozenset((p.one.key, p.other.key)): p for p in pairs}
    group_of: dict[tuple[str, str], list[Record]] = {}
    for pair in pairs:
        if pair.score < threshold:
            break
        ours = group_of.setdefault(pair.one.key, [pair.one])
        theirs = group_of.setdefault(pair.other.key, [pair.other])
        if ours is not theirs and all(
            frozenset((a.key, b.key)) in by_key for a in ours for b in theirs
        ):
            ours += theirs
            group_of.update((record.key, ours) for record in theirs)
    groups = {id(group): group for group in group_of.values() if len(group) > 1}
    out = []
    for group in groups.values():
        keys = {record.key for record in group}
        inner = tuple(p for p in pairs if p.one.key in keys and p.other.key in keys)
        out.append(Cluster("", tuple(sorted(group, key=lambda r: r.key)), inner))
    out += [Cluster("", (pair.one, pair.other), (pair,)) for pair in pairs
            if pair.score >= threshold and group_of[pair.one.key] is not group_of[pair.other.key]]
    out.sort(key=lambda c: (-c.score, c.records[0].key))
    return [Cluster(f"c{i}", c.records, c.pairs) for i, c in enumerate(out, 1)]


def to_json(cluster: Cluster) -> dict[str, Any]:
    """A group as one line of output: ids, score, and the parts of each pair's score."""
    return {
        "id": cluster.id,
        "score": cluster.score,
        "records": [{"document": r.document, "incident": r.incident} for r in cluster.records],
        "pairs": [
            {"one": list(p.one.key), "other": list(p.other.key), "score": p.score,
             "parts": p.parts}
            for p in cluster.pairs
        ],
    }


def page(found: list[Cluster], records: Sequence[Record]) -> str:
    """The review page: self-contained HTML, right to left."""
    folder = Path(__file__).parent
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True)
    template = environment.get_template("link_page.html")
    apart = sum(not record.comparable for record in records)
    html = template.render(
        clusters=found, weights=WEIGHTS, name=arabic.name, people=arabic.people,
        quote=arabic.quote,
        records=arabic.counted(len(records), arabic.RECORD),
        apart=arabic.counted(apart, arabic.RECORD) if apart else "",
        groups=arabic.counted(len(found), arabic.CLUSTER))
    return html.encode("utf-8", "replace").decode()  # a lone surrogate cannot be stored


def main(
    input: Annotated[Path, typer.Option(help="Extraction results, JSONL.")],  # noqa: A002
    output: Annotated[Path, typer.Option(help="Groups to write, JSONL.")],
    page_path: Annotated[Path | None, typer.Option("--page", help="Review page, HTML.")] = None,
    threshold: Annotated[float, typer.Option(
        help="Least score, 0 to 1, of a pair that is shown. Within a group two records that "
             f"others join may score up to {_SLACK} less.")] = THRESHOLD,
) -> None:
    """Group the records of one incident from several reports, for review.

    Two records that are alike but fit no group together are a group of their own. Records without
    date or place are not compared.
    """
    try:
        if not 0 < threshold <= 1:
            raise ConfigError("threshold is out of range", value=threshold, legal="0 to 1")
        check_apart(output, input)
        if page_path:
            check_apart(page_path, input, output)
        records, problems = read_results(input)
        found = clusters(records, threshold)
        rows = [dumps(to_json(c)) + "\n" for c in found]
        html = page(found, records) if page_path else ""
        write_text(output, "".join(rows))
        if page_path:
            write_text(page_path, html)
    except TawthiqError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    for problem in problems:
        typer.echo(f"skipped: {problem}", err=True)
    apart = sum(not record.comparable for record in records)
    typer.echo(f"{len(records)} records ({apart} without date or place, not compared), "
               f"{len(found)} groups, {len(problems)} lines skipped")
    if problems:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
