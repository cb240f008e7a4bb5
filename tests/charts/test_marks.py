"""A target line and a note: on the picture and in its export, without changing what was there."""

from __future__ import annotations

import pytest

from csdata import charts
from csdata.export import image
from tests.charts import results
from tests.charts.drawn import Drawn

RATES = {
    "survival": lambda: charts.survival(results.survival("plan")),
    "retention curves": lambda: charts.retention_curves(results.retention()),
}


@pytest.mark.parametrize("name", RATES)
@pytest.mark.parametrize(("share", "says"), [(0.85, "目標 85%"), (0.875, "目標 87.5%")])
def test_the_target_is_a_line_with_its_name(name: str, share: float, says: str) -> None:
    plain = RATES[name]()
    drawn = Drawn(charts.with_target(plain, share))
    (line,) = drawn.layers(mark="rule", style="target")
    assert drawn.rows(line)["target"].tolist() == [share]
    (words,) = (
        layer
        for layer in drawn.layers(mark="text", style="strong")
        if layer["encoding"]["text"]["field"] == "said"
    )
    assert drawn.rows(words)["said"].tolist() == [says]
    assert len(drawn.spec["layer"]) == len(Drawn(plain).spec["layer"]) + 3


def test_the_target_is_at_its_place_on_the_scale_of_the_picture() -> None:
    drawn = Drawn(charts.with_target(RATES["survival"](), 0.6))
    domains = [scale["domain"] for scale in drawn.scales("y") if "domain" in scale]
    assert {tuple(domain) for domain in domains} == {(0, 1)}


@pytest.mark.parametrize("name", RATES)
def test_a_note_stands_beneath_the_caption(name: str) -> None:
    plain = RATES[name]()
    noted = Drawn(charts.with_note(plain, "4 月の値上げの後\n<b>社外秘</b>"))
    before = Drawn(plain).spec["title"]["subtitle"]
    assert noted.spec["title"]["subtitle"] == [*before, "4 月の値上げの後", "<b>社外秘</b>"]


def test_a_long_note_is_wrapped_and_whole() -> None:
    note = "解約の理由は担当者の交代が多いため、来期は引き継ぎの面談を必ず行う。" * 6
    lines = Drawn(charts.with_note(RATES["survival"](), note)).spec["title"]["subtitle"]
    own = [line for line in lines if line and line in note]
    assert len(own) > 1
    assert "".join(own) == note


@pytest.mark.parametrize("note", ["", "  ", "\n\n"])
def test_an_empty_note_changes_nothing(note: str) -> None:
    plain = RATES["survival"]()
    assert charts.with_note(plain, note) is plain


def test_both_are_in_the_image() -> None:
    chart = charts.with_note(charts.with_target(RATES["survival"](), 0.85), "ここだけの話")
    drawn = image(chart, format="svg").decode()
    assert "目標 85%" in drawn
    assert "ここだけの話" in drawn
