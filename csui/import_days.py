"""Which table start and end of the customers come from, why, and the way to take the other one.

A correction of the columns may change it, and with it how many renewals are open.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import pandas as pd
import streamlit as st

from csdata.errors import CsDataError
from csdata.schema import Role
from csui import columns, uploads, work
from csui.text import t

if TYPE_CHECKING:
    from csdata.intake import ImportSet

_Source = Literal["customers", "contracts"]
_DAYS: Final = ("start", "end")


class Days(NamedTuple):
    """The table that the days come from, and how many renewals are open by it; None: no 基準日."""

    source: Role
    n_open: int | None


def line() -> None:
    """One line, and a button where both tables have the days; nothing where only one could."""
    # The box above has said why the files cannot be joined.
    with contextlib.suppress(CsDataError):
        found = uploads.matched()
        own, terms = _own_columns(), found.tables.get("contracts")
        if found.days_from is None or (found.days_from == "customers" and terms is None):
            return
        now = Days(found.days_from, _open(found))
        with st.container(key="csui_import_days"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(" ".join(_said(found, now, own)), width="content")
                _change(found.days_from, own, terms=terms is not None and "start" in terms)
            _before(now)


def _own_columns() -> set[str] | None:
    """Columns of the customers' own file, before anything was joined; None without such a file."""
    files = [i for i in uploads.used() if i.role == "customers"]
    return {str(c) for i in files for c in i.table} if files else None


def _said(found: ImportSet, now: Days, own: set[str] | None) -> list[str]:
    rows = found.tables.get("customers")
    n = 0 if rows is None else int(rows["start"].notna().sum())
    said = [t(f"page.import.days.{now.source}", why=_why(now.source, own), n=n)]
    if now.n_open is not None and now.source != "usage":
        said.append(t(f"page.import.days.open_{now.source}", n=now.n_open, days=_bridge()))
    return said


def _why(source: Role, own: set[str] | None) -> str:
    rules = uploads.rules()
    if own is None:
        return t("page.import.days.no_file")
    lacking = [c for c in _DAYS if c not in own]
    if source == "contracts" and rules.customer == "contract":
        return t("page.import.days.each")
    if rules.lives == source:
        return t("page.import.days.chosen")
    if lacking and source != "customers":
        return t("page.import.days.lacking", columns=[columns.word(c) for c in lacking])
    return t("page.import.days.own_start" if lacking else "page.import.days.own")


def _bridge() -> int:
    """Days after which an ended contract counts as not renewed, where contracts tell."""
    from csdata.intake.lives import BRIDGE_DAYS

    days = uploads.rules().bridge_days
    return BRIDGE_DAYS if days is None else days


def _open(found: ImportSet) -> int | None:
    """Customers whose renewal is not known yet on the 基準日; None where there is no such day."""
    from csdata.intake.lives import waiting

    day, rows = uploads.chosen_as_of() or found.stated_as_of, found.tables.get("customers")
    if day is None or rows is None or "end" not in rows:
        return None
    if found.days_from == "contracts" and uploads.rules().customer != "contract" and _bridge():
        return len(waiting(rows, day, _bridge()))
    return int((rows["end"] == pd.Timestamp(day) + pd.Timedelta(days=1)).sum())


def _change(source: Role, own: set[str] | None, *, terms: bool) -> None:
    """The other table, if it has the days; else what would have to be said of it."""
    if uploads.rules().customer == "contract" or own is None:
        return
    other: _Source = "customers" if source == "contracts" else "contracts"
    if other == "customers" and "start" not in own:
        st.caption(t("page.import.days.how"))
        return
    if other == "contracts" and not terms:
        return
    st.button(
        t(f"page.import.days.take_{other}"),
        key="import.days",
        icon=":material/swap_horiz:",
        type="tertiary",
        help=t(f"page.import.days.take_{other}_help"),
        on_click=_take,
        args=(other,),
    )


def _take(source: _Source) -> None:
    uploads.set_rules(replace(uploads.rules(), lives=source))


def _before(now: Days) -> None:
    """What it was before the last change, so that other figures do not come out of the blue."""
    history = work.work().days
    if history and history[-1].source == now.source:
        history[-1] = now
    else:
        history.append(now)
    if len(history) > 1:
        before = history[-2]
        source = t(f"page.import.days.name_{before.source}")
        known = before.n_open is not None and before.source != "usage"
        key = "page.import.days.before_open" if known else "page.import.days.before"
        st.caption(f":material/history: {t(key, source=source, n=before.n_open or 0)}")
