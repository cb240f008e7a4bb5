"""Why customers leave: the share that has left by each month, by the reason given."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata.analyses.portfolio_survival import FEW
from csdata.analyses.survival import CumulativeIncidence, cumulative_incidence
from csdata.analyses.tenures import tenures
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio

HORIZON: Final = 12


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ChurnReasons:
    """Departures by reason.

    ``incidence`` are the curves. ``table`` has one row per group and reason: ``group``, ``reason``
    (None: not known), ``events`` (in all), ``share_12`` (of those who began: has left for it by 12
    months), ``lower``, ``upper``, ``exact`` (bounds by Clopper–Pearson), ``at_risk``.
    """

    incidence: CumulativeIncidence
    table: pd.DataFrame
    group: str | None
    set_aside: pd.DataFrame
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message


def churn_reasons(
    portfolio: Portfolio, *, reason: str = "churn_reason", group: str | None = None
) -> ChurnReasons:
    """The share of customers who have left by each month, by reason.

    Reasons compete: who left for one can no longer leave for another. The shares of all reasons and
    of those still there add up to 1. They do not say what would happen without a reason.

    Args:
        portfolio: Customers with dates, or with ``tenure_months`` and ``churned``.
        reason: The column of reasons. A departure without one is counted as not known.
        group: A column of the customers to draw apart.

    Raises:
        MissingColumns: There is no such column.
        NotEnoughData: Nobody can be followed, or nobody has left.
    """
    columns = [portfolio.resolve(reason), *([portfolio.resolve(group)] if group else [])]
    lived = tenures(portfolio, group=columns)
    if not lived.table["event"].any():
        raise NotEnoughData(found=0, needed=1, what=message("causes.what"))
    by = lived.groups[-1] if group else None
    found = cumulative_incidence(
        lived.table,
        duration="duration",
        event="event",
        entry="entry",
        cause=lived.groups[0],
        group=by,
    )
    table = _table(found)
    unknown = int(table.loc[table["reason"].isna(), "events"].sum())
    notes = [*lived.notes, message("causes.not_without")]
    if unknown:
        left = int(table["events"].sum())
        notes.append(message("causes.unknown", n=unknown, left=left))
    return ChurnReasons(
        incidence=found,
        table=table,
        group=columns[1] if group else None,
        set_aside=lived.set_aside,
        definition=found.definition,
        as_of=portfolio.as_of,
        n=found.n,
        notes=tuple(notes),
        finding=_finding(found, table),
    )


def _table(found: CumulativeIncidence) -> pd.DataFrame:
    at = found.at(HORIZON, exact_ends=True)
    totals = [int(part.events.sum()) for part in found.parts]
    names = {"cause": "reason", "incidence": "share_12"}
    columns = ["group", "cause", "incidence", "lower", "upper", "exact", "at_risk"]
    table = at[columns].rename(columns=names)
    table.insert(2, "events", totals)
    return table


def _finding(found: CumulativeIncidence, table: pd.DataFrame) -> Message:
    """The reason most have left for by 12 months, where one curve supports it."""
    known = table[table["reason"].notna() & table["share_12"].notna()]
    if len(found.parts) != len(found.causes) or known.empty or int(table["at_risk"].max()) < FEW:
        return found.finding
    row = known.iloc[int(np.argmax(known["share_12"]))]
    others = known["share_12"].drop(index=row.name)
    values: dict[str, Any] = {name: float(row[name]) for name in ("share_12", "lower", "upper")}
    alone = float(row["lower"]) > float(others.max()) if len(others) else True
    start = found.parts[0].curve.start
    return message(
        "causes.finding_given" if start > 0 else "causes.finding",
        months=HORIZON,
        start=start,
        reason=row["reason"],
        n=found.n,
        caveat=message(f"causes.{'clear' if alone else 'close'}"),
        **values,
    )
