"""Reads ``params.yaml``: one section a stage, and an unknown key is an error."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import yaml

from data.errors import ConfigError

PATH = Path("params.yaml")
T = TypeVar("T")


def load(section: str, into: type[T], path: Path = PATH, **overrides: Any) -> T:
    """One section as the frozen dataclass that the stage declares.

    Args:
        section: name of the section.
        into: dataclass whose fields are the legal keys.
        path: the parameters file.
        overrides: values from the command line; ``None`` means not given.

    Raises:
        ConfigError: missing file, section or key, unknown key, or a value of the wrong type.
    """
    try:
        sections = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise ConfigError("no such file", where=path, fix="run from the project's root") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError("not YAML", where=path, value=str(error)) from None
    if not isinstance(sections, dict) or not isinstance(sections.get(section), dict | None):
        raise ConfigError("a section must be a mapping of names to values", where=path,
                          value=section)
    if section not in sections:
        raise ConfigError("no such section", where=path, value=section, legal=sorted(sections))
    given = {k: v for k, v in overrides.items() if v is not None}
    values = {**(sections[section] or {}), **given}
    declared = {f.name: f for f in fields(into)}  # type: ignore[arg-type]
    where = f"{path}: {section}"
    unknown = set(values) - set(declared)
    if unknown:
        raise ConfigError("unknown keys", where=where, value=sorted(unknown),
                          legal=sorted(declared))
    missing = [n for n, f in declared.items() if n not in values and f.default is MISSING]
    if missing:
        raise ConfigError("missing keys", where=where, value=missing)
    hints = get_type_hints(into)
    for key, value in values.items():
        expected = hints[key]
        accepted = (int, float) if expected is float else expected
        if not isinstance(value, accepted) or (isinstance(value, bool) and expected is not bool):
            raise ConfigError("value of the wrong type", where=f"{where}.{key}", value=value,
                              legal=getattr(expected, "__name__", expected))
    return into(**values)
