"""What ``.streamlit/config.toml`` cannot say: the icon, density, and the drop zone in Japanese."""

from __future__ import annotations

from typing import Final

import streamlit as st

from csui.text import t

ICON: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="15" height="15" rx="2" fill="#0F9D8A"/>
<rect x="17" width="15" height="15" rx="2" fill="#0B4F8A"/>
<rect y="17" width="15" height="15" rx="2" fill="#8A8F98"/>
<rect x="17" y="17" width="15" height="15" rx="2" fill="#E07B00"/></svg>"""
"""Our own: for the icon of a page Streamlit would ask a font server on the internet."""

_STYLE: Final = """
.stMainBlockContainer { padding: 3.2rem 2.5rem 3rem; }
.st-key-csui_header { border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent);
  padding-bottom: .4rem; }
h1 { padding: .2rem 0 .4rem !important; }
[data-testid="stMetricValue"] { font-size: 1.6rem; }
/* The headings of the key figures wrap; a cut one names nothing. */
[data-testid="stMain"] [data-testid="stPageLink"] a, [data-testid="stMain"]
  [data-testid="stPageLink"] a * { white-space: normal; overflow: visible; }
[class*="st-key-csui_finding"] [data-testid="stText"] { font-size: 1.15rem; font-weight: 600;
  line-height: 1.6; }
[class*="st-key-csui_name"] [data-testid="stText"] { font-weight: 600; }
/* Streamlit's own pictures lack definition and date, its own CSV lets formulas through. */
[data-testid="stElementToolbarButton"]:has([aria-label^="Download as"],
  [aria-label^="Copy Vega-Lite"], [aria-label^="Show data"]) { display: none; }
"""

_INK: Final = {"light": "#1F2430", "dark": "#ECEEF2"}
_CHOSEN: Final = """
[data-testid="stButtonGroup"] [data-selected="true"] p {{ color: {ink}; font-weight: 600; }}
"""
"""The main colour, which Streamlit takes for what is chosen, is too dark to read on a dark page."""

_ZONE: Final = """
[data-testid="stFileUploaderDropzone"] {{ min-height: 11rem; flex-direction: column;
  align-items: center; justify-content: center; border: 2px dashed
  color-mix(in srgb, currentColor 30%, transparent); }}
[data-testid="stFileUploaderDropzoneInstructions"] {{ flex: none; height: auto; }}
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] span {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button p::after {{ content: "{button}"; font-size: 1rem; }}
[data-testid="stFileUploaderDropzoneInstructions"] span::after {{ content: "{hint}";
  font-size: .9rem; }}
/* Once there are files, what was understood comes first. */
.st-key-csui_more_files [data-testid="stFileUploaderDropzone"] {{ min-height: 4.5rem;
  flex-flow: row wrap; }}
"""
"""Streamlit's own words in the drop zone are English whatever the language."""


def apply() -> None:
    """Put the style sheet into the page."""
    limit = st.get_option("server.maxUploadSize")
    zone = _ZONE.format(button=t("ui.pick_files"), hint=t("ui.drop_hint", limit=limit))
    chosen = _CHOSEN.format(ink=_INK["dark" if dark() else "light"])
    st.html(f"<style>{_STYLE}{chosen}{zone}</style>")


def dark() -> bool:
    """Whether the page is dark, as the reader's system or their choice in the menu has it."""
    return st.context.theme.type == "dark"
