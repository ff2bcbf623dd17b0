"""The one exception tree: every error names place, value, what is legal, and the fix."""

from __future__ import annotations


class TawthiqError(Exception):
    """Base of all errors that a user can mend.

    Args:
        what: what is wrong, in one clause.
        where: file, line, document or field it was found in.
        value: the offending value, shown with ``repr`` and shortened.
        legal: what would have been accepted.
        fix: what to do about it.
    """

    def __init__(
        self,
        what: str,
        *,
        where: object = None,
        value: object = None,
        legal: object = None,
        fix: str | None = None,
    ) -> None:
        self.what, self.where, self.value, self.legal, self.fix = what, where, value, legal, fix
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where is not None else self.what]
        if self.value is not None:
            shown = repr(self.value)
            parts.append(f"got {shown if len(shown) <= 120 else shown[:117] + '...'}")
        if self.legal is not None:
            legal = self.legal
            if isinstance(legal, (list, tuple, set, frozenset)):
                legal = ", ".join(map(str, legal))
            parts.append(f"legal: {legal}")
        if self.fix:
            parts.append(f"fix: {self.fix}")
        return "; ".join(parts)

    def located(self, where: object) -> TawthiqError:
        """The same error with an outer place put before its own."""
        place = where if self.where is None else f"{where}: {self.where}"
        return type(self)(
            self.what, where=place, value=self.value, legal=self.legal, fix=self.fix
        )


class SchemaError(TawthiqError):
    """A label, relation type or relation that the schema does not know or forbids."""


class DocumentError(TawthiqError):
    """A document, span or relation that contradicts itself or its text."""


class FormatError(TawthiqError):
    """A file that is not in the format it should be in."""


class ConfigError(TawthiqError):
    """A parameter that is unknown or out of range."""


class BundleError(TawthiqError):
    """A checkpoint or ONNX bundle that is missing, damaged or made for another schema."""
