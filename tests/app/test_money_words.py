"""What amounts are called, and notice, on the pages."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from csdata.i18n import LANGUAGES, text
from csdata.tables import Portfolio, Provenance
from csdata.taxes import Tax
from tests.app.driver import raw_keys, says, shown

DAYS = pd.to_datetime(pd.Series([f"2025-{m:02}-01" for m in range(1, 9)]))
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": [f"C{i}" for i in range(8)],
        "start": DAYS,
        "end": DAYS.where(DAYS.index % 4 == 0).map(lambda day: day + pd.Timedelta(days=90)),
        "notice": DAYS.where(DAYS.index % 4 == 1).map(lambda day: day + pd.Timedelta(days=90)),
        "mrr": [100.0 * i for i in range(8)],
    }
)


def portfolio(tax: Tax | None) -> Portfolio:
    made = Portfolio(customers=CUSTOMERS, as_of=dt.date(2026, 3, 31))
    known: dict[str, Tax] = {"mrr": tax} if tax else {}
    return dataclasses.replace(
        made, provenance=Provenance(tax={"customers": known}), fingerprint=None
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tax", ["excluded", "included", None])
def test_the_card_of_the_monthly_fees_says_their_tax(lang: str, tax: Tax | None) -> None:
    app = shown(data=portfolio(tax), lang=lang)
    name = text("overview.figure.mrr", lang)
    kinds: tuple[Tax, ...] = ("excluded", "included")
    for kind in kinds:
        said = text("tax.named", lang, name=name, tax=text(f"tax.{kind}", lang))
        assert says(app, said) == (kind == tax)
    assert not raw_keys(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_notice_is_counted_on_the_overview(lang: str) -> None:
    app = shown(data=portfolio(None), lang=lang)
    assert says(app, text("status.noticed", lang, n=2))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("currency", ["JPY", None])
def test_amounts_without_a_currency_are_said_to_have_none(lang: str, currency: str | None) -> None:
    made = Portfolio(customers=CUSTOMERS, as_of=dt.date(2026, 3, 31), currency=currency)
    app = shown("customer", data=made, lang=lang)
    name = text("ui.no_currency_of", lang, name=text("page.customer.mrr", lang))
    assert says(app, name) == (currency is None)
    assert says(app, f" · {text('ui.no_currency', lang)}") == (currency is None)
    assert not raw_keys(app)


def test_without_amounts_no_currency_is_missed() -> None:
    made = Portfolio(customers=CUSTOMERS.drop(columns="mrr"), as_of=dt.date(2026, 3, 31))
    assert not says(shown("customer", data=made), text("ui.no_currency", "ja"))
