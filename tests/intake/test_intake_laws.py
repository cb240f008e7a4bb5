"""Laws: what is written as an export comes back; every row is kept, set aside or dropped."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csdata.intake import Recipe, combine
from csdata.tables import Import
from tests.intake.exports import DETAILS_FOOTER, FOOTER, details, formatted, read_here

SLOW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])

LABELS = {
    "ja": ["取引先 ID", "取引先名", "契約開始日", "契約終了日", "月額", "都道府県"],
    "en": ["Account ID", "Account Name", "Start Date", "End Date", "Monthly Fee", "Prefecture"],
    "api": [
        "AccountId",
        "Account: Account Name",
        "StartDate",
        "EndDate",
        "MRR__c",
        "Prefecture__c",
    ],
}
COLUMNS = ["customer_id", "name", "start", "end", "mrr"]
WORDS = st.text(
    # Six characters change into others on their way through cp932.
    st.characters(codec="cp932", exclude_categories=["C", "Z"], exclude_characters="¢£¬‖−〜"),
    min_size=1,
    max_size=8,
)
"""What an org that exports in Shift_JIS can have typed."""

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2026, 8, 13))
AMOUNTS = st.integers(0, 10**9) | st.decimals(0, 10**6, places=2).map(float)


@st.composite
def customers(draw: st.DrawFn) -> pd.DataFrame:
    """A table of customers that every form of export can carry."""
    n = draw(st.integers(1, 8))
    numbers = draw(st.lists(st.integers(0, 99999), min_size=n, max_size=n, unique=True))
    ids = [f"{draw(st.sampled_from(['', 'A-', '顧']))}{number:07d}" for number in numbers]
    rows = []
    for customer in ids:
        start = draw(DAYS)
        length = draw(st.none() | st.integers(0, 3000))
        rows.append(
            {
                "customer_id": customer,
                "name": draw(WORDS),
                "start": start,
                "end": None if length is None else start + dt.timedelta(days=length + 1),
                "mrr": draw(st.none() | AMOUNTS),
                "region": draw(st.sampled_from(["東京", "大阪", None])),
            }
        )
    table = pd.DataFrame(rows)
    for column in ("start", "end"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    return table.astype({"mrr": "float64"})


def cells(table: pd.DataFrame, form: str | None) -> list[list[object]]:
    """The rows as cells, ends as last days; dates as texts of a form, or as dates."""
    written = table.assign(end=table["end"] - pd.Timedelta(days=1)).astype(object)
    return [[_cell(value, form) for value in row] for row in written.to_numpy().tolist()]


def _cell(value: Any, form: str | None) -> object:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.strftime(form) if form else value.to_pydatetime()
    return value


def assert_same(imported: Import, table: pd.DataFrame) -> None:
    found = imported.table[COLUMNS]
    expected = table[COLUMNS]
    assert found["customer_id"].tolist() == expected["customer_id"].tolist()
    assert found["name"].tolist() == expected["name"].tolist()
    for column in ("start", "end"):
        assert found[column].dtype == "datetime64[us]"
        pd.testing.assert_series_equal(found[column], expected[column])
    np.testing.assert_allclose(found["mrr"], expected["mrr"], rtol=1e-15)
    assert imported.set_aside.empty
    assert_every_row_is_somewhere(imported)


def assert_every_row_is_somewhere(imported: Import) -> None:
    dropped = sum(imported.dropped.values())
    assert imported.rows_read == len(imported.table) + len(imported.set_aside) + dropped
    assert len(imported.raw) == len(imported.table) + len(imported.set_aside)


@SLOW
@given(
    table=customers(),
    lang=st.sampled_from(sorted(LABELS)),
    encoding=st.sampled_from(["cp932", "utf-8", "utf-8-sig"]),
    form=st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y/%m/%d 8:07", "%Y年%m月%d日"]),
    footer=st.sampled_from([(), DETAILS_FOOTER]),
    padded=st.booleans(),
)
def test_a_details_report_comes_back(
    table: pd.DataFrame,
    *,
    lang: str,
    encoding: str,
    form: str,
    footer: tuple[str, ...],
    padded: bool,
) -> None:
    data = details(
        LABELS[lang], cells(table, form), encoding=encoding, footer=footer, padded=padded
    )
    imported = read_here(data, "csv", recipe=Recipe(role="customers", end_is_last_day=True))
    assert_same(imported, table)
    assert imported.as_of == (dt.date(2026, 8, 13) if footer else None)


@SLOW
@given(
    table=customers(),
    lang=st.sampled_from(sorted(LABELS)),
    banner=st.lists(WORDS.map(lambda text: f"条件 {text}"), max_size=30),
    skipped=st.integers(0, 4),
    footer=st.sampled_from([(), FOOTER]),
    form=st.sampled_from([None, "%Y/%m/%d", "%Y-%m-%d"]),
    total=st.booleans(),
)
def test_a_formatted_report_comes_back(
    table: pd.DataFrame,
    *,
    lang: str,
    banner: list[str],
    skipped: int,
    footer: tuple[str, ...],
    form: str | None,
    total: bool,
) -> None:
    rows = cells(table, form)
    if total:
        rows.append(["合計", None, None, None, float(table["mrr"].sum()), None])
    lines = ["2026-08-13 15:51:07 日本標準時/JSTの時点 • 生成者: 見本", *banner]
    header = [f"{label}  ↑" if i == 2 else label for i, label in enumerate(LABELS[lang])]
    data = formatted(header, rows, banner=lines, skipped=skipped, footer=footer)
    imported = read_here(data, "xlsx", recipe=Recipe(role="customers", end_is_last_day=True))
    assert_same(imported, table)
    assert imported.as_of == dt.date(2026, 8, 13)
    assert imported.header_row == skipped + len(lines) + 1
    assert imported.dropped.get("total", 0) == total


MESSY = st.sampled_from(
    [
        *(None, "", " ", "C1", "C2", "合計", "3", "0", "-5", "1,000", "12%", "はい", "未定", "NA"),
        *("2026-01-01", "2026-02-30", "13/5/2026", "2027-01-01", "2025/12/31 8:07", "#N/A"),
    ]
)
HEADERS = [
    ["取引先 ID", "取引先名", "契約開始日", "契約終了日", "月額"],
    ["取引先 ID", "契約番号", "契約開始日", "契約終了日", "固定"],
    ["取引先 ID", "利用日", "業務区分", "利用時間", "x"],
    ["取引先 ID", "期日", "件名", "スコア", "コメント"],
    ["顧客ID", "継続月数", "解約フラグ", "月額", "x"],
]


@SLOW
@given(
    header=st.sampled_from(HEADERS),
    rows=st.lists(st.lists(MESSY, min_size=5, max_size=5), max_size=15),
    as_of=st.none() | st.just(dt.date(2026, 6, 30)),
)
def test_every_row_is_kept_set_aside_or_dropped(
    header: list[str], rows: list[list[str | None]], as_of: dt.date | None
) -> None:
    filled = sum(any(cell and cell.strip() for cell in row) for row in rows)
    good = ["C0", "2026-01-01", "2026-01-01", "1", "1"]
    data = details(header, [good, *rows], encoding="utf-8", footer=DETAILS_FOOTER)
    imported = read_here(data, "csv", recipe=Recipe(as_of=as_of))
    assert_every_row_is_somewhere(imported)
    assert imported.rows_read == 1 + filled + len(DETAILS_FOOTER)
    lines = set(imported.raw.index) | set(imported.issues["row"])
    assert set(imported.set_aside["row"]) <= set(imported.raw.index)
    assert len(imported.set_aside) == (imported.issues["action"] == "set_aside").sum()
    assert max(lines, default=0) <= len(rows) + 2
    if imported.role == "customers":
        joined = combine([imported]).tables["customers"]
        assert joined["customer_id"].is_unique


@SLOW
@given(table=customers(), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(table: pd.DataFrame, order: Any) -> None:
    rows = cells(table, "%Y-%m-%d")
    places = list(range(len(LABELS["ja"])))
    order.shuffle(places)
    lines = list(range(len(rows)))
    order.shuffle(lines)
    shuffled = [[rows[line][place] for place in places] for line in lines]
    header = [LABELS["ja"][place] for place in places]
    data = details(header, shuffled, encoding="utf-8", footer=())
    recipe = Recipe(role="customers", end_is_last_day=True)
    found = read_here(data, "csv", recipe=recipe)
    assert_same_rows = found.table.set_index("customer_id")[COLUMNS[1:]]
    expected = table.set_index("customer_id")[COLUMNS[1:]]
    pd.testing.assert_frame_equal(
        assert_same_rows.loc[expected.index], expected, check_dtype=False, rtol=1e-15
    )
