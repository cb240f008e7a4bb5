"""Adjusted curves: how the same customers would stay if all of them had one value of a column.

Marginal standardisation (Makuch 1982, J. Chronic Diseases 35): the model's curve of each customer
of the sample with that one column changed, averaged over all of them. Not the curve of an average
customer, who need not exist.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from csdata.analyses.drivers_design import Design, Floats, Ints
from csdata.analyses.drivers_fit import Baseline, Fitted
from csdata.analyses.intervals import z_value
from csdata.errors import BadValues
from csdata.i18n import Message, message

MIN_AT_RISK: Final = 10
"""With late entry curves start where at least so many are at risk in every stratum."""

QUARTILES: Final = (0.25, 0.75)
"""A number without given values is drawn at these quantiles."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class AdjustedCurves:
    """Survival of the whole sample with one column set to each of some values.

    ``table``: ``group`` (the value), ``time``, ``survival``, ``se``, ``lower``, ``upper`` (log–log;
    NaN at 0 and 1). The interval is for the customers at hand: that others would have other
    attributes is not in it. ``start`` > 0: given survival to it (late entry).
    """

    table: pd.DataFrame
    column: str
    start: float
    definition: Message
    n: int
    notes: tuple[Message, ...]
    as_of: dt.date | None = None


def adjusted_table(
    fit: Fitted,
    design: Design,
    column: str,
    *,
    values: Sequence[Any] | None,
    times: ArrayLike | None,
    confidence: float,
) -> tuple[pd.DataFrame, float]:
    """The table of :class:`AdjustedCurves`, and where its curves start.

    Raises:
        BadValues: The model has no such column, or the column no such value.
    """
    places = design.places(column)
    if not places:
        remedy = message("survival.remedy.group", groups=[str(c) for c in design.columns])
        raise BadValues(where="column", found=column, remedy=remedy)
    start = _start(design)
    kept = fit.baseline.time > start
    last = min(
        float(design.rows.duration[design.rows.stratum == s].max())
        for s in np.unique(design.rows.stratum)
    )
    own = np.unique(fit.baseline.time[kept])
    asked = np.append(start, own[own <= last]) if times is None else np.atleast_1d(times)
    grid = np.asarray(asked, float)
    steps = _Steps.of(fit.baseline, kept, grid)
    pieces = [
        _curve(fit, steps, *_as_if(design, places, value), confidence=confidence).assign(
            group=value, time=grid
        )
        for value in (_values(design, column, places) if values is None else values)
    ]
    table = pd.concat(pieces, ignore_index=True)
    unseen = (table["time"] < start) | (table["time"] > last)
    table.loc[unseen, ["survival", "se", "lower", "upper"]] = np.nan
    return table[["group", "time", "survival", "se", "lower", "upper"]], start


def _values(design: Design, column: str, places: list[int]) -> list[Any]:
    terms = [design.terms[i] for i in places]
    if terms[0].categorical:
        return [terms[0].reference, *(term.level for term in terms)]
    keys = design.keys[column].to_numpy(float)
    order = np.argsort(keys, kind="stable")
    shares = np.cumsum(design.rows.lives[order]) / design.rows.lives.sum()
    picked = [float(keys[order][np.searchsorted(shares, q)]) for q in QUARTILES]
    return list(dict.fromkeys(picked))


def _as_if(design: Design, places: list[int], value: Any) -> tuple[Floats, Ints, Floats]:
    """Patterns of covariates (centred), their strata and weights, with one column set."""
    x = design.rows.x.copy()
    terms = [design.terms[i] for i in places]
    if not terms[0].categorical:
        x[:, places[0]] = float(value) / terms[0].unit
    else:
        known = [terms[0].reference, *(term.level for term in terms)]
        if value not in known:
            remedy = message("survival.remedy.group", groups=[str(v) for v in known])
            raise BadValues(where="values", found=value, remedy=remedy)
        for i, term in zip(places, terms, strict=True):
            x[:, i] = float(term.level == value)
    centred = x - design.rows.middle
    both = np.column_stack([design.rows.stratum, centred])
    patterns, of = np.unique(both, axis=0, return_inverse=True)
    weights = np.bincount(of.ravel(), design.rows.lives.astype(float))
    return (
        np.asarray(patterns[:, 1:], float),
        patterns[:, 0].astype(np.int64),
        weights / weights.sum(),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Steps:
    """Cumulative baseline at the times of a grid, by stratum (the place in ``strata``)."""

    strata: Ints
    hazard: Floats
    noise: Floats
    pull: Floats

    @classmethod
    def of(cls, baseline: Baseline, kept: np.ndarray, grid: Floats) -> _Steps:
        strata = np.unique(baseline.stratum)
        pieces: list[tuple[Floats, Floats, Floats]] = []
        for s in strata:
            mine = kept & (baseline.stratum == s)
            at = np.searchsorted(baseline.time[mine], grid, side="right")
            steps = (baseline.hazard[mine], baseline.noise[mine], baseline.pull[mine])
            hazard, noise, pull = (
                np.concatenate([np.zeros((1, *step.shape[1:])), np.cumsum(step, axis=0)])[at]
                for step in steps
            )
            pieces.append((hazard, noise, pull))
        hazard, noise, pull = (np.array(values, float) for values in zip(*pieces, strict=True))
        return cls(strata, hazard, noise, pull)


def _curve(
    fit: Fitted, steps: _Steps, x: Floats, stratum: Ints, weight: Floats, *, confidence: float
) -> pd.DataFrame:
    """Mean survival with its delta-method error, one row per time of the grid."""
    ratio = np.exp(x @ fit.beta)
    # A stratum in which nobody left has no steps: its customers stay.
    place = np.searchsorted(steps.strata, stratum)
    known = (place < len(steps.strata)) & (steps.strata[place % len(steps.strata)] == stratum)
    place = np.where(known, place, 0)
    count = steps.hazard.shape[1]
    survival, variance = np.empty(count), np.empty(count)
    for t in range(count):
        cumulative = np.where(known, steps.hazard[place, t], 0.0)
        alive = np.exp(-cumulative * ratio)
        # Exactly 1 before anybody leaves: the weights add up to 1 but for rounding.
        survival[t] = weight @ alive if cumulative.any() else 1.0
        slope = np.where(known & (alive > 0), weight * alive * ratio, 0.0)
        per_stratum = np.bincount(place, slope, minlength=len(steps.strata))
        finite = np.where(alive > 0, cumulative, 0.0)
        turn = (slope * finite) @ x - per_stratum @ steps.pull[:, t]
        variance[t] = per_stratum**2 @ steps.noise[:, t] + turn @ fit.covariance @ turn
    se = np.sqrt(variance)
    inner = np.where((survival > 0) & (survival < 1) & (se > 0), survival, np.nan)
    width = z_value(confidence) * se / (inner * -np.log(inner))
    return pd.DataFrame(
        {
            "survival": survival,
            "se": se,
            "lower": inner ** np.exp(width),
            "upper": inner ** np.exp(-width),
        }
    )


def _start(design: Design) -> float:
    """0, or with late entry the first time just after which enough are at risk everywhere."""
    rows, starts = design.rows, [0.0]
    for s in np.unique(rows.stratum):
        inside = rows.stratum == s
        entry, duration, lives = (v[inside] for v in (rows.entry, rows.duration, rows.lives))
        if entry.min() == 0 and lives[entry == 0].sum() >= MIN_AT_RISK:
            continue
        times = np.unique(entry)
        risk = [lives[(entry <= t) & (duration > t)].sum() for t in times]
        enough = np.flatnonzero(np.array(risk) >= MIN_AT_RISK)
        starts.append(float(times[enough[0]]) if len(enough) else np.inf)
    return max(starts)
