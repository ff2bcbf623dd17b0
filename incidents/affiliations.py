"""Affiliation of a perpetrator as the Syria violations tracker wants it, by the day."""

from __future__ import annotations

from incidents.clitics import forms
from incidents.vocabulary import Vocabulary, words_of


def affiliation(name: str, group: str, day: str | None, perpetrators: Vocabulary) -> str:
    """The affiliation that a name and group had on a day.

    Args:
        name: the perpetrator as written; some names tell more than their group.
        group: the class of the name in the vocabulary.
        day: first day of the incident, ``YYYY-MM-DD``; None where it is not known, which leaves a
            group that changed ``unknown``, unless the name is of what the change dissolved.
        perpetrators: the vocabulary.
    """
    words = [forms(word) for word in words_of(name)]
    for value, phrases in perpetrators.settings["affiliations"].items():
        if any(_within(words_of(phrase), words) for phrase in phrases):
            return str(value)
    body = perpetrators.classes[group]
    changes = body.get("since", {})
    if _is_dissolved(name, group, perpetrators):
        changes = {}
    if changes and day is None:
        return "unknown"
    value = body["affiliation"]
    for since in sorted(changes):
        if day is not None and day >= since:
            value = changes[since]
    return str(value)


def _is_dissolved(name: str, group: str, perpetrators: Vocabulary) -> bool:
    """Whether a phrase that names the group is one for what is no more."""
    gone = set(map(words_of, perpetrators.classes[group].get("dissolved", ())))
    return any(match.klass == group and match.pattern.words in gone
               for match in perpetrators.find(name))


def _within(phrase: tuple[str, ...], words: list[frozenset[str]]) -> bool:
    """Whether the words of a phrase stand in a row in a name."""
    return any(
        all(part in word for part, word in zip(phrase, words[i : i + len(phrase)], strict=True))
        for i in range(len(words) - len(phrase) + 1)
    )
