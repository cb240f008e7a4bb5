"""税区分: a column that says whether the amount of a row includes tax. Of two kinds one is read."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from csdata.i18n import message
from csdata.intake.columns import Bools, Column
from csdata.intake.reading import Reading
from csdata.schema import MONEY
from csdata.taxes import Tax, tax_name, tax_of

KINDS: Final[tuple[Tax, ...]] = ("excluded", "included")
MOST: Final = 12
"""Distinct texts of a column of kinds; one of remarks has more."""

LONGEST: Final = 20
UNTAXED: Final = frozenset({"非課税", "不課税", "対象外", "免税", "tax exempt", "exempt"})
"""Amounts without tax: the same in either kind."""


def keep_one_kind(reading: Reading, found: dict[str, npt.NDArray[Any]]) -> dict[str, Tax]:
    """Amounts of one kind only, where a column says the kind of each row.

    Amounts whose heading says their kind are left alone. ``found`` (field → values) loses the
    amounts of the other kind, and those of which nothing is said; they are listed.

    Returns:
        Field → the kind that is left, where it is known.
    """
    fields = [f for f in reading.guess.mapping if f in MONEY and f in found]
    fields = [f for f in fields if tax_of(reading.guess.mapping[f]) is None]
    telling = next(filter(_tells, _others(reading)), None) if fields else None
    if telling is None:
        return {}
    left: dict[str, Tax] = {}
    kinds = _kinds(telling)
    for field in fields:
        kind = _keep(reading, found, field, telling, kinds)
        if kind is not None:
            left[field] = kind
    return left


def _others(reading: Reading) -> list[Column]:
    used = set(reading.guess.mapping.values())
    return [column for header, column in reading.data.columns.items() if header not in used]


def _tells(column: Column) -> bool:
    """Whether the texts of a column are kinds of tax and nothing else."""
    texts: list[str] = column.distinct[: MOST + 1].to_pylist()
    if not texts or len(texts) > MOST or any(len(text) > LONGEST for text in texts):
        return False
    known = [tax_of(text) is not None for text in texts]
    untaxed = [text.casefold() in UNTAXED for text in texts]
    return any(known) and all(a or b for a, b in zip(known, untaxed, strict=True))


def _kinds(column: Column) -> npt.NDArray[np.object_]:
    """The kind of every row: one of KINDS, ``either`` for an untaxed amount, empty if unknown."""
    told = [tax_of(text) or "either" for text in column.distinct.to_pylist()]
    return column.spread(np.array(told, dtype=object), "")


def _keep(
    reading: Reading,
    found: dict[str, npt.NDArray[Any]],
    field: str,
    telling: Column,
    kinds: npt.NDArray[np.object_],
) -> Tax | None:
    report, values = reading.report, found[field]
    read = ~np.isnan(values) & (kinds != "either")
    counts: dict[Tax | Literal[""], int] = {
        kind: int((read & (kinds == kind)).sum()) for kind in (*KINDS, "")
    }
    chosen = reading.recipe.tax
    most = max(counts, key=counts.__getitem__)
    kept: Tax | None = next((kind for kind in KINDS if kind == (chosen or most)), None)
    away = read & (kinds != (kept or ""))
    if chosen is not None:  # it also answers for the rows that say nothing
        away &= kinds != ""
    header = reading.guess.mapping[field]
    if kept is not None:
        report.note("tax_rows", column=header, tax=tax_name(kept), by=telling.header)
    if away.any():
        _list_away(reading, field, away, telling)
        if chosen is None:
            n = {"excluded": counts["excluded"], "included": counts["included"]}
            why = message("intake.tax_rows", column=header, by=telling.header, **n)
            best = kept or max(KINDS, key=counts.__getitem__)
            report.ask("tax", column=header, why=why, proposal=best, reason="rows")
        found[field] = np.where(away, np.nan, values)
    return kept


def _list_away(reading: Reading, field: str, away: Bools, telling: Column) -> None:
    header = reading.guess.mapping[field]
    reading.report.note("tax_rows_away", column=header, n=int(away.sum()), by=telling.header)
    reading.list_rows("other_tax", away, field=field, action="missing", severity="warning")
