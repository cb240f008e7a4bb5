"""The survival page below its curves: renewals, groups, reasons."""

from __future__ import annotations

import pandas as pd
import pytest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from tests.app.driver import plain, ran, raw_keys, says, shown

SPOKEN = pytest.mark.parametrize("lang", LANGUAGES)


def only_customers(company: cs.Portfolio, **columns: object) -> cs.Portfolio:
    customers = company.customers.assign(**columns)
    return cs.Portfolio(customers=customers, as_of=company.as_of)


@SPOKEN
def test_renewals_say_their_finding_and_list_every_renewal(
    lang: str, company: cs.Portfolio
) -> None:
    app = shown("survival", data=company, lang=lang)
    result = cs.renewal_clock(company)
    assert says(app, result.finding.say(lang))
    due = text("page.leaving.due", lang)
    rows = next(d.value for d in app.dataframe if due in d.value.columns)
    assert rows[due].sum() == result.table["due"].sum()
    assert rows[text("page.leaving.left", lang)].sum() == result.table["left"].sum()
    assert rows[text("page.leaving.midterm", lang)].sum() == result.midterm["left"].sum()
    assert not raw_keys(app)


@SPOKEN
def test_without_contracts_the_remedy_is_said(lang: str, company: cs.Portfolio) -> None:
    app = shown("survival", data=only_customers(company), lang=lang)
    assert text("page.leaving.renewals_needs", lang) in [plain(i.value) for i in app.info]


@SPOKEN
def test_groups_are_compared_in_words_and_figures(lang: str, company: cs.Portfolio) -> None:
    app = shown("survival", data=company, lang=lang)
    assert says(app, text("page.differences.choose", lang))
    ran(app.selectbox(key="survival.group").set_value("plan"))
    result = cs.survival_differences(company, group="plan")
    assert result.pairs is not None
    for said in (*result.means["finding"], result.pairs.finding):
        assert says(app, said.say(lang))
    at = result.table[result.table["time"] == 12]
    column = text("page.differences.at", lang, m=12)
    cells = next(d.value for d in app.dataframe if column in d.value.columns)[column]
    for cell, (_, row) in zip(cells, at.iterrows(), strict=True):
        assert cell.startswith(f"{100 * row['difference']:+.0f} pt")
    assert not raw_keys(app)


def test_two_groups_are_one_difference(company: cs.Portfolio) -> None:
    odd = pd.Series(range(len(company.customers)), index=company.customers.index) % 2 == 0
    data = only_customers(company, half=odd.map({True: "A", False: "B"}))
    app = shown("survival", data=data, lang="ja")
    ran(app.selectbox(key="survival.group").set_value("half"))
    result = cs.survival_differences(data, group="half")
    assert says(app, result.finding.say("ja"))
    assert says(app, result.means["finding"].iloc[0].say("ja"))


@SPOKEN
def test_reasons_say_their_finding_and_list_every_reason(lang: str, company: cs.Portfolio) -> None:
    app = shown("survival", data=company, lang=lang)
    result = cs.churn_reasons(company)
    assert says(app, result.finding.say(lang))
    gone = text("page.leaving.gone", lang)
    rows = next(d.value for d in app.dataframe if gone in d.value.columns)
    assert rows[gone].sum() == result.table["events"].sum()
    assert set(rows[text("page.leaving.reason", lang)]) == set(result.table["reason"])


@SPOKEN
def test_without_reasons_the_remedy_is_said(lang: str, company: cs.Portfolio) -> None:
    for data in (
        only_customers(company, churn_reason=None),
        cs.Portfolio(customers=company.customers.drop(columns="churn_reason"), as_of=company.as_of),
    ):
        app = shown("survival", data=data, lang=lang)
        assert text("page.leaving.reasons_needs", lang) in [plain(i.value) for i in app.info]


def test_sections_about_everyone_say_so_when_the_curves_are_not(company: cs.Portfolio) -> None:
    app = shown("survival", data=company, lang="ja")
    assert not says(app, text("page.leaving.everyone", "ja"))
    ran(app.selectbox(key="survival.group").set_value("plan"))
    assert says(app, text("page.leaving.everyone", "ja"))
