"""Survival against R's `survival` (tests/oracles/survival.R), lifelines and statsmodels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdata.analyses import survival as s

ORACLES = Path(__file__).parents[1] / "oracles"


def oracle(name):
    texts = ("data", "group", "stratum", "rule")
    return pd.read_csv(
        ORACLES / f"survival_{name}.csv", dtype=dict.fromkeys(texts, str), keep_default_na=False,
        na_values={"lower": [""], "upper": [""], "median": [""]},
    )  # fmt: skip


LIVES = oracle("lives")
CURVES = oracle("curves")
PUBLIC = ["lung", "veteran", "rossi", "waltons", "leukemia", "larynx", "heart", "regimes"]
NAMES = [*PUBLIC, "late", "tied", "six"]


def curves(name, **options):
    return s.kaplan_meier(
        LIVES[LIVES["data"] == name],
        duration="duration",
        event="event",
        entry="entry",
        group="group",
        **options,
    )


def assert_equal(found, expected, columns, tolerance=1e-12):
    for column in columns:
        np.testing.assert_allclose(
            found[column].to_numpy(float), expected[column].to_numpy(float), rtol=tolerance,
            atol=tolerance, err_msg=column,
        )  # fmt: skip


@pytest.mark.parametrize(("rule", "least"), [("ten", 10), ("one", 1)])
@pytest.mark.parametrize("name", NAMES)
def test_curves_are_those_of_r(name, rule, least):
    mine = curves(name, min_at_risk=least)
    theirs = CURVES[CURVES["data"] == name]
    ruled = theirs["rule"] == rule
    # Of a group without late entry there is one curve, whatever the rule.
    theirs = theirs[ruled | ~theirs["group"].isin(theirs.loc[ruled, "group"])]
    # R has a row for a time at which somebody enters; and none at the start of the curve.
    theirs = theirs[(theirs["events"] > 0) | (theirs["censored"] > 0)]
    drawn = mine.table[mine.table["time"] > mine.table.groupby("group")["time"].transform("min")]
    theirs = theirs.sort_values(["group", "time"])
    assert drawn["group"].tolist() == theirs["group"].tolist()
    assert_equal(drawn, theirs, ["time", "at_risk", "events", "censored", "survival"])
    assert_equal(drawn, theirs, ["lower", "upper"], 1e-10)
    starts = theirs.groupby("group")["start"].first()
    if rule == "ten":
        assert mine.starts.set_index("group")["start"].to_dict() == starts.to_dict()


def test_the_late_lives_put_the_starting_rule_to_the_test():
    assert (CURVES.query("data == 'late' and rule == 'ten'")["start"] > 0).all()
    assert oracle("rmst").query("data == 'late'")["rmst"].gt(0).sum() == 3


@pytest.mark.parametrize("name", NAMES)
def test_questions_at_fixed_times_are_answered_as_by_r(name):
    expected = oracle("at").query("data == @name")
    mine = curves(name)
    for group, rows in expected.groupby("group"):
        found = mine.at(rows["time"].to_numpy())
        found = found[found["group"] == group]
        assert_equal(found, rows, ["at_risk", "survival", "lower", "upper"], 1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_medians_are_those_of_r(name):
    expected = oracle("medians").query("data == @name").sort_values("group")
    found = curves(name).medians
    columns = ["n", "events", "lower", "upper"]
    assert_equal(found, expected, columns)
    # Where survival is exactly one half over a stretch R takes its middle, we its first time.
    flat = (CURVES.query("data == @name and rule == 'ten'")["survival"] - 0.5).abs() < 1e-9
    groups = CURVES["group"][flat[flat].index]
    same = ~found["group"].isin(groups).to_numpy()
    assert same.any()
    assert_equal(found[same], expected[same], ["median"])


@pytest.mark.parametrize("name", NAMES)
def test_restricted_means_are_those_of_r(name):
    expected = oracle("rmst").query("data == @name").sort_values("group")
    mine = curves(name)
    found = mine.rmst(float(expected["tau"].iloc[0]))
    assert_equal(found, expected, ["rmst", "se"], 1e-10)


@pytest.mark.parametrize(
    "case",
    oracle("logrank").to_dict("records"),
    ids=lambda c: "-".join(f"{v}" for k, v in c.items() if k not in {"statistic", "df"}),
)
def test_log_rank_is_that_of_r(case):
    lives = LIVES[LIVES["data"] == case["data"]]
    if case["strata"]:
        lives = lives[lives["stratum"] != ""]
    found = s.logrank(
        lives,
        duration="duration",
        event="event",
        group="group",
        entry="entry" if case["entry"] else None,
        strata="stratum" if case["strata"] else None,
        weight="peto" if case["rho"] else None,
    )
    assert found.statistic == pytest.approx(case["statistic"], rel=1e-9)
    assert found.df == case["df"]


@pytest.mark.parametrize("late", [False, True], ids=["whole", "late"])
@pytest.mark.parametrize("name", ["lung", "late", "tied"])
def test_lifelines_draws_the_same_curve(name, late):
    from lifelines import KaplanMeierFitter

    lives = LIVES[LIVES["data"] == name]
    mine = s.kaplan_meier(
        lives, duration="duration", event="event", entry="entry" if late else None, min_at_risk=1
    )
    theirs = KaplanMeierFitter().fit(
        lives["duration"], lives["event"], entry=lives["entry"] if late else None
    )
    drawn = mine.table[mine.table["time"] > 0]
    expected = theirs.survival_function_.loc[drawn["time"]].to_numpy().ravel()
    np.testing.assert_allclose(drawn["survival"], expected, rtol=0, atol=1e-12)
    band = theirs.confidence_interval_.loc[drawn["time"]].to_numpy()
    inner = drawn["lower"].notna().to_numpy()
    np.testing.assert_allclose(drawn.loc[inner, ["lower", "upper"]], band[inner], atol=1e-10)
    if not late:  # lifelines counts those who enter at a time as at risk already
        counted = theirs.event_table.loc[drawn["time"]]
        assert drawn["at_risk"].tolist() == counted["at_risk"].tolist()


def test_the_real_file_by_contract_agrees_with_lifelines_at_every_time(real_file):
    import fastexcel
    from lifelines import KaplanMeierFitter

    sheet = fastexcel.read_excel(real_file).load_sheet(0).to_pandas()
    found = s.kaplan_meier(sheet, duration="Tenure Months", event="Churn Value", group="Contract")
    assert (found.n, found.starts["zero"].sum()) == (7043, 11)
    assert found.medians["events"].sum() == 1869
    for group, rows in found.table.groupby("group"):
        part = sheet[sheet["Contract"] == group]
        theirs = KaplanMeierFitter().fit(part["Tenure Months"], part["Churn Value"])
        expected = theirs.survival_function_.loc[rows["time"]].to_numpy().ravel()
        np.testing.assert_allclose(rows["survival"], expected, rtol=0, atol=1e-9)
    assert found.at(1)["at_risk"].sum() == 7032


@pytest.mark.parametrize(
    "case",
    oracle("trend").to_dict("records"),
    ids=lambda c: f"{c['data']}-{c['entry']}-{c['strata']}",
)
def test_the_trend_test_is_the_score_test_of_r(case):
    lives = LIVES[(LIVES["data"] == case["data"])]
    found = s.trend_test(
        lives[lives["stratum"] != ""] if case["strata"] else lives,
        duration="duration",
        event="event",
        group="group",
        order=sorted(lives["group"].unique()),
        entry="entry" if case["entry"] else None,
        strata="stratum" if case["strata"] else None,
    )
    assert found.statistic == pytest.approx(case["statistic"], rel=1e-9)
    assert found.p_value == pytest.approx(case["p_value"], rel=1e-8)
    assert found.stays is not case["falls"]


@pytest.mark.parametrize("name", ["larynx", "veteran", "regimes"])
def test_pairs_and_their_adjusted_p_values_are_those_of_r(name):
    expected = oracle("pairs").query("data == @name").astype({"a": str, "b": str})
    found = s.pairwise_logrank(
        LIVES[LIVES["data"] == name], duration="duration", event="event", group="group"
    )
    assert found.against == "pairs"
    assert found.table[["a", "b"]].to_numpy().tolist() == expected[["a", "b"]].to_numpy().tolist()
    assert_equal(found.table, expected, ["statistic", "p_value", "p_adjusted"], 1e-8)
