"""Months, windows and the boundary rule: how far into a contract a date lies.

Everything works on *day numbers* (days since 1970-01-01) and *month indices* (12·year + month − 1)
with integer arithmetic only. This is the rule for single dates; :mod:`csdata.months` applies the
same to whole columns, and the tests hold the two equal.

Contract-month clock: ``boundary(start, k)`` is start + k months; where that day does not exist it
is the first day of the following month, because a period without a corresponding day expires at
the end of the month's last day. A date from the clipped day (the month's last) to the boundary
counts as exactly k, since some systems clip.

Source: docs/definitions.md, section Clock.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from typing import Any, Final, Literal

from csdata.errors import BadValues
from csdata.i18n import message

Clock = Literal["contract", "calendar"]
Period = Literal["month", "quarter", "year"]

EPOCH: Final = dt.date(1970, 1, 1)
FISCAL_START: Final = 4
"""First month of a fiscal year; Japanese companies' April."""


def month_index(day: dt.date) -> int:
    """12·year + month − 1."""
    return 12 * day.year + day.month - 1


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def from_day_number(number: int) -> dt.date:
    """The date of a day number."""
    return EPOCH + dt.timedelta(days=number)


def first_day(index: Any) -> Any:
    """Day number of the first day of a month index.

    Source: the civil-calendar algorithm of Hinnant, with the year beginning in March.
    """
    # Months counted from March 0000, so that the leap day ends the year and no branch is needed.
    shifted = index - 2
    year = shifted // 12
    month = shifted % 12
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5
    return days - 719468


def boundary(start: dt.date, months: int) -> dt.date:
    """Start + ``months``; a day that does not exist becomes the first of the following month."""
    index = month_index(start) + months
    number = min(first_day(index) + start.day - 1, first_day(index + 1))
    return from_day_number(number)


def months_between(start: dt.date, end: dt.date) -> float:
    """Age in contract months at ``end``: whole months plus the fraction of the running one.

    ``end`` is exclusive (the first day without a contract), so a 12-month contract gives 12.0.
    Negative when ``end`` lies before ``start``.
    """
    whole = month_index(end) - month_index(start)
    index = month_index(start) + whole
    if end.day < min(start.day, calendar.monthrange(end.year, end.month)[1]):
        whole, index = whole - 1, index - 1
    lower = min(first_day(index) + start.day - 1, first_day(index + 1))
    upper = min(first_day(index + 1) + start.day - 1, first_day(index + 2))
    return whole + max(0, day_number(end) - lower) / (upper - lower)


def age(start: dt.date, as_of: dt.date) -> int:
    """Whole contract months passed: the largest k with ``boundary(start, k) <= as_of``."""
    whole = month_index(as_of) - month_index(start)
    return whole if boundary(start, whole) <= as_of else whole - 1


def month_end(day: dt.date) -> dt.date:
    """Last day of the month of ``day``."""
    return from_day_number(first_day(month_index(day) + 1) - 1)


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day ``months`` earlier; the last day of a month stays one.

    >>> months_before(dt.date(2026, 2, 28), 12)
    datetime.date(2025, 2, 28)
    >>> months_before(dt.date(2025, 2, 28), 12)
    datetime.date(2024, 2, 29)
    """
    index = month_index(day) - months
    last = from_day_number(first_day(index + 1) - 1)
    return last if day == month_end(day) else last.replace(day=min(day.day, last.day))


def first_of_index(index: int) -> dt.date:
    """First day of a month index."""
    return dt.date(index // 12, index % 12 + 1, 1)


def cohort_months(period: Period) -> int:
    """Months in a cohort period."""
    return {"month": 1, "quarter": 3, "year": 12}[period]


def cohort_index(index: Any, period: Period, fiscal_start: int = FISCAL_START) -> Any:
    """Month index of the first month of the cohort that a month index falls into.

    Quarters and years follow the fiscal year; integers, arrays or expressions alike.
    """
    width = cohort_months(period)
    offset = (fiscal_start - 1) % width
    return (index - offset) // width * width + offset


def fiscal_year(day: dt.date, fiscal_start: int = FISCAL_START) -> int:
    """The year that names the fiscal year: 2026-03-31 is 2025年度."""
    return day.year if day.month >= fiscal_start else day.year - 1


def fiscal_quarter(day: dt.date, fiscal_start: int = FISCAL_START) -> int:
    """1 to 4: the quarter of the fiscal year that a day lies in."""
    return (day.month - fiscal_start) % 12 // 3 + 1


def check_fiscal_start(month: int) -> None:
    """A fiscal year begins with one of the twelve months.

    Raises:
        BadValues: It does not.
    """
    if isinstance(month, bool) or month not in range(1, 13):
        raise BadValues(where="fiscal_start", found=month, remedy=message("remedy.fiscal_start"))


def largest_fitting(limit: float, choices: tuple[int, ...] = (6, 12, 24, 36)) -> int | None:
    """The largest of ``choices`` not beyond ``limit`` (months of follow-up); None if none fits."""
    fitting = [c for c in choices if not math.isnan(limit) and c <= limit]
    return max(fitting, default=None)
