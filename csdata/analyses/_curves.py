"""One Kaplan–Meier curve from counted lives: numbers at risk, band, median, restricted mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata.analyses.intervals import Interval, alpha, z_value

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

HALF: Final = 0.5 + 1e-9
"""A survival of exactly one half that rounding left a little above it counts as reached."""


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """How many happened by a time: distinct sorted ``time`` and the running ``total`` from 0."""

    time: Floats
    total: Integers

    @classmethod
    def of(cls, time: Floats, n: Integers) -> Tally:
        """The tally of ``n`` things at each ``time`` (any order, repeats allowed)."""
        distinct, place = np.unique(time, return_inverse=True)
        summed = np.bincount(place, weights=n, minlength=len(distinct)).astype(np.int64)
        return cls(distinct, np.concatenate([[0], np.cumsum(summed)]))

    def before(self, time: Floats) -> Integers:
        """Number strictly before each time."""
        return self.total[np.searchsorted(self.time, time, side="left")]

    def by(self, time: Floats) -> Integers:
        """Number up to and including each time."""
        return self.total[np.searchsorted(self.time, time, side="right")]


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """The curve of one group.

    ``time`` begins with ``start`` (0, or the late entry from which it is drawn) and goes on with
    every distinct event or censoring time after it. ``at_risk`` is the number just before a time,
    at ``start`` just after it; ``spread`` is Greenwood's Σ d/(n(n − d)), a term with n = d
    counting 0. Without enough at risk at any time ``start`` is NaN and the arrays are empty.
    """

    group: Any
    n: int
    events_total: int
    zero: int
    start: float
    events_before: int
    censored_before: int
    last: float
    entered: Tally
    left: Tally
    time: Floats
    at_risk: Integers
    events: Integers
    censored: Integers
    survival: Floats
    spread: Floats

    def known(self, times: Floats) -> NDArray[np.bool_]:
        """Where the curve says something: from its start to its last follow-up.

        Beyond the last follow-up the curve goes on only at 0, when nobody is left.
        """
        end = np.inf if self.ended else self.last
        return (times >= self.start) & (times <= end)

    @property
    def ended(self) -> bool:
        """Whether the curve reaches 0."""
        return bool(len(self.survival)) and bool(self.survival[-1] == 0)

    def risk(self, times: Floats) -> Integers:
        """Number at risk just before each time; at the start of the curve just after it."""
        before = self.entered.before(times) - self.left.before(times)
        after = self.entered.by(times) - self.left.by(times)
        # A curve that never starts is asked from 0 like every other.
        start = 0.0 if np.isnan(self.start) else self.start
        return np.where(times == start, after, before)

    def at(self, times: Floats, *, confidence: float) -> tuple[Interval, NDArray[np.bool_]]:
        """Survival with its log–log band at any times, and where only exact bounds exist."""
        if not len(self.time):
            nothing = np.full(len(times), np.nan)
            return Interval(nothing, nothing, nothing), np.zeros(len(times), dtype=bool)
        row = np.clip(np.searchsorted(self.time, times, side="right") - 1, 0, None)
        known = self.known(times)
        lower, upper = band(self.survival, self.spread, confidence=confidence)
        found = Interval(
            *(np.where(known, values[row], np.nan) for values in (self.survival, lower, upper))
        )
        return found, known & np.isnan(found.lower)

    def exact_ends(self, times: Floats, *, confidence: float) -> tuple[Floats, Floats]:
        """Clopper–Pearson bounds where survival is 1 or 0, from the number at risk there.

        Survival 0 is judged by those who were at risk when it was reached.
        """
        tail = alpha(confidence) / 2
        survival = self.at(times, confidence=confidence)[0].estimate
        n = self.risk(times)
        if self.ended:
            n = np.where(survival == 0, self.at_risk[np.argmax(self.survival == 0)], n)
        with np.errstate(divide="ignore"):
            bound = tail ** (1 / n)
        lower = np.where(survival == 1, bound, np.where(survival == 0, 0.0, np.nan))
        upper = np.where(survival == 1, 1.0, np.where(survival == 0, 1 - bound, np.nan))
        return lower, upper

    def median(self, *, confidence: float) -> Interval:
        """First time with survival ≤ ½; the interval by inverting the log–log band."""
        lower, upper = band(self.survival, self.spread, confidence=confidence)
        return Interval(
            _first(self.time, self.survival), _first(self.time, lower), _first(self.time, upper)
        )

    def rmst(self, tau: float) -> tuple[float, float]:
        """Area under the curve from its start to ``tau``, and its standard error."""
        if not len(self.time) or self.last <= 0:  # nobody was ever at risk
            return np.nan, np.nan
        inside = self.time <= tau
        time, survival = self.time[inside], self.survival[inside]
        areas = survival * np.diff(np.append(time, tau))
        ahead = np.cumsum(areas[::-1])[::-1]
        variance = ahead**2 * np.diff(self.spread[inside], prepend=0.0)
        return float(areas.sum()), float(np.sqrt(variance.sum()))


def estimate(
    group: Any, counts: pd.DataFrame, *, min_at_risk: int, start: float | None = None
) -> Curve:
    """The curve of one group from its counted lives (see :class:`csdata.analyses._lives.Lives`).

    ``start``: where it is to begin; by itself it begins at the first time with enough at risk.

    Source: Kaplan & Meier (1958); late entry as in Tsai, Jewell & Wang (1987), Biometrika 74.
    """
    entry, duration = (counts[c].to_numpy(float) for c in ("entry", "duration"))
    events, censored = (counts[c].to_numpy(np.int64) for c in ("events", "censored"))
    lives = events + censored
    lived = duration > 0
    entered = Tally.of(entry[lived], lives[lived])
    left = Tally.of(duration[lived], lives[lived])
    happened = Tally.of(duration[lived], events[lived])
    start = _start(entered, left, min_at_risk=min_at_risk) if start is None else start
    until = np.array([np.inf if np.isnan(start) else start])
    drawn = left.time > until
    d, time = np.diff(happened.total)[drawn], left.time[drawn]
    at_risk = entered.before(time) - left.before(time)
    # Where everyone at risk leaves, Greenwood's term is infinite; by definition it counts 0.
    terms: Floats = np.where(d < at_risk, d / np.maximum(at_risk * (at_risk - d), 1), 0.0)
    began = until[np.isfinite(until)]
    steps = np.concatenate([np.ones(len(began)), 1 - d / at_risk])
    none = np.zeros(len(began), dtype=np.int64)
    events_before = int(happened.by(until)[0])
    return Curve(
        group=group,
        n=int(lives.sum()),
        events_total=int(events.sum()),
        zero=int(lives[~lived].sum()),
        start=start,
        events_before=events_before,
        censored_before=int(left.by(until)[0]) - events_before,
        last=float(duration.max(initial=0.0)),
        entered=entered,
        left=left,
        time=np.concatenate([began, time]),
        at_risk=np.concatenate([entered.by(began) - left.by(began), at_risk]),
        events=np.concatenate([none, d]),
        censored=np.concatenate([none, np.diff(left.total)[drawn] - d]),
        survival=np.asarray(np.cumprod(steps), float),
        spread=np.cumsum(np.concatenate([np.zeros(len(began)), terms])),
    )


def band(survival: Floats, spread: Floats, *, confidence: float) -> tuple[Floats, Floats]:
    """Log–log band Ŝ^exp(±zθ), θ = √spread / |ln Ŝ|; NaN where Ŝ is 0 or 1, as in R."""
    inner = np.where((survival > 0) & (survival < 1), survival, np.nan)
    width = z_value(confidence) * np.sqrt(spread) / -np.log(inner)
    return inner ** np.exp(width), inner ** np.exp(-width)


def _first(time: Floats, values: Floats) -> float:
    reached = np.flatnonzero(values <= HALF)
    return float(time[reached[0]]) if len(reached) else np.nan


def _start(entered: Tally, left: Tally, *, min_at_risk: int) -> float:
    """0 without late entry; else the first time just after which enough are at risk."""
    if not len(entered.time) or entered.time[-1] == 0:
        return 0.0
    after = entered.by(entered.time) - left.by(entered.time)
    enough = np.flatnonzero(after >= min_at_risk)
    return float(entered.time[enough[0]]) if len(enough) else np.nan
