"""The columns that were recognised, typed as their fields ask; what cannot be read is listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csdata.intake.catalogue import Field, fields, is_code
from csdata.intake.reading import Reading
from csdata.intake.values import (
    SAMPLE,
    Bools,
    Column,
    Dates,
    booleans,
    dates,
    midnights,
    natural,
    numbers,
)
from csdata.schema import Source

UNREADABLE: Final = {"date": "not_a_date", "number": "not_a_number", "boolean": "not_a_boolean"}


@dataclass(frozen=True, eq=False, slots=True)
class Typed:
    """The values of a field (missing as None, NaN or NaT) and the rows that could not be read."""

    data: npt.NDArray[Any]
    unread: Bools
    undecided: bool = False


def date_columns(columns: Sequence[Column], *, day_first: bool | None) -> dict[str, Dates]:
    """Every column of dates, read; where a file's other columns tell, day and month are told.

    One export writes all its dates in one way. A column in which they could stand either way
    follows the columns that decide, unless those disagree.
    """
    read: dict[str, Dates] = {}
    for column in columns:
        texts = column.distinct
        if len(texts) and dates(texts[:SAMPLE], day_first=True).ok.mean() >= 0.5:  # noqa: PLR2004
            read[column.header] = dates(texts, day_first=day_first)
    orders = {found.order for found in read.values()} & {"day", "month"}
    if "undecided" in {found.order for found in read.values()} and len(orders) == 1:
        (order,) = orders
        by_header = {column.header: column for column in columns}
        for header in [h for h, found in read.items() if found.order == "undecided"]:
            read[header] = dates(by_header[header].distinct, day_first=order == "day")
    return read


def day_order(read: Mapping[str, Dates]) -> bool | None:
    """Whether the file writes the day before the month; None if it does not show."""
    orders = {found.order for found in read.values()} & {"day", "month"}
    return orders == {"day"} if len(orders) == 1 else None


def type_fields(
    columns: Mapping[str, Column],
    mapping: Mapping[str, str],
    read: Mapping[str, Dates],
    *,
    role: Source,
) -> dict[str, Typed]:
    """The values of every recognised field."""
    known = fields(role)
    return {
        name: type_field(known.get(name), columns[header], read.get(header))
        for name, header in mapping.items()
    }


def type_field(field: Field | None, column: Column, read: Dates | None) -> Typed:
    """The values of one field; a field that only a recipe knows is typed by its values."""
    nothing = np.zeros(len(column.codes), dtype=bool)
    kind = field.kind if field else "any"
    if kind == "any":
        return Typed(_natural(column, read), nothing)
    if kind in {"id", "text"}:
        return Typed(column.objects(), nothing)
    texts = column.distinct
    if kind == "date":
        found = read or dates(texts)
        values = column.spread(midnights(found.values), "NaT")
        unread = column.spread(~found.ok, missing=False).astype(bool)
        return Typed(values, unread, undecided=found.order == "undecided")
    parsed = numbers(texts, units=True) if kind == "number" else booleans(texts)
    known = parsed.values.astype(object if kind == "boolean" else float)
    known[~parsed.ok] = np.nan
    unread = column.spread(~parsed.ok, missing=False).astype(bool)
    return Typed(column.spread(known, np.nan), unread)


def _natural(column: Column, read: Dates | None) -> npt.NDArray[Any]:
    day_first = read.order == "day" if read and read.order in {"day", "month"} else None
    return natural(column, code=is_code(column.header), day_first=day_first)


def natural_columns(
    columns: Sequence[Column], read: Mapping[str, Dates]
) -> dict[str, npt.NDArray[Any]]:
    """The columns that are no field, each typed by its values, under their headings."""
    return {column.header: _natural(column, read.get(column.header)) for column in columns}


def list_unread(reading: Reading, found: Mapping[str, Typed]) -> None:
    """List every cell that its field could not take."""
    known = fields(reading.role)
    for name, typed_field in found.items():
        kind = known[name].kind if name in known else "any"
        if kind in UNREADABLE and typed_field.unread.any() and not typed_field.undecided:
            reading.list_rows(
                UNREADABLE[kind],
                typed_field.unread,
                field=name,
                action="missing",
                severity="warning",
            )


def examples(column: Column, n: int = 3) -> list[str]:
    """A few of a column's texts, for a question."""
    texts: pa.StringArray = column.distinct[:n]
    return texts.to_pylist()
