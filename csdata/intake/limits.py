"""What an uploaded file may cost."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from csdata.errors import BadValues
from csdata.i18n import message

MEGABYTE: Final = 1 << 20

PREFIX: Final = "CSDATA_MAX_"

_UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes, counts and times beyond which a file is refused.

    Each can be given here, or for a whole installation by an environment variable: its name in
    capitals behind ``CSDATA_MAX_``, a whole number, which may end in K, M or G
    (``CSDATA_MAX_FILE_BYTES=500M``, ``CSDATA_MAX_SECONDS=120``).

    Attributes:
        file_bytes: The file as it was uploaded, and all files of an archive together, unpacked.
        entries: Parts of the zip archive that a workbook is, or files in an archive.
        expanded_bytes: All parts together, unpacked, as the archive's directory states it.
        ratio: Unpacked size over packed size of one large part.
        sheets: Sheets of a workbook, or tables in an archive or a page.
        rows: Rows of a sheet, blank ones included.
        columns: Columns of a sheet.
        cells: Rows times columns of a sheet.
        memory_bytes: Address space of the reading process.
        seconds: Time of the reading process.
    """

    file_bytes: int = 200 * MEGABYTE
    entries: int = 5_000
    expanded_bytes: int = 1_024 * MEGABYTE
    ratio: int = 200
    sheets: int = 500
    rows: int = 5_000_000
    columns: int = 2_000
    cells: int = 30_000_000
    memory_bytes: int = 1_024 * MEGABYTE
    seconds: int = 60


LIMITS: Final = Limits()
"""Those of an installation where nobody has said otherwise."""


def limits_in_force(environment: Mapping[str, str] = os.environ) -> Limits:
    """The limits with what the environment says.

    Raises:
        BadValues: A variable is no whole number above 0.
    """
    said: dict[str, int] = {}
    for field in fields(Limits):
        variable = setting(field.name)
        if text := environment.get(variable, "").strip():
            said[field.name] = _number(variable, text)
    return Limits(**said)


def setting(name: str) -> str:
    """The environment variable of a limit."""
    return PREFIX + name.upper()


def _number(variable: str, text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,15})([KMG]?)", text.upper())
    value = int(found[1]) * _UNITS[found[2]] if found else 0
    if not value:
        raise BadValues(where=variable, found=text, remedy=message("intake.remedy_limit"))
    return value


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / MEGABYTE:,.0f} MB"
