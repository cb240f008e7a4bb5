"""What happened while a file was read, collected step by step."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csdata.i18n import Message, message

Action = Literal["kept", "missing", "set_aside", "dropped"]
Severity = Literal["info", "warning", "error"]
COLUMNS: Final = ("row", "column", "value", "rule", "action", "severity")


class Report:
    """Notes, questions and row-by-row problems of one import.

    Attributes:
        notes: What was done to the file, in order.
        questions: What only the user can decide; ``question.<field of the recipe>``.
        dropped: Rows that are no data (totals, footer), counted by rule.
        currencies: Column of the table → ISO codes of its money.
        as_of_candidates: The days that the file may mean by the 基準日 that it states.
    """

    def __init__(self) -> None:
        self.notes: list[Message] = []
        self.questions: list[Message] = []
        self.dropped: Counter[str] = Counter()
        self.currencies: dict[str, tuple[str, ...]] = {}
        self.as_of_candidates: tuple[dt.date, ...] = ()
        self._issues: list[pd.DataFrame] = []

    def note(self, key: str, /, **values: object) -> None:
        """Say what was done."""
        self.notes.append(message(f"note.{key}", **values))

    def ask(self, key: str, /, **values: object) -> None:
        """Ask what the file does not say."""
        self.questions.append(message(f"question.{key}", **values))

    def issues(
        self,
        rule: str,
        *,
        rows: npt.NDArray[np.int64],
        column: str,
        values: list[str],
        action: Action,
        severity: Severity,
    ) -> None:
        """List rows of the file (line numbers from 1) that a rule met."""
        if len(rows):
            frame = pd.DataFrame({"row": rows, "column": column, "value": values, "rule": rule})
            self._issues.append(frame.assign(action=action, severity=severity))

    def table(self) -> pd.DataFrame:
        """All problems, by row."""
        if not self._issues:
            texts = dict.fromkeys(COLUMNS[1:], "object")
            return pd.DataFrame(columns=list(COLUMNS)).astype({"row": "int64", **texts})
        joined = pd.concat(self._issues, ignore_index=True)
        return joined.sort_values("row", kind="stable", ignore_index=True)
