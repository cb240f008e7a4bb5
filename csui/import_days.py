"""Which table start and end of the customers come from, why, and the way to take the other one.

A correction of the columns may change it, and with it how many renewals are open.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import streamlit as st

from csdata.errors import CsDataError
from csdata.schema import Role
from csdata.tables import Portfolio
from csui import columns, uploads, work
from csui.text import t

if TYPE_CHECKING:
    from csdata.intake import ImportSet

_Source = Literal["customers", "contracts"]
_DAYS: Final = ("start", "end")


class Days(NamedTuple):
    """The table that the days come from, and the renewals that are open by it; None: no 基準日.

    ``due`` is what every page of the analysis calls 更新未確定, ``waiting`` 更新待ち.
    """

    source: Role
    at: dt.date | None = None
    due: int | None = None
    waiting: int = 0


def line() -> None:
    """One line, and a button where both tables have the days; nothing where only one could."""
    # The box above has said why the files cannot be joined.
    with contextlib.suppress(CsDataError):
        found = uploads.matched()
        own, terms = _own_columns(), found.tables.get("contracts")
        if found.days_from is None or (found.days_from == "customers" and terms is None):
            return
        now = _days(found, found.days_from)
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
    if now.due is not None:
        values = {"n": now.due, "day": now.at, "waiting": now.waiting, "days": _bridge()}
        early = now.source == "contracts" and _bridge() and uploads.rules().customer != "contract"
        said.append(t(f"page.import.days.open{'_early' if early else ''}", **values))
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


def _days(found: ImportSet, source: Role) -> Days:
    """Counted as the analysis would count it now, once for the same files and rules."""
    day, last = uploads.chosen_as_of() or found.stated_as_of, work.work().counted
    if day is None or source == "usage":
        return Days(source)
    if last is None or last[0] is not found or last[1] != day:
        last = work.work().counted = (found, day, _counted(found, day, source))
    return last[2]


def _counted(found: ImportSet, day: dt.date, source: Role) -> Days:
    from csdata.analyses.tenures import tenures
    from csdata.intake import lives

    rows, at, waiting = found.tables["customers"], day, 0
    if source == "contracts" and uploads.rules().customer != "contract":
        at = lives.analysis_day(day, _bridge()) or day
        waiting = len(lives.waiting(rows, day, _bridge()))
    data = Portfolio(customers=rows, contracts=found.tables.get("contracts"), as_of=at)
    return Days(source, at, tenures(data).due_undecided, waiting)


def _change(source: Role, own: set[str] | None, *, terms: bool) -> None:
    """The other table, if it has the days; else what would have to be said of it."""
    if uploads.rules().customer == "contract" or own is None:
        return
    other: _Source = "customers" if source == "contracts" else "contracts"
    if other == "customers" and not own.issuperset(_DAYS):
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
        key = "page.import.days.before" if before.due is None else "page.import.days.before_open"
        values = {"source": source, "n": before.due or 0, "waiting": before.waiting}
        st.caption(f":material/history: {t(key, **values)}")
