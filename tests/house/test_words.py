"""The two catalogues say the same things, and the code asks for nothing else.

Keys are found by reading the code: a literal, or an f-string whose fixed parts are a pattern.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator

import pytest

from csdata.i18n import LANGUAGES, catalogue
from tests.house.tree import Source, sources

SPEAKERS = {"message", "Message", "t", "text"}
"""Functions whose first argument is a key, called by name or as ``i18n.text`` (not ``st.text``)."""

FAMILY = "words"
"""Keyword of the widgets whose options are called ``<words>.<option>``."""

SPOKEN = sources("app.py", "csdata", "csui", "pages")
KEYS = set(catalogue("ja"))
SECTIONS = {key.split(".")[0] for key in KEYS}


def placeholders(text: str) -> set[tuple[str, str]]:
    """Names with their format specs: the number style is part of what is said."""
    return {
        (name, spec or "")
        for _, name, spec, _ in string.Formatter().parse(text)
        if name is not None
    }


def called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr if getattr(function.value, "id", "") == "i18n" else ""
    return function.id if isinstance(function, ast.Name) else ""


def pattern(node: ast.JoinedStr) -> str:
    """``f"period.{c}"`` as a regular expression; what is filled in may have dots of its own."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
        for part in node.values
    )


def family(node: ast.keyword) -> Iterator[str]:
    """``words="period"`` as a regular expression for all its keys."""
    if isinstance(node.value, ast.Constant):
        yield rf"{re.escape(str(node.value.value))}\..+"


def asked_for(source: Source) -> Iterator[tuple[int, str]]:
    """Line and pattern of every key handed to a speaker, or named as an error's ``key``."""
    for node in ast.walk(source.tree):
        asked: ast.expr | None = None
        if isinstance(node, ast.Call) and called(node) in SPEAKERS and node.args:
            asked = node.args[0]
        elif isinstance(node, ast.keyword) and node.arg == FAMILY:
            yield from ((node.value.lineno, shape) for shape in family(node))
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "key":
            asked = node.value
        for branch in [asked.body, asked.orelse] if isinstance(asked, ast.IfExp) else [asked]:
            if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                yield branch.lineno, re.escape(branch.value)
            elif isinstance(branch, ast.JoinedStr):
                yield branch.lineno, pattern(branch)


def mentioned() -> Iterator[str]:
    """Patterns of everything in the code that could be a key, wherever it stands."""
    for source in SPOKEN:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.keyword) and node.arg == FAMILY:
                yield from family(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value.split(".")[0] in SECTIONS:
                    yield re.escape(node.value)
            elif isinstance(node, ast.JoinedStr):
                shape = pattern(node)
                if shape.split(r"\.")[0] in SECTIONS:
                    yield shape


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogues_have_the_same_keys(lang: str) -> None:
    assert set(catalogue(lang)) == KEYS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_not_empty_and_well_formed(lang: str) -> None:
    for key, text in catalogue(lang).items():
        assert text.strip(), key
        placeholders(text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogues_fill_in_the_same_values(lang: str) -> None:
    texts = catalogue(lang)
    wrong = {
        key: (placeholders(text), placeholders(texts[key]))
        for key, text in catalogue("ja").items()
        if placeholders(text) != placeholders(texts[key])
    }
    assert not wrong


@pytest.mark.parametrize("source", SPOKEN, ids=str)
def test_every_key_in_the_code_is_in_the_catalogue(source: Source) -> None:
    missing = [
        f"{source.path}:{line} asks for {key}"
        for line, key in asked_for(source)
        if not any(re.fullmatch(key, known) for known in KEYS)
    ]
    assert not missing


def errors() -> dict[str, str]:
    """Class → key of everything in errors.py."""
    (source,) = (s for s in SPOKEN if s.path == "csdata/errors.py")
    return {
        node.name: str(ast.literal_eval(line.value))
        for node in source.tree.body
        if isinstance(node, ast.ClassDef)
        for line in node.body
        if isinstance(line, ast.AnnAssign)
        and line.value
        and getattr(line.target, "id", "") == "key"
    }


def given(source: Source) -> Iterator[tuple[int, str, set[str]]]:
    """Line, key and names of the values of every sentence whose key is written out.

    ``Message`` takes its values as a mapping and calls with ``**`` hide them: both are left out.
    """
    keys = errors()
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or any(k.arg is None for k in node.keywords):
            continue
        name, first = called(node), node.args[0] if node.args else None
        values = {str(k.arg) for k in node.keywords}
        if name in keys:
            yield node.lineno, keys[name], values
        elif name in SPEAKERS - {"Message"} and isinstance(first, ast.Constant):
            yield node.lineno, str(first.value), values


@pytest.mark.parametrize("source", SPOKEN, ids=str)
def test_every_sentence_gets_its_values(source: Source) -> None:
    texts = catalogue("ja")
    missing = [
        f"{source.path}:{line} says {key} without {sorted(lacking)}"
        for line, key, values in given(source)
        if (lacking := {name for name, _ in placeholders(texts.get(key, ""))} - values)
    ]
    assert not missing


def test_every_text_is_said_somewhere() -> None:
    said = re.compile("|".join(sorted(set(mentioned()))))
    assert sorted(key for key in KEYS if not said.fullmatch(key)) == []
