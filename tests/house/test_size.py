"""A module over 400 lines or a function over 50 asks to be split."""

from __future__ import annotations

import ast

import pytest

from tests.house.tree import Source, sources

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
EXCUSED = {
    "tasks.py": "one file on purpose: it runs before anything is installed, and is read on its own",
}
"""Path, or path::function → why it may be longer."""


@pytest.mark.parametrize("source", sources(), ids=str)
def test_modules_are_short(source: Source) -> None:
    assert source.path in EXCUSED or len(source.text.splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("source", sources(), ids=str)
def test_functions_are_short(source: Source) -> None:
    long = [
        f"{source.path}::{node.name}"
        for node in ast.walk(source.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and _length(node) > LONGEST_FUNCTION
    ]
    assert not [name for name in long if name not in EXCUSED]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code from the signature on: a docstring explains, it does not complicate."""
    first, *others = node.body
    documented = (
        others
        and isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    end = node.end_lineno or node.lineno
    return end - node.lineno + 1 - (_lines(first) if documented else 0)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_every_excuse_is_needed() -> None:
    here = {source.path for source in sources()}
    assert {path.split("::")[0] for path in EXCUSED} <= here
