"""The log-rank test: observed less expected departures, with late entry, strata and weights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata.analyses._curves import Tally
from csdata.analyses._lives import Lives, group_codes, group_column, read_lives, stacked
from csdata.errors import NotBuilt, NotEnoughData
from csdata.i18n import Message, message

Floats = NDArray[np.float64]

WEIGHTS: Final = ("gehan", "tarone-ware", "peto")
LEVEL: Final = 0.05
"""A difference is said to exist when one as large would be rarer than this without any."""

SINGULAR: Final = 1e-10
"""Directions with less than this share of the largest variance are rounding, not information."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class LogRank:
    """A log-rank test of equal survival in all groups.

    ``table``: ``group``, ``n``, ``observed``, ``expected`` (departures; weighted where the test
    is). ``set_aside`` as in :class:`csdata.analyses.survival.SurvivalCurves`, and the rows without
    a group.
    """

    statistic: float
    df: int
    p_value: float
    table: pd.DataFrame
    set_aside: pd.DataFrame
    definition: Message
    n: int
    notes: tuple[Message, ...]
    finding: Message
    as_of: dt.date | None = None

    @property
    def differs(self) -> bool:
        """Whether the groups can be said to differ, at the 5 % level."""
        return self.p_value < LEVEL


def logrank(
    table: Any,
    *,
    duration: str,
    event: str,
    group: str,
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    weight: str | None = None,
) -> LogRank:
    """Test whether the groups leave at the same rate.

    Args:
        table: A frame of any backend, one row per life.
        duration: Time at which a life ended or was last seen.
        event: Whether it ended: true/false or 1/0.
        group: Column of groups. Rows without a value are left out and counted in ``set_aside``.
        entry: Time from which a life was under observation (late entry); default 0.
        strata: Column or columns within whose values the groups are compared.
        weight: None, "gehan" (number at risk), "tarone-ware" (its square root) or "peto" (survival
            just before, of the stratum as a whole: ``rho = 1`` in R).

    Raises:
        MissingColumns, BadValues: as for :func:`csdata.analyses.survival.kaplan_meier`.
        NotBuilt: Any other weight.
        NotEnoughData: Fewer than two groups with anyone at risk, or nobody left while two groups
            were at risk.

    Source: Mantel (1966); Tarone & Ware (1977); Harrington & Fleming (1982).
    """
    if weight is not None and weight not in WEIGHTS:
        raise NotBuilt(option="weight", value=weight, choices=["None", *WEIGHTS])
    columns = [strata] if isinstance(strata, str) else list(strata or ())
    lives = _grouped(
        read_lives(table, duration=duration, event=event, entry=entry, group=group, strata=columns)
    )
    counts = lives.counts
    codes = group_codes(counts)
    labels = counts["group"].iloc[np.unique(codes, return_index=True)[1]].tolist()
    lived = counts["duration"].to_numpy() > 0
    at_risk = len(np.unique(codes[lived]))
    if at_risk < 2:  # noqa: PLR2004 (a comparison needs two)
        raise NotEnoughData(found=at_risk, needed=2, what=message("survival.what.groups"))
    observed, expected, variance = _sums(counts[lived], codes[lived], len(labels), weight)
    statistic, df = _quadratic(observed - expected, variance)
    if df == 0:
        raise NotEnoughData(found=0, needed=1, what=message("survival.what.events"))
    p_value = _upper_tail(statistic, df)
    lives_per_group = np.bincount(codes, counts["events"] + counts["censored"]).astype(int)
    return LogRank(
        statistic=statistic,
        df=df,
        p_value=p_value,
        table=pd.DataFrame(
            {
                "group": group_column(labels),
                "n": lives_per_group,
                "observed": observed,
                "expected": expected,
            }
        ),
        set_aside=lives.set_aside,
        definition=message("definition.logrank"),
        n=int(lives_per_group.sum()),
        notes=lives.notes(),
        finding=message(
            f"survival.test_{'differ' if p_value < LEVEL else 'same'}", groups=len(labels)
        ),
    )


def against_rest(table: Any, *, duration: str, event: str, group: str, entry: str) -> pd.DataFrame:
    """Each group against all the others together, by the log-rank test.

    The two-sample test of a group against the rest is its own part of the test of all groups
    together: same expectation, same variance.

    Args:
        table: A frame of any backend, one row per life.
        duration: Time at which a life ended or was last seen.
        event: Whether it ended.
        group: Column of groups; rows without a value are left out.
        entry: Time from which a life was under observation.

    Returns:
        ``group``, ``n`` (lives), ``observed``, ``expected`` (departures, had all groups left
        alike), ``p_value`` (two-sided, not adjusted; NaN where there is nothing to compare).
    """
    counts = _grouped(
        read_lives(table, duration=duration, event=event, entry=entry, group=group)
    ).counts
    codes = group_codes(counts)
    labels = counts["group"].iloc[np.unique(codes, return_index=True)[1]].tolist()
    lived = counts["duration"].to_numpy() > 0
    observed, expected, variance = _sums(counts[lived], codes[lived], len(labels), None)
    spread = np.diag(variance)
    known = spread > 0
    statistic = np.where(known, (observed - expected) ** 2 / np.where(known, spread, 1), np.nan)
    return pd.DataFrame(
        {
            "group": group_column(labels),
            "n": np.bincount(codes, counts["events"] + counts["censored"]).astype(int),
            "observed": observed,
            "expected": expected,
            "p_value": [np.nan if np.isnan(s) else _upper_tail(float(s), 1) for s in statistic],
        }
    )


def _grouped(lives: Lives) -> Lives:
    """Only lives that belong to a group; the others are set aside."""
    counts = lives.counts
    named = counts["group"].notna()
    dropped = counts.loc[~named, ["group", "entry", "duration"]]
    n = (counts["events"] + counts["censored"])[~named]
    dropped = dropped.assign(n=n, reason="group_missing")
    aside = stacked([lives.set_aside, dropped])
    return Lives(counts=counts[named].reset_index(drop=True), set_aside=aside)


def _sums(
    counts: pd.DataFrame, codes: NDArray[np.int64], groups: int, weight: str | None
) -> tuple[Floats, Floats, Floats]:
    """Observed, expected and the covariance, summed over event times and strata."""
    observed, expected = np.zeros(groups), np.zeros(groups)
    variance = np.zeros((groups, groups))
    strata = counts["stratum"].to_numpy() if "stratum" in counts else np.zeros(len(counts))
    for stratum in np.unique(strata):
        inside = strata == stratum
        n, d = _risk_sets(counts[inside], codes[inside], groups)
        total, left = n.sum(axis=0), d.sum(axis=0)
        w = _weights(total, left, weight)
        observed += d @ w
        expected += n @ (w * left / total)
        # Hypergeometric covariance; a single one at risk has none. The variances are summed from
        # the covariances, not as a difference: groups that never meet then have exactly none.
        scale = w**2 * left * (total - left) / np.maximum(total - 1, 1)
        shared = (n * (scale / total**2)) @ n.T
        np.fill_diagonal(shared, 0)
        variance += np.diag(shared.sum(axis=1)) - shared
    return observed, expected, variance


def _risk_sets(
    counts: pd.DataFrame, codes: NDArray[np.int64], groups: int
) -> tuple[Floats, Floats]:
    """Group × distinct event time: how many are at risk, and how many leave."""
    entry, duration = (counts[c].to_numpy(float) for c in ("entry", "duration"))
    events = counts["events"].to_numpy(np.int64)
    lives = events + counts["censored"].to_numpy(np.int64)
    time = np.unique(duration[events > 0])
    at_risk, left = np.zeros((groups, len(time))), np.zeros((groups, len(time)))
    for g in np.unique(codes):
        mine = codes == g
        gone = Tally.of(duration[mine], lives[mine])
        at_risk[g] = Tally.of(entry[mine], lives[mine]).before(time) - gone.before(time)
        happened = Tally.of(duration[mine], events[mine])
        left[g] = happened.by(time) - happened.before(time)
    return at_risk, left


def _weights(total: Floats, left: Floats, weight: str | None) -> Floats:
    if weight == "gehan":
        return total
    if weight == "tarone-ware":
        return np.sqrt(total)
    if weight == "peto":
        return np.concatenate([[1.0], np.cumprod(1 - left / total)[:-1]])[: len(total)]
    return np.ones_like(total)


def _quadratic(excess: Floats, variance: Floats) -> tuple[float, int]:
    """Excess' V⁻ excess and the rank of V: its rows add up to 0, so one direction says nothing.

    Groups that were never at risk together with others take away further directions.
    """
    values, vectors = np.linalg.eigh(variance)
    if not values[-1] > 0:
        return np.nan, 0
    real = values > SINGULAR * values[-1]
    along = excess @ vectors[:, real]
    return float(np.sum(along**2 / values[real])), int(real.sum())


def _upper_tail(statistic: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))
