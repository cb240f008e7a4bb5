"""The last day with a contract against the first day without one.

``end`` is the first day **without** a contract. Files mostly state the last day **with** one, so a
day is added, said so, and asked about. What a heading names decides the proposal:

* the end of a period — 契約終了日, 満了日, 利用終了日, End Date: the last day, always;
* the act of leaving — 解約日, 退会日, Churn Date: the last day too (a contract given up per the end
  of March still runs on that day), unless the dates themselves say otherwise: if they mostly fall
  on the day of the month on which the contract began, or on the first of a month, rather than on
  the day before, they are the first day without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ENOUGH = 5
"""Dates that have to speak for the unusual reading, and be twice as many as those against it."""

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many end dates look like a last day with a contract, and like a first day without."""

    last: int
    first: int

    def proposal(self, *, leaving: bool) -> bool:
        """Whether the dates are to be read as the last day with a contract."""
        return not (leaving and self.first >= ENOUGH and self.first > 2 * self.last)


def evidence(
    ends: npt.NDArray[np.datetime64], starts: npt.NDArray[np.datetime64] | None
) -> Evidence:
    """Count end dates at the edges of months and of contract months."""
    present = ~np.isnat(ends)
    ends = ends[present]
    return Evidence(
        last=int(_on_boundary(ends + _DAY, starts, present).sum()),
        first=int(_on_boundary(ends, starts, present).sum()),
    )


def _on_boundary(
    days: npt.NDArray[np.datetime64],
    starts: npt.NDArray[np.datetime64] | None,
    present: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    on_edge = _day_of_month(days) == 1
    if starts is not None:
        begun = starts[present]
        on_edge |= ~np.isnat(begun) & (_day_of_month(days) == _day_of_month(begun))
    return on_edge


def _day_of_month(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    dates = days.astype("datetime64[D]")
    return (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1


def month_after(
    whole: npt.NDArray[np.datetime64],
    settled: npt.NDArray[np.datetime64],
    months: npt.NDArray[np.bool_],
) -> npt.NDArray[np.datetime64]:
    """``settled`` with the first day of the next month where ``whole`` states a month only."""
    following = whole.astype("datetime64[M]") + np.timedelta64(1, "M")
    return np.where(months, following.astype(whole.dtype), settled)


def day_after(ends: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    """The first day without, from the last day with."""
    return ends + _DAY
