"""What holds for every picture: it speaks for itself, in one language, from the result alone."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from csdata import NamedEvent, charts
from csdata.charts import theme
from csdata.export.image_child import fetches
from csdata.i18n import LANGUAGES
from tests.charts import results
from tests.charts.drawn import Drawn


def survival_with_target(result: Any, *, lang: str = "ja", **options: Any) -> Any:
    return charts.with_target(charts.survival(result, lang=lang, **options), 0.85, lang=lang)


def over_time_with_events(result: Any, **options: Any) -> Any:
    return charts.retention_over_time(result, events=EVENTS, **options)


EVENTS = [
    NamedEvent(dt.date(2024, 4, 1), "値上げ"),
    NamedEvent(dt.date(2024, 4, 15), "新プラン"),
    NamedEvent(dt.date(1999, 1, 1), "昔"),
]

CASES: dict[str, tuple[Callable[..., Any], Callable[[], Any]]] = {
    "retention by month": (charts.retention, results.retention),
    "retention by quarter": (charts.retention, lambda: results.retention("quarter")),
    "retention by year": (charts.retention, lambda: results.retention("year")),
    "retention on calendar months": (
        charts.retention,
        lambda: results.retention("quarter", "calendar"),
    ),
    "retention observed late": (charts.retention, results.late_retention),
    "curves by month": (charts.retention_curves, results.retention),
    "curves by quarter": (charts.retention_curves, lambda: results.retention("quarter")),
    "curves observed late": (charts.retention_curves, results.late_retention),
    "one age by month": (charts.retention_over_time, results.over_time),
    "one age by quarter, with events": (
        over_time_with_events,
        lambda: results.over_time("quarter"),
    ),
    "survival": (charts.survival, lambda: results.survival(None)),
    "survival with a target": (survival_with_target, lambda: results.survival(None)),
    "survival by plan": (charts.survival, results.survival),
    "survival from a landmark": (charts.survival, lambda: results.survival("plan", 3)),
    "survival of many groups": (charts.survival, results.many_groups),
    "leaving at renewals": (charts.renewal_clock, results.renewal_clock),
    "reasons": (charts.churn_reasons, results.churn_reasons),
    "quadrant": (charts.quadrant, results.quadrant),
    "quadrant without a cell for some": (charts.quadrant, results.undecided),
    "quadrant of a crowd": (charts.quadrant, results.crowd),
    "curves of the quadrant": (charts.quadrant_curves, results.quadrant),
    "money: bridge": (charts.mrr_bridge, results.mrr_movements),
    "money: movements": (charts.mrr_movements, results.mrr_movements),
    "money: movements by quarter": (
        functools.partial(charts.mrr_movements, period="quarter"),
        results.mrr_movements,
    ),
    "money: triangle by year": (charts.revenue_triangle, results.revenue_cohorts),
    "money: triangle by month": (
        charts.revenue_triangle,
        lambda: results.revenue_cohorts("month"),
    ),
    "money: retention": (charts.revenue_retention, results.revenue_retention),
    "money: one customer": (charts.customer, results.customer),
    "money: one customer with nothing": (charts.customer, results.bare_customer),
    "money: layers": (charts.revenue_cohorts, results.revenue_cohorts),
}
EVERY = pytest.mark.parametrize("name", CASES)
SPOKEN = pytest.mark.parametrize("lang", LANGUAGES)

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@functools.cache
def draw(name: str, lang: str = "ja") -> Drawn:
    chart, result = CASES[name]
    return Drawn(chart(result(), lang=lang))


@EVERY
@SPOKEN
def test_it_carries_definition_date_and_n(name: str, lang: str) -> None:
    drawn, result = draw(name, lang), CASES[name][1]()
    assert drawn.says(result.definition.say(lang))
    assert drawn.says(f"n={result.n:,}")
    if result.as_of:
        assert drawn.says(f"{result.as_of:%Y/%m/%d}" if lang == "ja" else f"{result.as_of}")


@EVERY
@SPOKEN
def test_its_alternative_text_is_the_finding(name: str, lang: str) -> None:
    assert draw(name, lang).spec["description"] == CASES[name][1]().finding.say(lang)


@EVERY
def test_english_is_english_everywhere(name: str) -> None:
    drawn = draw(name, "en")
    own = [*drawn.titles(), drawn.spec["title"]["text"], drawn.caption()]
    group_names = "「」" if "many groups" in name else ""
    assert [t for t in own if JAPANESE.search(t) and not group_names] == []


@EVERY
def test_japanese_is_japanese_everywhere(name: str) -> None:
    names = {"MRR", "n", "b", "d"}
    titles = set(draw(name).titles()) - names
    assert [t for t in titles if not JAPANESE.search(t)] == []


@EVERY
def test_nothing_is_loaded_from_elsewhere(name: str) -> None:
    assert list(fetches(draw(name).spec)) == []


@EVERY
def test_shares_are_drawn_from_none_to_all(name: str) -> None:
    drawn = draw(name)
    shares = {"share", "survival", "lower"}
    layers = drawn.spec["layer"]
    scales = [
        definition["scale"]["domain"]
        for layer in layers
        for definition in layer["encoding"].values()
        if isinstance(definition, dict)
        and definition.get("field") in shares
        and "scale" in definition
    ]
    # Revenue can grow beyond what it was, and few leave at one renewal: axes of their own.
    assert scales or "quadrant" in name or "money" in name or "leaving" in name
    assert all(domain == [0, 1] for domain in scales) or "money" in name


@EVERY
def test_every_style_is_in_the_theme(name: str) -> None:
    for dark in (False, True):
        assert draw(name).styles() <= set(theme.config(dark=dark)["style"])


def test_every_style_of_the_theme_is_used() -> None:
    used = set[str]().union(*(draw(name).styles() for name in CASES))
    assert set(theme.config()["style"]) == used


@EVERY
def test_another_look_changes_nothing_but_the_look(name: str) -> None:
    chart, result = CASES[name]
    drawn = chart(result())
    light, dark = (
        theme.apply(drawn, dark=dark, presenting=dark).to_dict() for dark in (False, True)
    )
    assert light["config"]["background"] != dark["config"]["background"]
    for spec in (light, dark):
        del spec["config"]
    assert without_view_names(light) == without_view_names(dark)


def without_view_names(spec: dict[str, Any]) -> str:
    """Altair numbers the views of a chart anew each time."""
    return re.sub(r"view_\w+", "view", json.dumps(spec, sort_keys=True))


@EVERY
def test_the_same_result_gives_the_same_picture(name: str) -> None:
    chart, result = CASES[name]
    again = Drawn(chart(result()))
    assert without_view_names(draw(name).spec) == without_view_names(again.spec)


@EVERY
def test_it_is_as_wide_as_asked(name: str) -> None:
    chart, result = CASES[name]
    assert Drawn(chart(result(), width=700)).spec["width"] == 700


def test_there_is_no_other_chart() -> None:
    with pytest.raises(AttributeError, match="pie"):
        charts.pie  # noqa: B018 (asking is the test)
