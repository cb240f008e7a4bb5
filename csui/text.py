"""Words: the language of the session, the catalogue, and text of a file made safe for Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import streamlit as st

from csdata.i18n import DEFAULT, LANGUAGES, Message, catalogue, text
from csdata.intake.headers import unique_names

_KEY: Final = "csui.language"
_ACTIVE: Final = re.compile(
    r"""[\\`*_\[\]<>#~$|&@^{}!]
    | :(?=\S)            # directives, emoji, addresses
    | \.(?!\d)|(?<!\d)\. # www., lists; not the point of a number
    | -(?=[->])          # typographic arrows and dashes
    """,
    re.VERBOSE,
)
_BEGINS: Final = re.compile(r"^(\d*)([-+=)])")
"""What makes a list or a rule at the beginning of a line."""


def language() -> str:
    """The language of this session: Japanese unless the URL or the switch said otherwise."""
    return st.session_state.get(_KEY, DEFAULT)


def set_language(lang: str | None) -> None:
    """Take a language; anything that is not one is ignored."""
    if lang in LANGUAGES:
        st.session_state[_KEY] = lang


def t(key: str, /, **values: object) -> str:
    """The catalogue's text in the language of the session."""
    return text(key, language(), **values)


def known(key: str) -> bool:
    """Whether the catalogue has a text of its own for ``key``."""
    return key in catalogue(language())


def say(statement: Message | str) -> str:
    """A statement in the language of the session; a plain string is a name and stays as it is."""
    return statement.say(language()) if isinstance(statement, Message) else statement


def spoken(options: Iterable[Any], words: Callable[[Any], str]) -> Callable[[Any], str]:
    """What the options of a widget are called, settled now.

    A widget may ask for its words when the script is over; the language of the session is not
    known there. And the browser answers with the words, so no two options may share them.
    """
    options = list(options)
    said = dict(zip(options, unique_names([words(o) for o in options]), strict=True))
    return lambda option: said.get(option, str(option))


def escape(raw: object) -> str:
    """Text that may come from a file, made inert for Markdown, and still readable in a test.

    No image, link, directive, formula, list, heading or HTML can arise from it: whatever could
    begin one is escaped, and line breaks become spaces. For text that stands alone ``st.text``
    is simpler; labels, boxes and captions know Markdown only.
    """
    text = " ".join(str(raw).split())
    return _BEGINS.sub(r"\1\\\2", _ACTIVE.sub(r"\\\g<0>", text))


def safe(statement: Message | str) -> str:
    """:func:`say`, made inert for Markdown: a statement may carry names from a file."""
    return escape(say(statement))
