"""Text → dates, decided per column: the order of day and month, two-digit years, time zones."""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from csdata.errors import BadValues
from csdata.i18n import message
from csdata.intake.columns import Bools, folded
from csdata.intake.date_forms import Found, Numbers, century, find

DayFirst = Literal["ymd", "day", "month", "undecided"]
Days = npt.NDArray[np.datetime64]

ZONE: Final = "Asia/Tokyo"
"""Where a moment in UTC is read before its date is taken, unless a recipe says otherwise."""

EPOCH: Final = np.datetime64("1899-12-30", "D")
"""Day 0 of serial numbers from March 1900 on: spreadsheets believe in a 29 February 1900."""

SHIFT_1904: Final = 1462
SERIALS: Final = (18_264, 73_415)
"""From 1950 to 2100: a smaller number in a column of dates is a year or a count."""

LAST: Final = np.datetime64("9999-12-31", "D")
NEVER: Final = 2_958_465
"""The serial number of 9999-12-31."""


@dataclass(frozen=True, eq=False, slots=True)
class Dates:
    """Dates of the distinct texts of a column.

    Attributes:
        values: ``datetime64[us]``, local time of day; NaT where not read.
        ok: Which texts are dates.
        order: How day and month stand where the year comes last; ``ymd`` if it nowhere does.
        shaped: Which are written as a date and are none: 2026-02-30.
        months: Which state a month only; their value is its first day.
        serials: Which are serial numbers of a spreadsheet.
        eras: Which count the years of a Japanese era.
        short: Which have years of two digits.
        zoned: Which state their distance from UTC.
        moved: Which of those are another day here than the one they write.
        year_first: Which have year, month and day in that order.
        year_last: Which have day and month in front of the year, in either order and with any sign.
    """

    values: Days
    ok: Bools
    order: DayFirst
    shaped: Bools
    months: Bools
    serials: Bools
    eras: Bools
    short: Bools
    zoned: Bools
    moved: Bools
    year_first: Bools
    year_last: Bools


def dates(
    texts: pa.StringArray,
    *,
    day_first: bool | None = None,
    wanted: bool = False,
    zone: str = ZONE,
    epoch_1904: bool = False,
) -> Dates:
    """Dates in any of the forms of an export.

    ``2026-03-01`` and ``2022/02/16 8:07`` speak for themselves. Of ``5/3/2026`` the column decides:
    a first number above 12 anywhere makes it day/month, a second one month/day. If neither occurs,
    ``day_first`` decides, and without it the column stays undecided.

    Args:
        texts: Distinct texts of one column.
        day_first: Whether ``5/3/2026`` is the fifth of March where the column does not show it.
        wanted: The column is known to hold dates, so bare months, serial numbers, ``R8.3.5``,
            ``20260305`` and years of two digits are read, too.
        zone: IANA name of the time zone in which moments with an offset are read.
        epoch_1904: Serial numbers count from 1904.
    """
    found = find(folded(texts), wanted=wanted)
    order = _order([f for f in found if f.form.kind == "last"], day_first=day_first)
    short = _short_order([f for f in found if f.form.kind == "short"], day_first=day_first)
    n = len(texts)
    values = np.full(n, np.datetime64("NaT"), dtype="datetime64[us]")
    seen = {name: np.zeros(n, dtype=bool) for name in ("shaped", "zoned", "moved")}
    kinds = {kind: np.zeros(n, dtype=bool) for kind in _KINDS}
    for form in found:
        kind = form.form.kind
        if (kind, order) == ("last", "undecided") or (kind, short) == ("short", "undecided"):
            kinds[kind][form.at] = True
            continue
        moments = (
            _of_serials(form.serial, epoch_1904=epoch_1904)
            if kind == "serial"
            else _moments(form, short if kind == "short" else order)
        )
        local = _local(moments, form, zone)
        values[form.at] = local
        kinds[kind][form.at] = True
        seen["zoned"][form.at] = form.zoned
        seen["moved"][form.at] = form.zoned & (midnights(local) != midnights(moments))
        seen["shaped"][form.at] = np.isnat(local) & (kind != "serial")
    undecided = "undecided" in {order, short}
    return Dates(
        values=values,
        ok=~np.isnat(values),
        order="undecided" if undecided else order if order != "ymd" else _told(short),
        months=kinds["month"],
        serials=kinds["serial"] & ~np.isnat(values),
        eras=kinds["era"],
        short=kinds["short"],
        year_first=kinds["first"],
        year_last=kinds["last"] | kinds["dotted"] | (kinds["short"] & (short != "ymd")),
        **seen,
    )


_KINDS: Final = ("first", "last", "dotted", "short", "named", "era", "month", "serial")


def could_be_dates(texts: pa.StringArray) -> Bools:
    """Which texts could be dates if dates are wanted; day and month may stand either way."""
    return dates(texts, day_first=True, wanted=True).ok | dates(texts, day_first=False).ok


def midnights(values: Days) -> Days:
    """Moments cut to their day."""
    return values.astype("datetime64[D]").astype("datetime64[us]")


def checked_zone(name: str | None) -> str:
    """The name of a time zone, Japan's if none is given.

    Raises:
        BadValues: There is no such zone.
    """
    if name is None:
        return ZONE
    if name not in _zones():
        remedy = message("remedy.timezone")
        raise BadValues(where="timezone", found=name, remedy=remedy)
    return name


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


# ---------------------------------------------------------------------------- what a column decides


def _order(found: Sequence[Found], *, day_first: bool | None) -> DayFirst:
    if not found:
        return "ymd"
    first, second = (max(int(getattr(f, name).max()) for f in found) for name in ("a", "b"))
    if first > 12 and second <= 12:  # noqa: PLR2004 (months in a year)
        return "day"
    if second > 12 and first <= 12:  # noqa: PLR2004
        return "month"
    if day_first is None:
        return "undecided"
    return "day" if day_first else "month"


def _short_order(found: Sequence[Found], *, day_first: bool | None) -> DayFirst | Literal["none"]:
    """The order of three numbers of two digits: the one in which all of them are dates.

    Of year first and day first the one with clearly fewer years is meant: the years of one
    company's customers are few, the days of the month are many.
    """
    if not found:
        return "none"
    a, b, c = (np.concatenate([getattr(f, name) for f in found]) for name in "abc")
    readings: dict[DayFirst, tuple[Numbers, Numbers, Numbers]] = {
        "ymd": (a, b, c),
        "day": (c, b, a),
        "month": (c, a, b),
    }
    possible: dict[DayFirst, int] = {
        order: len(np.unique(year))
        for order, (year, month, day) in readings.items()
        if not np.isnat(_days(century(year), month, day)).any()
    }
    if len(possible) == 1:
        return next(iter(possible))
    ranked = sorted(possible.items(), key=lambda reading: reading[1])
    if ranked and 2 * ranked[0][1] < ranked[1][1]:
        return ranked[0][0]
    if day_first is None:
        return "undecided"
    return "day" if day_first else "month"


def _told(short: DayFirst | Literal["none"]) -> DayFirst:
    return "ymd" if short == "none" else short


# ------------------------------------------------------------------------------------ the calendar


def _moments(found: Found, order: str) -> Days:
    """Moments of the calendar as written; NaT for a day or a time that does not exist."""
    kind = found.form.kind
    day_month = (found.b, found.a) if order != "month" or kind == "dotted" else (found.a, found.b)
    if kind == "short":
        year = century(found.a if order == "ymd" else found.c)
        month, day = (found.b, found.c) if order == "ymd" else day_month
    elif kind in {"last", "dotted"}:
        year, (month, day) = found.year, day_month
    else:
        year, month = found.year, found.month
        day = np.ones_like(found.day) if kind == "month" else found.day
    moments = _days(year, month, day).astype("datetime64[us]") + found.seconds.astype(
        "timedelta64[s]"
    )
    return np.where(found.seconds >= 0, moments, np.datetime64("NaT", "us"))


def _days(years: Numbers, months: Numbers, days: Numbers) -> Days:
    index = (years - 1970) * 12 + np.clip(months, 1, 12) - 1
    first = index.astype("datetime64[M]")
    found = first.astype("datetime64[D]") + (days - 1)
    exists = (
        (years > 0)
        & (months >= 1)
        & (months <= 12)  # noqa: PLR2004
        & (days >= 1)
        & (found.astype("datetime64[M]") == first)
    )
    return np.where(exists, found, np.datetime64("NaT", "D"))


def _of_serials(serials: npt.NDArray[np.float64], *, epoch_1904: bool) -> Days:
    numbers = serials + SHIFT_1904 * epoch_1904
    low, high = SERIALS
    usual = ((numbers >= low) & (numbers < high + 1)) | (np.floor(numbers) == NEVER)
    seconds = np.round(np.where(usual, numbers, 0) * 86_400).astype(np.int64)
    moments = EPOCH.astype("datetime64[us]") + seconds.astype("timedelta64[s]")
    return np.where(usual, moments, np.datetime64("NaT", "us"))


def _local(moments: Days, found: Found, zone: str) -> Days:
    """Moments with an offset as the clocks of ``zone`` showed them; the others as they are."""
    if not found.zoned.any():
        return moments
    # The last day of the calendar means "never", wherever one is.
    there = found.zoned & (moments < LAST)  # NaT compares false
    utc = moments[there] - found.offset[there].astype("timedelta64[m]")
    shown = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    local = moments.copy()
    local[there] = shown.to_numpy().astype("datetime64[us]")
    return local
