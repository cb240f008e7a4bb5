"""Controls and filters live in the URL: a link opens in the other language, and names stay out."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from tests.app.driver import PAGES, control, link_of, plain, ran, says, shown, start

CHANGES: dict[str, dict[str, Any]] = {
    "overview": {},
    "retention": {"retention.cohort": "year", "retention.clock": "calendar"},
    "revenue": {"revenue.year": 2025, "revenue.window": "6"},
    "survival": {"survival.group": "plan", "survival.landmark": 3.0},
    "quadrant": {"quadrant.look": "lifetime", "quadrant.cuts": "mean", "quadrant.window_to": 2},
    "customer": {},
}
BOTH = list(itertools.permutations(LANGUAGES))
PLAN = "ビジネス"


def chosen(app: AppTest, key: str) -> Any:
    return app.session_state[key]


def filtered(app: AppTest) -> AppTest:
    ran(app.selectbox(key="ui.filter_column").set_value("plan"))
    return ran(app.multiselect(key="ui.filter_values").set_value([PLAN]))


@pytest.mark.parametrize(("here", "there"), BOTH, ids=["ja-en", "en-ja"])
@pytest.mark.parametrize("page", CHANGES)
def test_a_link_opens_in_the_other_language(
    page: str, here: str, there: str, company: cs.Portfolio
) -> None:
    app = filtered(shown(page, data=company, lang=here))
    for key, value in CHANGES[page].items():
        ran(control(app, key).set_value(value))
    link = link_of(app)
    assert all(part.isascii() for part in [*link, *link.values()])
    other = shown(page, data=company, **{**link, "lang": there})
    assert other.title[0].value == text(f"nav.{page}", there)
    for key, value in CHANGES[page].items():
        assert chosen(other, key) == value
    n = int((company.customers["plan"] == PLAN).sum())
    assert says(other, text("ui.customers_of", there, n=n, total=600))
    assert link_of(other) == {**link, "lang": there}


def test_names_stay_out_of_the_link(company: cs.Portfolio) -> None:
    app = shown("survival", data=company, lang="ja")
    ran(app.selectbox(key="survival.group").set_value("owner"))
    ran(app.selectbox(key="survival.members").set_value("髙﨑 まどか"))
    link = str(link_of(app))
    assert link.isascii()
    for column in ("owner", "plan"):
        assert column not in link


@pytest.mark.parametrize("page", PAGES)
def test_a_strange_link_is_ignored(page: str, company: cs.Portfolio) -> None:
    strange: dict[str, str] = {
        **dict.fromkeys(("cohort", "clock", "group", "breadth", "cuts", "ticks", "id"), "<b>x</b>"),
        **dict.fromkeys(("landmark", "window_to", "cut_depth", "least"), "1e999"),
        "f": "a.b." + "c" * 9000,
        "lang": "xx",
    }
    app = shown(page, data=company, **strange)
    usual = shown(page, data=company, lang="ja")
    assert not app.error
    ours = set(link_of(usual))
    assert {k: v for k, v in link_of(app).items() if k in ours} == link_of(usual)


def test_controls_survive_a_page_switch(company: cs.Portfolio) -> None:
    app = shown("retention", data=company, lang="ja")
    ran(control(app, "retention.cohort").set_value("year"))
    ran(app.switch_page("pages/analysis/survival.py"))
    ran(app.switch_page("pages/analysis/retention.py"))
    assert chosen(app, "retention.cohort") == "year"
    assert link_of(app)["cohort"] == "year"


def test_controls_survive_a_change_of_language(company: cs.Portfolio) -> None:
    app = shown("survival", data=company, lang="ja")
    ran(app.selectbox(key="survival.group").set_value("channel"))
    ran(control(app, "ui.language").set_value("en"))
    assert app.title[0].value == text("nav.survival", "en")
    assert chosen(app, "survival.group") == "channel"
    assert link_of(app)["lang"] == "en"


def test_filters_hold_on_every_page_and_can_be_taken_off(company: cs.Portfolio) -> None:
    app = filtered(shown("overview", data=company, lang="ja"))
    n = int((company.customers["plan"] == PLAN).sum())
    for script in ("retention", "survival", "quadrant"):
        ran(app.switch_page(f"pages/analysis/{script}.py"))
        assert says(app, text("ui.customers_of", "ja", n=n, total=600))
    chip = app.button(key="ui.chip_0")
    assert plain(chip.label) == f"プラン: {PLAN}"
    ran(chip.click())
    assert says(app, text("ui.customers", "ja", n=600))
    assert link_of(app)["f"] == "-"


def test_a_page_counts_only_the_filtered(company: cs.Portfolio) -> None:
    app = filtered(shown("survival", data=company, lang="en"))
    assert app.text[1].value == cs.survival(company.where(plan=[PLAN])).finding.say("en")


def test_a_filter_that_is_known_late_warns(company: cs.Portfolio) -> None:
    app = shown("survival", data=company, lang="ja")
    ran(app.selectbox(key="ui.filter_column").set_value("churn_reason"))
    ran(app.multiselect(key="ui.filter_values").set_value(["内製化"]))
    assert len(app.warning) == 1
    assert "解約理由" in app.warning[0].value


def test_filters_that_nobody_passes_leave_a_way_back(company: cs.Portfolio) -> None:
    app = start("survival", data=company, lang="ja")
    app.session_state["csui.session"].filters = {"plan": ("a plan of last year",)}
    ran(app)
    assert says(app, text("ui.nobody", "ja"))
    ran(app.button(key="ui.clear_all").click())
    assert app.get("vega_lite_chart")


def test_undo_takes_back_filters_and_controls(company: cs.Portfolio) -> None:
    app = shown("retention", data=company, lang="ja")
    assert app.button(key="ui.undo").disabled
    ran(control(app, "retention.cohort").set_value("month"))
    filtered(app)
    ran(app.button(key="ui.undo").click())
    assert says(app, text("ui.customers", "ja", n=600))
    assert chosen(app, "retention.cohort") == "month"
    ran(app.button(key="ui.undo").click())
    assert chosen(app, "retention.cohort") == "quarter"
    assert app.button(key="ui.undo").disabled


def test_clear_takes_all_filters_off(company: cs.Portfolio) -> None:
    app = filtered(shown("overview", data=company, lang="ja"))
    ran(app.button(key="ui.clear").click())
    assert says(app, text("ui.customers", "ja", n=600))


def test_a_link_waits_for_its_data(company: cs.Portfolio) -> None:
    made = filtered(shown("retention", data=company, lang="ja"))
    ran(control(made, "retention.cohort").set_value("year"))
    link = link_of(made)
    app = start("retention", data=None, **link)
    ran(app)
    assert link_of(app) == link
    ran(app.button(key="retention.sample").click())
    assert chosen(app, "retention.cohort") == "year"
    n = int((company.customers["plan"] == PLAN).sum())
    assert says(app, text("ui.customers_of", "ja", n=n, total=600))
