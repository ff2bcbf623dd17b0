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
# `قد` with an imperfect; `تعرض`, `نفذت` after it are perfects, and `فقد` asserts.
_PERHAPS = re.compile(
    r"(?:^|\s)و?قد (?:ي\w+|(?!(?:تم|توفي|تعرض|تمكن|تسلم|تبني|تبين|تحدث|تلقي|تداول)\s)ت\w*[^ت\W])"
    r"(?:\s\S+){0,3}$"
)
_TH = r"ال(?:ثاني|ثالث|رابع|خامس|سادس|سابع|ثامن|تاسع|عاشر)ه"
# Up to where a denial cannot reach: what opens a clause of its own or an exception, what tells
# an age, a drone, a surprise, somebody or a fate unknown, and a pluperfect.
_ASSERTED = re.compile(
    r"(?<!\S)(?:بينما|فيما|و?لكن\w*|بل|ثم|سوي|الا|بعدما|حتي$|[وف]?كان(?:ت|وا)?(?: \S+){0,4} قد"
    rf"|(?:من )?ب?دون (?:سن|سابق|تمييز|طيار|ال \d+|{_TH})|[وف]?ليست? بعيد\w*"
    r"|[وف]?لم [يت](?:تجاوز\w*|كمل|عرف (?:هويت|مصير)\w*|حدد هويت\w*|عرف اسم\w*)"
    rf"|[وف]?لم [يت]بلغ (?:سن|من العمر|\d+|{_TH}))(?!\S)"
)
# `لم يوقع قتلى أو جرحى`: what is joined stands where the first does.
_OR = re.compile(r"\S+ او(?:\s|$)")


def is_denied(before: str) -> bool:
    """Whether the words before a trigger, in its clause, deny it or only suppose it."""
    before = _OR.sub("", fold(before))
    if "قد " not in before and _DENIALS.isdisjoint(before.rsplit(None, 4)[-4:]):
        return False
    before = _ASSERTED.split(before)[-1]
    return not _DENIALS.isdisjoint(before.rsplit(None, 4)[-4:]) or bool(_PERHAPS.search(before))
