"""A column of money: its unit and currency by heading, by neighbour and by cell; never mixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from csdata.i18n import message
from csdata.intake.columns import Bools, Column, folded
from csdata.intake.currencies import (
    CODES,
    SIGNS,
    converted,
    currency_columns,
    currency_of,
    scale_of,
)
from csdata.intake.fields import Candidate, Guess
from csdata.intake.missing import missing
from csdata.intake.money import Money, money
from csdata.intake.reading import Reading
from csdata.intake.recipe import Recipe
from csdata.schema import AMOUNTS

MONEY: Final = frozenset(AMOUNTS)
"""Canonical fields that hold money."""

HOME: Final = "JPY"
UNMARKED: Final = ""
"""In place of a code: amounts that name no currency beside others that name one."""

LENDING: Final = 0.5
"""Share of the amounts that have to name a currency for the others to be in it."""

FITTING: Final = 0.5
"""Share of the texts of a neighbour that have to be currencies."""


@dataclass(frozen=True, eq=False, slots=True)
class Amounts:
    """A column of money, row by row: values, rows that could not be read, the currencies."""

    values: npt.NDArray[np.float64]
    unread: Bools
    gone: Bools
    codes: tuple[str, ...]


def prefer_converted(guess: Guess, columns: Mapping[str, Column], recipe: Recipe) -> Guess:
    """The guess with columns of converted amounts in place of those in several currencies."""
    mapping, made = dict(guess.mapping), list(guess.candidates)
    for field in MONEY & set(mapping):
        header = mapping[field]
        other = converted(header, list(columns))
        if field in recipe.mapping or other is None or other in mapping.values():
            continue
        mapping[field] = other
        reason = message("intake.reason_converted", header=other, behind=header)
        made = [
            replace(c, chosen=False) if (c.field, c.header) == (field, header) else c
            for c in made
            if (c.field, c.header) != (field, other)
        ]
        made.insert(0, Candidate(field, other, 1.0, chosen=True, reason=reason))
    return replace(guess, mapping=MappingProxyType(mapping), candidates=tuple(made))


def amounts(reading: Reading, column: Column) -> Amounts:
    """The amounts of a column in one currency, and everything said that was done for it.

    Amounts of several currencies are missing until the user has chosen one; then only those in it
    are read. Numbers without a currency have that of a neighbouring column, of the heading, of the
    recipe or of the other cells, in this order.
    """
    found = money(column.distinct)
    gone = missing(column.distinct) & ~found.ok
    factor = scale_of(column.header)
    values = np.where(found.scaled, found.values, found.values * factor)
    _tell(reading, column, found, factor)
    rows = column.spread(values, np.nan).astype(np.float64)
    codes = _codes(reading, column, found)
    read = ~np.isnan(rows)
    present = tuple(sorted(set(codes[read]) - {""}))
    if present and UNMARKED in set(codes[read]):
        present = (UNMARKED, *present)
    unread = column.rows(~found.ok & ~gone)
    if len(present) > 1:
        rows = _of_one_currency(reading, column, rows, codes, present)
    return Amounts(rows, unread, column.rows(gone), present)


def _tell(reading: Reading, column: Column, found: Money, factor: float) -> None:
    note, header = reading.report.note, column.header
    plain = column.count(found.ok & ~found.scaled)
    if factor != 1 and plain:
        note("money_unit", column=header, n=plain, factor=factor)
    if n := column.count(found.converted):
        note("money_converted", column=header, n=n)
    if n := column.count(found.accounting):
        note("money_negative", column=header, n=n)
    if found.decimal == "comma":
        note("decimal_comma", column=header)


def _codes(reading: Reading, column: Column, found: Money) -> npt.NDArray[Any]:
    """The currency of every row, empty where nothing says it."""
    codes = column.spread(found.codes, "")
    bare = (codes == "") & ~column.blank
    if not bare.any():
        return codes
    columns = reading.data.columns
    for header in currency_columns(column.header, list(columns)):
        if header != column.header and (told := _told(columns[header])) is not None:
            codes = np.where(bare, told, codes)
            bare = (codes == "") & ~column.blank
    present = set(codes[~column.blank]) - {""}
    general = currency_of(column.header) or reading.recipe.currency or UNMARKED
    if general == UNMARKED and len(present) == 1:
        general = _lent(reading, column, found, codes, next(iter(present)))
    codes[bare] = general
    return codes


def _lent(
    reading: Reading, column: Column, found: Money, codes: npt.NDArray[Any], code: str
) -> str:
    """The only currency that cells name, for those that name none; empty if too few name it.

    One ``USD 1,000`` among twenty bare ``100,000`` says nothing about these; one ¥ does, in files
    of a country whose people leave it out.
    """
    amounts = column.rows(found.ok)
    marked, bare = int((amounts & (codes == code)).sum()), int((amounts & (codes == "")).sum())
    if code != HOME and marked < LENDING * (marked + bare):
        return UNMARKED
    if bare:
        reading.report.note("currency_lent", column=column.header, currency=code, n=bare)
    return code


def _told(neighbour: Column) -> npt.NDArray[Any] | None:
    """The codes that a column names in every row; None if it is not one of currencies."""
    texts = [text.strip() for text in folded(neighbour.distinct).to_pylist()]
    known = [text.upper() if text.upper() in CODES else SIGNS.get(text, "") for text in texts]
    if not known or sum(map(bool, known)) < FITTING * len(known):
        return None
    return neighbour.spread(np.array(known, dtype=object), "")


def _of_one_currency(
    reading: Reading,
    column: Column,
    values: npt.NDArray[np.float64],
    codes: npt.NDArray[Any],
    present: tuple[str, ...],
) -> npt.NDArray[np.float64]:
    report, chosen = reading.report, reading.recipe.currency
    read = ~np.isnan(values)
    counts = {code: int((codes[read] == code).sum()) for code in present}
    ranked = sorted(counts.items(), key=lambda c: -c[1])
    said = [
        message("intake.unmarked", n=n) if code == UNMARKED else f"{code} × {n:,}"
        for code, n in ranked
    ]
    if chosen in present:
        away = read & (codes != chosen)
        n = int(away.sum())
        report.note("currency_chosen", column=column.header, currency=chosen, n=n)
    else:
        away = read
        report.note("currencies_mixed", column=column.header, currencies=said)
        report.ask("currency", column=column.header, currencies=said)
    report.issues(
        "other_currency",
        rows=reading.data.lines[away],
        column=column.header,
        values=column.at(np.flatnonzero(away)),
        action="missing",
        severity="warning",
    )
    return np.where(away, np.nan, values)
