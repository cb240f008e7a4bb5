"""Whose the monthly revenue is: the largest customers, the new ones, and what is billed for."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from csdata import counts_money as cm
from csdata.analyses import _mrr
from csdata.analyses._mrr import Ints, MrrHistory, month_end
from csdata.counts_money import UNITS
from csdata.errors import NotEnoughData
from csdata.i18n import Message, message
from csdata.i18n.money import Money
from csdata.schema import BILLED
from csdata.tables import Portfolio

LARGEST: Final = (1, 5, 10)
TOP_SHARE: Final = 0.2
YEAR: Final = 12


@dataclass(frozen=True, eq=False, slots=True)
class RevenueMix:
    """What the revenue of the last month is made of. All are totals, so none has an interval.

    ``concentration``: ``who`` ("1", "5", "10", "top_fifth"), ``customers``, ``mrr``, ``share``; the
    largest customers together. ``sources``: ``source`` ("existing": with revenue a year before,
    "new": first revenue within the year, "returned": neither), ``customers``, ``mrr``, ``share``.
    ``kinds``: ``kind`` ("fixed", "overage", "other"), ``amount``, ``share`` of what was billed for
    the contracts that began in the trailing 12 months; empty where contracts do not say it.

    ``month`` is the last day of the month, ``mrr`` the whole revenue, ``largest`` the ids of the
    ten largest customers, the largest first.
    """

    concentration: pd.DataFrame
    sources: pd.DataFrame
    kinds: pd.DataFrame
    largest: tuple[str, ...]
    month: dt.date
    mrr: float
    currency: str | None
    definition: Message
    as_of: dt.date
    n: int
    notes: tuple[Message, ...]
    finding: Message


def revenue_mix(portfolio: Portfolio, *, proration: str = "month_end") -> RevenueMix:
    """Concentration of the monthly revenue, new against existing, and billing by kind.

    Args:
        portfolio: As for :func:`csdata.mrr_movements`; ``kinds`` needs contracts with ``fixed``,
            ``overage`` or ``other``.
        proration: As for :func:`csdata.mrr_movements`.

    Raises:
        NeedsDates: The customers have tenures but no dates.
        NotEnoughData: There is no amount per month, or nobody pays in the last month.
        NotBuilt: Another ``proration``.

    Source: docs/definitions.md, section Revenue.
    """
    return mix_of(portfolio, _mrr.history(portfolio, proration=proration))


def mix_of(portfolio: Portfolio, known: MrrHistory) -> RevenueMix:
    """The same from a history that was read already."""
    before, now = known.states([known.last - YEAR, known.last])
    total = int(now.sum())
    if not total:
        raise NotEnoughData(what=message("revenue.needs_paying"), found=0, needed=1)
    n = int((now > 0).sum())
    order = np.lexsort((np.arange(len(now)), -now))
    concentration = _concentration(now[order], n, total)
    top = concentration.iloc[-1]
    return RevenueMix(
        concentration=concentration,
        sources=_sources(known, before, now, total),
        kinds=_kinds(portfolio, known),
        largest=tuple(str(i) for i in known.ids[order][: min(n, LARGEST[-1])]),
        month=month_end(known.last),
        mrr=total / UNITS,
        currency=portfolio.currency,
        definition=message("definition.revenue.mix"),
        as_of=known.as_of,
        n=n,
        notes=known.notes,
        finding=message(
            "revenue.finding_mix",
            day=month_end(known.last),
            mrr=Money(total / UNITS, portfolio.currency),
            largest=float(concentration["share"].iloc[0]),
            customers=int(top["customers"]),
            share=float(top["share"]),
            n=n,
        ),
    )


def _concentration(ordered: Ints, n: int, total: int) -> pd.DataFrame:
    """``ordered``: amounts, the largest first."""
    # At least one customer: a fifth of three is still somebody.
    sizes = {str(k): k for k in LARGEST if k <= n} | {"top_fifth": math.ceil(TOP_SHARE * n)}
    table = pd.DataFrame({"who": list(sizes), "customers": list(sizes.values())})
    table["mrr"] = [int(ordered[:k].sum()) / UNITS for k in sizes.values()]
    table["share"] = table["mrr"] * UNITS / total
    return table


def _sources(known: MrrHistory, before: Ints, now: Ints, total: int) -> pd.DataFrame:
    paying = now > 0
    new = paying & (known.begun > known.last - YEAR)
    existing = paying & (before > 0)
    parts = {"existing": existing, "new": new, "returned": paying & ~new & ~existing}
    table = pd.DataFrame({"source": list(parts)})
    table["customers"] = [int(who.sum()) for who in parts.values()]
    table["mrr"] = [int(now[who].sum()) / UNITS for who in parts.values()]
    table["share"] = table["mrr"] * UNITS / total
    return table


def _kinds(portfolio: Portfolio, known: MrrHistory) -> pd.DataFrame:
    present = [k for k in BILLED if k in portfolio.columns("contracts")]
    empty = pd.DataFrame({"kind": [], "amount": [], "share": []})
    if not known.from_contracts or not present:
        return empty
    billed = cm.billed_by_kind(known.rows, kinds=present)
    recent = billed[billed["month"].between(known.last - YEAR + 1, known.last)]
    table = pd.DataFrame({"kind": present, "amount": [int(recent[k].sum()) for k in present]})
    total = int(table["amount"].sum())
    if not total:
        return empty
    return table.assign(share=table["amount"] / total, amount=table["amount"] / UNITS)
