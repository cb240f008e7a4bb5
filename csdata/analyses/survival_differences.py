"""How much groups of customers differ in staying: at fixed months, on average, and by test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata.analyses.portfolio_survival import FEW, what_share
from csdata.analyses.survival import (
    LogRank,
    Pairs,
    SurvivalCurves,
    Trend,
    kaplan_meier,
    logrank,
    pairwise_logrank,
    trend_test,
)
from csdata.analyses.survival import landmark as from_landmark
from csdata.analyses.tenures import tenures
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio

HORIZONS: Final = (6, 12, 24)
MOST_PAIRED: Final = 12


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SurvivalDifferences:
    """Groups of customers compared.

    Only groups with a name and at least 5 customers are compared (``groups``). ``table`` has one
    row per pair and month: ``group``, ``reference``, ``time``, ``at_risk`` (in the smaller of the
    two), ``difference`` (of the shares still there), ``lower``, ``upper``, ``finding`` (Message;
    with fewer than 5 at risk it makes no claim). ``means`` has one row per pair: ``group``,
    ``reference``, ``difference`` (of the mean months up to ``tau``), ``se``, ``lower``, ``upper``,
    ``finding``. The intervals of all pairs hold at once. Beyond twelve groups both are empty.

    ``test`` is the log-rank test over all, ``pairs`` that of each pair (each against the rest
    beyond twelve groups), ``trend`` that along an order; None where there is nothing to compare.
    """

    table: pd.DataFrame
    means: pd.DataFrame
    tau: int | None
    test: LogRank | None
    pairs: Pairs | None
    trend: Trend | None
    curves: SurvivalCurves
    groups: tuple[Any, ...]
    excluded: Mapping[str, int]
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message


def survival_differences(
    portfolio: Portfolio,
    *,
    group: str,
    landmark: float | None = None,
    strata: str | None = None,
    order: Sequence[Any] | None = None,
    times: Sequence[float] = HORIZONS,
) -> SurvivalDifferences:
    """By how much the customers of one group stay longer than those of another.

    Args:
        portfolio: Customers with dates, or with ``tenure_months`` and ``churned``.
        group: A column of the customers (its name or the header of the file).
        landmark: Months from the start at which the clock begins; only who stays longer counts.
        strata: A column, such as the plan, within whose values the tests compare the groups. The
            differences and means are not stratified.
        order: All the groups in their order, for a test of a trend.
        times: Months at which the shares still there are compared.

    Raises:
        MissingColumns: There is no such column.
        NotEnoughData: There are not two groups of 5 customers.
        BadValues: The landmark is negative, or a group is not in ``order``.
    """
    columns = [portfolio.resolve(group), *([portfolio.resolve(strata)] if strata else [])]
    lived = tenures(portfolio, group=columns)
    by, stratum = lived.groups[0], lived.groups[-1] if strata else None
    table, excluded = lived.table, dict[str, int]()
    options: dict[str, Any] = {"duration": "duration", "event": "event", "entry": "entry"}
    if landmark is not None:
        later = from_landmark(table, **options, at=float(landmark))
        table, excluded = later.table, dict(later.excluded)
    sizes = table[by].value_counts()
    large = table[table[by].isin(sizes.index[sizes >= FEW])]
    if large[by].nunique() < 2:  # noqa: PLR2004 (a comparison needs two)
        what = message("survival.what.groups")
        raise NotEnoughData(found=int(large[by].nunique()), needed=2, what=what)
    curves = kaplan_meier(large, **options, group=by, common_start=True)
    tested: dict[str, Any] = {**options, "group": by, "strata": stratum}
    notes = [*lived.notes]
    if small := len(table) - len(large):
        notes.append(message("differences.left_out", n=small, few=FEW))
    if many := len(curves.parts) > MOST_PAIRED:
        notes.append(message("differences.many", n=len(curves.parts), most=MOST_PAIRED))
    shares = _shares(curves, times, landmark=landmark, many=many)
    tau = None if many else curves.default_tau()
    test = _or_none(logrank, large, **tested)
    trend = None if order is None else _or_none(trend_test, large, **tested, order=order)
    return SurvivalDifferences(
        table=shares,
        means=_means(curves, tau, landmark=landmark),
        tau=tau,
        test=test,
        pairs=_or_none(pairwise_logrank, large, **tested),
        trend=trend,
        curves=curves,
        groups=tuple(curves.groups),
        excluded=excluded,
        definition=message("definition.tests.differences", confidence=curves.confidence),
        as_of=portfolio.as_of,
        n=curves.n,
        notes=tuple(notes),
        finding=_finding(shares, test, groups=len(curves.parts)),
    )


def _or_none(analysis: Any, table: pd.DataFrame, **options: Any) -> Any:
    try:
        return analysis(table, **options)
    except NotEnoughData:
        return None


def _start(curves: SurvivalCurves) -> float:
    return max((c.start for c in curves.parts if not np.isnan(c.start)), default=0.0)


def _shares(
    curves: SurvivalCurves, times: Sequence[float], *, landmark: float | None, many: bool
) -> pd.DataFrame:
    found = curves.differences([] if many else [float(t) for t in times], together=True)
    start = _start(curves)
    said = [
        _share_said(row, what_share(int(row.time), landmark=landmark, start=start))
        for row in _rows(found)
    ]
    return found.assign(finding=pd.Series(said, dtype=object))


def _share_said(row: Any, what: Message) -> Message:
    """The group that stays in front, its number first and what may not be read behind it."""
    if np.isnan(row.difference) or row.at_risk < FEW:
        return message("differences.too_few", what=what, a=row.group, b=row.reference, few=FEW)
    return message(f"differences.share_{_told(row)}", what=what, **_ends(row))


def _means(curves: SurvivalCurves, tau: int | None, *, landmark: float | None) -> pd.DataFrame:
    if tau is None:
        names = ["group", "reference", "difference", "se", "lower", "upper", "finding"]
        return pd.DataFrame(columns=names)
    found = curves.rmst_difference(tau, together=True)
    since = _start(curves) if landmark is None else landmark
    kind = "span_landmark" if landmark is not None else "span" if since > 0 else "span_begin"
    until = message(f"differences.{kind}", start=since, tau=tau)
    said = [
        message("differences.no_mean", a=row.group, b=row.reference)
        if np.isnan(row.lower)
        else message(f"differences.mean_{_told(row)}", span=until, **_ends(row))
        for row in _rows(found)
    ]
    return found.assign(finding=pd.Series(said, dtype=object))


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    return table.itertuples(index=False)


def _told(row: Any) -> str:
    return "differ" if row.lower > 0 or row.upper < 0 else "same"


def _ends(row: Any) -> dict[str, Any]:
    """The pair so that the difference is not negative."""
    if row.difference < 0:
        ends = {"difference": -row.difference, "lower": -row.upper, "upper": -row.lower}
        return {"high": row.reference, "low": row.group, **ends}
    ends = {"difference": row.difference, "lower": row.lower, "upper": row.upper}
    return {"high": row.group, "low": row.reference, **ends}


def _finding(shares: pd.DataFrame, test: LogRank | None, *, groups: int) -> Message:
    """Of two groups the difference at the headline month; of more, whether any differ."""
    enough = shares[(shares["at_risk"] >= FEW) & shares["difference"].notna()]
    if groups == 2 and len(enough):  # noqa: PLR2004 (two have one difference, which nobody picked)
        twelve = enough[enough["time"] == HORIZONS[1]]
        return (twelve if len(twelve) else enough.tail(1))["finding"].iloc[0]
    if test is None:
        return message("survival.finding_no_test", few=FEW)
    return message(f"survival.finding_test_{'differ' if test.differs else 'same'}", groups=groups)
