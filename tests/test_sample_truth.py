"""The true effects, asked for by models from outside: are they what the tables show?

Everything is computed from the tables alone, on customers past the three-month landmark, with
depth and breadth of their first three contract months.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines import CoxPHFitter

from csdata import clock as ck
from csdata.sample import PLANS, TRUTH, company
from csdata.tables import Portfolio

SEEDS = range(10)
CUSTOMERS = 3_000
TERMS = {plan.name: plan.term_months for plan in PLANS}
EFFECTS = {
    "depth": TRUTH.depth,
    "breadth": TRUTH.breadth,
    "referred": TRUTH.channel["紹介"],
    "satisfaction": TRUTH.satisfaction,
}


def last_known_day(portfolio: Portfolio) -> int:
    assert portfolio.as_of is not None
    return ck.day_number(portfolio.as_of)


def days(dates) -> np.ndarray:
    return np.asarray(dates, dtype="datetime64[D]").astype(int)


def boundary(starts: pd.Series, months: int) -> np.ndarray:
    """Day numbers of start + months."""
    return np.array([ck.day_number(ck.boundary(s.date(), months)) for s in starts])


def first_months(portfolio: Portfolio, *, months: int = 3) -> pd.DataFrame:
    """Customers past the landmark: depth, breadth and the clock of the time after it."""
    table = portfolio.customers.set_index("customer_id")
    as_of = last_known_day(portfolio)
    table["landmark"] = boundary(table["start"], months)
    table["until"] = np.where(table["end"].isna(), as_of + 1, days(table["end"].fillna("1970")))
    usage = portfolio.usage.assign(day=days(portfolio.usage["date"]))
    usage = usage[usage["day"] < table["landmark"].loc[usage["customer_id"]].to_numpy()]
    hours = usage.groupby(["customer_id", "category"])["quantity"].sum().groupby(level=0)
    table["hours"] = hours.median()
    table["breadth"] = hours.size()
    table["depth"] = np.log(table["hours"] / TRUTH.depth_centre) / TRUTH.depth_scale
    table["satisfaction"] -= 3
    table["referred"] = (table["channel"] == "紹介").astype(float)
    return table[table["until"] > table["landmark"]].copy()


def renewals(portfolio: Portfolio, table: pd.DataFrame) -> pd.DataFrame:
    """One row per renewal date after the landmark and up to as-of: did the customer leave?"""
    lives = table.rename(columns={"start": "began", "end": "exit"})
    lives = lives[["began", "exit", "landmark", "satisfaction", "depth", "breadth", "referred"]]
    terms = portfolio.contracts.join(lives, on="customer_id", how="inner")
    end = days(terms["end"])
    terms = terms[(end <= last_known_day(portfolio)) & (end > terms["landmark"])]
    ages = np.array(
        [
            ck.months_between(b.date(), e.date())
            for b, e in zip(terms["began"], terms["end"], strict=True)
        ]
    )
    at_renewal = np.isclose(ages % terms["term_months"], 0)  # the others left in mid-term
    return terms.assign(left=(terms["end"] == terms["exit"]).astype(float))[at_renewal]


def logit_fit(decisions: pd.DataFrame) -> pd.DataFrame:
    """Coefficients of leaving at a renewal with their intervals, by statsmodels."""
    design = pd.get_dummies(decisions["term_months"].astype(int), dtype=float)
    design = design.join(decisions[list(EFFECTS)]).dropna()
    fit = sm.Logit(decisions.loc[design.index, "left"], design).fit(disp=False)
    return fit.conf_int().set_axis(["lower", "upper"], axis=1).assign(coef=fit.params)


def covering(found: Any, value: float) -> int:
    """Number of intervals that hold the value."""
    return int(((found["lower"] <= value) & (value <= found["upper"])).sum())


@pytest.fixture(scope="module")
def fits() -> pd.DataFrame:
    """Intervals of every seed: index (seed, term of the model)."""
    results = {}
    for seed in SEEDS:
        portfolio = company(seed=seed, customers=CUSTOMERS)
        results[seed] = logit_fit(renewals(portfolio, first_months(portfolio)))
    return pd.concat(results)


@pytest.fixture(scope="module")
def default() -> Portfolio:
    return company()


@pytest.mark.parametrize("effect", [*EFFECTS, *TRUTH.renewal])
def test_a_renewal_model_recovers_the_written_coefficient(fits: pd.DataFrame, effect):
    """A 95 % interval covers the truth in at least 8 of 10 companies, and so does their mean."""
    truth = {**EFFECTS, **TRUTH.renewal}[effect]
    found = fits.xs(effect, level=1)
    assert covering(found, truth) >= 8
    widths = (found["upper"] - found["lower"]) / (2 * 1.96)
    assert abs(found["coef"].mean() - truth) < 3.3 * widths.mean() / math.sqrt(len(found))


@pytest.mark.parametrize("effect", ["depth", "referred"])
def test_depth_and_the_good_channel_lower_churn_in_every_company(fits: pd.DataFrame, effect: str):
    assert (fits.xs(effect, level=1)["upper"] < 0).all()


def test_satisfaction_matters_but_less_than_depth(fits: pd.DataFrame):
    satisfaction, depth = fits.xs("satisfaction", level=1), fits.xs("depth", level=1)
    assert (satisfaction["upper"] < 0).sum() >= 8
    assert (satisfaction["coef"] > depth["coef"]).all()


def test_breadth_alone_does_nothing(fits: pd.DataFrame):
    breadth = fits.xs("breadth", level=1)
    assert covering(breadth, 0) >= 8
    assert breadth["coef"].abs().max() < 0.15


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_breadth_and_depth_of_the_first_months_are_unrelated(seed: int):
    table = first_months(company(seed=seed, customers=CUSTOMERS))
    assert abs(table["breadth"].corr(table["depth"], method="spearman")) < 0.06


def hazard_ratios(
    table: pd.DataFrame, columns: list[str], *, from_start: bool = False
) -> dict[str, tuple[float, float]]:
    """Intervals of Cox hazard ratios by lifelines, plans as strata."""
    begin = days(table["start"]) if from_start else table["landmark"]
    lives = table[[*columns, "plan"]].assign(
        duration=table["until"] - begin, event=table["end"].notna()
    )
    model = CoxPHFitter(strata=["plan"]).fit(lives, "duration", "event")
    bounds = np.exp(model.confidence_intervals_.to_numpy())
    return {c: (float(low), float(high)) for c, (low, high) in zip(columns, bounds, strict=True)}


def test_the_600_customers_shown_by_default_say_so_too(default: Portfolio):
    found = hazard_ratios(first_months(default), ["depth", "breadth", "referred"])
    assert found["depth"][1] < 0.8
    assert found["referred"][1] < 1
    assert found["breadth"][0] < 1 < found["breadth"][1]


def test_breadth_over_the_whole_life_looks_protective_though_it_is_not(default: Portfolio):
    """The trap that a landmark avoids must be there to be avoided."""
    table = first_months(default)
    used = default.usage.groupby("customer_id")["category"].nunique()
    biased = hazard_ratios(table.assign(breadth=used), ["breadth"], from_start=True)
    assert biased["breadth"][1] < 0.9


@pytest.mark.parametrize(
    ("term", "hours", "channel", "score", "expected"),
    [
        (12, 12.0, "展示会", 3, 1 / (1 + math.e)),
        (12, 12.0 * math.exp(0.5), "展示会", 3, 1 / (1 + math.exp(1.8))),
        (12, 12.0, "紹介", 3, 1 / (1 + math.exp(1.6))),
        (3, 12.0, "展示会", 5, 1 / (1 + math.exp(2.05))),
        (None, 12.0, "展示会", 3, 1 / (1 + math.exp(5.6))),
    ],
    ids=["average customer", "one step deeper", "referred", "happy, 3 months", "mid-term"],
)
def test_the_written_odds_by_hand(term, hours: float, channel: str, score: int, expected: float):
    found = TRUTH.leaving(term=term, hours=hours, channel=channel, satisfaction=score)
    assert found == pytest.approx(expected, rel=1e-12)


def test_as_many_leave_at_each_kind_of_renewal_as_the_written_odds_say():
    portfolio = company(seed=77, customers=CUSTOMERS)
    table = first_months(portfolio)
    decisions = renewals(portfolio, table).dropna(subset="satisfaction")
    who = table.loc[decisions["customer_id"]]
    odds = [
        TRUTH.leaving(term=int(t), hours=h, channel=c, satisfaction=s + 3)
        for t, h, c, s in zip(
            decisions["term_months"], who["hours"], who["channel"], who["satisfaction"], strict=True
        )
    ]
    decisions = decisions.assign(odds=odds)
    for term in TERMS.values():
        rows = decisions[decisions["term_months"] == term]
        spread = math.sqrt((rows["odds"] * (1 - rows["odds"])).sum())
        assert abs(rows["left"].sum() - rows["odds"].sum()) < 3.3 * spread
