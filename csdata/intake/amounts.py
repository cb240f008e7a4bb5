"""Text → numbers: separators, decimal commas, units of counting. Money is :mod:`.money`."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from csdata.intake._arrow import pc
from csdata.intake.columns import Bools, Parsed, floats, folded, matches
from csdata.intake.recipe import Decimal

NUMBER: Final = (
    r"^(?P<sign>[-+]?)(?P<money>[¥\\]?)(?P<sign2>[-+]?)"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<power>[eE][-+]?\d{1,3})?$"
)
UNIT: Final = (
    r"\s*(?:円|(?:か|ヶ|ヵ|カ|ケ|箇|個)月間?|(?i:months?|hours?|hrs?|h|pts?|points?)|時間|回|点|人|名|件|社"
    r"|個|台|席|本|ライセンス|アカウント|ユーザー)$"
)
"""Units that a wanted number may carry; in a column of unknown meaning only 円 is taken off."""

YEN: Final = r"\s*円$"
MONTHS: Final = (
    r"^(?:(?P<years>\d+(?:\.\d+)?)\s*(?:年間?|(?i:years?|yrs?)))?\s*"
    r"(?:(?P<months>\d+(?:\.\d+)?)\s*(?:(?:か|ヶ|ヵ|カ|ケ|箇|個)月間?|(?i:months?|mos?)))?$"
)
POWER: Final = r"[eE]"
SMALL: Final = r"^[-+]?\d(?:\.\d+)?[eE]-\d{2,3}$"
"""How programs write a number close to zero."""

LEADING_ZERO: Final = r"^[-+]?0\d"

# A number in either notation: groups of three, then a decimal part.
_GROUPED_POINT: Final = r"^[-+]?(?:\d{1,3}(?:[, ']\d{3})+|\d+)?(?:\.\d*)?$"
_GROUPED_COMMA: Final = r"^[-+]?(?:\d{1,3}(?:[. ']\d{3})+|\d+)(?:,\d*)?$"
_ONLY_POINT: Final = r"\d\.(?:\d{1,2}|\d{4,})$|^[-+]?0?\.\d|\d{4}\.\d|[,']\d{3}\.|,\d{3},"
_THREE_BEHIND: Final = r"^[-+]?[1-9]\d{0,2}\.\d{3}$"
_ONLY_COMMA: Final = r"\d,(?:\d{1,2}|\d{4,})$|^[-+]?0,\d|\d{4},\d|\.\d{3}[,.]"


def numbers(texts: pa.StringArray, *, units: bool = False) -> Parsed:
    """Numbers with thousands separators, ¥ or 円; with ``units`` also か月, 時間 and the like.

    A percentage is none: whether ``12%`` means 12 or 0.12 is not for this rule to decide.
    """
    plain = pc.replace_substring_regex(folded(texts), UNIT if units else YEN, "")
    ok = matches(plain, NUMBER)
    digits = pc.replace_substring_regex(plain, r"[¥\\,+]", "")
    values = floats(pc.if_else(pa.array(ok), digits, pa.scalar(None, pa.string())))
    return Parsed(values, ok & np.isfinite(values))


def months(texts: pa.StringArray) -> Parsed:
    """Months, also where they are written as years: 1年6か月 is 18."""
    parsed = numbers(texts, units=True)
    if parsed.ok.all():
        return parsed
    picked = pc.extract_regex(folded(texts), MONTHS)
    years, rest = (floats(pc.struct_field(picked, name)) for name in ("years", "months"))
    spoken = ~(np.isnan(years) & np.isnan(rest))
    total = 12 * np.nan_to_num(years) + np.nan_to_num(rest)
    values = np.where(parsed.ok, parsed.values, np.where(spoken, total, np.nan))
    return Parsed(values, parsed.ok | spoken)


# ------------------------------------------------------------------------------- decimal commas


def decimal_sign(texts: pa.StringArray) -> Decimal | None:
    """Which sign stands before the decimals of a column; None if it does not show.

    ``1.234,5`` and ``12,50`` can only have a decimal comma, ``1,234.5`` and ``12.50`` only a
    decimal point; ``1.234`` and ``1,234`` can be either. A column that has both is read with
    points, as exports in Japan and the US have them: what does not fit is listed.
    """
    if matches(texts, _ONLY_POINT).any():
        return "point"
    return "comma" if matches(texts, _ONLY_COMMA).any() else None


def unclear_dots(texts: pa.StringArray) -> Bools:
    """Which numbers of a column have one dot with three digits behind, where no other tells it.

    ``1.200`` is 1200 in one country and 1.2 in another. ``1,200`` is nobody's 1.2: amounts have no
    three decimals where the comma stands before them.
    """
    found = matches(texts, _THREE_BEHIND)
    return found & (decimal_sign(texts) is None) if found.any() else found


def separated(texts: pa.StringArray, decimal: Decimal) -> Parsed:
    """Numbers without any mark but sign, separators (comma, point, space, ') and exponent."""
    grouped = _GROUPED_COMMA if decimal == "comma" else _GROUPED_POINT
    ok = matches(texts, grouped) & matches(texts, r"\d")
    power = matches(texts, NUMBER)
    plain = pc.replace_substring_regex(texts, r"[ '+.]" if decimal == "comma" else r"[ '+,]", "")
    if decimal == "comma":
        plain = pc.replace_substring(plain, ",", ".")
    else:
        ok |= power
    values = floats(pc.if_else(pa.array(ok), plain, pa.scalar(None, pa.string())))
    return Parsed(values, ok & np.isfinite(values))


# ------------------------------------------------------------------------- what is a number, surely


def plain_numbers(texts: pa.StringArray, used: Bools) -> Parsed:
    """Numbers of a column whose meaning is unknown, so that no code becomes one.

    ``1E3`` and ``2E05`` are part numbers. Only a column of numbers that has decimals may have a
    number close to zero as programs write it (``1.5e-07``).
    """
    parsed = numbers(texts)
    powers = matches(texts, POWER) & parsed.ok
    if not powers.any():
        return parsed
    decimals = (matches(texts, r"^[-+]?\d+\.\d") & parsed.ok & ~powers & used).any()
    sure = matches(texts, SMALL) & bool(decimals)
    ok = parsed.ok & (~powers | sure)
    return Parsed(np.where(ok, parsed.values, np.nan), ok)


def any_leading_zero(texts: pa.StringArray, used: Bools) -> bool:
    """Whether digits in front would be lost: 007."""
    return bool((matches(folded(texts), LEADING_ZERO) & used).any())


def exact(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    """Whether whole numbers are told apart: beyond 2^53 the last digits of a key would be lost."""
    return bool((np.abs(values[~np.isnan(values)]) < 2**53).all())
