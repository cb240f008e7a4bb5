"""What the columns of the customers are good for: filters, groups, numbers; and their names."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

import pandas as pd

from csdata.i18n import Message, message
from csdata.schema import DATES, KNOWN_LATE, MONEY, NUMBERS, Role
from csdata.tables import Portfolio
from csdata.taxes import with_tax
from csui.cache import cached
from csui.text import known, say, t

FEWEST: Final = 2
MOST: Final = 30
MOST_WHOLE: Final = 12
"""Numbers with a few whole values (a score, a term) are categories too."""
MOST_GROUPS: Final = 12
_IDENTITY: Final = frozenset({"customer_id", "name", *DATES["customers"]})


@cached
def categorical(portfolio: Portfolio) -> dict[str, tuple[Hashable, ...]]:
    """Columns with 2 to 30 values and these values, sorted; None stands for missing."""
    found: dict[str, tuple[Hashable, ...]] = {}
    for name, series in portfolio.customers.items():
        if name in _IDENTITY or name in NUMBERS["customers"]:
            continue
        if pd.api.types.is_datetime64_any_dtype(series):
            continue
        values = series.dropna().unique()
        most = MOST
        if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
            whole = pd.Series(values).mod(1).eq(0).all()
            most = MOST_WHOLE if whole else 0
        if not FEWEST <= len(values) + bool(series.isna().any()) <= most:
            continue
        missing = (None,) if series.isna().any() else ()
        plain = [v.item() if hasattr(v, "item") else v for v in values]
        found[str(name)] = (*sorted(plain, key=lambda v: (str(type(v)), v)), *missing)
    return found


def groups(portfolio: Portfolio) -> list[str]:
    """Columns that may split the customers; not those that are settled only with the outcome."""
    return [
        name
        for name, values in categorical(portfolio).items()
        if name not in KNOWN_LATE and len(values) <= MOST_GROUPS
    ]


@cached
def numeric(portfolio: Portfolio) -> list[str]:
    """Columns that can be an axis: numbers with more than one value, the outcome excepted.

    Money first, since that is what people look for.
    """
    frame = portfolio.customers
    found = [
        str(name)
        for name, series in frame.items()
        if pd.api.types.is_numeric_dtype(series)
        and not pd.api.types.is_bool_dtype(series)
        and name not in {"tenure_months", *KNOWN_LATE}
        and len(series.dropna().unique()) > 1
    ]
    first = [c for c in ("mrr", "satisfaction", "total_billing") if c in found]
    return [*first, *(c for c in found if c not in first)]


@cached
def has_categories(portfolio: Portfolio) -> bool:
    """Whether the usage says what was used; a list of purchases does not."""
    return portfolio.usage is not None and bool(portfolio.usage["category"].notna().any())


def label(portfolio: Portfolio, column: str) -> str:
    """How a column is called on the screen: our word for a known field, else the file's header.

    Amounts say whether they include tax, where that is known.
    """
    name = word(column, portfolio.provenance.columns.get(column, column))
    return taxed(portfolio, column, name)


def taxed(portfolio: Portfolio, column: str, words: str) -> str:
    """Words for the amounts of a column, with (税抜) or (税込) where that is known.

    Amounts of which nobody has said the currency are said to have none: 28,400,000 alone may be
    anything.
    """
    said = say(with_tax(words, portfolio.tax(column)))
    if column in MONEY and without_currency(portfolio):
        return t("ui.no_currency_of", name=said)
    return said


def without_currency(portfolio: Portfolio) -> bool:
    """Whether there are amounts, and nobody has said in what currency."""
    if portfolio.currency is not None:
        return False
    tables: tuple[Role, ...] = ("customers", "contracts")
    return any(c in MONEY for table in tables for c in portfolio.columns(table))


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows as people speak of them: 契約終了日 is the last day **with** a contract, on every page.

    The tables hold the first day without, so that a 12-month contract lasts 12 months.
    """
    if "end" not in frame:
        return frame
    return frame.assign(end=frame["end"] - pd.Timedelta(days=1))


def word(field: str, otherwise: str | None = None) -> str:
    """Our word for a known field of any table."""
    if known(f"field.{field}"):
        return t(f"field.{field}")
    return field if otherwise is None else otherwise


def named(portfolio: Portfolio, column: str) -> Message | str:
    """What a column is called in a statement, sayable in every language."""
    header = portfolio.provenance.columns.get(column, column)
    if not known(f"field.{column}"):
        return header
    field, tax = message(f"field.{column}"), portfolio.tax(column)
    if header == column:
        return with_tax(field, tax)
    return message("ui.column_named", field=field, header=with_tax(header, tax))


def with_names(portfolio: Portfolio, statement: Message) -> Message:
    """A statement of an analysis with the columns it speaks of called as on the screen."""
    about = statement.values.get("column")  # noqa: PD011 (a mapping)
    if not isinstance(about, str):
        return statement
    given = statement.values  # noqa: PD011 (a mapping)
    return Message(statement.key, {**given, "column": named(portfolio, about)})


def value_label(value: Hashable) -> str:
    """How a value is called on the screen."""
    if value is None:
        return t("ui.missing")
    if isinstance(value, bool):
        return t("ui.yes") if value else t("ui.no")
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
