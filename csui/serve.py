"""Streamlit with one assumption taken back: ``python -m csui.serve run app.py …``.

Streamlit sees a folder ``pages/`` and takes the app for an old-style multipage one until the first
run has come to ``st.navigation``; a deep link that arrives before shows "Page not found" over the
right page.
"""

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main

if __name__ == "__main__":
    PagesManager.uses_pages_directory = False
    main()
