"""Import: drop files, see what was understood, correct it, begin."""

import streamlit as st

from csui import beginning, filecards, nav, sources, uploads
from csui.text import t

st.title(t("nav.import"), anchor=False)
uploads.take(
    st.file_uploader(
        t("page.import.drop"),
        type=["xlsx", "csv"],
        accept_multiple_files=True,
        key=uploads.zone(),
        help=t("page.import.drop_help"),
    )
)
uploads.read()
above = st.container()

if not uploads.files():
    st.markdown(t("page.import.which"))
    if st.button(t("ui.try_sample"), icon=":material/domain:", key="import.sample"):
        sources.open_sample()
        nav.go(nav.HOME)
for upload in list(uploads.files().values()):
    filecards.card(upload)

if uploads.used():
    beginning.match()
    with above:
        beginning.begin(beginning.as_of())
elif uploads.files():
    st.info(t("page.import.none_used"), icon=":material/info:")
