"""The revenue page says what the analyses find, and goes on where one of them cannot."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from tests.app.driver import control, plain, ran, raw_keys, says, shown
from tests.contracts import Term, company

pytestmark = pytest.mark.parametrize("lang", LANGUAGES)
SAMPLE_YEAR = 2025


@pytest.fixture(scope="module")
def sample() -> cs.Portfolio:
    return cs.sample.company()


def heads(app: AppTest) -> list[str]:
    return [element.value for element in app.text]


def test_the_findings_stand_at_the_head(lang: str, sample: cs.Portfolio) -> None:
    app = shown("revenue", data=sample, lang=lang)
    retention, movements = cs.revenue_retention(sample), cs.mrr_movements(sample)
    assert heads(app)[1:3] == [retention.finding.say(lang), movements.finding.say(lang)]
    for result in (retention, movements, cs.revenue_cohorts(sample), cs.revenue_mix(sample)):
        assert says(app, result.finding.say(lang))
    assert says(app, movements.definition.say(lang))
    assert len(app.get("vega_lite_chart")) == 5
    assert not app.error


def test_every_definition_has_its_figures_and_its_sentence(lang: str, sample: cs.Portfolio) -> None:
    app = shown("revenue", data=sample, lang=lang)
    column = text("page.revenue.definition", lang)
    table = next(d.value for d in app.dataframe if column in d.value.columns)
    rates = cs.revenue_retention(sample).rates
    year = rates[rates["months"] == 12].set_index("measure")
    assert list(table[column]) == [text(f"revenue.measure.{m}", lang) for m in year.index]
    for months in (1, 12):
        made = table[text("page.revenue.made_of", lang, months=months)]
        own = rates[rates["months"] == months].set_index("measure").loc[year.index]
        counted = own.loc["logo"]
        assert made.iloc[0] == text(
            "page.revenue.counted.customers",
            lang,
            above=counted["numerator"],
            below=counted["denominator"],
        )
    shares = table[text("page.revenue.over", lang, months=12)]
    for said, (measure, row) in zip(shares, year.iterrows(), strict=True):
        shown_as = f"{row['value']:.1f}" if measure == "quick" else f"{row['value']:.0%}"
        assert said.startswith(shown_as)
        assert says(app, row["definition"].say(lang))


def test_a_fiscal_year_can_be_chosen(lang: str, sample: cs.Portfolio) -> None:
    app = shown("revenue", data=sample, lang=lang)
    ran(control(app, "revenue.year").set_value(SAMPLE_YEAR))
    movements = cs.mrr_movements(sample)
    chosen = movements.in_year(SAMPLE_YEAR)
    assert chosen.finding != movements.finding
    assert says(app, chosen.finding.say(lang))
    assert says(app, text("ui.n", lang, n=chosen.n))
    names = control(app, "revenue.year").options
    assert text("page.revenue.year_open", lang, year="2026") in names
    assert text("ui.fiscal_year", lang, year="2025") in names


def test_movements_can_be_seen_by_fiscal_year(lang: str, sample: cs.Portfolio) -> None:
    app = shown("revenue", data=sample, lang=lang)
    ran(control(app, "revenue.grouped").set_value("year"))
    pictures = [
        json.dumps(json.loads(c.proto.spec), ensure_ascii=False) for c in app.get("vega_lite_chart")
    ]
    running = text("chart.cohort_year", lang, year=2026)
    assert any(text("chart.revenue.running", lang, period=running) in p for p in pictures)


def test_cohorts_can_be_quarters(lang: str, sample: cs.Portfolio) -> None:
    app = shown("revenue", data=sample, lang=lang)
    ran(control(app, "revenue.cohort").set_value("quarter"))
    assert says(app, cs.revenue_cohorts(sample, cohort="quarter").finding.say(lang))


def test_the_window_can_be_shortened(lang: str, sample: cs.Portfolio) -> None:
    app = shown("revenue", data=sample, lang=lang)
    ran(control(app, "revenue.window").set_value("3"))
    assert says(app, cs.revenue_retention(sample, months=3).finding.say(lang))


def test_customers_with_an_amount_are_enough(lang: str, sample: cs.Portfolio) -> None:
    alone = cs.Portfolio(customers=sample.customers, as_of=sample.as_of, currency="JPY")
    app = shown("revenue", data=alone, lang=lang)
    assert says(app, text("revenue.constant", lang))
    assert says(app, cs.revenue_retention(alone).finding.say(lang))
    assert not app.error
    assert not raw_keys(app)


def test_without_amounts_it_says_what_is_needed(lang: str, sample: cs.Portfolio) -> None:
    bare = cs.Portfolio(customers=sample.customers.drop(columns="mrr"), as_of=sample.as_of)
    app = shown("revenue", data=bare, lang=lang)
    assert text("revenue.needs_amounts", lang) in plain(app.info[0].value)
    assert not app.get("vega_lite_chart")


def test_a_short_history_has_movements_but_no_rates_yet(lang: str) -> None:
    young = company(
        [Term(f"a{i}", "2025-08-01", None, 10.0 * i + 10) for i in range(6)], "2025-12-31"
    )
    app = shown("revenue", data=young, lang=lang)
    assert text("revenue.needs_months", lang, months=12) in plain(app.info[0].value)
    assert says(app, cs.mrr_movements(young).finding.say(lang))
    assert len(app.get("vega_lite_chart")) == 4


def test_nobody_paying_any_more_is_no_mistake(lang: str) -> None:
    gone = company([Term(f"a{i}", "2024-01-01", "2025-06-01") for i in range(6)], "2025-12-31")
    app = shown("revenue", data=gone, lang=lang)
    assert text("revenue.needs_paying", lang) in " ".join(plain(i.value) for i in app.info)
    assert not app.error


def test_the_largest_customers_come_in_their_order(lang: str, sample: cs.Portfolio) -> None:
    app = shown("revenue", data=sample, lang=lang)
    ids = cs.revenue_mix(sample).largest
    column = text("field.customer_id", lang)
    listed = next(d.value for d in app.dataframe if column in d.value.columns)
    assert tuple(listed[column]) == ids
