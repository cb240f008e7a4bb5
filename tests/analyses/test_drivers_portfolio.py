"""What goes with leaving in a portfolio: landmarks, plans that change, cells that move."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import csdata as cs
from csdata.analyses.drivers_changes import contract_changes, quadrant_moves
from csdata.errors import BadValues, MissingColumns, NeedsDates
from tests.portfolios import dates, portfolio

COMPANY = cs.sample.company()
AXES = {"breadth": cs.Categories(), "depth": cs.QuantityPerCategory()}


def test_the_made_up_companys_channel_is_found_again():
    """Won by referral they leave less: exp(−0.6) = 0.55 times the odds (csdata/sample/truth.py)."""
    found = cs.drivers(COMPANY, ["channel"], strata="plan").table
    referral = found[found["level"] == "紹介"]
    lower, upper = referral[["lower", "upper"]].to_numpy(float)[0]
    assert lower < np.exp(-0.6) < upper < 1


def test_terms_of_an_export_are_a_description():
    found = cs.drivers(COMPANY, ["channel", "mrr"])
    notes = [n for n in found.notes if n.key == "drivers.as_of_export"]
    assert len(notes) == 2
    assert found.as_of == COMPANY.as_of
    money = found.table.set_index("term").loc["mrr"]
    assert money["unit"] in {1e4, 2e4, 5e4, 1e5, 2e5}  # a step that can be said


def test_cells_measured_after_the_start_bring_their_landmark():
    cells = cs.quadrant(COMPANY, **AXES)
    found = cs.drivers(COMPANY, strata="plan", quadrant=cells)
    assert found.landmark == 3
    assert found.n == (cells.table["cell"] != "undecidable").sum()
    lived = cs.tenures(COMPANY).table
    short = lived[lived["duration"] <= 3]
    assert found.excluded["ended"] == short["event"].sum()
    assert found.excluded["not_yet"] == (~short["event"]).sum()
    assert found.n + found.set_aside["n"].sum() + len(short) == len(lived)
    assert "drivers.from_landmark" in [n.key for n in found.notes]
    assert "広×深" in found.sentences[0].say("ja")
    undated = cs.quadrant(COMPANY, breadth="satisfaction", depth="mrr")
    notes = [n.key for n in cs.drivers(COMPANY, quadrant=undated).notes]
    assert "drivers.undated_cells" in notes


@pytest.mark.parametrize("column", ["churn_reason", "total_billing", "end"])
def test_what_follows_from_staying_is_no_term(column):
    with pytest.raises(BadValues, match="Choose another column"):
        cs.drivers(COMPANY, ["plan", column])


def test_the_outcome_by_another_name_is_no_term():
    whole = COMPANY.customers.assign(
        state=COMPANY.customers["end"].isna().map({True: "x", False: "y"})
    )
    there = cs.Portfolio(customers=whole[["customer_id", "start", "end", "state"]],
                         as_of=dt.date(2030, 1, 1))  # fmt: skip
    with pytest.raises(BadValues, match="by another name"):
        cs.drivers(there, "state")


def test_plans_hold_from_the_month_of_their_contract():
    terms = pd.DataFrame(
        {
            "customer_id": ["c0", "c0", "c0", "c1", "c1"],
            "start": dates(["2025-01-01", "2025-04-01", "2025-04-01", "2025-03-16", None]),
            "end": dates(["2025-04-01", "2025-05-01", "2026-04-01", "2025-07-01", "2025-07-01"]),
            "plan": ["monthly", "trial", "year", "monthly", "year"],
        }
    )
    there = portfolio([("2025-01-01", None), ("2025-01-01", "2025-07-01")], "2026-01-31")
    there = cs.Portfolio(customers=there.customers, contracts=terms, as_of=there.as_of)
    found = contract_changes(there, "plan")
    assert found.values.tolist() == [
        ["c0", 0.0, "monthly"],
        ["c0", 3.0, "year"],  # of two from one day the one that ends last
        ["c1", pytest.approx(2 + 15 / 31), "monthly"],
    ]
    assert contract_changes(there, "plan", clock="calendar")["month"].tolist() == [0, 3, 2]


def test_without_contracts_or_dates_nothing_changes():
    there = portfolio([("2025-01-01", None)], "2026-01-31")
    with pytest.raises(MissingColumns, match="plan"):
        contract_changes(there, "plan")
    tenures = cs.Portfolio(
        customers=pd.DataFrame({"customer_id": ["a"], "tenure_months": [3], "churned": [True]})
    )
    with pytest.raises(NeedsDates):
        contract_changes(tenures, "plan")


def test_plans_that_never_change_give_what_the_customers_columns_give():
    """The made-up company's customers keep their plan, so both ways are one model."""
    fixed = cs.drivers(COMPANY, ["channel", "plan"], references={"plan": "ビジネス"})
    moving = cs.drivers(COMPANY, ["channel"], changing="plan", references={"plan": "ビジネス"})
    assert moving.events == fixed.events
    changed = COMPANY.contracts.groupby("customer_id")["plan"].nunique().gt(1).sum()
    difference = abs(moving.table["coef"] - fixed.table["coef"]).max()
    assert (difference < 1e-8) == (changed == 0)
    assert moving.n == fixed.n


def test_cells_that_move_count_from_the_end_of_their_window():
    moves = quadrant_moves(COMPANY, **AXES, windows=2)
    first = cs.quadrant(COMPANY, **AXES)
    assert sorted(moves["month"].unique()) == [3, 6]
    early = moves[moves["month"] == 3].set_index("customer_id")["quadrant_cell"]
    named = first.table.set_index("customer_id")["cell"]
    assert early.dropna().to_dict() == named[named != "undecidable"].to_dict()
    found = cs.drivers(COMPANY, ["channel"], moves=moves)
    lived = cs.tenures(COMPANY).table
    late = lived[(lived["duration"] > 3) & lived["customer_id"].isin(early.dropna().index)]
    assert found.events == late["event"].sum()
    assert found.n == len(late)
    told = next(n for n in found.notes if n.key == "drivers.never_known")
    assert told.values["n"] == len(lived) - len(late)


def test_a_landmark_and_values_that_change_exclude_each_other():
    with pytest.raises(BadValues, match="landmark"):
        cs.drivers(COMPANY, ["channel"], changing="plan", landmark=3)
    with pytest.raises(BadValues, match="moves"):
        cs.drivers(COMPANY, ["channel"], moves=pd.DataFrame({"customer_id": [], "month": []}))
    with pytest.raises(BadValues, match="windows"):
        quadrant_moves(COMPANY, **AXES, windows=0)
    with pytest.raises(BadValues, match="dated"):
        quadrant_moves(COMPANY, breadth="satisfaction", depth="mrr")
