"""The log-rank test: observed less expected departures, with late entry, strata and weights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from csdata.analyses._excess import LEVEL, excess, grouped_lives, upper_tail
from csdata.analyses._lives import group_column
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message


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
    lives = grouped_lives(
        table, duration=duration, event=event, group=group, entry=entry, strata=strata
    )
    found = excess(lives, weight=weight)
    statistic, df = found.test()
    if df == 0:
        raise NotEnoughData(found=0, needed=1, what=message("survival.what.events"))
    p_value = upper_tail(statistic, df)
    return LogRank(
        statistic=statistic,
        df=df,
        p_value=p_value,
        table=pd.DataFrame(
            {
                "group": group_column(found.labels),
                "n": found.n,
                "observed": found.observed,
                "expected": found.expected,
            }
        ),
        set_aside=lives.set_aside,
        definition=message("definition.logrank"),
        n=int(found.n.sum()),
        notes=lives.notes(),
        finding=message(
            f"survival.test_{'differ' if p_value < LEVEL else 'same'}", groups=len(found.labels)
        ),
    )
