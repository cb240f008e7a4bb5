"""Customers from records of use or purchase, where no other table tells when one began.

Whoever occurs in the records is a customer and starts on their first day. When they leave nobody
knows: a customer who no longer buys may buy again.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csdata.i18n import Message, message
from csdata.schema import Role


def tells_nobody_else(tables: Mapping[Role, pd.DataFrame]) -> bool:
    """Whether the usage is the only table that says when somebody began."""
    own = tables.get("customers")
    told = own is not None and ("start" in own or {"tenure_months", "churned"} <= set(own))
    return "usage" in tables and "contracts" not in tables and not told


def customers_from(tables: Mapping[Role, pd.DataFrame]) -> tuple[pd.DataFrame, Message]:
    """One row per customer with ``start``, the day of their first row in the usage.

    Customers who have a row of their own keep it, without a start where they were never seen.
    """
    usage = tables["usage"]
    known = usage[usage["customer_id"].notna() & usage["date"].notna()]
    by_id = known.groupby("customer_id", sort=True, observed=True)
    first = by_id["date"].min().rename("start").astype("datetime64[us]").reset_index()
    if "name" in known:
        first = first.merge(by_id["name"].first().reset_index(), on="customer_id")
    own = tables.get("customers")
    if own is not None:
        about = own.drop(columns=["end"], errors="ignore").drop_duplicates("customer_id")
        alone = first[["customer_id", "start"]]
        first = about.merge(alone, on="customer_id", how="outer", sort=True)
    seen = int(first["start"].notna().sum())
    return first, message("note.first_use", rows=len(known), n=seen)
