"""The made-up company's tables: same seed same company, and the laws that they obey."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import clock as ck
from csdata.errors import BadValues
from csdata.sample import AS_OF, PLANS, company
from csdata.schema import ROLES
from csdata.tables import Portfolio

companies = st.builds(
    company,
    seed=st.integers(0, 2**32),
    customers=st.integers(1, 60),
    as_of=st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31)),
)
law = settings(deadline=None, max_examples=20)


def last_known_day(portfolio: Portfolio) -> pd.Timestamp:
    assert portfolio.as_of is not None
    return pd.Timestamp(portfolio.as_of)


@pytest.fixture(scope="module")
def default() -> Portfolio:
    return company()


def test_same_seed_same_company(default: Portfolio):
    again = company()
    assert default.fingerprint == again.fingerprint
    for role in ROLES:
        pd.testing.assert_frame_equal(getattr(default, role), getattr(again, role))
    assert company(seed=1).fingerprint != default.fingerprint


def test_size_dates_and_columns(default: Portfolio):
    customers = default.customers
    assert len(customers) == 600
    assert default.as_of == AS_OF == dt.date(2026, 10, 31)
    assert customers["start"].min() >= pd.Timestamp(2022, 11, 1)
    assert customers["start"].dt.to_period("M").nunique() == 48
    assert customers["start"].is_monotonic_increasing
    assert default.usage["category"].nunique() == 8
    assert customers["channel"].nunique() == 4
    assert set(customers["plan"]) == {plan.name for plan in PLANS}
    assert customers["name"].is_unique
    assert (
        customers.drop(columns=["end", "notice", "satisfaction", "churn_reason"])
        .notna()
        .all(axis=None)
    )


def test_start_days_are_mostly_the_first_and_reach_the_31st(default: Portfolio):
    days = default.customers["start"].dt.day
    assert 0.6 < (days == 1).mean() < 0.8
    assert (days >= 29).sum() >= 10
    assert 31 in set(days)


@pytest.mark.parametrize("character", ["髙", "﨑", "①", "㈱", "株式会社", "有限会社", "合同会社"])
def test_names_have_the_characters_that_fonts_and_encodings_miss(default: Portfolio, character):
    assert default.customers["name"].str.contains(character, regex=False).any()


def test_names_stay_different_past_all_combinations():
    names = company(customers=7_000).customers["name"]
    assert names.is_unique


@pytest.mark.parametrize(
    "options", [{"customers": 0}, {"seed": -1}], ids=["no customers", "negative seed"]
)
def test_impossible_company_is_refused(options: dict[str, int]):
    with pytest.raises(BadValues, match="at least 1 customer"):
        company(customers=options.get("customers", 1), seed=options.get("seed", 0))


def checksum(short: str) -> str:
    """Salesforce's rule, written another way: capitals as the bits of a number, lowest first."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    blocks = (short[:5], short[5:10], short[10:])
    bits = ("".join("1" if c.isascii() and c.isupper() else "0" for c in b) for b in blocks)
    return "".join(letters[int(b[::-1], 2)] for b in bits)


@pytest.mark.parametrize(
    ("short", "long"), [("001A0000006Vm9r", "001A0000006Vm9rIAC")], ids=["published example"]
)
def test_the_witness_of_the_checksum_is_right(short: str, long: str):
    assert short + checksum(short) == long


@law
@given(companies)
def test_ids_are_unique_and_carry_their_checksum(portfolio: Portfolio):
    ids = portfolio.customers["customer_id"]
    assert ids.is_unique
    assert ids.str.fullmatch(r"001[0-9A-Za-z]{15}").all()
    assert all(i[15:] == checksum(i[:15]) for i in ids)


@law
@given(companies)
def test_nothing_after_the_as_of_date_is_known(portfolio: Portfolio):
    as_of = last_known_day(portfolio)
    customers = portfolio.customers
    for column in ("start", "end", "notice"):
        assert (customers[column].dropna() <= as_of).all()
    assert (portfolio.usage["date"] <= as_of).all()
    assert (portfolio.touches["date"] <= as_of).all()
    assert (portfolio.contracts["start"] <= as_of).all()


@law
@given(companies)
def test_lives_are_positive_and_have_their_reasons(portfolio: Portfolio):
    customers = portfolio.customers
    left = customers["end"].notna()
    assert (customers["end"] > customers["start"])[left].all()
    assert (customers["churn_reason"].notna() == left).all()
    assert customers["notice"].notna()[left].all()
    assert (customers["notice"] < customers["end"])[left].all()
    assert (customers["notice"] >= customers["start"])[customers["notice"].notna()].all()


@law
@given(companies)
def test_rows_of_usage_and_touches_lie_inside_the_life(portfolio: Portfolio):
    lives = portfolio.customers[["customer_id", "start", "end"]]
    for rows in (portfolio.usage, portfolio.touches):
        joined = rows.merge(lives, on="customer_id", how="left", validate="m:1")
        assert (joined["date"] >= joined["start"]).all()
        assert (joined["end"].isna() | (joined["date"] < joined["end"])).all()


@law
@given(companies)
def test_usage_has_one_row_per_contract_month_and_category(portfolio: Portfolio):
    starts = portfolio.customers.set_index("customer_id")["start"]
    usage = portfolio.usage
    months = [
        ck.age(start.date(), date.date())
        for start, date in zip(usage["customer_id"].map(starts), usage["date"], strict=True)
    ]
    assert not usage.assign(month=months).duplicated(["customer_id", "month", "category"]).any()
    assert (usage["quantity"] > 0).all()
    assert (usage["quantity"] % 0.25 == 0).all()


@law
@given(companies)
def test_contracts_tile_the_life(portfolio: Portfolio):
    as_of = last_known_day(portfolio)
    for customer in portfolio.customers.itertuples():
        terms = portfolio.contracts.query("customer_id == @customer.customer_id")
        start = customer.start.date()
        length = int(terms["term_months"].iloc[0])
        begins = [pd.Timestamp(ck.boundary(start, length * i)) for i in range(len(terms) + 1)]
        assert list(terms["start"]) == begins[:-1]
        assert list(terms["end"])[:-1] == begins[1:-1]
        assert (terms["plan"] == customer.plan).all()
        last = terms["end"].iloc[-1]
        if pd.isna(customer.end):
            assert last == begins[-1] > as_of
        else:
            assert last == customer.end <= begins[-1]


@law
@given(companies)
def test_the_bill_is_the_sum_of_its_terms(portfolio: Portfolio):
    contracts = portfolio.contracts.set_index("customer_id")
    customers = portfolio.customers.set_index("customer_id")
    billed = contracts[["fixed", "overage", "other"]].sum(axis=1).groupby(level=0).sum()
    assert (billed - customers["total_billing"]).abs().max() == 0
    latest = contracts.groupby(level=0)["mrr"].last()
    assert (latest - customers["mrr"]).abs().max() == 0
    prices = contracts["plan"].map({plan.name: plan.price for plan in PLANS})
    assert (contracts["mrr"] / prices).isin([1, 2, 3]).all()
    assert (contracts["mrr"] / prices).groupby(level=0).first().eq(1).all()


def test_one_month_of_a_bill_by_hand():
    """Overage is what a month's hours exceed the hours bought by, at the rate of the plan."""
    portfolio = company(customers=300, seed=3)
    usage = portfolio.usage.merge(portfolio.customers[["customer_id", "start", "plan", "end"]])
    ends = [pd.Timestamp(ck.boundary(s.date(), 3)) for s in usage["start"]]
    first = usage[(usage["date"] < ends) & (usage["plan"] == "エコノミー")]
    months = [
        ck.age(s.date(), d.date()) for s, d in zip(first["start"], first["date"], strict=True)
    ]
    hours = first.assign(month=months).groupby(["customer_id", "month"])["quantity"].sum()
    expected = ((hours - 30).clip(lower=0) * 3_300).groupby(level=0).sum()
    terms = portfolio.contracts.query("plan == 'エコノミー'").groupby("customer_id").first()
    assert expected.gt(0).any()
    pd.testing.assert_series_equal(
        expected, terms["overage"].loc[expected.index], check_names=False
    )


def test_leaving_is_concentrated_at_renewal_dates(default: Portfolio):
    left = default.customers.dropna(subset=["end"])
    terms = left["plan"].map({plan.name: plan.term_months for plan in PLANS})
    ages = [
        ck.months_between(s.date(), e.date())
        for s, e in zip(left["start"], left["end"], strict=True)
    ]
    at_renewal = np.isclose(np.array(ages) % terms, 0)
    assert 0.85 < at_renewal.mean() < 0.99
    assert not np.isclose(np.array(ages)[~at_renewal] % 1, 0).any()


def test_enough_customers_outlive_three_months_and_both_outcomes_are_common(default: Portfolio):
    customers = default.customers
    known = customers["end"].fillna(pd.Timestamp(AS_OF) + pd.Timedelta(days=1))
    landmark = [pd.Timestamp(ck.boundary(s.date(), 3)) for s in customers["start"]]
    assert (known > landmark).mean() >= 0.75
    assert 0.25 < customers["end"].notna().mean() < 0.6
    assert (customers["notice"].notna() & customers["end"].isna()).any()


def test_the_first_hearing_is_a_month_after_the_start_and_gives_the_satisfaction(
    default: Portfolio,
):
    first = default.touches.query("kind == '初動ヒアリング'").set_index("customer_id")
    assert first.index.is_unique
    customers = default.customers.set_index("customer_id")
    due = pd.Series({i: ck.boundary(s.date(), 1) for i, s in customers["start"].items()})
    late = first["date"] - pd.to_datetime(due).loc[first.index]
    assert late.between(pd.Timedelta(0), pd.Timedelta(days=6)).all()
    pd.testing.assert_series_equal(
        customers["satisfaction"].dropna().sort_index(),
        first["score"].sort_index(),
        check_names=False,
    )
    assert customers["satisfaction"].isna().any()
    assert default.touches["score"].isin([1, 2, 3, 4, 5]).all()
