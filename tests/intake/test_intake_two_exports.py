"""The same report exported twice, and ids in two forms: nothing counts twice."""

from __future__ import annotations

import pandas as pd
import pytest

import csdata as cs
from csdata.intake.join_rules import JoinRules
from csdata.intake.recipe import Recipe
from tests.app.cards import table

CUSTOMERS = ("取引先 ID", "取引先名", "契約開始日", "契約終了日", "月額")
CONTRACTS = ("契約番号", "取引先 ID", "契約開始日", "契約終了日", "月額")
PLAIN = ("取引先 ID", "契約開始日", "契約終了日", "プラン", "月額")
USAGE = ("取引先 ID", "利用日", "業務区分", "利用時間")
FILLER = [[f"F{i:02}", f"C{i:02}", "2024-02-01", "2026-01-31", "5000"] for i in range(12)]


def read(
    header: tuple[str, ...], rows: list[list[str]], day: str, *, recipe: Recipe | None = None
) -> cs.Import:
    return cs.read_export(table(header, *rows), name=f"report-{day}-09-00-00.csv", recipe=recipe)


def ends(found: cs.ImportSet) -> dict[str, object]:
    rows = found.tables["customers"]
    return dict(zip(rows["customer_id"], rows["end"].astype(str), strict=True))


@pytest.mark.parametrize("turned", [False, True], ids=["older first", "newer first"])
def test_a_contract_that_has_ended_since_has_ended(*, turned: bool) -> None:
    old = read(CONTRACTS, [*FILLER, ["K1", "X", "2024-01-01", "", "9000"]], "2025-06-30")
    new = read(CONTRACTS, [*FILLER, ["K1", "X", "2024-01-01", "2025-12-31", "9000"]], "2026-10-31")
    found = cs.combine([new, old] if turned else [old, new])
    assert ends(found)["X"] == "2026-01-01"
    assert len(found.tables["contracts"]) == 13
    (note,) = (n for n in found.notes if n.key == "note.newer_records")
    assert note.values["n"] == 13


def test_two_contracts_that_run_side_by_side_stay_two() -> None:
    both = [["X", "2024-01-01", "", "松", "9000"], ["X", "2024-01-01", "", "梅", "1000"]]
    filler = [[c, s, e, "竹", m] for _, c, s, e, m in FILLER]
    terms = Recipe(role="contracts")
    older = read(PLAIN, filler + both, "2026-09-30", recipe=terms)
    newer = read(PLAIN, filler + both[:1], "2026-10-31", recipe=terms)
    once = cs.combine([older])
    twice = cs.combine([older, newer])
    for found in (once, twice):
        assert (found.tables["contracts"]["customer_id"] == "X").sum() == 2


def test_usage_in_two_exports_is_counted_once() -> None:
    customers = [[f"C{i:02}", f"会社{i}", "2024-01-01", "", "5000"] for i in range(12)]
    rows = [[f"C{i:02}", f"2026-0{m}-28", "経理", "3"] for i in range(12) for m in (1, 2, 3)]
    # Twice on one day is twice, but the same two rows in two exports are two rows.
    rows.append(rows[0])
    january = read(USAGE, [r for r in rows if r[1] <= "2026-02-28"], "2026-02-28")
    spring = read(USAGE, [r for r in rows if r[1] >= "2026-02-01"], "2026-03-31")
    whole = read(USAGE, rows, "2026-03-31")
    base = read(CUSTOMERS, customers, "2026-03-31")
    parts = cs.combine([base, january, spring]).tables["usage"]
    again = cs.combine([base, january, whole]).tables["usage"]
    assert len(parts) == len(again) == len(rows)
    assert again["quantity"].sum() == parts["quantity"].sum() == 3 * len(rows)


def test_usage_of_two_different_reports_is_added() -> None:
    customers = read(
        CUSTOMERS,
        [[f"C{i:02}", f"会社{i}", "2024-01-01", "", "5000"] for i in range(12)],
        "2026-03-31",
    )
    rows = [[f"C{i:02}", "2026-01-28", "経理", "3"] for i in range(12)]
    one = read(USAGE, rows, "2026-02-28")
    more = [*rows, ["C00", "2026-02-28", "経理", "3"]]
    other = read(("取引先 ID", "利用日", "業務", "時間"), more, "2026-03-31")
    assert len(cs.combine([customers, one, other]).tables["usage"]) == 25


# ------------------------------------------------------------------------------ where lives are


def test_a_start_without_an_end_column_leaves_the_ends_to_the_contracts() -> None:
    customers = read(
        ("取引先 ID", "取引先名", "契約開始日"),
        [[f"C{i:02}", f"会社{i}", "2024-02-01"] for i in range(12)],
        "2026-10-31",
    )
    found = cs.combine([customers, read(CONTRACTS, FILLER, "2026-10-31")])
    assert set(ends(found).values()) == {"2026-02-01"}
    kept = cs.combine(
        [customers, read(CONTRACTS, FILLER, "2026-10-31")], rules=JoinRules(lives="customers")
    )
    assert "end" not in kept.tables["customers"] or kept.tables["customers"]["end"].isna().all()


def test_who_came_back_pays_once() -> None:
    customers = read(
        ("取引先 ID", "取引先名", "月額", "総請求額"),
        [[f"C{i:02}", f"会社{i}", "5000", "90000"] for i in range(12)],
        "2026-10-31",
    )
    back = [*FILLER, ["K2", "C00", "2026-06-01", "", "5000"]]
    found = cs.combine([customers, read(CONTRACTS, back, "2026-10-31")])
    rows = found.tables["customers"]
    assert len(rows) == 13
    assert rows["mrr"].sum() == 12 * 5000
    assert rows["total_billing"].sum() == 12 * 90000
    assert rows.loc[rows["customer_id"] == "C00 (2)", "mrr"].tolist() == [5000]


# ----------------------------------------------------------------------------------------- ids

SHORT = [f"0015g0000{i:02}AbCd" for i in range(20)]


def longer(short: str) -> str:
    """The eighteen characters, by the rule of Salesforce: a letter for the case of each block."""
    tail = "".join(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[sum(c.isupper() << i for i, c in enumerate(block))]
        for block in (short[0:5], short[5:10], short[10:15])
    )
    return short + tail


def accounts(ids: list[str], day: str) -> cs.Import:
    return read(CUSTOMERS, [[i, f"会社{i[9:11]}", "2024-02-01", "", "5000"] for i in ids], day)


def test_one_file_with_both_forms_of_an_id_has_each_customer_once() -> None:
    imported = accounts([*SHORT, *map(longer, SHORT[:5])], "2026-10-31")
    assert len(cs.combine([imported]).tables["customers"]) == 20


def test_two_files_with_either_form_have_each_customer_once() -> None:
    found = cs.combine(
        [accounts(SHORT, "2026-10-31"), accounts([*map(longer, SHORT)], "2026-09-30")]
    )
    assert len(found.tables["customers"]) == 20
    assert found.tables["customers"]["mrr"].sum() == 20 * 5000


def test_an_accepted_name_never_takes_the_rows_of_another_customer() -> None:
    customers = read(
        CUSTOMERS,
        [[f"C{i:02}", f"会社{i}", "2024-01-01", "", "5000"] for i in range(12)],
        "2026-10-31",
    )
    usage = read(USAGE, [[f"C{i:02}", "2026-01-28", "経理", "3"] for i in range(12)], "2026-10-31")
    found = cs.combine([customers, usage], rules=JoinRules(accepted={"C02": "C01"}))
    assert (found.tables["usage"]["customer_id"] == "C02").sum() == 1


# ---------------------------------------------------------------------------------- early leaving


@pytest.mark.parametrize(
    ("cancelled", "end"),
    [("2026-01-31", "2026-02-01"), ("2025-06-30", "2025-07-01"), ("", "2026-02-01")],
    ids=["on its last day", "early", "never"],
)
def test_the_day_of_leaving_is_the_last_day_with_a_contract(cancelled: str, end: str) -> None:
    rows = [[*r, ""] for r in FILLER]
    rows[0][-1] = cancelled
    imported = read((*CONTRACTS, "中途解約日"), rows, "2026-10-31")
    assert "cancelled" in imported.mapping
    table_ = cs.combine([imported]).tables["customers"]
    assert table_.set_index("customer_id")["end"].astype(str)["C00"] == end


def test_the_app_and_the_package_look_at_the_same_day() -> None:
    imports = [read(CONTRACTS, FILLER, "2026-10-31")]
    found = cs.combine(imports)
    assert str(found.stated_as_of) == "2026-10-31"
    direct = cs.Portfolio.from_imports(imports)
    chosen = cs.Portfolio.from_imports(imports, as_of=found.stated_as_of)
    assert direct.as_of == chosen.as_of == found.analysis_day == pd.Timestamp("2026-10-01").date()


ALIKE = [
    pytest.param(("9000", "1000"), ("9000", "1000"), ["1000", "9000"], id="both again"),
    pytest.param(("9000", "1000"), ("9500", "1000"), ["1000", "9500"], id="one got dearer"),
    pytest.param(("9000", "1000"), ("1000",), ["1000", "9000"], id="the first is left out"),
    pytest.param(("9000", "1000"), ("9000",), ["1000", "9000"], id="the second is left out"),
    pytest.param(("1000", "1000"), ("1000",), ["1000", "1000"], id="of two equal ones, one"),
    pytest.param(("9000",), ("9500",), ["9500"], id="a single one got dearer"),
    pytest.param(("9000",), ("9000", "1000"), ["1000", "9000"], id="another one is new"),
]


@pytest.mark.parametrize(("before", "after", "left"), ALIKE)
def test_contracts_that_look_alike_are_neither_lost_nor_doubled(
    before: tuple[str, ...], after: tuple[str, ...], left: list[str]
) -> None:
    filler = [[c, s, e, "竹", m] for _, c, s, e, m in FILLER]
    terms = Recipe(role="contracts")
    files = [
        read(
            PLAIN,
            [*filler, *(["X", "2024-01-01", "", "松", fee] for fee in fees)],
            day,
            recipe=terms,
        )
        for fees, day in ((before, "2026-09-30"), (after, "2026-10-31"))
    ]
    rows = cs.combine(files).tables["contracts"]
    mine = rows.loc[rows["customer_id"] == "X", "mrr"]
    assert sorted(f"{fee:.0f}" for fee in mine) == left
    assert len(rows) == 12 + len(left)
