"""How files become customers: what the user has decided about joining them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Excluded = Literal["internal", "test", "trial", "paused"]


@dataclass(frozen=True, slots=True)
class JoinRules:
    """The user's decisions; None leaves a decision to the rules.

    Attributes:
        customer: What counts as one customer: the account (取引先), the group that accounts belong
            to (親取引先), or every contract by itself.
        lives: Where start and end of a customer come from: their own row, or their contracts and
            won opportunities. None: their own row where it has a start, else the contracts.
        bridge_days: Gap between two contracts, in days, up to which they are one life. None: 30
            where lives come from contracts, 0 otherwise.
        returning: What a customer who came back after a longer gap is: a new life (``"new"``), or
            one life from the first start on (``"one"``).
        exclude: Kinds of accounts that are left out, and counted.
        accepted: Customer as another file calls them (id or name) → ``customer_id``: suggestions
            that the user has accepted.
        same: Account → account that it is merged into: two accounts that are one customer. Rows of
            every table take the other id; the spans of both become lives by the rules above.
        attributes: Which of several rows of a customer tells plan, owner and the like: the one with
            the latest start, or with the first. None: the latest row of the customers' file; the
            first contract where only contracts tell.
        amounts: Whether the amounts of rows that run side by side are added up, or are one amount
            that every row repeats. None: the latter where all rows of every account agree.
        observed_from: First day from which departures are recorded (記録が始まった日); None: all of
            them are.
    """

    customer: Literal["account", "group", "contract"] = "account"
    lives: Literal["customers", "contracts"] | None = None
    bridge_days: int | None = None
    returning: Literal["new", "one"] = "new"
    exclude: tuple[Excluded, ...] = ()
    accepted: Mapping[str, str] = field(default_factory=dict[str, str])
    same: Mapping[str, str] = field(default_factory=dict[str, str])
    attributes: Literal["last", "first"] | None = None
    amounts: Literal["sum", "once"] | None = None
    observed_from: dt.date | None = None

    def of_any_files(self) -> JoinRules:
        """The rules without what is true of these files only: who is who, and their records."""
        return replace(self, accepted={}, same={}, observed_from=None)
