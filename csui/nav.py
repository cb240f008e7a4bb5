"""The pages, their addresses and the way from one to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import streamlit as st

from csui import state
from csui.text import t

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

SCRIPTS: Final = {
    "import": "pages/data/import_files.py",
    "saved": "pages/data/saved.py",
    "quality": "pages/data/quality.py",
    "overview": "pages/analysis/overview.py",
    "retention": "pages/analysis/retention.py",
    "revenue": "pages/analysis/revenue.py",
    "survival": "pages/analysis/survival.py",
    "quadrant": "pages/analysis/quadrant.py",
    "customer": "pages/analysis/customer.py",
}
SECTIONS: Final = {
    "data": ("import", "saved", "quality"),
    "analysis": ("overview", "retention", "revenue", "survival", "quadrant", "customer"),
}
_ICONS: Final = {
    "import": "upload_file",
    "saved": "inventory_2",
    "quality": "fact_check",
    "overview": "dashboard",
    "retention": "grid_on",
    "revenue": "payments",
    "survival": "show_chart",
    "quadrant": "scatter_plot",
    "customer": "badge",
}
HOME: Final = "overview"


def pages() -> dict[str, list[StreamlitPage]]:
    """The sections of the navigation, in the language of the session."""
    return {
        t(f"nav.{section}"): [
            st.Page(
                SCRIPTS[name],
                title=t(f"nav.{name}"),
                icon=f":material/{_ICONS[name]}:",
                default=name == HOME,
            )
            for name in names
        ]
        for section, names in SECTIONS.items()
    }


def name_of(page: StreamlitPage) -> str:
    """What a page is called in the code; the address is the name of its script."""
    stems = {Path(script).stem: name for name, script in SCRIPTS.items()}
    return stems.get(page.url_path, HOME)


def go(name: str, **controls: str) -> NoReturn:
    """Open another page now, with what its link says already in the address.

    Otherwise the browser would remember the page twice: with and without.
    """
    st.switch_page(SCRIPTS[name], query_params={**state.common(), **controls})


def link(name: str, *, label: str | None = None, **controls: str) -> None:
    """A link to another page, with settings of its controls as its own link would have them."""
    st.page_link(
        SCRIPTS[name],
        label=label or t(f"nav.{name}"),
        icon=f":material/{_ICONS[name]}:",
        query_params=_said(controls),
    )


def arrow(name: str, *, label: str, **controls: str) -> None:
    """A heading that leads to another page, with settings as for :func:`link`."""
    st.page_link(
        SCRIPTS[name],
        label=label,
        icon=":material/chevron_right:",
        icon_position="right",
        query_params=_said(controls),
    )


def _said(controls: dict[str, str]) -> dict[str, str] | None:
    return {**state.common(), **controls} if controls else None
