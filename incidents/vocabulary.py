"""Vocabularies: phrases that name a class, kept as data in ``incidents/vocabularies``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from data.errors import ConfigError
from incidents.clitics import forms, is_definite, stems
from incidents.fold import fold

FOLDER = Path(__file__).with_name("vocabularies")
_WORD = re.compile(r"\d+|[^\W\d_]+|\*|\.\.\.")
# Writers of social media break words that filters look for: `قـ.ـصف`.
_CENSORED = re.compile(r"(?<=[ء-ي])ـ*[.*_/·]+ـ*(?=[ء-ي])")
_STRENGTHS = ("patterns", "local", "weak", "alone", "generic", "not")
# What a phrase counts as once its condition is met.
_COUNTS_AS = {"local": "patterns", "alone": "weak"}
_GAP = 3  # words that `...` may stand for


@lru_cache(maxsize=16384)
def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a phrase, numbers apart from letters."""
    return tuple(_WORD.findall(fold(_CENSORED.sub("", text))))


@dataclass(frozen=True)
class Pattern:
    """A phrase of folded words; ``*`` at the end of a word stands for any ending."""

    klass: str
    strength: str
    words: tuple[str, ...]

    @cached_property
    def letters(self) -> int:
        """How many letters its words have."""
        return sum(map(len, self.words))

    def match(self, text: tuple[str, ...], start: int) -> int | None:
        """The end of the match whose first word stands right before a word, if there is one."""
        at, gap = start, 0
        for word in self.words[1:]:
            if word == "...":
                gap = _GAP
                continue
            for found in range(at, min(at + gap + 1, len(text))):
                if _is_form(text[found], word, first=False):
                    break
            else:
                return None
            at, gap = found + 1, 0
        return at


def _is_form(word: str, pattern: str, *, first: bool) -> bool:
    if not first and word[0] == "و" != pattern[0]:
        return False  # `مدفعية وصاروخية` is two things, `مدفعية صاروخية` one
    if pattern.endswith("*"):
        return any(stem.startswith(pattern[:-1]) for stem in stems(word))
    return pattern in forms(word)


@dataclass(frozen=True)
class Match:
    """A class found at words ``[start, end)`` of a phrase, by a pattern of the vocabulary."""

    klass: str
    strength: str
    start: int
    end: int
    pattern: Pattern


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """One file: its classes with their attributes, and the index of their phrases."""

    name: str
    version: str
    classes: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]
    index: Mapping[str, tuple[Pattern, ...]] = field(init=False, repr=False)
    _has_stars: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        index: dict[str, list[Pattern]] = defaultdict(list)
        starred = False
        for klass, body in self.classes.items():
            for strength in _STRENGTHS:
                for phrase in body.get(strength) or ():
                    words = _pattern_words(phrase)
                    starred |= words[0].endswith("*")
                    index[words[0].rstrip("*")].append(Pattern(klass, strength, words))
        object.__setattr__(self, "index", {k: tuple(v) for k, v in index.items()})
        object.__setattr__(self, "_has_stars", starred)
        for name in ("find", "name_of", "_starting"):  # phrases and words recur
            object.__setattr__(self, name, lru_cache(maxsize=8192)(getattr(self, name)))

    def find(self, text: str, country: str | None = None) -> tuple[Match, ...]:
        """All classes that a phrase names, in order; a longer match hides those inside it.

        Matches of ``not`` are returned too: they name nothing. Those of ``local`` and ``alone``
        are returned as ``patterns`` and ``weak``, where their condition is met.

        Args:
            text: the phrase as it stands in the report.
            country: what the report is about; ``None`` where nothing tells.
        """
        words = words_of(text)
        found = []
        for i, word in enumerate(words):
            for pattern in self._starting(word):
                end = pattern.match(words, i + 1)
                if end is not None and self._holds(pattern, words, i, end, country):
                    strength = _COUNTS_AS.get(pattern.strength, pattern.strength)
                    found.append(Match(pattern.klass, strength, i, end, pattern))
        if len(found) < 2:
            return tuple(found)
        return tuple(m for m in found if m.strength == "not" or not _hidden(m, found))

    @cached_property
    def _foreign(self) -> frozenset[str]:
        return frozenset(map(fold, self.settings.get("foreign", ())))

    def _holds(
        self, pattern: Pattern, words: tuple[str, ...], start: int, end: int, country: str | None
    ) -> bool:
        """Whether the condition of a phrase is met: it is a whole member of a list, its class is
        at home in the country, no adjective behind it says that it is of another."""
        if pattern.strength == "alone":
            return (start == 0 or words[start][0] == "و") and (
                end == len(words) or words[end][0] == "و"
            )
        body = self.classes[pattern.klass]
        home, own = body.get("country"), body.get("adjective")
        if home is None or pattern.strength == "not":
            return True
        if pattern.strength in ("local", "generic") and country not in (None, *home):
            return False
        if any(own in forms(word) for word in words[start : end + 2]):
            return True  # `الطيران السوري الروسي` is of both
        return not self._is_foreign(words[end : end + 2])

    def _is_foreign(self, behind: tuple[str, ...]) -> bool:
        """Whether the next word, or after another one with the article, is such an adjective:
        `قوات الأمن الداخلي الأردنية`, but not `فصائل مدعومة تركياً`."""
        for at, word in enumerate(behind):
            if word[0] == "و":
                return False
            if (at == 0 or is_definite(word)) and not self._foreign.isdisjoint(forms(word)):
                return True
        return False

    def _starting(self, word: str) -> tuple[Pattern, ...]:
        """Patterns whose first word a word is a form of."""
        keys = sorted(forms(word))
        if self._has_stars:
            stem = min(stems(word), key=len)
            keys += [stem[:n] for n in range(3, len(stem)) if stem[:n] not in forms(word)]
        return tuple(pattern for key in keys for pattern in self.index.get(key, ())
                     if _is_form(word, pattern.words[0], first=True))

    def name_of(
        self, text: str, allowed: tuple[str, ...] = ("weak",), country: str | None = None
    ) -> tuple[str, ...]:
        """The classes that a phrase names; weaker ones only where "and" parts them from stronger.

        Args:
            text: the phrase as it stands in the report.
            allowed: which of ``weak`` and ``generic`` may count, the stronger first.
            country: what the report is about, as ``find`` takes it.
        """
        found, words = self.find(text, country), words_of(text)
        named: dict[str, None] = {}
        taken: set[int] = set()  # members of the list that a stronger phrase names
        for strength in ("patterns", *allowed):
            own = [m for m in found if m.strength == strength and _member(words, m) not in taken]
            named |= dict.fromkeys(m.klass for m in own)
            taken |= {_member(words, m) for m in own}
        return tuple(named)


def _pattern_words(phrase: str) -> tuple[str, ...]:
    words: list[str] = []
    for word in words_of(str(phrase)):
        if word == "*" and words:
            words[-1] += "*"
        else:
            words.append(word)
    return tuple(words)


def _member(words: tuple[str, ...], match: Match) -> int:
    """Which member of a list a match stands in: ``القوات الروسية | والسورية``."""
    return sum(word.startswith("و") for word in words[1 : match.start + 1])


def _hidden(match: Match, others: Iterable[Match]) -> bool:
    """Whether a longer match, a closer one at the same words, or its class's ``not`` holds it."""
    size = (match.end - match.start, match.pattern.letters)
    return any(
        o.start <= match.start and match.end <= o.end
        and (o.klass == match.klass if o.strength == "not"
             else (o.end - o.start, o.pattern.letters) > size)
        for o in others
    )


@dataclass(frozen=True, eq=False)
class Vocabularies:
    """All vocabularies that a record needs."""

    perpetrators: Vocabulary
    weapons: Vocabulary
    facilities: Vocabulary
    incidents: Vocabulary
    harms: Vocabulary
    victims: Vocabulary
    countries: Vocabulary


def load(extra: Path | None = None) -> Vocabularies:
    """Read the project's vocabularies, extended by those of a folder of the user's.

    Raises:
        ConfigError: a file, class or key that the project does not know, or broken YAML.
    """
    names = tuple(Vocabularies.__dataclass_fields__)
    if extra is not None:
        if not extra.is_dir():
            raise ConfigError("no such folder", where="--vocabularies", value=str(extra))
        for path in sorted(extra.glob("*.y*ml")):
            if path.stem not in names or path.suffix != ".yaml":
                raise ConfigError("unknown vocabulary", where=path,
                                  legal=tuple(f"{name}.yaml" for name in names))
    return Vocabularies(**{name: _read(name, extra) for name in names})


@cache
def default_vocabularies() -> Vocabularies:
    """The vocabularies that come with the project."""
    return load()


def _read(name: str, extra: Path | None) -> Vocabulary:
    body = _yaml(FOLDER / f"{name}.yaml")
    more = extra / f"{name}.yaml" if extra is not None else None
    if more is not None and more.exists():
        added = _yaml(more)
        for key in added.keys() - {"version", "classes"}:
            raise ConfigError("unknown key", where=more, value=key, legal=("version", "classes"))
        _extend(body["classes"], added.get("classes") or {}, more)
    settings = {k: v for k, v in body.items() if k not in ("version", "classes")}
    return Vocabulary(name, str(body["version"]), body["classes"], settings)


def _extend(classes: dict[str, Any], added: dict[str, Any], path: Path) -> None:
    if not isinstance(added, dict):
        raise ConfigError("not a mapping of classes", where=f"{path}: classes", value=added)
    for klass, body in added.items():
        where = f"{path}: classes.{klass}"
        if klass not in classes:
            raise ConfigError("unknown class", where=where, legal=tuple(classes),
                              fix="add phrases to a class of the record's schema")
        if not isinstance(body, dict):
            raise ConfigError("not a mapping", where=where, value=body, legal=_STRENGTHS)
        for key, phrases in body.items():
            if key not in _STRENGTHS or not isinstance(phrases, list):
                raise ConfigError("not a list of phrases", where=f"{where}.{key}", value=phrases,
                                  legal=_STRENGTHS)
            for phrase in phrases:
                if not _pattern_words(phrase) or words_of(str(phrase))[0] in ("*", "..."):
                    raise ConfigError("the phrase names no word to begin with",
                                      where=f"{where}.{key}", value=phrase)
            classes[klass][key] = [*(classes[klass].get(key) or ()), *phrases]


def _yaml(path: Path) -> dict[str, Any]:
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError("broken YAML", where=path, value=str(error)) from None
    if not isinstance(body, dict):
        raise ConfigError("a vocabulary must be a mapping with 'classes'", where=path, value=body)
    return body
