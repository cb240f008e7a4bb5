"""The columns that were recognised, typed as their fields ask; what cannot be read is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csdata.i18n import message
from csdata.intake import ids
from csdata.intake.amount_columns import amounts
from csdata.intake.amounts import months, numbers
from csdata.intake.booleans import booleans
from csdata.intake.catalogue import Field, fields, is_code
from csdata.intake.columns import Bools, Column, Parsed
from csdata.intake.date_columns import read_dates, typed_dates
from csdata.intake.dates import Dates
from csdata.intake.missing import failed_cells, missing
from csdata.intake.natural import Natural, natural
from csdata.intake.percent import Shares, shares
from csdata.intake.reading import Reading
from csdata.schema import MONEY

UNREADABLE: Final = {"date": "not_a_date", "number": "not_a_number", "boolean": "not_a_boolean"}
UNSEEN: Final = frozenset({"xls", "xlsb", "ods"})
"""Workbooks whose number formats nobody tells us: 12 may be shown as 12 there, or as 1200%."""

DURATIONS: Final = frozenset({"tenure_months", "term_months"})


@dataclass(frozen=True, eq=False, slots=True)
class Typed:
    """The values of a field (missing as None, NaN or NaT) and the rows that could not be read.

    ``impossible``: of the unread rows those with a date that does not exist. ``months``: rows of a
    date field that state a month only; their value is its first day.
    """

    data: npt.NDArray[Any]
    unread: Bools
    undecided: bool = False
    impossible: Bools | None = None
    months: Bools | None = None


def date_columns(reading: Reading, *, epoch_1904: bool = False) -> dict[str, Dates]:
    """Every column of dates, by heading, as :func:`.date_columns.read_dates` has it."""
    known = fields(reading.role)
    wanted = [name for name, field in known.items() if field.kind == "date"]
    return read_dates(reading, wanted, epoch_1904=epoch_1904)


def type_fields(reading: Reading, read: Mapping[str, Dates]) -> dict[str, Typed]:
    """The values of every recognised field."""
    known = fields(reading.role)
    return {
        name: type_field(reading, known.get(name), name, read.get(header))
        for name, header in reading.guess.mapping.items()
    }


def type_field(reading: Reading, field: Field | None, name: str, read: Dates | None) -> Typed:
    """The values of one field; a field that only a recipe knows is typed by its values."""
    column = reading.column(name)
    nothing = np.zeros(len(column.codes), dtype=bool)
    kind = field.kind if field else "any"
    if kind == "any":
        rows = np.ones(len(column.codes), dtype=bool)
        return Typed(natural_column(reading, column, rows, read, name=name), nothing)
    if kind == "id":
        return Typed(_ids(reading, column), nothing)
    if kind == "text":
        return Typed(column.objects(), nothing)
    if kind == "date" and read is not None:
        found = typed_dates(reading, name, read)
        return Typed(found.values, found.unread, found.undecided, found.impossible, found.months)
    if kind == "number":
        return _number(reading, name, column)
    parsed = booleans(column.distinct)
    known = parsed.values.astype(object)
    known[~parsed.ok] = np.nan
    gone = _gone(reading, column, parsed)
    return Typed(column.spread(known, np.nan), column.rows(~parsed.ok & ~gone))


def _number(reading: Reading, name: str, column: Column) -> Typed:
    if name in MONEY:
        found = amounts(reading, column)
        if found.codes:
            reading.report.currencies[name] = found.codes
        if n := int(found.gone.sum()):
            reading.report.note("missing_words", column=column.header, n=n)
        return Typed(found.values, found.unread)
    parsed = _shares_or_numbers(reading, name, column)
    gone = _gone(reading, column, parsed)
    values = np.where(parsed.ok, parsed.values, np.nan)
    return Typed(column.spread(values, np.nan), column.rows(~parsed.ok & ~gone))


def _shares_or_numbers(reading: Reading, name: str, column: Column) -> Shares | Parsed:
    texts = column.distinct
    everything = np.ones(len(texts), dtype=bool)
    if name in DURATIONS:
        return months(texts)
    found = shares(column.header, texts, everything, reading.recipe.percent)
    if found is None:
        return numbers(texts, units=True)
    _tell_shares(reading, column, found)
    return found


def _gone(reading: Reading, column: Column, parsed: Shares | Parsed) -> Bools:
    """The texts that say that there is no value, counted."""
    gone = missing(column.distinct) & ~parsed.ok
    if n := column.count(gone):
        reading.report.note("missing_words", column=column.header, n=n)
    return gone


def _ids(reading: Reading, column: Column) -> npt.NDArray[np.object_]:
    """Ids as they are, but for those whose lost case their checksum tells; suspects are listed."""
    texts = column.distinct
    found = ids.restore(texts)
    if n := column.count(found.changed):
        reading.report.note("ids_restored", column=column.header, n=n)
    # One odd key among others that have no checksum at all is no broken id of Salesforce.
    broken = found.broken & (found.sound.sum() >= found.broken.sum())
    rounded = reading.rounded.get(column.header, np.zeros(len(column.codes), dtype=bool))
    for rule, rows in (
        ("id_checksum", column.rows(broken)),
        ("id_scientific", column.rows(ids.scientific(texts))),
        ("id_rounded", rounded),
        ("id_digits", column.rows(ids.cut_digits(texts)) & ~rounded),
        ("id_zeros", column.rows(ids.lost_zeros(texts))),
        ("id_decimal", column.rows(ids.written_as_decimals(texts))),
    ):
        if rows.any():
            _suspect(reading, column, rule, np.flatnonzero(rows))
    return column.spread(found.ids, None)


def _suspect(reading: Reading, column: Column, rule: str, rows: npt.NDArray[np.intp]) -> None:
    """List ids that something has changed on the way; they stay as they are."""
    reading.report.issues(
        rule,
        rows=reading.data.lines[rows],
        column=column.header,
        values=column.at(rows),
        action="kept",
        severity="warning",
    )
    why = message(f"rule.{rule}")
    reading.report.note("ids_suspect", column=column.header, n=len(rows), why=why)


# ------------------------------------------------------------------------- columns of unknown use


def natural_column(
    reading: Reading, column: Column, rows: Bools, read: Dates | None, *, name: str
) -> npt.NDArray[Any]:
    """The values of some rows of a column that is no field, under the name that it will have."""
    found = natural(
        column,
        rows,
        code=is_code(column.header),
        read=read,
        percent=reading.recipe.percent,
        decimal=reading.decimal(column),
    )
    _tell_natural(reading, column, found, name)
    return found.values


def _tell_natural(reading: Reading, column: Column, found: Natural, name: str) -> None:
    if found.gone:
        reading.report.note("missing_words", column=column.header, n=found.gone)
    if found.currencies:
        reading.report.currencies[name] = found.currencies
    if found.unclear:
        reading.report.note("amounts_unclear", column=column.header, n=found.unclear)
    if found.shares is not None:
        _tell_shares(reading, column, found.shares)


def _tell_shares(reading: Reading, column: Column, found: Shares) -> None:
    note, header = reading.report.note, column.header
    if n := column.count(found.marked & found.ok):
        note("percent_signs", column=header, n=n)
    if found.form is not None and (n := column.count(found.ok & ~found.marked)):
        note(f"percent_{found.form}", column=header, n=n)
        if reading.kind in UNSEEN:
            note("percent_unseen", column=header, ending=f".{reading.kind}")


# ------------------------------------------------------------------------------------ what is left


def list_unread(reading: Reading, found: Mapping[str, Typed]) -> None:
    """List every cell that its field could not take, and the failed formulas of text files."""
    known = fields(reading.role)
    for name, typed in found.items():
        kind = known[name].kind if name in known else "any"
        if kind not in UNREADABLE:
            continue
        column = reading.column(name)
        failed = column.rows(failed_cells(column.distinct) & missing(column.distinct))
        impossible = typed.unread & (False if typed.impossible is None else typed.impossible)
        listed = failed | reading.failed.get(column.header, failed)
        for rule, rows in (
            ("error_cell", failed),
            ("impossible_date", impossible),
            (UNREADABLE[kind], typed.unread & ~impossible & ~listed),
        ):
            if rows.any() and not (typed.undecided and rule != "error_cell"):
                reading.list_rows(rule, rows, field=name, action="missing", severity="warning")


def examples(column: Column, which: Bools, n: int = 3) -> list[str]:
    """A few of some of a column's texts, for a question."""
    texts: pa.StringArray = column.distinct.take(pa.array(np.flatnonzero(which)[:n]))
    return texts.to_pylist()
