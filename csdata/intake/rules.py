"""Which rows are set aside, one small rule each. Nothing is dropped: the rows come back listed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from csdata.intake.names import name_key
from csdata.intake.values import Bools
from csdata.schema import SOURCES, Source


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """The typed canonical columns of a table, as rules see them.

    Attributes:
        fields: Canonical field → values; missing as None, NaN or NaT.
        unread: Canonical field → rows whose text could not be read as the field's type.
        undecided: Date fields in which day and month cannot be told apart.
        as_of: 基準日, if it is known.
        alive: Rows that no earlier rule has set aside.
        codes: Every column of the file, equal texts as equal numbers: for comparing whole rows.
    """

    fields: Mapping[str, npt.NDArray[Any]]
    unread: Mapping[str, Bools]
    undecided: frozenset[str]
    as_of: dt.date | None
    alive: Bools
    codes: tuple[npt.NDArray[np.int32], ...]

    def missing(self, field: str) -> Bools:
        """Rows without a value of a field."""
        return np.asarray(pd.isna(self.fields[field]))

    def twice(self, keys: npt.NDArray[Any]) -> Bools:
        """Rows whose key an earlier row that is still alive has had."""
        again = np.zeros(len(keys), dtype=bool)
        again[self.alive] = pd.Series(keys[self.alive]).duplicated().to_numpy()
        return again


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows that cannot be used: ``test`` finds them, by the fields in ``needs``.

    ``id`` is the reason in ``set_aside`` and the key of its words (``rule.<id>``); ``column`` is
    the field that the row's entry shows.
    """

    id: str
    roles: frozenset[Source]
    column: str
    needs: tuple[str, ...]
    test: Callable[[Rows], Bools]


_ALL: Final[frozenset[Source]] = frozenset(SOURCES)
_TERMS: Final[frozenset[Source]] = frozenset({"customers", "contracts"})
_EVENTS: Final[frozenset[Source]] = frozenset({"usage", "touches"})
_CUSTOMERS: Final[frozenset[Source]] = frozenset({"customers"})
_DEALS: Final[frozenset[Source]] = frozenset({"opportunities"})


def _is_missing(field: str) -> Callable[[Rows], Bools]:
    return lambda rows: rows.missing(field)


def _is_undecided(field: str) -> Callable[[Rows], Bools]:
    return lambda rows: rows.unread[field] & np.bool_(field in rows.undecided)


def _is_unread(field: str) -> Callable[[Rows], Bools]:
    return lambda rows: rows.unread[field]


def _is_negative(field: str) -> Callable[[Rows], Bools]:
    return lambda rows: rows.fields[field] < 0  # NaN compares false


def _is_after_as_of(field: str) -> Callable[[Rows], Bools]:
    def test(rows: Rows) -> Bools:
        if rows.as_of is None:
            return np.zeros(len(rows.alive), dtype=bool)
        return rows.fields[field] > np.datetime64(rows.as_of)

    return test


def _same_row(rows: Rows) -> Bools:
    suspects = rows.twice(rows.fields["customer_id"])
    if not suspects.any():  # the common case; comparing whole rows is the costly one
        return suspects
    whole = np.ascontiguousarray(np.column_stack(rows.codes))
    _, same = np.unique(
        whole.view(f"V{whole.itemsize * whole.shape[1]}").ravel(), return_inverse=True
    )
    return rows.twice(same)


def _same_id(rows: Rows) -> Bools:
    """Rows whose id an earlier row has under another name.

    Under the same name, or none, they are rows of one customer (products, plans): these are made
    one when files are joined.
    """
    again = rows.twice(rows.fields["customer_id"])
    if not again.any() or "name" not in rows.fields:
        return np.zeros(len(again), dtype=bool)
    names = pd.Series(rows.fields["name"], dtype=object)
    keys = names.where(names.notna(), "").map(lambda name: name_key(str(name)))
    first = keys.where(rows.alive & (keys != "").to_numpy())
    first = first.groupby(rows.fields["customer_id"]).transform("first")
    return again & ((keys != first) & (keys != "") & first.notna()).to_numpy(dtype=bool)


def _ends_before_start(rows: Rows) -> Bools:
    return rows.fields["end"] < rows.fields["start"]  # NaT compares false


def _no_outcome(rows: Rows) -> Bools:
    if "start" in rows.fields:
        return np.zeros(len(rows.alive), dtype=bool)
    return rows.missing("tenure_months") | rows.missing("churned")


RULES: Final[tuple[Rule, ...]] = (
    Rule("missing_id", _ALL, "customer_id", ("customer_id",), _is_missing("customer_id")),
    *(
        Rule("undecided_date", roles, field, (field,), _is_undecided(field))
        for roles, field in (
            *((_TERMS, "start"), (_TERMS, "end"), (_EVENTS, "date")),
            *((_DEALS, "close_date"), (_DEALS, "start"), (_DEALS, "end")),
        )
    ),
    Rule("missing_start", _TERMS, "start", ("start",), _is_missing("start")),
    Rule("missing_date", _EVENTS, "date", ("date",), _is_missing("date")),
    Rule("missing_date", _DEALS, "close_date", ("close_date",), _is_missing("close_date")),
    # Without its date an end would read as "still a customer", which nobody has said.
    Rule("unreadable_end", _TERMS | _DEALS, "end", ("end",), _is_unread("end")),
    Rule("end_before_start", _TERMS | _DEALS, "end", ("start", "end"), _ends_before_start),
    Rule("after_as_of", _TERMS, "start", ("start",), _is_after_as_of("start")),
    Rule("after_as_of", _EVENTS, "date", ("date",), _is_after_as_of("date")),
    Rule("missing_outcome", _CUSTOMERS, "churned", ("tenure_months", "churned"), _no_outcome),
    *(
        Rule("negative", roles, field, (field,), _is_negative(field))
        for roles, field in (
            (_CUSTOMERS, "tenure_months"),
            (_TERMS, "mrr"),
            (_CUSTOMERS, "total_billing"),
            (frozenset[Source]({"contracts"}), "term_months"),
            (frozenset[Source]({"usage"}), "quantity"),
            (_DEALS, "amount"),
            (_DEALS, "term_months"),
        )
    ),
    Rule("duplicate_row", _CUSTOMERS, "customer_id", ("customer_id",), _same_row),
    Rule("duplicate_id", _CUSTOMERS, "customer_id", ("customer_id",), _same_id),
)
