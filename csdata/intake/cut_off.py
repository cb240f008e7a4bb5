"""Numbers of rows at which programs stop: a file of exactly so many was probably cut."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

LIMITS: Final = MappingProxyType(
    {
        2_000: "screen",
        10_000: "round",
        20_000: "round",
        50_000: "round",
        65_535: "xls",
        65_536: "xls",
        100_000: "report",
        1_048_575: "xlsx",
        1_048_576: "xlsx",
    }
)
"""Rows of data → what stops there; a sheet's last row is counted with and without its headings."""

SHEETS: Final = MappingProxyType({65_536: "xls", 1_048_576: "xlsx"})
"""The last line that a sheet has: a table below a banner ends there with fewer rows."""


def cut_at(rows: int, last_line: int) -> str | None:
    """What probably stopped a table of so many rows that ends on this line; None if nothing did."""
    return LIMITS.get(rows) or SHEETS.get(last_line)
