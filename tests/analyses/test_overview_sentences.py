"""What the overview says: no more than chance allows, and nothing twice."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import csdata as cs
from csdata.analyses import survival as s
from csdata.analyses.intervals import Interval
from csdata.analyses.overview import due, groups, sentences
from csdata.analyses.survival import holm
from csdata.i18n import LANGUAGES
from tests.analyses.overview_companies import alike
from tests.contracts import Term, company
from tests.portfolios import dates

SEEDS = range(200)


def claims(data: cs.Portfolio) -> list[str]:
    found, _ = groups.found(data)
    return [test.name for test in sentences.tested([], found, []) if test.claimed]


def test_without_any_effect_a_group_is_named_in_at_most_one_company_in_twenty() -> None:
    named = [seed for seed in SEEDS if claims(alike(seed, customers=80))]
    assert len(named) <= 0.05 * len(SEEDS)


def test_a_large_effect_is_found_and_called_by_its_name() -> None:
    found = [claims(alike(seed, customers=300, worse=3.0)) for seed in range(10)]
    assert all("plan=L" in names for names in found)
    result = cs.overview(alike(1, customers=300, worse=3.0))
    first = next(m for m in result.sentences if "group" in m.key)
    assert first.key == "overview.says.group_more"
    assert (first.values["by"], first.values["value"]) == ("plan", "L")
    observed, expected = (first.values[name] for name in ("observed", "expected"))
    assert isinstance(observed, int)
    assert isinstance(expected, float)
    assert observed > expected


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_more_than_chance_is_said_to_be_so(lang: str) -> None:
    seed = next(i for i in SEEDS if not claims(alike(i, customers=80)))
    result = cs.overview(alike(seed, customers=80))
    assert [m.key for m in result.sentences] == ["overview.says.nothing"]
    assert str(len(result.tests)) in result.sentences[0].say(lang)


HOLM = {
    "of the definitions": ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
    "one": ([0.2], [0.2]),
    "none above 1": ([0.6, 0.7], [1.0, 1.0]),
    "nothing": ([], []),
}


@pytest.mark.parametrize(("raw", "adjusted"), HOLM.values(), ids=list(HOLM))
def test_holm(raw: list[float], adjusted: list[float]) -> None:
    assert holm(raw) == pytest.approx(adjusted)


REACH = {
    "an interval that ends at 0": (Interval(2.0, 0.0, 4.0), 0.05),
    "from below": (Interval(-2.0, -5.0, 0.0), 0.05),
    "twice as far": (Interval(4.0, 2.0, 6.0), 2 * stats.norm.sf(2 * 1.959963985)),
    "no difference": (Interval(0.0, -1.0, 1.0), 1.0),
    "unknown": (Interval(1.0, np.nan, np.nan), 1.0),
}


@pytest.mark.parametrize(("interval", "p"), REACH.values(), ids=list(REACH))
def test_the_level_at_which_an_interval_reaches_0(interval: Interval, p: float) -> None:
    assert sentences.p_of(interval) == pytest.approx(p)


def test_a_group_against_the_rest_is_the_test_of_two_groups() -> None:
    data = alike(3, customers=200)
    rows = data.customers.assign(entry=0.0)
    found = s.against_rest(
        rows, duration="tenure_months", event="churned", group="plan", entry="entry"
    )
    for _, row in found.iterrows():
        two = rows.assign(own=rows["plan"] == row["group"])
        direct = s.logrank(two, duration="tenure_months", event="churned", group="own")
        assert row["p_value"] == pytest.approx(direct.p_value)
        own = direct.table[direct.table["group"].astype(bool)].iloc[0]
        assert (row["observed"], row["expected"]) == pytest.approx(
            (own["observed"], own["expected"])
        )


COLUMNS = {
    "a reason for leaving": "churn_reason",
    "a status": "status",
    "a name for everybody": "name",
    "a score": "score",
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=list(COLUMNS))
def test_columns_that_no_group_is_made_of(column: str) -> None:
    data = alike(1, customers=60)
    value = data.customers["churned"].map({True: "x", False: "y"}) if column != "score" else 1
    table = data.customers.assign(**{column: value})
    assert column not in groups.columns(cs.Portfolio(customers=table))


def test_a_column_that_tells_who_left_is_no_group() -> None:
    data = alike(1, customers=200)
    told = data.customers["churned"].map({True: "解約", False: "契約中"})
    found, _ = groups.found(cs.Portfolio(customers=data.customers.assign(区分=told)))
    assert {g.column for g in found} == {"plan", "owner", "channel", "region"}


FISHER = [(34, 120, 400, 2000), (5, 5, 10, 50), (0, 10, 3, 40), (3, 10, 3, 40), (9, 30, 35, 40)]


@pytest.mark.parametrize(("lost", "due_", "all_lost", "all_due"), FISHER)
def test_renewals_by_the_hypergeometric(lost: int, due_: int, all_lost: int, all_due: int) -> None:
    direct = min(1.0, 2 * stats.hypergeom.sf(lost - 1, all_due, all_lost, due_))
    assert due.more_than_by_chance(lost, due_, all_lost, all_due) == pytest.approx(direct)


def test_the_renewal_at_which_most_is_lost() -> None:
    """Of 60 contracts of a year 30 are not renewed the first time; later nobody leaves."""
    terms: list[Term] = []
    for i in range(60):
        last = 2022 if i < 30 else 2026
        terms += [Term(f"c{i}", f"{y}-04-01", f"{y + 1}-04-01") for y in range(2021, last)]
    result = cs.overview(company(terms, "2025-12-31"))
    said = next(m for m in result.sentences if m.key == "overview.says.renewal")
    assert (said.values["term"], said.values["number"]) == (12, 1)
    assert (said.values["due"], said.values["lost"]) == (60, 30)
    assert said.values["rest"] == 0


def test_what_could_turn_the_figure_comes_first() -> None:
    """Nobody has ever left: most likely those who did are not in the file."""
    data = alike(2, customers=120)
    everybody = cs.Portfolio(customers=data.customers.assign(churned=False))
    result = cs.overview(everybody)
    assert result.sentences[0].key == "overview.says.quality"


def test_at_most_three_and_none_twice() -> None:
    result = cs.overview(cs.sample.company(customers=300))
    said = [m.say("ja") for m in result.sentences]
    assert 1 <= len(said) <= sentences.MOST
    assert len(set(said)) == len(said)
    assert result.finding is result.sentences[0]


def test_a_change_is_clear_only_if_it_is_among_all_that_was_looked_at() -> None:
    """Of 200 customers of long standing 4 left in 2024 and 60 in 2025."""
    ends = [f"2024-{m:02}-15" for m in (2, 5, 8, 11)]
    ends += [f"2025-{1 + i % 12:02}-15" for i in range(60)]
    table = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(200)],
            "start": dates(["2022-03-10"] * 200),
            "end": dates([*ends, *[None] * 136]),
        }
    )
    result = cs.overview(cs.Portfolio(customers=table, as_of=dt.date(2025, 12, 31)))
    claimed = set(result.tests.query("kind == 'change' and claimed")["name"])
    assert claimed == {"departures"}
    assert {f.key for f in result.figures if f.change and f.change.clear} == claimed


def _renewing(seed: int, observed: dt.date | None) -> cs.Portfolio:
    """Years of contract, a fifth of them not renewed whichever it is; who left early is unknown."""
    rng = np.random.default_rng(seed)
    terms: list[Term] = []
    for i in range(300):
        begun, years = int(rng.integers(2016, 2025)), int(rng.geometric(0.2))
        last = min(begun + years, 2026)
        if observed is None or last > observed.year:
            terms += [Term(f"c{i}", f"{y}-04-01", f"{y + 1}-04-01") for y in range(begun, last)]
    return company(terms, "2025-12-31", observed_from=observed)


@pytest.mark.parametrize("observed", [None, dt.date(2022, 4, 1)], ids=str)
def test_where_every_renewal_is_alike_none_is_named(observed: dt.date | None) -> None:
    found = [sentences.tested([], [], due.lost_at(_renewing(s, observed))) for s in range(8)]
    assert any(found)
    assert sum(any(test.claimed for test in tests) for tests in found) <= 1
