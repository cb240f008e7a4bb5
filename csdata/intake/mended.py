"""Traces of programs in texts, taken off once: ``'=``, ``="00123"``, ``&amp;``."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from csdata.intake._arrow import pc
from csdata.intake.columns import Bools, Column, matches
from csdata.intake.report import Report

GUARD: Final = r"^'('*=)"
"""The quote that Data Loader puts before what a spreadsheet would take for a formula."""

FORMULA: Final = r'^="([^"]*)"$'
"""A text dressed as a formula, so that a spreadsheet keeps its zeros."""

ENTITY: Final = r"&(?:amp|lt|gt|quot|apos|nbsp|copy|yen|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});"
UNESCAPED: Final = "html"
"""The kind of file whose entities were undone where it was parsed: once is enough."""


def mended(columns: Sequence[Column], report: Report, *, kind: str) -> list[Column]:
    """The columns without the traces that programs have left in their texts, said with counts."""
    return [_mended(column, report, entities=kind != UNESCAPED) for column in columns]


def _mended(column: Column, report: Report, *, entities: bool) -> Column:
    column = _replaced(column, report, "guard", GUARD, r"\1")
    column = _replaced(column, report, "formula_text", FORMULA, r"\1")
    if not entities:
        return column
    texts = column.distinct
    which = matches(texts, ENTITY)
    if not which.any():
        return column
    plain = texts.to_pylist()
    for place in np.flatnonzero(which):
        plain[place] = html.unescape(plain[place]).strip()
    return _told(column, report, "entities", which, pa.array(plain, pa.string()))


def _replaced(column: Column, report: Report, key: str, pattern: str, by: str) -> Column:
    which = matches(column.distinct, pattern)
    if not which.any():
        return column
    texts = pc.replace_substring_regex(column.distinct, pattern, by)
    return _told(column, report, key, which, texts)


def _told(column: Column, report: Report, key: str, which: Bools, texts: pa.StringArray) -> Column:
    report.note(key, column=column.header, n=column.count(which))
    return column.replaced(texts)
