"""From a document to its extraction result: the model, then the incident records."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from data.document import Document
from data.schema import SCHEMA
from incidents import gazetteer as gazetteers
from incidents.assemble import ModelInfo, extraction
from incidents.gazetteer import Gazetteer
from incidents.places import default_gazetteer
from incidents.vocabulary import Vocabularies, default_vocabularies
from models import bundle
from models.bundle import Bundle, Precision


@dataclass(frozen=True)
class Engine:
    """All that one answer needs; safe to share between threads."""

    bundle: Bundle
    gazetteer: Gazetteer
    vocabularies: Vocabularies

    @cached_property
    def model(self) -> ModelInfo:
        """Name, version and schema, as every result carries them.

        Another gazetteer than the project's is told in the version: it makes other records.
        """
        version = self.bundle.version
        if self.gazetteer is not default_gazetteer():
            entries = repr(self.gazetteer.entries).encode("utf-8", "surrogatepass")
            version += f"+gazetteer.{hashlib.sha256(entries).hexdigest()[:12]}"
        return ModelInfo(f"tawthiq-{self.bundle.precision}", version, SCHEMA.version)

    def extract(self, document: Document) -> dict[str, Any]:
        """The extraction result of one document; its own spans and relations are replaced."""
        predicted = self.bundle.predictor.predict(document)
        return extraction(predicted, self.model, self.gazetteer, self.vocabularies)


def load(
    folder: Path, precision: Precision = "float", provider: str = "cpu", threads: int = 0,
    gazetteer: Path | None = None,
) -> Engine:
    """Open a bundle with the shipped vocabularies and gazetteer, or another gazetteer.

    Raises:
        BundleError: the bundle is missing, changed or made for another schema, or has no such
            precision.
        FormatError: the gazetteer cannot be read.
    """
    places = default_gazetteer() if gazetteer is None else gazetteers.load(gazetteer)
    opened = bundle.load(folder, precision, provider, threads)
    return Engine(opened, places, default_vocabularies())
