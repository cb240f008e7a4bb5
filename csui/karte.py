"""One customer: everything that the files say about them, and what they do not say."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csdata.clock import months_between
from csdata.errors import CsDataError
from csdata.schema import Role
from csdata.tables import Portfolio
from csui import columns, compute, figures, lists, measures, nav, page, state, url
from csui.axes import last_choices
from csui.cache import cached
from csui.text import escape, safe, t

if TYPE_CHECKING:
    from csdata.analyses.customer import Customer

_MOST_FOUND: Final = 200
_HEAD: Final = ("customer_id", "name", "start", "end", "tenure_months", "churned", "mrr")


@cached
def _codes(source: Portfolio) -> dict[str, Any]:
    """Opaque key → customer id."""
    return url.keyed(source.fingerprint or "", lists.CUSTOMER, source.customers["customer_id"])


@cached
def _names(source: Portfolio) -> pd.DataFrame:
    """``said`` (name and id) and ``sought`` (what a search looks into) by customer id."""
    rows = source.customers.set_index("customer_id")
    ids = pd.Series(rows.index, index=rows.index)
    said = rows["name"].fillna("–").astype(str) + "  " + ids if "name" in rows else ids
    return pd.DataFrame({"said": said, "sought": said.map(_folded)})


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def choose(data: Portfolio) -> pd.Series:
    """Search, then choose among what was found; the row of the customer."""
    source = state.source() or data
    names = _names(source)
    inside = data.customers["customer_id"]
    current = state.control(lists.CUSTOMER, url.Choice(_codes(source)), inside.iloc[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input(
            t("page.customer.search"),
            key="customer.search",
            placeholder=t("page.customer.search_hint"),
        )
        wanted = names["sought"].reindex(inside).str.contains(_folded(sought), regex=False)
        found = list(inside[wanted.to_numpy()])
        options = found[:_MOST_FOUND]
        if not found:
            page.hint(t("page.customer.nobody"))
        if current not in options:
            # A search moves on to its first hit; without one, whoever was opened stays.
            options = options if sought else [current, *options]
            state.put(lists.CUSTOMER, options[0])
        chosen = st.selectbox(
            t("page.customer.id"),
            options,
            format_func=names["said"].reindex(options).to_dict().__getitem__,
            key=lists.CUSTOMER,
            help=t("page.customer.found", n=len(found), most=_MOST_FOUND),
        )
    state.settle(lists.CUSTOMER, chosen)
    if chosen not in set(inside):
        st.caption(t("page.customer.outside"))
    rows = source.customers
    return rows[rows["customer_id"] == chosen].iloc[0]


def record(customer: pd.Series, data: Portfolio) -> Customer | None:
    """All that is known of the customer, on one axis of time; None where there are no dates."""
    source = state.source() or data
    if not source.has_dates:
        return None
    return compute.customer(
        source, customer_id=customer["customer_id"], fiscal_start=measures.fiscal_start()
    )


def head(data: Portfolio, customer: pd.Series, known: Customer | None) -> None:
    """Name, and in four figures: since when, whether still, how long, how much."""
    name = customer.get("name")
    st.header(escape(customer["customer_id"] if pd.isna(name) else name), anchor=False)
    if not pd.isna(name):
        st.caption(escape(f"{columns.word('customer_id')}: {customer['customer_id']}"))
    source = state.source() or data
    if source.provenance.first_use and known is not None:
        _first_use(customer, known)
        return
    own = source.customers["customer_id"] == customer["customer_id"]
    standing = compute.standing(source)[own].iloc[0]
    look: dict[str, Any] = {"border": True, "height": "stretch"}
    places = st.columns(4)
    places[0].metric(t("page.customer.since"), figures.day(customer.get("start")), **look)
    places[1].metric(
        t("page.customer.standing"),
        t(f"page.customer.{standing}"),
        _last_day(data, customer, standing),
        delta_color="off",
        delta_arrow="off",
        **look,
    )
    places[2].metric(t("page.customer.tenure"), _tenure(data, customer), **look)
    amount, until = _amount(customer, known)
    money = figures.money(amount, data.currency)
    places[3].metric(
        columns.taxed(data, "mrr", t("page.customer.mrr")),
        money,
        until,
        delta_color="off",
        delta_arrow="off",
        **look,
    )


def _first_use(customer: pd.Series, known: Customer) -> None:
    """Of customers made of records of use: when they were seen, since nobody knows their end."""
    months = known.use["month"].drop_duplicates().sort_values()
    last = "–" if months.empty else f"{months.iloc[-1]:%Y/%m}"
    told = {
        "first_use": figures.day(customer["start"]),
        "last_use": last,
        "used_months": t("ui.months", m=len(months)),
    }
    for place, (label, value) in zip(st.columns(3), told.items(), strict=True):
        place.metric(t(f"page.customer.{label}"), value, border=True, height="stretch")


def _amount(customer: pd.Series, known: Customer | None) -> tuple[float, str | None]:
    """What is paid on the as-of date; else what was paid last, and until when."""
    if known is None:
        return customer.get("mrr", float("nan")), None
    until = known.amount_until
    return known.amount, None if until is None else t("page.customer.amount_until", day=until)


def _last_day(data: Portfolio, customer: pd.Series, standing: str) -> str | None:
    end = customer.get("end")
    if standing != "left" or not data.has_dates or pd.isna(end):
        return None
    if end <= customer["start"]:
        return None  # no day at all: the sentence says so
    return t("page.customer.last_day", day=end - pd.Timedelta(days=1))


def _tenure(data: Portfolio, customer: pd.Series) -> str:
    if not data.has_dates:
        return t("ui.months", m=customer["tenure_months"])
    if pd.isna(customer["start"]) or data.as_of is None:
        return "–"
    until = pd.Timestamp(data.as_of) + pd.Timedelta(days=1)
    end = customer.get("end")
    until = until if pd.isna(end) else min(end, until)
    return t("ui.months", m=round(months_between(customer["start"].date(), until.date()), 1))


def facts(data: Portfolio, customer: pd.Series) -> None:
    """Every other field that is filled in."""
    known = [c for c in customer.index if c not in _HEAD and not figures.blank(customer[c])]
    if not known:
        return
    st.subheader(t("page.customer.lacks.details"), anchor=False)
    shown = pd.DataFrame(
        {
            t("page.customer.field"): [columns.label(data, c) for c in known],
            t("page.customer.value"): [_value(data, c, customer[c]) for c in known],
        }
    )
    lists.table(shown, key="customer.facts")


def _value(data: Portfolio, column: str, value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return figures.day(value)
    if column == "total_billing":
        return figures.money(value, data.currency)
    return columns.value_label(value.item() if hasattr(value, "item") else value)


def contracts(data: Portfolio, customer: pd.Series) -> None:
    """The terms one after another."""
    _listed(data, "contracts", customer, order="start")


def touches(data: Portfolio, customer: pd.Series) -> None:
    """What passed between us, newest first."""
    _listed(data, "touches", customer, order="date")


def _listed(data: Portfolio, role: Role, customer: pd.Series, *, order: str) -> None:
    rows = _rows(data, role, customer)
    if rows is None:
        return
    st.subheader(t(f"page.customer.{role}"), anchor=False)
    if rows.empty:
        st.caption(t("page.customer.no_rows"))
        return
    shown = columns.readable(rows.drop(columns="customer_id"))
    shown = shown.sort_values(order, ascending=False)
    lists.table(shown.rename(columns=columns.word), key=f"customer.{role}")


def _rows(data: Portfolio, role: Role, customer: pd.Series) -> pd.DataFrame | None:
    frame = getattr(state.source() or data, role)
    if frame is None:
        return None
    return frame[frame["customer_id"] == customer["customer_id"]]


def position(data: Portfolio, customer: pd.Series) -> None:
    """Where the customer stands in the quadrant as it was last drawn."""
    st.subheader(t("page.customer.position"), anchor=False)
    choices, cuts = last_choices()
    if choices is None:
        st.caption(t("page.customer.no_quadrant"))
        nav.link("quadrant")
        return
    try:
        result = compute.quadrant(data, cuts=cuts, **choices.arguments())
    except CsDataError as error:
        st.caption(safe(error.message))
        return
    row = result.table[result.table["customer_id"] == customer["customer_id"]]
    if row.empty:
        st.caption(t("page.customer.not_drawn"))
    else:
        cell = row.iloc[0]
        st.markdown(f"**{t('quadrant.cell.' + cell['cell'])}**")
        axes_said = (
            f"{safe(name)}: {cell[axis]:g} ({t('page.customer.cut')} {cut:g})"
            for name, axis, cut in (
                (result.breadth_name, "breadth", result.breadth_cut),
                (result.depth_name, "depth", result.depth_cut),
            )
        )
        st.caption(" · ".join(axes_said))
    nav.link("quadrant")
