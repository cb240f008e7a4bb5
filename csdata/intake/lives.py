"""Contracts → lives: the spans in which somebody is a customer, with gaps bridged by a stated rule.

A gap of up to *g* days between two contracts is one life: renewals are signed late. The other side
of that rule is that a contract which ended less than *g* days before the as-of date *A* may still
be renewed. To count it as a departure would count as lost who is only late, so that the analysis
looks at A* = A − g, and those who ended in (A*, A] are listed as waiting for their renewal.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

BRIDGE_DAYS: Final = 30
"""Gap that is bridged where lives come from contracts and the user has said nothing."""

_OPEN: Final = np.datetime64("9999-12-31", "us")


@dataclass(frozen=True, eq=False, slots=True)
class Lives:
    """Lives of customers.

    Attributes:
        table: ``customer_id`` (of the life: the first of a customer keeps the id, a later one gets
            `` (2)`` …), ``account`` (the id as given), ``start``, ``end`` (first day without a
            contract, missing while it runs), ``contracts`` (how many it is made of), ``first`` (row
            of its first contract in the spans).
        bridged: Gaps that were bridged.
        returned: Customers with more than one life.
    """

    table: pd.DataFrame
    bridged: int
    returned: int


def lives(
    spans: pd.DataFrame, *, bridge_days: int, returning: Literal["new", "one"] = "new"
) -> Lives:
    """The lives that contracts make.

    Args:
        spans: ``customer_id``, ``start``, ``end`` (missing: open): one row per contract. Rows
            without an id or a start are left out.
        bridge_days: Gap in days, ``start`` less ``end`` before, up to which it is one life.
        returning: What a longer gap makes: a new life, or still one from the first start on.
    """
    rows = spans.loc[spans["customer_id"].notna() & spans["start"].notna()]
    rows = rows.assign(_first=rows.index).sort_values(
        ["customer_id", "start"], kind="stable", ignore_index=True
    )
    ids = rows["customer_id"].to_numpy(dtype=object)
    starts = rows["start"].to_numpy(dtype="datetime64[us]")
    ends = rows["end"].to_numpy(dtype="datetime64[us]")
    ends = np.where(np.isnat(ends), _OPEN, ends)
    reach = pd.Series(ends).groupby(ids, sort=False).cummax().to_numpy(dtype="datetime64[us]")
    new_customer = np.ones(len(rows), dtype=bool)
    new_customer[1:] = ids[1:] != ids[:-1]
    gap = np.zeros(len(rows), dtype=np.int64)
    gap[1:] = (starts[1:] - reach[:-1]).astype("timedelta64[D]").astype(np.int64)
    gap[new_customer] = 0
    apart = new_customer | (gap > bridge_days)
    begins = new_customer if returning == "one" else apart
    life = np.cumsum(begins) - 1
    number = life - life[np.maximum.accumulate(np.where(new_customer, np.arange(len(rows)), 0))] + 1
    at = np.flatnonzero(begins)
    end = pd.Series(reach).groupby(life, sort=False).last().to_numpy(dtype="datetime64[us]")
    named = [f"{i} ({n})" if n > 1 else i for i, n in zip(ids[at], number[at], strict=True)]
    table = pd.DataFrame(
        {
            "customer_id": np.array(named, dtype=object),
            "account": ids[at],
            "start": starts[at],
            "end": np.where(end == _OPEN, np.datetime64("NaT", "us"), end),
            "contracts": np.bincount(life, minlength=len(at)),
            "first": rows["_first"].to_numpy()[at],
        }
    )
    returned = len(np.unique(ids[apart & ~new_customer].astype(str)))
    return Lives(table, int(((gap > 0) & ~apart).sum()), returned)


def analysis_day(as_of: dt.date | None, bridge_days: int) -> dt.date | None:
    """A* = A − g: the last day on which it is settled whether a contract was renewed."""
    return None if as_of is None else as_of - dt.timedelta(days=bridge_days)


def waiting(table: pd.DataFrame, as_of: dt.date | None, bridge_days: int) -> tuple[str, ...]:
    """Customers whose last contract ended in (A*, A] and may still be renewed."""
    day = analysis_day(as_of, bridge_days)
    if as_of is None or day is None:
        return ()
    ended = table["end"].between(pd.Timestamp(day), pd.Timestamp(as_of), inclusive="right")
    return tuple(table.loc[ended, "customer_id"].astype(str))


def assigned(rows: pd.DataFrame, table: pd.DataFrame, day: str) -> pd.Series:
    """For rows of customers the life in which their day falls; before the first life: the first.

    Args:
        rows: ``customer_id`` as given, and a date column ``day``.
        table: Lives (:attr:`Lives.table`).
        day: Name of the date column.
    """
    given = rows["customer_id"].to_numpy(dtype=object)
    several = table.loc[table["account"].duplicated(keep=False)]
    hit = pd.Series(given).isin(set(several["account"])).to_numpy()
    result = pd.Series(given.copy(), index=rows.index)  # the rows belong to the caller
    if not hit.any():
        return result
    asked = pd.DataFrame(
        {
            "account": given[hit],
            "day": rows[day].to_numpy(dtype="datetime64[us]")[hit],
            "at": np.flatnonzero(hit),
        }
    )
    asked = asked.loc[asked["day"].notna()].sort_values("day", kind="stable")
    right = several.rename(columns={"start": "day"}).sort_values("day", kind="stable")
    found = pd.merge_asof(asked, right[["account", "day", "customer_id"]], on="day", by="account")
    found["customer_id"] = found["customer_id"].fillna(found["account"])
    result.iloc[found["at"].to_numpy()] = found["customer_id"].to_numpy(dtype=object)
    return result
