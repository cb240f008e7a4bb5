"""Consumption tax: how a heading says that amounts include it, and how that is said of a name."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final, Literal

from csdata.i18n import Message, message

Tax = Literal["included", "excluded"]

_CONSUMPTION: Final = r"\s*(?:consumption\s*|sales\s*)?(?:tax(?:es)?|vat|gst)\b"
WITHOUT_TAX: Final = (
    r"(?:消費)?税(?:抜き?|別)|外税|\+\s*(?:消費)?税"
    rf"|\b(?:excl(?:uding|usive of|udes|\.)?|ex\.?|before|without|net of|plus){_CONSUMPTION}"
    r"|\b(?:tax(?:es)?|vat|gst)[\s-]*(?:not\s+included|excluded|exclusive|excl\.?)"
)
WITH_TAX: Final = (
    r"(?:消費)?税込み?|内税"
    rf"|\b(?:incl(?:uding|usive of|udes|\.)?|inc\.?|with){_CONSUMPTION}"
    r"|\b(?:tax(?:es)?|vat|gst)[\s-]*(?:included|inclusive|incl\.?)"
)
"""How a heading says that an amount has no consumption tax in it, and that it has."""

_LONGEST: Final = 200
"""Characters of a heading; a hostile cell may hold a million."""

_WITHOUT: Final = re.compile(WITHOUT_TAX, re.IGNORECASE)
_WITH: Final = re.compile(WITH_TAX, re.IGNORECASE)


def tax_of(header: str) -> Tax | None:
    """Whether a heading says that its amounts include consumption tax.

    None where it says nothing, or both: 税抜・税込区分 names no amount.
    """
    return _tax_of(header[:_LONGEST])


@functools.lru_cache(maxsize=4096)
def _tax_of(header: str) -> Tax | None:
    text = unicodedata.normalize("NFKC", header)
    without, included = bool(_WITHOUT.search(text)), bool(_WITH.search(text))
    if without == included:
        return None
    return "excluded" if without else "included"


def tax_name(tax: Tax) -> Message:
    """税抜 or 税込, in words."""
    return message(f"tax.{tax}")


def with_tax(name: Message | str, tax: Tax | None) -> Message | str:
    """A name of amounts with (税抜) or (税込) behind it, unless it says so itself.

    A catalogue's word never says it.
    """
    if tax is None or (isinstance(name, str) and tax_of(name) is not None):
        return name
    return message("tax.named", name=name, tax=tax_name(tax))
