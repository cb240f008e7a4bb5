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
from csdata.intake.money import Money, money, shown_sign
from csdata.intake.reading import Reading
from csdata.intake.recipe import Recipe
from csdata.schema import MONEY

HOME: Final = "JPY"
UNMARKED: Final = ""
"""In place of a code: amounts that name no currency beside others that name one."""

LENDING: Final = 0.5
"""Share of the amounts that have to name a currency for the others to be in it."""

FAR: Final = 20
"""So many times as large, the usual of two lots of amounts can hardly be in one currency.

A dollar, a euro or a pound has been 70 to 250 yen for decades, so the same prices in yen look some
hundred times as large; usual fees of one company in one currency differ by a few times. Currencies
that are closer to each other (a yuan is some 20 yen) cannot be told by size.
"""

SEVERAL: Final = 3
"""Amounts with a currency from which on their usual size says something."""

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
    for field in [f for f in MONEY if f in mapping]:
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
    found = money(column.distinct, decimal=reading.decimal(column))
    gone = missing(column.distinct) & ~found.ok
    factor = scale_of(column.header)
    values = np.where(found.scaled, found.values, found.values * factor)
    _tell(reading, column, found, factor)
    rows = column.spread(values, np.nan).astype(np.float64)
    codes = _codes(reading, column, found)
    read = ~np.isnan(rows)
    unclear = column.rows(found.unclear)
    if column.header in reading.dotted:
        true = reading.dotted[column.header] & unclear
        known = column.spread(money(column.distinct, decimal="point").values * factor, np.nan)
        rows, unclear = np.where(true, known, rows), unclear & ~true
    present = tuple(sorted(set(codes[read]) - {""}))
    if present and UNMARKED in set(codes[read]):
        present = (UNMARKED, *present)
    unread = column.rows(~found.ok & ~gone)
    if len(present) > 1:
        rows = _of_one_currency(reading, column, rows, codes, present)
    if unclear.any() and reading.decimal(column) is None:
        _ask_decimals(reading, column, unclear, present)
        rows = np.where(unclear, np.nan, rows)
    elif unclear.any() and column.header not in reading.decimals:
        n = int(unclear.sum())
        reading.report.note(f"dots_{reading.decimal(column)}", column=column.header, n=n)
    return Amounts(rows, unread, column.rows(gone), present)


def _ask_decimals(reading: Reading, column: Column, unclear: Bools, codes: tuple[str, ...]) -> None:
    """Ask what the dot of 1.200 is: until somebody says so, nobody knows these amounts."""
    shown = list(dict.fromkeys(column.at(np.flatnonzero(unclear))))[:3]
    mapping, columns = reading.guess.mapping, reading.data.columns
    others = {mapping[f]: columns[mapping[f]].distinct for f in MONEY if f in mapping}
    like = {header: sign for header, texts in others.items() if (sign := shown_sign(texts))}
    reading.report.ask(
        "decimal",
        column=column.header,
        examples=shown,
        currency=codes[0] if len(codes) == 1 else UNMARKED,
        like=next(iter(like), ""),
        sign=next(iter(like.values()), ""),
    )
    reading.report.issues(
        "unclear_amount",
        rows=reading.data.lines[unclear],
        column=column.header,
        values=column.at(np.flatnonzero(unclear)),
        action="missing",
        severity="warning",
    )


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
    of a country whose people leave it out: unless the bare ones are of another size altogether.
    """
    amounts = column.rows(found.ok)
    with_code, without = amounts & (codes == code), amounts & (codes == "")
    marked, bare = int(with_code.sum()), int(without.sum())
    if marked < LENDING * (marked + bare):
        values = np.abs(column.spread(found.values, np.nan))
        usual = [float(np.median(values[rows])) for rows in (without, with_code)]
        if code != HOME or (marked >= SEVERAL and usual[1] >= FAR * usual[0]):
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
