"""What is not in the table: rows beyond a cut, rows set aside, customers that cannot be counted."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
import pandas as pd

from csdata.analyses.quality.facts import Facts
from csdata.analyses.quality.made import made
from csdata.analyses.quality.result import Direction, Finding
from csdata.counts import OK
from csdata.i18n import message

FEWEST: Final = 5
SHARE: Final = 0.05
"""Of the customers: what is left out cannot move retention by more than its own share."""

_LATER: Final = frozenset({"starts_later", "after_as_of"})
"""Not yet customers; nothing is missing."""
_MEANT: Final = frozenset({"left_before_observation"})
"""Left out because the user has said when the records begin."""
_LEAVERS: Final = frozenset({"unreadable_end", "end_before_start", "ends_before_start"})
"""Rows with an end that cannot be used: those who left."""


def cut_off(facts: Facts) -> Finding | None:
    """A file ended exactly where a program stops, as noted when it was read.

    What is missing depends on how the report was sorted: the direction is not known, nor any bound.
    """
    cuts = [n for n in facts.portfolio.provenance.notes if n.key == "note.cut_off"]
    if not cuts:
        return None
    rows = [int(str(cut.values["n"])) for cut in cuts]  # noqa: PD011 (a mapping)
    return made(
        "cut_off",
        "either",
        facts,
        facts.rows.iloc[:0],
        of=max(rows),
        n=max(rows),
        size=np.inf,
        effect="sorted",
        files=len(cuts),
        what=cuts[rows.index(max(rows))].values["what"],  # noqa: PD011 (a mapping)
    )


def not_counted(facts: Facts) -> Finding | None:
    """Customers that are in the files but cannot be counted: no start, an unreadable end.

    Five and more, and 5 %. If most of them are rows with an end, leavers are missing and retention
    looks higher; else it can go either way. The size is their share: a bound.
    """
    aside = facts.rows[~facts.rows["_status"].isin({OK, *_LATER, *_MEANT})]
    reasons = Counter({str(s): int(n) for s, n in aside["_status"].value_counts().items()})
    before = {r: n for r, n in facts.portfolio.provenance.set_aside.items() if r not in _LATER}
    n = sum(reasons.values()) + sum(before.values())
    total = len(facts.counted) + n
    if n < max(FEWEST, SHARE * total):
        return None
    leavers = sum(m for r, m in (reasons + Counter(before)).items() if r in _LEAVERS)
    direction: Direction = "higher" if 2 * leavers > n else "either"
    said = [
        message("quality.reason_n", reason=message(f"quality.reason.{r}"), n=m)
        for r, m in reasons.most_common()
    ]
    said += [
        message("quality.reason_n", reason=message(f"rule.{r}"), n=m) for r, m in before.items()
    ]
    return made(
        "not_counted",
        direction,
        facts,
        aside.assign(reason=aside["_status"]),
        "reason",
        "start",
        "end",
        "tenure_months",
        of=total,
        n=n,
        size=n / total,
        reasons=said,
    )


def starts_later(facts: Facts) -> Finding | None:
    """Many customers begin after 基準日: perhaps it is an old one.

    Five and more, and 5 %. Nothing is wrong with the figures; they are those of that day.
    """
    rows = facts.rows[facts.rows["start"] > facts.as_of]
    before = sum(n for r, n in facts.portfolio.provenance.set_aside.items() if r in _LATER)
    n, total = len(rows) + before, len(facts.rows) + before
    if n < max(FEWEST, SHARE * total):
        return None
    return made(
        "starts_later",
        "none",
        facts,
        pd.DataFrame(rows),
        "start",
        of=total,
        n=n,
        day=facts.portfolio.as_of,
    )
