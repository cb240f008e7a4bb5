"""Firth's penalised likelihood: finite estimates where a term parts leavers from stayers.

Source: Firth (1993), Biometrika 80; Heinze & Schemper (2001), Biometrics 57: log-likelihood plus
half the logarithm of the information's determinant, with profile intervals, since no Wald interval
holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from csdata.analyses.drivers_partial import Floats, Partial, Value
from csdata.analyses.intervals import alpha

MOST_STEPS: Final = 200
SMALL_GAIN: Final = 1e-13
"""A step that would raise the log-likelihood by less is the last one."""

FARTHEST: Final = 60.0
"""A profile bound beyond this many standard deviations of the log-hazard is none: NaN."""


@dataclass(frozen=True, eq=False, slots=True)
class Penalised:
    """The penalised likelihood: ``score`` is its gradient, ``information`` the plain one's."""

    partial: Partial

    def at(self, beta: Floats) -> Value:
        """Penalised log-likelihood and gradient, and the information."""
        partial = self.partial
        sums = partial.sums(beta)
        information = partial.informations(sums).sum(axis=0)
        sign, logs = np.linalg.slogdet(information)
        if sign <= 0:
            return Value(-np.inf, np.zeros(len(beta)), np.eye(len(beta)))
        plain = float((partial.gone @ beta).sum()) - sums.logs
        score = partial.residuals(sums).sum(axis=0)
        bend = self._bend(beta, np.linalg.inv(information))
        return Value(plain + logs / 2, score + bend / 2, information)

    def _bend(self, beta: Floats, inverse: Floats) -> Floats:
        """Trace of inverse × derivative of the information by each coefficient.

        At one departure the information is the covariance of the covariates over the risk set, so
        its derivative is their third central moment.
        """
        partial = self.partial
        x, of, f = partial.x, partial.of, partial.fraction
        hazard = np.exp(np.minimum(x @ beta, 700.0))
        square = np.einsum("ij,jk,ik->i", x, inverse, x)
        n, p = x.shape
        parts = np.column_stack(
            [
                np.ones(n),
                x,
                square,
                square[:, None] * x,
                (x[:, :, None] * x[:, None, :]).reshape(n, p * p),
            ]
        )
        parts *= hazard[:, None]
        risk = partial.moments.summed(partial.lives[:, None] * parts)
        died = np.asarray(partial.moments.dying @ parts, float)
        each = risk[of] - f[:, None] * died[of]
        each /= each[:, :1]
        mean, q, qx = each[:, 1 : 1 + p], each[:, 1 + p], each[:, 2 + p : 2 + 2 * p]
        cross = each[:, 2 + 2 * p :].reshape(-1, p, p)
        covariance = cross - mean[:, :, None] * mean[:, None, :]
        pull = np.einsum("ei,ij,ejk->ek", mean, inverse, covariance)
        return (qx - mean * q[:, None] - 2 * pull).sum(axis=0)


@dataclass(frozen=True, eq=False, slots=True)
class Firth:
    """Estimates with profile bounds and the p-values of penalised likelihood ratio tests."""

    beta: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    value: Value
    null: Value


def fit_firth(partial: Partial, *, scale: Floats, confidence: float) -> Firth:
    """Maximise the penalised likelihood, then follow its profile for each term."""
    from scipy.special import chdtrc, chdtri

    penalised, p = Penalised(partial), len(scale)
    free = np.ones(p, bool)
    null = penalised.at(np.zeros(p))
    beta, value = _climb(penalised, np.zeros(p), free)
    drop = float(chdtri(1, alpha(confidence))) / 2
    lower, upper, p_value = np.empty(p), np.empty(p), np.empty(p)
    for j in range(p):
        rest = free.copy()
        rest[j] = False
        without = beta.copy()
        without[j] = 0.0
        at_zero = _climb(penalised, without, rest)[1].loglik
        p_value[j] = chdtrc(1, max(2 * (value.loglik - at_zero), 0.0))
        goal = value.loglik - drop
        lower[j] = _bound(penalised, beta, j, goal, -1.0 / scale[j])
        upper[j] = _bound(penalised, beta, j, goal, 1.0 / scale[j])
    return Firth(beta, lower, upper, p_value, value, null)


def _climb(penalised: Penalised, beta: Floats, free: np.ndarray) -> tuple[Floats, Value]:
    """The largest value over the free coefficients, from ``beta``."""
    value = penalised.at(beta)
    for _ in range(MOST_STEPS if free.any() else 0):
        block = value.information[np.ix_(free, free)]
        step = np.zeros(len(beta))
        step[free] = np.linalg.solve(block, value.score[free])
        if abs(float(step @ value.score)) < SMALL_GAIN:
            break
        # The step is not Newton's for the penalised likelihood, so it may be too long.
        for _ in range(30):
            found = penalised.at(beta + step)
            if found.loglik >= value.loglik:
                break
            step = step / 2
        else:
            break
        beta, value = beta + step, found
    return beta, value


def _bound(penalised: Penalised, beta: Floats, j: int, goal: float, stride: float) -> float:
    """Where the profile of term ``j`` has fallen to ``goal``, going by ``stride`` from its top."""
    from scipy.optimize import brentq

    free = np.ones(len(beta), bool)
    free[j] = False
    best = {"at": beta}

    def above(value: float) -> float:
        from_here = best["at"].copy()
        from_here[j] = value
        best["at"], found = _climb(penalised, from_here, free)
        return found.loglik - goal

    near, far = float(beta[j]), float(beta[j]) + stride
    while above(far) > 0:
        near, stride = far, stride * 1.6
        far = near + stride
        if abs(far - beta[j]) > FARTHEST * abs(stride):
            return float("nan")
        if abs(far) > 1e3:  # noqa: PLR2004 (e^1000 is no number)
            return float("nan")
    root: Any = brentq(above, min(near, far), max(near, far), xtol=1e-7)
    return float(root)
