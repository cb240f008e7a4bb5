"""What a check of the data finds, and all of it together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from csdata.i18n import Message, message

Direction = Literal["higher", "lower", "either", "blur", "none"]
"""How retention looks against what it is: higher, lower, either way, blurred, or not touched."""

State = Literal["found", "clear", "impossible"]

_ROUGHLY: Final[dict[Direction, float]] = {
    "higher": 0.004,
    "lower": 0.004,
    "either": 0.003,
    "blur": 0.002,
    "none": 0.0,
}
"""Places of findings whose size is not calculable: behind whatever moves half a point or more."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Finding:
    """One thing in the data that may mislead.

    Attributes:
        key: Which check it comes from.
        direction: How retention looks because of it.
        message: What was seen, with its numbers.
        effect: The direction in words; with the 12-month retention before and after where both
            can be calculated.
        remedy: What to do.
        n: Rows that show it, out of ``of``.
        rows: These rows: ``customer_id``, ``name`` if there is one, and the columns that show it.
        before: 12-month retention (Kaplan–Meier) as the data have it; NaN if not calculable.
        after: The same under the assumption that the check names; NaN if not calculable.
        size: How much of the 12-month retention it could move (0 to 1): |after − before|; the
            share of the customers concerned where only this bound is known; infinite where the
            data set no bound at all (nobody left, a file that was cut); NaN otherwise.
        observed_from: First day from which the records can be trusted, if that is the remedy.
    """

    key: str
    direction: Direction
    message: Message
    effect: Message
    remedy: Message
    n: int
    of: int
    rows: pd.DataFrame
    before: float = np.nan
    after: float = np.nan
    size: float = np.nan
    observed_from: dt.date | None = None

    @property
    def share(self) -> float:
        """``n`` out of ``of``; NaN of nothing."""
        return self.n / self.of if self.of else np.nan

    @property
    def place(self) -> float:
        """What findings are ordered by, the largest first."""
        return _ROUGHLY[self.direction] if np.isnan(self.size) else self.size


@dataclass(frozen=True, slots=True)
class Checked:
    """A check and how it came out; ``impossible`` where the data lack what it needs."""

    key: str
    state: State

    @property
    def name(self) -> Message:
        """What was checked, in words."""
        return message(f"quality.check.{self.key}")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class DataQuality:
    """What may mislead, ordered by how much it could change the answer.

    ``table`` has one row per check: ``key``, ``state`` (found, clear, impossible), ``direction``,
    ``n``, ``of``, ``share``, ``size``, ``before``, ``after`` (missing unless found); findings
    first, in their order.
    """

    findings: tuple[Finding, ...]
    checked: tuple[Checked, ...]
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message

    @property
    def table(self) -> pd.DataFrame:
        """The checks as a tidy table."""
        columns = ("direction", "n", "of", "share", "size", "before", "after")
        rows = [
            {"key": f.key, "state": "found"} | {c: getattr(f, c) for c in columns}
            for f in self.findings
        ]
        rows += [{"key": c.key, "state": c.state} for c in self.checked if c.state != "found"]
        return pd.DataFrame(rows, columns=["key", "state", *columns])
