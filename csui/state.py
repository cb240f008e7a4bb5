"""What a session holds: the data, the filters, the controls, and their way into the URL and back.

Everything lives in one :class:`Session` under one key of ``st.session_state``; widgets keep their
own keys (``page.name``), because a callback can only set them there. ``begin`` runs at the top of
every run and ``finish`` at its end.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import streamlit as st

from csdata.tables import Portfolio
from csui import columns, compute, url
from csui.text import language, set_language

_KEY: Final = "csui.session"
_LAG: Final = 2.0
"""Seconds in which a URL that we have just replaced is the browser lagging behind, not a link."""
_UNDO: Final = 30

Filters = Mapping[str, tuple[Hashable, ...]]


@dataclass(frozen=True, slots=True)
class Moment:
    """What 元に戻す goes back to."""

    filters: Filters
    values: Mapping[str, Any]

    def differs(self, other: Moment) -> bool:
        """Whether a person changed something; a control that is new on the screen is no change."""
        common = self.values.keys() & other.values.keys()
        return dict(self.filters) != dict(other.filters) or any(
            self.values[k] != other.values[k] for k in common
        )


@dataclass(slots=True)
class Session:
    """The state of one browser tab."""

    source: Portfolio | None = None
    filters: Filters = field(default_factory=dict[str, tuple[Hashable, ...]])
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    codecs: dict[str, url.Codec] = field(default_factory=dict[str, url.Codec])
    page: str = ""
    arrived: dict[str, str] = field(default_factory=dict[str, str])
    incoming: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    incoming_filters: str = ""
    written: dict[str, str] = field(default_factory=dict[str, str])
    before: dict[str, str] = field(default_factory=dict[str, str])
    written_at: float = 0.0
    link_lost: bool = False
    """A link's filters mean nothing on this data."""
    choosers: int = 0
    """How often filters were changed elsewhere than in their list, which then has to be a new one:
    the browser keeps what a list in a closed popover held, and would send it again."""
    history: list[Moment] = field(default_factory=list[Moment])


def session() -> Session:
    """The session of this tab, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    return st.session_state[_KEY]


# -- the URL ---------------------------------------------------------------------------------


def begin() -> None:
    """Take what the URL brings, and remember the last run for 元に戻す."""
    s = session()
    s.codecs = {}
    params = st.query_params.to_dict()
    lagging = params == s.before and time.monotonic() - s.written_at < _LAG
    if params and params != s.written and not lagging:
        set_language(params.pop("lang", None))
        s.incoming_filters = params.pop("f", s.incoming_filters)
        s.arrived = params
    _take_filters(s)
    _remember(s)


def open_page(name: str) -> None:
    """From here on the controls of the page ``name`` are drawn."""
    s = session()
    s.page = name
    if s.arrived:
        s.incoming[name], s.arrived = s.arrived, {}


def finish() -> None:
    """Write the controls that were drawn, the filters and the language into the URL."""
    s = session()
    params = common()
    current = st.query_params.to_dict()
    if s.source is None:
        # The link may be waiting for its data: leave the rest of it in the address bar.
        params = {**current, **params}
    else:
        for key, codec in s.codecs.items():
            params[key.rpartition(".")[2]] = codec.encode(s.values[key])
    if params != current:
        st.query_params.from_dict(params)
        s.before, s.written, s.written_at = current, params, time.monotonic()
    else:
        s.written = params
    # Controls that were drawn for the first time belong to the step that 元に戻す comes back to.
    s.history[-1] = Moment(dict(s.filters), dict(s.values))


def common() -> dict[str, str]:
    """What the link of every page holds: the language, and the filters once there is data."""
    s = session()
    if s.source is None:
        return {"lang": language()}
    return {"lang": language(), "f": url.write_filters(data_key(), s.filters) or "-"}


def stop() -> NoReturn:
    """End this run here, with the URL written."""
    finish()
    st.stop()


def control(key: str, codec: url.Codec, default: Any) -> Any:
    """The value that the widget ``key`` is to show, also put where the widget will find it.

    In this order: what a link brings, what the person chose, the default; what the control cannot
    take (a column of the last file, a stranger's text) is passed over. Writing the value back in
    every run keeps it through page switches and changes of language.
    """
    s = session()
    text = s.incoming.get(s.page, {}).pop(key.rpartition(".")[2], None)
    candidates = [] if text is None else [codec.decode(text)]
    candidates += [st.session_state[key]] if key in st.session_state else []
    candidates += [s.values[key]] if key in s.values else []
    value = next((c for c in candidates if codec.accepts(c)), default)
    st.session_state[key] = s.values[key] = value
    s.codecs[key] = codec
    return value


def kept(key: str, default: Any) -> Any:
    """:func:`control` for what is no part of a link: a person's own words, or their own aims."""
    value = known(key, default)
    st.session_state[key] = session().values[key] = value
    return value


def known(key: str, default: Any) -> Any:
    """What the widget ``key`` holds, or held when it was last on the screen."""
    return st.session_state.get(key, session().values.get(key, default))


def settle(key: str, value: Any) -> Any:
    """Remember what the widget ``key`` returned."""
    session().values[key] = value
    return value


def put(key: str, value: Any) -> None:
    """Set a control from a callback."""
    st.session_state[key] = session().values[key] = value


# -- data and filters ------------------------------------------------------------------------


def source() -> Portfolio | None:
    """The data without filters: what can be chosen does not depend on what is filtered."""
    return session().source


def data_key() -> str:
    """Identity of the data without filters; the tables of the app are never lazy, so it has one."""
    data = session().source
    return (data.fingerprint or "") if data else ""


def open_data(portfolio: Portfolio | None) -> None:
    """Work on other data from now on; filters of the old data mean nothing on the new."""
    s = session()
    s.source, s.filters, s.history = portfolio, {}, [Moment({}, {})]
    s.choosers += 1
    s.link_lost = False
    _take_filters(s)


def recount(portfolio: Portfolio) -> None:
    """Go on with the same customers counted otherwise: filters and controls stay."""
    session().source = portfolio


def portfolio() -> Portfolio | None:
    """The data under the filters in force, or None while there is none."""
    s = session()
    if s.source is None or not s.filters:
        return s.source
    return compute.filtered(s.source, tuple(s.filters.items()))


def set_filter(column: str, values: tuple[Hashable, ...]) -> None:
    """Keep the customers whose ``column`` has one of ``values``; no values: no such filter."""
    s = session()
    rest = {c: v for c, v in s.filters.items() if c != column}
    s.filters = {**rest, column: values} if values else rest
    s.link_lost = False


def drop_filter(column: str) -> None:
    """Take one filter off."""
    set_filter(column, ())
    session().choosers += 1


def drop_filters() -> None:
    """フィルタを解除."""
    session().filters = {}
    session().choosers += 1


def can_undo() -> bool:
    """Whether there is a step to go back."""
    return len(session().history) > 1


def undo() -> None:
    """Go back to the filters and controls before the last change."""
    s = session()
    if not can_undo():
        return
    s.history.pop()
    last = s.history[-1]
    s.filters = dict(last.filters)
    s.choosers += 1
    for key, value in last.values.items():
        put(key, value)


def _take_filters(s: Session) -> None:
    if s.source is None or not s.incoming_filters:
        return
    possible = columns.categorical(s.source)
    s.filters = url.read_filters(data_key(), possible, s.incoming_filters)
    s.link_lost = not s.filters and s.incoming_filters != "-"
    s.incoming_filters = ""


def _remember(s: Session) -> None:
    values = {k: st.session_state.get(k, v) for k, v in s.values.items()}
    now = Moment(dict(s.filters), values)
    if s.history and not now.differs(s.history[-1]):
        s.history[-1] = now
    else:
        s.history = [*s.history, now][-_UNDO:]
