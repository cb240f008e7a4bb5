"""Text out of a file cannot become anything but text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csui.text import escape
from tests.app.driver import plain

ACTIVE = re.compile(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#~$|&@^{}!]")


@given(st.text(max_size=80))
def test_nothing_active_is_left(raw: str) -> None:
    said = escape(raw)
    assert "\n" not in said
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#~$|&@^{}!]", said)
    assert not re.search(r"(?<!\\)(?:\\\\)*:\S", said)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\\"), max_size=80))
def test_the_reader_sees_the_text_itself(raw: str) -> None:
    assert plain(escape(raw)) == " ".join(raw.split())


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("69%(95%区間 64–73%、n=600)です。", "69%(95%区間 64–73%、n=600)です。"),
        ("70.35 and 2.5", "70.35 and 2.5"),
        ("![x](http://e.example/x.png)", r"\!\[x\](http\://e\.example/x\.png)"),
        ("www.e.example", r"www\.e\.example"),
        ("1. first", r"1\. first"),
        ("- item", r"\- item"),
        (":red[x] :smile:", r"\:red\[x\] \:smile:"),
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)\>"),
        ("a\n# b", r"a \# b"),
    ],
)
def test_examples(raw: str, said: str) -> None:
    assert escape(raw) == said
