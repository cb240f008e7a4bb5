"""What the values of a column say for or against the field that its heading names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from csdata.i18n import Message, message
from csdata.intake.booleans import booleans
from csdata.intake.catalogue import WEAK, Field, FieldKind, Match
from csdata.intake.columns import Bools, Column, matches
from csdata.intake.dates import could_be_dates, dates
from csdata.intake.missing import missing
from csdata.intake.money import could_be_amounts

SAMPLE: Final = 500
"""Distinct values looked at to see whether a column can be what its heading says."""

FITTING: Final = 0.5
"""Share of them that has to be readable."""

NEARLY_ALL: Final = 0.9
"""Share from which a column is what its values look like."""

RAISED: Final = 1.1
LOWERED: Final = 0.85
DOUBTED: Final = 0.5
"""What values do to the score of a heading: a vague one is confirmed, a good one is doubted."""

FILLED: Final = frozenset({"customer_id", "start", "date", "close_date"})
"""Fields that every row should have; a column that is mostly blank is rather another one."""

RECORD_ID: Final = r"^[0-9A-Za-z]{5}0[0-9A-Za-z]{9}(?:[0-9A-Za-z]{3})?$"
CODE: Final = r"^[A-Za-z]{0,6}[-_]?[0-9][0-9A-Za-z_-]*$"
"""What an id looks like: one of Salesforce, or a code of one's own such as C-0012."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What values do to the score of a heading: a factor, 0 if they cannot be, and why."""

    factor: float
    reason: Message | None = None


class Looked:
    """The columns of a table as far as they were looked into; nothing is looked at twice."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns
        self._shares: dict[tuple[FieldKind, str], float] = {}
        self._dated: dict[str, bool] = {}

    def weigh(self, field: Field, header: str, match: Match) -> Evidence:
        """What the values of a column say about its being a field."""
        column = self._columns[header]
        sample = column.distinct[:SAMPLE]
        if not len(sample):
            return Evidence(0.0 if field.name == "customer_id" or match.coded else 1.0)
        share = self._share(field.kind, header)
        no_code = match.coded and (not coded(sample) or self._is_another(field, header, sample))
        if no_code or share < FITTING:
            return Evidence(0.0)
        if share < NEARLY_ALL:
            return Evidence(LOWERED, message("intake.reason_partly", share=share))
        if self._is_another(field, header, sample):
            return Evidence(DOUBTED, message("intake.reason_other_kind", example=sample[0].as_py()))
        blank = float(column.blank.mean())
        if field.name in FILLED and blank > FITTING:
            return Evidence(LOWERED, message("intake.reason_blank", share=blank))
        vague = match.score <= WEAK and field.kind in ("id", "date", "number", "boolean")
        return Evidence(RAISED if vague else 1.0)

    def _share(self, kind: FieldKind, header: str) -> float:
        key = (kind, header)
        if key not in self._shares:
            self._shares[key] = readable(kind, self._columns[header].distinct)
        return self._shares[key]

    def _is_another(self, field: Field, header: str, sample: pa.StringArray) -> bool:
        """Whether texts are dates, or names are ids of records: rarely what the heading means."""
        if field.kind not in ("text", "id"):
            return False
        if header not in self._dated:
            self._dated[header] = bool(dates(sample, day_first=True).ok.mean() >= NEARLY_ALL)
        return self._dated[header] or (field.name == "name" and _mostly(sample, RECORD_ID))


def readable(kind: FieldKind, distinct: pa.StringArray) -> float:
    """Share of the values of a column that can be of a kind; 1 where there are none."""
    sample = distinct[:SAMPLE]
    ok: Bools = np.ones(len(sample), dtype=bool)
    if kind == "date":
        ok = could_be_dates(sample)[~missing(sample)]
    elif kind == "number":
        ok = could_be_amounts(sample)[~missing(sample)]
    elif kind == "boolean":
        ok = booleans(sample).ok
    return float(ok.mean()) if len(ok) else 1.0


def fits(field: Field, distinct: pa.StringArray) -> bool:
    """Whether the values of a column can be what the field holds; an empty column fits."""
    if not len(distinct):
        return field.name != "customer_id"
    return readable(field.kind, distinct) >= FITTING


def coded(distinct: pa.StringArray) -> bool:
    """Whether the values of a column look like ids and not like names."""
    sample = distinct[:SAMPLE]
    return bool(len(sample)) and (_mostly(sample, RECORD_ID) or _mostly(sample, CODE))


def _mostly(sample: pa.StringArray, pattern: str) -> bool:
    return bool(matches(sample, pattern).mean() >= NEARLY_ALL)
