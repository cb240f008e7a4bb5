"""The retention page's measures, and what it does with customers made of purchases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from tests.app.driver import control, ran, says, shown
from tests.test_first_use import table


def purchases() -> cs.Portfolio:
    """Six customers who buy each month and six who buy once, some of the first in a shop."""
    rows = table()
    months = pd.date_range("2025-01-10", periods=12, freq="MS")
    rows = pd.DataFrame(
        [(f"c{i}", day, 100.0) for i in range(6) for day in months]
        + [(f"d{i}", months[0], 100.0) for i in range(6)],
        columns=rows.columns,
    )
    return cs.Portfolio.from_usage(rows, as_of="2026-01-31")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("measure", ["on", "on_or_after", "bracket", "streak"])
def test_the_page_says_what_the_analysis_finds(
    measure: Any, lang: Any, company: cs.Portfolio
) -> None:
    app = shown("retention", data=company, lang=lang)
    ran(control(app, "retention.measure").set_value(measure))
    given: Any = {"bracket": 3} if measure == "bracket" else {}
    found = cs.retention(company, measure=measure, cohort="quarter", **given)
    assert app.text[1].value == found.finding.say(lang)


def test_a_period_of_ones_own_and_a_least_quantity(company: cs.Portfolio) -> None:
    app = shown("retention", data=company, lang="ja")
    ran(control(app, "retention.measure").set_value("bracket"))
    ran(control(app, "retention.term").set_value("free"))
    ran(app.number_input(key="retention.bracket_from").set_value(3))
    ran(app.number_input(key="retention.bracket_to").set_value(5))
    ran(app.number_input(key="retention.least").set_value(20.0))
    asked: Any = {"measure": "bracket", "bracket": (3, 5), "min_quantity": 20}
    expected = cs.retention(company, cohort="quarter", **asked)
    assert app.text[1].value == expected.finding.say("ja")


def test_rows_by_an_attribute_replace_the_start_cohorts(company: cs.Portfolio) -> None:
    app = shown("retention", data=company, lang="ja")
    ran(app.selectbox(key="retention.by").set_value("plan"))
    assert not [c for c in app.get("button_group") if c.key == "retention.cohort"]
    assert says(app, text("page.retention.value", "ja"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_purchases_alone_have_a_retention_page(lang: Any) -> None:
    data = purchases()
    app = shown("retention", data=data, lang=lang)
    assert app.text[1].value == cs.retention(data, measure="on").finding.say(lang)
    assert "alive" not in app.selectbox(key="retention.measure").options
    assert says(app, text("retention.first_use", lang))


@pytest.mark.parametrize("page", ["overview", "survival", "quadrant"])
def test_other_pages_name_what_works_for_purchases(page: str) -> None:
    app = shown(page, data=purchases(), lang="ja")
    assert not app.error
    if page != "quadrant":
        assert "その月に利用" in app.info[0].value


def starting(months: int) -> cs.Portfolio:
    """Somebody starts in each of so many months."""
    starts = pd.date_range("2015-01-15", periods=months, freq="MS")
    ends = pd.Series(pd.NaT, index=range(months), dtype="datetime64[us]")
    ids = [f"c{i}" for i in range(months)]
    rows = pd.DataFrame({"customer_id": ids, "start": starts, "end": ends})
    return cs.Portfolio(customers=rows, as_of=dt.date(2026, 10, 31))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("months", "cohort"),
    [(1, "month"), (24, "month"), (25, "quarter"), (72, "quarter"), (73, "year")],
)
def test_many_starts_are_grouped_at_first_and_it_is_said(
    months: int, cohort: str, lang: Any
) -> None:
    app = shown("retention", data=starting(months), lang=lang)
    assert control(app, "retention.cohort").value == cohort
    for period in ("quarter", "year"):
        said = text(f"page.retention.many_{period}", lang, n=months)
        assert says(app, said) == (cohort == period)
    ran(control(app, "retention.cohort").set_value("month"))
    for period in ("quarter", "year"):
        assert not says(app, text(f"page.retention.many_{period}", lang, n=months))


def test_what_nobody_chose_follows_the_data() -> None:
    app = shown("retention", data=starting(40))
    app.session_state["csui.session"].source = starting(12)
    assert control(ran(app), "retention.cohort").value == "month"
    ran(control(app, "retention.cohort").set_value("year"))
    app.session_state["csui.session"].source = starting(40)
    assert control(ran(app), "retention.cohort").value == "year"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_two_kinds_of_n_are_told_apart(lang: Any, company: cs.Portfolio) -> None:
    app = shown("retention", data=company, lang=lang)
    assert says(app, text("page.retention.n_is", lang, n=600))
