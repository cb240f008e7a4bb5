"""Accounts of one name: told, never alarming; each pair can be merged, and taken apart again."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from csdata.errors import CsDataError
from csui import figures, import_who, uploads
from csui.text import escape, t

_MOST: Final = 20
"""Pairs that are listed, those with a sign first."""


def fold() -> None:
    """Pairs with a sign that they are one customer, the others, and what was merged."""
    # Where the files cannot be joined, the box above has said why.
    with contextlib.suppress(CsDataError):
        pairs, same = uploads.matched().same_names, uploads.rules().same
        if pairs.empty and not same:
            return
        label = t("page.import.alike.title", n=len(pairs))
        with st.expander(label, icon=":material/join_inner:", key="import.alike"):
            _merged(same)
            if len(pairs):
                st.caption(t("page.import.alike.lead"))
                _pairs(pairs)


def _pairs(pairs: pd.DataFrame) -> None:
    signed = pairs[pairs["sign"] != ""]
    shown: list[dict[Any, Any]] = pairs.head(_MOST).to_dict("records")
    for number, pair in enumerate(shown):
        if number == 0 and pair["sign"]:
            st.markdown(t("page.import.alike.likely", n=len(signed)))
        if not pair["sign"] and (number == 0 or shown[number - 1]["sign"]):
            st.markdown(t("page.import.alike.name_only", n=len(pairs) - len(signed)))
        with st.container(border=True, key=f"csui_alike_pair_{number}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(_said(pair), width="stretch")
                st.button(
                    t("page.import.alike.merge"),
                    key=f"import.merge_{number}",
                    on_click=_merge,
                    args=({str(pair["given"]): str(pair["customer_id"])},),
                )
            st.markdown(import_who.beside([str(pair["given"]), str(pair["customer_id"])]))
    if len(pairs) > _MOST:
        st.caption(t("page.import.alike.more", n=len(pairs) - _MOST))
    if len(signed) > 1:
        st.button(
            t("page.import.alike.merge_all", n=len(signed)),
            key="import.merge_all",
            icon=":material/done_all:",
            on_click=_merge,
            args=(dict(zip(signed["given"], signed["customer_id"], strict=True)),),
        )


def _said(pair: Mapping[Any, Any]) -> str:
    """The name that both have, and what speaks for one customer; as Markdown."""
    name = f"**{escape(pair['other'])}**"
    if not pair["sign"]:
        return name
    ended = pair["ended"]
    last = "–" if pd.isna(ended) else figures.day(ended - pd.Timedelta(days=1))
    why = t(f"page.import.alike.{pair['sign']}", ended=last, began=figures.day(pair["began"]))
    return t("page.import.alike.pair_why", pair=name, why=escape(why))


def _merged(same: Mapping[str, str]) -> None:
    """What was merged, each with a way back."""
    if not same:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(t("page.import.alike.merged", n=len(same)), width="content")
        st.button(
            t("page.import.alike.back_all"),
            key="import.unmerge_all",
            icon=":material/undo:",
            type="tertiary",
            on_click=_back,
            args=(tuple(same),),
        )
    for number, (given, to) in enumerate(list(same.items())[:_MOST]):
        with st.container(horizontal=True, vertical_alignment="center"):
            said = t("page.import.alike.one", given=given, id=to)
            st.markdown(escape(said), width="content")
            st.button(
                t("page.import.alike.back"),
                key=f"import.unmerge_{number}",
                icon=":material/undo:",
                type="tertiary",
                on_click=_back,
                args=((given,),),
            )


def _merge(more: Mapping[str, str]) -> None:
    rules = uploads.rules()
    uploads.set_rules(replace(rules, same={**rules.same, **more}))


def _back(accounts: tuple[str, ...]) -> None:
    rules = uploads.rules()
    rest = {given: to for given, to in rules.same.items() if given not in accounts}
    uploads.set_rules(replace(rules, same=rest))
