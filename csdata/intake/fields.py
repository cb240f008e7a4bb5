"""Which column is which field, and what kind of table that makes: a guess with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pyarrow as pa

from csdata.errors import MissingColumns
from csdata.i18n import Message, message
from csdata.intake.catalogue import Field, fields, signs
from csdata.intake.headers import normal
from csdata.intake.recipe import Recipe
from csdata.intake.values import Column, booleans, dates, numbers
from csdata.schema import REQUIRED, SOURCES, Source

SAMPLE: Final = 500
"""Distinct values looked at to see whether a column can be what its heading says."""

FITTING: Final = 0.5
"""Share of them that has to be readable."""

NAME_AS_ID: Final = 0.5
ONE_EACH: Final = 0.9
"""Customers per row (equal rows counted once) from which a table looks like one of customers."""

SOME_TWICE: Final = 0.7
"""Customers per row below which a table certainly is one of something else."""

INCOMPLETE: Final = 0.5
"""What the points of a role are worth if a column that it needs was not found."""

CLOSE: Final = 1.0
"""Two roles nearer than this are worth a question."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that could be a field: how sure, why, and whether it was taken."""

    field: str
    header: str
    score: float
    chosen: bool
    reason: Message


@dataclass(frozen=True, slots=True)
class Guess:
    """What a table was taken for.

    Attributes:
        role: The kind of table; None if no column names a customer.
        rival: Another role that has all it needs and is nearly as likely.
        mapping: Canonical field → heading.
        candidates: Every column that was considered, the chosen ones first.
        missing: Fields that the role needs and no column gives.
        named: Whether the customer's name stands in for an id.
    """

    role: Source | None
    rival: Source | None
    mapping: Mapping[str, str]
    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...]
    named: bool


def guess(columns: Sequence[Column], recipe: Recipe, *, name: str) -> Guess:
    """The role and the mapping of a table; the recipe's decisions come first.

    Raises:
        MissingColumns: The recipe names a heading that the file does not have.
    """
    by_header = {column.header: column for column in columns}
    absent = [h for h in recipe.mapping.values() if h is not None and h not in by_header]
    if absent:
        raise MissingColumns(table=name, missing=absent, present=list(by_header))
    options: dict[Source, _Option] = {r: _option(r, by_header, recipe) for r in SOURCES}
    scores: dict[Source, float] = {
        r: options[r].points for r in SOURCES if "customer_id" in options[r].mapping
    }
    role: Source | None = recipe.role or max(scores, key=lambda r: scores[r], default=None)
    if role is None:
        return Guess(None, None, {}, (), ("customer_id",), named=False)
    option = options[role]
    near: list[Source] = [
        r
        for r, points in scores.items()
        if r != role and not options[r].missing and points > max(0, option.points - CLOSE)
    ]
    return Guess(
        role,
        max(near, key=lambda r: scores[r], default=None),
        MappingProxyType(option.mapping),
        option.candidates,
        option.missing,
        option.named,
    )


@dataclass(frozen=True, slots=True)
class _Option:
    mapping: dict[str, str]
    candidates: tuple[Candidate, ...]
    points: float
    missing: tuple[str, ...]
    named: bool


def _option(role: Source, columns: Mapping[str, Column], recipe: Recipe) -> _Option:
    """The best mapping of the columns to the fields of one role, and its points."""
    found = [
        candidate
        for field in fields(role).values()
        if field.name not in recipe.mapping
        for column in columns.values()
        for candidate in _candidates(field, column)
    ]
    mapping = {field: header for field, header in recipe.mapping.items() if header is not None}
    sure = dict.fromkeys(mapping, 1.0)
    taken = set(mapping.values())
    for candidate in sorted(found, key=lambda c: -c.score):
        if candidate.score and candidate.field not in mapping and candidate.header not in taken:
            mapping[candidate.field] = candidate.header
            sure[candidate.field] = candidate.score
            taken.add(candidate.header)
    without_id = "customer_id" not in mapping and "customer_id" not in recipe.mapping
    named = without_id and "name" in mapping
    if named:
        mapping["customer_id"] = mapping["name"]
        sure["customer_id"] = NAME_AS_ID
    order = {name: place for place, name in enumerate(fields(role))}
    mapping = dict(sorted(mapping.items(), key=lambda item: order.get(item[0], len(order))))
    missing = _missing(role, mapping)
    points = _points(role, mapping, sure, columns)
    told = _told(found, mapping, recipe, named=named)
    return _Option(mapping, told, INCOMPLETE * points if missing else points, missing, named)


def _candidates(field: Field, column: Column) -> list[Candidate]:
    matched = field.match(column.header)
    if matched is None:
        return []
    label, score, kind = matched
    if not fits(field, column.distinct):
        example = column.distinct[0].as_py()
        reason = message("intake.reason_values", header=column.header, example=example)
        return [Candidate(field.name, column.header, 0.0, chosen=False, reason=reason)]
    reason = message(f"intake.reason_{kind}", header=column.header, label=label)
    return [Candidate(field.name, column.header, score, chosen=False, reason=reason)]


def fits(field: Field, distinct: pa.StringArray) -> bool:
    """Whether the values of a column can be what the field holds; an empty column fits."""
    sample = distinct[:SAMPLE]
    if not len(sample):
        return field.name != "customer_id"
    if field.kind == "date":
        read = dates(sample)
        # Where day and month cannot be told apart yet, they still are dates.
        ok = read.ok if read.order != "undecided" else dates(sample, day_first=True).ok
    elif field.kind == "number":
        ok = numbers(sample, units=True).ok
    elif field.kind == "boolean":
        ok = booleans(sample).ok
    else:
        return True
    return bool(np.mean(ok) >= FITTING)


def _missing(role: Source, mapping: Mapping[str, str]) -> tuple[str, ...]:
    missing = [field for field in REQUIRED[role] if field not in mapping]
    if role == "customers" and "start" not in mapping:
        tenure = [field for field in ("tenure_months", "churned") if field not in mapping]
        missing += tenure and ["start"]
    return tuple(missing)


def _points(
    role: Source,
    mapping: Mapping[str, str],
    sure: Mapping[str, float],
    columns: Mapping[str, Column],
) -> float:
    known = fields(role)
    points = sum(known[name].points * sure[name] for name in mapping if name in known)
    headings = {normal(header) for header in columns}
    points += sum(s.points for s in signs() if s.role == role and s.labels & headings)
    if "customer_id" not in mapping:
        return 0.0
    day = mapping.get("start") or mapping.get("date")
    share = _customers_per_row(columns[mapping["customer_id"]], columns[day] if day else None)
    if role != "customers":
        return points if share >= ONE_EACH else points + 0.5
    return points + (1.0 if share >= ONE_EACH else -1.0 if share >= SOME_TWICE else -3.0)


def _customers_per_row(ids: Column, days: Column | None) -> float:
    """Distinct customers per row; a customer's rows of the same day count once."""
    codes = ids.codes.astype(np.int64)
    if days is not None:
        codes = codes * (len(days.distinct) + 1) + days.codes
    rows = len(np.unique(codes[~ids.blank]))
    return len(ids.distinct) / rows if rows else 1.0


def _told(
    found: Sequence[Candidate], mapping: Mapping[str, str], recipe: Recipe, *, named: bool
) -> tuple[Candidate, ...]:
    """The candidates with what became of them, chosen ones first."""
    told = [
        Candidate(field, header, 1.0, chosen=True, reason=message("intake.reason_user"))
        for field, header in recipe.mapping.items()
        if header is not None
    ]
    if named:
        header = mapping["customer_id"]
        reason = message("intake.reason_name_as_id", header=header)
        told.append(Candidate("customer_id", header, NAME_AS_ID, chosen=True, reason=reason))
    for candidate in sorted(found, key=lambda c: -c.score):
        winner = mapping.get(candidate.field)
        chosen = winner == candidate.header
        reason = candidate.reason
        if not chosen and candidate.score and winner is not None:
            reason = message("intake.reason_behind", reason=reason, winner=winner)
        told.append(Candidate(candidate.field, candidate.header, candidate.score, chosen, reason))
    return tuple(sorted(told, key=lambda c: not c.chosen))
