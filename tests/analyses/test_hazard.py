"""The hazard by month and its smooth line, and departures by reason."""

import numpy as np
import pandas as pd
import pytest

import csdata as cs
from csdata.analyses.hazard import hazard
from csdata.analyses.intervals import wilson
from csdata.errors import BadValues, NotEnoughData
from tests.backends import on_every_backend


def lives(n=400, seed=2):
    chance = np.random.default_rng(seed)
    months = chance.geometric(0.05, n)
    return pd.DataFrame({"months": np.minimum(months, 24), "left": months <= 24, "seen": 0})


def of(table, **options):
    return hazard(table, duration="months", event="left", **options)


@on_every_backend
def test_in_whole_months_it_is_d_over_n_with_the_wilson_interval(backend):
    table = lives()
    found = of(backend(table)).table
    assert found["month"].tolist() == list(range(1, 25))
    for row in found.itertuples():
        n = (table["months"] >= row.month).sum()
        d = ((table["months"] == row.month) & table["left"]).sum()
        assert (row.at_risk, row.events) == (n, d)
        assert [row.hazard, row.lower, row.upper] == pytest.approx([float(v) for v in wilson(d, n)])


def test_a_life_seen_for_part_of_a_month_counts_for_that_part():
    table = pd.DataFrame({"months": [0.5, 0.75, 0.75, 1.5], "left": [0, 1, 0, 0]})
    row = of(table).table.iloc[0]
    assert (row["at_risk"], row["events"], row["hazard"]) == (4, 1, pytest.approx(1 / 3))


def test_late_lives_are_at_risk_from_their_entry():
    table = lives().assign(seen=lambda t: np.where(t.index % 2, 3, 0))
    table = table[table["seen"] < table["months"]]
    found = of(table, entry="seen").table.set_index("month")
    assert found.loc[3, "at_risk"] == ((table["seen"] <= 2) & (table["months"] > 2)).sum()
    assert found.loc[4, "at_risk"] == ((table["seen"] <= 3) & (table["months"] > 3)).sum()


def slow(table, time, bandwidth):
    """The ratio with the time under observation added up in small steps."""

    def kernel(u):
        return 0.75 * max(0.0, 1 - (u / bandwidth) ** 2) / bandwidth

    left = sum(kernel(t - time) for t in table.loc[table["left"], "months"])
    step = 1 / 256
    grid = np.arange(max(0.0, time - bandwidth), time + bandwidth, step) + step / 2
    watched = sum(
        kernel(u - time) * ((table["seen"] <= u) & (u < table["months"])).sum() * step for u in grid
    )
    return left / watched


@pytest.mark.parametrize("time", [0, 1, 6.5, 12, 20])
def test_the_smooth_rate_is_departures_over_time_under_observation(time):
    table = lives(n=80).assign(seen=lambda t: np.where(t.index % 3, 0, 2))
    table = table[table["seen"] < table["months"]]
    found = of(table, entry="seen").smooth.set_index("time")
    if time in found.index:
        assert found.loc[time, "rate"] == pytest.approx(slow(table, time, 3.0), rel=1e-3)
    else:
        assert ((table["seen"] < time) & (table["months"] >= time)).sum() < 10


def test_a_constant_rate_stays_constant_up_to_the_ends():
    chance = np.random.default_rng(8)
    life = chance.exponential(1 / 0.05, 20_000)
    table = pd.DataFrame({"months": np.minimum(life, 24), "left": life <= 24})
    smooth = of(table).smooth
    assert (smooth["time"].min(), smooth["time"].max()) == (0, 24)
    assert smooth["rate"].between(0.042, 0.058).all()
    inside = (smooth["lower"] <= 0.05) & (smooth["upper"] >= 0.05)
    assert inside.mean() > 0.85


EDGES = {
    "nobody left": (lives().assign(left=False), 0.0),
    "all at once": (lives().assign(left=True, months=4), 1.0),
    "one customer": (pd.DataFrame({"months": [2], "left": [True]}), 1.0),
}


@pytest.mark.parametrize(("table", "last"), EDGES.values(), ids=EDGES)
def test_at_0_and_1_there_still_is_an_interval(table, last):
    found = of(table).table.iloc[-1]
    assert found["hazard"] == last
    assert found["lower"] < found["upper"]
    assert found["lower"] <= last <= found["upper"]


def test_what_cannot_be_is_refused():
    with pytest.raises(BadValues, match="bandwidth"):
        of(lives(), bandwidth=0)
    with pytest.raises(NotEnoughData):
        of(pd.DataFrame({"months": [np.nan, -2.0], "left": [True, True]}))


def portfolio():
    table = (
        lives().drop(columns="seen").rename(columns={"months": "tenure_months", "left": "churned"})
    )
    reasons = ["価格", "担当交代", None, None]
    reason = [reasons[i % 4] for i in range(len(table))]
    ids = [f"c{i}" for i in table.index]
    customers = table.assign(customer_id=ids, churn_reason=reason).astype({"tenure_months": float})
    return cs.Portfolio(customers=customers)


def test_the_worst_month_is_said_with_its_caveat():
    found = cs.churn_hazard(portfolio())
    said = found.finding.say("ja")
    assert "契約" in said
    assert "いちばん高い月を選んだ数字" in said
    assert found.n == 400
    assert cs.churn_hazard(portfolio(), group="churn_reason").table["group"].nunique() == 2


def test_reasons_add_up_with_those_still_there():
    book = portfolio()
    found = cs.churn_reasons(book)
    assert set(found.table["reason"].dropna()) == {"価格", "担当交代"}
    assert found.table["events"].sum() == book.customers["churned"].sum()
    stay = (book.customers["tenure_months"] > 12).mean()
    assert found.table["share_12"].sum() == pytest.approx(1 - stay)
    said = [note.say("ja") for note in found.notes]
    assert any("「不明」" in note for note in said)
    assert any("とまでは言えません" in note for note in said)
    assert "95%区間" in found.finding.say("ja")
    assert cs.churn_reasons(book, group="churned").finding.say("en").endswith("kinds of reason.")
    with pytest.raises(NotEnoughData):
        cs.churn_reasons(cs.Portfolio(customers=book.customers.assign(churned=False)))
