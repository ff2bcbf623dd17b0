"""Numbers written out in Arabic, for the round trip: in both genders and cases."""

from __future__ import annotations

_UNITS = ["", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"]
_BARE = ["", "واحدة", "اثنتان", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع"]
_TENS = ["", "عشر", "عشر", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع"]


def _below_hundred(n: int, feminine: bool, oblique: bool) -> str:
    # The numbers three to nine take the gender opposite to the noun's.
    units = list(_BARE if feminine else _UNITS)
    if oblique:
        units[2] = "اثنتين" if feminine else "اثنين"
    if n < 10:
        return units[n]
    if n == 10:
        return "عشر" if feminine else "عشرة"
    if n < 20:
        ten = "عشرة" if feminine else "عشر"
        if n == 11:
            return f"{'إحدى' if feminine else 'أحد'} {ten}"
        if n == 12:
            stem = "اثنت" if feminine else "اثن"
            return f"{stem}{'ي' if oblique else 'ا'} {ten}"
        return f"{units[n - 10]} {ten}"
    ten = _TENS[n // 10] + ("ين" if oblique else "ون")
    return f"{units[n % 10]} و{ten}" if n % 10 else ten


def _below_thousand(n: int, feminine: bool, oblique: bool, before_scale: bool) -> str:
    hundreds, rest = divmod(n, 100)
    parts = []
    if hundreds == 1:
        parts.append("مئة")
    elif hundreds == 2:
        dual = "مئتي" if oblique else "مئتا"
        parts.append(dual if before_scale and not rest else ("مئتين" if oblique else "مئتان"))
    elif hundreds:
        parts.append(_BARE[hundreds].removesuffix("ي") + "مئة")
    if rest:
        parts.append(_below_hundred(rest, feminine, oblique))
    return " و".join(parts)


def _scaled(n: int, one: str, dual: str, many: str, oblique: bool) -> str:
    if n == 1:
        return one
    if n == 2:
        return dual + ("ين" if oblique else "ان")
    words = _below_thousand(n, False, oblique, True)
    return f"{words} {many if 3 <= n % 100 <= 10 else one}"


def spell(n: int, *, feminine: bool = False, oblique: bool = False) -> str:
    """``n`` (1 to 999,999,999) in words, agreeing with a noun of that gender and case."""
    millions, rest = divmod(n, 10**6)
    thousands, units = divmod(rest, 1000)
    parts = []
    if millions:
        parts.append(_scaled(millions, "مليون", "مليون", "ملايين", oblique))
    if thousands:
        parts.append(_scaled(thousands, "ألف", "ألف", "آلاف", oblique))
    if units:
        parts.append(_below_thousand(units, feminine, oblique, False))
    return " و".join(parts)
