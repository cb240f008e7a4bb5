"""Columns of unknown meaning: numbers, shares, money or dates if every value is one, else text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csdata.intake.amounts import any_leading_zero, exact, plain_numbers
from csdata.intake.columns import SAMPLE, Bools, Column, Parsed
from csdata.intake.dates import Dates
from csdata.intake.missing import clearly_missing
from csdata.intake.money import is_marked, money
from csdata.intake.percent import Shares, shares
from csdata.intake.recipe import Decimal, Percent


@dataclass(frozen=True, eq=False, slots=True)
class Natural:
    """The values of some rows of a column, and how they were read.

    Attributes:
        values: Numbers, dates, or texts with None where blank.
        gone: Cells such as ``-`` or ``N/A`` that are missing among numbers or dates.
        currencies: ISO codes of money; more than one leave the column text.
        shares: How shares were read, None if the column has none.
        unclear: Amounts whose dot may stand for thousands or decimals; they leave the column text.
    """

    values: npt.NDArray[Any]
    gone: int = 0
    currencies: tuple[str, ...] = ()
    shares: Shares | None = None
    unclear: int = 0


def natural(
    column: Column,
    rows: Bools,
    *,
    code: bool,
    read: Dates | None = None,
    percent: Mapping[str, Percent] | None = None,
    decimal: Decimal | None = None,
) -> Natural:
    """The values of some rows as numbers or dates if every one of them is, else as text.

    Args:
        column: The column of the whole file.
        rows: The rows that count.
        code: The heading says that the digits are a name (an id, a post code). Leading zeros, more
            than 15 digits and powers of ten (``1E3``) say so too.
        read: Its dates, if they were looked for.
        percent: The recipe's choice for headings of shares.
        decimal: Which sign stands before the decimals of amounts that do not show it.

    Yes/No stays text: which words count as a tick is settled where ticks are counted.
    """
    used = column.used(rows)
    if code or not used.any():
        return Natural(column.objects()[rows])
    texts = column.distinct
    few = texts[:SAMPLE]
    if not _all(_numeric(column.header, few, used[:SAMPLE], percent or {}), few, used[:SAMPLE]):
        if read is not None and _all(Parsed(read.values, read.ok), texts, used):
            gone = column.count(~read.ok & used)
            return Natural(column.spread(read.values, "NaT")[rows], gone)
        return _money(column, rows, used, decimal)
    parsed = _numeric(column.header, texts, used, percent or {})
    whole = _all(parsed, texts, used) and not any_leading_zero(texts, used)
    if not whole or not exact(parsed.values[used]):
        return Natural(column.objects()[rows])
    found = parsed if isinstance(parsed, Shares) else None
    values = _whole(column.spread(np.where(parsed.ok, parsed.values, np.nan), np.nan)[rows])
    codes = ("JPY",) if found is None and is_marked(texts).any() else ()
    return Natural(values, column.count(~parsed.ok & used), codes, found)


def _numeric(
    header: str, texts: pa.StringArray, used: Bools, percent: Mapping[str, Percent]
) -> Shares | Parsed:
    return shares(header, texts, used, percent) or plain_numbers(texts, used)


def _all(parsed: Shares | Parsed, texts: pa.StringArray, used: Bools) -> bool:
    """Whether every text was read or clearly says that there is nothing, and most were."""
    unread = ~parsed.ok & used
    if not unread.any():
        return bool((parsed.ok & used).any())
    if unread.sum() > (parsed.ok & used).sum():
        return False
    return bool((~unread | clearly_missing(texts)).all())


def _money(column: Column, rows: Bools, used: Bools, decimal: Decimal | None) -> Natural:
    """A column of amounts that say their currency; of several currencies it stays text."""
    few = column.distinct[:SAMPLE]
    marked = is_marked(few) & used[:SAMPLE]
    if 2 * marked.sum() < used[:SAMPLE].sum():
        return Natural(column.objects()[rows])
    found = money(column.distinct, decimal=decimal)
    sure = found.ok & (is_marked(column.distinct) | plain_numbers(column.distinct, used).ok)
    if not _all(Parsed(found.values, sure), column.distinct, used):
        return Natural(column.objects()[rows])
    codes = tuple(sorted({code for code in found.codes[used & sure] if code}))
    if decimal is None and (unclear := found.unclear & used).any():
        n = int(column.rows(unclear)[rows].sum())
        return Natural(column.objects()[rows], currencies=codes, unclear=n)
    if len(codes) != 1:
        return Natural(column.objects()[rows], currencies=codes)
    values = column.spread(np.where(sure, found.values, np.nan), np.nan)[rows]
    return Natural(_whole(values), column.count(~sure & used), codes)


def _whole(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Counts as integers, where nothing is missing and nothing gets lost."""
    small = bool(np.all(np.abs(values) < 2**53))  # NaN compares false
    if len(values) and small and bool(np.all(values == np.floor(values))):
        return values.astype(np.int64)
    return values
