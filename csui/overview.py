"""The overview's figures, each a way to the page that shows it, and what the data say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csdata.analyses.overview import LEVEL
from csdata.tables import Portfolio
from csui import columns, compute, figures, lists, nav, overview_before, page, state, url
from csui.overview_words import against, difference, label, verdict, written
from csui.text import escape, language, safe, say, t

if TYPE_CHECKING:
    from csdata.analyses.overview import Figure, Overview
    from csdata.i18n import Message

_ROW: Final = 3
_GOOD: Final = {"departures": "inverse", "renewals": "off"}
"""More is better, but for these."""
_GROUP: Final = "survival.group"


def cards(view: page.View, result: Overview) -> None:
    """The figures, three in a row, each against the period before and the last import."""
    earlier = overview_before.figures(view)
    first: dict[str, Figure] = {}
    for start in range(0, len(result.figures), _ROW):
        for place, figure in zip(st.columns(_ROW), result.figures[start:][:_ROW], strict=True):
            with place.container(border=True, height="stretch", key=f"csui_figure_{figure.key}"):
                _heading(view.data, figure)
                if figure.missing is None:
                    _figure(figure)
                    overview_before.beside(figure, earlier)
                else:
                    _missing(figure, first.setdefault(say(figure.missing), figure))


def _heading(data: Portfolio, figure: Figure) -> None:
    """What it is called; a way to its page where it has one."""
    name = label(data, figure)
    if figure.page:
        nav.arrow(figure.page, label=name, **figure.setting)
    else:
        st.markdown(name)


def _figure(figure: Figure) -> None:
    name = t(f"overview.figure.{figure.key}")
    st.metric(
        name,
        written(figure.value, figure.unit, figure.currency),
        label_visibility="collapsed",
        **_delta(figure),
    )
    lines = [figures.share_interval(figure.lower, figure.upper)] if figure.unit == "share" else []
    lines += [safe(figure.base)] if figure.base else []
    lines += [safe(detail) for detail in figure.details]
    lines.append(escape(against(figure)))
    st.caption("  \n".join(lines))


def _delta(figure: Figure) -> dict[str, Any]:
    """The difference with its arrow; coloured only where it is more than chance."""
    if figure.change is None:
        return {}
    color = _GOOD.get(figure.key, "normal") if figure.change.clear else "off"
    change = figure.change
    shown = difference(change.difference, change.unit, figure.currency)
    # Left to itself the arrow follows the first sign, which not every text begins with.
    arrow = "off" if shown.startswith("±") else "down" if change.difference < 0 else "up"
    if change.unit == "rate":
        shown = t("page.overview.rate_delta", value=shown)
    shown = t(f"page.overview.badge.{figure.key}", difference=shown)
    return {"delta": shown, "delta_color": color, "delta_arrow": arrow}


def _missing(figure: Figure, first: Figure) -> None:
    """Why there is no figure, and the way to it; of several of one reason the first says it."""
    st.markdown(f"**{t('page.overview.not_yet')}**")
    if first is not figure:
        st.caption(t("page.overview.as_above", figure=t(f"overview.figure.{first.key}")))
        return
    if figure.missing:
        st.caption(safe(figure.missing))
    if figure.remedy:
        st.caption(f":material/arrow_forward: {safe(figure.remedy)}")
    nav.link("import", label=t("ui.to_import"))


def sentences(view: page.View, result: Overview) -> None:
    """What the data say, each with the way to what shows it; and by which rules it was said."""
    for number, sentence in enumerate(result.sentences):
        words, way = st.columns([6, 1], vertical_alignment="center")
        with words, st.container(key=f"csui_finding_overview_{number}"):
            st.text(say(columns.with_names(view.data, sentence)))
        with way:
            _way(sentence)
    parts = [safe(result.definition), t("ui.n", n=result.n)]
    parts += [t("ui.as_of", day=result.as_of)] if result.as_of else []
    notes = [f"- {safe(columns.with_names(view.data, note))}" for note in _once(result.notes)]
    if any("group" in sentence.key for sentence in result.sentences):
        notes.append(f"- {t('page.overview.as_of_export')}")
    st.caption("\n".join([f"**{' · '.join(parts)}**", "", *notes]))


def _once(notes: tuple[Message, ...]) -> list[Message]:
    return list({say(note): note for note in notes}.values())


def _way(sentence: Message) -> None:
    """A link to the page, and the setting of it, that shows what a sentence says."""
    kind = sentence.key.rpartition(".")[2]
    if kind.startswith("group"):
        column = sentence.values.get("by")  # noqa: PD011 (a mapping)
        code = url.opaque(state.data_key(), _GROUP, column)
        nav.link("survival", group=code)
    elif kind in {"change_nrr", "change_grr", "concentration"}:
        nav.link("revenue")
    elif kind == "quality":
        nav.link("quality")


def timeline(view: page.View) -> None:
    """How the monthly revenue moved, where there is any."""
    from csdata import charts
    from csdata.errors import CsDataError

    if not view.data.has_dates:
        return
    try:
        movements = compute.mrr_movements(view.data)
    except CsDataError:
        return  # the figure says what is missing
    st.subheader(t("page.overview.timeline"), anchor=False)
    page.draw(
        view,
        replace(movements, notes=()),  # said under the sentences
        charts.mrr_movements(movements, lang=language()),
        alt=t("page.revenue.alt_monthly"),
        key="timeline",
    )


def coming(view: page.View, result: Overview) -> None:
    """The customers behind the coming renewals."""
    if result["renewals"].missing is not None or result.due.empty:
        return
    with st.expander(t("page.overview.due", n=len(result.due)), icon=":material/event_repeat:"):
        rows = result.due.drop_duplicates("customer_id")
        ends = columns.readable(rows)["end"]
        extra = pd.DataFrame(
            {
                "customer_id": rows["customer_id"],
                t("page.overview.term_ends"): ends,
                t("page.overview.followed"): [
                    t("ui.yes") if followed else t("ui.no") for followed in rows["followed"]
                ],
            }
        )
        lists.customers(
            view.data,
            rows["customer_id"],
            key="overview.due",
            name="renewals",
            extra=extra,
            ordered=True,
        )


def evidence(data: Portfolio, result: Overview) -> None:
    """Every figure with its definition and the period before, and all that was compared."""
    with st.expander(t("page.overview.evidence"), icon=":material/table_view:"):
        lists.table(_compared(data, result), key="overview.compared")
        st.markdown(
            "\n".join(
                f"- **{escape(label(data, f))}**: {safe(f.definition)}" for f in result.figures
            )
        )
        if len(result.tests):
            st.markdown(t("page.overview.tests_lead", n=len(result.tests), level=LEVEL))
            lists.table(_tests(data, result), key="overview.tests")


def _compared(data: Portfolio, result: Overview) -> pd.DataFrame:
    rows: list[dict[str, str]] = []
    for f in result.figures:
        change = f.change
        if change is None:
            why = f.missing or f.no_change
            rows.append({"figure": label(data, f), "verdict": say(why) if why else ""})
            continue
        said = [
            difference(value, change.unit, f.currency)
            for value in (change.difference, change.lower, change.upper)
            if pd.notna(value)
        ]
        between = "" if change.total else t("page.overview.between", lower=said[1], upper=said[2])
        rows.append(
            {
                "figure": label(data, f),
                "now": written(change.now, change.unit, f.currency),
                "then": written(change.then, change.unit, f.currency),
                "difference": f"{said[0]}{between}",
                "verdict": t(f"page.overview.verdict.{verdict(change)}"),
                "span": t("ui.day", day=change.until)
                if change.since == change.until
                else t("page.revenue.from_to", since=change.since, until=change.until),
            }
        )
    names = ("figure", "now", "then", "difference", "verdict", "span")
    table = pd.DataFrame(rows, columns=list(names)).fillna("")
    return table.rename(columns={n: t(f"page.overview.column.{n}") for n in names})


def _tests(data: Portfolio, result: Overview) -> pd.DataFrame:
    rows = result.tests.sort_values("p_value")
    return pd.DataFrame(
        {
            t("page.overview.column.kind"): [
                t(f"page.overview.kinds.{kind}") for kind in rows["kind"]
            ],
            t("page.overview.column.name"): [
                _named(data, kind, name)
                for kind, name in zip(rows["kind"], rows["name"], strict=True)
            ],
            t("page.overview.column.adjusted"): [f"{p:.3f}" for p in rows["adjusted"]],
            t("page.overview.column.verdict"): [
                t(f"page.overview.verdict.{'sure' if claimed else 'chance'}")
                for claimed in rows["claimed"]
            ],
        }
    )


def _named(data: Portfolio, kind: str, name: str) -> str:
    """What was compared, in words."""
    if kind == "change":
        return t(f"overview.figure.{name}")
    if kind == "group":
        column, _, value = name.partition("=")
        return t("ui.chip", column=columns.label(data, column), values=[value])
    term, _, number = name.partition("×")
    return t("page.overview.renewal", term=int(term), number=int(number))
