"""Import: drop files, see what was understood, correct it, begin."""

import streamlit as st

from csui import (
    beginning,
    filecards,
    import_currency,
    import_days,
    import_join,
    import_match,
    import_quality,
    import_reading,
    import_recipes,
    import_same,
    import_saved,
    keeping,
    nav,
    sources,
    uploads,
)
from csui.text import t

st.title(t("nav.import"), anchor=False)
with st.container(key="csui_more_files" if uploads.files() else "csui_files"):
    dropped = st.file_uploader(
        t("page.import.drop"),
        type=[*import_reading.KINDS, *import_recipes.KINDS],
        accept_multiple_files=True,
        key=uploads.zone(),
        help=t("page.import.drop_help"),
    )
taken = uploads.take(dropped)
keeping.keep()
uploads.read()
if taken:
    st.rerun()

import_saved.status()
if not uploads.files():
    st.markdown(t("page.import.which"))
    if st.button(t("ui.try_sample"), icon=":material/domain:", key="import.sample"):
        sources.open_sample()
        nav.go(nav.HOME)
elif uploads.used():
    beginning.box()
    import_days.line()
    import_currency.line()

import_recipes.cards()
for upload in list(uploads.files().values()):
    filecards.card(upload)

if uploads.used():
    import_match.report()
    import_same.fold()
    import_quality.panel()
    import_join.fold()
elif uploads.files():
    st.info(t("page.import.none_used"), icon=":material/info:")
