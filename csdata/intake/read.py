"""One uploaded file → one :class:`~csdata.tables.Import`: the steps, in order."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from csdata.errors import NoTableFound
from csdata.i18n import message
from csdata.intake import (
    blocks,
    canonical,
    failed,
    layout,
    merged,
    notices,
    rules,
    settling,
    tax,
)
from csdata.intake.amount_columns import prefer_converted
from csdata.intake.assemble import rows_apart, rows_as_text, used_rows
from csdata.intake.columns import column
from csdata.intake.data_rows import data_rows
from csdata.intake.edits import Edits, once
from csdata.intake.edits import apply as apply_edits
from csdata.intake.fields import guess
from csdata.intake.grain import tell_grain
from csdata.intake.limits import Limits
from csdata.intake.mended import mended
from csdata.intake.reading import Reading
from csdata.intake.recipe import Recipe
from csdata.intake.recipe_book import RecipeBook, fingerprint
from csdata.intake.recipe_file import read_recipe
from csdata.intake.report import Report
from csdata.intake.reuse import fitted
from csdata.intake.tax_rows import keep_one_kind
from csdata.intake.workbook import Cells, Readable, open_file
from csdata.tables import Import

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
    recipe: Recipe | str | os.PathLike[str] | None = None,
    recipes: RecipeBook | None = None,
    edits: Edits | None = None,
    password: str | None = None,
    limits: Limits | None = None,
) -> Import:
    """Read one Salesforce export, or any sheet that looks like one, into a typed table.

    Args:
        path_or_bytes: A path, the bytes themselves, or an open binary file.
        name: What to call the file; its timestamp may state the as-of date. Default: its own name.
        sheet: The sheet of a workbook; default the one that looks most like a table.
        recipe: The user's corrections of what the reader decides by itself, or the path of a
            recipe file.
        recipes: Recipes remembered by the fingerprint of the headings; one that fits is used where
            no ``recipe`` is given.
        edits: Cells corrected by hand: (line in the file, heading) → text.
        password: Opens an encrypted workbook; kept nowhere.
        limits: What the file may cost; default those in force (see :class:`Limits`).

    Returns:
        The rows that can be used, typed, under canonical names where a column was recognised; and
        everything that happened on the way: notes, questions, problems row by row, rows set aside.
        ``rows_read`` is always the rows kept, set aside and dropped together.

    Raises:
        UnreadableFile: The bytes are no table; the message says what to do.
        FileTooLarge: Size, columns, cells, memory or time are beyond the limits.
        PasswordNeeded, WrongPassword: The workbook is locked.
        NoTableFound: There are no headings, or no rows under them.
        NoCustomerColumn: No column names a customer.
        MissingColumns: The recipe names a heading that the file does not have.
        BadValues: There is no such sheet.
    """
    chosen = loaded(recipe)
    wanted = sheet or (chosen.sheet if chosen else None)
    shown, cells = open_file(
        path_or_bytes, name=name, sheet=wanted, password=password, limits=limits
    )
    return understand(cells, name=shown, recipe=chosen, recipes=recipes, edits=edits)


def loaded(recipe: Recipe | str | os.PathLike[str] | None) -> Recipe | None:
    """A recipe, from its file where a path is given."""
    if recipe is None or isinstance(recipe, Recipe):
        return recipe
    return read_recipe(recipe)


def understand(
    cells: Cells,
    *,
    name: str,
    recipe: Recipe | None = None,
    recipes: RecipeBook | None = None,
    edits: Edits | None = None,
) -> Import:
    """What the cells of one sheet mean; all of :func:`read_export` but opening the file."""
    grid = layout.Grid.of(cells.table)
    plain = layout.find_layout(grid, name=name)
    known_as = fingerprint(plain.headers)
    remembered = (recipes or {}).get(known_as) if recipe is None else None
    fitting = fitted(remembered, grid, plain) if remembered else None
    recipe = recipe or fitting or Recipe()
    found = plain
    if recipe.header_row is not None:
        found = layout.find_layout(grid, name=name, header_row=recipe.header_row)
    parts = blocks.find_blocks(grid, found)
    block = _block(grid, found, parts, recipe) if parts else 0
    if parts:
        found = blocks.only(grid, found, parts[block - 1])
    report = Report()
    report.notes.extend(cells.notes)
    columns = [column(header, c) for header, c in layout.columns_of(grid, found)]
    columns = mended(columns, report, kind=cells.kind)
    guessed = guess(columns, recipe, name=name)
    guessed = prefer_converted(guessed, {c.header: c for c in columns}, recipe)
    guessed = tax.prefer_tax(guessed, recipe)
    if guessed.role is None or "customer_id" not in guessed.mapping:
        raise NoCustomerColumn(file=name, columns=found.headers)
    if remembered is not None:
        report.note("recipe_used" if fitting else "recipe_unfit")
    _tell_layout(report, cells, found)
    if parts and recipe.block is None:
        names = blocks.block_names(grid, plain, parts)
        first = found.headers[0]
        report.ask("block", n=len(parts), blocks=names, column=first, chosen=block)
    if edits:
        columns = apply_edits(columns, found.rows.astype(np.int64) + 1, edits, report)
    places = failed.headers_at(grid, found)
    spans = merged.spans_by_heading(cells.merges, places)
    rows = data_rows(report, found, columns, guessed.mapping, spans)
    if not len(rows.lines):
        raise NoTableFound(file=name, remedy=message("intake.remedy_no_rows"))
    reading = Reading(
        *(name, recipe, guessed.role, guessed, rows, found, report),
        **failed.known_of_cells(report, cells, places, rows, edits=edits),
    )
    return _completed(_assemble(notices.both_kinds(reading), cells), reading, grid, plain, known_as)


def _completed(
    made: Import, reading: Reading, grid: layout.Grid, plain: layout.Layout, known_as: str
) -> Import:
    """The import with what is known of the sheet around its table."""
    return replace(
        made,
        headers=plain.headers,
        fingerprint=known_as,
        as_of_candidates=reading.report.as_of_candidates,
        above=layout.above(grid, reading.layout),
    )


def _block(
    grid: layout.Grid, found: layout.Layout, parts: list[tuple[int, ...]], recipe: Recipe
) -> int:
    """The block of a joined report to read, from 1; one that is not there is the likeliest."""
    if recipe.block is not None and 1 <= recipe.block <= len(parts):
        return recipe.block
    return blocks.likeliest(grid, found, parts)


def _tell_layout(report: Report, cells: Cells, found: layout.Layout) -> None:
    if len(cells.sheets) > 1:
        report.note("sheet", sheet=cells.sheet, n=len(cells.sheets))
    if found.header_row:
        report.note("banner", n=found.header_row, line=found.header_row + 1)
    if found.banner:
        report.note("banner_text", lines=found.banner)
    if len(found.again):
        n = len(found.again)
        report.issues(
            "header_again",
            rows=found.again.astype(np.int64) + 1,
            column=found.headers[0],
            values=[found.headers[0]] * n,
            action="dropped",
            severity="info",
        )
        report.note("headers_again", n=n)
        report.dropped["header"] = len(found.again)
    if found.footer:
        report.note("footer", n=len(found.footer))
        report.dropped["footer"] = len(found.footer)


def _assemble(reading: Reading, cells: Cells) -> Import:
    data, report, mapping = reading.data, reading.report, reading.guess.mapping
    _tell_role(reading)
    tell_grain(reading)
    settling.tell_cut_off(reading)
    read = canonical.date_columns(reading, epoch_1904=cells.epoch_1904)
    as_of = settling.settle_as_of(reading, read)
    typed = notices.either(reading, canonical.type_fields(reading, read))
    canonical.list_unread(reading, typed)
    settling.ask_day_order(reading, typed, read)
    found = {name: field.data for name, field in typed.items()}
    settling.settle_end(reading, found, typed)
    by_row = keep_one_kind(reading, found)
    seen = rules.Rows(
        fields=found,
        unread={name: field.unread for name, field in typed.items()},
        undecided=frozenset(name for name, field in typed.items() if field.undecided),
        as_of=as_of,
        alive=np.ones(len(data.lines), dtype=bool),
        codes=tuple(column.codes for column in data.columns.values()),
    )
    reasons = set_aside(reading, seen)
    table, names = used_rows(reading, found, read, seen.alive)
    taxes = tax.settle(reading, table, names, by_row)
    return Import(
        name=reading.name,
        table=table,
        role=reading.role,
        as_of=as_of,
        issues=once(report.table()),
        notes=tuple(report.notes),
        mapping=mapping,
        columns=MappingProxyType(names),
        set_aside=rows_apart(data, reasons),
        raw=rows_as_text(data),
        sheet=cells.sheet,
        sheets=cells.sheets,
        recipe=reading.recipe,
        questions=tuple(report.questions),
        rows_read=len(data.lines) + report.dropped.total(),
        dropped=MappingProxyType(dict(report.dropped)),
        candidates=reading.guess.candidates,
        header_row=reading.layout.header_row + 1,
        kind=cells.kind,
        previews=cells.previews,
        currency=settling.currency(report.currencies),
        currencies=MappingProxyType(dict(report.currencies)),
        tax=MappingProxyType(taxes),
    )


def _tell_role(reading: Reading) -> None:
    report, found = reading.report, reading.guess
    role = message(f"role.{reading.role}")
    report.note("role_user" if reading.recipe.role else "role", role=role)
    if not reading.recipe.role and (rival := found.rival):
        report.ask("role", role=role, rival=message(f"role.{rival}"))
    for clash in found.collisions:
        field = message(f"field.{clash.field}")
        others = list(clash.others)
        report.note("collision", field=field, column=clash.header, others=others)
    if found.named:
        report.note("name_as_id", column=found.mapping["customer_id"])
    # Without ends everybody would seem to have stayed; that has to be meant.
    asked = "end" not in reading.recipe.mapping
    endless = asked and "start" in found.mapping and "end" not in found.mapping
    if lacking := [*found.missing, *(["end"] if endless else [])]:
        missing = [message(f"field.{name}") for name in lacking]
        report.ask("mapping", role=role, missing=missing)


def set_aside(reading: Reading, rows: rules.Rows) -> npt.NDArray[np.object_]:
    """Apply the rules; the reason of every row that cannot be used, None for the others.

    ``rows.alive`` is updated as the rules go.
    """
    reasons = np.full(len(reading.data.lines), None, dtype=object)
    for rule in rules.RULES:
        if reading.role not in rule.roles or not set(rule.needs) <= set(rows.fields):
            continue
        hit = np.asarray(rule.test(rows), dtype=bool) & rows.alive
        if not hit.any():
            continue
        reasons[hit] = rule.id
        rows.alive[hit] = False
        reading.list_rows(rule.id, hit, field=rule.column, action="set_aside", severity="error")
        why, header = message(f"rule.{rule.id}"), reading.guess.mapping[rule.column]
        reading.report.note("set_aside", n=int(hit.sum()), why=why, column=header)
    return reasons
