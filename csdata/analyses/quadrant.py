"""The loyalty quadrant: 業務範囲 (breadth) × 業務深度 (depth), and what became of each cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from csdata.analyses import axes
from csdata.analyses._cells import (
    CELLS,
    HORIZON,
    UNDECIDABLE,
    Cut,
    borderline,
    cell_table,
    cells_of,
    cut_of,
)
from csdata.analyses.axes import Axis
from csdata.analyses.portfolio_survival import FEW
from csdata.analyses.survival import SurvivalCurves, kaplan_meier
from csdata.analyses.tenures import Tenures, tenures
from csdata.errors import BadValues, NeedsDates, NotEnoughData
from csdata.i18n import Message, message
from csdata.schema import MONEY, lazy
from csdata.tables import Portfolio
from csdata.taxes import Tax

Cuts = Literal["median", "mean"] | tuple[float, float]

_COLUMNS: Final = (
    *("customer_id", "name", "breadth", "depth", "cell", "borderline"),
    *("mrr", "total_billing", "entry", "duration", "event"),
)


@dataclass(frozen=True, eq=False, slots=True)
class Quadrant:
    """Customers by breadth and depth, and how each cell fared afterwards.

    ``table`` has one row per customer drawn, sorted by id: ``customer_id``, ``name``, ``breadth``,
    ``depth``, ``cell`` ("wide_deep" … or "undecidable" where an axis is missing), ``borderline``
    (membership is a matter of chance), ``mrr``, ``total_billing``, ``duration`` and ``entry``
    (months, from the landmark if there is one) and ``event``.

    ``cells`` has one row per cell, always five, whose ``n`` add up to ``n``: ``share`` of the
    customers, ``median`` months, ``retention_12`` (Kaplan–Meier 12 months after landmark or start),
    ``rmst`` (months within ``tau``), ``mrr`` (mean per customer), ``event_rate`` (departures per
    customer-month), each with ``_lower`` and ``_upper``; ``events``, ``customer_months``;
    ``total_billing`` (mean per customer) grows with tenure and is a description only.

    With ``dated`` usage and a ``landmark`` the cells come before the outcome they are compared
    with; otherwise they are a description, and ``finding`` says so. ``tax`` says of ``mrr`` and
    ``total_billing`` whether they include consumption tax, where that is known.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    curves: SurvivalCurves | None
    breadth_cut: float
    depth_cut: float
    breadth_name: Message
    depth_name: Message
    dated: bool
    window: tuple[int, int]
    landmark: float | None
    excluded: Mapping[str, int]
    tau: float | None
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message
    tax: Mapping[str, Tax] = field(default_factory=dict[str, Tax])


def quadrant(
    portfolio: Portfolio,
    *,
    breadth: Axis | str | Sequence[str],
    depth: Axis | str | Sequence[str],
    window: tuple[int, int] = (0, 3),
    landmark: float | Literal["window"] | None = "window",
    cuts: Cuts = "median",
) -> Quadrant:
    """Cells of customers by two axes, and retention after the axes were measured.

    Args:
        portfolio: Customers, and ``usage`` for the dated axes.
        breadth: A numeric column (its name), a list of columns of which the ticked ones are
            counted, or ``Categories(min_quantity)`` / ``QuantityPerCategory()`` of the usage.
        depth: The same choice.
        window: Contract months from the start in which usage is measured: first, and after last.
        landmark: Months from the start at which the clock of the comparison begins; "window": the
            end of the window. Customers who left before, or are not that old yet, are left out and
            counted in ``excluded``. None, or axes without dates: no landmark, a description.
        cuts: "median" or "mean" of the customers drawn, or two fixed numbers; wide is breadth ≥
            cut, deep is depth ≥ cut.

    Raises:
        MissingColumns: A column or table is absent.
        BadValues: A column is not numeric; the landmark lies before the end of the window.
        NotEnoughData: Nobody is left to draw.
        NotBuilt: Cuts other than those named.

    Source: Anderson, Cain & Gelber (1983) for the landmark; docs/definitions.md, section Quadrant.
    """
    pair = (axes.as_axis(breadth), axes.as_axis(depth))
    dated = [axes.is_dated(axis) for axis in pair]
    at = _landmark(landmark, window, dated=any(dated))
    if any(dated) and not portfolio.has_dates:
        raise NeedsDates(analysis=message("quadrant.name_dated"))
    lived = tenures(portfolio)
    drawn, excluded = _drawn(portfolio, lived, at=at, window=window)
    if drawn.empty:
        raise NotEnoughData(what=message("quadrant.needs"), found=0, needed=1)
    usage = axes.usage_window(portfolio, drawn.index, window) if any(dated) else None
    if usage is not None and not usage.hours.any():
        raise NotEnoughData(what=message("quadrant.needs_usage"), found=0, needed=1)
    table, chosen = _placed(portfolio, drawn, pair, usage=usage, window=window, cuts=cuts)
    decided = table[table["cell"] != UNDECIDABLE]
    curves = _curves(decided, "cell") if len(decided) else None
    cells, tau = cell_table(table, curves)
    notes = [*lived.notes, *_left_out_notes(portfolio, at, excluded)]
    notes += [*_cut_notes(chosen), *_picture_notes(table, usage)]
    return Quadrant(
        table=table,
        cells=cells,
        curves=curves,
        breadth_cut=chosen["breadth"].value,
        depth_cut=chosen["depth"].value,
        breadth_name=axes.axis_name(portfolio, pair[0], window),
        depth_name=axes.axis_name(portfolio, pair[1], window),
        dated=all(dated),
        window=window,
        landmark=at,
        excluded=excluded,
        tau=tau,
        definition=_definition(at, dated=all(dated)),
        as_of=portfolio.as_of,
        n=len(table),
        notes=tuple(notes),
        finding=_finding(decided, at, dated=all(dated)),
        tax={c: t for c in MONEY if (t := portfolio.tax(c))},
    )


def _placed(
    portfolio: Portfolio,
    drawn: pd.DataFrame,
    pair: tuple[Axis, Axis],
    *,
    usage: axes.UsageWindow | None,
    window: tuple[int, int],
    cuts: Cuts,
) -> tuple[pd.DataFrame, dict[str, Cut]]:
    """The customers drawn with their axes, cell and how firm it is; and the cut of each axis."""
    values = {
        name: _values(portfolio, axis, usage, drawn, window)
        for name, axis in zip(("breadth", "depth"), pair, strict=True)
    }
    points = np.column_stack([v.to_numpy(dtype=float) for v in values.values()])
    chosen = {name: cut_of(points[:, i], cuts, i) for i, name in enumerate(values)}
    places = cells_of(points, (chosen["breadth"].value, chosen["depth"].value))
    table = drawn.assign(
        **values,
        cell=np.asarray(CELLS)[places],
        borderline=borderline(points, places, usage, pair, cuts=cuts),
    )
    return table.reset_index()[list(_COLUMNS)], chosen


def _landmark(
    landmark: float | Literal["window"] | None, window: tuple[int, int], *, dated: bool
) -> float | None:
    whole = all(m == round(m) for m in window)
    if not whole or window[0] < 0 or window[1] <= window[0]:
        raise BadValues(where="window", found=str(window), remedy=message("quadrant.remedy.window"))
    if not dated or landmark is None:
        return None
    at = float(window[1] if landmark == "window" else landmark)
    if at < window[1]:
        remedy = message("quadrant.remedy.landmark", m=window[1])
        raise BadValues(where="landmark", found=f"{at:g}", remedy=remedy)
    return at


def _drawn(
    portfolio: Portfolio, lived: Tenures, *, at: float | None, window: tuple[int, int]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The customers in the picture with their life (from the landmark), and who is not and why."""
    present = portfolio.columns("customers")
    named = [c for c in ("name", "mrr", "total_billing", "start") if c in present]
    table = lived.table.set_index("customer_id")[["entry", "duration", "event"]]
    table = table.join(axes.customer_columns(portfolio, named))
    for column, default in (("name", None), ("mrr", np.nan), ("total_billing", np.nan)):
        if column not in named:
            table[column] = default
    if at is None:
        return table, {}
    observed = axes.window_observed(portfolio, table["start"], window)
    over = table["duration"] <= at
    reasons = {
        "ended_by_landmark": over & table["event"],
        "not_yet_old": over & ~table["event"],
        "seen_after_landmark": table["entry"] > at,
        "window_unobserved": ~observed,
    }
    left = pd.Series(data=False, index=table.index)
    excluded: dict[str, int] = {}
    for reason, rows in reasons.items():
        excluded[reason] = int((rows & ~left).sum())
        left = left | rows
    table = table[~left].copy()
    table["duration"] = table["duration"] - at
    table["entry"] = 0.0
    return table, excluded


def _values(
    portfolio: Portfolio,
    axis: Axis,
    usage: axes.UsageWindow | None,
    drawn: pd.DataFrame,
    window: tuple[int, int],
) -> pd.Series:
    match axis:
        case axes.Column(name=name):
            return axes.column_values(portfolio, name).reindex(drawn.index)
        case axes.Ticks():
            return axes.tick_values(portfolio, axis).reindex(drawn.index)
        case _:
            if usage is None:
                raise AssertionError(axis)
            values = pd.Series(usage.measure(axis, usage.totals()), index=drawn.index)
            return values.where(axes.window_observed(portfolio, drawn["start"], window))


def _curves(table: pd.DataFrame, group: str) -> SurvivalCurves:
    return kaplan_meier(table, duration="duration", event="event", entry="entry", group=group)


def _definition(at: float | None, *, dated: bool) -> Message:
    if at is None:
        return message("definition.quadrant.description")
    key = "landmark" if dated else "landmark_undated"
    return message(f"definition.quadrant.{key}", m=at)


def _finding(decided: pd.DataFrame, at: float | None, *, dated: bool) -> Message:
    """Deep against shallow, 12 months after the landmark; a description claims nothing."""
    if not dated:
        return message("quadrant.finding_description")
    if at is None:
        return message("quadrant.finding_lifetime")
    deep = decided["cell"].str.endswith("_deep")
    sides = decided.assign(side=np.where(deep, "deep", "shallow"))
    if sides["side"].nunique() == 2:  # noqa: PLR2004 (both sides)
        curves = _curves(sides, "side")
        risk = curves.at([HORIZON])["at_risk"]
        if (risk >= FEW).all():
            found = curves.difference(HORIZON, "deep", "shallow")
            sure = "sure" if bool(found.excludes_zero) else "unsure"
            return message(
                f"quadrant.finding_{sure}",
                m=at,
                horizon=HORIZON,
                diff=float(found.estimate),
                lower=float(found.lower),
                upper=float(found.upper),
                n=len(decided),
            )
    return message("quadrant.finding_too_few", n=len(decided))


def _cut_notes(cuts: Mapping[str, Cut]) -> list[Message]:
    return [
        message(f"quadrant.cut.{cut.note}", axis=message(f"quadrant.{axis}"), cut=cut.value)
        for axis, cut in cuts.items()
        if cut.note
    ]


def _left_out_notes(
    portfolio: Portfolio, at: float | None, excluded: Mapping[str, int]
) -> list[Message]:
    """Who is not in the picture; a landmark that hides a whole renewal proposes an earlier one."""
    if at is None:
        return []
    notes = [message(f"quadrant.excluded.{r}", n=n, m=at) for r, n in excluded.items() if n]
    if excluded["ended_by_landmark"] and "term_months" in portfolio.columns("contracts"):
        terms = lazy(portfolio.contracts).select(nw.col("term_months").min()).collect("pandas")
        shortest = float(terms.to_native()["term_months"].iloc[0])
        if 1 < shortest <= at:
            notes.append(message("quadrant.shorter", term=shortest, m=shortest - 1))
    return notes


def _picture_notes(table: pd.DataFrame, usage: axes.UsageWindow | None) -> list[Message]:
    notes: list[Message] = []
    unknown = int((table["cell"] == UNDECIDABLE).sum())
    if unknown:
        notes.append(message("quadrant.undecidable", n=unknown))
    if usage is None:
        return [*notes, message("quadrant.borderline_cuts_only")]
    placed = (table["cell"] != UNDECIDABLE).to_numpy()
    idle = int((placed & (usage.totals().sum(axis=1) == 0)).sum())
    return [*notes, message("quadrant.idle", n=idle)] if idle else notes


__all__ = ["CELLS", "Quadrant", "quadrant"]
