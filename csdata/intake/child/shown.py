"""What number formats say that a number does not: a currency, a percent sign, a month, zeros.

A cell that holds 100000 and shows ``USD 100,000`` is read as it shows: the format is where many
workbooks keep the currency, and nobody sees it get lost. So is ``100%``, which is stored as 1; a
month, which Excel stores as its first day; and ``00012``, stored as 12.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from .answers import Cells, pc
from .parts import Looked, attributes

_FORMAT: Final = re.compile(rb"<(?:\w{1,9}:)?numFmt\s([^>]{0,2000})>")
_CELL_FORMATS: Final = re.compile(rb"<(?:\w{1,9}:)?cellXfs\b.*?</(?:\w{1,9}:)?cellXfs>", re.DOTALL)
_CELL_FORMAT: Final = re.compile(rb"<(?:\w{1,9}:)?xf\s([^>]{0,2000})>")

BUILT_IN: Final = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((17, 34, 52, 55), "yyyy/mm"),
}
"""Formats without a text of their own. Those of money (5–8, 42, 44) show each user another sign."""

_SIGNS: Final = "¥|\uffe5|\\\\|US\\$|A\\$|C\\$|HK\\$|S\\$|NT\\$|R\\$|\\$|€|£|₩|₹|฿|₫"
_CODES: Final = "JPY|USD|EUR|GBP|CNY|KRW|AUD|CAD|SGD|HKD|TWD|CHF|INR|THB|NZD"
_BRACKET: Final = re.compile(r"\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]")
_LITERAL: Final = re.compile(r'"([^"]*)"')
_FRONT: Final = re.compile(rf"({_SIGNS}|\b(?:{_CODES})\b)")
_BEHIND: Final = re.compile("((?:十億|千万|百万|億|万|千)?円|米ドル|ドル|ユーロ|ポンド|元)")
_SCALED: Final = re.compile(r"[0#?](,+)(?![0#?,])")
_PADDED: Final = re.compile(r'^(?:"([^"]{0,8})"|\\?([A-Za-z]-?))?(0{3,15})$')

COUNTRIES: Final[dict[str, dict[str, str]]] = {
    "804": {"¥": "CNY", "\uffe5": "CNY"},
    **{
        place: {"$": code}
        for place, code in (
            *(("C09", "AUD"), ("1009", "CAD"), ("4809", "SGD"), ("C04", "HKD")),
            *(("404", "TWD"), ("1409", "NZD")),
        )
    },
}
"""Signs that mean another currency in some countries, by the number that Windows gives these."""

LONGEST: Final = 255
"""Characters that a format may have."""

NUMBER: Final = r"^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$"
WHOLE: Final = r"^\d+$"
DAY: Final = r"^\d{4}-\d{2}-\d{2}(?: 00:00:00)?$"
FIRST_DAY: Final = r"^\d{4}-\d{2}-01(?: 00:00:00)?$"


@dataclass(frozen=True, slots=True)
class Shown:
    """What one format adds to a number: ``kind`` is money, percent, month or zeros."""

    kind: str
    front: str = ""
    behind: str = ""
    scale: int = 0
    digits: int = 0


def telling(styles: bytes) -> dict[int, Shown]:
    """Styles of cells (by their number) whose format says more than the number."""
    own = {
        told["numFmtId"]: told.get("formatCode", "")
        for told in map(attributes, _FORMAT.findall(styles))
        if "numFmtId" in told
    }
    formats = _CELL_FORMATS.search(styles)
    found: dict[int, Shown] = {}
    for place, tag in enumerate(_CELL_FORMAT.findall(formats[0]) if formats else ()):
        number = attributes(tag).get("numFmtId", "0")
        code = own.get(number) or BUILT_IN.get(int(number) if number.isdigit() else 0)
        if code and (shown := understood(code[:LONGEST])) is not None:
            found[place] = shown
    return found


def understood(code: str) -> Shown | None:
    """What a format says beyond the number; None if it says nothing.

    Only the part for positive numbers counts: the others show the same currency.
    """
    first = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)[0]
    if padded := _PADDED.match(first):
        return Shown("zeros", front=padded[1] or padded[2] or "", digits=len(padded[3]))
    bare = re.sub(r"\\.|_.|\*.|\[[^\]]*\]", "", _LITERAL.sub("", first))
    if "General" not in bare and re.search("[yYeE]", bare) and re.search("[mM]", bare):
        days = re.search("[dDhHsS]|E[-+]", bare)
        return None if days else Shown("month")
    if not re.search("[0#?]|General", bare):
        return None
    if "%" in bare:
        return Shown("percent")
    return _money(first)


def _money(first: str) -> Shown | None:
    for sign, country in _BRACKET.findall(first):
        here = COUNTRIES.get(country.upper().lstrip("0"), {})
        known: str = here.get(sign.strip()) or sign.strip()
        if re.fullmatch(rf"[A-Z]{{3}}|{_SIGNS}", known):
            return Shown("money", front=known)
    plain = re.sub(r"\[[^\]]*\]|_.|\*.", "", first)
    spoken = re.sub(r"\\(.)", r"\1", _LITERAL.sub(r"\1", plain))
    if behind := _BEHIND.search(spoken):
        scaled = _SCALED.search(plain)
        name = "CNY" if behind[1] == "元" else behind[1]
        return Shown("money", behind=name, scale=len(scaled[1]) if scaled else 0)
    # A backslash in front of a character only guards it, and is no yen sign then.
    return Shown("money", front=front[1]) if (front := _FRONT.search(spoken)) else None


def as_shown(
    cells: Cells, positions: Sequence[int], looked: Looked, styles: dict[int, Shown]
) -> tuple[Cells, dict[str, list[int]]]:
    """The cells as their formats show them, and the columns (by place) in which that mattered."""
    rows_of: dict[int, dict[int, list[int]]] = {}
    for style, places in looked.styles.items():
        for row, column in places:
            rows_of.setdefault(column, {}).setdefault(style, []).append(row)
    result = list(cells)
    told: dict[str, list[int]] = {}
    for place, position in enumerate(positions):
        for style, rows in rows_of.get(position, {}).items():
            shown = styles[style]
            dressed = _dressed(result[place], rows, shown)
            if dressed is not None:
                result[place] = dressed
                told.setdefault(shown.kind, []).append(position)
    return result, {kind: sorted(set(columns)) for kind, columns in told.items()}


def _dressed(column: Any, rows: list[int], shown: Shown) -> Any | None:
    """A column with some of its cells as a format shows them; None if it changes none."""
    height = len(column)
    mask = pc.is_in(
        pa.array(range(height), pa.int64()),
        value_set=pa.array([r for r in rows if r < height], pa.int64()),
    )
    pattern = {"month": FIRST_DAY, "zeros": WHOLE}.get(shown.kind, NUMBER)
    if shown.kind == "month" and _holds_days(column, mask):
        return None
    fits = pc.fill_null(pc.match_substring_regex(column, pattern), fill_value=False)
    mask = pc.and_(mask, _flat(fits))
    if not pc.any(mask).as_py():
        return None
    encoded = pc.dictionary_encode(_flat(column).filter(mask))
    texts = pa.array(map(WRITERS[shown.kind](shown), encoded.dictionary.to_pylist()), pa.string())
    return pc.replace_with_mask(_flat(column), mask, texts.take(encoded.indices))


def _holds_days(column: Any, mask: Any) -> bool:
    """Whether cells shown as a month hold other days than the first: they were only cut short."""
    days = _flat(column).filter(mask)
    return bool(
        pc.any(
            pc.and_(
                pc.match_substring_regex(days, DAY),
                pc.invert(pc.match_substring_regex(days, FIRST_DAY)),
            )
        ).as_py()
    )


def _flat(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _written_money(shown: Shown) -> Callable[[str], str]:
    def write(text: str) -> str:
        number = _plain(Decimal(text).scaleb(-3 * shown.scale))
        return f"{shown.front} {number}{shown.behind}".strip()

    return write


def _written_percent(_shown: Shown) -> Callable[[str], str]:
    return lambda text: f"{_plain(Decimal(text).scaleb(2))}%"


def _written_month(_shown: Shown) -> Callable[[str], str]:
    return lambda text: text[:7]


def _written_zeros(shown: Shown) -> Callable[[str], str]:
    return lambda text: shown.front + text.zfill(shown.digits)


WRITERS: Final[dict[str, Callable[[Shown], Callable[[str], str]]]] = {
    "money": _written_money,
    "percent": _written_percent,
    "month": _written_month,
    "zeros": _written_zeros,
}
