"""Several files put together: tables by role, and what does not match on either side."""

import datetime as dt

from csdata import Portfolio, retention
from csdata.intake import JoinRules, combine
from tests.intake.exports import read_rows

DAY = "2026-01-01"
CUSTOMERS = read_rows(["取引先 ID", "契約開始日"], ["C1", DAY], ["C2", DAY], ["C3", DAY], name="a")
MORE = read_rows(["取引先 ID", "契約開始日"], ["C4", DAY], name="b")
USAGE = read_rows(
    ["取引先 ID", "利用日", "業務区分", "利用時間"],
    ["C1", DAY, "経理", 1],
    ["C1", DAY, "秘書", 2],
    ["C9", DAY, "経理", 3],
    name="c",
)


def test_tables_by_role_in_any_order() -> None:
    for imports in ([CUSTOMERS, USAGE, MORE], [USAGE, CUSTOMERS, MORE]):
        found = combine(imports)
        assert found.tables["customers"]["customer_id"].tolist() == ["C1", "C2", "C3", "C4"]
        assert len(found.tables["usage"]) == 3
        assert set(found.tables) == {"customers", "usage"}
        assert found.imports == tuple(imports)
        assert found.analysis_day is None


def test_both_sides_leftovers() -> None:
    found = combine([CUSTOMERS, USAGE])
    (row,) = found.match.to_dict("records")
    assert (row["file"], row["role"], row["rows"], row["customers"]) == ("c", "usage", 3, 2)
    assert (row["matched"], row["unknown"], row["without"]) == (1, 1, 2)
    assert found.leftovers[["customer_id", "side"]].to_numpy().tolist() == [
        ["C9", "file"],
        ["C2", "customers"],
        ["C3", "customers"],
    ]
    (note,) = found.notes
    assert all("{" not in note.say(lang) for lang in ("ja", "en"))
    assert "利用" in note.say("ja")


def test_nothing_to_match() -> None:
    found = combine([CUSTOMERS])
    assert found.match.empty
    assert found.leftovers.empty
    assert combine([]).tables == {}


def test_records_that_begin_late_reach_the_portfolio_and_are_told() -> None:
    """Who began before is followed from that day; who left before it is left out and counted."""
    lives = read_rows(
        ["取引先 ID", "契約開始日", "解約日"],
        ["C1", "2023-01-01", "2023-12-31"],
        ["C2", "2023-01-01", "2025-12-31"],
        ["C3", "2024-06-01", ""],
        name="a",
    )
    day = dt.date(2024, 4, 1)
    rules = JoinRules(observed_from=day)
    late = Portfolio.from_imports([lives], as_of="2026-06-30", rules=rules)
    assert late.observed_from == day
    assert late.fingerprint != Portfolio.from_imports([lives], as_of="2026-06-30").fingerprint
    for said in (late.provenance.rules, combine([lives], rules=rules).notes):
        assert "note.observed_from" in {note.key for note in said}
    assert retention(late, cohort="year").n == 2
