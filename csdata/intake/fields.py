"""Which column is which field, and what kind of table that makes: a guess with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from csdata.errors import MissingColumns
from csdata.i18n import Message, message
from csdata.intake.catalogue import Field, Match, fields, meanings, objects, signs
from csdata.intake.columns import Column
from csdata.intake.currencies import converted
from csdata.intake.evidence import Looked
from csdata.intake.headers import normal, object_of, readings
from csdata.intake.recipe import Recipe
from csdata.intake.similar import HEADINGS, similar
from csdata.schema import REQUIRED, SOURCES, Source

NAME_AS_ID: Final = 0.5
ONE_EACH: Final = 0.9
"""Customers per row (equal rows counted once) from which a table looks like one of customers."""

SOME_TWICE: Final = 0.7
"""Customers per row below which a table certainly is one of something else."""

INCOMPLETE: Final = 0.5
"""What the points of a role are worth if a column that it needs was not found."""

CLOSE: Final = 1.0
"""Two roles nearer than this are worth a question."""

OFFERED: Final = 0.2
ALIKE: Final = 0.5
"""Scores of what is only proposed: a heading of another meaning, one that is spelt alike."""

OF_OBJECT: Final = 1.0
"""What an object in front of the headings is worth for the role that it belongs to."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that could be a field: how sure, why, and whether it was taken.

    A score of 0 means that its values cannot be the field; one of at most one half that it is only
    proposed, and never taken unless the user says so.
    """

    field: str
    header: str
    score: float
    chosen: bool
    reason: Message


@dataclass(frozen=True, slots=True)
class Collision:
    """Headings that mean the same field by the same label; one was taken, ``others`` were not."""

    field: str
    header: str
    others: tuple[str, ...]


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
        collisions: Fields for which another heading speaks as clearly as the one that was taken.
    """

    role: Source | None
    rival: Source | None
    mapping: Mapping[str, str]
    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...]
    named: bool
    collisions: tuple[Collision, ...] = ()


def guess(columns: Sequence[Column], recipe: Recipe, *, name: str) -> Guess:
    """The role and the mapping of a table; the recipe's decisions come first.

    Raises:
        MissingColumns: The recipe names a heading that the file does not have.
    """
    by_header = {column.header: column for column in columns}
    absent = [h for h in recipe.mapping.values() if h is not None and h not in by_header]
    if absent:
        raise MissingColumns(table=name, missing=absent, present=list(by_header))
    looked = Looked(by_header)
    options: dict[Source, _Option] = {r: _option(r, by_header, recipe, looked) for r in SOURCES}
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
        (*option.candidates, *_proposed(role, by_header, option, looked)),
        option.missing,
        option.named,
        option.collisions,
    )


@dataclass(frozen=True, slots=True)
class _Option:
    mapping: dict[str, str]
    candidates: tuple[Candidate, ...]
    points: float
    missing: tuple[str, ...]
    named: bool
    collisions: tuple[Collision, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate, and the label that it matches."""

    candidate: Candidate
    label: str


def _option(role: Source, columns: Mapping[str, Column], recipe: Recipe, looked: Looked) -> _Option:
    """The best mapping of the columns to the fields of one role, and its points."""
    found = sorted(_found(role, columns, recipe, looked), key=lambda f: -f.candidate.score)
    mapping = {field: header for field, header in recipe.mapping.items() if header is not None}
    sure = dict.fromkeys(mapping, 1.0)
    taken = set(mapping.values())
    for candidate in (f.candidate for f in found):
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
    told = _told([f.candidate for f in found], mapping, recipe, named=named)
    collisions = tuple(_collisions(found, mapping, list(columns)))
    points = INCOMPLETE * points if missing else points
    return _Option(mapping, told, points, missing, named, collisions)


def _found(
    role: Source, columns: Mapping[str, Column], recipe: Recipe, looked: Looked
) -> list[_Found]:
    """Every column that a label of the role names, in the order of the role's fields."""
    known, index = fields(role), meanings(role)
    order = {name: place for place, name in enumerate(known)}
    possible = [
        (order[name], name, header)
        for header in columns
        for name in {n for _, form in readings(header) for n in index.get(form, ())}
        if name not in recipe.mapping
    ]
    found: list[_Found] = []
    for _, name, header in sorted(possible, key=lambda p: p[0]):
        match = known[name].match(header)
        one = match and _candidate(known[name], columns[header], match, looked)
        if match and one:
            found.append(_Found(one, match.label))
    return found


def _candidate(field: Field, column: Column, match: Match, looked: Looked) -> Candidate | None:
    header = column.header
    seen = looked.weigh(field, header, match)
    if not seen.factor:
        if match.coded:
            return None
        example = column.distinct[0].as_py() if len(column.distinct) else ""
        reason = message("intake.reason_values", header=header, example=example)
        return Candidate(field.name, header, 0.0, chosen=False, reason=reason)
    reason = message(f"intake.reason_{match.kind}", header=header, label=match.label)
    if seen.reason is not None:
        reason = message("intake.reason_but", reason=reason, but=seen.reason)
    return Candidate(field.name, header, match.score * seen.factor, chosen=False, reason=reason)


def _proposed(
    role: Source, columns: Mapping[str, Column], option: _Option, looked: Looked
) -> list[Candidate]:
    """Columns that could be meant though no label says so: proposed with the reason, not taken."""
    used, made = set(option.mapping.values()), list[Candidate]()
    known = fields(role)
    for header in columns:
        for name, field in known.items():
            if field.offers(header) and option.mapping.get(name) != header:
                reason = message("intake.reason_offered", header=header)
                made.append(Candidate(name, header, OFFERED, chosen=False, reason=reason))
    matched = {c.header for c in (*option.candidates, *made)} | used
    for header in [h for h in columns if h not in matched][:HEADINGS]:
        for near in similar(role, header):
            match = Match(near.label, near.share, "whole")
            factor = looked.weigh(known[near.field], header, match).factor
            if factor and option.mapping.get(near.field) != header:
                reason = message("intake.reason_similar", header=header, label=near.label)
                score = ALIKE * near.share * factor
                made.append(Candidate(near.field, header, score, chosen=False, reason=reason))
    return made


def _collisions(
    found: Sequence[_Found], mapping: Mapping[str, str], headers: list[str]
) -> Iterator[Collision]:
    """Fields whose label stands over several columns that are nothing else.

    The converted column of an amount is no other amount.
    """
    labels = {(f.candidate.field, f.candidate.header): normal(f.label) for f in found}
    used = set(mapping.values())
    for field, header in mapping.items():
        label = labels.get((field, header))
        family = {header, converted(header, headers) or header}
        others = tuple(
            f.candidate.header
            for f in found
            if f.candidate.field == field
            and f.candidate.score
            and f.candidate.header not in used
            and normal(f.label) == label
            and f.candidate.header not in family
            and converted(f.candidate.header, headers) not in family
        )
        if others:
            yield Collision(field, header, others)


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
    if role != "customers" and objects(role) & {object_of(header) for header in columns}:
        points += OF_OBJECT
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
    rows = len(pd.unique(codes[~ids.blank]))  # hashed: several times as fast as sorting
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
