"""Laws of hazard models, what they refuse, and what they say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from csdata.analyses.drivers import cox, hazard_model
from csdata.analyses.survival import holm
from csdata.errors import BadValues, MissingColumns, NotBuilt, NotEnoughData
from tests.analyses.drivers_data import NAMES, rows

PLAIN = {"duration": "months", "event": "left", "covariates": ["plan", "seats"]}


def made(n=200, seed=1, effect=0.7):
    chance = np.random.default_rng(seed)
    plan = chance.choice(["a", "b"], n)
    seats = chance.integers(1, 6, n)
    time = np.ceil(chance.exponential(10, n) / np.exp(effect * (plan == "b")))
    return pd.DataFrame(
        {"months": np.minimum(time, 24), "left": time <= 24, "plan": plan, "seats": seats}
    )


def same(a, b, tolerance=1e-8):
    b = b.table.set_index("term").loc[a.table["term"]]
    for column in ("coef", "se", "lower", "upper", "p_value"):
        np.testing.assert_allclose(a.table[column], b[column], rtol=tolerance, atol=tolerance)
    c = b.index  # the test of each column, too
    assert len(c) == len(a.table)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_the_rows_does_not_matter(seed):
    table = made(120, seed)
    for method in ("cox", "months"):
        here = hazard_model(table, method=method, **PLAIN)
        same(here, hazard_model(table.sample(frac=1, random_state=seed), method=method, **PLAIN))


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_other_names_of_the_levels_change_names_only(seed):
    table = made(120, seed)
    other = table.replace({"plan": {"a": "z", "b": "y"}})
    here = cox(table, references={"plan": "a"}, **PLAIN).table
    there = cox(other, references={"plan": "z"}, **PLAIN).table
    np.testing.assert_allclose(here["coef"], there["coef"], atol=1e-9)
    assert there["term"].tolist() == ["plan=y", "seats"]


def test_another_reference_turns_the_ratio_round():
    table = made()
    a, b = (cox(table, references={"plan": r}, **PLAIN).table.iloc[0] for r in "ab")
    assert a["hazard_ratio"] == pytest.approx(1 / b["hazard_ratio"])
    assert a["lower"] == pytest.approx(1 / b["upper"])


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), times=st.integers(2, 4))
def test_every_row_several_times_changes_no_breslow_coefficient(seed, times):
    table = made(80, seed)
    once = cox(table, ties="breslow", **PLAIN).table
    often = cox(pd.concat([table] * times), ties="breslow", **PLAIN).table
    np.testing.assert_allclose(once["coef"], often["coef"], atol=1e-8)
    np.testing.assert_allclose(once["se"], often["se"] * np.sqrt(times), atol=1e-8)
    once, often = (
        hazard_model(t, method="months", **PLAIN).table for t in (table, pd.concat([table] * times))
    )
    np.testing.assert_allclose(once["coef"], often["coef"], atol=1e-8)


def split(table, at):
    """Each row that is longer than ``at`` as two of them."""
    table = table.assign(id=np.arange(len(table)))
    if "entry" not in table:
        table["entry"] = 0.0
    long = (table["months"] > at) & (table["entry"] < at)
    first = table[long].assign(months=at, left=False)
    second = table[long].assign(entry=at)
    return pd.concat([table[~long], first, second], ignore_index=True)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.floats(0.1, 23.9), min_size=1, max_size=3))
def test_splitting_rows_anywhere_changes_nothing(seed, cuts):
    table = made(100, seed)
    pieces = table
    for cut in cuts:
        pieces = split(pieces, round(cut, 2))
    for method in ("cox", "months"):
        whole = hazard_model(table, method=method, **PLAIN)
        parts = hazard_model(pieces, method=method, entry="entry", **PLAIN)
        same(whole, parts)
        np.testing.assert_allclose(
            whole.proportionality["statistic"], parts.proportionality["statistic"], atol=1e-6
        )
        assert whole.events == parts.events
        assert whole.table["reference"].tolist() == parts.table["reference"].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_all_coefficients_scale_with_the_unit_of_a_number(name):
    table, options = rows(name)
    number = next(c for c in options["covariates"] if table[c].dtype != object)
    one = cox(table, **options).table.set_index("term").loc[number]
    ten = cox(table, units={number: 10}, **options).table.set_index("term").loc[number]
    assert ten["coef"] == pytest.approx(10 * one["coef"], rel=1e-7, abs=1e-10)
    assert ten["unit"] == 10


def parted(n=40):
    """Nobody of plan b leaves."""
    chance = np.random.default_rng(1)
    time = chance.exponential(10, n) + 0.01
    plan = np.repeat(["a", "b"], n // 2)
    return pd.DataFrame(
        {"months": time, "left": plan == "a", "plan": plan, "seats": chance.normal(size=n)}
    )


def penalised(table):
    """Firth's penalised log-likelihood of plan and seats, departure by departure."""
    x = np.column_stack([table["plan"] == "b", table["seats"]]).astype(float)
    time, left = table["months"].to_numpy(), table["left"].to_numpy()

    def value(beta):
        total, information = 0.0, np.zeros((2, 2))
        for i in np.flatnonzero(left):
            inside = x[time >= time[i]]
            weight = np.exp(inside @ beta)
            total += x[i] @ beta - np.log(weight.sum())
            weight = weight / weight.sum()
            centred = inside - weight @ inside
            information += centred.T @ (centred * weight[:, None])
        return total + np.linalg.slogdet(information)[1] / 2

    return value


def test_separation_gets_firths_estimate_with_profile_bounds():
    table = parted()
    found = cox(table, references={"plan": "a"}, **PLAIN)
    value = penalised(table)
    slow = minimize(lambda b: -value(b), [0, 0], method="Nelder-Mead",
                    options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 4000})  # fmt: skip
    assert found.method == "firth"
    np.testing.assert_allclose(found.table["coef"], slow.x, atol=1e-5)
    # At a profile bound the best value left has fallen by half the 95 % point of chi², 3.841.
    for j, column in [(j, c) for j in (0, 1) for c in ("lower", "upper")]:
        bound = np.log(found.table[column].iloc[j])

        def best(bound=bound, j=j):
            def other(b):
                beta = np.empty(2)
                beta[j], beta[1 - j] = bound, b[0]
                return -value(beta)

            start = [found.table["coef"].iloc[1 - j]]
            return -minimize(other, start, method="Nelder-Mead",
                             options={"xatol": 1e-8, "fatol": 1e-12}).fun  # fmt: skip

        assert -slow.fun - best() == pytest.approx(3.841458820694124 / 2, abs=1e-4)
    assert any("Firth" in note.say("ja") and "plan" in note.say("ja") for note in found.notes)
    assert found.proportionality.empty


def test_separation_in_the_monthly_model_goes_the_same_way():
    table = parted().assign(months=lambda t: np.ceil(t["months"]))
    found = hazard_model(table, method="months", **PLAIN)
    assert found.method == "firth"


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        pytest.param({"left": False}, NotEnoughData, "10", id="nobody left"),
        pytest.param({"plan": "a", "seats": 1}, NotEnoughData, "differ", id="one group"),
        pytest.param({"left": 2}, BadValues, "left", id="an event that is none"),
        pytest.param({"months": "x"}, BadValues, "months", id="a time that is none"),
        pytest.param({"months": 1.5}, BadValues, "whole months", id="half months"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, error, told):
    with pytest.raises(error, match=told):
        hazard_model(made().assign(**change), method="months", **PLAIN)


def test_too_few_departures_say_how_many_would_do():
    table = made()
    table["left"] = table["left"] & (np.arange(len(table)) < 10)
    events = int(table["left"].sum())
    assert events < 10
    with pytest.raises(NotEnoughData, match=rf"10 or more are needed, {events} found"):
        cox(table, **PLAIN)
    table = made().assign(left=lambda t: np.arange(len(t)) < 15)
    assert "20" in next(n for n in cox(table, **PLAIN).notes if n.key == "drivers.thin").say("ja")


@pytest.mark.parametrize(
    ("option", "value"),
    [("method", "weibull"), ("ties", "exact"), ("transform", "rank")],
)
def test_options_that_are_not_built_say_so(option, value):
    with pytest.raises(NotBuilt, match=value):
        hazard_model(made(), **{option: value}, **PLAIN)


def test_absent_columns_and_references_are_named():
    with pytest.raises(MissingColumns, match="owner"):
        cox(made(), duration="months", event="left", covariates="owner")
    with pytest.raises(BadValues, match="references"):
        cox(made(), references={"plan": "c"}, **PLAIN)
    with pytest.raises(BadValues, match="plan"):
        cox(made(), duration="months", event="left", covariates=["plan", "plan"])


def test_rows_that_cannot_be_used_are_counted_by_reason():
    table = made()
    table.loc[:5, "months"] = [np.nan, np.inf, -1, 0, 3, 3]
    table["left"] = table["left"].astype(object)
    table.loc[4, "left"] = None
    table.loc[5, "plan"] = None
    found = cox(table, **PLAIN)
    assert set(zip(found.set_aside["reason"], found.set_aside["column"], strict=True)) == {
        ("duration_missing", ""), ("duration_infinite", ""), ("duration_negative", ""),
        ("duration_zero", ""), ("event_missing", ""), ("covariate_missing", "plan"),
    }  # fmt: skip
    assert found.n + found.set_aside["n"].sum() == len(table)


def test_a_column_that_others_determine_is_named_and_left_out():
    table = made().assign(term=lambda t: t["plan"].map({"a": "12", "b": "3"}), twice=1)
    found = cox(
        table, duration="months", event="left", covariates=["plan", "seats", "term", "twice"]
    )
    assert found.table["term"].tolist()[1:] == ["seats"]
    keys = {n.key: n.say("en") for n in found.notes}
    assert '"term" is determined by plan' in keys["drivers.aliased"]
    assert '"twice"' in keys["drivers.constant"]


def test_columns_that_are_hard_to_tell_apart_are_named():
    table = made()
    table["nearly"] = table["seats"] + 0.05 * (np.arange(len(table)) % 3)
    found = cox(table, duration="months", event="left", covariates=["plan", "seats", "nearly"])
    notes = [n.say("en") for n in found.notes if n.key == "drivers.entangled"]
    assert len(notes) == 2
    assert all("seats" in n and "nearly" in n for n in notes)


def test_a_column_within_its_own_strata_is_left_out():
    with pytest.raises(NotEnoughData):
        cox(made().assign(again=lambda t: t["plan"]), duration="months", event="left",
            covariates="again", strata="plan")  # fmt: skip


def test_large_tables_of_whole_months_are_counted_by_month():
    table = made(12_000, 3)
    found, efron = hazard_model(table, **PLAIN), cox(table, **PLAIN)
    assert (found.method, efron.method) == ("months", "efron")
    assert "drivers.months_chosen" in [n.key for n in found.notes]
    assert abs(found.table["coef"] - efron.table["coef"]).max() < 0.03
    half = table.assign(months=table["months"] - 0.5)
    assert hazard_model(half, **PLAIN).method == "efron"


def test_a_term_that_changes_with_time_is_said_to():
    table, options = rows("veteran")
    notes = [n.say("en") for n in cox(table, **options).notes if n.key == "drivers.changes"]
    assert {n.split('"')[1] for n in notes} == {"celltype", "karno"}


def test_sentences_have_the_number_in_front_and_claim_no_cause():
    found = cox(made(600, 4), references={"plan": "a"}, **PLAIN)
    plan, seats = found.sentences
    ratio = found.table["hazard_ratio"].iloc[0]
    assert plan.say("en").startswith(f"{ratio:.2f} times")
    assert f"{ratio:.2f} 倍" in plan.say("ja")
    assert "理由を示すものではありません" in plan.say("ja")
    assert seats.key == "drivers.said_same"
    assert found.finding is plan
    assert not any("cause" in s.say("en") for s in found.sentences)


def test_few_customers_get_no_sentence():
    table = made()
    table.loc[:2, "plan"] = "c"
    found = cox(table, **PLAIN)
    small = found.table.set_index("term")["small"]
    assert small.tolist() == [t == "plan=c" for t in small.index]
    assert found.sentences[small.tolist().index(True)].key == "drivers.said_small"


def test_a_forest_has_every_reference_at_one():
    found = cox(made(), references={"plan": "b"}, **PLAIN)
    forest = found.forest
    assert forest["level"].tolist() == ["b", "a", None]
    assert forest["is_reference"].tolist() == [True, False, False]
    assert forest["hazard_ratio"].iloc[0] == 1
    assert forest["n"].iloc[:2].sum() == found.n
    assert forest["events"].iloc[:2].sum() == found.events


@pytest.mark.parametrize("method", ["cox", "months"])
def test_adjusted_curves_are_means_of_everybodys_curves(method):
    """By hand: each customer's curve with the plan changed, one after the other."""
    table = made(150, 9)
    found = hazard_model(table, method=method, references={"plan": "a"}, **PLAIN)
    curves = found.adjusted("plan")
    base, beta = found.fit.baseline, found.fit.beta
    middle = found.design.rows.middle
    for level in "ab":
        mine = curves.table[curves.table["group"] == level]
        for time, survival in zip(mine["time"], mine["survival"], strict=True):
            total = base.hazard[base.time <= time].sum()
            each = [np.exp(-total * np.exp((np.array([level == "b", s]) - middle) @ beta))
                    for s in table["seats"]]  # fmt: skip
            assert survival == pytest.approx(np.mean(each))
        assert mine["survival"].is_monotonic_decreasing
        inner = mine[mine["survival"] < 1]
        assert (inner["lower"] < inner["survival"]).all()
        assert (inner["upper"] > inner["survival"]).all()


def test_adjusted_curves_end_with_a_month_in_which_everybody_leaves():
    table = made(150, 9)
    table["left"] = True
    curves = hazard_model(table, method="months", **PLAIN).adjusted("plan").table
    last = curves[curves["time"] == 24]
    assert (last["survival"] == 0).all()
    assert last[["lower", "upper"]].isna().all(axis=None)


def test_adjusted_curves_are_not_drawn_of_what_changes():
    pieces = split(made(), 5)
    with pytest.raises(NotBuilt):
        cox(pieces, entry="entry", id="id", **PLAIN).adjusted("plan")
    with pytest.raises(BadValues, match="owner"):
        cox(made(), **PLAIN).adjusted("owner")


def test_n_counts_customers_and_not_their_stretches():
    table = made()
    pieces = split(table, 5)
    found = cox(pieces, entry="entry", id="id", references={"plan": "a"}, **PLAIN)
    assert found.n == len(table)
    assert found.table["n"].iloc[0] == (table["plan"] == "b").sum()


def test_holm_is_the_golden_one():
    assert holm(np.array([0.01, 0.04, 0.03])).round(6).tolist() == [0.03, 0.06, 0.06]
