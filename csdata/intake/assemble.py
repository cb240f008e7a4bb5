"""The tables of an import: rows as they will be used, rows set aside, and all of them as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from csdata.intake.canonical import natural_column
from csdata.intake.catalogue import field_names
from csdata.intake.headers import unique_names
from csdata.intake.multiple import split_columns
from csdata.intake.reading import DataRows, Reading
from csdata.intake.values import Bools, Dates


def used_rows(
    reading: Reading,
    fields: Mapping[str, npt.NDArray[Any]],
    read: Mapping[str, Dates],
    alive: Bools,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The rows that are kept, and the heading behind each column, in the order of the file."""
    columns = reading.data.columns
    fields_of: dict[str, list[str]] = {}
    for field, header in reading.guess.mapping.items():
        fields_of.setdefault(header, []).append(field)
    others = [header for header in columns if header not in fields_of]
    # A column that is no field must not pass for one by its heading.
    names = dict(zip(others, unique_names(others, field_names()), strict=True))
    result: dict[str, npt.NDArray[Any]] = {}
    headings: dict[str, str] = {}
    for header in columns:
        for field in fields_of.get(header, ()):
            result[field] = fields[field][alive]
            headings[field] = header
        if header in names:
            name = names[header]
            result[name] = natural_column(
                reading, columns[header], alive, read.get(header), name=name
            )
            headings[name] = header
        for name, made in split_columns(reading, columns[header], alive, result).items():
            result[name] = made
            headings[name] = header
    if "churned" in result and not pd.isna(result["churned"]).any():
        result["churned"] = result["churned"].astype(bool)
    table = pd.DataFrame(result)
    _list_blanks(reading, table, headings, alive)
    _list_zero_tenures(reading, table, alive)
    return table, headings


def _list_blanks(
    reading: Reading, table: pd.DataFrame, headings: Mapping[str, str], alive: Bools
) -> None:
    """Blank cells of number columns: missing, counted and listed."""
    for name in table.select_dtypes("number").columns:
        column = reading.data.columns[headings[str(name)]]
        blank = column.blank & alive
        n = int(blank.sum())
        if not n:
            continue
        reading.report.note("blank_numbers", column=column.header, n=n)
        reading.report.issues(
            "blank_number",
            rows=reading.data.lines[blank],
            column=column.header,
            values=[""] * n,
            action="missing",
            severity="info",
        )


def _list_zero_tenures(reading: Reading, table: pd.DataFrame, alive: Bools) -> None:
    """Customers of no duration: they count, and are at risk at no time."""
    if reading.role != "customers":
        return
    if {"start", "end"} <= set(table):
        field, zero = "end", table["end"] == table["start"]
    elif "tenure_months" in table and "start" not in table:
        field, zero = "tenure_months", table["tenure_months"] == 0
    else:
        return
    if not zero.any():
        return
    rows = alive.copy()
    rows[alive] = zero.to_numpy()
    reading.report.note("tenure_zero", n=int(rows.sum()))
    reading.list_rows("tenure_zero", rows, field=field, action="kept", severity="info")


def rows_apart(data: DataRows, reasons: npt.NDArray[np.object_]) -> pd.DataFrame:
    """The rows that are not used, as text, with their line and the reason."""
    apart = pd.notna(reasons)
    names = unique_names(list(data.columns), ("row", "reason"))
    texts = {
        name: column.keep(apart).objects()
        for name, column in zip(names, data.columns.values(), strict=True)
    }
    return pd.DataFrame({"row": data.lines[apart], "reason": reasons[apart], **texts})


def rows_as_text(data: DataRows) -> pd.DataFrame:
    """Every data row as text under the file's headings, indexed by its line in the file."""
    index = pd.Index(data.lines, name="row")
    texts = {
        header: pd.Series(
            pd.arrays.ArrowExtensionArray(
                pa.chunked_array([column.distinct.take(pa.array(column.codes, mask=column.blank))])
            ),
            index=index,
        )
        for header, column in data.columns.items()
    }
    return pd.DataFrame(texts, index=index)
