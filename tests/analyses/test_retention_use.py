"""Measures of use against a slow and obvious loop over customers; rows by an attribute; periods."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata import Portfolio, retention
from csdata import clock as ck
from csdata.analyses.retention_members import members
from csdata.errors import BadValues, MissingColumns, NeedsUsage, NotEnoughData
from tests.backends import BACKENDS, on_every_backend
from tests.counts.test_count_activity import USES, Use, months_over, months_used, usage
from tests.counts.test_lives import Backend
from tests.portfolios import AS_OF, LIVES, Life, portfolio

A = dt.date.fromisoformat(AS_OF)
LAST = 40
Cells = dict[tuple[Any, int], tuple[int, int, int, bool]]


def with_usage(lives: list[Life], uses: list[Use], backend: Backend | None = None) -> Portfolio:
    made = backend or (lambda table: table)
    customers = portfolio(lives, AS_OF).customers
    return Portfolio(customers=made(customers), usage=made(usage(uses)), as_of=A)


def satisfied(measure: str, used: set[int], first: int, last: int) -> bool:
    if measure == "on_or_after":
        return any(k >= first for k in used)
    if measure == "streak":
        return all(k in used for k in range(last + 1))
    return any(first <= k <= last for k in used)


def record_begins(uses: list[Use]) -> dt.date | None:
    days = [dt.date.fromisoformat(day).replace(day=1) for _, day, _ in uses]
    return min(days, default=None)


def recorded(start: dt.date, month: int, began: dt.date | None, clock: ck.Clock) -> bool:
    """Whether the month lies within the record of usage, which begins with a whole month."""
    if clock == "calendar":
        opens = ck.first_of_index(ck.month_index(start) + month)
    else:
        opens = ck.boundary(start, month)
    return began is None or opens >= began or (month == 0 and start >= began)


def reference(
    lives: list[Life],
    uses: list[Use],
    *,
    measure: str,
    clock: ck.Clock = "contract",
    min_quantity: float | None = None,
    spans: list[tuple[int, int, int]] | None = None,
) -> Cells:
    """(cohort, age) → (size, eligible, active, complete): one customer at a time."""
    began = record_begins(uses)
    members: dict[dt.date, list[tuple[dt.date, set[int]]]] = {}
    for number, life in enumerate(lives):
        start = dt.date.fromisoformat(life[0])
        if start > A or (life[1] is not None and life[1] < life[0]):
            continue
        rows = [(day, q) for who, day, q in uses if who == number]
        used = months_used(life, rows, clock, min_quantity)
        members.setdefault(start.replace(day=1), []).append((start, used))
    cells: Cells = {}
    for cohort, group in members.items():
        for age, first, last in spans or [(k, k, k) for k in range(LAST)]:
            asked = 0 if measure == "streak" else first
            known = [
                used
                for start, used in group
                if months_over(start, clock) >= last + 1 and recorded(start, asked, began, clock)
            ]
            there = sum(satisfied(measure, used, first, last) for used in known)
            if known:
                cells[cohort, age] = (len(group), len(known), there, len(known) == len(group))
    return cells


def found(result: Any) -> Cells:
    rows = result.table[result.table["eligible"] > 0].itertuples()
    return {(r.cohort.date(), r.age): (r.size, r.eligible, r.active, r.complete) for r in rows}


@pytest.mark.parametrize("name", list(BACKENDS))
@settings(max_examples=8)
@given(
    LIVES,
    USES,
    st.fixed_dictionaries(
        {
            "measure": st.sampled_from(["on", "on_or_after", "streak"]),
            "clock": st.sampled_from(["contract", "calendar"]),
            "min_quantity": st.none() | st.sampled_from([0.5, 2.0]),
        }
    ),
)
def test_equals_a_loop_over_customers(
    name: str, lives: list[Life], uses: list[Use], options: dict[str, Any]
) -> None:
    data = with_usage(lives, uses, BACKENDS[name])
    if all(start > AS_OF or (end is not None and end < start) for start, end in lives):
        with pytest.raises(NotEnoughData):
            retention(data, **options)
        return
    assert found(retention(data, **options)) == reference(lives, uses, **options)


@settings(max_examples=10)
@given(
    LIVES.filter(lambda lives: any(s <= AS_OF and (e is None or e >= s) for s, e in lives)),
    USES,
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=3),
)
def test_brackets_equal_a_loop(
    lives: list[Life], uses: list[Use], pairs: list[tuple[int, int]]
) -> None:
    # Of brackets that begin together the shorter one would be hidden: one for each beginning.
    chosen = {a: (a, a + more) for a, more in pairs}
    result = retention(with_usage(lives, uses), measure="bracket", bracket=list(chosen.values()))
    spans = [(a, a, b) for a, b in chosen.values()]
    assert found(result) == reference(lives, uses, measure="bracket", spans=spans)


def case(uses: list[Use], **options: Any) -> pd.DataFrame:
    """Cells by age of six customers who began on 2025-09-10, until 2026-02-28: five months over."""
    lives: list[Life] = [("2025-09-10", None)] * 6
    return retention(with_usage(lives, uses), **options).table.set_index("age")


EVERYBODY: list[Use] = [(c, "2025-09-10", 1.0) for c in range(6)]


@pytest.mark.parametrize(
    ("measure", "uses", "active"),
    [
        pytest.param("on", [(0, "2025-11-09", 1.0)], [6, 1, 0, 0, 0], id="last day of month 1"),
        pytest.param("on", [(0, "2025-11-10", 1.0)], [6, 0, 1, 0, 0], id="first day of month 2"),
        pytest.param("on", [(0, "2026-02-10", 1.0)], [6, 0, 0, 0, 0], id="month not over"),
        pytest.param("on_or_after", [(0, "2026-02-10", 1.0)], [6, 1, 1, 1, 1], id="came back"),
        pytest.param("streak", [(0, "2025-10-15", 1.0)], [6, 1, 0, 0, 0], id="two months"),
        pytest.param("streak", [(0, "2025-11-15", 1.0)], [6, 0, 0, 0, 0], id="a gap"),
        pytest.param("on", [(0, "2025-11-15", 0.0)], [6, 0, 0, 0, 0], id="nothing used"),
        pytest.param("on", [(0, "2025-11-15", None)], [6, 0, 1, 0, 0], id="unknown quantity"),
    ],
)
def test_what_counts_as_use(measure: str, uses: list[Use], active: list[int]) -> None:
    table = case([*EVERYBODY, *uses], measure=measure)
    assert table["active"].tolist() == active
    assert table["eligible"].tolist() == [6] * 5


def test_a_member_who_left_is_not_eligible_before_their_time() -> None:
    # Both began in one month; the younger one's month 1 is not over, although they have left.
    lives: list[Life] = [("2026-01-01", None), ("2026-01-31", "2026-02-05")]
    uses: list[Use] = [(0, "2026-01-01", 1.0), (1, "2026-01-31", 1.0)]
    cell: Any = retention(with_usage(lives, uses), measure="on").table.set_index("age").loc[1]
    assert (cell["size"], cell["eligible"], cell["active"]) == (2, 1, 0)
    assert not cell["complete"]
    # Months 0 and 1 of a start on 01-31 end where those of March begin: 03-30 is the last day.
    assert cell["completes_on"] == pd.Timestamp("2026-03-30")


def test_on_or_after_is_marked_while_it_can_rise() -> None:
    table = case(EVERYBODY, measure="on_or_after")
    assert table["may_rise"].tolist() == [False, False, True, True, True]
    assert not case(EVERYBODY, measure="on")["may_rise"].any()


def test_step_is_over_the_members_eligible_for_both() -> None:
    # Four reach month 1 and two of them stayed active; the young pair never dilutes the step.
    lives: list[Life] = [*[("2025-12-01", None)] * 4, *[("2025-12-31", None)] * 2]
    uses: list[Use] = [(c, "2025-12-31", 1.0) for c in range(6)]
    uses += [(0, "2026-02-01", 1.0), (1, "2026-02-01", 1.0), (0, "2026-01-05", 1.0)]
    table: Any = retention(with_usage(lives, uses), measure="on").table.set_index("age")
    assert table["eligible"].tolist() == [6, 6, 4]
    assert table["active"].tolist() == [6, 1, 2]
    assert table.loc[2, "step"] == 2.0  # two came after one: a ratio, not a share
    assert np.isnan(table.loc[2, "step_upper"])
    nested: Any = retention(with_usage(lives, uses), measure="streak").table.set_index("age")
    assert nested.loc[2, ["active", "step"]].tolist() == [1, 1.0]
    assert nested.loc[1, "step"] == pytest.approx(1 / 6)
    assert nested.loc[1, ["step_lower", "step_upper"]].tolist() == pytest.approx(
        [0.0301, 0.5635], abs=5e-4
    )


def test_months_before_the_record_are_unknown_and_not_unused() -> None:
    lives: list[Life] = [("2024-01-10", None)] * 6
    result = retention(with_usage(lives, [(0, "2025-06-15", 1.0)]), measure="on")
    table: Any = result.table.set_index("age")
    # 2025-06-01 lies in month 16; month 17 is the first that was recorded from its beginning.
    assert table.index[table["eligible"] > 0].tolist() == list(range(17, 25))
    assert np.isnan(table.loc[0, "share"])
    assert pd.isna(table.loc[0, "completes_on"])
    assert "2025/06/01" in next(
        n.say("ja") for n in result.notes if n.key == "retention.record_starts"
    )


def test_a_record_that_ends_early_is_said() -> None:
    result = retention(with_usage([("2025-09-10", None)] * 6, EVERYBODY), measure="on")
    (note,) = (n for n in result.notes if n.key == "retention.record_ends")
    assert note.say("ja").startswith("利用の記録は 2025/09/30 で終わっています")


def test_late_entry_is_conditional_and_not_pooled() -> None:
    data = with_usage([("2025-09-10", None)] * 6, EVERYBODY)
    late = Portfolio(
        customers=data.customers, usage=data.usage, as_of=A, observed_from=dt.date(2025, 10, 20)
    )
    result = retention(late, measure="on")
    table: Any = result.table.set_index("age")
    assert table["conditional"].all()
    assert table.index[table["eligible"] > 0].tolist() == [2, 3, 4]
    assert result.pooled.empty


PLANS: dict[str, list[Life]] = {
    "甲": [("2025-01-05", None)] * 6,
    "乙": [("2025-06-05", "2025-12-05")] * 7,
}


@on_every_backend
@pytest.mark.parametrize("measure", ["alive", "on", "streak"])
def test_rows_by_an_attribute_are_the_portfolios_of_its_values(
    backend: Backend, measure: Any
) -> None:
    lives: list[Life] = [life for group in PLANS.values() for life in group] + [
        ("2025-02-01", None)
    ]
    plans = [plan for plan, group in PLANS.items() for _ in group] + [None]
    customers = portfolio(lives, AS_OF, cohort=plans).customers
    uses: list[Use] = [(c, f"2025-0{m}-07", 1.0) for c in range(0, 14, 2) for m in range(1, 9)]
    data = Portfolio(customers=backend(customers), usage=backend(usage(uses)), as_of=A)
    whole = retention(data, measure=measure)
    result = retention(data, measure=measure, by="cohort")
    assert list(dict.fromkeys(result.table["cohort"])) == ["乙", "甲", None]
    pd.testing.assert_frame_equal(result.pooled, whole.pooled)
    eager = Portfolio(customers=customers, usage=usage(uses), as_of=A)
    for plan in PLANS:
        alone = retention(eager.where(cohort=plan), measure=measure, cohort="month").table
        # All of one plan began on one day: its only start cohort is the row.
        own = result.table[result.table["cohort"] == plan].reset_index(drop=True)
        pd.testing.assert_frame_equal(own.drop(columns="cohort"), alone.drop(columns="cohort"))


def test_rows_by_an_attribute_with_late_entry_use_kaplan_meier() -> None:
    lives: list[Life] = [*[("2025-01-01", None)] * 14, *[("2025-01-01", "2025-12-01")] * 6]
    customers = portfolio(lives, AS_OF, plan=["甲"] * 20).customers
    late = Portfolio(customers=customers, as_of=A, observed_from=dt.date(2025, 7, 1))
    table: Any = retention(late, by="plan").table.set_index("age")
    assert np.isnan(table.loc[3, "share"])
    assert table.loc[12, "share"] == pytest.approx(14 / 20)


def test_quarters_are_months_0_3_6_and_brackets_of_three() -> None:
    lives: list[Life] = [*[("2025-01-05", None)] * 3, *[("2025-01-05", "2025-08-05")] * 3]
    uses: list[Use] = [
        (c, f"2025-0{m}-20", 1.0) for c, m in [(0, 1), (0, 4), (0, 7), (1, 2), (1, 8), (3, 6)]
    ]
    data = with_usage(lives, uses)
    quarters: Any = retention(data, period="quarter")
    months: Any = retention(data)
    for quarterly, monthly in (
        (quarters.table, months.table),
        (quarters.kaplan_meier, months.kaplan_meier),
    ):
        expected = monthly[monthly["age"] % 3 == 0].reset_index(drop=True)
        assert quarterly["age"].tolist() == [0, 1, 2, 3, 4]
        assert quarterly["share"].tolist() == expected["share"].tolist()
    table = retention(data, measure="bracket").table
    assert table["active"].tolist() == [2, 2, 2, 0]
    assert table[["first", "last"]].to_numpy().tolist() == [[0, 2], [3, 5], [6, 8], [9, 11]]


@pytest.mark.parametrize(
    "options",
    [
        {"bracket": (3, 1)},
        {"bracket": (-1, 2)},
        {"bracket": 0},
        {"bracket": []},
        {"bracket": (0, 1.5)},
        {"measure": "on", "min_quantity": 0},
        {"measure": "on", "min_quantity": float("nan")},
    ],
    ids=str,
)
def test_impossible_brackets_and_quantities_are_refused(options: dict) -> None:
    with pytest.raises(BadValues):
        case(EVERYBODY, **{"measure": "bracket", **options})


def test_without_usage_or_column_the_remedy_is_said() -> None:
    with pytest.raises(NeedsUsage) as caught:
        retention(portfolio([("2025-01-01", None)], AS_OF), measure="streak")
    assert "毎月利用" in caught.value.message.say("ja")
    with pytest.raises(MissingColumns):
        retention(portfolio([("2025-01-01", None)], AS_OF), by="plan")


def test_the_finding_counts_those_behind_it() -> None:
    lives: list[Life] = [*[("2025-01-05", None)] * 20, *[("2026-02-20", None)] * 9]
    uses: list[Use] = [(c, "2025-01-05", 1.0) for c in range(20)]
    uses += [(c, "2026-01-05", 1.0) for c in range(5)]
    result = retention(with_usage(lives, uses), measure="on")
    assert result.finding.say("ja") == (
        "開始から12か月後の 1 か月に利用した顧客は 25%(95%区間 11%〜47%、n=20)です。"
    )


@settings(max_examples=10)
@given(
    LIVES.filter(lambda lives: any(s <= AS_OF and (e is None or e >= s) for s, e in lives)),
    USES,
    st.sampled_from(["alive", "on", "on_or_after", "bracket", "streak"]),
    st.none() | st.just("group"),
)
def test_the_customers_of_a_cell_add_up_to_it(
    lives: list[Life], uses: list[Use], measure: Any, by: str | None
) -> None:
    customers = portfolio(lives, AS_OF, group=[i % 2 or None for i in range(len(lives))]).customers
    data = Portfolio(customers=customers, usage=usage(uses), as_of=A)
    result = retention(data, measure=measure, by=by)
    for cell in result.table.to_dict("records"):
        found = members(data, result, cohort=cell["cohort"], age=cell["age"])
        n = found["standing"].value_counts()
        assert found["customer_id"].is_unique
        assert len(found) == cell["size"]
        assert n.get("stayed", 0) == cell["active"]
        assert n.get("stayed", 0) + n.get("left", 0) == cell["eligible"]
