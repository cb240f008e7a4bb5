"""What an uploaded file may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes, counts and times beyond which a file is refused.

    Attributes:
        file_bytes: The file as it was uploaded.
        entries: Parts of the zip archive that a workbook is.
        expanded_bytes: All parts together, unpacked, as the archive's directory states it.
        ratio: Unpacked size over packed size of one large part.
        columns: Columns of a sheet.
        cells: Rows times columns of a sheet.
        memory_bytes: Address space of the reading process.
        seconds: Time of the reading process.
    """

    file_bytes: int = 200 * MEGABYTE
    entries: int = 5_000
    expanded_bytes: int = 1_024 * MEGABYTE
    ratio: int = 200
    columns: int = 2_000
    cells: int = 30_000_000
    memory_bytes: int = 1_024 * MEGABYTE
    seconds: int = 60


LIMITS: Final = Limits()


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / MEGABYTE:,.0f} MB"
