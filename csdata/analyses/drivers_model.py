"""Proportional hazards on any table: what goes with leaving sooner or later.

>>> import pandas as pd
>>> table = pd.DataFrame({"months": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "left": 1})
>>> table["plan"] = list("abababaabb")
>>> found = cox(table, duration="months", event="left", covariates="plan",
...             references={"plan": "a"})
>>> found.table[["term", "n", "events", "hazard_ratio"]].round(2).values.tolist()
[['plan=b', 5, 5, 0.49]]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from csdata.analyses._pairs import holm
from csdata.analyses.drivers_curves import AdjustedCurves, adjusted_table
from csdata.analyses.drivers_design import Design, read_design
from csdata.analyses.drivers_fit import (
    TRANSFORMS,
    Fitted,
    Transform,
    Way,
    fit_monthly,
    fit_partial,
)
from csdata.analyses.drivers_months import count_cells, in_months
from csdata.analyses.drivers_partial import Ties
from csdata.analyses.drivers_words import FEW_LIVES, LEVEL, finding, fit_notes, say_terms
from csdata.analyses.intervals import alpha
from csdata.errors import BadValues, NotBuilt, NotEnoughData
from csdata.i18n import Message, message
from csdata.schema import lazy

Method = Literal["auto", "cox", "months"]
METHODS: Final = ("auto", "cox", "months")
TIES: Final = ("efron", "breslow")

LEAST_EVENTS: Final = 5
"""A model with fewer departures per term is refused."""

MANY_LIVES: Final = 10_000
TIED: Final = 20
MOST_PATTERNS: Final = 2_000
"""Whole months with so many lives and so many departures in the average one, and no more
combinations of covariates than that: the monthly model is chosen by itself."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Drivers:
    """A proportional hazards model: what goes with leaving, other columns held equal.

    ``table`` has one row per term: ``term`` (``column`` or ``column=level``), ``column``,
    ``level``, ``reference`` (None for numbers), ``unit`` (a number's ratio is per so much), ``n``
    and ``events`` (of the level; of all for numbers), ``coef``, ``se``, ``hazard_ratio``,
    ``lower``, ``upper`` (of the ratio), ``p_value``, ``p_adjusted`` (Holm), ``small`` (fewer than
    5 customers).
    ``sentences`` are its rows in words.

    ``proportionality``: ``term`` (a column; GLOBAL for all), ``statistic``, ``df``, ``p_value``:
    whether a column matters as much early as late. ``tests``: lr, wald and score test of no term
    mattering. ``method``: "efron", "breslow", "months" (complementary log–log) or "firth".
    ``set_aside``: ``n``, ``reason``, ``column`` of the rows not used.
    """

    table: pd.DataFrame
    proportionality: pd.DataFrame
    tests: pd.DataFrame
    set_aside: pd.DataFrame
    sentences: tuple[Message, ...]
    method: Way
    loglik: float
    confidence: float
    definition: Message
    n: int
    events: int
    notes: tuple[Message, ...]
    finding: Message
    as_of: dt.date | None = None
    landmark: float | None = None
    excluded: Mapping[str, int] = field(default_factory=dict[str, int])
    fit: Fitted = field(repr=False)
    design: Design = field(repr=False)
    changing: bool = False

    @property
    def forest(self) -> pd.DataFrame:
        """Rows of a forest plot, column by column with the reference first (its ratio is 1).

        ``column``, ``level``, ``unit``, ``is_reference``, ``n``, ``events``, ``hazard_ratio``,
        ``lower``, ``upper``, ``differs`` (after adjustment for several comparisons), ``small``.
        """
        rows: list[dict[str, Any]] = []
        for column in self.design.columns:
            part = self.table[self.table["column"] == column]
            first = self.design.terms[self.design.places(column)[0]]
            if first.categorical:
                n, events = _level_counts(self.design, column, first.reference)
                rows.append(
                    {"column": column, "level": first.reference, "unit": 1.0, "is_reference": True,
                     "n": n, "events": events, "hazard_ratio": 1.0, "lower": np.nan,
                     "upper": np.nan, "differs": False, "small": n < FEW_LIVES}
                )  # fmt: skip
            rows += [
                {**{c: row[c] for c in ("column", "level", "unit", "n", "events", "hazard_ratio",
                                        "lower", "upper", "small")},
                 "is_reference": False,
                 "differs": bool(row["p_adjusted"] < LEVEL and not row["small"])}
                for row in part.to_dict("records")
            ]  # fmt: skip
        return pd.DataFrame(rows)

    def adjusted(
        self, column: str, *, values: Sequence[Any] | None = None, times: ArrayLike | None = None
    ) -> AdjustedCurves:
        """Survival if everyone had one value of ``column``: averaged over the customers at hand.

        Args:
            column: A column of the model.
            values: Values to compare; default all levels, or the quartiles of a number.
            times: Default all times at which somebody left.

        Raises:
            BadValues: There is no such column or value.
            NotBuilt: The rows are start–stop rows: nobody keeps the covariates of one row.
        """
        if self.changing:
            raise NotBuilt(option="adjusted", value="id", choices=["id=None"])
        table, start = adjusted_table(
            self.fit, self.design, column, values=values, times=times, confidence=self.confidence
        )
        named = self.design.label(column)
        notes = [message("drivers.adjusted_given", start=start)] if start > 0 else []
        return AdjustedCurves(
            table=table,
            column=column,
            start=start,
            definition=message("definition.drivers.adjusted", column=named, n=self.n),
            n=self.n,
            notes=(*notes, message("drivers.adjusted_note", column=named)),
            as_of=self.as_of,
        )


def hazard_model(
    table: Any,
    *,
    duration: str,
    event: str,
    covariates: str | Sequence[str],
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    id: str | None = None,  # noqa: A002 (as in R and lifelines)
    method: Method = "auto",
    ties: Ties = "efron",
    references: Mapping[str, Any] | None = None,
    units: Mapping[str, float] | None = None,
    names: Mapping[str, str | Message] | None = None,
    transform: Transform = "km",
    confidence: float = 0.95,
) -> Drivers:
    """Fit how the hazard of leaving goes with ``covariates``.

    Args:
        table: A frame of any backend, one row per life, or start–stop rows with ``entry``.
        duration: Time at which a row ended.
        event: Whether it ended with a departure: true/false or 1/0.
        covariates: Numbers, or groups (anything else, ticks included).
        entry: Time from which a row was under observation; default 0.
        strata: Columns with a baseline of their own for each value, and no coefficient.
        id: Who a start–stop row belongs to, for n.
        method: "cox" (partial likelihood), "months" (complementary log–log on months ×
            covariates) or "auto": the latter for large tables in whole months.
        ties: "efron" or "breslow", of the partial likelihood.
        references: Level to compare the others with, by column; default the one observed longest.
        units: A number's ratio is per so much; default 1.
        names: What to call the columns in sentences.
        transform: Time of the proportionality test: "km" or "identity".
        confidence: Of the intervals: Wald's; profile likelihood under separation.

    Raises:
        MissingColumns: A named column is absent.
        BadValues: A time is not a number, an event neither true nor false, a reference does not
            occur; "months" with departures between whole months, or with too many covariates.
        NotEnoughData: No column has differences, or fewer than 5 departures per term.
        NotBuilt: Any other method, ties or transform.

    Source: Cox (1972); Efron (1977); Prentice & Gloeckler (1978); docs/drivers.md.
    """
    for option, value, choices in (
        ("method", method, METHODS),
        ("ties", ties, TIES),
        ("transform", transform, TRANSFORMS),
    ):
        if value not in choices:
            raise NotBuilt(option=option, value=value, choices=list(choices))
    alpha(confidence)
    design = read_design(
        table,
        duration=duration,
        event=event,
        entry=entry,
        covariates=_listed(covariates),
        strata=_listed(strata),
        references=references,
        units=units,
        names=names,
    )
    events = _checked(design)
    fit = _fitted(design, method, ties=ties, transform=transform, confidence=confidence)
    return _result(
        fit,
        design,
        people=None if id is None else _people(table, id, design),
        events=events,
        chosen=method == "auto",
        confidence=confidence,
    )


def cox(
    table: Any,
    *,
    duration: str,
    event: str,
    covariates: str | Sequence[str],
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    **options: Any,
) -> Drivers:
    """Cox's model: :func:`hazard_model` with ``method="cox"``."""
    return hazard_model(
        table,
        duration=duration,
        event=event,
        covariates=covariates,
        entry=entry,
        strata=strata,
        method="cox",
        **options,
    )


def _listed(columns: str | Sequence[str] | None) -> list[str]:
    return [columns] if isinstance(columns, str) else list(columns or ())


def _checked(design: Design) -> int:
    """The number of departures, once there are enough of them for the terms."""
    if not design.terms:
        raise NotEnoughData(found=0, needed=1, what=message("drivers.what.columns"))
    events, terms = int(design.rows.events.sum()), len(design.terms)
    if events < LEAST_EVENTS * terms:
        what = message("drivers.what.events", terms=terms, least=LEAST_EVENTS)
        raise NotEnoughData(found=events, needed=LEAST_EVENTS * terms, what=what)
    return events


def _fitted(
    design: Design, method: Method, *, ties: Ties, transform: Transform, confidence: float
) -> Fitted:
    if method == "months" and not in_months(design.rows):
        gone = design.rows.duration[design.rows.events > 0]
        between = float(gone[gone != np.floor(gone)][0])
        remedy = message("drivers.remedy.months")
        raise BadValues(where="duration", found=between, remedy=remedy)
    if method == "months" or (method == "auto" and _large_and_tied(design)):
        monthly = fit_monthly(design, confidence=confidence, transform=transform)
        if monthly is not None:
            return monthly
        if method == "months" and count_cells(design.rows) is None:
            found = len(design.keys.drop_duplicates())
            raise BadValues(where="covariates", found=found, remedy=message("drivers.remedy.cells"))
    return fit_partial(design, ties=ties, confidence=confidence, transform=transform)


def _large_and_tied(design: Design) -> bool:
    rows = design.rows
    times = len(np.unique(rows.duration[rows.events > 0]))
    return (
        in_months(rows)
        and int(rows.lives.sum()) >= MANY_LIVES
        and int(rows.events.sum()) >= TIED * times
        and len(design.keys.drop_duplicates()) <= MOST_PATTERNS
    )


def _people(table: Any, column: str, design: Design) -> dict[str, int]:
    """How many there are behind start–stop rows: in all (""), and with each level at some time."""
    rows = lazy(table)
    found = {"": rows.select(nw.col(column).n_unique().alias("n"))}
    for term in design.terms:
        if term.categorical:
            has = rows.filter(nw.col(term.column) == term.level)
            found[term.name] = has.select(nw.col(column).n_unique().alias("n"))
    return {k: int(v.collect("pandas").to_native()["n"].iloc[0]) for k, v in found.items()}


def _level_counts(design: Design, column: str, level: Any) -> tuple[int, int]:
    inside = (design.keys[column] == level).to_numpy(bool)
    return int(design.rows.lives[inside].sum()), int(design.rows.events[inside].sum())


def _result(
    fit: Fitted,
    design: Design,
    *,
    people: Mapping[str, int] | None,
    events: int,
    chosen: bool,
    confidence: float,
) -> Drivers:
    n = int(design.rows.lives.sum()) if people is None else people[""]
    table = _table(fit, design, people or {}, n=n, events=events)
    sentences = say_terms(table, design, confidence=confidence)
    return Drivers(
        table=table,
        proportionality=fit.proportionality,
        tests=fit.tests,
        set_aside=design.set_aside,
        sentences=sentences,
        method=fit.way,
        loglik=fit.loglik,
        confidence=confidence,
        definition=message(f"definition.drivers.{fit.way}"),
        n=n,
        events=events,
        notes=(*design.notes, *fit_notes(fit, design, events=events, chosen=chosen)),
        finding=finding(table, sentences),
        fit=fit,
        design=design,
        changing=people is not None,
    )


def _table(
    fit: Fitted, design: Design, people: Mapping[str, int], *, n: int, events: int
) -> pd.DataFrame:
    terms = design.terms
    counts = [
        _level_counts(design, t.column, t.level) if t.categorical else (n, events) for t in terms
    ]
    table = pd.DataFrame(
        {
            "term": [t.name for t in terms],
            "column": [t.column for t in terms],
            "level": pd.Series([t.level for t in terms], dtype=object),
            "reference": pd.Series([t.reference for t in terms], dtype=object),
            "unit": [t.unit for t in terms],
            "n": [people.get(t.name, c[0]) for t, c in zip(terms, counts, strict=True)],
            "events": [c[1] for c in counts],
            "coef": fit.beta,
            "se": np.sqrt(np.diag(fit.covariance)),
            "hazard_ratio": np.exp(fit.beta),
            "lower": np.exp(fit.lower),
            "upper": np.exp(fit.upper),
            "p_value": fit.p_value,
            "p_adjusted": holm(fit.p_value),
        }
    )
    table["small"] = table["n"] < FEW_LIVES
    return table
