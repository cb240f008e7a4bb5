"""What an import yields: one sheet as it was understood, with everything that was done to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from csdata.i18n import Message
from csdata.schema import Source
from csdata.taxes import Tax

if TYPE_CHECKING:
    from csdata.intake.fields import Candidate
    from csdata.intake.recipe import Recipe


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """A sheet that could be read: its first rows as text, and how much it looks like a table.

    ``rows`` are at most a few, short; ``score`` is comparable within one file only.
    """

    name: str
    score: float
    height: int
    width: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Import:
    """One sheet or CSV as it was understood; nothing of the file is lost.

    ``table`` has the rows that will be used, typed, columns named by canonical field where one was
    recognised and by the original header otherwise. ``set_aside`` has the rows that will not, as
    text under the original headers, with ``row`` (line in the file, from 1) and ``reason``.
    ``issues`` is tidy: row, column, value, rule, action, severity ("info" | "warning" | "error").
    ``dropped`` counts rows that are no data (totals, footer) by rule: ``rows_read`` is the rows of
    ``table``, ``set_aside`` and ``dropped`` together. ``raw`` has every data row as text, indexed
    by its line in the file. ``candidates`` are the columns considered for each field, with score
    and reason. A question ``question.x`` is answered by ``x`` of the recipe.

    ``kind`` is what the bytes are (xlsx, xls, xlsb, ods, html, csv …), whatever the name says.
    ``headers`` are the headings as they were found without a recipe, ``fingerprint`` their
    identity: a recipe is remembered under it. ``previews`` are the sheets to choose from.
    ``currency`` is the ISO code of all money of the table, None if unknown or mixed;
    ``currencies`` has the codes found in each column, ``tax`` whether an amount includes tax, both
    by canonical field or heading as in ``table``. ``as_of_candidates`` are the days that the
    file may mean where the one that it states can be read in two ways.
    ``above`` has, for each line above the headings, what stands in it: place from the first column
    of the table, and text.
    """

    name: str
    table: pd.DataFrame
    role: Source | None
    as_of: dt.date | None
    issues: pd.DataFrame
    notes: tuple[Message, ...]
    mapping: Mapping[str, str]
    columns: Mapping[str, str]
    set_aside: pd.DataFrame
    raw: pd.DataFrame
    sheet: str
    sheets: tuple[str, ...]
    recipe: Recipe
    questions: tuple[Message, ...] = ()
    rows_read: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict[str, int])
    candidates: tuple[Candidate, ...] = ()
    header_row: int = 0
    kind: str = ""
    headers: tuple[str, ...] = ()
    fingerprint: str = ""
    previews: tuple[SheetPreview, ...] = ()
    currency: str | None = None
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    tax: Mapping[str, Tax] = field(default_factory=dict[str, Tax])
    as_of_candidates: tuple[dt.date, ...] = ()
    above: tuple[tuple[tuple[int, str], ...], ...] = ()
