"""Customers made of records of use or purchase: whoever occurs, from their first day."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import csdata as cs
from csdata.errors import NeedsEnds, NotEnoughData
from tests.backends import on_every_backend
from tests.counts.test_lives import Backend

ROWS = [
    *(("甲", "2025/01/10", "1,200"), ("甲", "2025/02/15", "800"), ("甲", "2025/05/01", "300")),
    *(("乙", "2025/01/31", "500"), ("乙", "2025/03/05", "500"), ("丙", "2025/05/02", "90")),
]


def purchases() -> bytes:
    lines = [",".join(f'"{v}"' for v in row) for row in [("顧客", "日付", "金額"), *ROWS]]
    return "\n".join(lines).encode()


def table() -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=["customer_id", "date", "quantity"])
    return frame.assign(
        date=pd.to_datetime(frame["date"], format="%Y/%m/%d"),
        quantity=frame["quantity"].str.replace(",", "").astype(float),
    )


def cells(result: cs.Retention) -> dict[tuple[str, int], tuple[int, int, int]]:
    rows: Any = result.table.itertuples()
    return {(f"{r.cohort:%Y-%m}", r.age): (r.size, r.eligible, r.active) for r in rows}


def test_a_file_of_customer_date_and_amount_becomes_a_portfolio() -> None:
    imported = cs.read_export(purchases(), name="purchases.csv")
    assert imported.role == "usage"
    assert not imported.questions
    assert imported.table["quantity"].tolist() == [1200, 800, 300, 500, 500, 90]
    portfolio = cs.Portfolio.from_imports([imported], as_of="2025-05-31")
    assert portfolio.provenance.first_use
    starts = portfolio.customers.set_index("customer_id")["start"].dt.date.to_dict()
    assert starts == {
        "甲": dt.date(2025, 1, 10),
        "乙": dt.date(2025, 1, 31),
        "丙": dt.date(2025, 5, 2),
    }
    said = [note.say("ja") for note in portfolio.provenance.notes]
    assert any("記録 6 行に出てくる 3 件を顧客とし" in sentence for sentence in said)


def test_first_purchase_cohorts_by_hand() -> None:
    portfolio = cs.Portfolio.from_usage(table(), as_of="2025-05-31")
    found = cells(cs.retention(portfolio, measure="on"))
    # 甲 buys in its months 0, 1 and 3; 乙, from 01-31, in 0 and 1: boundary 1 is 03-01.
    assert [found["2025-01", k] for k in range(4)] == [(2, 2, 2), (2, 2, 2), (2, 2, 0), (2, 2, 1)]
    assert found["2025-05", 0] == (1, 0, 0)
    calendar = cells(cs.retention(portfolio, measure="on", clock="calendar"))
    assert [calendar["2025-01", k][2] for k in range(5)] == [2, 1, 1, 0, 1]
    large = cells(cs.retention(portfolio, measure="on", min_quantity=500))
    assert [large["2025-01", k][2] for k in range(4)] == [2, 2, 0, 0]


@on_every_backend
def test_every_backend_makes_the_same_customers(backend: Backend) -> None:
    plain = cs.Portfolio.from_usage(table())
    other = cs.Portfolio.from_usage(backend(table()))
    assert other.as_of == plain.as_of == dt.date(2025, 5, 2)
    for measure in ("on", "on_or_after", "bracket", "streak"):
        expected = cs.retention(plain, measure=measure)
        found = cs.retention(other, measure=measure)
        pd.testing.assert_frame_equal(found.table, expected.table)


@pytest.mark.parametrize("analysis", [cs.retention, cs.survival, cs.tenures])
def test_what_needs_an_end_names_what_works(analysis: Any) -> None:
    with pytest.raises(NeedsEnds) as caught:
        analysis(cs.Portfolio.from_usage(table()))
    for measure in ("その月に利用", "以降も利用", "期間内に利用", "毎月利用"):
        assert measure in caught.value.message.say("ja")


def test_a_filter_keeps_what_is_known_of_the_customers() -> None:
    portfolio = cs.Portfolio.from_usage(table()).where(customer_id=["甲"])
    assert portfolio.provenance.first_use
    assert cs.retention(portfolio, measure="on").n == 1


def test_customers_without_dates_start_with_their_first_use() -> None:
    accounts = "取引先 ID,取引先名,プラン\n甲,甲商店,A\n丁,丁商店,B\n"
    files = [
        cs.read_export(accounts.encode(), name="accounts.csv", recipe=cs_recipe("customers")),
        cs.read_export(purchases(), name="purchases.csv"),
    ]
    portfolio = cs.Portfolio.from_imports(files, as_of="2025-05-31")
    customers = portfolio.customers.set_index("customer_id")
    assert customers.loc["甲", "プラン" if "プラン" in customers else "plan"] == "A"
    assert pd.isna(customers.loc["丁", "start"])
    result = cs.retention(portfolio, measure="on")
    assert result.n == 3
    assert "status.no_start" in [note.key for note in result.notes]


def cs_recipe(role: Any) -> Any:
    from csdata.intake.recipe import Recipe

    return Recipe(role=role)


def test_no_rows_are_told() -> None:
    with pytest.raises(NotEnoughData):
        cs.Portfolio.from_usage(table().head(0))
