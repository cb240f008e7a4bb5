"""Proportional hazards in whole months: complementary log–log model on months × covariates.

Everybody at risk in a month counts in it once, and the covariates take only so many combinations,
so that a million customers are a few hundred cells. Where many leave at once (renewals) this is the
right model and Cox's is an approximation.

Source: Prentice & Gloeckler (1978), Biometrics 34.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from csdata.analyses.drivers_design import Rows
from csdata.analyses.drivers_partial import LONGEST_STEP, RUNAWAY, Floats, Ints, find_moments

MOST_CELLS: Final = 2_000_000
"""Months × combinations of covariates beyond which the model is not fitted."""

MOST_STEPS: Final = 60


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """``at_risk`` and ``events`` are months × patterns, ``x`` patterns × terms (centred).

    ``time`` and ``stratum`` are those of each month. Months in which nobody or everybody leaves say
    nothing about the terms; ``everybody`` (with its stratum) are the latter, for the curves.
    """

    time: Floats
    stratum: Ints
    at_risk: Floats
    events: Floats
    x: Floats
    everybody: Floats
    everybody_stratum: Ints


def in_months(rows: Rows) -> bool:
    """Whether all departures are at whole months."""
    gone = rows.duration[rows.events > 0]
    return bool(np.all(gone == np.floor(gone)))


def count_cells(rows: Rows) -> Cells | None:
    """The collapsed table; None where it would be too large for the model to pay."""
    from scipy.sparse import coo_array

    patterns, of = np.unique(rows.x - rows.middle, axis=0, return_inverse=True)
    of = of.ravel()
    left = rows.events > 0
    months = len(np.unique(np.column_stack([rows.stratum[left], rows.duration[left]]), axis=0))
    if months * len(patterns) > MOST_CELLS:
        return None
    moments = find_moments(rows)
    used = of[moments.rows]
    places = (np.arange(len(used)), used)
    lives = coo_array((rows.lives[moments.rows].astype(float), places)).tocsr()
    member = coo_array((np.ones(len(used)), places)).tocsr()
    at_risk = moments.cumulated((moments.change @ lives).toarray())
    events = (moments.dying @ member).toarray()
    whole = at_risk.sum(axis=1) == events.sum(axis=1)
    kept = ~whole
    return Cells(
        moments.time[kept],
        moments.stratum[kept],
        at_risk[kept],
        events[kept],
        patterns,
        moments.time[whole],
        moments.stratum[whole],
    )


@dataclass(frozen=True, eq=False, slots=True)
class Pieces:
    """Blocks of gradient and information: months ``a``, months × terms ``c``, terms ``b``."""

    loglik: float
    score_months: Floats
    score_terms: Floats
    a: Floats
    c: Floats
    b: Floats

    @property
    def information(self) -> Floats:
        """Information on the terms when the months are estimated, too."""
        return self.b - np.einsum("mi,mj->ij", self.c / self.a[:, None], self.c)

    @property
    def score(self) -> Floats:
        """Gradient of the terms, net of what the months take up."""
        return self.score_terms - (self.score_months / self.a) @ self.c


def pieces(cells: Cells, alpha: Floats, beta: Floats, x: Floats | None = None) -> Pieces:
    """Likelihood and its blocks at one point; ``x`` (months × patterns × more terms) for a test."""
    eta = np.clip(alpha[:, None] + (cells.x @ beta)[None, :], -700, 30)
    rate = np.exp(eta)
    share = -np.expm1(-rate)
    with np.errstate(divide="ignore"):
        happened = np.where(cells.events > 0, cells.events * np.log(share), 0.0)
    loglik = float((happened - (cells.at_risk - cells.events) * rate).sum())
    slope = (cells.events - cells.at_risk * share) * rate / share
    weight = cells.at_risk * rate**2 * np.exp(-rate) / share
    if x is None:
        score = slope.sum(axis=0) @ cells.x
        c = weight @ cells.x
        b = (cells.x * weight.sum(axis=0)[:, None]).T @ cells.x
    else:
        score = np.einsum("mg,mgp->p", slope, x)
        c = np.einsum("mg,mgp->mp", weight, x)
        b = np.einsum("mg,mgp,mgq->pq", weight, x, x, optimize=True)
    return Pieces(loglik, slope.sum(axis=1), score, weight.sum(axis=1), c, b)


@dataclass(frozen=True, eq=False, slots=True)
class MonthsFit:
    """Coefficients of the months and of the terms, at the maximum and without any term."""

    alpha: Floats
    beta: Floats
    end: Pieces
    start: Pieces
    runaway: tuple[int, ...]


def fit_months(cells: Cells, *, scale: Floats) -> MonthsFit:
    """Fisher scoring with halved steps, months eliminated block by block."""
    share = cells.events.sum(axis=1) / cells.at_risk.sum(axis=1)
    alpha, beta = np.log(-np.log1p(-share)), np.zeros(cells.x.shape[1])
    start = now = found = pieces(cells, alpha, beta)
    step = np.zeros_like(beta)
    for _ in range(MOST_STEPS):
        step = np.linalg.lstsq(now.information, now.score, rcond=None)[0]
        months = (now.score_months - now.c @ step) / now.a
        size = max(np.max(np.abs(step) * scale, initial=0.0), np.max(np.abs(months)))
        if size < 1e-10:  # noqa: PLR2004 (rounding)
            break
        shorter = min(1.0, LONGEST_STEP / float(size))
        step, months = step * shorter, months * shorter
        for _ in range(30):
            found = pieces(cells, alpha + months, beta + step)
            if found.loglik >= now.loglik - 1e-12 * abs(now.loglik):
                break
            step, months = step / 2, months / 2
        alpha, beta, now = alpha + months, beta + step, found
        if np.max(np.abs(beta) * scale, initial=0.0) > 2 * RUNAWAY:
            break
    running = (np.abs(beta) * scale > RUNAWAY) | (np.abs(step) * scale > 1e-3)  # noqa: PLR2004
    return MonthsFit(alpha, beta, now, start, tuple(int(i) for i in np.flatnonzero(running)))
