"""Streamlit code that the pages share: words, state, the URL, cached compute, the page frame."""
