"""What the canonical tables must look like, and how a frame is made to look so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

import narwhals as nw
import pandas as pd

from csdata.errors import BadValues, MissingColumns
from csdata.i18n import message

Role = Literal["customers", "contracts", "usage", "touches"]
ROLES: Final[tuple[Role, ...]] = ("customers", "contracts", "usage", "touches")
Source = Literal["customers", "contracts", "usage", "touches", "opportunities"]
SOURCES: Final[tuple[Source, ...]] = (*ROLES, "opportunities")
"""What a file can be; opportunities become contracts when files are joined."""

DATES: Final[Mapping[Source, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": ("start", "end", "observed_from", "notice"),
        "contracts": ("start", "end", "notice"),
        "usage": ("date",),
        "touches": ("date",),
        "opportunities": ("close_date", "start", "end"),
    }
)
BILLED: Final = ("fixed", "overage", "other")
"""What a contract is billed for: amounts by kind."""
MONEY: Final = ("mrr", "total_billing", *BILLED, "amount")
"""Fields of any table that hold amounts of money, in the order in which they are spoken of."""

NUMBERS: Final[Mapping[Source, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": ("tenure_months", "mrr", "total_billing"),
        "contracts": ("term_months", "mrr", *BILLED),
        "usage": ("quantity",),
        "touches": ("score",),
        "opportunities": ("amount", "term_months", "probability"),
    }
)

REQUIRED: Final[Mapping[Source, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": ("customer_id",),
        "contracts": ("customer_id", "start"),
        "usage": ("customer_id", "date"),
        "touches": ("customer_id", "date"),
        "opportunities": ("customer_id", "close_date"),
    }
)
WANTED: Final[Mapping[Source, tuple[str, ...]]] = MappingProxyType(
    {**REQUIRED, "usage": ("customer_id", "date", "category", "quantity")}
)
"""What a table should have; without all of it some analyses are not to be had."""

NUMBER: Final = "_csdata_number"
"""Column of lazy usage whose ids were whole numbers: those, for a count that has to group them."""

KNOWN_LATE: Final = frozenset(
    {"churn_reason", "churned", "status", "health", "end", "notice", "not_renewing"}
)
"""Columns whose values are settled only with or after the outcome: filters on them are biased."""


def lazy(frame: Any) -> nw.LazyFrame[Any]:
    """Any native frame as a narwhals LazyFrame."""
    return nw.from_native(frame).lazy()


def native_like(original: Any, result: nw.LazyFrame[Any]) -> Any:
    """The native frame of ``result``: collected when ``original`` was eager."""
    wrapped = nw.from_native(original)
    if isinstance(wrapped, nw.LazyFrame):
        return result.to_native()
    return result.collect(wrapped.implementation).to_native()


def as_date(value: Any, *, where: str = "as_of") -> dt.date | None:
    """A date from a date, datetime, Timestamp or ISO text; None stays None.

    Raises:
        BadValues: Anything else, such as ``5/3/2026``, which can be read in two ways.
    """
    if value is None:
        return None
    if isinstance(value, dt.datetime) and not pd.isna(value):
        return value.date()
    if isinstance(value, dt.date) and not pd.isna(value):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        remedy = message("remedy.iso_date")
        raise BadValues(where=where, found=str(value), remedy=remedy) from None


def checked(frame: Any, role: Role) -> Any:
    """A table of the given role with its columns checked, ids as text and dates as midnights.

    Raises:
        MissingColumns: A required column is absent.
        BadValues: An id of a customer is missing or occurs twice; a date or number is not one; an
            outcome is neither true nor false.
    """
    wrapped = nw.from_native(frame)
    schema = wrapped.lazy().collect_schema()
    names = list(schema.names())
    missing = [c for c in REQUIRED[role] if c not in names]
    if role == "customers" and not missing and "start" not in names:
        missing = [c for c in ("tenure_months", "churned") if c not in names]
        missing = ["start", *missing] if missing else []
    if missing:
        raise MissingColumns(table=role, missing=missing, present=names)
    if role == "customers":
        _check_ids(wrapped)
    wrapped = _as_ids(wrapped, schema["customer_id"], role)
    if role == "usage":
        # A list of purchases has no categories; what is not known is missing.
        kinds = {"category": nw.String(), "quantity": nw.Float64()}
        blanks = {c: nw.lit(None).cast(k) for c, k in kinds.items() if c not in names}
        wrapped = wrapped.with_columns(**blanks) if blanks else wrapped
        names += blanks
    for column in DATES[role]:
        if column in names:
            wrapped = _as_midnights(wrapped, column, schema[column], role)
    for column in NUMBERS[role]:
        if column in names:
            wrapped = _as_numbers(wrapped, column, role)
    return _with_flags(wrapped, schema, role).to_native()


def _as_ids(frame: Any, dtype: Any, role: Role) -> Any:
    # Casting a pandas column of objects would turn a missing id into the text "None".
    if dtype == nw.String:
        return frame
    if dtype.is_integer() and frame.implementation.is_pandas():
        return _numbered(frame)
    if dtype.is_integer() and role == "usage" and isinstance(frame, nw.LazyFrame):
        frame = frame.with_columns(nw.col("customer_id").alias(NUMBER))
    text = nw.col("customer_id").cast(nw.String)
    # pandas makes whole numbers floats where one is missing: 1.0 is the id 1.
    return frame.with_columns(text.str.replace(r"\.0$", "") if dtype.is_float() else text)


def _numbered(frame: Any) -> Any:
    """A pandas column of whole numbers as texts, each distinct one made once."""
    native = frame.to_native()
    codes, numbers = pd.factorize(native["customer_id"])
    # A missing one has the code −1, so it meets the last text.
    texts = pd.Series([*(str(n) for n in numbers), None], dtype=object).to_numpy()
    ids = pd.Series(texts[codes], index=native.index, dtype=object)
    return nw.from_native(native.assign(customer_id=ids))


def _as_midnights(frame: Any, column: str, dtype: Any, role: Role) -> Any:
    """The column as naive midnights in microseconds; an all-missing column of any type too."""
    expression = nw.col(column)
    if isinstance(dtype, nw.Datetime) or dtype == nw.Datetime:
        # The wall clock counts: a day in Tokyo is not the day before in UTC.
        zone = getattr(dtype, "time_zone", None)
        if zone is not None:
            expression = expression.dt.replace_time_zone(None)
        return frame.with_columns(expression.cast(nw.Datetime("us")).dt.truncate("1d"))
    if dtype == nw.Date:
        return frame.with_columns(expression.cast(nw.Datetime("us")))
    if frame.implementation.is_pandas():
        return _parsed(frame, column, role)
    parsed = expression.cast(nw.String).str.to_datetime(format="%Y-%m-%d")
    return frame.with_columns(parsed.cast(nw.Datetime("us")))


def _parsed(frame: Any, column: str, role: Role) -> Any:
    """A pandas column of texts, dates or both."""
    native = frame.to_native()
    try:
        dates = pd.to_datetime(native[column], format="ISO8601")
        dates = dates.dt.tz_localize(None).dt.normalize().astype("datetime64[us]")
    except (TypeError, ValueError, AttributeError):
        remedy = message("remedy.iso_date")
        found = ", ".join(map(str, native[column].dropna().unique()[:3]))
        raise BadValues(where=f"{role}.{column}", found=found, remedy=remedy) from None
    return nw.from_native(native.assign(**{column: dates}))


def _as_numbers(frame: Any, column: str, role: Role) -> Any:
    try:
        # NaN and missing are the same to pandas, so they have to be everywhere.
        return frame.with_columns(nw.col(column).cast(nw.Float64).fill_nan(None))
    except (TypeError, ValueError):
        remedy = message("remedy.numbers")
        raise BadValues(where=f"{role}.{column}", found="–", remedy=remedy) from None


def _with_flags(frame: Any, schema: Any, role: Role) -> Any:
    if role == "customers" and "churned" in schema:
        frame = _as_outcomes(frame, schema["churned"])
    if role in ("customers", "contracts") and "not_renewing" in schema:
        frame = _as_flags(frame, schema["not_renewing"], role)
    return frame


def _as_outcomes(frame: Any, dtype: Any) -> Any:
    """``churned`` as it is when boolean, from 0 and 1 otherwise; a text would always be true."""
    if dtype == nw.Boolean:
        return frame
    _check_flags(frame, "churned", "customers")
    return frame


def _as_flags(frame: Any, dtype: Any, role: Role) -> Any:
    """``not_renewing`` as a boolean that may be missing; nobody has to say it of every customer."""
    if dtype == nw.Boolean:
        return frame
    _check_flags(frame, "not_renewing", role)
    if frame.implementation.is_pandas():
        native = frame.to_native()
        flags = native["not_renewing"].astype("float64").astype("boolean")
        return nw.from_native(native.assign(not_renewing=flags))
    return frame.with_columns(nw.col("not_renewing").cast(nw.Float64) > 0)


def _check_flags(frame: Any, column: str, role: Role) -> None:
    values = frame.lazy().select(column).unique().collect("pandas").to_native()[column]
    odd = [v for v in values if not pd.isna(v) and v not in (0, 1)]
    if odd:
        found = ", ".join(sorted(map(str, odd))[:3])
        remedy = message("remedy.true_or_false")
        raise BadValues(where=f"{role}.{column}", found=found, remedy=remedy)


def _check_ids(frame: Any) -> None:
    ids = frame.lazy().select("customer_id")
    blank = ids.filter(nw.col("customer_id").is_null()).select(n=nw.len()).collect("pandas")
    counts = ids.group_by("customer_id").agg(n=nw.len()).filter(nw.col("n") > 1)
    twice = counts.sort("customer_id").head(5).collect("pandas").to_native()
    found = [str(i) for i in twice["customer_id"] if not pd.isna(i)]
    if int(blank.to_native()["n"].iloc[0]):
        found.append("–")
    if found:
        raise BadValues(
            where="customers.customer_id",
            found=", ".join(found),
            remedy=message("remedy.unique_ids"),
        )
