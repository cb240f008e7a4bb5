"""Where a portfolio comes from, in words and in numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from csdata.i18n import Message
from csdata.taxes import Tax

LATE: Final = "note.observed_from"
"""What is said where departures are recorded from some day on only."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Provenance:
    """Where a portfolio comes from: files, filters in force and the warnings they earned.

    ``usage_span`` is the first and last day of usage before any filter: what was recorded does not
    change with the customers looked at. ``stated_as_of`` is the last day that the files know about
    where the analysis looks at an earlier one, because contracts that have just ended may still be
    renewed; ``waiting`` has those customers (更新待ち). ``rules`` says in words how contracts
    became customers' lives. ``tax`` is table → column → whether its amounts include consumption
    tax, where that is known. ``set_aside`` counts by reason the rows that the import did
    not use, of the files that say who is a customer; repeated rows are none of them. ``first_use``:
    customers are whoever occurs in the usage and start with their first use; when they leave nobody
    knows.
    """

    files: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    filters: Mapping[str, tuple[object, ...]] = field(default_factory=dict[str, tuple[object, ...]])
    warnings: tuple[Message, ...] = ()
    source_fingerprint: str | None = None
    usage_span: tuple[dt.date, dt.date] | None = None
    stated_as_of: dt.date | None = None
    waiting: tuple[str, ...] = ()
    set_aside: Mapping[str, int] = field(default_factory=dict[str, int])
    rules: tuple[Message, ...] = ()
    tax: Mapping[str, Mapping[str, Tax]] = field(default_factory=dict[str, Mapping[str, Tax]])
    first_use: bool = False
