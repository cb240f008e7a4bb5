"""One fitted hazard model, whichever way it was fitted: estimates, tests and baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from csdata.analyses.drivers_design import Design, Rows
from csdata.analyses.drivers_firth import fit_firth
from csdata.analyses.drivers_months import Cells, MonthsFit, count_cells, fit_months, pieces
from csdata.analyses.drivers_partial import (
    Floats,
    Ints,
    Maximum,
    Partial,
    Ties,
    Value,
    find_moments,
    maximise,
)
from csdata.analyses.intervals import z_value

Way = Literal["efron", "breslow", "months", "firth"]
Transform = Literal["km", "identity"]
TRANSFORMS: Final = ("km", "identity")

GLOBAL: Final = "GLOBAL"
"""The row of all terms together in a table of tests, called as in R."""


@dataclass(frozen=True, eq=False, slots=True)
class Baseline:
    """Cumulative hazard of the average covariates, in steps.

    ``hazard`` are the steps at ``time`` within ``stratum``, ``noise`` what each adds to its
    variance when the terms are known, ``pull`` (steps × terms) how much it falls when a term grows.
    """

    time: Floats
    stratum: Ints
    hazard: Floats
    noise: Floats
    pull: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """Coefficients with covariance and bounds, tests against no difference, and the baseline.

    ``tests``: ``test`` (lr, wald, score), ``statistic``, ``df``, ``p_value``. ``separated`` are the
    terms without a finite estimate of their own (``way`` is then ``"firth"``).
    """

    way: Way
    beta: Floats
    covariance: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    loglik: float
    tests: pd.DataFrame
    proportionality: pd.DataFrame
    baseline: Baseline
    separated: tuple[int, ...] = ()


def fit_partial(design: Design, *, ties: Ties, confidence: float, transform: Transform) -> Fitted:
    """Cox's model; Firth's where a term parts leavers from stayers."""
    partial = Partial.of_rows(design.rows, ties=ties)
    scale = design.rows.spread
    top = maximise(partial, terms=len(design.terms), scale=scale)
    if top.runaway:
        return _firth(design, partial, top, confidence=confidence)
    sums = partial.sums(top.beta)
    schoenfeld, informations = partial.residuals(sums), partial.informations(sums)
    moments = partial.moments
    g = _transformed(moments.time, design.rows, transform)
    cross = np.einsum("m,mij->ij", g, informations)
    squared = np.einsum("m,mij->ij", g**2, informations)
    information = np.block([[top.value.information, cross], [cross, squared]])
    return _wald(
        ties,
        design,
        top,
        baseline=_partial_baseline(partial, top.beta),
        proportionality=_proportionality(design, g @ schoenfeld, information),
        confidence=confidence,
    )


def fit_monthly(design: Design, *, confidence: float, transform: Transform) -> Fitted | None:
    """The complementary log–log model; None where its table is too large or nothing is finite."""
    cells = count_cells(design.rows)
    if cells is None or not len(cells.time):
        return None
    fit = fit_months(cells, scale=design.rows.spread)
    if fit.runaway:
        return None
    end, start = fit.end, fit.start
    top = Maximum(
        fit.beta,
        Value(end.loglik, end.score, end.information),
        Value(start.loglik, start.score, start.information),
        (),
    )
    return _wald(
        "months",
        design,
        top,
        baseline=_monthly_baseline(cells, fit),
        proportionality=_monthly_proportionality(design, cells, fit, transform),
        confidence=confidence,
    )


def _wald(
    way: Way,
    design: Design,
    top: Maximum,
    *,
    baseline: Baseline,
    proportionality: pd.DataFrame,
    confidence: float,
) -> Fitted:
    from scipy.special import chdtrc

    covariance = np.asarray(np.linalg.inv(top.value.information), float)
    se = np.sqrt(np.diag(covariance))
    reach = z_value(confidence) * se
    start = top.start
    statistics = {
        "lr": 2 * (top.value.loglik - start.loglik),
        "wald": float(top.beta @ top.value.information @ top.beta),
        "score": float(start.score @ np.linalg.solve(start.information, start.score)),
    }
    return Fitted(
        way=way,
        beta=top.beta,
        covariance=covariance,
        lower=top.beta - reach,
        upper=top.beta + reach,
        p_value=np.asarray(chdtrc(1, (top.beta / se) ** 2), float),
        loglik=top.value.loglik,
        tests=_tests(statistics, len(design.terms)),
        proportionality=proportionality,
        baseline=baseline,
    )


def _firth(design: Design, partial: Partial, top: Maximum, *, confidence: float) -> Fitted:
    found = fit_firth(partial, scale=design.rows.spread, confidence=confidence)
    lr = 2 * (found.value.loglik - found.null.loglik)
    return Fitted(
        way="firth",
        beta=found.beta,
        covariance=np.asarray(np.linalg.inv(found.value.information), float),
        lower=found.lower,
        upper=found.upper,
        p_value=found.p_value,
        loglik=found.value.loglik,
        tests=_tests({"lr": lr}, len(design.terms)),
        proportionality=_tested([], [], []),  # its score is not 0 here, which the test rests on
        baseline=_partial_baseline(partial, found.beta),
        separated=top.runaway,
    )


def _tests(statistics: dict[str, float], df: int) -> pd.DataFrame:
    from scipy.special import chdtrc

    values = np.array(list(statistics.values()), float)
    return pd.DataFrame(
        {
            "test": list(statistics),
            "statistic": values,
            "df": df,
            "p_value": np.asarray(chdtrc(df, np.maximum(values, 0)), float),
        }
    )


# --- does a term matter as much early as late? ----------------------------------------------------


def _proportionality(design: Design, score: Floats, information: Floats) -> pd.DataFrame:
    """Score test of a change over time for each column and for all.

    ``score`` is the gradient of the terms times (transformed) time; ``information`` (2 × terms)²
    has the terms first and their products with time behind them.

    Source: Grambsch & Therneau (1994), Biometrika 81, in the exact form of R's survival 3.
    """
    p = len(design.terms)
    groups = [(c, design.places(c)) for c in design.columns]
    groups += [(GLOBAL, list(range(p)))]
    statistics: list[float] = []
    for _, places in groups:
        kept = [*range(p), *(p + i for i in places)]
        u = np.concatenate([np.zeros(p), score[places]])
        block = information[np.ix_(kept, kept)]
        # Where all departures are at one time nothing can change over it.
        solvable = np.linalg.matrix_rank(block, hermitian=True) == len(kept)
        statistics.append(float(u @ np.linalg.solve(block, u)) if solvable else np.nan)
    return _tested([name for name, _ in groups], statistics, [len(i) for _, i in groups])


def _tested(names: Sequence[str], statistics: Sequence[float], df: Sequence[int]) -> pd.DataFrame:
    from scipy.special import chdtrc

    values, degrees = np.asarray(statistics, float), np.asarray(df, np.int64)
    return pd.DataFrame(
        {
            "term": np.array(names, dtype=object),
            "statistic": values,
            "df": degrees,
            "p_value": np.asarray(chdtrc(degrees, values), float),
        }
    )


def _monthly_proportionality(
    design: Design, cells: Cells, fit: MonthsFit, transform: Transform
) -> pd.DataFrame:
    g = _transformed(cells.time, design.rows, transform)
    shape = (len(g), *cells.x.shape)
    plain = np.broadcast_to(cells.x[None], shape)
    both = np.concatenate([plain, g[:, None, None] * plain], axis=2)
    found = pieces(cells, fit.alpha, fit.beta, both)
    return _proportionality(design, found.score[len(design.terms) :], found.information)


def _transformed(times: Floats, rows: Rows, transform: Transform) -> Floats:
    """Time, or the share that has left just before it (so that few late departures do not rule)."""
    if transform == "identity":
        return times - times.mean()
    everyone = Rows(
        np.empty((len(rows.entry), 0)),
        rows.entry,
        rows.duration,
        rows.events,
        rows.lives,
        np.zeros_like(rows.stratum),
    )
    moments = find_moments(everyone)
    at_risk = moments.summed(rows.lives[moments.rows][:, None].astype(float))[:, 0]
    survival = np.cumprod(1 - moments.deaths / at_risk)
    before = np.concatenate([[1.0], survival])
    g = 1 - before[np.searchsorted(moments.time, times, side="left")]
    return g - g.mean()


# --- baselines ------------------------------------------------------------------------------------


def _partial_baseline(partial: Partial, beta: Floats) -> Baseline:
    sums, moments = partial.sums(beta), partial.moments
    pull = sums.v[0][:, None] * sums.s1 - sums.v[1][:, None] * sums.d1
    return Baseline(moments.time, moments.stratum, sums.w[0], sums.v[0], pull)


def _monthly_baseline(cells: Cells, fit: MonthsFit) -> Baseline:
    hazard, end = np.exp(fit.alpha), fit.end
    everybody = len(cells.everybody)
    time = np.concatenate([cells.time, cells.everybody])
    stratum = np.concatenate([cells.stratum, cells.everybody_stratum])
    order = np.lexsort([time, stratum])
    return Baseline(
        time[order],
        stratum[order],
        np.concatenate([hazard, np.full(everybody, np.inf)])[order],
        np.concatenate([hazard**2 / end.a, np.zeros(everybody)])[order],
        np.concatenate([(hazard / end.a)[:, None] * end.c, np.zeros((everybody, end.c.shape[1]))])[
            order
        ],
    )
