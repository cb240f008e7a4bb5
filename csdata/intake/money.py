"""Text → amounts of money with their currency: JPY 1,000, $5.00, (12.50), ▲1,000, 10万円."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csdata.intake._arrow import pc
from csdata.intake.amounts import decimal_sign, months, numbers, separated, unclear_dots
from csdata.intake.columns import Bools, flags, floats, folded, matches
from csdata.intake.currencies import CODES, SCALES, SIGNS
from csdata.intake.recipe import Decimal

_SIGN_FIRST: Final = r"US\$|A\$|C\$|HK\$|S\$|NT\$|R\$|[¥\\$€£₩₹฿₫]"
_SIGN_LAST: Final = r"円|米ドル|ドル|ユーロ|ポンド|ウォン|人民元|[¥$€£₩₹฿₫]"
_CODE: Final = "|".join(sorted(CODES))
_SCALE: Final = "十億|千万|百万|千|万|億|兆"

_SHAPE: Final = (
    r"^(?P<open>\()?\s*(?P<minus>[-+△▲▼−])?\s*"
    rf"(?P<code>[A-Z]{{3}}|(?:{_SIGN_FIRST}))?\s*(?P<minus2>[-+△▲▼−])?\s*(?P<open2>\()?"
    r"(?P<digits>\d[\d.,' ]*|\.\d+)(?P<power>[eE][-+]?\d{1,3})?"
    rf"(?:\s*(?P<scale>{_SCALE}))?\s*(?P<code2>[A-Z]{{3}}|(?:{_SIGN_LAST}))?"
    r"\s*(?P<minus3>-)?(?P<close>\))?\s*(?:/\s*(?:月|mo(?:nth)?)|/-|-|税[抜込別])?$"
)
_BOTH: Final = r"^(?P<first>[A-Z]{3}\s?[-\d.,]+)\s*\((?P<second>[A-Z]{3}\s?[-\d.,]+)\)$"
"""``USD 1,200.50 (JPY 180,000)``: the amount, and in brackets the same in the user's currency."""

_COMPOSITE: Final = (
    r"^(?P<minus>[-△▲▼−])?[¥\\]?(?:(?P<oku>[\d,.]+)億)?(?:(?P<man>[\d,.]+)万)?"
    r"(?:(?P<sen>[\d,.]+)千)?(?P<rest>\d[\d,.]*)?円$"
)
"""1億2,000万円, 10万5,000円: several units in one amount."""


_CLOSED: Final = r"^(?:([¥\\]\s*\d[\d,]*)|([^.]*\d)\.)-$"
"""¥1,000- and 1,000.- close the amount, so that nobody writes behind it; 1,000- is a negative."""

_PLAIN: Final = r"^-?\d+(?:\.\d+)?$"


@dataclass(frozen=True, eq=False, slots=True)
class Money:
    """Amounts of the distinct texts of a column.

    Attributes:
        values: The amounts, NaN where not read.
        ok: Which texts are amounts.
        codes: ISO code of each, empty where the text has none.
        scaled: Which say their unit themselves (円, 万円): that of the heading is not for them.
        converted: Which had a converted amount in brackets, which was taken.
        accounting: Which are negative by brackets or a triangle.
        decimal: The sign before the decimals.
        unclear: Amounts like ``1.200`` in a column that does not show what the dot is; their
            values are as the caller has it.
    """

    values: npt.NDArray[np.float64]
    ok: Bools
    codes: npt.NDArray[np.object_]
    scaled: Bools
    converted: Bools
    accounting: Bools
    decimal: Decimal
    unclear: Bools


def money(texts: pa.StringArray, *, decimal: Decimal | None = None) -> Money:
    """Amounts with currencies in front or behind, accounting negatives and Japanese units.

    The decimal sign is that of the column. What is in brackets behind an amount in another currency
    is the converted amount, and is taken. ``decimal`` is the sign before the decimals of a column
    that does not show it, else they are read with points.
    """
    plain = folded(texts)
    if matches(plain, _PLAIN).all() and not unclear_dots(plain).any():
        return _unmarked(floats(plain))
    plain = pc.replace_substring_regex(plain, _CLOSED, r"\1\2")
    both = pc.extract_regex(plain, _BOTH)
    converted = flags(pc.is_valid(both))
    if converted.any():
        plain = pc.if_else(pa.array(converted), pc.struct_field(both, "second"), plain)
    picked = pc.extract_regex(plain, _SHAPE)
    digits = pc.utf8_trim_whitespace(pc.struct_field(picked, "digits"))
    digits = pc.fill_null(pc.binary_join_element_wise(digits, _text(picked, "power"), ""), "")
    unclear = unclear_dots(digits)
    if unclear.any() and decimal == "comma":
        # Then no amount of the column has decimals: the dots separate thousands, as commas may.
        digits = pc.replace_substring(digits, ".", ",")
    sign = decimal_sign(digits) or "point"
    parsed = separated(digits, sign)
    opened = _has(picked, "open") | _has(picked, "open2")
    paired = opened == _has(picked, "close")
    minus = [_text(picked, name) for name in ("minus", "minus2", "minus3")]
    negatives = [flags(pc.and_(pc.not_equal(m, ""), pc.not_equal(m, "+"))) for m in minus]
    negative = opened | np.any(negatives, axis=0)
    ok = parsed.ok & paired & (np.sum(negatives, axis=0) + opened <= 1)
    values = np.where(negative, -parsed.values, parsed.values) * _scales(_text(picked, "scale"))
    composite = _composites(plain, ok)
    codes, agree = _codes(picked)
    ok &= agree
    values = np.where(ok, values, composite)
    spoken = ~ok & ~np.isnan(composite)
    codes[spoken] = "JPY"
    triangles = np.any([matches(m, "[△▲▼]") for m in minus], axis=0)
    return Money(
        values=np.where(ok | spoken, values, np.nan),
        ok=ok | spoken,
        codes=np.where(ok | spoken, codes, ""),
        scaled=_has(picked, "scale") | spoken | _has(picked, "code2"),
        converted=converted & ok,
        accounting=(opened | triangles) & ok,
        decimal=sign,
        unclear=unclear & ok,
    )


def shown_sign(texts: pa.StringArray) -> Decimal | None:
    """The sign before the decimals that amounts of a column show; None if they do not."""
    digits = pc.extract_regex(folded(texts), _SHAPE)
    return decimal_sign(
        pc.fill_null(pc.utf8_trim_whitespace(pc.struct_field(digits, "digits")), "")
    )


def _unmarked(values: npt.NDArray[np.float64]) -> Money:
    """Plain numbers: what workbooks mostly have, and a short way for them."""
    none = np.zeros(len(values), dtype=bool)
    codes = np.full(len(values), "", dtype=object)
    return Money(values, np.isfinite(values), codes, none, none, none, "point", none)


def could_be_amounts(texts: pa.StringArray) -> Bools:
    """Which texts could be a number of any kind: money, a duration, a share."""
    unsigned = pc.replace_substring_regex(folded(texts), r"\s*%$", "")
    return money(texts).ok | months(texts).ok | numbers(unsigned).ok


def is_marked(texts: pa.StringArray) -> Bools:
    """Which texts carry a currency or a triangle: they can be nothing but money."""
    return matches(folded(texts), rf"(?:{_CODE})|(?:{_SIGN_FIRST})|(?:{_SIGN_LAST})|[△▲]")


def _text(picked: Any, name: str) -> Any:
    return pc.fill_null(pc.struct_field(picked, name), "")


def _has(picked: Any, name: str) -> Bools:
    return flags(pc.not_equal(_text(picked, name), ""))


def _scales(texts: Any) -> npt.NDArray[np.float64]:
    names = ["", *SCALES]
    factors = np.array([1.0, *SCALES.values()])
    return factors[np.asarray(pc.index_in(texts, value_set=pa.array(names, pa.string())))]


def _codes(picked: Any) -> tuple[npt.NDArray[np.object_], Bools]:
    """The currency of each text, and whether it has one that is, and no two that differ."""
    names = ["", *CODES, *SIGNS]
    codes = np.array(["", *CODES, *SIGNS.values()], dtype=object)
    wanted = pa.array(names, pa.string())
    places = [pc.index_in(_text(picked, name), value_set=wanted) for name in ("code", "code2")]
    front, back = (codes[np.asarray(pc.fill_null(place, 0))] for place in places)
    # Three capitals that are no currency make a part number of the digits behind them.
    known = ~flags(pc.is_null(places[0])) & ~flags(pc.is_null(places[1]))
    none = front == ""
    return np.where(none, back, front), known & (none | (back == "") | (front == back))


def _composites(texts: pa.StringArray, ok: Bools) -> npt.NDArray[np.float64]:
    """Amounts of several units in one, of the texts that were not read otherwise."""
    values = np.full(len(texts), np.nan)
    at = np.flatnonzero(~ok & matches(texts, "[億万千].*円$"))
    if not len(at):
        return values
    picked = pc.extract_regex(texts.take(pa.array(at)), _COMPOSITE)
    total = np.zeros(len(at))
    for name, factor in (("oku", 1e8), ("man", 1e4), ("sen", 1e3), ("rest", 1.0)):
        part = pc.replace_substring(pc.struct_field(picked, name), ",", "")
        sure = pc.if_else(
            pc.match_substring_regex(part, r"^\d+(\.\d+)?$"), part, pa.scalar(None, pa.string())
        )
        total += factor * np.nan_to_num(floats(sure))
    sign = np.where(_has(picked, "minus"), -1.0, 1.0)
    values[at] = np.where(flags(pc.is_valid(picked)) & (total > 0), sign * total, np.nan)
    return values
