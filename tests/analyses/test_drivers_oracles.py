"""Hazard models against R (tests/oracles/cox.R), lifelines and statsmodels."""

import warnings

import numpy as np
import pandas as pd
import pytest

from csdata.analyses.drivers import cox, hazard_model
from csdata.analyses.drivers_curves import _curve, _Steps
from tests.analyses.drivers_data import NAMES, oracle, rows
from tests.backends import on_every_backend

COEFFICIENTS, TESTS, ZPH = (oracle(name) for name in ("coefficients", "tests", "zph"))
ADJUSTED, MONTHS = (oracle(name) for name in ("adjusted", "months"))


def close(found, expected, tolerance):
    np.testing.assert_allclose(
        np.asarray(found, float), np.asarray(expected, float), rtol=tolerance, atol=tolerance
    )


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("name", NAMES)
def test_coefficients_errors_and_intervals_are_those_of_r(name, ties):
    table, options = rows(name)
    mine = cox(table, ties=ties, **options).table
    theirs = COEFFICIENTS[(COEFFICIENTS["data"] == name) & (COEFFICIENTS["ties"] == ties)]
    for column in ("coef", "se", "p_value"):
        close(mine[column], theirs[column], 1e-7)
    close(np.log(mine["lower"]), theirs["lower"], 1e-7)
    close(np.log(mine["upper"]), theirs["upper"], 1e-7)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("name", NAMES)
def test_likelihood_wald_and_score_tests_are_those_of_r(name, ties):
    table, options = rows(name)
    found = cox(table, ties=ties, **options)
    theirs = TESTS[(TESTS["data"] == name) & (TESTS["ties"] == ties)].iloc[0]
    mine = found.tests.set_index("test")
    close(found.loglik, theirs["loglik"], 1e-9)
    assert mine.index.tolist() == ["lr", "wald", "score"]
    # R prints the Wald statistic to two digits.
    close(mine["statistic"].loc[["lr", "score"]], theirs[["lr", "score"]], 1e-6)
    wald = mine["statistic"].to_numpy(float)[1]
    close(round(wald, 2), round(float(theirs["wald"]), 2), 1e-9)
    assert (mine["df"] == theirs["df"]).all()


@pytest.mark.parametrize("transform", ["km", "identity"])
@pytest.mark.parametrize("name", NAMES)
def test_the_proportionality_test_is_that_of_r(name, transform):
    table, options = rows(name)
    mine = cox(table, transform=transform, **options).proportionality
    theirs = ZPH[(ZPH["data"] == name) & (ZPH["transform"] == transform)]
    assert mine["term"].tolist() == theirs["term"].tolist()
    assert mine["df"].tolist() == theirs["df"].tolist()
    close(mine["statistic"], theirs["statistic"], 1e-6)
    close(mine["p_value"], theirs["p_value"], 1e-6)


@pytest.mark.parametrize("name", ADJUSTED["data"].unique())
def test_adjusted_curves_are_those_of_r_averaged(name):
    table, options = rows(name)
    theirs = ADJUSTED[ADJUSTED["data"] == name]
    found = cox(table, **options)
    column = theirs["column"].iloc[0]
    for value, part in theirs.groupby("value"):
        level = value if column in options["references"] else float(value)
        mine = found.adjusted(column, values=[level], times=part["time"]).table
        close(mine["survival"], part["survival"], 1e-7)


@pytest.mark.parametrize("name", ADJUSTED["data"].unique())
def test_the_error_of_a_curve_is_that_of_r_for_one_customer(name):
    """R's survfit(newdata) of the first row, with the column set to each value."""
    table, options = rows(name)
    found = cox(table, **options)
    theirs = ADJUSTED[ADJUSTED["data"] == name]
    column = theirs["column"].iloc[0]
    design = found.design
    for value, part in theirs.groupby("value"):
        one = {c: table[c].iloc[0] for c in options["covariates"]}
        one[column] = value if column in options["references"] else float(value)
        x = [
            float(one[t.column] == t.level if t.categorical else one[t.column])
            for t in design.terms
        ]
        steps = _Steps.of(found.fit.baseline, np.ones(len(found.fit.baseline.time), bool),
                          part["time"].to_numpy(float))  # fmt: skip
        mine = _curve(
            found.fit, steps, np.array([x]) - design.rows.middle, np.array([0]), np.array([1.0]),
            confidence=0.95,
        )  # fmt: skip
        close(mine["survival"], part["alone"], 1e-7)
        close(mine["se"] / mine["survival"], part["alone_se"], 1e-6)


@pytest.mark.parametrize("name", ["tied", "rossi"])
def test_the_monthly_model_is_that_of_r(name):
    table, options = rows(name)
    found = hazard_model(table, method="months", **options)
    theirs = MONTHS[MONTHS["data"] == name]
    assert found.method == "months"
    close(found.table["coef"], theirs["coef"], 1e-7)
    close(found.table["se"], theirs["se"], 1e-6)
    close(-2 * found.loglik, theirs["deviance"].iloc[0], 1e-9)


@pytest.mark.parametrize("name", ["tied", "rossi"])
def test_the_monthly_model_is_that_of_statsmodels(name):
    """Person-months written out one by one, a dummy for each month."""
    import statsmodels.api as sm

    table, options = rows(name)
    found = hazard_model(table, method="months", **options)
    long = table.loc[table.index.repeat(table["duration"])].copy()
    long["month"] = long.groupby(level=0).cumcount() + 1
    left = ((long["event"] == 1) & (long["month"] == long["duration"])).astype(float)
    busy = left.groupby(long["month"]).transform("sum") > 0
    long, left = long[busy], left[busy]
    x = pd.get_dummies(long["month"], dtype=float)
    for term in found.design.terms:
        value = long[term.column]
        x[term.name] = (value == term.level if term.categorical else value).astype(float)
    family = sm.families.Binomial(sm.families.links.CLogLog())
    fit = sm.GLM(left, x, family=family).fit(tol=1e-12)
    close(found.table["coef"], fit.params[found.table["term"]], 1e-6)
    close(found.table["se"], fit.bse[found.table["term"]], 1e-6)


@pytest.mark.parametrize("name", ["lung", "lung_strata", "veteran", "rossi", "tied"])
def test_coefficients_are_those_of_lifelines(name):
    """To the tolerance that lifelines stops at."""
    from lifelines import CoxPHFitter

    table, options = rows(name)
    found = cox(table, **options)
    x = pd.DataFrame(found.design.rows.x, columns=[t.name for t in found.design.terms])
    whole = x.loc[x.index.repeat(found.design.rows.lives)].reset_index(drop=True)
    counted = found.design.rows
    each = np.repeat(np.arange(len(x)), counted.lives)
    place = np.arange(len(each)) - np.repeat(
        np.cumsum(counted.lives) - counted.lives, counted.lives
    )
    whole["T"] = counted.duration[each]
    whole["E"] = (place < counted.events[each]).astype(int)
    whole["S"] = counted.stratum[each]
    fitter = CoxPHFitter(strata=["S"] if options["strata"] else None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines on its own use of pandas
        fitter.fit(whole if options["strata"] else whole.drop(columns="S"), "T", "E")
    close(found.table["coef"], fitter.params_[found.table["term"]], 2e-4)
    close(found.table["se"], fitter.standard_errors_[found.table["term"]], 2e-4)


@on_every_backend
def test_every_backend_gives_the_same(backend):
    table, options = rows("late")
    here, there = cox(table, **options), cox(backend(table), **options)
    assert there.table["term"].tolist() == here.table["term"].tolist()
    close(there.table["coef"], here.table["coef"], 1e-10)
    close(there.table["se"], here.table["se"], 1e-10)
    assert there.set_aside["n"].sum() == 0
