"""Cox's partial likelihood on counted rows: late entry, start–stop, strata, ties.

Everything is summed per *moment* (a time at which somebody leaves, within a stratum), so that many
equal rows cost as much as one. Why not lifelines: it has neither penalised likelihood nor the score
test of proportionality, and takes half a minute for a million rows; it is a witness in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from csdata.analyses.drivers_design import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ties = Literal["efron", "breslow"]

MOST_STEPS: Final = 40
SMALL_STEP: Final = 1e-9
"""A step of less than this, in standard deviations of the linear predictor, is the last one."""

LONGEST_STEP: Final = 5.0
"""No step moves the log-hazard by more: far out the information is too flat to trust."""

RUNAWAY: Final = 15.0
"""A coefficient that alone moves the logarithm of the hazard by so much has no finite estimate."""


@dataclass(frozen=True, eq=False, slots=True)
class Value:
    """The logarithm of the likelihood at one point, its gradient and its information."""

    loglik: float
    score: Floats
    information: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Moments:
    """Where each row is at risk: between which moments, in which order.

    ``time``, ``stratum``: of each moment, sorted by stratum, then time. ``at_risk`` sums rows over
    each moment's risk set when :meth:`summed` has added up from the back; ``dying`` sums the
    departures. ``first`` is the place of each stratum's first moment. ``rows`` are the places of
    the rows that are at risk at any moment.
    """

    time: Floats
    stratum: Ints
    deaths: Ints
    rows: Ints
    change: Any
    dying: Any
    first: Ints

    def summed(self, values: Floats) -> Floats:
        """Sum of ``values`` (rows × k, already times the number of lives) over each risk set."""
        return self.cumulated(np.asarray(self.change @ values, float))

    def cumulated(self, changes: Floats) -> Floats:
        """Sums over the risk sets from what changes at each moment."""
        total = np.empty_like(changes)
        ends = np.append(self.first[1:], len(changes))
        for begin, end in zip(self.first, ends, strict=True):
            total[begin:end] = np.cumsum(changes[begin:end][::-1], axis=0)[::-1]
        return total


def find_moments(rows: Rows) -> Moments:
    """The moments of ``rows`` and who is at risk at each."""
    from scipy.sparse import coo_array

    left = rows.events > 0
    pairs = np.unique(
        np.column_stack([rows.stratum[left], rows.duration[left]]), axis=0
    )  # sorted by stratum, then time
    stratum, time = pairs[:, 0].astype(np.int64), np.asarray(pairs[:, 1], float)
    lo, hi, begin = (np.empty(len(rows.duration), np.int64) for _ in range(3))
    firsts: list[int] = []
    for s in np.unique(rows.stratum):
        inside, its = rows.stratum == s, np.flatnonzero(stratum == s)
        start = int(its[0]) if len(its) else 0
        firsts += [start] if len(its) else []
        begin[inside] = start
        lo[inside] = start + np.searchsorted(time[its], rows.entry[inside], side="right")
        hi[inside] = start + np.searchsorted(time[its], rows.duration[inside], side="right") - 1
    used = np.flatnonzero(lo <= hi)
    lo, hi, begin = lo[used], hi[used], begin[used]
    later = np.flatnonzero(lo > begin)
    places = np.arange(len(used))
    shape = (len(time), len(used))
    change = coo_array(
        (
            np.concatenate([np.ones(len(used)), -np.ones(len(later))]),
            (np.concatenate([hi, lo[later] - 1]), np.concatenate([places, later])),
        ),
        shape=shape,
    ).tocsr()
    gone = np.flatnonzero(rows.events[used] > 0)
    dying = coo_array(
        (rows.events[used][gone].astype(float), (hi[gone], gone)), shape=shape
    ).tocsr()
    return Moments(
        time=time,
        stratum=stratum,
        deaths=np.asarray(dying.sum(axis=1)).ravel().astype(np.int64),
        rows=used,
        change=change,
        dying=dying,
        first=np.array(firsts, np.int64),
    )


@dataclass(frozen=True, eq=False, slots=True)
class Sums:
    """Sums over the risk set and over the departures of each moment, weighted by the hazard.

    ``s0``, ``s1``, ``s2`` over the risk set, ``d0``, ``d1``, ``d2`` over the departures. ``w``:
    Σ f^k / S, ``v``: Σ f^k / S² over the departures of a moment, where S is the risk set less the
    share f of the departures (Efron's way with ties; f = 0 is Breslow's).
    """

    s0: Floats
    s1: Floats
    s2: Floats
    d0: Floats
    d1: Floats
    d2: Floats
    logs: float
    w: tuple[Floats, Floats]
    v: tuple[Floats, Floats, Floats]


@dataclass(frozen=True, eq=False, slots=True)
class Partial:
    """The partial likelihood of one set of rows; ``x`` is centred, which changes no coefficient."""

    moments: Moments
    x: Floats
    lives: Floats
    fraction: Floats
    of: Ints
    gone: Floats
    ties: Ties

    @classmethod
    def of_rows(cls, rows: Rows, *, ties: Ties = "efron") -> Partial:
        """Sort the rows once; every evaluation uses the same order."""
        moments = find_moments(rows)
        used = moments.rows
        lives = rows.lives[used].astype(float)
        x = rows.x[used] - rows.middle
        of = np.repeat(np.arange(len(moments.time)), moments.deaths)
        begin = np.cumsum(moments.deaths) - moments.deaths
        place = np.arange(len(of)) - begin[of]
        fraction = place / moments.deaths[of] if ties == "efron" else np.zeros(len(of))
        gone = np.asarray(moments.dying @ x, float)
        return cls(moments, x, lives, fraction, of, gone, ties)

    def sums(self, beta: Floats) -> Sums:
        """All sums at ``beta``."""
        n, p = self.x.shape
        hazard = np.exp(np.minimum(self.x @ beta, 700.0))
        parts = np.empty((n, 1 + p + p * p))
        parts[:, 0] = hazard
        parts[:, 1 : 1 + p] = hazard[:, None] * self.x
        parts[:, 1 + p :] = (parts[:, 1 : 1 + p, None] * self.x[:, None, :]).reshape(n, p * p)
        risk = self.moments.summed(self.lives[:, None] * parts)
        died = np.asarray(self.moments.dying @ parts, float)
        s0, d0 = risk[:, 0], died[:, 0]
        each = s0[self.of] - self.fraction * d0[self.of]
        count = len(s0)
        one, two = 1 / each, 1 / each**2

        def per_moment(values: Floats) -> Floats:
            return np.asarray(np.bincount(self.of, values, minlength=count), float)

        f = self.fraction
        return Sums(
            s0=s0,
            s1=risk[:, 1 : 1 + p],
            s2=risk[:, 1 + p :].reshape(count, p, p),
            d0=d0,
            d1=died[:, 1 : 1 + p],
            d2=died[:, 1 + p :].reshape(count, p, p),
            logs=float(np.log(each).sum()),
            w=(per_moment(one), per_moment(f * one)),
            v=(per_moment(two), per_moment(f * two), per_moment(f * f * two)),
        )

    def at(self, beta: Floats) -> Value:
        """Log-likelihood, gradient and information at ``beta``."""
        sums = self.sums(beta)
        loglik = float((self.gone @ beta).sum()) - sums.logs
        return Value(loglik, self.residuals(sums).sum(axis=0), self.informations(sums).sum(axis=0))

    def residuals(self, sums: Sums) -> Floats:
        """Schoenfeld's residuals, moments × terms: covariates of the leavers less expected ones."""
        return self.gone - (sums.w[0][:, None] * sums.s1 - sums.w[1][:, None] * sums.d1)

    def informations(self, sums: Sums) -> Floats:
        """Information of each moment, moments × terms × terms."""
        w0, w1 = (w[:, None, None] for w in sums.w)
        v0, v1, v2 = (v[:, None, None] for v in sums.v)
        s, d = sums.s1[:, :, None], sums.d1[:, :, None]
        st, dt = sums.s1[:, None, :], sums.d1[:, None, :]
        squares = v0 * s * st - v1 * (s * dt + d * st) + v2 * d * dt
        return w0 * sums.s2 - w1 * sums.d2 - squares


@dataclass(frozen=True, eq=False, slots=True)
class Maximum:
    """Where the likelihood is largest; ``runaway`` terms have no finite estimate (separation)."""

    beta: Floats
    value: Value
    start: Value
    runaway: tuple[int, ...]


def maximise(partial: Any, *, terms: int, scale: Floats) -> Maximum:
    """Newton's method with halved steps; ``partial`` is anything with ``at(beta)``.

    ``scale`` is the spread of each covariate: a coefficient times it is on the log-hazard scale.
    """
    beta = np.zeros(terms)
    start = value = found = partial.at(beta)
    step = np.zeros(terms)
    for _ in range(MOST_STEPS):
        step = _step(value)
        size = float(np.max(np.abs(step) * scale, initial=0.0))
        if size < SMALL_STEP:
            break
        step = step * min(1.0, LONGEST_STEP / size)
        for _ in range(20):
            found = partial.at(beta + step)
            if found.loglik >= value.loglik - 1e-10 * abs(value.loglik):
                break
            step = step / 2
        beta, value = beta + step, found
        if np.max(np.abs(beta) * scale, initial=0.0) > 2 * RUNAWAY:
            break
    running = np.abs(beta) * scale > RUNAWAY
    late = np.abs(step) * scale > 1e-3  # noqa: PLR2004 (a finite maximum is found long before)
    return Maximum(beta, value, start, tuple(int(i) for i in np.flatnonzero(running | late)))


def _step(value: Value) -> Floats:
    try:
        return np.asarray(np.linalg.solve(value.information, value.score), float)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(value.information) @ value.score, float)
