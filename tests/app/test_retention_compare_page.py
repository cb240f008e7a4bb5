"""The retention page: two rows compared, one age over time, named events, rows and columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from csui.events import read_day
from tests.analyses.test_retention import two_cohorts
from tests.app.driver import control, ran, says, shown

RISE = cs.NamedEvent(dt.date(2025, 4, 1), "値上げ <b>*2025*</b>")


def table(app: AppTest, column: str) -> pd.DataFrame:
    """The first table on the page that has the column."""
    return next(d.value for d in app.dataframe if column in d.value.columns)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_two_rows_for_everyone_and_why_they_differ(lang: Any) -> None:
    """A 100 → 90 → 80 and B 100 → 50: 70 % then 80 % on average, 70 % then 62 % with everybody."""
    data = two_cohorts()
    app = shown("retention", data=data, lang=lang)
    rows = table(app, text("page.retention.row", lang)).set_index(text("page.retention.row", lang))
    one, two = (text("ui.months", lang, m=m) for m in (1, 2))
    pooled = rows.loc[text("page.retention.pooled", lang)]
    curve = rows.loc[text("page.retention.curve", lang)]
    assert pooled[one].startswith("70%")
    assert curve[one].startswith("70%")
    # Two months are not among the ages read out; the sentence is about them.
    assert two not in rows
    why = text("retention.why", lang, age=2, pooled=0.8, km=0.7 * 80 / 90)
    assert says(app, why)
    assert "62%" in why


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_rows_are_compared_in_one_sentence(lang: Any) -> None:
    data = two_cohorts()
    app = shown("retention", data=data, lang=lang)
    first, second = (pd.Timestamp(f"2026-0{m}-01") for m in (1, 2))
    found = cs.compare_retention(data, cs.retention(data), a=second, b=first, age=1)
    assert says(app, found.finding.say(lang))
    rows = table(app, text("page.retention.compare_row", lang))
    shares = rows[text("page.retention.compare_share", lang)]
    assert shares.iloc[0].startswith("50%")
    assert shares.iloc[1].startswith("90%")
    assert shares.iloc[2].startswith("-40 pt")
    app = ran(control(app, "retention.at").set_value(2))
    few = cs.compare_retention(data, cs.retention(data), a=second, b=first, age=2).finding
    assert few.key == "retention.compare.finding_few"
    assert says(app, few.say(lang))
    app = ran(control(app, "retention.a").set_value("month:0"))
    assert says(app, text("page.retention.compare_same", lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_age_is_followed_over_time(lang: Any, company: cs.Portfolio) -> None:
    app = shown("retention", data=company, lang=lang, picture="time", cohort="quarter")
    result = cs.retention(company, cohort="quarter")
    assert app.text[1].value == cs.retention_over_time(result, age=12).finding.say(lang)
    app = ran(control(app, "retention.age").set_value(6))
    assert app.text[1].value == cs.retention_over_time(result, age=6).finding.say(lang)


def tell(app: AppTest, name: str, day: str) -> AppTest:
    app.text_input(key="events.name").set_value(name)
    app.text_input(key="events.day").set_value(day)
    return ran(control(app, "events.add").click())


def test_an_event_parts_the_starts_and_is_drawn(company: cs.Portfolio) -> None:
    app = shown("retention", data=company, lang="ja", picture="time")
    app = tell(app, RISE.name, "2025/4/1")
    assert says(app, "2025/04/01 値上げ")
    (picture,) = app.get("vega_lite_chart")
    assert "event_place" in str(picture.proto)
    app = ran(control(app, "retention.by").set_value("start_era"))
    eras = cs.with_eras(company, [RISE])
    result = cs.retention(eras, by="start_era")
    before, since = list(dict.fromkeys(result.table["cohort"]))
    found = cs.compare_retention(eras, result, a=since, b=before, age=12)
    assert says(app, found.finding.say("ja"))
    app = ran(app.button(key="events.remove_0").click())
    assert "start_era" not in app.selectbox(key="retention.by").options


def test_an_event_without_a_day_is_asked_for_again(company: cs.Portfolio) -> None:
    app = tell(shown("retention", data=company, lang="ja"), "値上げ", "春ごろ")
    assert says(app, text("events.wrong", "ja"))
    assert not [b for b in app.button if str(b.key).startswith("events.remove")]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2025/04/01", dt.date(2025, 4, 1)),
        ("2025-4", dt.date(2025, 4, 1)),
        ("2025年4月", dt.date(2025, 4, 1)),
        ("2025年4月15日", dt.date(2025, 4, 15)),
        ("２０２５/０４", dt.date(2025, 4, 1)),
        ("2025/02/30", None),
        ("4/1/2025", None),
        ("", None),
    ],
    ids=str,
)
def test_days_as_people_write_them(said: str, day: dt.date | None) -> None:
    assert read_day(said) == day


def test_the_fiscal_year_is_a_setting(company: cs.Portfolio) -> None:
    app = shown("retention", data=company, lang="ja", cohort="year")
    app = ran(control(app, "retention.fiscal").set_value(10))
    rows = [str(o) for o in app.selectbox(key="retention.members").options]
    assert rows == ["2022年度", "2023年度", "2024年度", "2025年度", "2026年度"]
    result = cs.retention(company, cohort="year", fiscal_start=10)
    assert len(set(result.table["cohort"])) == len(rows)


@pytest.mark.parametrize("measure", ["alive", "on"])
def test_columns_of_quarters_are_read_out_in_months(measure: Any, company: cs.Portfolio) -> None:
    app = shown(
        "retention", data=company, lang="ja", measure=measure, period="quarter", cohort="month"
    )
    result = cs.retention(company, measure=measure, period="quarter")
    row = table(app, "求め方(括弧は95%区間)").iloc[0]
    year = result.pooled.set_index("age").loc[4]
    cell = row["12か月" if measure == "alive" else "12–14か月"]
    assert cell.startswith(f"{year['share']:.0%}")
    assert cell.endswith(f"n={year['eligible']:.0f}")
    # The age of a comparison is months, too: a year stays a year when columns get wider.
    assert control(app, "retention.at").value == 12


def test_use_by_quarter(company: cs.Portfolio) -> None:
    app = shown(
        "retention", data=company, lang="ja", measure="on", period="quarter", cohort="month"
    )
    result = cs.retention(company, measure="on", period="quarter")
    assert app.text[1].value == result.finding.say("ja")
    assert says(app, result.definition.say("ja"))


def test_filters_can_be_undone_and_dropped_here(company: cs.Portfolio) -> None:
    app = shown("retention", data=company, lang="ja")
    everybody = app.text[1].value
    app.session_state["csui.session"].filters = {"plan": ("エコノミー",)}
    app = ran(app)
    assert app.text[1].value != everybody
    app = ran(app.button(key="ui.clear").click())
    assert app.text[1].value == everybody
    app = ran(app.button(key="ui.undo").click())
    assert app.text[1].value != everybody
