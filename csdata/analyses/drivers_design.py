"""Columns of a table → terms of a hazard model, and the rows that it can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csdata.analyses._lives import stacked
from csdata.counts_hazards import count_exposures
from csdata.errors import BadValues
from csdata.i18n import Message, message
from csdata.labels import ranked

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ALIASED: Final = 1e-9
"""Share of a term's spread that other terms must leave unexplained, or it says nothing new."""

ENTANGLED: Final = 0.9
"""R² from which a term is named as hard to tell from the others (a variance inflation of 10)."""


@dataclass(frozen=True, slots=True)
class Term:
    """One coefficient: a level of a column against its reference, or a number per ``unit``."""

    column: str
    level: Any = None
    reference: Any = None
    unit: float = 1.0

    @property
    def categorical(self) -> bool:
        """Whether it compares a level with a reference."""
        return self.level is not None

    @property
    def name(self) -> str:
        """``column`` or ``column=level``."""
        return f"{self.column}={self.level}" if self.categorical else self.column


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Counted rows of a model: ``x`` (rows × terms) and when, how many, how they ended."""

    x: Floats
    entry: Floats
    duration: Floats
    events: Ints
    lives: Ints
    stratum: Ints

    @property
    def middle(self) -> Floats:
        """Mean of the covariates over the rows."""
        return np.average(self.x, axis=0, weights=self.lives)

    @property
    def spread(self) -> Floats:
        """Standard deviation of the covariates over the rows."""
        return np.sqrt(np.average((self.x - self.middle) ** 2, axis=0, weights=self.lives))


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Design:
    """What a model is fitted to.

    ``keys`` are the columns as they came, one row for each of ``rows``; ``columns`` those that have
    terms. ``set_aside``: ``n``, ``reason``, ``column`` of the rows not used. ``left_out`` are
    columns that say nothing (or nothing new), with the sentence that says why. ``names`` are the
    columns in the words of a person.
    """

    terms: tuple[Term, ...]
    columns: tuple[str, ...]
    rows: Rows
    keys: pd.DataFrame
    strata: pd.DataFrame
    set_aside: pd.DataFrame
    notes: tuple[Message, ...]
    names: Mapping[str, str | Message]

    def places(self, column: str) -> list[int]:
        """Which terms belong to ``column``."""
        return [i for i, term in enumerate(self.terms) if term.column == column]

    def label(self, column: str) -> str | Message:
        """What a person calls the column."""
        return self.names.get(column, column)


def read_design(
    table: Any,
    *,
    duration: str,
    event: str,
    covariates: Sequence[str],
    entry: str | None = None,
    strata: Sequence[str] = (),
    references: Mapping[str, Any] | None = None,
    units: Mapping[str, float] | None = None,
    names: Mapping[str, str | Message] | None = None,
) -> Design:
    """Count the rows of ``table``, set aside what no model can use, and make terms of its columns.

    A number is one term per ``units``; anything else has a term for each level but the reference
    (default: the level observed longest). A column without differences, or that others determine,
    is left out as a whole and named.

    Raises:
        MissingColumns, BadValues: as for :func:`csdata.counts_hazards.count_exposures`.
        BadValues: A column is named twice, or a reference does not occur.
    """
    twice = [c for i, c in enumerate(covariates) if c in covariates[:i] or c in strata]
    if twice or not covariates:
        remedy = message("drivers.remedy.columns")
        raise BadValues(where="covariates", found=", ".join(twice) or "–", remedy=remedy)
    counted = count_exposures(
        table, duration=duration, event=event, entry=entry, covariates=covariates, strata=strata
    )
    usable, set_aside = _usable(counted, covariates, strata)
    usable["lives"] = usable["events"] + usable["censored"]
    keys = usable[[f"x{i}" for i in range(len(covariates))]].set_axis(list(covariates), axis=1)
    within = usable[[f"s{i}" for i in range(len(strata))]]
    codes = within.groupby(list(within), sort=True).ngroup() if strata else pd.Series(0, keys.index)
    rows = Rows(
        x=np.empty((len(usable), 0)),
        entry=usable["entry"].to_numpy(float),
        duration=usable["duration"].to_numpy(float),
        events=usable["events"].to_numpy(np.int64),
        lives=usable["lives"].to_numpy(np.int64),
        stratum=np.asarray(codes, np.int64),
    )
    design = Design(
        terms=(),
        columns=(),
        rows=rows,
        keys=keys,
        strata=within.set_axis(list(strata), axis=1),
        set_aside=set_aside,
        notes=_aside_notes(set_aside, names or {}),
        names=names or {},
    )
    for column in covariates:
        design = _with_column(design, column, (references or {}).get(column), units or {})
    return replace(design, notes=(*design.notes, *_entangled(design)))


def _usable(
    counted: pd.DataFrame, covariates: Sequence[str], strata: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    counted["entry"] = counted["entry"].clip(lower=0)
    start, end = counted["entry"], counted["duration"]
    reason = np.select(
        [
            end.isna(),
            np.isinf(end),
            end < 0,
            start.isna(),
            (start >= end) & ~((start == 0) & (end == 0)),
            end == 0,
        ],
        [
            *("duration_missing", "duration_infinite", "duration_negative"),
            *("entry_missing", "entry_not_before_end", "duration_zero"),
        ],
        default="",
    ).astype(object)
    column = np.full(len(counted), "", dtype=object)
    for i, name in [*enumerate(covariates)] + [(f"s{j}", c) for j, c in enumerate(strata)]:
        values = counted[i if isinstance(i, str) else f"x{i}"]
        blank = values.isna()
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            blank |= ~np.isfinite(values.astype("Float64").to_numpy(float, na_value=np.nan))
        blank &= reason == ""
        reason[blank], column[blank] = "covariate_missing", name
    rows = counted["events"] + counted["censored"] + counted["unknown"]
    outside = pd.DataFrame({"n": rows, "reason": reason, "column": column})
    unknown = outside.assign(n=counted["unknown"], reason="event_missing")
    aside = stacked(
        [outside[reason != ""], unknown[(reason == "") & (counted["unknown"] > 0)]]
    ).groupby(["reason", "column"], as_index=False, sort=True)["n"].sum()  # fmt: skip
    known = (reason == "") & (counted["events"] + counted["censored"] > 0)
    used = counted.loc[known].reset_index(drop=True)
    return used, pd.DataFrame(aside, columns=["n", "reason", "column"])


def _aside_notes(
    set_aside: pd.DataFrame, names: Mapping[str, str | Message]
) -> tuple[Message, ...]:
    return tuple(
        message(f"drivers.aside.{reason}", n=int(n), column=names.get(column, column))
        for n, reason, column in set_aside.itertuples(index=False)
    )


def _with_column(design: Design, column: str, reference: Any, units: Mapping[str, float]) -> Design:
    """The design with the terms of ``column``, or with the sentence why it has none."""
    values = design.keys[column]
    named = design.label(column)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        unit = units.get(column, 1.0)
        terms = (Term(column, unit=unit),)
        added = values.to_numpy(float)[:, None] / unit
    else:
        terms, added = _levels(design, column, reference)
    if not terms or bool(np.all(added == added[:1])):
        note = message("drivers.constant", column=named)
        return replace(design, notes=(*design.notes, note))
    known = _determined(design, added)
    if known is not None:
        others = [design.label(c) for c in known]
        note = message("drivers.aliased", column=named, others=others)
        return replace(design, notes=(*design.notes, note))
    return replace(
        design,
        terms=(*design.terms, *terms),
        columns=(*design.columns, column),
        rows=replace(design.rows, x=np.column_stack([design.rows.x, added])),
    )


def _levels(design: Design, column: str, reference: Any) -> tuple[tuple[Term, ...], Floats]:
    codes, labels = ranked(design.keys[column])
    # By time under observation, not by rows: rows may be split anywhere.
    observed = design.rows.lives * (design.rows.duration - design.rows.entry)
    lives = np.bincount(codes, observed, minlength=len(labels))
    levels = labels.tolist()
    if reference is None:
        base = int(np.argmax(lives)) if len(levels) else 0
    elif reference in levels:
        base = levels.index(reference)
    else:
        remedy = message("survival.remedy.group", groups=[str(level) for level in levels])
        raise BadValues(where=f"references[{column}]", found=reference, remedy=remedy)
    others = [i for i in range(len(levels)) if i != base]
    terms = tuple(Term(column, level=levels[i], reference=levels[base]) for i in others)
    return terms, (codes[:, None] == np.array(others, np.int64)).astype(float)


def _centred(x: Floats, lives: Ints) -> Floats:
    """Square roots of the numbers of lives times what is left of ``x`` without its means."""
    return np.sqrt(lives)[:, None] * (x - np.average(x, axis=0, weights=lives))


def _determined(design: Design, added: Floats) -> list[str] | None:
    """The columns that together say all that some term of ``added`` says; None if it is new.

    Strata count: a column that is constant within each of them is compared with nothing.
    """
    rows = design.rows
    inside = [rows.stratum[:, None] == np.unique(rows.stratum)[1:][None, :], rows.x]
    before = np.column_stack([part.astype(float) for part in inside])
    new = _centred(added, rows.lives)
    spans = [_residual(new[:, [j]], np.column_stack([_centred(before, rows.lives), new[:, :j]]))
             for j in range(new.shape[1])]  # fmt: skip
    if all(left >= ALIASED for left in spans):
        return None
    kept: list[str] = []
    for column in [*design.columns, *map(str, design.strata)]:
        places = design.places(column)
        part = rows.x[:, places] if places else before[:, : before.shape[1] - rows.x.shape[1]]
        if _explained(new, _centred(part, rows.lives)) > 1e-6:  # noqa: PLR2004 (not by chance)
            kept.append(column)
    return kept


def _residual(target: Floats, others: Floats) -> float:
    """Share of the target's variance that the others leave unexplained."""
    total = float((target**2).sum())
    if total == 0:
        return 0.0
    if not others.shape[1]:
        return 1.0
    fit = np.linalg.lstsq(others, target, rcond=None)[0]
    return float(((target - others @ fit) ** 2).sum()) / total


def _explained(targets: Floats, others: Floats) -> float:
    return max(
        (1 - _residual(targets[:, [j]], others) for j in range(targets.shape[1])), default=0.0
    )


def _entangled(design: Design) -> list[Message]:
    """Columns that are hard to tell from the others: named, not removed."""
    x = _centred(design.rows.x, design.rows.lives)
    notes: list[Message] = []
    for column in design.columns:
        mine = design.places(column)
        others = [c for c in design.columns if c != column]
        if others and _explained(x[:, mine], np.delete(x, mine, axis=1)) > ENTANGLED:
            closest = max(others, key=lambda c: _explained(x[:, mine], x[:, design.places(c)]))
            notes.append(
                message(
                    "drivers.entangled",
                    column=design.label(column),
                    other=design.label(closest),
                )
            )
    return notes
