"""What the text denies or only supposes."""

from __future__ import annotations

import re

from incidents.fold import fold

# What stands up to four words before a trigger that the text denies or only supposes.
_DENIALS = frozenset(
    particle + word for particle in ("", "و", "ف") for word in (
        "لم", "لن", "دون", "بدون", "نفي", "نفت", "ينفي", "تنفي", "نفيه", "عدم", "ليس", "ليست",
        "ربما", "يحتمل", "احتمال", "احتمالات", "خشيه", "مخاوف", "تحذير", "تحذيرات", "تهديد",
        "تهديدات", "يهدد", "تهدد", "هدد", "هددت", "لو", "اذا",
    )
)
_PERHAPS = re.compile(r"(?:^|\s)[وف]?قد [يتن]\w+(?:\s\S+){0,3}$")


def is_denied(before: str) -> bool:
    """Whether the words before a trigger, in its clause, deny it or only suppose it."""
    before = fold(before)
    if not _DENIALS.isdisjoint(before.rsplit(None, 4)[-4:]):
        return True
    return "قد " in before and _PERHAPS.search(before) is not None
