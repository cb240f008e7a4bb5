"""Survival of a portfolio: groups, landmark, and sentences no stronger than their intervals."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from csdata import Portfolio
from csdata.analyses.portfolio_survival import survival
from csdata.analyses.survival import kaplan_meier
from csdata.analyses.tenures import tenures
from csdata.errors import BadValues, MissingColumns, NotEnoughData
from csdata.i18n import LANGUAGES, text
from csdata.tables import Provenance

A = dt.date(2026, 10, 31)


def ages(*rows, columns=("tenure_months", "churned"), **more):
    """A portfolio of tenures; every row may be repeated: (times, value, value …)."""
    lives = [row for times, *row in rows for _ in range(times)]
    table = pd.DataFrame(lives, columns=list(columns))
    table["customer_id"] = [f"c{i}" for i in range(len(table))]
    return Portfolio(customers=table, **more)


def planned(*rows, **more):
    return ages(*rows, columns=("tenure_months", "churned", "plan"), **more)


def value(finding, name) -> float:
    return finding.values[name]


def keys(messages):
    return [m.key for m in messages]


def said(result):
    """Everything it says, in both languages."""
    statements = [result.definition, result.finding, *result.notes]
    return "\n".join(m.say(lang) for m in statements for lang in ("ja", "en"))


# 30 leave at 4, 70 stay for 20 months; of the others 10 and 90.
TWO = [(30, 4, True, "a"), (70, 20, False, "a"), (10, 4, True, "b"), (90, 20, False, "b")]


def test_the_headline_is_retention_at_12_months_with_its_interval_and_n():
    result = survival(ages((30, 4, True), (70, 20, False)))
    assert result.n == 100
    assert result.test is None
    assert result.finding.key == "survival.finding"
    assert result.finding.values["share"] == pytest.approx(0.7)
    text = result.finding.say("ja")
    assert "12か月後の継続率は 70%" in text
    assert "n=100" in text
    at = result.curves.at(12).iloc[0]
    assert (result.finding.values["lower"], result.finding.values["upper"]) == (
        at["lower"],
        at["upper"],
    )


def test_where_nobody_left_the_interval_is_exact_and_named():
    finding = survival(ages((30, 20, False))).finding
    assert finding.values["lower"] == pytest.approx(0.025 ** (1 / 30))
    assert "正確法" in finding.say("ja")
    assert "exact" in finding.say("en")
    for lang in LANGUAGES:
        assert "Clopper–Pearson" in text("page.survival.reading", lang), "named in the fold"
    assert "100%" in finding.say("en")


@pytest.mark.parametrize(
    ("rows", "horizon"),
    [
        ([(10, 20, False)], 12),
        ([(4, 20, False), (10, 11, False)], 6),
        ([(4, 20, False), (10, 4, False)], 3),
        ([(4, 20, False), (10, 2, False)], None),
    ],
    ids=["12", "6", "3", "none"],
)
def test_no_sentence_is_made_of_fewer_than_5_at_risk(rows, horizon):
    finding = survival(ages(*rows)).finding
    if horizon is None:
        assert finding.key == "survival.finding_none"
        assert "%" not in finding.say("ja")
    else:
        assert f"{horizon}か月後" in finding.say("ja")


def test_two_groups_are_told_apart_by_the_interval_of_their_difference():
    result = survival(planned(*TWO), group="plan")
    assert result.finding.key == "survival.finding_two_differ"
    values = result.finding.values
    assert (values["high"], values["low"]) == ("b", "a")
    assert values["difference"] == pytest.approx(0.2)
    assert 0 < value(result.finding, "lower") < 0.2 < value(result.finding, "upper")
    assert "差があると言えます" in result.finding.say("ja")
    assert result.test is not None
    assert result.test.differs


def test_a_difference_within_its_interval_is_not_claimed():
    few = [(n // 10, *rest) for n, *rest in TWO]
    result = survival(planned(*few), group="plan")
    assert value(result.finding, "lower") < 0 < value(result.finding, "upper")
    assert "誤差の範囲です" in result.finding.say("ja")
    assert "margin of error" in result.finding.say("en")
    assert "差があると言えます" not in said(result)


def test_of_several_groups_the_test_over_all_decides_not_best_against_worst():
    chance = np.random.default_rng(3)
    claimed = 0
    for _ in range(30):
        table = pd.DataFrame(
            {
                "customer_id": [f"c{i}" for i in range(240)],
                "tenure_months": np.minimum(chance.exponential(15, 240), 24),
                "plan": chance.integers(0, 8, 240),
            }
        ).assign(churned=lambda t: t["tenure_months"] < 24)
        finding = survival(Portfolio(customers=table), group="plan").finding
        assert finding.key.startswith("survival.finding_many_")
        claimed += finding.key.endswith("differ")
    # Without any true difference about 1 in 20; best against worst would claim most of the time.
    assert claimed <= 4


def test_three_groups_that_differ_are_said_to_with_their_range():
    rows = [*TWO, (60, 4, True, "c"), (40, 20, False, "c")]
    finding = survival(planned(*rows), group="plan").finding
    assert finding.key == "survival.finding_many_differ"
    assert (finding.values["high"], finding.values["low"]) == ("b", "c")
    assert finding.values["low_survival"] == pytest.approx(0.4)


def test_groups_too_small_are_drawn_marked_and_not_spoken_of():
    rows = [*TWO, (4, 1, True, "tiny"), (30, 20, False, None)]
    result = survival(planned(*rows), group="plan")
    groups = result.groups.set_index("group")
    assert groups.index.tolist() == ["a", "b", "tiny", None]
    assert groups["small"].tolist() == [False, False, True, False]
    assert "tiny" in set(result.table["group"])
    assert result.finding.values["low"] == "a"
    assert result.test is not None
    assert result.test.table["group"].tolist() == ["a", "b"]
    assert keys(result.notes) == [
        *("survival.group_as_of_export", "survival.small", "survival.untested")
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [(30, 4, True, "a"), (30, 20, False, "a")],
        [(30, 4, True, "a"), (4, 20, False, "b")],
        [(30, 20, False, "a"), (30, 20, False, "b")],
    ],
    ids=["one", "one and a small one", "nobody left"],
)
def test_without_two_groups_to_compare_no_difference_is_spoken_of(rows):
    result = survival(planned(*rows), group="plan")
    assert result.test is None
    assert "差があると言えます" not in said(result)
    assert "誤差の範囲" not in said(result)


def test_true_and_false_are_groups_like_any_other():
    rows = [(n, m, left, plan == "a") for n, m, left, plan in TWO]
    finding = survival(planned(*rows), group="plan").finding
    assert (finding.values["high"], finding.values["low"]) == (False, True)


def test_the_groups_table_says_12_months_and_the_median():
    groups = survival(planned(*TWO), group="plan").groups
    assert groups[["n", "events", "at_risk_12"]].to_numpy().tolist() == [
        [100, 30, 70],
        [100, 10, 90],
    ]
    assert groups["retention_12"].tolist() == pytest.approx([0.7, 0.9])
    assert groups["median"].isna().all()
    assert not groups["retention_12_exact"].any()


@pytest.mark.parametrize(
    ("column", "note"),
    [("plan", "group_as_of_export"), ("churn_reason", "group_known_late")],
)
def test_a_grouping_says_when_it_was_known(column, note):
    rows = [(9, 4, True, "a"), (9, 20, False, "b")]
    portfolio = ages(*rows, columns=("tenure_months", "churned", column))
    notes = survival(portfolio, group=column).notes
    assert f"survival.{note}" in keys(notes)
    assert column not in notes[-1].say("ja"), "a field is called by its Japanese name"


def dated(observed_from=None, **columns):
    starts = pd.date_range("2024-01-01", periods=30, freq="14D")
    ends = [s + pd.DateOffset(months=5) if i % 3 == 0 else pd.NaT for i, s in enumerate(starts)]
    table = pd.DataFrame({"start": starts, "end": pd.Series(ends), **columns})
    table["customer_id"] = [f"c{i}" for i in range(30)]
    return Portfolio(customers=table, as_of=A, observed_from=observed_from)


def test_the_curve_is_kaplan_meier_of_the_tenures():
    portfolio = dated()
    result = survival(portfolio)
    lived = tenures(portfolio)
    expected = kaplan_meier(lived.table, duration="duration", event="event", entry="entry")
    pd.testing.assert_frame_equal(result.table, expected.table)
    assert (result.as_of, result.n) == (A, lived.n)
    assert list(result.notes) == list(lived.notes)


def test_a_landmark_moves_the_clock_and_the_words_say_so():
    portfolio = ages((10, 2, True), (10, 2, False), (30, 7, True), (50, 30, False))
    result = survival(portfolio, landmark=3)
    assert result.n == 80
    assert dict(result.excluded) == {"ended": 10, "not_yet": 10, "unobserved": 0, "unusable": 0}
    assert keys(result.notes) == ["survival.left_out.ended", "survival.left_out.not_yet"]
    assert result.table["time"].tolist() == [0, 4, 27]
    assert "契約3か月時点で続いていた顧客の、その後12か月の継続率" in result.finding.say("ja")
    assert "3か月時点から" in result.definition.say("ja")
    assert result.finding.values["share"] == pytest.approx(50 / 80)


def test_late_records_give_a_conditional_curve_and_sentence():
    result = survival(dated(observed_from=dt.date(2025, 6, 1)))
    assert result.groups["start"].iloc[0] > 0
    assert "survival.given" in keys(result.notes)
    assert "まで続いた顧客の" in result.finding.say("ja")


def test_a_column_is_called_as_in_the_file():
    named = planned(*TWO, provenance=Provenance(columns={"plan": "契約プラン"}))
    result = survival(named, group="契約プラン")
    assert result.group == "plan"
    assert "「契約プラン」" in result.notes[-1].say("ja")
    with pytest.raises(MissingColumns):
        survival(named, group="Plan")


@pytest.mark.parametrize(("landmark", "error"), [(99, NotEnoughData), (-1, BadValues)])
def test_a_landmark_that_leaves_nobody_or_is_none(landmark, error):
    with pytest.raises(error):
        survival(planned(*TWO), landmark=landmark)


def test_nothing_on_the_surface_is_jargon():
    late = dated(observed_from=dt.date(2025, 6, 1), plan=["x", "y"] * 15)
    results = [
        survival(planned(*TWO, (4, 0, True, "tiny"), (9, 9, True, None)), group="plan"),
        survival(planned(*TWO), group="plan", landmark=2),
        survival(late, group="plan"),
    ]
    for result in results:
        text = said(result).lower()
        for word in ("p-value", "p 値", "p値", "hazard", "ハザード", "censor", "打ち切り", "{"):
            assert word not in text
