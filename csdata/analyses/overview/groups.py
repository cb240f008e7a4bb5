"""Groups of customers who leave more, or less, than the others."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

import narwhals as nw
import numpy as np
import pandas as pd

from csdata.analyses.intervals import Interval
from csdata.analyses.portfolio_survival import FEW, HORIZONS
from csdata.analyses.survival import against_rest, kaplan_meier
from csdata.analyses.tenures import Tenures, tenures
from csdata.i18n import Message, message
from csdata.schema import DATES, KNOWN_LATE, NUMBERS, lazy
from csdata.tables import Portfolio

MOST_GROUPS: Final = 12
SMALLEST: Final = 10
"""Customers of a group, and of the rest, from which on it is looked at."""
EXPECTED: Final = 5.0
"""Departures that a group and the rest would have anyway: with fewer the test is not exact."""
_IDENTITY: Final = frozenset({"customer_id", "name", *DATES["customers"]})
_KINDS: Final = (nw.String, nw.Boolean, nw.Categorical, nw.Enum, nw.Object)
_TIMES: Final = ("entry", "duration", "event")


@dataclass(frozen=True, slots=True)
class Group:
    """The customers with one value of a column, against those with any other."""

    column: str
    label: Message | str
    value: Hashable
    n: int
    observed: int
    expected: float
    p_value: float


def columns(portfolio: Portfolio) -> list[str]:
    """Columns of the customers with few values that are known before the outcome.

    Texts, and yes or no, with 2 to 12 values; nothing that is settled with or after a departure.
    No numbers: a score or a count is measured in the course of a life, so that whoever leaves early
    has none or a small one, and the groups would differ whatever it meant.
    """
    frame = lazy(portfolio.customers)
    found: list[str] = []
    for name, kind in frame.collect_schema().items():
        if name in _IDENTITY or name in NUMBERS["customers"] or name in KNOWN_LATE:
            continue
        if not any(kind == known for known in _KINDS):
            continue
        counted = frame.filter(~nw.col(name).is_null()).select(n=nw.col(name).n_unique())
        n = int(counted.collect("pandas").to_native()["n"].iloc[0])
        if 1 < n <= MOST_GROUPS:
            found.append(name)
    return found


def found(portfolio: Portfolio) -> tuple[list[Group], Tenures | None]:
    """Every group that is large enough to be compared, and the lives it was compared by."""
    names = columns(portfolio)
    if not names:
        return [], None
    lived = tenures(portfolio, group=names)
    groups: list[Group] = []
    for column, title in zip(names, lived.groups, strict=True):
        if _tells_who_left(lived.table, title):
            continue
        compared = against_rest(
            lived.table, duration="duration", event="event", entry="entry", group=title
        )
        groups += _large(portfolio, column, compared)
    return groups, lived


def _tells_who_left(table: pd.DataFrame, column: str) -> bool:
    """Whether some value says that everybody left and another that nobody did."""
    known = table.groupby(column, observed=True)["event"].agg(["size", "mean"])
    large = known[known["size"] >= FEW]
    return bool((large["mean"] == 1).any() and (large["mean"] == 0).any())


def _large(portfolio: Portfolio, column: str, compared: pd.DataFrame) -> list[Group]:
    n, expected = int(compared["n"].sum()), float(compared["expected"].sum())
    large: list[Group] = []
    for _, row in compared.iterrows():
        least = min(row["n"], n - row["n"])
        anyway = min(row["expected"], expected - row["expected"])
        if least < SMALLEST or anyway < EXPECTED or np.isnan(row["p_value"]):
            continue
        large.append(
            Group(
                column=column,
                label=portfolio.label(column),
                value=row["group"],
                n=int(row["n"]),
                observed=round(row["observed"]),
                expected=float(row["expected"]),
                p_value=float(row["p_value"]),
            )
        )
    return large


def _said(value: Hashable) -> object:
    if isinstance(value, (bool, np.bool_)):
        return message("overview.yes" if value else "overview.no")
    return str(value)


def say(group: Group, lived: Tenures) -> Message:
    """What the comparison found: departures against those expected, and both retentions."""
    title = next(t for t in lived.groups if t in {group.column, f"{group.column}_group"})
    told = lived.table[title]
    table = lived.table.loc[told.notna(), list(_TIMES)].assign(
        own=told[told.notna()] == group.value
    )
    curves = kaplan_meier(table, duration="duration", event="event", entry="entry", group="own")
    direction = "more" if group.observed > group.expected else "less"
    values = {
        "column": group.label,
        "by": group.column,
        "value": _said(group.value),
        "n": group.n,
        "observed": group.observed,
        "expected": group.expected,
    }
    for horizon in HORIZONS:
        at = curves.at(horizon, exact_ends=True)
        if not bool(((at["at_risk"] >= FEW) & at["survival"].notna()).all()):
            continue
        rest, own = (
            Interval(*(float(row[c]) for c in ("survival", "lower", "upper")))
            for _, row in at.iterrows()
        )
        for name, share in (("own", own), ("rest", rest)):
            values |= {name: share.estimate}
            values |= {f"{name}_lower": share.lower, f"{name}_upper": share.upper}
        return message(f"overview.says.group_{direction}", horizon=horizon, **values)
    return message(f"overview.says.group_{direction}_plain", **values)
