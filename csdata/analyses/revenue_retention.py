"""Revenue retention: how much of the revenue is still there, under each definition in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata import clock as ck
from csdata import counts_money as cm
from csdata.analyses import _mrr, _ratios, intervals
from csdata.analyses._mrr import Ints, MrrHistory, month_end, month_ends
from csdata.analyses.intervals import Interval
from csdata.analyses.portfolio_survival import FEW
from csdata.counts_money import UNITS
from csdata.errors import BadValues, NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio

RENEWED_WITHIN: Final = 30
"""Days around the end of a contract within which another one renews it."""

MEASURES: Final = ("logo", "renewal", "grr", "nrr", "quick")


@dataclass(frozen=True, eq=False, slots=True)
class RevenueRetention:
    """Revenue retention over a trailing window, at the end of every month that has a full one.

    The base of a window is fixed: the customers with revenue at its beginning. ``table`` has one
    row per month: ``since`` and ``month`` (last days of the month before the window and of its last
    month), ``customers`` (in the base), ``opening`` (their revenue at the beginning), ``closing``
    (their revenue at the end), ``retained`` (Σ of the smaller of the two), ``kept`` (how many still
    pay), ``due`` and ``renewed`` (contracts; NaN where renewals are not settled yet), and
    ``nrr``, ``grr``, ``logo``, ``renewal``, each with ``_lower`` and ``_upper``.

    ``rates`` is the latest figure under each definition, for one month and for the window:
    ``measure``, ``months``, ``since``, ``until``, ``numerator``, ``denominator``, ``counted``
    ("money", "customers" or "contracts"), ``value``, ``lower``, ``upper`` and ``definition``
    (Message).

    ``change`` is the NRR less that of one window earlier, NaN where there is none (bounds NaN where
    every draw gives the same), and ``compared`` says what it allows to say. ``n`` in ``rates``:
    customers or contracts behind the figure.
    """

    table: pd.DataFrame
    rates: pd.DataFrame
    months: int
    change: Interval
    compared: Message
    currency: str | None
    definition: Message
    as_of: dt.date
    n: int
    notes: tuple[Message, ...]
    finding: Message


def revenue_retention(
    portfolio: Portfolio,
    *,
    months: int = 12,
    proration: str = "month_end",
    renewed_within: int = RENEWED_WITHIN,
) -> RevenueRetention:
    """Net and gross revenue retention, logo retention and renewal rate, with intervals.

    NRR = Σ MRR at the end ÷ Σ MRR at the beginning, over the customers with revenue at the
    beginning; a customer who came back counts only if they were there then. GRR takes the smaller
    of the two amounts of each customer. The renewal rate has another base: the contracts that
    ended in the window and whose renewal is settled.

    Args:
        portfolio: As for :func:`csdata.mrr_movements`.
        months: Length of the window.
        proration: As for :func:`csdata.mrr_movements`.
        renewed_within: Days around the end of a contract within which another one renews it.

    Raises:
        NeedsDates: The customers have tenures but no dates.
        NotEnoughData: No amount per month, or a history shorter than the window.
        BadValues: ``months`` or ``renewed_within`` is out of range.
        NotBuilt: Another ``proration``.

    Source: percentile bootstrap over the customers (Efron & Tibshirani 1993), Wilson intervals for
    shares; docs/definitions.md, section Revenue.
    """
    if months < 1 or renewed_within < 0:
        found = f"months={months}, renewed_within={renewed_within}"
        raise BadValues(where="revenue_retention", found=found, remedy=message("revenue.remedy"))
    known = _mrr.history(portfolio, proration=proration)
    return retained_of(portfolio, known, months=months, renewed_within=renewed_within)


def retained_of(
    portfolio: Portfolio, known: MrrHistory, *, months: int, renewed_within: int = RENEWED_WITHIN
) -> RevenueRetention:
    """The same from a history that was read already."""
    starts = range(known.first - 1, known.last + 1)
    states = known.states(starts)
    # Windows as pairs of rows in `states`; one month is the last pair.
    pairs = [(i, i + months) for i in range(len(starts) - months) if states[i].any()]
    if not pairs:
        what = message("revenue.needs_months", months=months)
        raise NotEnoughData(what=what, found=known.last - known.first + 1, needed=months + 1)
    month = [(len(starts) - 2, len(starts) - 1)] if states[-2].any() else []
    renewals = _renewals(portfolio, known, renewed_within)
    windows = _windows(states, [*pairs, *month], known.first - 1)
    windows = _with_renewals(windows, renewals)
    table = windows.iloc[: len(pairs)].reset_index(drop=True)
    rates = _rates(known, windows, renewals, months=months)
    latest, change = table.iloc[-1], _change(states, months)
    return RevenueRetention(
        table=table.drop(columns=["_first", "_last"]),
        rates=rates,
        months=months,
        change=change,
        compared=_compared(change, months),
        currency=portfolio.currency,
        definition=message("definition.revenue.retention", months=months),
        as_of=known.as_of,
        n=int(latest["customers"]),
        notes=known.notes,
        finding=_finding(latest, months, constant=not known.from_contracts),
    )


def _windows(states: Ints, pairs: Sequence[tuple[int, int]], first: int) -> pd.DataFrame:
    """One row per window: base, amounts and shares with their intervals."""
    before, after = (states[[pair[place] for pair in pairs]] for place in (0, 1))
    base = before > 0
    kept = np.minimum(before, after)
    asked = {"nrr": ("after", "before"), "grr": ("kept", "before")}
    found = _ratios.ratios({"before": before, "after": after, "kept": kept}, asked, base)
    firsts, lasts = ([pair[place] + first for pair in pairs] for place in (0, 1))
    table = pd.DataFrame({"_first": firsts, "_last": lasts})
    table["since"], table["month"] = month_ends(firsts), month_ends(lasts)
    table["customers"] = base.sum(axis=1)
    table["opening"] = before.sum(axis=1) / UNITS
    table["closing"] = np.where(base, after, 0).sum(axis=1) / UNITS
    table["retained"] = kept.sum(axis=1) / UNITS
    table["kept"] = (base & (after > 0)).sum(axis=1)
    for name in ("nrr", "grr"):
        _put(table, name, found[name])
    _put(table, "logo", intervals.wilson(table["kept"], table["customers"]))
    return table


def _put(table: pd.DataFrame, name: str, found: Interval) -> None:
    table[name], table[f"{name}_lower"], table[f"{name}_upper"] = found


@dataclass(frozen=True, eq=False, slots=True)
class _Renewals:
    """Contracts due and renewed per month, up to the last month that is settled."""

    table: pd.DataFrame
    settled: int
    days: int

    def within(self, first: int, last: int) -> tuple[float, float]:
        """Due and renewed of the months after ``first`` up to ``last``; NaN if not settled yet."""
        if last > self.settled:
            return np.nan, np.nan
        part = self.table[self.table["month"].between(first + 1, last)]
        return float(part["due"].sum()), float(part["renewed"].sum())


def _renewals(portfolio: Portfolio, known: MrrHistory, within: int) -> _Renewals | None:
    """None without contracts: a customer's life says nothing about its renewals."""
    if not known.from_contracts:
        return None
    stated = portfolio.provenance.stated_as_of or known.as_of
    settled = min(known.as_of, stated - dt.timedelta(days=within))
    table = cm.count_renewals(known.rows, settled=settled, within_days=within)
    return _Renewals(table, ck.month_index(settled + dt.timedelta(days=1)) - 1, within)


def _with_renewals(windows: pd.DataFrame, renewals: _Renewals | None) -> pd.DataFrame:
    spans = zip(windows["_first"], windows["_last"], strict=True)
    counted = [(np.nan, np.nan) if renewals is None else renewals.within(*s) for s in spans]
    windows = windows.assign(due=[c[0] for c in counted], renewed=[c[1] for c in counted])
    _put(windows, "renewal", intervals.wilson(windows["renewed"], windows["due"]))
    return windows


def _rates(
    known: MrrHistory, windows: pd.DataFrame, renewals: _Renewals | None, *, months: int
) -> pd.DataFrame:
    """The latest figure under each definition, for a single month and for the window."""
    rows: list[dict[str, Any]] = []
    for length in dict.fromkeys((1, months)):
        own = windows[windows["_last"] - windows["_first"] == length]
        if own.empty:
            continue
        latest = own.iloc[-1]
        span = (int(latest["_first"]), int(latest["_last"]))
        rows.append(_rate("logo", span, latest, counted="customers", of=("kept", "customers")))
        if renewals is not None:
            rows.append(_renewal_rate(renewals, length))
        rows.append(_rate("grr", span, latest, counted="money", of=("retained", "opening")))
        rows.append(_rate("nrr", span, latest, counted="money", of=("closing", "opening")))
        rows.append(_quick(known, span))
    return pd.DataFrame(rows)


def _rate(
    measure: str, span: tuple[int, int], row: pd.Series, *, counted: str, of: tuple[str, str]
) -> dict[str, Any]:
    bounds = [float(row[f"{measure}{end}"]) for end in ("", "_lower", "_upper")]
    return _row(measure, span, counted, (row[of[0]], row[of[1]]), bounds, n=row["customers"])


def _row(
    measure: str,
    span: tuple[int, int],
    counted: str,
    parts: tuple[float, float],
    bounds: Sequence[float],
    *,
    n: float,
    **more: object,
) -> dict[str, Any]:
    return {
        "measure": measure,
        "months": span[1] - span[0],
        "since": pd.Timestamp(month_end(span[0])),
        "until": pd.Timestamp(month_end(span[1])),
        "numerator": float(parts[0]),
        "denominator": float(parts[1]),
        "counted": counted,
        "n": int(n),
        **dict(zip(("value", "lower", "upper"), map(float, bounds), strict=True)),
        "definition": message(f"revenue.definition.{measure}", **more),
    }


def _renewal_rate(renewals: _Renewals, length: int) -> dict[str, Any]:
    """Of the latest window that is settled: it may end before the others."""
    span = (renewals.settled - length, renewals.settled)
    due, renewed = renewals.within(*span)
    bounds = [float(v) for v in intervals.wilson(renewed, due)]
    return _row("renewal", span, "contracts", (renewed, due), bounds, n=due, days=renewals.days)


def _quick(known: MrrHistory, span: tuple[int, int]) -> dict[str, Any]:
    """Gains ÷ losses of the months of a window, over everybody who paid in it."""
    moves = known.moves[known.moves["month"].between(span[0] + 1, span[1])]
    size = (moves["after"] - moves["before"]).to_numpy()
    parts = np.zeros((2, len(known.ids)), dtype=np.int64)
    for place, own in enumerate((size > 0, size < 0)):
        np.add.at(parts[place], moves["customer"].to_numpy()[own], np.abs(size[own]))
    paid = (known.states([span[0]])[0] > 0) | parts.any(axis=0)
    columns = {"gained": parts[:1], "lost": parts[1:]}
    found = _ratios.ratios(columns, {"quick": ("gained", "lost")}, paid[None, :])["quick"]
    gained, lost = (float(p.sum()) / UNITS for p in parts)
    return _row("quick", span, "money", (gained, lost), [float(v[0]) for v in found], n=paid.sum())


def _change(states: Ints, months: int) -> Interval:
    """NRR now less that of one window earlier, both over the same customers in every draw."""
    if len(states) <= 2 * months:
        return Interval(np.nan, np.nan, np.nan)
    early, middle, now = states[-1 - 2 * months], states[-1 - months], states[-1]
    return _ratios.change(
        (np.where(middle > 0, now, 0), middle), (np.where(early > 0, middle, 0), early)
    )


def _compared(change: Interval, months: int) -> Message:
    """The NRR against that of one window earlier, no stronger than the interval."""
    if np.isnan(change.estimate):
        return message("revenue.change_none", months=months)
    if np.isnan(change.lower):
        difference = float(change.estimate)
        return message("revenue.change_no_interval", months=months, change=difference)
    told = dict(zip(("change", "lower", "upper"), map(float, change), strict=True))
    key = "revenue.change_sure" if change.excludes_zero else "revenue.change_unsure"
    return message(key, months=months, **told)


def _finding(latest: pd.Series, months: int, *, constant: bool) -> Message:
    """NRR and GRR with their intervals, and what the interval of the NRR allows to say."""
    n = int(latest["customers"])
    since, until = (pd.Timestamp(latest[c]).date() for c in ("since", "month"))
    if n < FEW:
        return message("revenue.finding_few", since=since, until=until, n=n, few=FEW)
    told: dict[str, object] = {"months": months, "since": since, "until": until, "n": n}
    for name in ("nrr", "grr"):
        told[name] = float(latest[name])
        told[f"{name}_interval"] = _spoken(latest[f"{name}_lower"], latest[f"{name}_upper"])
    if np.isnan(latest["nrr_lower"]):
        return message("revenue.finding_no_interval", **told)
    if constant:
        return message("revenue.finding_constant", **told)
    if latest["nrr_lower"] > 1:
        verdict = message("revenue.verdict.grown")
    elif latest["nrr_upper"] < 1:
        verdict = message("revenue.verdict.shrunk")
    else:
        verdict = message("revenue.verdict.open")
    return message("revenue.finding", verdict=verdict, **told)


def _spoken(lower: float, upper: float) -> Message:
    if np.isnan(lower):
        return message("revenue.no_interval")
    return message("revenue.interval", lower=float(lower), upper=float(upper))
