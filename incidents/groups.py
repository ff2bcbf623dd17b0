"""The group that a casualty statement is of, by its words and those around it."""

from __future__ import annotations

import re

from data.document import Span
from incidents.counts import Count
from incidents.fold import fold
from incidents.people import group_of, nouns
from incidents.view import View
from incidents.vocabulary import Vocabulary, words_of

OTHERS = frozenset(
    particle + article + word for particle in ("", "و", "ف", "ب", "ل") for article in ("", "ال")
    for word in ("اخرين", "اخرون", "اخر", "اخري", "اخريات", "اخران")
)
_PREDICATE = re.compile(
    r"(?:^|\s)(?:و?هم|هن|و?هو|و?هي|(?:كان(?:ت|وا)? )?[يت]عمل(?:ون)?|كان(?:ت|وا)?|جميعهم|كلهم)\s"
)
_CLAUSE_END = re.compile(r"[،,؛;:()«»\"]")
_ONE_OF = frozenset(("من", "احد", "احدي", "ابرز", "اهم", "كبار", "اول", "بين"))  # `وهو أحد عناصر`
_OF_THE_HARMED = re.compile(r"^\s?من (?:بين )?ال\S+ ")
_BREAK = re.compile(r"(?:^|\s)(?:بينهم|بينهن|من بينهم|منهم|بينها|وبينهم|و\w*اصيب\w*)(?:\s|$)")


def told_group(
    view: View, victim: Span, stated: Count, parent: str | None, previous: str | None
) -> str:
    """The group that the words tell, else that of what the count is part of or continues.

    Args:
        view: the document.
        victim: the VICTIM span.
        stated: its count.
        parent: group of the count that it is part of.
        previous: group of the count before it, which `آخرين` continue.
    """
    vocabulary = view.vocabularies.victims
    text = view.texts[victim.id]
    own = group_of(text, vocabulary, view.has_ta)
    if own is not None and own != "people":
        return own
    is_other = not OTHERS.isdisjoint(fold(text).split())
    if is_other and not _named(view, victim):
        return previous or own or "people"
    return _by_context(view, victim, stated, own) or parent or own or "people"


def _by_context(view: View, victim: Span, count: Count, own: str | None) -> str | None:
    """`تسعة من القتلى هم من المدنيين`, `معظم القتلى مدنيون`, a title or a trade of a name."""
    vocabulary = view.vocabularies.victims
    if count.stated == "name":
        before = view.before(victim, 20).split()
        # `أما` opens a clause; it is no mother
        is_title = before and before[-1] != "أما"
        title = group_of(before[-1], vocabulary, view.has_ta) if is_title else None
        line = view.document.text[victim.end : victim.end + 160].split("\n")[0].split(".")[0]
        following = min((v.start for v in view.victims if v.start >= victim.end), default=None)
        reach = len(line) if following is None else following - victim.end
        found = title or _predicated(fold(line), vocabulary, reach)
        return found if found != "people" else None
    after = _BREAK.split(fold(view.after(victim, 70)), maxsplit=1)[0].strip()
    first = _OF_THE_HARMED.sub("", after) if _of_the_harmed(view, after) else after
    size = 1
    if count.stated == "part" and first.startswith("من "):  # `نصفهم من رجال الشرطة`
        first, size = first[3:], 2
    words = first.split()[:size] if own is None or count.stated == "part" else []
    # `من النساء والأطفال` are of neither group alone
    first = "" if size == 2 and words[1:] and words[1].startswith("و") else " ".join(words)
    group = group_of(first, vocabulary, False) if first else None  # folded: no ta is left
    if group is None or group == "people":
        group = _predicated(after, vocabulary, len(after))
    return group if group != "people" else None


def _predicated(after: str, vocabulary: Vocabulary, reach: int) -> str | None:
    """The group that a predicate's first words name: `وهو مصور صحفي`, `كان يعمل ممرضا`.

    What stands farther off is told of others: `وهو مدرس خطفه عناصر`, `كان يسعف زوجته`. So is the
    predicate of one beyond ``reach``, where the next people are told; `وهم` is of all of them.
    """
    predicate = _PREDICATE.search(after)
    if predicate is None or (predicate.start() >= reach and not predicate[0].endswith("هم ")):
        return None
    words = words_of(_CLAUSE_END.split(after[predicate.end() :], maxsplit=1)[0])
    words = words[next((i for i, word in enumerate(words) if word not in _ONE_OF), 0) :]
    people = nouns(" ".join(words), vocabulary, False)
    size = int(bool(people) and people[0].at == 0)
    # `عنصر`, `قائد`: of what force the rest of the clause tells
    is_open = size and people[0].noun.weak and people[0].noun.group != "people"
    for match in vocabulary.find(" ".join(words)):
        links = words[size : match.start]
        is_its = not links or is_open or (size and links in (("في",), ("من",)))
        size = max(size, match.end) if is_its and match.strength == "patterns" else size
    for also in people[1:]:  # `هم من النساء والأطفال`: of neither group alone
        is_fellow = also.at == size and words[size].startswith("و")
        if is_fellow and also.noun.group not in (people[0].noun.group, "people"):
            return None
    return group_of(" ".join(words[:size]), vocabulary, False) if size else None


def _of_the_harmed(view: View, after: str) -> bool:
    """Whether a count goes on with what it is part of: `11 من القتلى مسلحون`."""
    match = _OF_THE_HARMED.match(after)
    return match is not None and bool(view.vocabularies.harms.name_of(match[0]))


def _named(view: View, victim: Span) -> bool:
    """Whether `آخرين` stands beside a noun of its own: `أشخاص آخرين`."""
    found = nouns(view.texts[victim.id], view.vocabularies.victims)
    others = [f for f in found if words_of(view.texts[victim.id])[f.at] in OTHERS]
    return len(found) > len(others)
