"""The workbench in the browser: language, theme and navigation. Screens are in ``pages/``."""

import streamlit as st

from csui import header, keeping, nav, sources, state, theme
from csui.text import t

st.set_page_config(page_title=t("ui.title"), page_icon=theme.ICON, layout="wide")
state.begin()
theme.apply()
if not keeping.restore():
    sources.open_at_start()
page = st.navigation(nav.pages())
state.open_page(nav.name_of(page))
header.strip()
page.run()
state.finish()
