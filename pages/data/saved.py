"""Saved imports: open one again, give it a name, write it out, delete it."""

import streamlit as st

from csui import page, saved
from csui.text import t

st.title(t("nav.saved"), anchor=False)
st.markdown(t("page.saved.lead"))
with page.user_errors():
    saved.where()
    saved.imports()
    saved.remembered()
    saved.everything()
