"""A page is a short script: require data → widgets → compute → show."""

from __future__ import annotations

import ast

import pytest

from tests.house.tree import ROOT, Source, sources

LONGEST = 80
PAGES = sources("pages")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_is_short(page: Source) -> None:
    assert len(page.text.splitlines()) <= LONGEST


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_defines_nothing(page: Source) -> None:
    """What a page defines is defined again on every run: isinstance and pickling break."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    assert not [n.lineno for n in ast.walk(page.tree) if isinstance(n, definitions)]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_leaves_the_state_to_csui(page: Source) -> None:
    reached = [
        node.lineno
        for node in ast.walk(page.tree)
        if (isinstance(node, ast.Attribute) and node.attr in {"session_state", "query_params"})
        or (isinstance(node, ast.ImportFrom) and node.module == "streamlit")
    ]
    assert not reached


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_word_of_a_page_comes_from_the_catalogue(page: Source) -> None:
    """Texts with letters are keys, ids or column names; a sentence or Japanese text is a leak."""
    documentation = ast.get_docstring(page.tree, clean=False)
    leaks = [
        f"{node.lineno}: {node.value}"
        for node in ast.walk(page.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value != documentation
        and not node.value.isascii()
    ]
    assert not leaks


def test_pages_lie_in_sections() -> None:
    """A script directly in pages/ would make Streamlit run a first deep link without app.py."""
    assert not list((ROOT / "pages").glob("*.py"))
