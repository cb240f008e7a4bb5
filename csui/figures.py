"""Figures as a Japanese or an English slide writes them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from csdata.i18n.money import said
from csui.text import language, t


def money(value: float | None, currency: str | None) -> str:
    """億円 and 万円 for yen in Japanese, ¥ with M in English, the plain number otherwise."""
    return said(value, currency, language())


def share(value: float) -> str:
    """61%; a missing share is a dash."""
    return "–" if pd.isna(value) else f"{100 * value:.0f}%"


def share_interval(lower: float, upper: float) -> str:
    """95% 区間 56–66%."""
    if pd.isna(lower) or pd.isna(upper):
        return t("ui.no_interval")
    return t("ui.interval", lower=f"{100 * lower:.0f}", upper=f"{100 * upper:.0f}%")


def months(value: float) -> str:
    """12か月; a median that is not reached is said to be 未到達, never infinite."""
    return t("ui.not_reached") if _unreached(value) else t("ui.months", m=value)


def months_interval(lower: float, upper: float) -> str:
    """95% 区間 9–14か月."""
    if _unreached(lower) and _unreached(upper):
        return t("ui.no_interval")
    first, last = (
        t("ui.beyond") if _unreached(v) else f"{v:.1f}".removesuffix(".0") for v in (lower, upper)
    )
    return t("ui.interval_months", lower=first, upper=last)


def share_with(value: float, lower: float, upper: float) -> str:
    """61% (56–66)."""
    if pd.isna(value):
        return "–"
    ends = "" if pd.isna(lower) or pd.isna(upper) else f" ({100 * lower:.0f}–{100 * upper:.0f})"
    return f"{share(value)}{ends}"


def rate_with(value: float, lower: float, upper: float) -> str:
    """2.1% (1.6–2.7): departures per customer and month."""
    if pd.isna(value):
        return "–"
    return f"{100 * value:.1f}% ({100 * lower:.1f}–{100 * upper:.1f})"


def times_with(value: float, lower: float, upper: float) -> str:
    """1.9倍 (1.5–2.4); an end without a limit is said to be."""
    if pd.isna(value):
        return "–"
    said = t("ui.times", value=value)
    if pd.isna(lower) or pd.isna(upper):
        return said
    top = t("ui.no_limit") if math.isinf(upper) else f"{upper:.1f}"
    return f"{said} ({lower:.1f}–{top})"


def months_with(value: float, lower: float, upper: float) -> str:
    """12か月 (9–14); an end that is not reached is said to be."""
    ends = "–".join(t("ui.beyond") if _unreached(v) else f"{v:.0f}" for v in (lower, upper))
    hidden = _unreached(lower) and _unreached(upper)
    return months(value) + ("" if hidden else f" ({ends})")


def money_with(value: float, lower: float, upper: float, currency: str | None) -> str:
    """12万円 (10万円–14万円)."""
    if pd.isna(value):
        return "–"
    return f"{money(value, currency)} ({money(lower, currency)}–{money(upper, currency)})"


def day(value: Any) -> str:
    """2026/03/01 in Japanese, 2026-03-01 in English."""
    return "–" if pd.isna(value) else t("ui.day", day=value)


def _unreached(value: float) -> bool:
    return bool(pd.isna(value)) or math.isinf(value)


def blank(value: Any) -> bool:
    """Whether a cell says nothing: missing, or nothing but spaces."""
    return bool(pd.isna(value)) or (isinstance(value, str) and not value.strip())
