"""Rows that add others up: dropped, counted and listed.

A row is a total only if it has the shape of one: a cell that says so, no customer, and nothing but
numbers elsewhere. A customer called 株式会社トータル, or even Total, stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from csdata.intake._arrow import pc
from csdata.intake.columns import SAMPLE, matches
from csdata.intake.currencies import CODES
from csdata.intake.money import could_be_amounts
from csdata.intake.values import Bools, Column, folded

WORDS: Final = (
    r"(?i)^(?:grand\s*totals?|sub\s*-?totals?|totals?(?:\s*records?)?|(?:record\s*)?count|average"
    r"|sum|総?合\s*計|小\s*計|総\s*計|(?:レコード)?件数|レコード数|平均"
    r"|gesamt(?:summe|ergebnis)?|zwischensumme|teilergebnis|summe|anzahl|durchschnitt"
    r"|total\s*g[ée]n[ée]ral|sous-?\s*total|nombre|moyenne|total\s*(?:general|geral|generale)"
    r"|suma|totale|totaal|subtotaal|합계|소계|총계|개수|合计|小计|总计|总和|計)"
    r"\s*:?\s*\(?\s*(?:\d[\d,]*\s*(?:件|records?|rows?)?)?\s*\)?$"
)
NUMBERLESS: Final = r"^(?:[A-Z]{3}\s?)?[-+(¥$€£▲]*\d[\d,.]*[)%円件]?$"
"""An amount in a currency or a notation that is read nowhere else."""


def totals(
    columns: Sequence[Column], id_header: str | None, *, by_group: bool = False
) -> tuple[Bools, Column | None]:
    """Which rows are totals, and the column that says so.

    Args:
        columns: The columns of the table.
        id_header: Heading of the column that names the customer.
        by_group: Whether the first column is one that a report is grouped by.
    """
    none = np.zeros(len(columns[0].codes), dtype=bool)
    said = {column.header: _says_total(column) for column in columns}
    telling = [column for column in columns if said[column.header].any()]
    if not telling:
        return none, None
    rows = np.any([said[column.header] for column in telling], axis=0)
    for column in columns:
        quiet = column.blank | said[column.header]
        if column.header != id_header:
            quiet |= _adds_up(column, rows)
        rows &= quiet
    if by_group:
        rows &= ~_labels(columns, rows)
    return rows, telling[0]


def _says_total(column: Column) -> Bools:
    matched = pc.match_substring_regex(folded(column.distinct), WORDS)
    flags = np.asarray(matched.to_numpy(zero_copy_only=False), dtype=bool)
    return column.spread(flags, missing=False).astype(bool)


def _adds_up(column: Column, rows: Bools) -> Bools:
    """Where a cell of these rows is an amount of any kind, or the currency of one beside it."""
    used = np.flatnonzero(column.used(rows & ~column.blank))
    which = np.zeros(len(column.distinct), dtype=bool)
    if len(used):
        texts = folded(column.distinct.take(pa.array(used)))
        which[used] = could_be_amounts(texts) | matches(texts, NUMBERLESS)
        if all(text in CODES for text in column.distinct[:SAMPLE].to_pylist()):
            which[used] |= np.isin(texts.to_pylist(), list(CODES))
    return column.rows(which)


def _labels(columns: Sequence[Column], rows: Bools) -> Bools:
    """Which of these rows name a group that is called so: alone on their row, its rows below.

    Only in a report whose groups all stand on rows of their own; what comes twice is a subtotal.
    """
    first = columns[0]
    alone = ~first.blank & np.all([column.blank for column in columns[1:]], axis=0)
    if not alone[~first.blank & ~rows].all():
        return np.zeros(len(rows), dtype=bool)
    below = np.append(first.blank[1:] & ~rows[1:], np.array([False]))
    found = rows & alone & below
    times = np.bincount(first.codes[rows & alone], minlength=len(first.distinct))
    found[found] = times[first.codes[found]] == 1
    return found
