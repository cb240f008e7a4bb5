"""One uploaded file → one :class:`~csdata.tables.Import`: the steps, in order."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from csdata.errors import NoTableFound
from csdata.i18n import message
from csdata.intake import canonical, ends, layout, rules, totals, values
from csdata.intake.asof import stated_day
from csdata.intake.catalogue import field_names, fields
from csdata.intake.fields import Guess, guess
from csdata.intake.headers import normal, unique_names
from csdata.intake.recipe import Recipe
from csdata.intake.report import Report
from csdata.intake.values import Bools, Column, Dates
from csdata.intake.workbook import Cells, Readable, open_file
from csdata.tables import Import, Role

MENTIONED = 12
"""Headings that an error message lists; a hostile file may have thousands, and long ones."""


class NoCustomerColumn(NoTableFound):
    """No column names a customer. Values: ``file``, ``present`` (headings).

    ``columns`` has all headings: a recipe that maps ``customer_id`` to one of them helps.
    """

    key = "error.no_customer_column"

    def __init__(self, *, file: str, columns: Sequence[str]) -> None:
        shown = [f"{c[:30]}…" if len(c) > 30 else c for c in columns[:MENTIONED]]  # noqa: PLR2004
        if len(columns) > MENTIONED:
            shown.append("…")
        super().__init__(file=file, present=shown)
        self.columns = tuple(columns)


def read_export(
    path_or_bytes: str | os.PathLike[str] | bytes | bytearray | memoryview | Readable,
    *,
    name: str | None = None,
    sheet: str | None = None,
    recipe: Recipe | None = None,
) -> Import:
    """Read one Salesforce export, or any sheet that looks like one, into a typed table.

    Args:
        path_or_bytes: A path, the bytes themselves, or an open binary file.
        name: What to call the file; its timestamp may state the as-of date. Default: its own name.
        sheet: The sheet of a workbook; default the first visible one with cells.
        recipe: The user's corrections of what the reader decides by itself.

    Returns:
        The rows that can be used, typed, under canonical names where a column was recognised; and
        everything that happened on the way: notes, questions, problems row by row, rows set aside.
        ``rows_read`` is always the rows kept, set aside and dropped together.

    Raises:
        UnreadableFile: The bytes are no workbook and no CSV; the message says what to do.
        FileTooLarge: Size, columns, cells, memory or time are beyond the limits.
        NoTableFound: There are no headings, or no rows under them.
        NoCustomerColumn: No column names a customer.
        MissingColumns: The recipe names a heading that the file does not have.
        BadValues: There is no such sheet.
    """
    recipe = recipe or Recipe()
    shown, cells = open_file(path_or_bytes, name=name, sheet=sheet or recipe.sheet)
    grid = layout.Grid.of(cells.table)
    found = layout.find_layout(grid, name=shown, header_row=recipe.header_row)
    columns = [values.column(header, c) for header, c in layout.columns_of(grid, found)]
    guessed = guess(columns, recipe, name=shown)
    if guessed.role is None or "customer_id" not in guessed.mapping:
        raise NoCustomerColumn(file=shown, columns=found.headers)
    report = Report()
    _tell_layout(report, cells, found)
    rows = drop_totals(report, found, columns, guessed.mapping["customer_id"])
    _list_error_cells(report, cells, grid, found, rows)
    reading = _Reading(shown, recipe, guessed.role, guessed, rows, found, report)
    return _assemble(reading, cells)


@dataclass(frozen=True, eq=False, slots=True)
class DataRows:
    """The rows of data: their columns, and their lines in the file from 1."""

    columns: Mapping[str, Column]
    lines: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class _Reading:
    """What is known once the layout and the role are settled."""

    name: str
    recipe: Recipe
    role: Role
    guess: Guess
    data: DataRows
    layout: layout.Layout
    report: Report


def _tell_layout(report: Report, cells: Cells, found: layout.Layout) -> None:
    if cells.encoding == "cp932":
        report.note("encoding")
    if len(cells.sheets) > 1:
        report.note("sheet", sheet=cells.sheet, n=len(cells.sheets))
    if found.header_row:
        report.note("banner", n=found.header_row, line=found.header_row + 1)
    if found.banner:
        report.note("banner_text", lines=found.banner)
    if found.footer:
        report.note("footer", n=len(found.footer))
        report.dropped["footer"] = len(found.footer)


def drop_totals(
    report: Report, found: layout.Layout, columns: Sequence[Column], id_header: str
) -> DataRows:
    """The rows without totals, subtotals and counts."""
    lines = found.rows.astype(np.int64) + 1
    adding, telling = totals.totals(columns, id_header)
    if telling is not None and adding.any():
        rows = np.flatnonzero(adding)
        report.issues(
            "total",
            rows=lines[rows],
            column=telling.header,
            values=telling.at(rows),
            action="dropped",
            severity="info",
        )
        report.note("totals", n=len(rows))
        report.dropped["total"] = len(rows)
        columns = [column.keep(~adding) for column in columns]
        lines = lines[~adding]
    if not len(lines):
        report.note("no_rows")
    return DataRows({column.header: column for column in columns}, lines)


def _list_error_cells(
    report: Report, cells: Cells, grid: layout.Grid, found: layout.Layout, rows: DataRows
) -> None:
    """Cells such as #N/A: read as missing, and listed."""
    headers = {
        grid.positions[j]: header for j, header in zip(found.columns, found.headers, strict=True)
    }
    lines = set(rows.lines.tolist())
    listed: dict[tuple[str, str], list[int]] = {}
    for row, position, text in cells.errors:
        if row + 1 in lines and position in headers:
            listed.setdefault((headers[position], text), []).append(row + 1)
    for (header, text), at in listed.items():
        report.issues(
            "error_cell",
            rows=np.array(at, dtype=np.int64),
            column=header,
            values=[text] * len(at),
            action="missing",
            severity="warning",
        )


# ------------------------------------------------------------------------------------ the meaning


def _assemble(reading: _Reading, cells: Cells) -> Import:
    data, report, mapping = reading.data, reading.report, reading.guess.mapping
    _tell_role(reading)
    read = canonical.date_columns(list(data.columns.values()), day_first=reading.recipe.day_first)
    as_of = _as_of(reading, canonical.day_order(read))
    typed = canonical.type_fields(data.columns, mapping, read, role=reading.role)
    canonical.list_unread(report, typed, data.columns, mapping, data.lines, role=reading.role)
    _ask_day_order(reading, typed)
    found = {name: field.values for name, field in typed.items()}
    _settle_end(reading, found)
    seen = rules.Rows(
        values=found,
        unread={name: field.unread for name, field in typed.items()},
        undecided=frozenset(name for name, field in typed.items() if field.undecided),
        as_of=as_of,
        alive=np.ones(len(data.lines), dtype=bool),
        codes=tuple(column.codes for column in data.columns.values()),
    )
    reasons = set_aside(reading, seen)
    table, names = _table(reading, found, read, seen.alive)
    return Import(
        name=reading.name,
        table=table,
        role=reading.role,
        as_of=as_of,
        issues=report.table(),
        notes=tuple(report.notes),
        mapping=MappingProxyType(dict(mapping)),
        columns=MappingProxyType(names),
        set_aside=_rows_apart(data, reasons),
        raw=_raw(data),
        sheet=cells.sheet,
        sheets=cells.sheets,
        recipe=reading.recipe,
        questions=tuple(report.questions),
        rows_read=len(data.lines) + report.dropped.total(),
        dropped=MappingProxyType(dict(report.dropped)),
        candidates=reading.guess.candidates,
        header_row=reading.layout.header_row + 1,
    )


def _tell_role(reading: _Reading) -> None:
    report, found = reading.report, reading.guess
    role = message(f"role.{reading.role}")
    report.note("role_user" if reading.recipe.role else "role", role=role)
    if not reading.recipe.role and (rival := found.rival):
        report.ask("role", role=role, rival=message(f"role.{rival}"))
    if found.named:
        report.note("name_as_id", column=found.mapping["customer_id"])
    if found.missing:
        missing = [message(f"field.{name}") for name in found.missing]
        report.ask("mapping", role=role, missing=missing)


def _as_of(reading: _Reading, day_first: bool | None) -> dt.date | None:
    """基準日: the user's, else what the file says; asked for where dates need one."""
    report, recipe = reading.report, reading.recipe
    if recipe.as_of is not None:
        report.note("as_of_user", day=recipe.as_of)
        return recipe.as_of
    stated = stated_day(
        reading.layout.banner, reading.layout.footer, reading.name, day_first=day_first
    )
    if stated is not None:
        where = message(f"intake.where_{stated.where}")
        report.note("as_of", day=stated.day, where=where, text=stated.text)
        return stated.day
    if reading.role == "customers" and "start" in reading.guess.mapping:
        report.ask("as_of")
    return None


def _ask_day_order(reading: _Reading, typed: Mapping[str, canonical.Typed]) -> None:
    for name, field in typed.items():
        if field.undecided:
            header = reading.guess.mapping[name]
            shown = canonical.examples(reading.data.columns[header])
            reading.report.ask("day_first", column=header, examples=shown)
            return


def _settle_end(reading: _Reading, found: dict[str, npt.NDArray[Any]]) -> None:
    """Turn last days with a contract into first days without one (see :mod:`.ends`)."""
    if "end" not in found or not (~np.isnat(found["end"])).any():
        return
    report, header = reading.report, reading.guess.mapping["end"]
    said = reading.recipe.end_is_last_day
    seen = ends.evidence(found["end"], found.get("start"))
    leaving = normal(header) in fields(reading.role)["end"].leaving
    last = seen.proposal(leaving=leaving) if said is None else said
    if last:
        found["end"] = ends.day_after(found["end"])
    report.note("end_last_day" if last else "end_first_day", column=header)
    if said is None:
        proposal = message("intake.end_last" if last else "intake.end_first")
        report.ask(
            "end_is_last_day", column=header, proposal=proposal, last=seen.last, first=seen.first
        )


def set_aside(reading: _Reading, rows: rules.Rows) -> npt.NDArray[np.object_]:
    """Apply the rules; the reason of every row that cannot be used, None for the others.

    ``rows.alive`` is updated as the rules go.
    """
    data, report = reading.data, reading.report
    reasons = np.full(len(data.lines), None, dtype=object)
    for rule in rules.RULES:
        if reading.role not in rule.roles or not set(rule.needs) <= set(rows.values):
            continue
        hit = np.asarray(rule.test(rows), dtype=bool) & rows.alive
        if not hit.any():
            continue
        reasons[hit] = rule.id
        rows.alive[hit] = False
        header = reading.guess.mapping[rule.column]
        report.issues(
            rule.id,
            rows=data.lines[hit],
            column=header,
            values=data.columns[header].at(np.flatnonzero(hit)),
            action="set_aside",
            severity="error",
        )
        why = message(f"rule.{rule.id}")
        report.note("set_aside", n=int(hit.sum()), why=why, column=header)
    return reasons


# ------------------------------------------------------------------------------------- the tables


def _table(
    reading: _Reading,
    found: Mapping[str, npt.NDArray[Any]],
    read: Mapping[str, Dates],
    alive: Bools,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The table of the rows that are kept, and the heading behind each of its columns."""
    data, mapping = reading.data, reading.guess.mapping
    fields_of: dict[str, list[str]] = {}
    for field, header in mapping.items():
        fields_of.setdefault(header, []).append(field)
    others = [column.keep(alive) for h, column in data.columns.items() if h not in fields_of]
    natural = canonical.natural_columns(others, {} if not alive.all() else read)
    # A column that is no field must not pass for one by its heading.
    names = dict(zip(natural, unique_names(list(natural), field_names()), strict=True))
    result: dict[str, npt.NDArray[Any]] = {}
    headings: dict[str, str] = {}
    for header in data.columns:
        for field in sorted(fields_of.get(header, ())):
            result[field] = found[field][alive]
            headings[field] = header
        if header in natural:
            result[names[header]] = natural[header]
            headings[names[header]] = header
    if "churned" in result and not pd.isna(result["churned"]).any():
        result["churned"] = result["churned"].astype(bool)
    table = pd.DataFrame(result)
    _list_blanks(reading, table, headings, alive)
    _list_zero_tenures(reading, table, alive)
    return table, headings


def _list_blanks(
    reading: _Reading, table: pd.DataFrame, headings: Mapping[str, str], alive: Bools
) -> None:
    """Blank cells of number columns: missing, counted and listed."""
    lines = reading.data.lines[alive]
    for name in table.select_dtypes("number").columns:
        header = headings[str(name)]
        blank = reading.data.columns[header].blank[alive]
        if blank.any():
            n = int(blank.sum())
            reading.report.note("blank_numbers", column=header, n=n)
            reading.report.issues(
                "blank_number",
                rows=lines[blank],
                column=header,
                values=[""] * n,
                action="missing",
                severity="info",
            )


def _list_zero_tenures(reading: _Reading, table: pd.DataFrame, alive: Bools) -> None:
    """Customers of no duration: they count, and are at risk at no time."""
    if reading.role != "customers":
        return
    if "start" in table:
        if "end" not in table:
            return
        field, zero = "end", (table["end"] == table["start"]).to_numpy()
    elif "tenure_months" in table:
        field, zero = "tenure_months", (table["tenure_months"] == 0).to_numpy()
    else:
        return
    if not zero.any():
        return
    header = reading.guess.mapping[field]
    rows = np.flatnonzero(alive)[zero]
    reading.report.note("tenure_zero", n=len(rows))
    reading.report.issues(
        "tenure_zero",
        rows=reading.data.lines[rows],
        column=header,
        values=reading.data.columns[header].at(rows),
        action="kept",
        severity="info",
    )


def _rows_apart(data: DataRows, reasons: npt.NDArray[np.object_]) -> pd.DataFrame:
    """The rows that are not used, as text, with their line and the reason."""
    apart = np.array([reason is not None for reason in reasons], dtype=bool)
    names = unique_names(list(data.columns), ("row", "reason"))
    texts = {
        name: column.keep(apart).objects()
        for name, column in zip(names, data.columns.values(), strict=True)
    }
    return pd.DataFrame({"row": data.lines[apart], "reason": reasons[apart], **texts})


def _raw(data: DataRows) -> pd.DataFrame:
    """Every data row as text under the file's headings, indexed by its line in the file."""
    texts = {
        header: pd.Series(
            pd.arrays.ArrowExtensionArray(
                pa.chunked_array([column.distinct.take(pa.array(column.codes, mask=column.blank))])
            )
        )
        for header, column in data.columns.items()
    }
    return pd.DataFrame(texts).set_axis(pd.Index(data.lines, name="row"), axis=0)
