"""The frame of a page: title, empty state, finding, picture, evidence, what is folded away."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import streamlit as st

from csdata.errors import CsDataError, NeedsDates, NeedsEnds, NotEnoughData
from csdata.i18n import Message, message
from csdata.tables import Portfolio
from csui import columns, downloads, example, nav, outdated, picture, screen, sources, state
from csui.text import escape, safe, say, t

if TYPE_CHECKING:
    from altair import TopLevelMixin
    from streamlit.delta_generator import DeltaGenerator


class Result(Protocol):
    """What every analysis says of itself."""

    @property
    def finding(self) -> Message: ...  # noqa: D102
    @property
    def definition(self) -> Message: ...  # noqa: D102
    @property
    def as_of(self) -> dt.date | None: ...  # noqa: D102
    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def notes(self) -> tuple[Message, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class View:
    """A page with data: its name, the data with and without filters, the place for the finding."""

    name: str
    data: Portfolio
    source: Portfolio
    head: DeltaGenerator


def view(name: str, *, dated: bool = False) -> View:
    """Title and data of a page; without data the page says what it will show, and ends here.

    Args:
        name: Name of the page.
        dated: Whether the page needs customers with dates and can do nothing with tenures.
    """
    st.title(t(f"nav.{name}"), anchor=False)
    data = state.portfolio()
    if data is None:
        _empty(name)
        state.stop()
    outdated.mark()
    if len(data.customers) == 0:
        _nobody()
        state.stop()
    if dated and not data.has_dates:
        st.markdown(t(f"page.{name}.shows"))
        with user_errors():
            raise NeedsDates(analysis=message(f"{name}.name"))
    return View(name, data, state.source() or data, st.container(key=f"csui_finding_{name}"))


def controls() -> DeltaGenerator:
    """The row of controls."""
    return st.container(horizontal=True, vertical_alignment="bottom", key="csui_controls")


def _empty(name: str) -> None:
    with st.container(border=True, key="csui_empty"):
        st.subheader(t("ui.empty"), anchor=False)
        st.markdown(t(f"page.{name}.shows"))
        st.caption(t(f"page.{name}.needs"))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                t("ui.try_sample"),
                type="primary",
                icon=":material/domain:",
                key=f"{name}.sample",
                on_click=sources.open_sample,
            )
            nav.link("import", label=t("ui.to_import"))
    example.draw(name)


def _nobody() -> None:
    with st.container(border=True, key="csui_nobody"):
        st.markdown(t("ui.nobody"))
        st.button(
            t("ui.clear"),
            type="primary",
            icon=":material/filter_alt_off:",
            key="ui.clear_all",
            on_click=state.drop_filters,
        )


def said(statement: Message | str) -> None:
    """A statement as a paragraph."""
    st.text(say(statement))


def hint(text: str) -> NoReturn:
    """What is to be done before there is anything to show; the page ends here."""
    st.info(text, icon=":material/touch_app:")
    state.stop()


@contextlib.contextmanager
def user_errors(*, fatal: bool = True) -> Iterator[None]:
    """A problem that a person can mend becomes a box with the remedy, and the page ends there.

    Anything that is not a :class:`CsDataError` is a bug and goes on as one.

    Args:
        fatal: Whether the page ends; otherwise only this block does.
    """
    try:
        with st.spinner(t("ui.computing")):
            yield
    except (NeedsDates, NotEnoughData) as error:
        st.info(safe(error.message), icon=":material/info:")
        with st.container(horizontal=True):
            nav.link("import", label=t("ui.to_import"))
            for name in ("survival", "quadrant") if isinstance(error, NeedsDates) else ():
                nav.link(name, label=t("ui.works_without_dates", page=t(f"nav.{name}")))
    except NeedsEnds as error:
        st.info(safe(error.message), icon=":material/info:")
        nav.link("retention")
    except CsDataError as error:
        st.error(safe(error.message), icon=":material/error:")
    else:
        return
    if fatal:
        state.stop()


def show(
    view: View,
    result: Result,
    chart: TopLevelMixin,
    *,
    alt: str,
    key: str = "chart",
    select: Sequence[str] = (),
    rate: bool = False,
) -> Mapping[str, Any]:
    """Finding, picture, evidence and downloads; what was selected in the picture is returned.

    Args:
        view: The page.
        result: What the picture shows.
        chart: The picture.
        alt: What kind of picture it is; those who cannot see it are told the finding as well.
        key: Name of the picture on the page.
        select: Selections of the chart that the page wants to hear of.
        rate: Whether its vertical axis is a rate, so that a target can be drawn.
    """
    found(view, result)
    return draw(view, result, chart, alt=alt, key=key, select=select, rate=rate)


def found(view: View, result: Result) -> None:
    """What a result found, among the sentences at the head of the page."""
    with view.head:
        st.text(say(result.finding))


def draw(
    view: View,
    result: Result,
    chart: TopLevelMixin,
    *,
    alt: str,
    key: str,
    select: Sequence[str] = (),
    rate: bool = False,
) -> Mapping[str, Any]:
    """Picture, evidence and downloads without the finding; arguments as for :func:`show`."""
    chart = picture.on_screen(chart, rate=rate)
    on_screen, notes = screen.of(chart, result)
    heard: dict[str, Any] = {}
    if select:
        heard = {"on_select": "rerun", "selection_mode": list(select)}
    picked = st.altair_chart(
        on_screen,
        theme=None,
        key=f"{view.name}.{key}",
        alt=f"{alt} {say(result.finding)}",
        **heard,
    )
    evidence(view, result, chart, key=key, notes=notes, rate=rate)
    if not select:
        return {}
    return {name: value for name, value in picked.get("selection", {}).items() if value}


def evidence(
    view: View,
    result: Result,
    chart: TopLevelMixin,
    *,
    key: str,
    notes: str = "",
    rate: bool = False,
) -> None:
    """The line under a picture: definition, n, 基準日, what was left out; note and downloads."""
    name = f"{view.name}.{key}"
    line, buttons = st.columns([7, 5])
    if written := picture.note(name):
        line.text(written)
    parts = [safe(result.definition), t("ui.n", n=result.n)]
    parts += [t("ui.as_of", day=result.as_of)] if result.as_of else []
    said = [escape(notes)] if notes else []
    said += [safe(columns.with_names(view.data, note)) for note in result.notes]
    line.caption("\n".join([f"**{' · '.join(parts)}**", "", *(f"- {note}" for note in said)]))
    with buttons.container(horizontal=True, horizontal_alignment="right"):
        picture.tools(name, rate=rate)
        carried = picture.to_carry(chart, name)
        picture.copy(carried, key=name)
        downloads.pictures(carried, name=f"{view.name}_{key}", key=name)


def fold(name: str) -> None:
    """読み方 and 言えないこと."""
    with st.expander(t("ui.fold"), icon=":material/menu_book:"):
        reading, limits = st.columns(2)
        reading.markdown(f"**{t('ui.reading')}**\n\n{t(f'page.{name}.reading')}")
        limits.markdown(f"**{t('ui.limits')}**\n\n{t(f'page.{name}.limits')}")
