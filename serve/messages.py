"""HTTP messages of the endpoint; their enums are generated from the schema."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from data.document import Document
from data.schema import SCHEMA

MAX_CHARACTERS = 200_000
MAX_DOCUMENTS = 64

LabelName = Annotated[str, Field(json_schema_extra={"enum": list(SCHEMA.label_ids)})]
RelationName = Annotated[str, Field(json_schema_extra={"enum": list(SCHEMA.relation_ids)})]


class InputDocument(BaseModel):
    """One report as a client sends it. Without an id, the text's hash names it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(max_length=MAX_CHARACTERS)]
    id: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    published: Annotated[
        str | None, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", examples=["2024-12-01"])
    ] = None
    source: Annotated[str | None, Field(max_length=500)] = None

    def document(self) -> Document:
        """As the model reads it.

        Raises:
            DocumentError: the publication date does not exist.
        """
        id = self.id or hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return Document(id, self.text, published=self.published, source=self.source)


class Entity(BaseModel):
    """A span with its words; offsets are code points into the text as sent, end exclusive."""

    id: str
    label: LabelName
    start: int
    end: int
    text: str
    score: float | None


class Link(BaseModel):
    """A relation between two entities, by id."""

    head: str
    type: RelationName
    tail: str
    score: float | None


class DocumentInfo(BaseModel):
    """Which document a result is about."""

    id: str
    sha256: str
    published: str | None
    source: str | None


class ModelVersion(BaseModel):
    """Which model gave a result."""

    name: str
    version: str
    schema_: Annotated[str, Field(alias="schema")]


class Extraction(BaseModel):
    """One result; ``incidents`` follow ``incidents/extraction.schema.json``."""

    document: DocumentInfo
    model: ModelVersion
    entities: list[Entity]
    relations: list[Link]
    incidents: list[dict[str, Any]]


class Problem(BaseModel):
    """Why a request was refused."""

    error: str
    message: str
