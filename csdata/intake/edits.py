"""Single cells that the user has corrected by hand, put in place of what the file says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from csdata.intake.columns import Column
from csdata.intake.report import Report

Edits = Mapping[tuple[int, str], str]
"""(Line in the file from 1, heading) → what the cell is to say; empty text makes it blank."""


UNREAD: Final = frozenset({"not_a_date", "not_a_number", "not_a_boolean", "impossible_date"})
"""Rules for cells that their field cannot take."""


def once(issues: pd.DataFrame) -> pd.DataFrame:
    """The problems without "corrected by hand" for cells whose new text cannot be read, either."""
    unread, edited = issues["rule"].isin(UNREAD), issues["rule"] == "edited"
    if not (unread.any() and edited.any()):
        return issues
    cells = set(_cells(issues[unread]))
    vain = np.array([cell in cells for cell in _cells(issues)])
    return issues[~(edited & vain)].reset_index(drop=True)


def unreadable(
    issues: pd.DataFrame, edits: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], str]:
    """Corrected cells whose text cannot be read as what their column holds → the rule that says so.

    Args:
        issues: :attr:`.Import.issues` of the file read with the corrections.
        edits: The cells in question: line in the file and heading.
    """
    unread = issues[issues["rule"].isin(UNREAD)]
    rules = dict(zip(_cells(unread), unread["rule"], strict=True))
    return {cell: rules[cell] for cell in edits if cell in rules}


def _cells(issues: pd.DataFrame) -> list[tuple[int, str]]:
    return list(zip(issues["row"].tolist(), issues["column"].tolist(), strict=True))


def apply(
    columns: Sequence[Column], lines: npt.NDArray[np.int64], edits: Edits, report: Report
) -> list[Column]:
    """The columns with the corrected cells, each of them listed.

    Args:
        columns: The columns of the table.
        lines: The line in the file of each row, ascending.
        edits: The corrections; one for a line or a heading that is not there is told and left out.
        report: Where they are listed.
    """
    result: list[Column] = []
    done = 0
    for column in columns:
        mine = sorted(
            (line, text) for (line, header), text in edits.items() if header == column.header
        )
        wanted = np.array([line for line, _ in mine], dtype=np.int64)
        place = np.searchsorted(lines, wanted)
        there = place < len(lines)
        there[there] = lines[place[there]] == wanted[there]
        texts = [text.strip() for (_, text), here in zip(mine, there, strict=True) if here]
        result.append(_with_cells(column, place[there], texts, lines, report))
        done += len(texts)
    if done:
        report.note("edited", n=done)
    if lost := len(edits) - done:
        report.note("edits_nowhere", n=lost)
    return result


def _with_cells(
    column: Column,
    rows: npt.NDArray[np.int64],
    texts: list[str],
    lines: npt.NDArray[np.int64],
    report: Report,
) -> Column:
    if not texts:
        return column
    known = {text: code for code, text in enumerate(column.distinct.to_pylist())}
    added = list(dict.fromkeys(text for text in texts if text and text not in known))
    known |= {text: len(column.distinct) + n for n, text in enumerate(added)}
    before = column.at(rows)
    report.issues(
        "edited",
        rows=lines[rows],
        column=column.header,
        values=[f"{old} → {new}" for old, new in zip(before, texts, strict=True)],
        action="kept",
        severity="info",
    )
    codes = column.codes.copy()
    codes[rows] = [known[text] if text else -1 for text in texts]
    distinct = pa.concat_arrays([column.distinct, pa.array(added, pa.string())])
    # A text that stands nowhere any more must not speak for the type of the column.
    return Column(column.header, codes, distinct).keep_used()
