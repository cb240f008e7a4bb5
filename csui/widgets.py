"""Controls that hold across pages, live in the URL and speak the language of the session.

Each is keyed ``page.name``; its label is the catalogue's ``page.<page>.<name>``. Names out of a
file go into select boxes only, which draw plain text; segmented controls draw Markdown.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from csdata.tables import Portfolio
from csui import columns, state, url
from csui.text import spoken, t

T = TypeVar("T", bound=str)
Words = str | Callable[[Any], str]


def _label(key: str) -> str:
    return t(f"page.{key}")


def _sayer(words: Words) -> Callable[[Any], str]:
    if callable(words):
        return words
    return lambda option: t(f"{words}.{option}")


def choice(
    key: str,
    options: Sequence[T],
    *,
    words: Words,
    default: T | None = None,
    note: str | None = None,
) -> T:
    """One of the options that the code defines; ``words.<option>`` is what it is called."""
    state.control(key, url.Choice(url.identifiers(options)), default or options[0])
    value: Any = st.segmented_control(
        _label(key),
        options,
        required=True,
        format_func=spoken(options, _sayer(words)),
        key=key,
        help=note,
    )
    return state.settle(key, value)


def ticked(key: str, options: Sequence[str], *, words: str) -> list[str]:
    """Any number of options that the code defines, as pills."""
    state.control(key, url.Many(url.identifiers(options)), [])
    value = st.pills(
        _label(key),
        options,
        selection_mode="multi",
        format_func=spoken(options, _sayer(words)),
        key=key,
    )
    return state.settle(key, list(value))


def coded(
    key: str,
    options: Mapping[str, Hashable],
    *,
    words: Callable[[Any], str],
    default: Hashable = None,
    note: str | None = None,
) -> Any:
    """One of ``options`` (code in the URL → value), in a select box.

    A select box takes the value None for *nothing chosen yet*, so None travels as an empty text.
    """
    inside = {code: "" if option is None else option for code, option in options.items()}
    values = list(inside.values())
    first = "" if default is None and None in options.values() else default
    state.control(key, url.Choice(inside), first if first in values else values[0])
    value = st.selectbox(
        _label(key),
        values,
        format_func=spoken(values, lambda option: words(None if option == "" else option)),
        key=key,
        help=note,
    )
    state.settle(key, value)
    return None if value == "" else value


def one_of(
    key: str,
    options: Sequence[Hashable],
    *,
    words: Callable[[Any], str],
    default: Hashable = None,
    note: str | None = None,
) -> Any:
    """One of several things out of the data; in the URL under an opaque key."""
    codes = url.keyed(state.data_key(), key, options)
    return coded(key, codes, words=words, default=default, note=note)


def some_of(
    key: str,
    options: Sequence[Hashable],
    *,
    words: Callable[[Any], str],
    default: Iterable[Hashable] = (),
    note: str | None = None,
) -> list[Any]:
    """Several things out of the data; in the URL under opaque keys."""
    codes = url.keyed(state.data_key(), key, options)
    state.control(key, url.Many(codes), [o for o in default if o in options])
    value = st.multiselect(
        _label(key),
        options,
        format_func=spoken(options, words),
        key=key,
        help=note,
        placeholder=t("ui.choose"),
        select_all=False,
    )
    return state.settle(key, value)


def column(
    key: str, options: Sequence[str], *, portfolio: Portfolio, optional: bool = False, **more: Any
) -> str | None:
    """A column of the customers; with ``optional`` the first option is none of them."""
    names = [None, *options] if optional else list(options)
    return one_of(
        key,
        names,
        words=lambda c: t("ui.nothing") if c is None else columns.label(portfolio, c),
        **more,
    )


def number(
    key: str,
    *,
    lower: float,
    upper: float,
    default: float,
    step: float = 1,
    note: str | None = None,
) -> float:
    """A number within bounds; whole if all of them are."""
    whole = all(isinstance(v, int) for v in (lower, upper, default, step))
    state.control(key, url.Number(lower, upper, whole=whole), default)
    value = st.number_input(
        _label(key),
        min_value=lower,
        max_value=upper,
        step=step,
        format="%d" if whole else "%g",
        key=key,
        help=note,
    )
    return state.settle(key, value)
