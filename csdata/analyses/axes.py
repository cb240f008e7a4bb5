"""Axes of the quadrant: what breadth and depth are measured by, and when.

An axis is given as a small description — a column's name, a list of ticked columns, or a usage
measure — and becomes one number per customer. Only usage is dated: a column of a file says nothing
about when it became true.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata import clock as ck
from csdata import counts
from csdata.errors import BadValues, MissingColumns
from csdata.i18n import Message, message
from csdata.schema import lazy
from csdata.tables import Portfolio

Floats = NDArray[np.float64]

_NEGATIVE: Final = re.compile(
    r"(no|not|none)(?![a-z])|(n|f|off|false)$|なし|無|未|[×✕✖✗☐□]|いいえ|偽|[-ー–]$"
)
_ZERO: Final = re.compile(r"[0.]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A numeric column of the customers, by its own name or the header of the file."""

    name: str


@dataclass(frozen=True, slots=True)
class Ticks:
    """The number of ticked columns out of a chosen set, one column per 業務 or feature.

    ``corrections`` overrules the tick rules: column → value as shown → ticked or not.
    """

    columns: tuple[str, ...]
    corrections: Mapping[str, Mapping[str, bool]] = field(
        default_factory=dict[str, Mapping[str, bool]]
    )


@dataclass(frozen=True, slots=True)
class Categories:
    """The number of distinct categories with at least ``min_quantity`` (and more than 0) used."""

    min_quantity: float = 0.0


@dataclass(frozen=True, slots=True)
class QuantityPerCategory:
    """The median quantity per used category; 0 where nothing was used.

    The median is not tied to the number of categories, as total ÷ breadth is.
    """

    min_quantity: float = 0.0


Axis = Column | Ticks | Categories | QuantityPerCategory


def as_axis(given: Axis | str | Sequence[str]) -> Axis:
    """An axis from its short form: a column's name, or a list of columns to be ticked off."""
    if isinstance(given, (Column, Ticks, Categories, QuantityPerCategory)):
        return given
    return Column(given) if isinstance(given, str) else Ticks(tuple(given))


def is_dated(axis: Axis) -> bool:
    """Whether it is known when the axis was measured."""
    return isinstance(axis, (Categories, QuantityPerCategory))


def axis_name(portfolio: Portfolio, axis: Axis, window: tuple[int, int]) -> Message:
    """What an axis counts, with its unit, in words."""
    first, last = window[0] + 1, window[1]
    match axis:
        case Column(name=name):
            return message("quadrant.axis.column", name=portfolio.label(portfolio.resolve(name)))
        case Ticks(columns=columns):
            return message("quadrant.axis.ticks", n=len(columns))
        case Categories():
            return message("quadrant.axis.categories", first=first, last=last)
        case QuantityPerCategory():
            return message("quadrant.axis.per_category", first=first, last=last)


def column_values(portfolio: Portfolio, name: str) -> pd.Series:
    """A numeric column by ``customer_id``.

    Raises:
        MissingColumns: There is no such column.
        BadValues: It holds something other than numbers.
    """
    values = customer_columns(portfolio, [name])[portfolio.resolve(name)]
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        found = ", ".join(map(str, values.dropna().unique()[:3]))
        raise BadValues(where=name, found=found, remedy=message("quadrant.remedy.numeric"))
    return values.astype(float)


def customer_columns(portfolio: Portfolio, names: Sequence[str]) -> pd.DataFrame:
    """Columns of the customers as pandas, indexed and sorted by ``customer_id``."""
    wanted = list(dict.fromkeys(["customer_id", *(portfolio.resolve(n) for n in names)]))
    frame = lazy(portfolio.customers).select(*wanted).sort("customer_id").collect("pandas")
    return frame.to_native().set_index("customer_id")


def classify_ticks(
    portfolio: Portfolio,
    columns: Sequence[str],
    corrections: Mapping[str, Mapping[str, bool]] | None = None,
) -> pd.DataFrame:
    """How each distinct value of the columns is read.

    Not ticked are the false forms and texts that begin with No / なし / 未 / 無 / ×; any other
    value is a tick. A blank is *not ticked* in a column without an explicit negative, else missing.

    Returns:
        ``column``, ``value`` (as shown; missing for blank), ``n``, ``ticked`` (True, False, or
        missing), in the order of the columns, then by falling ``n``.
    """
    table = customer_columns(portfolio, columns)
    rows: list[dict[str, object]] = []
    for name in columns:
        values = shown(table[portfolio.resolve(name)])
        own = (corrections or {}).get(name, {})
        seen = values.value_counts(dropna=True)
        reads = {value: bool(own.get(value, not _is_negative(value))) for value in seen.index}
        for value, n in seen.items():
            ticked = reads[value]
            rows.append({"column": name, "value": value, "n": int(n), "ticked": ticked})
        blanks = int(values.isna().sum())
        if blanks:
            blank = None if any(_is_negative(value) for value in seen.index) else False
            rows.append({"column": name, "value": None, "n": blanks, "ticked": own.get("", blank)})
    return pd.DataFrame(rows, columns=["column", "value", "n", "ticked"])


def shown(values: pd.Series) -> pd.Series:
    """A column as the texts a user sees; blank is missing, 1.0 is "1"."""
    numeric = pd.api.types.is_float_dtype(values)
    text = values.map(lambda v: f"{v:g}" if numeric else str(v).strip(), na_action="ignore")
    text = text.astype(object)
    text[values.isna() | (text == "")] = None
    return text


def _is_negative(value: str) -> bool:
    folded = unicodedata.normalize("NFKC", value).strip().casefold()
    return bool(_NEGATIVE.match(folded) or _ZERO.fullmatch(folded))


def tick_values(portfolio: Portfolio, axis: Ticks) -> pd.Series:
    """Number of ticked columns by ``customer_id``; missing where a column is undecided."""
    if not axis.columns:
        raise BadValues(where="ticks", found="0", remedy=message("quadrant.remedy.ticks"))
    table = customer_columns(portfolio, axis.columns)
    reads = classify_ticks(portfolio, axis.columns, axis.corrections)
    total = pd.Series(0.0, index=table.index)
    for name in axis.columns:
        rule = reads[reads["column"] == name]
        known = {v: float(t) for v, t in zip(rule["value"], rule["ticked"], strict=True) if v}
        blank = rule.loc[rule["value"].isna(), "ticked"]
        values = shown(table[portfolio.resolve(name)])
        fill = np.nan if blank.empty or blank.iloc[0] is None else float(blank.iloc[0])
        total = total + values.map(known).astype(float).where(values.notna(), fill)
    return total


@dataclass(frozen=True, eq=False, slots=True)
class UsageWindow:
    """Quantities of one window: ``hours[customer, month, category]`` (0 = not used)."""

    customers: pd.Index
    hours: Floats

    def totals(self, months: NDArray[np.int64] | None = None) -> Floats:
        """Quantity per customer and category; of resampled ``months[customer, draw]`` if given."""
        if months is None:
            return self.hours.sum(axis=1)
        return np.take_along_axis(self.hours, months[:, :, None], axis=1).sum(axis=1)

    def measure(self, axis: Categories | QuantityPerCategory, totals: Floats) -> Floats:
        """The axis value of each customer from quantities per category."""
        used = (totals > 0) & (totals >= axis.min_quantity)
        if isinstance(axis, Categories):
            return used.sum(axis=1).astype(float)
        sought = np.sort(np.where(used, totals, np.inf), axis=1)
        number = used.sum(axis=1)
        # Median of the used ones, which stand first in each sorted row.
        low, high = np.maximum((number - 1) // 2, 0), number // 2
        rows = np.arange(len(totals))
        width = max(sought.shape[1] - 1, 0)
        middle = (sought[rows, low] + sought[rows, np.minimum(high, width)]) / 2
        return np.where(number > 0, middle, 0.0)


def usage_window(portfolio: Portfolio, customers: pd.Index, window: tuple[int, int]) -> UsageWindow:
    """The usage of ``customers`` within a window of contract months from their start.

    A customer without rows in an observed window used nothing; whether the window was observed at
    all is decided from the start and the months of the usage table alone, since dropping those who
    never appear would keep only customers who later did.

    Raises:
        MissingColumns: There is no usage table, or the customers have no start date.
    """
    if portfolio.usage is None or not portfolio.has_dates:
        missing = "date, category, quantity" if portfolio.usage is None else "start"
        table = "usage" if portfolio.usage is None else "customers"
        raise MissingColumns(table=table, missing=[missing], present=portfolio.columns(table))
    used = counts.window_usage(portfolio.customers, portfolio.usage, window=window)
    used = used[used["customer_id"].isin(customers)]
    categories = pd.Index(sorted(used["category"].unique()))
    hours = np.zeros((len(customers), window[1] - window[0], max(len(categories), 1)))
    place = customers.get_indexer(pd.Index(used["customer_id"]))
    month = used["month"].to_numpy().astype(int) - window[0]
    kind = categories.get_indexer(pd.Index(used["category"]))
    hours[place, month, kind] = used["quantity"].fillna(0).to_numpy()
    return UsageWindow(customers=customers, hours=hours)


def window_observed(portfolio: Portfolio, starts: pd.Series, window: tuple[int, int]) -> pd.Series:
    """Whether the window of each customer lies within the months that the usage table records.

    The record runs from the first month in the table to the end of the last one; a month beyond
    either end is unknown, not unused.
    """
    span = portfolio.usage_span
    if span is None:
        return pd.Series(data=False, index=starts.index)
    first = ck.first_of_index(ck.month_index(span[0]))
    after = ck.first_of_index(ck.month_index(span[1]) + 1)
    if portfolio.as_of is not None:
        after = min(after, portfolio.as_of + dt.timedelta(days=1))
    whole = [
        ck.boundary(s.date(), window[0]) >= first and ck.boundary(s.date(), window[1]) <= after
        for s in starts
    ]
    return pd.Series(whole, index=starts.index, dtype=bool)
