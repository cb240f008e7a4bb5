"""Every page, without data, with the sample and with a real file, in both languages."""

from __future__ import annotations

import datetime as dt
import functools

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from tests.app.driver import PAGES, control, link_of, plain, ran, raw_keys, says, shown, words

ANALYSES = [p for p in PAGES if p not in {"import", "saved"}]
SERVICES = [
    *("Phone Service", "Multiple Lines", "Online Security", "Online Backup"),
    *("Device Protection", "Tech Support", "Streaming TV", "Streaming Movies"),
]
pytestmark = pytest.mark.parametrize("lang", LANGUAGES)


@pytest.mark.parametrize("page", ANALYSES)
def test_without_data_a_page_says_what_to_do(page: str, lang: str) -> None:
    app = shown(page, lang=lang)
    assert app.title[0].value == text(f"nav.{page}", lang)
    assert says(app, text(f"page.{page}.needs", lang))
    assert app.button(key=f"{page}.sample").label == text("ui.try_sample", lang)
    assert not raw_keys(app)
    opened = ran(app.button(key=f"{page}.sample").click())
    assert says(opened, text("ui.customers", lang, n=600))


@pytest.mark.parametrize("page", PAGES)
def test_with_the_sample(page: str, lang: str, company: cs.Portfolio) -> None:
    app = shown(page, data=company, lang=lang)
    assert app.title[0].value == text(f"nav.{page}", lang)
    assert says(app, text("ui.customers", lang, n=600))
    assert says(app, text("ui.as_of", lang, day=company.as_of))
    assert not app.error
    assert not raw_keys(app)
    assert link_of(app)["lang"] == lang


@pytest.mark.parametrize("page", PAGES)
def test_with_the_real_file(page: str, lang: str, telco: cs.Portfolio) -> None:
    app = shown(page, data=telco, lang=lang)
    assert says(app, text("ui.customers", lang, n=7043))
    assert says(app, text("ui.no_as_of", lang))
    assert not app.error
    assert not raw_keys(app)


@pytest.mark.parametrize(
    ("page", "find"),
    [
        ("overview", cs.overview),
        ("retention", cs.retention),
        ("survival", cs.survival),
        (
            "quadrant",
            functools.partial(cs.quadrant, breadth=cs.Categories(), depth=cs.QuantityPerCategory()),
        ),
    ],
    ids=["overview", "retention", "survival", "quadrant"],
)
def test_a_page_says_what_the_analysis_finds(
    page: str, find: functools.partial[cs.Quadrant], lang: str, company: cs.Portfolio
) -> None:
    result = find(company)
    app = shown(page, data=company, lang=lang)
    assert app.text[1].value == result.finding.say(lang)
    assert says(app, result.definition.say(lang))
    assert says(app, text("ui.n", lang, n=result.n))
    for note in result.notes:
        assert says(app, note.say(lang))


def test_figures_of_the_overview(lang: str, telco: cs.Portfolio) -> None:
    app = shown("overview", data=telco, lang=lang)
    figures = {m.label: m.value for m in app.metric}
    left = figures[text("overview.figure.departures", lang)]
    assert left == text("page.overview.value.customers", lang, value=1869)
    at = cs.survival(telco).curves.at(12).iloc[0]
    assert figures[text("overview.figure.retention", lang)] == f"{at['survival']:.0%}"


def test_a_file_without_dates_has_no_retention_table_but_a_way_on(
    lang: str, telco: cs.Portfolio
) -> None:
    app = shown("retention", data=telco, lang=lang)
    needs = text("error.needs_dates", lang, analysis=text("retention.name", lang))
    assert plain(app.info[0].value) == needs
    assert not app.get("vega_lite_chart")


def table(app: AppTest, column: str) -> pd.DataFrame:
    """The first table on the page that has the column."""
    return next(d.value for d in app.dataframe if column in d.value.columns)


def test_readouts_of_survival_by_group(lang: str, company: cs.Portfolio) -> None:
    app = shown("survival", data=company, lang=lang)
    ran(app.selectbox(key="survival.group").set_value("plan"))
    rows = table(app, text("page.survival.group_name", lang))
    result = cs.survival(company, group="plan")
    assert list(rows[text("page.survival.group_name", lang)]) == result.curves.groups
    at = result.curves.at(12, exact_ends=True)
    cells = rows[text("page.survival.at", lang, m=12)]
    for cell, (_, row) in zip(cells, at.iterrows(), strict=True):
        assert cell.startswith(f"{row['survival']:.0%}")
        assert cell.endswith(f"n={row['at_risk']:,}")
    assert app.text[1].value == result.finding.say(lang)


def test_medians_that_are_not_reached_are_said_to_be(lang: str, telco: cs.Portfolio) -> None:
    app = shown("survival", data=telco, lang=lang)
    rows = table(app, text("page.survival.group_name", lang))
    assert rows[text("page.survival.median", lang)].iloc[0] == text("ui.not_reached", lang)


def test_the_quadrant_of_the_real_file(lang: str, telco: cs.Portfolio) -> None:
    app = shown("quadrant", data=telco, lang=lang)
    assert plain(app.info[0].value) == text("page.quadrant.choose_ticks", lang)
    ran(app.multiselect(key="quadrant.ticks").set_value(SERVICES))
    rows = table(app, text("page.quadrant.retention_12", lang))
    counted = dict(
        zip(
            rows[text("page.quadrant.cell", lang)], rows[text("page.quadrant.n", lang)], strict=True
        )
    )
    cells = {c: text(f"quadrant.cell.{c}", lang) for c in ("narrow_shallow", "narrow_deep")}
    cells |= {c: text(f"quadrant.cell.{c}", lang) for c in ("wide_shallow", "wide_deep")}
    expected = {"narrow_shallow": 2460, "narrow_deep": 509, "wide_shallow": 1059, "wide_deep": 3015}
    assert counted == {cells[c]: n for c, n in expected.items()}
    assert says(app, text("page.quadrant.is_description", lang))
    reads = table(app, text("page.quadrant.read_as", lang))
    assert len(reads) == 1 + sum(len({*telco.customers[s]}) for s in SERVICES) - 1


def test_cuts_by_hand(lang: str, telco: cs.Portfolio) -> None:
    app = shown("quadrant", data=telco, lang=lang)
    ran(app.multiselect(key="quadrant.ticks").set_value(SERVICES))
    ran(control(app, "quadrant.cuts").set_value("fixed"))
    assert app.number_input(key="quadrant.cut_breadth").value == 3
    assert app.number_input(key="quadrant.cut_depth").value == pytest.approx(70.35)
    ran(app.number_input(key="quadrant.cut_breadth").set_value(5.0))
    assert app.slider(key="quadrant.cut_breadth_slider").value == 5
    ran(app.slider(key="quadrant.cut_depth_slider").set_value(90.0))
    assert app.number_input(key="quadrant.cut_depth").value == 90
    direct = cs.quadrant(telco, breadth=SERVICES, depth="mrr", cuts=(5.0, 90.0)).cells
    rows = table(app, text("page.quadrant.retention_12", lang))
    assert list(rows[text("page.quadrant.n", lang)]) == list(direct["n"][:4])


def test_a_value_counted_otherwise(lang: str, telco: cs.Portfolio) -> None:
    app = shown("quadrant", data=telco, lang=lang)
    ran(app.multiselect(key="quadrant.ticks").set_value(["Multiple Lines", "Tech Support"]))
    before = app.multiselect(key="quadrant.as_ticks")
    ran(before.set_value([("Multiple Lines", "No phone service")]))
    rows = table(app, text("page.quadrant.read_as", lang))
    changed = rows[rows[text("page.quadrant.read_value", lang)] == "No phone service"]
    assert list(changed[text("page.quadrant.read_as", lang)]) == [
        text("page.quadrant.read_tick", lang)
    ]


def test_safe_and_lifetime_view(lang: str, company: cs.Portfolio) -> None:
    app = shown("quadrant", data=company, lang=lang)
    assert says(app, text("page.quadrant.is_safe", lang))
    ran(control(app, "quadrant.look").set_value("lifetime"))
    assert says(app, text("page.quadrant.is_description", lang))
    assert says(app, text("ui.n", lang, n=600))


def test_a_selection_in_the_picture_lists_its_customers(lang: str, company: cs.Portfolio) -> None:
    app = shown("quadrant", data=company, lang=lang)
    result = cs.quadrant(company, breadth=cs.Categories(), depth=cs.QuantityPerCategory())
    picked = result.table["customer_id"].iloc[3]
    app.session_state["quadrant.chart"] = {
        "selection": {"pick": [{"customer_id": picked}], "brush": {}}
    }
    ran(app)
    assert says(app, text("page.quadrant.picked", lang, n=1))
    assert says(app, text("ui.list_hint", lang, n=1))


def test_one_customer(lang: str, company: cs.Portfolio) -> None:
    app = shown("customer", data=company, lang=lang)
    name = company.customers["name"].iloc[0]
    assert plain(app.header[0].value) == name
    other = company.customers.iloc[41]
    ran(app.text_input(key="customer.search").set_value(other["name"]))
    assert plain(app.header[0].value) == other["name"]
    assert says(app, other["customer_id"])
    assert other["name"] not in str(link_of(app))
    assert other["customer_id"] not in str(link_of(app))


def test_a_customer_is_told_on_one_axis_with_their_place(lang: str, company: cs.Portfolio) -> None:
    app = shown("customer", data=company, lang=lang)
    known = cs.customer(company, company.customers["customer_id"].iloc[0])
    assert says(app, known.finding.say(lang))
    assert len(app.get("vega_lite_chart")) == 1
    place = table(app, text("page.customer.place.rank", lang))
    assert list(place[text("page.customer.place.measure", lang)]) == [
        text(f"page.customer.place.{m}", lang) for m in known.place.ranks["measure"]
    ]
    fate = text(
        "page.customer.place.mates",
        lang,
        year=known.place.year,
        n=known.place.mates,
        left=known.place.left,
        share=known.place.left / known.place.mates,
    )
    assert any(fate in element.value for element in app.text)


def test_gaps_come_with_their_remedy(lang: str, company: cs.Portfolio) -> None:
    alone = cs.Portfolio(customers=company.customers, as_of=company.as_of, currency="JPY")
    app = shown("customer", data=alone, lang=lang)
    for gap in cs.customer(alone, alone.customers["customer_id"].iloc[0]).gaps:
        assert says(app, gap.say(lang))
    assert text("customer.gap.no_usage_table", lang) in " ".join(words(app))


def test_a_hostile_name_does_nothing(lang: str) -> None:
    name = "![x](http://evil.example/a.png) <b>$x$</b>"
    rows = {"customer_id": ["a"], "name": [name], "start": ["2025-01-01"], "plan": [name]}
    whole = cs.Portfolio(customers=pd.DataFrame(rows), as_of=dt.date(2025, 12, 31))
    app = shown("customer", data=whole, lang=lang)
    assert plain(app.header[0].value) == name
    assert app.header[0].value != name
    assert not [m for m in app.markdown if "![" in m.value]


def test_customers_made_of_purchases_have_no_contract(lang: str) -> None:
    rows = {"customer_id": ["a", "a", "b"], "date": ["2025-01-05", "2025-03-05", "2025-02-01"]}
    whole = cs.Portfolio.from_usage(pd.DataFrame(rows), as_of="2025-12-31")
    app = shown("customer", data=whole, lang=lang)
    labels = [m.label for m in app.metric]
    assert labels == [
        text(f"page.customer.{w}", lang) for w in ("first_use", "last_use", "used_months")
    ]
    assert says(app, text("customer.finding.unknown", lang, day=pd.Timestamp("2025-01-05")))


def test_a_search_that_finds_nobody(lang: str, company: cs.Portfolio) -> None:
    app = shown("customer", data=company, lang=lang)
    ran(app.text_input(key="customer.search").set_value("no such customer"))
    assert says(app, text("page.customer.nobody", lang))


def test_what_a_customer_lacks_is_said(lang: str, telco: cs.Portfolio) -> None:
    app = shown("customer", data=telco, lang=lang)
    assert text("customer.gap.no_usage_table", lang) in " ".join(words(app))
