"""Data quality: a planted flaw is found with its direction, an honest export raises nothing."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import csdata as cs
from csdata.analyses.quality import Finding
from csdata.analyses.quality.facts import Facts
from csdata.analyses.quality.records import late_records
from csdata.analyses.quality.report import CHECKS
from csdata.i18n import LANGUAGES
from csdata.tables import Provenance
from tests.analyses import quality_plants as plants
from tests.backends import BACKENDS
from tests.portfolios import portfolio

COMPANY = cs.sample.company()


def found(data: cs.Portfolio) -> dict[str, Finding]:
    return {f.key: f for f in cs.data_quality(data).findings}


def test_every_check_has_a_plant() -> None:
    assert {check.key for check in CHECKS} == set(plants.PLANTS)


@pytest.mark.parametrize("key", plants.PLANTS)
def test_a_planted_flaw_is_found_with_its_direction(key: str) -> None:
    """In all of four companies of 400 to 2,000 customers."""
    plant, direction = plants.PLANTS[key]
    directions = []
    for seed in range(4):
        finding = found(plant(plants.company(seed), seed)).get(key)
        directions.append(finding.direction if finding else "not found")
    assert directions == [direction] * 4


@pytest.mark.parametrize("seed", range(12))
def test_an_honest_export_raises_nothing(seed: int) -> None:
    """Random businesses, and made-up companies of all sizes: of 350 at random, none did."""
    assert found(plants.honest(seed)) == {}
    assert found(cs.sample.company(seed=seed, customers=50 * (seed + 1))) == {}


def test_the_sample_company_raises_nothing_and_says_what_was_checked() -> None:
    result = cs.data_quality(COMPANY)
    assert result.findings == ()
    states = dict(zip(result.table["key"], result.table["state"], strict=True))
    assert states.pop("says_active") == states.pop("ends_modified") == "impossible"
    assert set(states.values()) == {"clear"}
    assert (result.n, result.as_of) == (600, COMPANY.as_of)
    assert "14" in result.finding.say("ja")


# --- deleted departures: the figures --------------------------------------------------------------


def test_late_entry_from_the_proposed_day_gives_the_true_retention_back() -> None:
    """Mean over companies; what deletion adds is some eight points, what remains less than one."""
    errors = []
    for seed in range(8):
        whole = plants.company(seed)
        truth = cs.survival(whole).curves.at(12)["survival"].iloc[0]
        finding = found(plants.late_records(whole, seed))["late_records"]
        errors.append((finding.before - truth, finding.after - truth))
    before, after = np.mean(errors, axis=0)
    assert before > 0.05
    assert abs(after) < 0.01


def test_the_size_is_what_the_analyses_say_before_and_after() -> None:
    data = plants.late_records(COMPANY, 0)
    finding = found(data)["late_records"]
    assert finding.observed_from == dt.date(2024, 11, 1)
    day = finding.observed_from
    later = cs.Portfolio(customers=data.customers, as_of=data.as_of, observed_from=day)
    assert later.fingerprint == data.recorded_from(day).fingerprint
    figures = [cs.survival(p).curves.at(12)["survival"].iloc[0] for p in (data, later)]
    assert [finding.before, finding.after] == pytest.approx(figures)
    assert finding.size == pytest.approx(figures[0] - figures[1])
    assert set(finding.rows["customer_id"]) == set(
        data.customers.loc[data.customers["start"] < "2024-11-01", "customer_id"]
    )


def test_once_applied_the_finding_is_gone_and_it_can_be_taken_back() -> None:
    data = plants.late_records(COMPANY, 0)
    applied = data.recorded_from(dt.date(2024, 11, 1))
    assert "late_records" not in found(applied)
    assert [n.key for n in applied.provenance.rules] == ["note.observed_from"]
    again = applied.recorded_from(None)
    assert (again.fingerprint, again.provenance.rules) == (data.fingerprint, ())


def test_expected_departures_are_those_of_the_same_age_afterwards() -> None:
    """By hand, customer by customer and month by month."""
    data = plants.late_records(COMPANY, 0)
    facts = Facts.of(data)
    finding = late_records(facts)
    assert finding is not None
    border = 2024 * 12 + 10
    risk: dict[tuple[int, bool], int] = {}
    events: dict[int, int] = {}
    lives = zip(facts.counted["start"].dt.date, facts.counted["end"].dt.date, strict=True)
    for began, ended in lives:
        gone = not pd.isna(ended)
        last = ended - dt.timedelta(days=1) if gone else dt.date(2026, 10, 31)
        start, stop = (d.year * 12 + d.month - 1 for d in (began, last))
        for month in range(start, stop + 1):
            place = (month - start, month < border)
            risk[place] = risk.get(place, 0) + 1
        if gone:
            events[stop - start] = events.get(stop - start, 0) + 1
    expected = sum(
        n * events.get(age, 0) / risk[age, False]
        for (age, early), n in risk.items()
        if early and (age, False) in risk
    )
    assert finding.message.values["expected"] == pytest.approx(expected)


def test_a_few_departures_left_over_do_not_hide_the_cut() -> None:
    rows = COMPANY.customers
    early = rows[rows["end"] <= plants.CUT].index[:3]
    kept = rows[~(rows["end"] <= plants.CUT) | rows.index.isin(early)]
    finding = found(cs.Portfolio(customers=kept, as_of=COMPANY.as_of))["late_records"]
    assert finding.message.values["seen"] == 3
    assert finding.observed_from == dt.date(2024, 11, 1)


@pytest.mark.parametrize(
    ("customers", "months", "alarm"),
    [(40, 12, False), (60, 12, True), (20, 30, False), (20, 36, True)],
)
def test_nobody_left_needs_time_enough(customers: int, months: int, *, alarm: bool) -> None:
    """Customer-months × 1 % against seven departures."""
    start = (pd.Timestamp("2026-03-01") - pd.DateOffset(months=months)).date().isoformat()
    data = portfolio([(start, None)] * customers, "2026-02-28")
    assert ("nobody_left" in found(data)) == alarm


# --- each check, at its edges ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "alarm"),
    [
        ("status", "解約", True),
        ("status", "解約済", True),
        ("status", "Cancelled", True),
        ("status", " CHURNED ", True),
        ("status", "解約予定", False),
        ("status", "解約リスク", False),
        ("status", "契約中", False),
        ("status", None, False),
        ("churn_reason", "価格", True),
        ("churn_reason", "なし", False),
        ("churn_reason", " ", False),
        ("churned", True, True),
        ("churned", False, False),
    ],
)
def test_what_says_that_a_customer_has_left(column: str, value: object, *, alarm: bool) -> None:
    others = [False if column == "churned" else None] * 3
    data = portfolio([("2025-01-01", None)] * 4, "2026-02-28", **{column: [value, *others]})
    assert ("says_left" in found(data)) == alarm


def test_notice_and_a_later_end_contradict_nothing() -> None:
    lives = [("2025-01-01", "2026-06-30"), ("2025-01-01", None)]
    told = portfolio(lives, "2026-02-28", churn_reason="価格", notice=[None, "2026-02-01"])
    assert "says_left" not in found(told)
    old = portfolio(lives, "2026-02-28", churn_reason="価格", notice=[None, "2025-02-01"])
    assert found(old)["says_left"].n == 1


def test_rows_set_aside_by_the_import_are_counted_in() -> None:
    lives = [("2025-01-01", None)] * 60
    data = portfolio(lives, "2026-02-28")
    aside = Provenance(set_aside={"unreadable_end": 8, "after_as_of": 50})
    data = cs.Portfolio(customers=data.customers, as_of=data.as_of, provenance=aside)
    finding = found(data)["not_counted"]
    assert (finding.n, finding.of, finding.direction) == (8, 68, "higher")
    assert finding.size == pytest.approx(8 / 68)
    assert found(data)["starts_later"].n == 50


def test_a_term_that_ends_with_the_month_is_no_rounding() -> None:
    """Contracts from the first of a month end on the last of one."""
    rows = COMPANY.customers[COMPANY.customers["start"].dt.day == 1]
    assert "ends_one_day" not in found(cs.Portfolio(customers=rows, as_of=COMPANY.as_of))


def test_names_alone_prove_little() -> None:
    """The made-up company has many names that differ in their legal form only."""
    rows = COMPANY.customers[["customer_id", "name", "start", "end"]]
    assert found(cs.Portfolio(customers=rows, as_of=COMPANY.as_of)) == {}
    same = rows["end"].head(30).isna().sum()
    named = rows.assign(name=rows["name"].where(rows.index >= 30, "株式会社おなじ"))
    assert found(cs.Portfolio(customers=named, as_of=COMPANY.as_of))["same_company"].n == same


def test_two_legal_forms_are_two_companies() -> None:
    ends = [f"2025-{month:02}-01" for month in range(2, 12)]
    lives = [("2024-01-01", end) for end in ends] + [(end, None) for end in ends]
    other = [f"2023-{month:02}-01" for month in range(1, 13)]
    lives += [(start, None) for start in other * 5]
    rest = [f"株式会社ほか{i}" for i in range(60)]
    first = [f"株式会社{i}番" for i in range(10)]
    for second, alarm in (("㈱{}番", True), ("合同会社{}番", False)):
        names = [*first, *(second.format(i) for i in range(10)), *rest]
        assert ("renewed_as_new" in found(portfolio(lives, "2026-02-28", name=names))) == alarm


# --- the whole ------------------------------------------------------------------------------------


def test_findings_are_ordered_by_size() -> None:
    """What no figure bounds comes first, then the points, then what has no figure."""
    data = plants.says_left(plants.ends_modified(COMPANY, 1), 1)
    notes = plants.cut_off(COMPANY, 0).provenance
    result = cs.data_quality(
        cs.Portfolio(customers=data.customers, as_of=data.as_of, provenance=notes)
    )
    assert [f.key for f in result.findings] == ["cut_off", "says_left", "ends_modified"]
    assert list(result.table["key"][:3]) == ["cut_off", "says_left", "ends_modified"]
    places = [f.place for f in result.findings]
    assert places == sorted(places, reverse=True)
    assert result.findings[1].before - result.findings[1].after == pytest.approx(places[1])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", plants.PLANTS)
def test_everything_is_sayable(key: str, lang: str) -> None:
    plant, _ = plants.PLANTS[key]
    finding = found(plant(plants.company(1), 1))[key]
    for said in (finding.message, finding.effect, finding.remedy):
        assert "{" not in said.say(lang)
        assert "nan" not in said.say(lang)
    assert {"customer_id"} <= set(finding.rows) or finding.rows.empty


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_finds_the_same(backend: str) -> None:
    data = plants.late_records(COMPANY, 0)
    make = BACKENDS[backend]
    other = cs.Portfolio(
        customers=make(data.customers), usage=make(COMPANY.usage), as_of=data.as_of
    )
    same = cs.Portfolio(customers=data.customers, usage=COMPANY.usage, as_of=data.as_of)
    pd.testing.assert_frame_equal(cs.data_quality(other).table, cs.data_quality(same).table)


def test_tenures_without_dates_are_checked_as_far_as_they_go() -> None:
    rows = pd.DataFrame(
        {
            "customer_id": [str(i) for i in range(100)],
            "tenure_months": [12.0] * 100,
            "churned": [i < 10 for i in range(100)],
            "churn_reason": ["価格" if i < 20 else None for i in range(100)],
        }
    )
    finding = found(cs.Portfolio(customers=rows))["says_left"]
    assert (finding.n, finding.of) == (10, 90)
    assert "nobody_left" in found(cs.Portfolio(customers=rows.assign(churned=False)))


def test_nobody_at_all_and_dates_far_off() -> None:
    empty = portfolio([], "2026-02-28")
    assert cs.data_quality(empty).findings == ()
    days = np.array(["0001-01-01", "1890-05-05", "9999-12-31"], "datetime64[us]")
    ids = [f"c{i}" for i in range(9)]
    far = pd.DataFrame({"customer_id": ids, "start": np.repeat(days, 3), "end": np.tile(days, 3)})
    assert cs.data_quality(cs.Portfolio(customers=far, as_of=dt.date(2026, 2, 28))).n == 9
