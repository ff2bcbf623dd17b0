"""What bounds a count: `at least`, `up to`, `more than`, `about`, in folded words."""

from __future__ import annotations

import re

_P = r"(?:^|\s)[وفبكل]{0,2}"
_WHO = r"(?: عددهم)?"
_MORE = re.compile(
    rf"{_P}(?:(?:اكثر|اكتر|ازيد|اعلي) من|ما ?(?:يزيد|ينيف|يربو){_WHO} (?:عن|علي)"
    rf"|(?:يزيد|يزيدون|تزيد|يربو){_WHO} (?:عن|علي)|(?:ما )?(?:يفوق|تفوق)"
    rf"|(?<!لا )(?:ما )?(?:يتجاوز|تجاوز|تتجاوز){_WHO}|فوق)(?: ال)?$"
)
_LEAST = re.compile(
    rf"{_P}(?:(?:ما ?)?لا ?(?:يقل|تقل|يقلون){_WHO} عن|علي الاقل|كحد ادني"
    r"|(?:ليس|لا) اقل من)(?: ال)?$"
)
_MOST = re.compile(
    rf"{_P}(?:(?:ما )?(?:لا|لم) (?:[يت]تجاوز(?:ون|وا)?|[يت]تعدي?|[يت]فوق){_WHO}|حتي"
    rf"|(?:ما )?(?:لا|لم) (?:[يت]زيد(?:ون)?|[يت]زد|[يت]ربو){_WHO} (?:عن|علي)"
    rf"|(?<!ل)(?:ما )?(?:يصل|تصل){_WHO} الي|علي الاكثر|كحد اقصي|(?:ليس|لا) اكثر من)(?: ال)?$"
)
_LESS = re.compile(_P + r"اقل من(?: ال)?$")
_ABOUT = re.compile(
    rf"{_P}(?:نحو|حوالي|حوال|قرابه|زها|تقريبا|(?:ما )?يقارب(?: من)?|(?:ما )?يقرب من"
    rf"|(?:ما )?يناهز|(?:في|ب)?حدود|مقدر(?: ب)?|يقدر{_WHO} ب)(?: ال)?$"
)
_BEFORE = (("most", _MOST), ("least", _LEAST), ("less", _LESS), ("more", _MORE),
           ("about", _ABOUT))
# What the phrases before a number end with: almost all that stands there is none of them.
_CLOSERS = ("من", "عن", "علي", "عددهم", "فوق", "تجاوز", "الاقل", "ادني", "يتعدي", "يتعد", "حتي",
            "الي", "الاكثر", "اقصي", "نحو", "حوالي", "حوال", "قرابه", "زها", "تقريبا", "يقارب",
            "يناهز", "حدود", "مقدر", "ب", "تجاوزون", "تجاوزوا")
_AFTER = re.compile(
    r"\b(?:(?P<least>علي الاقل|كحد ادني|فاكثر|او اكثر|وربما اكثر|فما فوق)"
    r"|(?P<most>علي الاكثر|كحد اقصي|او اقل|علي ابعد تقدير)"
    r"|(?P<about>تقريبا|علي وجه التقريب|علي التقريب))"
)


def bound(lead: str, rest: str) -> str | None:
    """The kind of bound that the words before or after a number set, if any."""
    if lead.removesuffix(" ال").endswith(_CLOSERS):
        for kind, pattern in _BEFORE:
            if pattern.search(lead):
                return kind
    match = _AFTER.search(rest)
    return match.lastgroup if match else None
