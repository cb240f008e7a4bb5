"""What goes with leaving in a portfolio: several attributes side by side, each held equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata.analyses.drivers_changes import contract_changes
from csdata.analyses.drivers_model import Drivers, Method, cox, hazard_model
from csdata.analyses.drivers_words import CELL
from csdata.analyses.quadrant import UNDECIDABLE, Quadrant
from csdata.analyses.survival import landmark as from_landmark
from csdata.analyses.tenures import tenures
from csdata.clock import Clock
from csdata.counts_hazards import start_stop
from csdata.errors import BadValues, NotEnoughData
from csdata.i18n import Message, message
from csdata.schema import KNOWN_LATE
from csdata.tables import Portfolio

__all__ = ["Drivers", "cox", "drivers", "hazard_model", "start_stop"]

GROWING: Final = frozenset({"total_billing", "tenure_months"})
"""Columns that grow with every month of staying: they follow from it."""

CELLS: Final = message("drivers.cell")
"""What the term is called that a quadrant adds."""

FEW: Final = 5


def drivers(
    portfolio: Portfolio,
    terms: str | Sequence[str] = (),
    *,
    strata: str | Sequence[str] | None = None,
    quadrant: Quadrant | None = None,
    changing: str | Sequence[str] = (),
    moves: Any = None,
    landmark: float | None = None,
    clock: Clock = "contract",
    method: Method = "auto",
    references: Mapping[str, Any] | None = None,
    units: Mapping[str, float] | None = None,
    confidence: float = 0.95,
) -> Drivers:
    """How the chance of leaving in a month goes with attributes of the customers.

    Args:
        portfolio: Customers with dates, or with ``tenure_months`` and ``churned``.
        terms: Columns of the customers, by name or header of the file.
        strata: Columns within whose values customers are compared (contract terms, say).
        quadrant: Its cells become a term ``quadrant_cell``. They were measured after the start, so
            the clock begins at its landmark, with those who stayed until then.
        changing: Columns of the contracts (``plan``, say) whose value changes with the contract:
            each month counts for the value that it had.
        moves: A frame ``customer_id``, ``month`` and one more column: its value from that
            month on, such as the cells of :func:`csdata.analyses.drivers_changes.quadrant_moves`.
        landmark: Months from the start at which the clock begins; for terms measured up to then.
        clock: "contract" or "calendar" months.
        method: As for :func:`hazard_model`.
        references: Level to compare with, by column; default the one observed longest.
        units: A number's ratio is per so much; default a round number near its spread.
        confidence: Of the intervals.

    Raises:
        MissingColumns: There is no such column.
        BadValues: A term is known only after the outcome, or grows with staying; a landmark
            together with values that change.
        NotEnoughData: Fewer than 5 departures per term.

    Source: docs/drivers.md.
    """
    model = _Model.start(portfolio, _listed(terms), _listed(strata), clock=clock)
    if quadrant is not None and quadrant.landmark is not None:
        landmark = max(quadrant.landmark, landmark or 0.0)
    excluded = model.begin_at(landmark)
    if quadrant is not None:
        model.add_cells(quadrant)
    model.check_outcome()
    cut = _cuts(portfolio, _listed(changing), moves, clock=clock)
    if cut and landmark is not None:
        raise BadValues(where="landmark", found=landmark, remedy=message("drivers.remedy.moves"))
    for column, changes in cut.items():
        model.cut(column, changes, named=CELLS if column == CELL else portfolio.label(column))
    table = model.somebody()
    found = hazard_model(
        table,
        duration="duration",
        event="event",
        entry="entry",
        covariates=model.covariates,
        strata=model.strata,
        id="customer_id" if cut else None,
        method=method,
        references=references,
        units={**_units(table, model.covariates), **(units or {})},
        names=model.names,
        confidence=confidence,
    )
    return replace(
        found,
        as_of=portfolio.as_of,
        landmark=landmark,
        excluded=excluded,
        notes=(*model.notes, *found.notes),
    )


@dataclass(slots=True)
class _Model:
    """The rows of a model as they are put together, and what there is to say of them."""

    table: pd.DataFrame
    covariates: list[str]
    strata: list[str]
    names: dict[str, str | Message]
    notes: list[Message]

    @classmethod
    def start(
        cls, portfolio: Portfolio, terms: Sequence[str], strata: Sequence[str], *, clock: Clock
    ) -> _Model:
        """The customers' lives with the columns that were asked for."""
        columns = [portfolio.resolve(c) for c in terms]
        within = [portfolio.resolve(c) for c in strata]
        late = [c for c in (*columns, *within) if c in KNOWN_LATE or c in GROWING]
        if late:  # what is settled by the outcome cannot go before it
            remedy = message("drivers.remedy.known_late")
            raise BadValues(where="terms", found=portfolio.label(late[0]), remedy=remedy)
        lived = tenures(portfolio, group=[*columns, *within], clock=clock)
        named = dict(zip(dict.fromkeys([*columns, *within]), lived.groups, strict=True))
        names: dict[str, str | Message] = {named[c]: portfolio.label(c) for c in named}
        notes = [message("drivers.as_of_export", column=names[named[c]]) for c in columns]
        return cls(
            lived.table,
            [named[c] for c in columns],
            [named[c] for c in within],
            names,
            [*lived.notes, *notes],
        )

    def add_cells(self, quadrant: Quadrant) -> None:
        """Add the cells of the quadrant; missing for whoever has none, and counted as that."""
        cells = quadrant.table[["customer_id", "cell"]].rename(columns={"cell": CELL})
        table = self.table.merge(cells, on="customer_id", how="left")
        table.loc[table[CELL] == UNDECIDABLE, CELL] = None
        self.table = table
        self.covariates.append(CELL)
        self.names[CELL] = CELLS
        if quadrant.landmark is None or not quadrant.dated:
            self.notes.append(message("drivers.undated_cells"))

    def check_outcome(self) -> None:
        """Refuse a column of which every value has left, or stayed: the outcome by another name."""
        for column in self.covariates:
            counts = self.table.groupby(column, observed=True)["event"].agg(["sum", "count"])
            told = (counts["sum"] == 0) | (counts["sum"] == counts["count"])
            events = int(counts["sum"].sum())
            both = min(events, int(counts["count"].sum()) - events) >= FEW
            if len(counts) > 1 and bool(told.all()) and both and counts["count"].mean() >= FEW:
                remedy = message("drivers.remedy.outcome")
                raise BadValues(where="terms", found=self.names[column], remedy=remedy)

    def begin_at(self, landmark: float | None) -> dict[str, int]:
        """Only who stays beyond the landmark, timed from there; the others counted by reason."""
        if landmark is None:
            return {}
        later = from_landmark(
            self.table, duration="duration", event="event", entry="entry", at=float(landmark)
        )
        self.table, excluded = later.table, dict(later.excluded)
        self.notes.append(message("drivers.from_landmark", m=landmark, n=later.n))
        self.notes += [
            message(f"survival.left_out.{r}", n=n, m=landmark) for r, n in excluded.items() if n
        ]
        return excluded

    def somebody(self) -> pd.DataFrame:
        """The rows, of which there must be one."""
        if self.table.empty:
            raise NotEnoughData(found=0, needed=1, what=message("survival.what.customers"))
        return self.table

    def cut(self, column: str, changes: Any, *, named: str | Message) -> None:
        """Cut the lives where ``column`` changed; time without a known value is not compared."""
        self.table = start_stop(
            self.table,
            changes,
            id="customer_id",
            duration="duration",
            event="event",
            entry="entry",
            at="month",
            value=column,
        )
        known = self.table[column].notna()
        everyone, left = (set(part["customer_id"]) for part in (self.table, self.table[known]))
        self.table = self.table[known].reset_index(drop=True)
        self.covariates.append(column)
        self.names[column] = named
        self.notes.append(message("drivers.changing", column=named))
        if everyone - left:
            n = len(everyone - left)
            self.notes.append(message("drivers.never_known", column=named, n=n))


def _listed(columns: str | Sequence[str] | None) -> list[str]:
    return [columns] if isinstance(columns, str) else list(columns or ())


def _cuts(
    portfolio: Portfolio, changing: Sequence[str], moves: Any, *, clock: Clock
) -> dict[str, Any]:
    """What changes during a life: column → ``customer_id``, ``month`` and the column."""
    cut: dict[str, Any] = {c: contract_changes(portfolio, c, clock=clock) for c in changing}
    if moves is not None:
        import narwhals as nw

        present = nw.from_native(moves).collect_schema().names()
        others = [c for c in present if c not in ("customer_id", "month")]
        if len(others) != 1:
            remedy = message("drivers.remedy.move_columns")
            raise BadValues(where="moves", found=", ".join(others) or "–", remedy=remedy)
        cut[others[0]] = moves
    return cut


def _units(table: pd.DataFrame, covariates: Sequence[str]) -> dict[str, float]:
    """A round step near the standard deviation of each number: 1, 2 or 5 times a power of ten."""
    units: dict[str, float] = {}
    for column in covariates:
        values = table[column]
        if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            continue
        spread = float(values.astype(float).std())
        if not np.isfinite(spread) or spread <= 0 or values.nunique() <= 2:  # noqa: PLR2004 (0/1)
            continue
        power = 10.0 ** np.floor(np.log10(spread))
        units[column] = float(max(s * power for s in (1, 2, 5) if s * power <= spread * 1.0001))
    return units
