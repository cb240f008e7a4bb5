"""A real file from upload to the three charts, against lifelines and figures counted by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import csdata as cs
from csdata.errors import NeedsDates

SERVICES = [
    *("Phone Service", "Multiple Lines", "Online Security", "Online Backup"),
    *("Device Protection", "Tech Support", "Streaming TV", "Streaming Movies"),
]


@pytest.fixture(scope="module")
def imported(real_file: Path) -> cs.Import:
    return cs.read_export(real_file)


@pytest.fixture(scope="module")
def portfolio(imported: cs.Import) -> cs.Portfolio:
    return cs.Portfolio.from_imports([imported])


def test_what_the_import_reports(imported: cs.Import) -> None:
    assert imported.role == "customers"
    assert (imported.rows_read, len(imported.table), len(imported.set_aside)) == (7043, 7043, 0)
    assert {"customer_id", "tenure_months", "churned", "churn_reason"} <= set(imported.mapping)
    assert imported.mapping["churned"] == "Churn Value"
    assert imported.table["churned"].sum() == 1869
    assert imported.table["total_billing"].isna().sum() == 11
    blanks = imported.issues[imported.issues["column"] == "Total Charges"]
    assert len(blanks) == 11


def test_customers_departures_and_zero_tenures(portfolio: cs.Portfolio) -> None:
    lives = cs.tenures(portfolio)
    assert (lives.n, lives.table["event"].sum()) == (7043, 1869)
    assert {n.key: n.values["n"] for n in lives.notes} == {"status.zero_duration": 11}
    first = cs.survival(portfolio).curves.table.query("time == 1").iloc[0]
    assert first["at_risk"] == 7032


def test_survival_by_contract_agrees_with_lifelines(
    portfolio: cs.Portfolio, real_file: Path
) -> None:
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import multivariate_logrank_test

    raw = pd.read_excel(real_file, engine="openpyxl")
    result = cs.survival(portfolio, group="Contract")
    for contract, rows in raw.groupby("Contract"):
        fitted = KaplanMeierFitter().fit(rows["Tenure Months"], rows["Churn Value"])
        curve = result.curves.table[result.curves.table["group"] == contract]
        theirs = fitted.survival_function_at_times(curve["time"]).to_numpy()
        np.testing.assert_allclose(curve["survival"], theirs, atol=1e-9, rtol=0)
        banded = curve[curve["lower"].notna()]
        band = fitted.confidence_interval_.reindex(banded["time"]).to_numpy()
        np.testing.assert_allclose(banded[["lower", "upper"]], band, atol=1e-9, rtol=0)
    known = raw[raw["Tenure Months"] > 0]
    theirs = multivariate_logrank_test(
        known["Tenure Months"], known["Contract"], known["Churn Value"]
    )
    assert result.test is not None
    assert result.test.statistic == pytest.approx(theirs.test_statistic, rel=1e-9)


def test_quadrant_is_a_description_with_the_known_counts(portfolio: cs.Portfolio) -> None:
    result = cs.quadrant(portfolio, breadth=SERVICES, depth="Monthly Charges")
    assert (result.breadth_cut, result.depth_cut) == (3, 70.35)
    counts = dict(zip(result.cells["cell"], result.cells["n"], strict=True))
    assert counts == {
        "narrow_shallow": 2460,
        "narrow_deep": 509,
        "wide_shallow": 1059,
        "wide_deep": 3015,
        "undecidable": 0,
    }
    assert not result.dated
    assert result.depth_name.say("ja") == "Monthly Charges"
    assert result.landmark is None
    assert result.finding.key == "quadrant.finding_description"


def test_retention_says_what_the_file_lacks(portfolio: cs.Portfolio) -> None:
    with pytest.raises(NeedsDates):
        cs.retention(portfolio)


def test_a_column_that_is_the_outcome_explains_nothing(portfolio: cs.Portfolio) -> None:
    assert cs.survival(portfolio, group="Churn Label").finding.key == "survival.finding_outcome"
