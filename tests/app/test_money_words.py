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
