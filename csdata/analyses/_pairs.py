"""Which groups differ: pairs of them, each against the rest, or a trend along their order."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csdata.analyses._excess import LEVEL, Excess, excess, grouped_lives, upper_tail
from csdata.analyses._lives import Lives
from csdata.errors import BadValues, NotBuilt, NotEnoughData
from csdata.i18n import Message, message

MOST_PAIRED: Final = 12
"""Up to so many groups every pair is compared; of more, each one with all the others together."""

REST: Final = "rest"
"""Stands for all the other groups together; a neutral id, not a word to show."""

NAMED: Final = 5
"""So many of the pairs that differ are named in a sentence."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Pairs:
    """Groups compared two at a time.

    ``against`` is ``"pairs"``, or ``"rest"`` where each group is compared with all the others
    together. ``table``, one row per comparison: ``a``, ``b`` (:data:`REST` for the others),
    ``statistic`` (1 degree of freedom), ``p_value``, ``p_adjusted`` (for the number of
    comparisons), ``more`` (whether ``a`` leaves more than expected); NaN where the two were never
    at risk together while somebody left: such a pair is counted in ``notes``.
    """

    table: pd.DataFrame
    against: Literal["pairs", "rest"]
    set_aside: pd.DataFrame
    definition: Message
    n: int
    notes: tuple[Message, ...]
    finding: Message
    as_of: dt.date | None = None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Trend:
    """Whether survival rises or falls along the order of the groups.

    ``stays`` is True where later groups leave less than those before them. ``table``: ``group``,
    ``n``, ``observed``, ``expected``, in the order given.
    """

    statistic: float
    p_value: float
    stays: bool
    table: pd.DataFrame
    set_aside: pd.DataFrame
    definition: Message
    n: int
    notes: tuple[Message, ...]
    finding: Message
    as_of: dt.date | None = None


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """p-values adjusted for their number; NaN stays NaN and is not counted.

    Source: Holm (1979), Scand. J. Stat. 6.

    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, float)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(len(p), np.nan)
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(factors * p[order]))
    return adjusted


def pairwise_logrank(
    table: Any,
    *,
    duration: str,
    event: str,
    group: str,
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    weight: str | None = None,
    adjust: str = "holm",
) -> Pairs:
    """Log-rank tests of each pair of groups, adjusted for their number.

    With more than :data:`MOST_PAIRED` groups there would be too many pairs to say anything: each
    group is compared with all the others together.

    Args:
        table: A frame of any backend, one row per life.
        duration: Time at which a life ended or was last seen.
        event: Whether it ended: true/false or 1/0.
        group: Column of groups. Rows without a value are left out and counted in ``set_aside``.
        entry: Time from which a life was under observation (late entry); default 0.
        strata: Column or columns within whose values the groups are compared.
        weight: As for :func:`csdata.analyses.survival.logrank`.
        adjust: "holm".

    Raises:
        MissingColumns, BadValues: as for :func:`csdata.analyses.survival.kaplan_meier`.
        NotBuilt: Any other weight or adjustment.
        NotEnoughData: Fewer than two groups with anyone at risk, or no pair that can be compared.
    """
    if adjust != "holm":
        raise NotBuilt(option="adjust", value=adjust, choices=["holm"])
    lives = grouped_lives(
        table, duration=duration, event=event, group=group, entry=entry, strata=strata
    )
    whole = excess(lives, weight=weight)
    paired = len(whole.labels) <= MOST_PAIRED
    rows = list(_pairs(lives, whole, weight) if paired else _rests(whole))
    found = pd.DataFrame(rows, columns=["a", "b", "statistic", "more"])
    known = found["statistic"].notna()
    if not known.any():
        raise NotEnoughData(found=0, needed=1, what=message("survival.what.events"))
    found.insert(3, "p_value", [upper_tail(value, 1) for value in found["statistic"]])
    found.insert(4, "p_adjusted", holm(found["p_value"]))
    never = int((~known).sum())
    against: Literal["pairs", "rest"] = "pairs" if paired else "rest"
    return Pairs(
        table=found,
        against=against,
        set_aside=lives.set_aside,
        definition=message(f"definition.tests.{against}"),
        n=int(whole.n.sum()),
        notes=(*lives.notes(), *([message("survival_tests.never_met", n=never)] if never else [])),
        finding=_said(found[known], against),
    )


def trend_test(
    table: Any,
    *,
    duration: str,
    event: str,
    group: str,
    order: Sequence[Any],
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    weight: str | None = None,
) -> Trend:
    """Whether the groups leave the less, or the more, the further on they are in their order.

    The groups get the numbers 1, 2, 3 … in the order given: a step counts the same everywhere.

    Args:
        table: A frame of any backend, one row per life.
        duration: Time at which a life ended or was last seen.
        event: Whether it ended: true/false or 1/0.
        group: Column of groups. Rows without a value are left out and counted in ``set_aside``.
        entry: Time from which a life was under observation (late entry); default 0.
        strata: Column or columns within whose values the groups are compared.
        weight: As for :func:`csdata.analyses.survival.logrank`.
        order: All the groups, such as ``["BAD", "NORMAL", "GOOD"]``. One that does not occur keeps
            its place.

    Raises:
        MissingColumns: as for :func:`csdata.analyses.survival.kaplan_meier`.
        BadValues: A group is not in ``order``, or stands there twice; a time is not a number …
        NotBuilt: Any other weight.
        NotEnoughData: Fewer than two groups with anyone at risk, or nothing to compare.

    Source: Tarone (1975), Biometrika 62.
    """
    lives = grouped_lives(
        table, duration=duration, event=event, group=group, entry=entry, strata=strata
    )
    found = excess(lives, weight=weight)
    wanted = list(order)
    outside = [label for label in found.labels if label not in wanted]
    twice = [label for i, label in enumerate(wanted) if label in wanted[:i]]
    if outside or twice:
        remedy = message("survival_tests.remedy_order", groups=[str(g) for g in found.labels])
        raise BadValues(where="order", found=", ".join(map(str, [*outside, *twice])), remedy=remedy)
    places = np.array([wanted.index(label) + 1.0 for label in found.labels])
    along, variance = found.along(places)
    if variance == 0:
        raise NotEnoughData(found=0, needed=1, what=message("survival.what.events"))
    statistic = along**2 / variance
    p_value = upper_tail(statistic, 1)
    rows = np.argsort(places)
    columns = {"n": found.n, "observed": found.observed, "expected": found.expected}
    told = "none" if p_value >= LEVEL else "stays" if along < 0 else "leaves"
    return Trend(
        statistic=statistic,
        p_value=p_value,
        stays=along < 0,
        table=pd.DataFrame(
            {"group": [found.labels[i] for i in rows], **{c: v[rows] for c, v in columns.items()}}
        ),
        set_aside=lives.set_aside,
        definition=message("definition.tests.trend"),
        n=int(found.n.sum()),
        notes=lives.notes(),
        finding=message(f"survival_tests.trend_{told}", order=[str(label) for label in wanted]),
    )


def _pairs(lives: Lives, whole: Excess, weight: str | None) -> Iterator[tuple[Any, ...]]:
    counts = lives.counts
    for a, b in itertools.combinations(whole.labels, 2):
        both = counts[counts["group"].isin([a, b])].reset_index(drop=True)
        pair = excess(Lives(both, lives.set_aside), weight=weight)
        yield (a, b, *_single(pair, 0))


def _rests(whole: Excess) -> Iterator[tuple[Any, ...]]:
    """One group against the others together is its own row of the whole comparison."""
    for i, label in enumerate(whole.labels):
        yield (label, REST, *_single(whole, i))


def _single(found: Excess, place: int) -> tuple[float, bool]:
    direction = np.zeros(len(found.labels))
    direction[place] = 1
    along, variance = found.along(direction)
    return along**2 / variance if variance > 0 else np.nan, along > 0


def _said(table: pd.DataFrame, against: Literal["pairs", "rest"]) -> Message:
    differ = table[table["p_adjusted"] < LEVEL].sort_values("p_adjusted", kind="stable")
    if differ.empty:
        return message(f"survival_tests.{against}_none", n=len(table))
    words = [_words(row, against) for row in differ.head(NAMED).itertuples(index=False)]
    return message(f"survival_tests.{against}_some", n=len(table), differ=len(differ), which=words)


def _words(row: Any, against: Literal["pairs", "rest"]) -> Message:
    """The pair with the one that stays longer in front."""
    stays, leaves = (row.b, row.a) if row.more else (row.a, row.b)
    if against == "rest":
        return message(f"survival_tests.rest_{'leaves' if row.more else 'stays'}", group=row.a)
    return message("survival_tests.pair", stays=stays, leaves=leaves)
