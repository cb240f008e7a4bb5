"""The six figures of the overview: counted by hand, missing with a reason, against before."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import csdata as cs
from csdata.analyses.overview import KEYS
from csdata.errors import NeedsEnds
from csdata.i18n import LANGUAGES
from csdata.i18n.money import Money
from csdata.tables import Provenance
from tests.contracts import Term, company
from tests.portfolios import dates, portfolio

AS_OF = "2025-12-31"


def renewed(who: str, first: int, last: int, mrr: float = 100.0, month: int = 1) -> list[Term]:
    """Contracts of a year, one after the other, from the year ``first`` to before ``last``."""
    return [
        Term(who, f"{y}-{month:02}-01", f"{y + 1}-{month:02}-01", mrr) for y in range(first, last)
    ]


def steady(n: int = 10) -> list[Term]:
    """Customers of three years and more whose contracts run into 2026."""
    return [t for i in range(n) for t in renewed(f"k{i}", 2022, 2027, month=4)]


GONE = [*renewed("g1", 2023, 2025, 300.0, month=7), *renewed("g2", 2022, 2025, 100.0, month=12)]
"""Left on 2025-07-01 and on 2025-12-01: both within 2025."""


def test_departures_of_the_year_and_of_the_last_month() -> None:
    figure = cs.overview(company([*steady(), *GONE], AS_OF))["departures"]
    assert figure.value == 2
    assert (figure.since, figure.until) == (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    month = next(d for d in figure.details if d.key == "overview.detail.month")
    assert month.values["n"] == 1
    # Ten customers all year, one for 6 months, one for 11.
    rate = next(d for d in figure.details if d.key == "overview.detail.rate")
    assert rate.values["rate"] == pytest.approx(2 / (10 * 12 + 6 + 11), rel=0.01)
    assert figure.change is not None
    assert figure.change.n == 0  # nobody left in 2024
    assert figure.change.then == 0
    assert not figure.change.sure


LEFT = {
    "the day after the period before": ("2025-01-01", 1, 0),
    "the last day of the period before": ("2024-12-31", 0, 1),
    "the as-of date": ("2025-12-31", 1, 0),
    "the day after the as-of date: not decided": ("2026-01-01", 0, 0),
    "the first day of the period before": ("2024-01-01", 0, 1),
    "before both periods": ("2023-12-31", 0, 0),
}


@pytest.mark.parametrize(("end", "now", "then"), LEFT.values(), ids=list(LEFT))
def test_every_departure_is_in_one_period(end: str, now: int, then: int) -> None:
    lives = [("2022-03-01", None)] * 6 + [("2022-03-01", end)]
    figure = cs.overview(portfolio(lives, AS_OF))["departures"]
    assert figure.value == now
    assert figure.change is not None
    assert figure.change.n == then


def test_money_to_the_yen() -> None:
    result = cs.overview(company([*steady(), *GONE], AS_OF, currency="JPY"))
    mrr, nrr, grr = (result[key] for key in ("mrr", "nrr", "grr"))
    assert mrr.value == 1000
    assert mrr.change is not None
    assert (mrr.change.then, mrr.change.difference) == (1100, -100)  # g2 was there to 30 November
    # 2024-12-31: ten at 100, g1 at 300, g2 at 100; 2025-12-31: ten at 100.
    assert nrr.value == grr.value == pytest.approx(1000 / 1400)
    assert nrr.n == 12
    assert nrr.change is not None
    assert nrr.change.then == pytest.approx(1.0)  # 2024 lost nobody
    assert nrr.setting == {"window": "12"}


def test_an_upgrade_is_in_nrr_and_not_in_grr() -> None:
    grown = [*renewed("up", 2022, 2025, 100.0, month=4), *renewed("up", 2025, 2027, 250.0, month=4)]
    result = cs.overview(company([*steady(), *grown], AS_OF, currency="JPY"))
    assert result["nrr"].value == pytest.approx(1250 / 1100)
    assert result["grr"].value == 1


def test_contracts_due_in_90_days() -> None:
    # 90 days after 2025-12-31: the last day with a contract is 2026-01-01 … 2026-03-31.
    due = [
        Term("d0", "2025-01-01", "2026-01-01"),  # its last day is the as-of date: not decided
        Term("d1", "2025-04-01", "2026-03-31", 50.0),
        Term("d2", "2025-02-01", "2026-02-01"),
        Term("d2", "2026-02-01", "2027-02-01"),  # renewed already
        Term("late", "2025-04-02", "2026-04-02"),
        Term("past", "2024-11-01", "2025-11-01"),
    ]
    result = cs.overview(company([*steady(), *due], AS_OF, currency="JPY"))
    figure = result["renewals"]
    # Those of the steady ones have 2026-03-31 as their last day.
    assert figure.value == 2 + 10
    assert list(result.due["customer_id"])[:2] == ["d2", "d1"]
    assert list(result.due["followed"])[:2] == [True, False]
    assert figure.change is not None
    assert figure.change.then == 2  # d0 and past
    amount = next(d for d in figure.details if d.key == "overview.detail.due_mrr")
    assert amount.values["amount"] == Money(100.0 + 50.0 + 10 * 100.0, "JPY")


def test_the_coming_days_begin_on_the_day_that_the_files_state() -> None:
    whole = company([*steady(), Term("d", "2025-01-15", "2026-01-15")], "2025-12-01")
    told = cs.Portfolio(
        customers=whole.customers,
        contracts=whole.contracts,
        as_of=whole.as_of,
        provenance=Provenance(stated_as_of=dt.date(2025, 12, 31)),
    )
    assert cs.overview(told)["renewals"].until == dt.date(2026, 3, 31)


def test_retention_is_that_of_the_survival_page() -> None:
    data = cs.sample.company(customers=120)
    figure, curves = cs.overview(data)["retention"], cs.survival(data).curves
    at = curves.at(12, exact_ends=True).iloc[0]
    assert (figure.value, figure.lower, figure.upper) == (
        at["survival"],
        at["lower"],
        at["upper"],
    )


def test_retention_of_each_period_by_its_own_departures() -> None:
    """2024: everybody stays. 2025: of those who reach 6 months, half leave then."""
    before = [("2023-01-01", None)] * 20 + [("2024-01-01", None)] * 20
    now = [("2025-02-01", "2025-08-01")] * 20 + [("2025-02-01", None)] * 20
    change = cs.overview(portfolio(before + now, AS_OF))["retention"].change
    assert change is not None
    assert change.then == 1
    assert change.now == pytest.approx(0.5)
    assert change.upper < 0
    assert change.clear


def test_a_change_of_everybody_alike_is_not_more_than_chance() -> None:
    terms = [
        term
        for i in range(20)
        for term in (
            Term(f"c{i:02}", "2020-01-01", "2024-06-01", 110.0),
            Term(f"c{i:02}", "2024-06-01", None, 100.0),
        )
    ]
    result = cs.overview(company(terms, AS_OF))
    for key in ("nrr", "grr"):
        assert result[key].value == 1
        assert result[key].change is None
        why = result[key].no_change
        assert why is not None
        assert why.key == "overview.no_change.interval"
    assert not any(s.key.startswith("overview.says.change") for s in result.sentences)


MISSING = {
    "no amounts": (("nrr", "grr", "mrr"), portfolio([("2022-01-01", None)] * 9, AS_OF)),
    "no table of contracts": (("renewals",), portfolio([("2022-01-01", None)] * 9, AS_OF)),
    "amounts of half a year": (("nrr", "grr"), company([Term("a", "2025-07-01", None)], AS_OF)),
    "no ends to come": (("renewals",), company([Term("a", "2022-07-01", None)], AS_OF)),
    "one customer": (("nrr", "grr"), company(renewed("a", 2022, 2027), AS_OF)),
    "nobody observed for a year": (("retention",), portfolio([("2025-12-01", None)] * 9, AS_OF)),
    "nobody left in the last year": (
        ("departures",),
        portfolio([("2022-01-01", "2023-01-01")] * 9, AS_OF),
    ),
}


@pytest.mark.parametrize(("keys", "data"), MISSING.values(), ids=list(MISSING))
def test_what_is_missing_says_why_and_how_to_get_it(
    keys: tuple[str, ...], data: cs.Portfolio
) -> None:
    result = cs.overview(data)
    for figure in result.figures:
        assert pd.isna(figure.value) == (figure.missing is not None)
    for figure in (f for f in result.figures if f.key in keys):
        assert figure.missing is not None
        assert figure.remedy is not None
        for lang in LANGUAGES:
            assert figure.missing.say(lang)
            assert figure.remedy.say(lang)


def test_without_dates_what_can_be_said_is_said() -> None:
    table = pd.DataFrame(
        {"customer_id": list("abcdefgh"), "tenure_months": [24.0] * 8, "churned": [1, 0] * 4}
    )
    result = cs.overview(cs.Portfolio(customers=table))
    assert result["retention"].value == 1
    assert result["retention"].page == "survival"
    assert result["departures"].value == 4
    for key in ("nrr", "grr", "mrr", "renewals"):
        assert result[key].missing is not None
    assert all(f.change is None for f in result.figures)


def test_nobody_has_left() -> None:
    result = cs.overview(company(steady(), AS_OF))
    assert result["departures"].value == 0
    assert result["retention"].value == 1
    assert 0 < result["retention"].lower < 1
    assert result.sentences


def test_of_records_of_use_nobody_knows() -> None:
    use = pd.DataFrame({"customer_id": ["a", "b"], "date": pd.to_datetime(["2025-01-01"] * 2)})
    with pytest.raises(NeedsEnds):
        cs.overview(cs.Portfolio.from_usage(use))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_amount_of_unknown_currency_says_so(lang: str) -> None:
    result = cs.overview(company([*steady(), *GONE], AS_OF))
    unknown = {"ja": "通貨不明", "en": "currency unknown"}[lang]
    base = result["nrr"].base
    assert base is not None
    assert unknown in base.say(lang)
    amount = next(d for d in result["mrr"].details if d.key == "overview.detail.year_ago")
    assert unknown in amount.say(lang)


def test_the_figures_as_a_table() -> None:
    result = cs.overview(company([*steady(), *GONE], AS_OF))
    assert list(result.table["key"]) == list(KEYS)
    assert result.table.set_index("key").loc["departures", "value"] == 2


def test_late_records_are_not_compared() -> None:
    lives = [("2022-03-01", None)] * 9 + [("2022-03-01", "2025-05-01")]
    late = portfolio(lives, AS_OF).recorded_from(dt.date(2024, 6, 1))
    figure = cs.overview(late)["departures"]
    assert figure.value == 1
    assert figure.change is None
    assert figure.no_change is not None
    assert figure.no_change.key == "overview.no_change.observed"


def _fifty_and_twenty(observed_from: dt.date | None = None) -> cs.Portfolio:
    starts = ["2025-04-01"] * 50 + ["2024-04-01"] * 20
    ids = [f"c{i}" for i in range(70)]
    ends = ["2025-10-01", *[None] * 69]
    table = pd.DataFrame({"customer_id": ids, "start": dates(starts), "end": dates(ends)})
    as_of = dt.date(2026, 4, 1)
    return cs.Portfolio(customers=table, as_of=as_of, observed_from=observed_from)


def test_who_began_on_the_day_before_the_period_was_there_when_it_began() -> None:
    base = cs.overview(_fifty_and_twenty())["departures"].base
    assert base is not None
    assert (base.key, base.values) == ("overview.base.departures", {"n": 70, "seen": 70})


def test_who_was_there_is_not_said_where_the_records_begin_later() -> None:
    base = cs.overview(_fifty_and_twenty(dt.date(2025, 8, 1)))["departures"].base
    assert base is not None
    assert "期首" not in base.say("ja")
    assert base.values == {"seen": 70}
