"""Fields that a table needs and no heading gives: which column could be meant, by its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
import pyarrow as pa

from csdata.i18n import Message, message
from csdata.intake.catalogue import fields
from csdata.intake.evidence import SAMPLE, fits
from csdata.schema import WANTED, Source
from csdata.tables import Import

UNIQUE: Final = 0.9
"""Distinct values per row from which a column may name the customers of a list of them."""

FEW: Final = 30
"""Distinct values up to which a column is a set of categories."""

CODE: Final = r"[A-Za-z]*[-_ ]?[0-9][0-9A-Za-z_-]*"
"""What an id looks like, as opposed to a name."""

_NONE: Final = message("gap.other")
_FITTING: Final = {"date": "gap.dates", "number": "gap.numbers", "boolean": "gap.yes_no"}


@dataclass(frozen=True, slots=True)
class Gap:
    """A field without a column.

    Attributes:
        field: The canonical field.
        needed: Whether nothing can be done without it.
        options: Headings that could be meant, the likeliest first, each with its reason.
    """

    field: str
    needed: bool
    options: tuple[tuple[str, Message], ...]


def gaps(imported: Import, role: Source | None = None) -> tuple[Gap, ...]:
    """The fields that a table lacks, with the columns whose values would fit.

    Args:
        imported: A table as it was read; columns that already are a field are not proposed.
        role: What the table is; default what it was taken for.
    """
    role = role or imported.role
    if role is None:
        return ()
    free = [str(c) for c in imported.raw if c not in set(imported.mapping.values())]
    found: list[Gap] = []
    for name in lacking(role, imported.mapping):
        taken = {gap.options[0][0] for gap in found if gap.options}
        options = _options(role, name, imported.raw, [h for h in free if h not in taken])
        found.append(Gap(name, needed=name in _needed(role), options=options))
    return tuple(found)


def lacking(role: Source, mapping: Mapping[str, str]) -> list[str]:
    """Fields that a table of this role should have and does not, in the order of importance."""
    missing = [name for name in _needed(role) if name not in mapping]
    if role == "customers" and "customer_id" in missing and "name" not in mapping:
        missing.insert(1, "name")
    if role == "customers" and "tenure_months" in mapping and "churned" in mapping:
        missing = [name for name in missing if name != "start"]
    elif "end" in fields(role) and "end" not in mapping and role in ("customers", "contracts"):
        missing.append("end")
    return missing


def _needed(role: Source) -> tuple[str, ...]:
    return (*WANTED[role], "start") if role == "customers" else WANTED[role]


def _options(
    role: Source, name: str, raw: pd.DataFrame, headers: Sequence[str]
) -> tuple[tuple[str, Message], ...]:
    """Headings by how well their values fit, best first; what cannot be is left out."""
    scored = [(header, *_fit(role, name, raw[header])) for header in headers]
    good = sorted((s for s in scored if s[1] > 0), key=lambda s: -s[1])
    return tuple((header, reason) for header, _, reason in good)


def _fit(role: Source, name: str, column: pd.Series) -> tuple[float, Message]:
    """How well a column could be the field, 0 if it cannot; and what speaks for it."""
    values = column.dropna()
    distinct = values.unique()
    sample = pa.array(distinct[:SAMPLE], pa.string())
    kind = fields(role)[name].kind
    dated = _dates(role, sample)
    if not len(values) or (dated and kind != "date"):
        return 0.0, _NONE
    if name in ("customer_id", "name"):
        return _identity(role, column, len(distinct), code=name == "customer_id")
    if kind in ("text", "any", "id"):
        return (1.0 if len(distinct) <= FEW else 0.5), message("gap.kinds", n=len(distinct))
    if not fits(fields(role)[name], sample):
        return 0.0, _NONE
    blank = len(column) - len(values)
    if name == "end":
        # Who is still there has no end: blanks speak for it.
        return 1.0 + blank / len(column), message("gap.dates_blank", n=blank)
    return 1.0 - blank / (2 * len(column)), message(_FITTING[kind], n=len(values))


def _identity(
    role: Source, column: pd.Series, distinct: int, *, code: bool
) -> tuple[float, Message]:
    """A name or an id of its own in every row of a list of customers; several elsewhere."""
    share = distinct / len(column)
    sample = column.dropna().head(SAMPLE)
    coded = float(sample.str.fullmatch(CODE).mean())
    points = share + (coded if code else 1 - coded)
    if role == "customers" and share >= UNIQUE:
        # A name is better than a remark.
        length = float(sample.str.len().mean())
        return 2.0 + points - length / 1000, message("gap.one_each", n=distinct)
    return points / 2, message("gap.ids", n=distinct)


def _dates(role: Source, sample: pa.StringArray) -> bool:
    """Whether values are dates, whatever else they could be."""
    dated = next(field for field in fields(role).values() if field.kind == "date")
    return bool(len(sample)) and fits(dated, sample)
