"""One customer's page of figures against loops over days and mates, and by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

import csdata as cs
from csdata.analyses.customer import mates
from csdata.errors import BadValues, NeedsDates
from tests.backends import on_every_backend
from tests.contracts import AS_OF, TERMS, Term, company, mrr_on
from tests.portfolios import dates


def keys(customer: cs.Customer) -> set[str]:
    return {gap.key.removeprefix("customer.gap.") for gap in customer.gaps}


@settings(max_examples=25)
@given(TERMS)
def test_the_amount_is_that_of_the_contracts_in_force_on_every_day(terms: list[Term]) -> None:
    who = terms[0].who
    money = cs.customer(company(terms, AS_OF), who).money
    # 2024 to the middle of 2026: every day on which a drawn term may begin, and beyond.
    for number in range(0, 900, 17):
        day = dt.date(2024, 1, 1) + dt.timedelta(days=number)
        steps = money[money["date"] <= pd.Timestamp(day)]
        shown: Any = 0.0 if steps.empty else steps["mrr"].iloc[-1]
        assert round(100 * shown) == round(100 * mrr_on(terms, who, day))
    assert not (money["mrr"].diff() == 0).any()


@settings(max_examples=25)
@given(TERMS)
def test_the_page_and_the_revenue_of_that_customer_alone_agree(terms: list[Term]) -> None:
    who = terms[0].who
    own = [t for t in terms if t.who == who]
    if not any((t.mrr or 0) > 0 for t in own):
        return
    money = cs.customer(company(terms, AS_OF), who).money.set_index("date")["mrr"]
    try:
        table = cs.mrr_movements(company(own, AS_OF)).table
    except cs.CsDataError:
        return
    for row in table.to_dict("records"):
        assert money[money.index <= row["month"]].iloc[-1] == pytest.approx(row["closing"])


MATES = [
    # All begin in the fiscal year 2024; "other" does not.
    *[Term(f"m{i}", "2024-05-01", None, 100.0 * (i + 1)) for i in range(6)],
    Term("gone", "2024-06-01", "2025-06-01", 250.0),
    Term("early", "2024-06-01", "2024-09-01", 250.0),
    Term("other", "2023-06-01", None, 9000.0),
]


@on_every_backend
def test_the_place_by_hand(backend) -> None:
    whole = company(MATES, "2025-12-31", currency="JPY")
    told = cs.Portfolio(
        customers=backend(whole.customers),
        contracts=backend(whole.contracts),
        as_of=whole.as_of,
        currency="JPY",
    )
    place = cs.customer(told, "gone").place
    assert (place.year, place.mates, place.left, place.age) == (2024, 8, 2, 12)
    # Twelve months after its start each of the eight could be seen; six went beyond.
    assert (place.eligible, place.stayed.estimate) == (8, 0.75)
    (rank,) = place.ranks.to_dict("records")
    assert (rank["measure"], rank["value"], rank["n"]) == ("mrr_first", 250, 8)
    # 300, 400, 500, 600 lie above; "early" pays the same; 100 and 200 lie below.
    assert (rank["rank"], rank["ties"], rank["median"]) == (5, 1, 275)
    assert rank["below"] == pytest.approx((2 + 1) / 8)
    now: Any = cs.customer(told, "m5").place.ranks.set_index("measure").loc["mrr_now"]
    assert (now["rank"], now["n"], now["ties"]) == (1, 6, 0)
    assert now["below"] == pytest.approx(5.5 / 6)


def test_below_five_there_is_no_share_and_where_history_begins_late_no_fate() -> None:
    few = cs.customer(company(MATES[:4], "2025-12-31"), "m0").place
    assert few.ranks["below"].isna().all()
    assert few.ranks["n"].tolist() == [4, 4]
    late = company(MATES, "2025-12-31", observed_from=dt.date(2025, 1, 1))
    place = cs.customer(late, "m0").place
    assert pd.isna(place.stayed.estimate)


def test_the_age_of_one_who_stays_is_in_whole_months() -> None:
    place = cs.customer(company(MATES, "2025-12-15"), "m0").place
    assert place.age == 19
    # May 2024 + 19 months is over for those of May; those of June are not that old yet.
    assert (place.eligible, place.stayed.estimate) == (6, 1)


def used(months: dict[str, float], who: str = "m0") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": who,
            "date": pd.to_datetime([f"{m}-10" for m in months]),
            "category": "採用",
            "quantity": list(months.values()),
        }
    )


def with_usage(usage: pd.DataFrame, as_of: str = "2025-12-31") -> cs.Portfolio:
    whole = company(MATES, as_of)
    return cs.Portfolio(
        customers=whole.customers, contracts=whole.contracts, usage=usage, as_of=whole.as_of
    )


@pytest.mark.parametrize(
    ("lately", "key", "change"),
    [
        pytest.param((30.0, 30.0, 30.0), "use_more", 0.5, id="half as much again"),
        pytest.param((10.0, 10.0, 10.0), "use_less", 0.5, id="half as much"),
        pytest.param((20.0, 20.0, 20.0), "use_same", None, id="the same"),
        pytest.param((0.0, 0.0, 0.0), "use_none", None, id="nothing"),
    ],
)
def test_the_use_lately(lately: tuple[float, ...], key: str, change: float | None) -> None:
    before = {"2025-07": 20.0, "2025-08": 20.0, "2025-09": 20.0}
    now = dict(zip(("2025-10", "2025-11", "2025-12"), lately, strict=True))
    found = cs.customer(with_usage(used(before | now)), "m0").finding
    part: Any = found.values["use"]
    assert part.key == f"customer.finding.{key}"
    assert part.values.get("change") == change


def test_of_months_without_records_nothing_is_said() -> None:
    stopped = {f"2025-{m:02}": 20.0 for m in range(3, 10)}
    assert cs.customer(with_usage(used(stopped)), "m0").finding.values["use"] == ""


def test_the_rank_of_use_counts_those_who_used_nothing() -> None:
    months = {f"2025-{m:02}": 30.0 for m in range(1, 13)}
    ranks = cs.customer(with_usage(used(months)), "m0").place.ranks.set_index("measure")
    use = ranks.loc["use"]
    assert (use["value"], use["n"], use["rank"], use["median"]) == (30, 6, 1, 0)


def test_use_is_summed_by_month_and_category_and_rows_are_counted_without_amounts() -> None:
    rows = pd.concat([used({"2025-01": 2.0}), used({"2025-01": 3.0}), used({"2025-02": 1.0})])
    known = cs.customer(with_usage(rows), "m0")
    assert known.use["quantity"].tolist() == [5, 1]
    bare = cs.customer(with_usage(rows.drop(columns=["quantity", "category"])), "m0")
    assert (bare.counted, bare.use["quantity"].tolist()) == ("rows", [2, 1])
    assert bare.use["category"].tolist() == [None, None]


GAPS = {
    "no tables at all": (
        cs.Portfolio(
            customers=pd.DataFrame({"customer_id": ["m0"], "start": dates(["2025-01-01"])}),
            as_of=dt.date(2025, 12, 31),
        ),
        {"no_contracts_table", "no_usage_table", "no_touches_table", "no_amount"},
    ),
    "no rows in a table": (
        with_usage(used({"2025-12": 1.0}, who="m1")),
        {"no_usage", "no_touches_table"},
    ),
    "silent for long": (
        with_usage(used({"2025-06": 1.0})),
        {"silent_usage", "no_touches_table"},
    ),
}


@pytest.mark.parametrize(("whole", "expected"), GAPS.values(), ids=list(GAPS))
def test_what_is_missing(whole: cs.Portfolio, expected: set[str]) -> None:
    assert keys(cs.customer(whole, "m0")) == expected


def test_contracts_and_customers_that_disagree_are_said() -> None:
    whole = company(MATES, "2025-12-31")
    ends = whole.customers["end"].where(whole.customers["customer_id"] != "gone", pd.NaT)
    ends = ends.where(whole.customers["customer_id"] != "m0", pd.Timestamp("2025-03-01"))
    told = cs.Portfolio(
        customers=whole.customers.assign(end=ends), contracts=whole.contracts, as_of=whole.as_of
    )
    assert "no_running" in keys(cs.customer(told, "gone"))
    assert "still_running" in keys(cs.customer(told, "m0"))
    assert not {"no_running", "still_running"} & keys(cs.customer(told, "m1"))


def test_a_contract_without_an_amount_is_counted() -> None:
    terms = [Term("a", "2025-01-01", "2025-06-01", None), Term("a", "2025-06-01", None, 10.0)]
    known = cs.customer(company(terms, "2025-12-31"), "a")
    assert "contracts_without_amount" in keys(known)
    assert known.money["mrr"].tolist() == [10]


@pytest.mark.parametrize(
    ("start", "end", "standing"),
    [
        pytest.param("2025-01-01", None, "staying", id="no end"),
        pytest.param("2025-01-01", "2026-01-01", "staying", id="last day is the as-of date"),
        pytest.param("2025-01-01", "2025-12-31", "left", id="left the day before"),
        pytest.param("2026-02-01", None, "later", id="yet to begin"),
        pytest.param(None, None, "unknown", id="no start"),
    ],
)
def test_the_standing(start: str | None, end: str | None, standing: str) -> None:
    customers = pd.DataFrame(
        {"customer_id": ["a"], "start": dates([start]), "end": dates([end]), "mrr": [10.0]}
    )
    known = cs.customer(cs.Portfolio(customers=customers, as_of=dt.date(2025, 12, 31)), "a")
    assert known.standing == standing
    for lang in ("ja", "en"):
        assert "{" not in known.finding.say(lang)


def test_the_last_day_is_the_day_before_the_end() -> None:
    known = cs.customer(company(MATES, "2025-12-31"), "gone")
    events = known.events.set_index("event")["date"].to_dict()
    assert events == {
        "start": pd.Timestamp("2024-06-01"),
        "last_day": pd.Timestamp("2025-05-31"),
    }
    life: Any = known.finding.values["life"]
    assert (life.values["months"], life.values["last"]) == (12, pd.Timestamp("2025-05-31"))


def test_what_it_cannot_do_it_refuses() -> None:
    with pytest.raises(BadValues):
        cs.customer(company(MATES, AS_OF), "nobody")
    undated = pd.DataFrame({"customer_id": ["a"], "tenure_months": [3], "churned": [True]})
    with pytest.raises(NeedsDates):
        cs.customer(cs.Portfolio(customers=undated), "a")


def test_customers_of_purchases_have_no_contract_and_no_end() -> None:
    rows = used({"2025-01": 2.0, "2025-03": 5.0}).drop(columns="category")
    known = cs.customer(cs.Portfolio.from_usage(rows, as_of="2025-12-31"), "m0")
    assert (known.standing, len(known.terms), len(known.money)) == ("unknown", 0, 0)
    assert known.events["event"].tolist() == ["first_use"]
    assert keys(known) == {"no_contracts_table", "no_touches_table"}
    assert (known.place.year, known.place.mates) == (2024, 1)


STEPS = [
    pytest.param("2026-03-15", 1000, None, "money_same", id="a raise that is agreed for later"),
    pytest.param("2026-03-31", 1000, None, "money_same", id="the day before the raise"),
    pytest.param("2026-04-01", 2000, None, "money_changed", id="the day of the raise"),
    pytest.param("2027-03-31", 2000, None, "money_changed", id="the last day"),
    pytest.param("2027-04-01", 2000, "2027-03-31", "money_changed_ended", id="the day after"),
    pytest.param("2024-03-31", None, None, None, id="before all of it"),
]


@pytest.mark.parametrize(("as_of", "amount", "until", "key"), STEPS)
def test_the_amount_said_is_the_one_in_force_on_the_as_of_date(
    as_of: str, amount: float | None, until: str | None, key: str | None
) -> None:
    terms = [
        Term("x", "2024-04-01", "2026-04-01", 1000.0),
        Term("x", "2026-04-01", "2027-04-01", 2000.0),
    ]
    known = cs.customer(company(terms, as_of), "x")
    assert known.amount == amount if amount else pd.isna(known.amount)
    assert known.amount_until == (dt.date.fromisoformat(until) if until else None)
    part: Any = known.finding.values.get("money")
    assert (part.key if part else None) == (f"customer.finding.{key}" if key else None)


def test_an_amount_that_has_ended_is_not_said_of_today() -> None:
    whole = company([Term("z", "2024-04-01", "2025-01-01", 300.0)], "2026-03-15")
    customers = whole.customers.assign(end=pd.NaT)
    told = cs.Portfolio(customers=customers, contracts=whole.contracts, as_of=whole.as_of)
    known = cs.customer(told, "z")
    said = known.finding.say("ja")
    assert "最後の月額は 300" in said
    assert "2024/12/31 まで" in said
    assert "last monthly fee was 300" in known.finding.say("en")


def one_of_two(contracts: pd.DataFrame, mrr: float = 700.0) -> cs.Portfolio:
    customers = pd.DataFrame(
        {"customer_id": ["a", "b"], "start": dates(["2024-04-01"] * 2), "mrr": [mrr, mrr]}
    )
    return cs.Portfolio(customers=customers, contracts=contracts, as_of=dt.date(2026, 3, 15))


def test_without_amounts_in_the_contracts_page_and_revenue_take_the_customers_own() -> None:
    rows = company([Term("a", "2024-04-01", None)], AS_OF).contracts
    told = one_of_two(rows.drop(columns="mrr"))
    known = cs.customer(told, "a")
    assert cs.mrr_movements(told).table["closing"].iloc[-1] == 1400
    assert known.amount == 700
    assert "contracts_without_amount" not in keys(known)


def test_where_contracts_have_amounts_those_of_customers_without_rows_do_not_count() -> None:
    told = one_of_two(company([Term("b", "2024-04-01", None, 500.0)], AS_OF).contracts)
    known = cs.customer(told, "a")
    assert cs.mrr_movements(told).table["closing"].iloc[-1] == 500
    assert pd.isna(known.amount)
    assert {"no_contracts", "amount_not_counted"} <= keys(known)


def test_a_missing_start_among_dated_customers_is_said_as_such() -> None:
    customers = pd.DataFrame({"customer_id": ["a", "b"], "start": dates([None, "2024-04-01"])})
    said = cs.customer(cs.Portfolio(customers=customers, as_of=dt.date(2026, 3, 15)), "a").finding
    assert said.key == "customer.finding.no_start"
    assert "契約開始日が空です" in said.say("ja")


@pytest.mark.parametrize(
    ("start", "end", "key"),
    [
        pytest.param("2024-04-01", "2024-04-01", "left_at_once", id="no day at all"),
        pytest.param("2024-04-01", "2024-03-01", "left_before", id="ended before it began"),
        pytest.param("2024-04-01", "2024-04-02", "left", id="one day"),
    ],
)
def test_a_life_of_no_days_has_no_last_day(start: str, end: str, key: str) -> None:
    customers = pd.DataFrame({"customer_id": ["a"], "start": dates([start]), "end": dates([end])})
    known = cs.customer(cs.Portfolio(customers=customers, as_of=dt.date(2026, 3, 15)), "a")
    life: Any = known.finding.values["life"]
    assert life.key == f"customer.finding.{key}"
    assert ("last_day" in set(known.events["event"])) == (key == "left")


def test_an_amount_without_a_currency_says_so() -> None:
    terms = [Term("a", "2024-04-01", None, 1000.0)]
    assert "1,000(通貨不明)" in cs.customer(company(terms, AS_OF), "a").finding.say("ja")
    assert "不明" not in cs.customer(company(terms, AS_OF, currency="JPY"), "a").finding.say("ja")


@pytest.mark.parametrize(
    ("own", "ended", "running", "day"),
    [
        pytest.param(None, "2025-01-10", None, None, id="of a contract that has ended"),
        pytest.param(None, None, "2026-02-01", "2026-02-01", id="of a running contract"),
        pytest.param("2026-01-01", None, None, "2026-01-01", id="the customer's own"),
        pytest.param(None, None, "2026-05-01", None, id="after the as-of date"),
        pytest.param("2023-01-01", None, None, None, id="of an earlier life"),
    ],
)
def test_sentence_and_picture_know_the_same_notice(
    own: str | None, ended: str | None, running: str | None, day: str | None
) -> None:
    terms = [Term("y", "2024-04-01", "2025-04-01"), Term("y", "2025-04-01", "2027-04-01")]
    whole = company(terms, "2026-03-15")
    told = cs.Portfolio(
        customers=whole.customers.assign(end=pd.NaT, notice=dates([own])),
        contracts=whole.contracts.assign(notice=dates([ended, running])),
        as_of=whole.as_of,
    )
    known = cs.customer(told, "y")
    said: Any = known.finding.values["notice"]
    drawn = known.events.set_index("event")["date"].get("notice")
    assert drawn == (pd.Timestamp(day) if day else None)
    assert (said.values["day"] if said else None) == drawn


def test_the_mates_are_of_the_fiscal_year_of_the_company() -> None:
    whole = company([Term("a", "2024-02-01", None), Term("b", "2024-05-01", None)], AS_OF)
    for first, found in ((4, (2023, 1)), (1, (2024, 2))):
        place = cs.customer(whole, "a", everybody=mates(whole, fiscal_start=first)).place
        assert (place.year, place.mates) == found
