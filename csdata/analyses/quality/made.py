"""How a finding is put together from what a check has seen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from csdata.analyses.quality.facts import Facts
from csdata.analyses.quality.result import Direction, Finding
from csdata.i18n import Message, message


def made(
    key: str,
    direction: Direction,
    facts: Facts,
    rows: pd.DataFrame,
    *columns: str,
    of: int,
    n: int | None = None,
    effect: str | None = None,
    after: float = np.nan,
    size: float = np.nan,
    observed_from: dt.date | None = None,
    **values: Any,
) -> Finding:
    """A finding: ``quality.seen.<key>`` with ``values``, its effect and its remedy.

    Args:
        key: The check.
        direction: How retention looks because of it.
        facts: The data.
        rows: The customers that show it, and in ``columns`` by what.
        columns: See ``rows``.
        of: Out of how many.
        n: How many; default the rows.
        effect: Which ``quality.effect`` it has, if not that of its direction.
        after: 12-month retention under the assumption of the check.
        size: A bound, where retention cannot be calculated.
        observed_from: First day of the records to be proposed.
        values: What the sentences are filled with, besides ``n`` and ``of``.
    """
    seen: dict[str, Any] = {"n": len(rows) if n is None else n, "of": of} | values
    before = facts.naive if not np.isnan(after) else np.nan
    measured = not np.isnan(before) and not np.isnan(after)
    words = message(f"quality.effect.{effect or direction}")
    return Finding(
        key=key,
        direction=direction,
        message=message(f"quality.seen.{key}", **seen),
        effect=_with_figures(words, before, after) if measured else words,
        remedy=message(f"quality.remedy.{key}", **seen),
        n=seen["n"],
        of=of,
        rows=facts.shown(rows, *columns),
        before=before if measured else np.nan,
        after=after if measured else np.nan,
        size=abs(after - before) if measured else size,
        observed_from=observed_from,
    )


def _with_figures(words: Message, before: float, after: float) -> Message:
    return message("quality.effect_moves", effect=words, before=before, after=after)
