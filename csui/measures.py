"""The retention page's controls: what is measured, by which rows, on which clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from csdata.clock import FISCAL_START, Clock, Period
from csdata.tables import Portfolio
from csui import compute, events, page, preferences, state, widgets
from csui.text import t

TERMS: Final = ("3", "6", "12")
"""Lengths of a period that follow the usual terms of a plan."""
LONGEST: Final = 60
MOST_ROWS: Final = 24
"""Rows of a table that can be read from the back of a room."""
_FISCAL: Final = "fiscal_start"
_MONTHS: Final = tuple(str(month) for month in range(1, 13))


@dataclass(frozen=True, slots=True)
class Choices:
    """What the controls say; plain values, so that results can be cached by them."""

    measure: str
    cohort: Period
    by: str | None
    picture: str
    period: Period
    clock: Clock
    fiscal_start: int
    bracket: int | tuple[int, int] | None
    least: float | None
    intervals: bool

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of :func:`csui.compute.retention`."""
        return {
            "measure": self.measure,
            "cohort": self.cohort,
            "by": self.by,
            "period": self.period,
            "clock": self.clock,
            "fiscal_start": self.fiscal_start,
            "bracket": self.bracket,
            "min_quantity": self.least,
        }


def choose(source: Portfolio) -> Choices:
    """Draw the controls for data without filters."""
    with page.controls():
        measure = _measure(source)
        by = _by(source)
        cohort: Period = "month"
        if by is None:
            cohort = _cohort(source)
        # Values of an attribute have no order in time.
        pictures = ("map", "curves", "time") if by is None else ("map", "curves")
        picture = widgets.choice("retention.picture", pictures, words="page.retention.pictures")
        events.editor()
    if by is not None:
        st.caption(t("page.retention.no_time"))
    if by is None and _many(source) and cohort == usual_cohort(source):
        st.caption(t(f"page.retention.many_{cohort}", n=compute.start_months(source)))
    with st.expander(t("ui.details"), icon=":material/tune:"):
        period: Period = "month"
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if measure != "bracket":
                period = widgets.choice(
                    "retention.period",
                    ("month", "quarter", "year"),
                    words="page.retention.periods",
                    note=t("page.retention.period_help"),
                )
            clock: Clock = widgets.choice(
                "retention.clock",
                ("contract", "calendar"),
                words="page.retention.clocks",
                note=t("page.retention.clock_help"),
            )
            fiscal_start = _fiscal_start()
            intervals = _intervals()
        least = _least() if measure != "alive" else None
        bracket = _bracket() if measure == "bracket" else None
    return Choices(
        measure, cohort, by, picture, period, clock, fiscal_start, bracket, least, intervals
    )


def usual_cohort(source: Portfolio) -> Period:
    """Months as long as their rows can be taken in on a screen, then quarters, then years."""
    months = compute.start_months(source)
    if months <= MOST_ROWS:
        return "month"
    return "quarter" if months <= 3 * MOST_ROWS else "year"


def _many(source: Portfolio) -> bool:
    return usual_cohort(source) != "month"


def _cohort(source: Portfolio) -> Period:
    """The starts that make a row; what nobody has chosen follows the data that are open."""
    usual, key = usual_cohort(source), "retention.cohort"
    before = state.kept(f"{key}_usual", usual)
    if before != usual:
        state.put(f"{key}_usual", usual)
        if state.known(key, usual) == before:
            state.put(key, usual)
    return widgets.choice(key, ("month", "quarter", "year"), words="period", default=usual)


def _measure(source: Portfolio) -> str:
    """Whose choice there is only with a table of use; without an end of contracts, of use alone."""
    if source.usage is None:
        return "alive"
    use = ["on", "on_or_after", "bracket", "streak"]
    options = use if source.provenance.first_use else ["alive", *use]
    return widgets.coded(
        "retention.measure",
        dict(zip(options, options, strict=True)),
        words=lambda m: t(f"retention.measure.{m}"),
        note=t("page.retention.measure_help"),
    )


def _by(source: Portfolio) -> str | None:
    names: list[str] = compute.groups(source)
    if not names:
        return None
    return widgets.column("retention.by", names, portfolio=source, optional=True)


def fiscal_start() -> int:
    """The first month of the company's fiscal year, as it was last said."""
    said = preferences.kept(_FISCAL) or ""
    return int(said) if said in _MONTHS else FISCAL_START


def _fiscal_start() -> int:
    """The first month of the fiscal year: said once, it holds for the company."""
    known = fiscal_start()
    chosen: int = widgets.coded(
        "retention.fiscal",
        {code: int(code) for code in _MONTHS},
        words=lambda month: t(f"page.retention.fiscal_months.{month}"),
        default=known,
        note=t("page.retention.fiscal_help"),
    )
    if chosen != known:
        preferences.keep(_FISCAL, str(chosen))
    return chosen


def _intervals() -> bool:
    state.kept("retention.intervals", default=False)
    return bool(
        state.settle(
            "retention.intervals",
            st.toggle(
                t("page.retention.intervals"),
                key="retention.intervals",
                help=t("page.retention.intervals_help"),
            ),
        )
    )


def _least() -> float | None:
    least = widgets.number(
        "retention.least",
        lower=0.0,
        upper=1e9,
        default=0.0,
        step=1.0,
        note=t("page.retention.least_help"),
    )
    return least or None


def _bracket() -> int | tuple[int, int]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = widgets.choice("retention.term", (*TERMS, "free"), words="page.retention.terms")
        if kind != "free":
            return int(kind)
        first = widgets.number("retention.bracket_from", lower=0, upper=LONGEST, default=0)
        last = widgets.number("retention.bracket_to", lower=0, upper=LONGEST, default=2)
    return int(first), int(max(first, last))
