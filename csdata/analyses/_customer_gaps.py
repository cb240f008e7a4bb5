"""What the files lack of one customer, each with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from csdata.i18n import Message, message
from csdata.tables import Portfolio

SILENT: Final = 90
"""Days without a record after which that is said."""


def gaps(
    portfolio: Portfolio,
    own: pd.Series,
    rows: Mapping[str, pd.DataFrame | None],
    standing: str,
) -> tuple[Message, ...]:
    """Sentences on tables and rows that are missing; empty where nothing is.

    Args:
        portfolio: Where the customer is from.
        own: The customer's row.
        rows: Their contracts, usage and touches; None where there is no such table.
        standing: As in :class:`csdata.Customer`.
    """
    found = [
        message(f"customer.gap.no_{role}_table" if part is None else f"customer.gap.no_{role}")
        for role, part in rows.items()
        if part is None or part.empty
    ]
    found += _of_contracts(portfolio, own, rows["contracts"], standing)
    found += _of_silence(portfolio, rows, standing)
    if pd.isna(own["start"]):
        found.append(message("customer.gap.no_start"))
    return tuple(found)


def _of_contracts(
    portfolio: Portfolio, own: pd.Series, contracts: pd.DataFrame | None, standing: str
) -> list[Message]:
    """Contracts and the customer's own dates that say different things; missing amounts."""
    if contracts is None or contracts.empty:
        return _of_own_amount(portfolio, own)
    found: list[Message] = []
    day = pd.Timestamp(str(portfolio.as_of))
    ends = contracts["end"] if "end" in contracts else pd.Series(pd.NaT, index=contracts.index)
    running = (contracts["start"] <= day) & (ends.isna() | (ends > day))
    if standing == "staying" and not running.any():
        found.append(message("customer.gap.no_running", day=day))
    if standing == "left" and running.any():
        found.append(message("customer.gap.still_running", day=day))
    if "mrr" not in portfolio.columns("contracts"):
        return found + _of_own_amount(portfolio, own)
    without = int(contracts["mrr"].isna().sum())
    if without:
        found.append(message("customer.gap.contracts_without_amount", n=without))
    return found


def _of_own_amount(portfolio: Portfolio, own: pd.Series) -> list[Message]:
    """The customer table has no amount of a customer, or one that the contracts rule out."""
    if pd.isna(own.get("mrr")):
        return [] if portfolio.provenance.first_use else [message("customer.gap.no_amount")]
    ruled_out = "mrr" in portfolio.columns("contracts")
    return [message("customer.gap.amount_not_counted")] if ruled_out else []


def _of_silence(
    portfolio: Portfolio, rows: Mapping[str, pd.DataFrame | None], standing: str
) -> list[Message]:
    """A customer who is still there and of whom nothing has been heard for a long time."""
    if standing != "staying":
        return []
    found: list[Message] = []
    for role in ("usage", "touches"):
        part = rows[role]
        if part is None or part["date"].isna().all():
            continue
        last = part["date"].max()
        days = (pd.Timestamp(str(portfolio.as_of)) - last).days
        if days > SILENT:
            found.append(message(f"customer.gap.silent_{role}", day=last, days=days))
    return found
