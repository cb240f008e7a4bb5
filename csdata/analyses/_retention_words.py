"""What retention says: definition, notes, the finding, and why two rows differ."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from csdata import clock as ck
from csdata import counts
from csdata.analyses._standing import SETTLED, Active, Measure, Standing
from csdata.analyses.eras import ERA
from csdata.analyses.portfolio_survival import FEW, HORIZONS, headline
from csdata.analyses.survival import SurvivalCurves
from csdata.analyses.tenures import life_notes, status_notes
from csdata.clock import Clock
from csdata.i18n import Message, message
from csdata.schema import KNOWN_LATE
from csdata.tables import Portfolio


def definition(measure: Measure, clock: Clock, least: float | None, *, width: int = 1) -> Message:
    """Name and rule of the figure; with what counts as use, and the months of a column."""
    if measure == "alive":
        return message(f"definition.retention.alive_{clock}")
    use = message("retention.use") if least is None else message("retention.use_least", m=least)
    if width > 1:
        return message(f"definition.retention_period.{measure}_{clock}", use=use, width=width)
    return message(f"definition.retention.{measure}_{clock}", use=use)


def notes(
    portfolio: Portfolio,
    lived: nw.LazyFrame[Any],
    standing: Standing,
    table: pd.DataFrame,
    *,
    measure: Measure,
    by: str | None,
) -> tuple[Message, ...]:
    """Who does not count and why, what is marked or unknown in the picture; one sentence each.

    Whose renewal is undecided is said of contracts; of use that is no question.
    """
    said = [
        *(
            life_notes(portfolio, lived)
            if measure == "alive"
            else status_notes(counts.count_statuses(lived))
        )
    ]
    late = int(standing.cells["late"].sum())
    if late:
        said.append(message("status.late_entry", n=late))
    if by is not None:
        said.append(_of_rows(portfolio, by))
    if portfolio.provenance.first_use:
        said.append(message("retention.first_use"))
    if isinstance(standing, Active):
        said += _records(portfolio, standing)
        if table["may_rise"].any():
            said.append(message("retention.may_rise", months=SETTLED))
    return tuple(said)


def _of_rows(portfolio: Portfolio, by: str) -> Message:
    """What the rows by an attribute may be taken for."""
    if by == ERA:
        return message("retention.group_era")
    kind = "known_late" if by in KNOWN_LATE else "as_of_export"
    return message(f"retention.group_{kind}", column=portfolio.label(by))


def _records(portfolio: Portfolio, standing: Active) -> list[Message]:
    """Where the record of usage begins late, or ends before the as-of date."""
    span, as_of = portfolio.usage_span, portfolio.as_of
    if span is None or as_of is None:
        return []
    cells = standing.cells
    said: list[Message] = []
    before = int(cells.loc[(cells["first"] > 0) & (cells["late"] == 0), "n"].sum())
    if before:
        day = ck.first_of_index(ck.month_index(span[0]))
        said.append(message("retention.record_starts", day=day, n=before))
    last = min(ck.month_end(span[1]), as_of)
    if last < as_of:
        days = (as_of - last) // dt.timedelta(days=1)
        said.append(message("retention.record_ends", day=last, as_of=as_of, days=days))
    return said


def finding(
    pooled: pd.DataFrame,
    measure: Measure,
    curve: SurvivalCurves | None,
    *,
    n: int,
    width: int = 1,
) -> Message:
    """The pooled share at the largest usual age that enough customers support."""
    if curve is not None:
        return headline(curve)
    supported = pooled[pooled["eligible"] >= FEW]
    if measure == "bracket":
        # The last one within a year, as brackets need not begin at any usual age.
        wanted = supported[supported["first"] <= HORIZONS[0]].tail(1)
    else:
        wanted = supported[supported["first"].isin(HORIZONS)].tail(1)
    if wanted.empty:
        return message("retention.finding_none", n=n)
    found = wanted.iloc[0]
    share, lower, upper = (float(found[c]) for c in ("share", "lower", "upper"))
    first, last, eligible = (int(found[c]) for c in ("first", "last", "eligible"))
    if measure == "alive":
        return message("retention.finding", age=first, share=share, lower=lower, upper=upper, n=n)
    kind: str = measure
    if width > 1 and measure != "on_or_after":
        kind = "streak_period" if measure == "streak" else "bracket"
    values = {"share": share, "lower": lower, "upper": upper, "n": eligible}
    return message(f"retention.finding_{kind}", first=first, last=last, width=width, **values)


def why(pooled: pd.DataFrame, overall: pd.DataFrame, measure: Measure) -> Message:
    """Where the pooled row and Kaplan–Meier differ most, and why they do."""
    if measure != "alive":
        return message("retention.why_use")
    both = pooled.merge(overall, on="age", suffixes=("", "_km"))
    both = both[(both["eligible"] >= FEW) & (both["at_risk"] >= FEW)]
    if both.empty:
        return message("retention.why_pooled_only")
    gap = (both["share"] - both["share_km"]).abs()
    worst = both.iloc[int(gap.to_numpy().argmax())]
    return message(
        "retention.why",
        age=int(worst["first"]),
        pooled=float(worst["share"]),
        km=float(worst["share_km"]),
    )


def share_at(measure: Measure, first: int, last: int, *, start: float = 0.0) -> Message:
    """What the share at an age is called within a sentence; ``start``: given survival to it."""
    if measure != "alive":
        kind = "bracket" if measure == "on" and last > first else measure
        return message(f"retention.share.{kind}", first=first, last=last)
    if start > 0:
        return message("survival.what_given", horizon=first, start=start)
    return message("survival.what_start", horizon=first)


def instead_of_later() -> dict[str, Message]:
    """What can be compared in place of *on or after*: names of measures, for a sentence."""
    return {name: message(f"retention.measure.{name}") for name in ("on", "bracket")}
