"""What is known of a file once its layout and its role are settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from csdata.intake.fields import Guess
from csdata.intake.layout import Layout
from csdata.intake.recipe import Decimal, Recipe
from csdata.intake.report import Action, Report, Severity
from csdata.intake.values import Bools, Column
from csdata.schema import Source


@dataclass(frozen=True, eq=False, slots=True)
class DataRows:
    """The rows of data: their columns by heading, and their lines in the file from 1."""

    columns: Mapping[str, Column]
    lines: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """One file on its way to an import."""

    name: str
    recipe: Recipe
    role: Source
    guess: Guess
    data: DataRows
    layout: Layout
    report: Report
    failed: Mapping[str, Bools] = field(default_factory=dict[str, Bools])
    """Heading → rows whose cell is blank because a formula failed or was never worked out."""

    decimals: frozenset[str] = frozenset()
    """Headings over true numbers of a workbook: a dot in them is that of decimals."""
    dotted: Mapping[str, Bools] = field(default_factory=dict[str, Bools])
    """Heading → rows with a true number among texts that look alike."""
    rounded: Mapping[str, Bools] = field(default_factory=dict[str, Bools])
    """Heading → rows whose number is too long for a workbook to keep whole."""

    kind: str = ""
    """What the bytes are, as :attr:`.Cells.kind` has it."""

    def decimal(self, column: Column) -> Decimal | None:
        """The sign before the decimals of amounts that do not show it; None if nobody knows."""
        return "point" if column.header in self.decimals else self.recipe.decimal

    def column(self, field: str) -> Column:
        """The column that was taken for a field."""
        return self.data.columns[self.guess.mapping[field]]

    def list_rows(
        self, rule: str, rows: Bools, *, field: str, action: Action, severity: Severity
    ) -> None:
        """List rows that a rule met, with what they have in a field."""
        column = self.column(field)
        self.report.issues(
            rule,
            rows=self.data.lines[rows],
            column=column.header,
            values=column.at(np.flatnonzero(rows)),
            action=action,
            severity=severity,
        )
