"""The app under Streamlit's own test driver: open a page, read what a user reads."""

from __future__ import annotations

import re
from typing import Any

from streamlit.testing.v1 import AppTest

import csdata as cs
from csdata.i18n import catalogue
from csui import nav
from csui.state import Session
from tests.house.tree import ROOT

PAGES = tuple(nav.SCRIPTS)
_KINDS = (
    *("title", "header", "subheader", "text", "markdown", "caption"),
    *("info", "warning", "error", "success"),
)
_LABELLED = (
    *("button", "selectbox", "multiselect", "number_input", "slider", "toggle", "text_input"),
    *("button_group", "metric", "expander", "date_input", "file_uploader"),
)


def start(page: str = nav.HOME, *, data: cs.Portfolio | None = None, **link: str) -> AppTest:
    """A page, opened by a link in a new tab; not run yet."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.session_state["csui.opened"] = True
    app.session_state["csui.session"] = Session(source=data)
    for name, value in link.items():
        app.query_params[name] = value
    return app.switch_page(nav.SCRIPTS[page])


def shown(page: str = nav.HOME, *, data: cs.Portfolio | None = None, **link: str) -> AppTest:
    """The same, run, without an exception."""
    return ran(start(page, data=data, **link))


def ran(touched: Any) -> AppTest:
    """One run, of the app or after touching one of its elements, without an exception."""
    app: AppTest = touched.run()
    assert not app.exception, [e.value for e in app.exception]
    return app


def control(app: AppTest, key: str) -> Any:
    """The control with a key, of whatever kind."""
    return app.get_by_key(key)


def link_of(app: AppTest) -> dict[str, str]:
    """What the address bar holds."""
    return {
        name: value[-1] if isinstance(value, list) else value
        for name, value in app.query_params.items()
    }


def words(app: AppTest) -> list[str]:
    """Every text on the page: words, labels, options, and what tables hold."""
    said = [str(getattr(e, "value", "")) for kind in _KINDS for e in app.get(kind)]
    for kind in _LABELLED:
        for element in app.get(kind):
            said.append(str(getattr(element, "label", "")))
            said += [str(o) for o in getattr(element, "options", [])]
    said += [m.value for m in app.metric]
    for table in app.dataframe:
        said += [str(column) for column in table.value.columns]
        said += [str(v) for column in table.value for v in table.value[column].head(50)]
    said += [str(getattr(part, "label", "")) for part in app.get("page_link")]
    return said


def plain(text: str) -> str:
    """A text without the backslashes that keep Markdown out."""
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", text)


def says(app: AppTest, wanted: str) -> bool:
    """Whether a text stands somewhere on the page."""
    return any(wanted in plain(text) for text in words(app))


def raw_keys(app: AppTest) -> list[str]:
    """Texts that are a key of the catalogue instead of its text."""
    keys = set(catalogue("ja"))
    return [text for text in words(app) if text in keys]
