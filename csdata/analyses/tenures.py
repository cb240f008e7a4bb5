"""Lives on the clock: one row per customer with entry, duration and whether they left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import pandas as pd

from csdata import counts
from csdata.clock import Clock
from csdata.errors import NeedsEnds, NotBuilt
from csdata.i18n import Message, message
from csdata.schema import lazy
from csdata.tables import Portfolio

CLOCKS = ("contract", "calendar")

_OWN = ("customer_id", "entry", "duration", "event", "cause")


@dataclass(frozen=True, eq=False, slots=True)
class Tenures:
    """How long each customer has been one, and whether they left.

    ``table`` has one row per customer that counts, sorted by id: ``customer_id``, ``entry`` and
    ``duration`` (months on the clock, fractional at the end; 0 ≤ entry), ``event`` (bool: left on
    or before the as-of date), ``cause`` (text, missing if unknown or still a customer) and the
    grouping columns, named in ``groups`` (one that is called like a column of ours gets ``_group``
    behind its name). ``set_aside`` has ``customer_id`` and ``reason`` of the others; ``counts``
    says how many rows have each status. ``noticed`` are the customers who have given notice and
    whose contract is still running: no event; of ``noticed_undated`` nobody knows since when.
    """

    table: pd.DataFrame
    groups: tuple[str, ...]
    set_aside: pd.DataFrame
    counts: Mapping[str, int]
    due_undecided: int
    noticed: int
    definition: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    noticed_undated: int = 0


def tenures(
    portfolio: Portfolio, *, group: str | Sequence[str] | None = None, clock: Clock = "contract"
) -> Tenures:
    """One row per customer with entry, duration (months) and event on the chosen clock.

    Everyone who has not left by the as-of date is known to be a customer up to the end of that
    day. Rows without a usable life are set aside with their reason, never dropped.

    Args:
        portfolio: Customers with ``start`` and ``end`` (first day without a contract), or with
            ``tenure_months`` and ``churned``.
        group: Columns of the customers to carry along; names or headers of the file.
        clock: ``"contract"`` counts months from the start day, ``"calendar"`` calendar months.

    Raises:
        MissingColumns: A grouping column does not exist.
        NeedsEnds: The customers were made from records of use, of whom no end is known.
        NotBuilt: An unknown clock.

    Source: docs/definitions.md, section Clock.
    """
    if clock not in CLOCKS:
        raise NotBuilt(option="clock", value=clock, choices=list(CLOCKS))
    if portfolio.provenance.first_use:
        raise NeedsEnds(analysis=message("retention.name_of_lives"))
    wanted = [group] if isinstance(group, str) else list(group or ())
    carried = [portfolio.resolve(column) for column in wanted]
    # Under names of their own: a file may have a column called event or duration, too.
    aliases = {f"_group{i}": column for i, column in enumerate(dict.fromkeys(carried))}
    lived = lives(portfolio, clock=clock, carry=aliases)
    present = lived.collect_schema().names()
    cause = nw.col("churn_reason") if "churn_reason" in present else nw.lit(None)
    everyone = (
        lived.with_columns(cause=nw.when(nw.col("event")).then(cause))
        .select(*_OWN, *aliases, "status")
        .sort("customer_id")
        .collect("pandas")
        .to_native()
        .reset_index(drop=True)
    )
    names = {alias: f"{c}_group" if c in {*_OWN, "status"} else c for alias, c in aliases.items()}
    everyone = everyone.rename(columns=names)
    keep = [*_OWN, *names.values()]
    counted = everyone["status"] == counts.OK
    table = everyone.loc[counted, keep].reset_index(drop=True).astype({"event": bool})
    aside = everyone.loc[~counted, ["customer_id", "status"]]
    statuses = {str(k): int(v) for k, v in everyone["status"].value_counts().sort_index().items()}
    due, (noticed, undated) = count_due(portfolio, lived), count_noticed(portfolio, lived)
    zero = int((table["duration"] == 0).sum())
    return Tenures(
        table=table,
        groups=tuple(names.values()),
        set_aside=aside.rename(columns={"status": "reason"}).reset_index(drop=True),
        counts=statuses,
        due_undecided=due,
        noticed=noticed,
        definition=message(f"definition.tenure.{clock}"),
        as_of=portfolio.as_of,
        n=len(table),
        notes=status_notes(statuses, due=due, zero=zero, noticed=(noticed, undated)),
        noticed_undated=undated,
    )


def lives(
    portfolio: Portfolio, *, clock: Clock = "contract", carry: Mapping[str, str] | None = None
) -> nw.LazyFrame:
    """The customers with their lives, still lazy, and columns to ``carry`` under other names."""
    carried = {alias: nw.col(column) for alias, column in (carry or {}).items()}
    return counts.lives(
        lazy(portfolio.customers).with_columns(**carried) if carried else portfolio.customers,
        as_of=portfolio.as_of,
        observed_from=portfolio.observed_from,
        clock=clock,
    )


def count_due(portfolio: Portfolio, lived: nw.LazyFrame) -> int:
    """Customers whose contract runs out on the as-of date, renewal undecided."""
    terms = portfolio.contracts if "end" in portfolio.columns("contracts") else None
    return counts.count_due(lived, contracts=terms, as_of=portfolio.as_of)


def count_noticed(portfolio: Portfolio, lived: nw.LazyFrame) -> tuple[int, int]:
    """Customers who gave notice while their contract is still running; of these without a day."""
    return counts.count_noticed(lived, contracts=portfolio.contracts, as_of=portfolio.as_of)


def life_notes(portfolio: Portfolio, lived: nw.LazyFrame) -> tuple[Message, ...]:
    """What lives leave out and leave open; all but those of no duration, which need every row."""
    return status_notes(
        counts.count_statuses(lived),
        due=count_due(portfolio, lived),
        noticed=count_noticed(portfolio, lived),
    )


def status_notes(
    statuses: Mapping[str, int],
    *,
    due: int = 0,
    zero: int = 0,
    noticed: tuple[int, int] = (0, 0),
) -> tuple[Message, ...]:
    """What was set aside and what is undecided, one sentence per reason that occurs."""
    notes = [message(f"status.{status}", n=n) for status, n in statuses.items() if status != "ok"]
    if zero:
        notes.append(message("status.zero_duration", n=zero))
    if due:
        notes.append(message("status.due_undecided", n=due))
    n, undated = noticed
    if undated:
        notes.append(message("status.noticed_undated", n=n, undated=undated))
    elif n:
        notes.append(message("status.noticed", n=n))
    return tuple(notes)
