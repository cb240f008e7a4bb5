"""Amounts of money as a Japanese or an English slide writes them."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

YEN: Final = "JPY"
_OKU: Final = 1e8
_MAN: Final = 1e4
_MILLION: Final = 1e6
_THOUSAND: Final = 1e3


class Money(NamedTuple):
    """An amount with the ISO code of its currency, None if unknown: a value for ``{x:money}``."""

    amount: float | None
    currency: str | None


def said(value: float | None, currency: str | None, lang: str) -> str:
    """億円 and 万円 for yen in Japanese, ¥ with M in English, the plain number otherwise."""
    if value is None or math.isnan(value):
        return "–"
    if currency != YEN:
        # Without yen nobody knows how fine the money is: small amounts keep their cents.
        digits = 0 if abs(value) >= _THOUSAND or float(value).is_integer() else 2
        return f"{value:,.{digits}f}" + (f" {currency}" if currency else "")
    if lang == "ja":
        if abs(value) >= _OKU:
            return f"{value / _OKU:,.2f}億円"
        if abs(value) >= _MAN:
            shown = f"{value / _MAN:,.{0 if abs(value) >= 100 * _MAN else 1}f}".removesuffix(".0")
            return f"{shown}万円"
        return f"{value:,.0f}円"
    sign, size = "-" if value < 0 else "", abs(value)
    return f"{sign}¥{size / _MILLION:,.1f}M" if size >= _MILLION else f"{sign}¥{size:,.0f}"


def unit(largest: float, currency: str | None, lang: str) -> tuple[float, str]:
    """One unit for a whole axis: what to divide by, and what it is called ("" if unknown).

    >>> unit(3_200_000, "JPY", "ja")
    (10000.0, '万円')
    """
    size = abs(largest)
    if currency == YEN and lang == "ja":
        if size >= _OKU:
            return _OKU, "億円"
        return (_MAN, "万円") if size >= _MAN else (1.0, "円")
    name = "¥" if currency == YEN else currency or ""
    if size >= _MILLION:
        return _MILLION, f"{name} M" if name else "M"
    return 1.0, name
