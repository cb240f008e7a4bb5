"""The quadrant's controls: what breadth and depth are measured by, when, and where the cuts lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import pandas as pd
import streamlit as st

from csdata.analyses.axes import classify_ticks
from csdata.schema import KNOWN_LATE
from csdata.tables import Portfolio
from csui import columns, compute, lists, page, state, url, widgets
from csui.cache import cached
from csui.compute import AxisSpec, CutSpec
from csui.text import t

MOST_FORMS: Final = 6
"""A column to be ticked off has few distinct values."""
LONGEST_WINDOW: Final = 24
_USAGE: Final = ("usage",)
_TICKS: Final = ("ticks",)
_LAST: Final = "csui.last_quadrant"


class Pair(NamedTuple):
    """One distinct value of a ticked column."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the controls say; plain values, so that results can be cached by them."""

    breadth: AxisSpec
    depth: AxisSpec
    window: tuple[int, int]
    landmark: float | Literal["window"] | None
    method: str

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of :func:`csui.compute.quadrant` but for the cuts."""
        return {
            "breadth": self.breadth,
            "depth": self.depth,
            "window": self.window,
            "landmark": self.landmark,
        }


@cached
def tickable(portfolio: Portfolio) -> list[str]:
    """Columns in which some values are ticks and some are not."""
    frame = portfolio.customers
    few = [
        str(name)
        for name, series in frame.items()
        if name not in KNOWN_LATE
        and name != "customer_id"
        and not pd.api.types.is_datetime64_any_dtype(series)
        and (not pd.api.types.is_float_dtype(series) or set(series.dropna()) <= {0, 1})
        and 1 <= series.nunique() <= MOST_FORMS
    ]
    if not few:
        return []
    reads = classify_ticks(portfolio, few)
    kinds = reads.dropna(subset=["ticked"]).groupby("column", sort=False)["ticked"].nunique()
    return [name for name in few if kinds.get(name, 0) > 1]


def choose(source: Portfolio) -> Choices | None:
    """Draw the controls for data without filters; None while nothing can be drawn yet."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        breadth = _axis(source, "quadrant.breadth", ticks=True)
        depth = _axis(source, "quadrant.depth", ticks=False)
        method = widgets.choice(
            "quadrant.cuts", ("median", "mean", "fixed"), words="page.quadrant.cut"
        )
        dated = _USAGE in (breadth, depth)
        safe = "safe"
        if dated:
            safe = widgets.choice(
                "quadrant.look",
                ("safe", "lifetime"),
                words="page.quadrant.looks",
                note=t("page.quadrant.look_help"),
            )
    ticked = _ticked_columns(source) if breadth == _TICKS else []
    with st.expander(t("ui.details"), icon=":material/tune:"):
        window, least, landmark = (0, 3), 0.0, "window"
        if dated:
            window, least, landmark = _dating()
        flips = _corrections(source, ticked) if ticked else ()
        if not dated and not ticked:
            st.caption(t("page.quadrant.no_details"))
    if breadth == _TICKS and not ticked:
        return None
    specs = {_USAGE: ("usage", least), _TICKS: ("ticks", tuple(ticked), flips)}
    return Choices(
        breadth=specs.get(breadth, breadth),
        depth=specs.get(depth, depth),
        window=window,
        landmark=landmark if safe == "safe" else None,
        method=method,
    )


def _axis(data: Portfolio, key: str, *, ticks: bool) -> tuple[Any, ...]:
    """The measure of one axis: usage, ticks, or a numeric column."""
    options: dict[str, Any] = {}
    if columns.has_categories(data) and data.has_dates:
        options["usage"] = _USAGE
    if ticks and tickable(data):
        options["ticks"] = _TICKS
    options |= url.keyed(state.data_key(), key, [("column", c) for c in columns.numeric(data)])
    named = {_USAGE: t(f"page.{key}_usage"), _TICKS: t(f"page.{key}_ticks")}
    if not options:
        page.hint(t("page.quadrant.no_axes"))
    return widgets.coded(
        key,
        options,
        words=lambda o: named.get(o) or t("page.quadrant.column", name=columns.label(data, o[1])),
    )


def _ticked_columns(data: Portfolio) -> list[str]:
    return widgets.some_of("quadrant.ticks", tickable(data), words=lambda c: columns.label(data, c))


def _dating() -> tuple[tuple[int, int], float, float | Literal["window"]]:
    """Window, least quantity and landmark of the usage."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = widgets.number("quadrant.window_from", lower=0, upper=LONGEST_WINDOW - 1, default=0)
        last = widgets.number("quadrant.window_to", lower=1, upper=LONGEST_WINDOW, default=3)
        least = widgets.number(
            "quadrant.least",
            lower=0.0,
            upper=1000.0,
            default=0.0,
            step=0.5,
            note=t("page.quadrant.least_help"),
        )
        extra = widgets.number(
            "quadrant.extra",
            lower=0,
            upper=LONGEST_WINDOW,
            default=0,
            note=t("page.quadrant.extra_help"),
        )
    window = (int(first), int(last))
    return window, float(least), float(window[1] + extra) if extra else "window"


def _corrections(data: Portfolio, ticked: list[str]) -> tuple[tuple[str, str, bool], ...]:
    """How each distinct value is read, and what the person says instead."""
    reads = classify_ticks(data, ticked)
    reads["value"] = reads["value"].fillna("")
    pairs = [Pair(c, v) for c, v in zip(reads["column"], reads["value"], strict=True)]
    as_read = dict(zip(pairs, reads["ticked"], strict=True))
    st.caption(t("page.quadrant.reads"))
    off = widgets.some_of(
        "quadrant.not_ticks", [p for p in pairs if as_read[p] is not False], words=_pair(data)
    )
    on = widgets.some_of(
        "quadrant.as_ticks", [p for p in pairs if as_read[p] is not True], words=_pair(data)
    )
    now = {**as_read, **dict.fromkeys(off, False), **dict.fromkeys(on, True)}
    shown = pd.DataFrame(
        {
            t("page.quadrant.read_column"): [columns.label(data, p.column) for p in pairs],
            t("page.quadrant.read_value"): [p.value or t("ui.missing") for p in pairs],
            t("page.quadrant.read_n"): reads["n"].to_numpy(),
            t("page.quadrant.read_as"): [t(f"page.quadrant.read_{_word(now[p])}") for p in pairs],
        }
    )
    lists.table(shown, key="quadrant.reads")
    return tuple((p.column, p.value, ticked_) for p, ticked_ in now.items() if p in {*off, *on})


def _word(ticked: bool | None) -> str:  # noqa: FBT001 (the value, not an option)
    return "unknown" if ticked is None else "tick" if ticked else "none"


def _pair(data: Portfolio) -> Any:
    return lambda p: f"{columns.label(data, p.column)} = {p.value or t('ui.missing')}"


def cuts(source: Portfolio, choices: Choices) -> CutSpec:
    """Where the cuts lie; fixed ones are moved by slider or typed exactly.

    A fixed cut stays where it is while filters come and go: its range is that of all customers.
    """
    chosen: CutSpec
    if choices.method == "fixed":
        chosen = _fixed(source, choices)
    else:
        chosen = "mean" if choices.method == "mean" else "median"
    st.session_state[_LAST] = state.data_key(), choices, chosen
    return chosen


def last_choices() -> tuple[Choices | None, CutSpec]:
    """The quadrant as it was last drawn of these data in this session."""
    key, choices, chosen = st.session_state.get(_LAST, ("", None, "median"))
    return (choices, chosen) if key == state.data_key() else (None, "median")


def _fixed(source: Portfolio, choices: Choices) -> tuple[float, float]:
    base = compute.quadrant(source, **choices.arguments())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return (
            _cut("quadrant.cut_breadth", base.table["breadth"], base.breadth_cut),
            _cut("quadrant.cut_depth", base.table["depth"], base.depth_cut),
        )


def _cut(key: str, values: pd.Series, default: float) -> float:
    """A slider for the hand and a number for the meeting, always the same value."""
    lower, upper = float(values.min()), float(values.max())
    if not lower < upper:
        return default
    step = 1.0 if values.dropna().mod(1).eq(0).all() else _fine(upper - lower)
    slider = f"{key}_slider"
    with st.container():
        exact = widgets.number(key, lower=lower, upper=upper, default=default, step=step)
        st.session_state[slider] = exact
        st.slider(
            t(f"page.{key}"),
            min_value=lower,
            max_value=upper,
            step=step,
            format="%g",
            key=slider,
            label_visibility="collapsed",
            on_change=lambda: state.put(key, st.session_state[slider]),
        )
    return float(exact)


def _fine(span: float) -> float:
    """A round step of about a two-hundredth of the span."""
    step = 10.0 ** len(str(int(span))) / 1000
    return step if span / step > 100 else step / 10  # noqa: PLR2004 (steps on a slider)
