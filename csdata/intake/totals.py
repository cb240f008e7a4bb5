"""Rows that add others up: dropped, counted and listed.

A row is a total only if it has the shape of one: a cell that says so, no customer, and nothing but
numbers elsewhere. A customer called 株式会社トータル, or even Total, stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from csdata.intake._arrow import pc
from csdata.intake.values import Bools, Column, folded

WORDS: Final = (
    r"(?i)^(?:grand\s*totals?|sub\s*-?totals?|totals?(?:\s*records?)?|(?:record\s*)?count|average"
    r"|sum|総?合\s*計|小\s*計|総\s*計|(?:レコード)?件数|レコード数|平均"
    r"|gesamt(?:summe|ergebnis)?|zwischensumme|teilergebnis|summe|anzahl|durchschnitt"
    r"|total\s*g[ée]n[ée]ral|sous-?\s*total|nombre|moyenne|total\s*(?:general|geral|generale)"
    r"|suma|totale|totaal|subtotaal|합계|소계|총계|개수|合计|小计|总计|总和|計)"
    r"\s*:?\s*\(?\s*(?:\d[\d,]*\s*(?:件|records?|rows?)?)?\s*\)?$"
)
AMOUNT: Final = r"^[A-Z]{0,3}\s?[-+(¥$€£▲]*\d[\d,.]*[)%円件]?$"


def totals(columns: Sequence[Column], id_header: str | None) -> tuple[Bools, Column | None]:
    """Which rows are totals, and the column that says so."""
    none = np.zeros(len(columns[0].codes), dtype=bool)
    said = {column.header: _says_total(column) for column in columns}
    telling = [column for column in columns if said[column.header].any()]
    if not telling:
        return none, None
    rows = np.any([said[column.header] for column in telling], axis=0)
    for column in columns:
        quiet = column.blank | said[column.header]
        if column.header != id_header:
            quiet |= _is_amount(column)
        rows &= quiet
    return rows, telling[0]


def _says_total(column: Column) -> Bools:
    return _matches(column, WORDS)


def _is_amount(column: Column) -> Bools:
    return _matches(column, AMOUNT)


def _matches(column: Column, pattern: str) -> Bools:
    matched = pc.match_substring_regex(folded(column.distinct), pattern)
    flags = np.asarray(matched.to_numpy(zero_copy_only=False), dtype=bool)
    return column.spread(flags, missing=False).astype(bool)
