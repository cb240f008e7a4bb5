"""What every honest export has as well, and which way it pulls: open renewals, likely doubles.

Neither is a flaw of the data, so they are no findings; they are worth knowing beside them.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from csdata.tables import Portfolio
from csui import compute, nav, quality
from csui.cache import cached
from csui.text import t


def notes(source: Portfolio) -> None:
    """A line for each, with its direction; nothing where there is neither."""
    undecided, pairs = open_renewals(source), likely_same(source)
    followed = int((pairs["sign"] == "follows").sum())
    said = [
        ("higher", t("page.quality.also.undecided", n=undecided)) if undecided else None,
        ("lower", t("page.quality.also.follows", n=followed)) if followed else None,
        ("blur", t("page.quality.also.same", n=len(pairs) - followed))
        if len(pairs) > followed
        else None,
    ]
    found = [line for line in said if line is not None]
    if not found:
        return
    with st.container(border=True, key="csui_quality_also"):
        st.markdown(f"**{t('page.quality.also.title')}**")
        for direction, words in found:
            quality.badge(direction, t(f"page.quality.also.{direction}"))
            st.markdown(words)
        if len(pairs):
            nav.link("import")


def open_renewals(source: Portfolio) -> int:
    """Customers of whom nobody knows yet whether they renew: 更新未確定, and 更新待ち.

    Where lives come from contracts the former are among the latter.
    """
    if source.provenance.first_use:
        return 0
    return max(compute.tenures(source).due_undecided, len(source.provenance.waiting))


@cached
def likely_same(source: Portfolio) -> pd.DataFrame:
    """Pairs of one name for which something else speaks as well, as on the import page."""
    from csdata.intake.merging import same_names

    pairs = same_names(source.customers, source.provenance.columns, {})
    return pairs[pairs["sign"] != ""]
