"""One customer's history as a picture, their place in their cohort, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from csdata.tables import Portfolio
from csui import columns, figures, lists, nav, page, state, url
from csui.text import language, say, t

if TYPE_CHECKING:
    from csdata.analyses._customer_place import Place
    from csdata.analyses.customer import Customer


def timeline(view: page.View, known: Customer | None) -> None:
    """The sentence, and contracts, amount, use and touches on one axis of months."""
    from csdata import charts

    if known is None:
        st.caption(t("page.customer.lacks.undated"))
        return
    st.subheader(t("page.customer.lacks.timeline"), anchor=False)
    page.said(known.finding)
    # A note is kept under the key of the picture: it belongs to this customer alone.
    own = url.opaque(state.data_key(), lists.CUSTOMER, known.customer_id)
    page.draw(
        view,
        known,
        charts.customer(known, lang=language()),
        alt=t("page.customer.lacks.alt"),
        key=f"life_{own}",
    )


def place(data: Portfolio, known: Customer | None) -> None:
    """Where amount and use stand among those who began in the same year, and what became of them.

    Whatever filters are in force, the mates are all of them.
    """
    if known is None or known.place.year is None:
        return
    where = known.place
    st.subheader(t("page.customer.place.title"), anchor=False)
    st.text("\n".join(_fate(where, known.standing)))
    if where.ranks.empty:
        st.caption(t("page.customer.place.nothing"))
        return
    shown = pd.DataFrame(
        {
            t("page.customer.place.measure"): [
                t(f"page.customer.place.{m}") for m in where.ranks["measure"]
            ],
            t("page.customer.place.value"): _amounts(where.ranks, "value", data),
            t("page.customer.place.median"): _amounts(where.ranks, "median", data),
            t("page.customer.place.rank"): [_rank(row) for _, row in where.ranks.iterrows()],
            t("page.customer.place.lower"): [figures.share(b) for b in where.ranks["below"]],
        }
    )
    lists.table(shown, key="customer.place")
    st.caption(t("page.customer.place.among"))


def _fate(where: Place, standing: str) -> list[str]:
    told: dict[str, object] = {"year": where.year, "n": where.mates}
    if where.mates == 1:
        return [t("page.customer.place.mates_alone", **told)]
    if standing == "unknown":
        return [t("page.customer.place.mates_undated", **told)]
    share = where.left / where.mates
    said = [t("page.customer.place.mates", left=where.left, share=share, **told)]
    if not pd.isna(where.stayed.estimate):
        rate, lower, upper = where.stayed
        ends = {"share": rate, "lower": lower, "upper": upper}
        n = where.eligible
        said.append(t("page.customer.place.stayed", months=where.age, n=n, **ends))
    return said


def _amounts(ranks: pd.DataFrame, column: str, data: Portfolio) -> list[str]:
    return [
        f"{amount:,.1f}" if measure == "use" else figures.money(amount, data.currency)
        for measure, amount in zip(ranks["measure"], ranks[column], strict=True)
    ]


def _rank(row: pd.Series) -> str:
    if pd.isna(row["below"]):
        return t("page.customer.place.few", n=row["n"])
    key = "ranked_tied" if row["ties"] else "ranked"
    return t(f"page.customer.place.{key}", n=row["n"], rank=row["rank"], ties=row["ties"])


def lacks(data: Portfolio, customer: pd.Series, known: Customer | None) -> None:
    """What the files do not say of this customer, and how to add it."""
    with st.container(border=True):
        st.markdown(f"**{t('page.customer.lacks.title')}**")
        blank = [columns.label(data, str(c)) for c in customer.index if figures.blank(customer[c])]
        # Whoever is still there has no end, no notice and no reason to have left.
        blank = [b for b in blank if b not in _settled_late(data, customer)]
        said = [t("page.customer.lacks.fields", names=blank)] if blank else []
        said += [say(gap) for gap in known.gaps] if known else _tables(data)
        if not said:
            st.text(t("page.customer.lacks.nothing"))
            return
        for sentence in said:
            st.text(sentence)
        nav.link("import", label=t("ui.to_import"))


def _settled_late(data: Portfolio, customer: pd.Series) -> list[str]:
    late = ("end", "notice", "churn_reason")
    return [columns.label(data, c) for c in late if pd.isna(customer.get("end")) or c == "notice"]


def _tables(data: Portfolio) -> list[str]:
    """Tables that there are not, where the customers have no dates."""
    roles = ("contracts", "usage", "touches")
    return [t(f"customer.gap.no_{r}_table") for r in roles if getattr(data, r) is None]
