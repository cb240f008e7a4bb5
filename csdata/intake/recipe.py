"""What the user has corrected about the reading of one kind of file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from csdata.schema import Role


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
        as_of: 基準日, the last day that the file knows about.
        sheet: The sheet to read.
        header_row: Line of the headings in the file, from 1.
    """

    role: Role | None = None
    mapping: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    end_is_last_day: bool | None = None
    day_first: bool | None = None
    as_of: dt.date | None = None
    sheet: str | None = None
    header_row: int | None = None
