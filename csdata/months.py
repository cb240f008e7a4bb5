"""Months between date columns, on every backend: :mod:`csdata.clock` for whole tables.

Dates are turned into integers first, so no backend's own date arithmetic is trusted; they are kept
as floats, because pandas has no integer that can be missing.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw

# Expressions are kept short and intermediate results are columns: a formula that nests another one
# several times over grows exponentially, which pandas answers with seconds and DuckDB with an
# out-of-memory error.


def month_of(column: str) -> nw.Expr:
    """Month index of a date column (missing stays missing)."""
    date = nw.col(column).dt
    return date.year().cast(nw.Float64) * 12 + date.month().cast(nw.Float64) - 1


def _day(column: str) -> nw.Expr:
    return nw.col(column).dt.day().cast(nw.Float64)


def _smaller(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    return nw.when(a < b).then(a).otherwise(b)


def _with_first_days(frame: nw.LazyFrame[Any], **months: nw.Expr) -> nw.LazyFrame[Any]:
    """Adds day numbers of the first day of month indices, as :func:`csdata.clock.first_day`."""
    shifted = {f"_{name}_y": (index - 2) // 12 for name, index in months.items()}
    shifted |= {f"_{name}_m": (index - 2) % 12 for name, index in months.items()}
    days: dict[str, nw.Expr] = {}
    for name in months:
        year, month = nw.col(f"_{name}_y"), nw.col(f"_{name}_m")
        leap = year // 4 - year // 100 + year // 400
        days[name] = 365 * year + leap + (153 * month + 2) // 5 - 719468
    return frame.with_columns(**shifted).with_columns(**days).drop(*shifted)


def with_day(frame: nw.LazyFrame[Any], out: str, date: str) -> nw.LazyFrame[Any]:
    """Adds the day number of a date column (missing stays missing)."""
    frame = _with_first_days(frame, _f=month_of(date))
    return frame.with_columns((nw.col("_f") + _day(date) - 1).alias(out)).drop("_f")


def with_months(frame: nw.LazyFrame[Any], out: str, start: str, stop: str) -> nw.LazyFrame[Any]:
    """Adds the contract months between two dates, as :func:`csdata.clock.months_between`."""
    frame = frame.with_columns(
        _m=month_of(stop), _d=_day(stop), _sm=month_of(start), _sd=_day(start)
    )
    frame = _with_first_days(frame, _f0=nw.col("_m"), _f1=nw.col("_m") + 1)
    frame = frame.with_columns(_least=_smaller(nw.col("_sd"), nw.col("_f1") - nw.col("_f0")))
    early = nw.when(nw.col("_d") < nw.col("_least")).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    frame = frame.with_columns(_whole=nw.col("_m") - nw.col("_sm") - early)
    index = nw.col("_sm") + nw.col("_whole")
    frame = _with_first_days(frame, _g0=index, _g1=index + 1, _g2=index + 2)
    frame = frame.with_columns(
        _lower=_smaller(nw.col("_g0") + nw.col("_sd") - 1, nw.col("_g1")),
        _upper=_smaller(nw.col("_g1") + nw.col("_sd") - 1, nw.col("_g2")),
        _now=nw.col("_f0") + nw.col("_d") - 1,
    )
    # A date from the clipped day to the boundary counts as exactly the boundary.
    frame = frame.with_columns(
        _days=nw.when(nw.col("_now") > nw.col("_lower"))
        .then(nw.col("_now") - nw.col("_lower"))
        .otherwise(nw.lit(0.0))
    )
    frame = frame.with_columns(
        (nw.col("_whole") + nw.col("_days") / (nw.col("_upper") - nw.col("_lower"))).alias(out)
    )
    return frame.drop(
        "_m", "_d", "_sm", "_sd", "_f0", "_f1", "_least", "_whole", "_g0", "_g1", "_g2",
        "_lower", "_upper", "_now", "_days",
    )  # fmt: skip


def with_age(frame: nw.LazyFrame[Any], out: str, start: str, day: str) -> nw.LazyFrame[Any]:
    """Adds the whole contract months passed at a date: the largest k with boundary k ≤ day."""
    # Boundary k lies after a day of its month exactly when the start day does: where the start day
    # does not exist the boundary is the first of the next month, after every day of this one.
    late = nw.when(_day(start) > _day(day)).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    return frame.with_columns((month_of(day) - month_of(start) - late).alias(out))


def with_boundary(frame: nw.LazyFrame[Any], out: str, start: str, months: str) -> nw.LazyFrame[Any]:
    """Adds the day number of start + a column of whole months, as :func:`csdata.clock.boundary`."""
    frame = frame.with_columns(_i=month_of(start) + nw.col(months))
    frame = _with_first_days(frame, _g0=nw.col("_i"), _g1=nw.col("_i") + 1)
    frame = frame.with_columns(_same=nw.col("_g0") + _day(start) - 1)
    return frame.with_columns(_smaller(nw.col("_same"), nw.col("_g1")).alias(out)).drop(
        "_i", "_g0", "_g1", "_same"
    )
