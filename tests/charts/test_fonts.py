"""Texts are measured, cut and wrapped in the packaged font."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdata.charts import fonts

TEXTS = st.text(st.sampled_from("あ漢カ、。(abc 12-株㈱①髙"), max_size=60)


def test_the_packaged_font_is_there_and_found_without_its_package() -> None:
    code = (
        "import sys; from csdata.charts.fonts import packaged_font; "
        "assert packaged_font().is_file(); "
        "assert not {'matplotlib', 'matplotlib_fontja'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


@pytest.mark.parametrize("character", "あ漢㈱①髙﨑～ア々")
def test_japanese_characters_are_one_em_wide(character: str) -> None:
    assert fonts.width(character, 20) == pytest.approx(20, abs=0.2)


@given(text=TEXTS, limit=st.floats(30, 200))
def test_a_cut_text_fits_and_begins_alike(text: str, limit: float) -> None:
    short = fonts.cut(text, 13, limit)
    assert fonts.width(short, 13) <= limit
    assert short == text or text.startswith(short.removesuffix(fonts.ELLIPSIS))


@given(text=TEXTS, limit=st.floats(80, 300))
def test_wrapping_loses_nothing_but_spaces(text: str, limit: float) -> None:
    lines = fonts.wrap(text, 13, limit)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(text=TEXTS.filter(lambda t: "、" not in t and "。" not in t), limit=st.floats(80, 300))
def test_lines_fit(text: str, limit: float) -> None:
    words = [w for w in text.replace(" ", "　 ").split(" ") if fonts.width(w, 13) > limit]
    if not any(w.isascii() for w in words):
        for line in fonts.wrap(text, 13, limit):
            assert fonts.width(line, 13) <= limit or " " not in line


def test_a_closing_mark_never_begins_a_line() -> None:
    text = "基準日までに解約した顧客、または更新した顧客。" * 3
    for limit in range(60, 200, 7):
        assert not [x for x in fonts.wrap(text, 13, limit) if x[0] in "、。"]


def test_english_is_broken_at_spaces() -> None:
    lines = fonts.wrap("grouped at three months from the start", 13, 120)
    assert len(lines) > 1
    assert " ".join(lines) == "grouped at three months from the start"
