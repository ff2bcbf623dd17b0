"""Label Studio's JSON as it stands in exports: tasks, annotations, regions, relations.

Only what an import reads is declared; the rest of each object is left alone. Lists hold plain
JSON, each item of which is validated by itself, so that a bad one costs nothing but itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

# Label Studio has no fixed type for ids: numbers for rows of its tables, text for regions.
Id = Annotated[str, BeforeValidator(
    lambda v: str(v) if isinstance(v, int) and not isinstance(v, bool) else v)]


class Message(BaseModel):
    """Base: strict types, unknown keys ignored."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class RegionValue(Message):
    """Where a region lies. ``text`` is the page's own copy of the words: evidence, never data."""

    start: int
    end: int
    labels: list[str] = []
    text: Any = None


class Region(Message):
    """One item of ``result`` with ``"type": "labels"``."""

    id: Id | None = None
    value: RegionValue


class Arrow(Message):
    """One item of ``result`` with ``"type": "relation"``."""

    from_id: Id
    to_id: Id
    direction: str | None = None
    labels: list[str] | None = None


class Annotation(Message):
    """What one person marked on one task."""

    id: Id | None = None
    completed_by: Any = None
    result: list[Any]
    was_cancelled: bool | None = False
    ground_truth: bool | None = False
    updated_at: Annotated[datetime | None, BeforeValidator(
        lambda v: datetime.fromisoformat(v) if isinstance(v, str) else v)] = None

    @property
    def annotator(self) -> frozenset[str]:
        """All names of who made it: exports hold a number, the API an object."""
        who = self.completed_by
        names = [who.get("id"), who.get("email")] if isinstance(who, dict) else [who]
        return frozenset(str(name) for name in names if name is not None)

    @property
    def rank(self) -> tuple[bool, datetime]:
        """Order of preference among annotations of one task: ground truth, then the latest."""
        at = self.updated_at or datetime.min
        return bool(self.ground_truth), at if at.tzinfo else at.replace(tzinfo=UTC)


class Task(Message):
    """One report with everything that was marked on it."""

    id: Id | None = None
    data: dict[str, Any]
    annotations: list[Any] = []
