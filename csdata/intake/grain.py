"""What one row of a table is: stated before customers are counted, for a row is not a customer."""

from __future__ import annotations

from csdata.i18n import message
from csdata.intake.reading import Reading


def tell_grain(reading: Reading) -> None:
    """Say what a row is, and how many rows a customer has, where that is more than one."""
    ids = reading.column("customer_id")
    rows = len(reading.data.lines) - int(ids.blank.sum())
    customers = len(ids.distinct)
    if rows <= customers:
        return
    reading.report.note(
        "grain",
        row=message(f"grain.{reading.role}"),
        rows=rows,
        customers=customers,
        then=message(f"grain.then_{reading.role}"),
    )
