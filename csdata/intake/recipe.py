"""What the user has corrected about the reading of one kind of file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from csdata.schema import Source
from csdata.taxes import Tax

Percent = Literal["percent", "fraction"]
Decimal = Literal["point", "comma"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The user's decisions; None leaves a decision to the reader.

    Attributes:
        role: What the table is.
        mapping: Canonical field → heading in the file; None for a field that shall stay empty.
            Fields that are not named are found by themselves.
        end_is_last_day: Whether the dates of ``end`` are the last day **with** a contract, so that
            the first day without one is a day later.
        day_first: Whether ``5/3/2026`` is the fifth of March.
        undo_swap: Whether dates whose day and month a spreadsheet has swapped are swapped back.
        as_of: 基準日, the last day that the file knows about.
        timezone: Where a time that says it is UTC is read before its date is taken; IANA name.
        sheet: The sheet of a workbook, or the table of an archive, to read.
        header_row: Line of the headings in the file, from 1.
        block: Which of several tables side by side (a joined report) to read, from 1.
        percent: Heading → whether its numbers are percentages (12 = 12 %) or fractions (0.12).
        currency: ISO code of amounts that carry none.
        decimal: Which sign stands before the decimals of amounts that do not show it: whether
            ``EUR 1.200`` is 1.2 (``point``) or 1200 (``comma``).
        tax: Whether amounts include consumption tax (税込) or not (税抜), where their headings say
            nothing; of one amount in both kinds, the column that is read.
        multiple: Headings whose cells hold several values, ``A;B``.
    """

    role: Source | None = None
    mapping: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    end_is_last_day: bool | None = None
    day_first: bool | None = None
    undo_swap: bool | None = None
    as_of: dt.date | None = None
    timezone: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    block: int | None = None
    percent: Mapping[str, Percent] = field(default_factory=dict[str, Percent])
    currency: str | None = None
    decimal: Decimal | None = None
    tax: Tax | None = None
    multiple: tuple[str, ...] = ()
