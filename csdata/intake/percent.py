"""Shares: 12%, 12 and 0.12 told apart per column, and all made fractions (0.12)."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csdata.intake._arrow import pc
from csdata.intake.amounts import plain_numbers
from csdata.intake.columns import Bools, folded, matches
from csdata.intake.headers import clean, words_of
from csdata.intake.recipe import Percent

MARK: Final = r"\s*(?:%|パーセント|percent)$"
_SHARES: Final = ("率", "割合", "確度", "シェア", "構成比")
_NO_SHARES: Final = ("倍率", "比率", "効率", "能率", "換率")
"""Endings of words for ratios and performances that may well be above 1."""

_ENGLISH: Final = frozenset({"rate", "percent", "percentage", "pct", "probability", "share"})
_SIGN: Final = re.compile(r"%|パーセント|percent", re.IGNORECASE)


@dataclass(frozen=True, eq=False, slots=True)
class Shares:
    """A column of shares as fractions.

    ``form`` is how its plain numbers were read: as percentages (12 = 12 %) or as fractions; None
    if every one of them carries a sign. ``marked``: which texts carry one.
    """

    values: npt.NDArray[np.float64]
    ok: Bools
    form: Percent | None
    marked: Bools


def shares(
    header: str, texts: pa.StringArray, used: Bools, chosen: Mapping[str, Percent]
) -> Shares | None:
    """The fractions of a column if it is one of shares; None if it is not.

    A column is one if a text carries ``%``, if its heading says so, or if the recipe does. Plain
    numbers among those with a sign, or under such a heading, are fractions if none is above 1, and
    percentages if one is.
    """
    plain = folded(texts)
    marked = matches(plain, MARK) & matches(plain, r"\d")
    said = chosen.get(header)
    if not len(texts) or not (said or is_share(header) or (marked & used).any()):
        return None
    parsed = plain_numbers(pc.replace_substring_regex(plain, MARK, ""), used)
    unmarked = parsed.ok & ~marked & used
    if not (parsed.ok & used).any():
        return None
    form = said or _form(parsed.values[unmarked], header)
    if not said and (marked & used).any() and unmarked.any():
        small = np.abs(parsed.values[unmarked]) <= 1
        if small.any() and not small.all():
            # 0.5 beside 12%: half a percent or a half? Nobody can tell.
            return Shares(
                np.where(marked, parsed.values / 100, np.nan), parsed.ok & marked, None, marked
            )
    percentages = marked | (form == "percent")
    values = np.where(percentages, _hundredth(parsed.values), parsed.values)
    return Shares(values, parsed.ok, form if unmarked.any() else None, marked)


def _hundredth(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # Dividing 7 by 100 and writing 0.07 are the same number; multiplying by 0.01 is another one.
    return values / 100


def _form(values: npt.NDArray[np.float64], header: str) -> Percent:
    if len(values) and np.nanmax(np.abs(values)) > 1:
        return "percent"
    # "確度 (%)" with nothing but 0 and 1 under it: fractions would fill the space between.
    whole = bool(len(values)) and bool((values == np.floor(values)).all())
    return "percent" if whole and _SIGN.search(header) and (values != 0).any() else "fraction"


@functools.lru_cache(maxsize=4096)
def is_share(header: str) -> bool:
    """Whether a heading names a share: 割引率, 確度 (%), Discount Rate."""
    text = unicodedata.normalize("NFKC", clean(header))
    if _SIGN.search(text):
        return True
    name = re.sub(r"\([^()]*\)$", "", text).strip()
    if name.endswith(_SHARES):
        return not name.endswith(_NO_SHARES)
    return bool(_ENGLISH & set(words_of(name)[-1:]))
