"""A portfolio as the files that Salesforce would give: what a user drops on the import page.

Customers and usage come as Formatted reports, contracts and touches as Details Only reports: as the
page that Salesforce calls ``.xls``, and as ``.csv``. In all of them a 契約終了日 is the *last day
with* a contract, one day before ``end``. Same portfolio, same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from csdata.errors import MissingColumns
from csdata.sample.made_up import company
from csdata.sample.people import SERVICE
from csdata.sample.salesforce import Report, details, formatted, page
from csdata.schema import ROLES, Role, lazy
from csdata.tables import Portfolio

LABELS: Final[Mapping[Role, Mapping[str, str]]] = MappingProxyType(
    {
        "customers": {
            "customer_id": "取引先 ID",
            "name": "取引先名",
            "start": "契約開始日",
            "end": "契約終了日",
            "notice": "解約予告日",
            "plan": "プラン",
            "owner": "取引先 所有者",
            "channel": "リードソース",
            "industry": "業種",
            "region": "都道府県",
            "mrr": "月額利用料",
            "total_billing": "総請求額",
            "satisfaction": "満足度",
            "churn_reason": "解約理由",
        },
        "contracts": {
            "customer_id": "取引先 ID",
            "start": "契約開始日",
            "end": "契約終了日",
            "plan": "プラン",
            "term_months": "契約期間 (か月)",
            "mrr": "月額",
            "fixed": "固定",
            "overage": "超過",
            "other": "その他",
        },
        "usage": {
            "customer_id": "取引先 ID",
            "date": "利用日",
            "category": "業務区分",
            "quantity": "利用時間",
        },
        "touches": {
            "customer_id": "取引先 ID",
            "date": "期日",
            "kind": "種別",
            "score": "スコア",
            "note": "コメント",
        },
    }
)
"""Canonical column → label in the files; a column that a portfolio lacks is left out."""

_NAMES: Final[Mapping[Role, str]] = MappingProxyType(
    {
        "customers": "取引先一覧",
        "contracts": "契約一覧",
        "usage": "業務別利用時間",
        "touches": "ヒアリング履歴",
    }
)
_CONTRACT_NUMBER: Final = "契約番号"
_SORTED_BY: Final = LABELS["customers"]["start"]
_FORMATTED: Final[Mapping[Role, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": tuple(LABELS["customers"][c] for c in ("mrr", "total_billing")),
        "usage": (LABELS["usage"]["quantity"],),
    }
)
"""Tables that come as Formatted reports → the columns that are added up below them."""

_FILTERS: Final = (
    "表示: すべての取引先",
    "種別 次の文字列と一致する 顧客",
    "取引先名 次の文字列を含まない テスト,社内",
    f"サービス 次の文字列と一致する {SERVICE}",
)
_USER: Final = "見本 はなこ"
_COMPANY: Final = f"{SERVICE}株式会社"
_TIME: Final = dt.time(18, 5, 7, tzinfo=dt.timezone(dt.timedelta(hours=9)))


def files(portfolio: Portfolio) -> dict[str, bytes]:
    """Salesforce-style exports of the portfolio's tables: file name → content.

    Args:
        portfolio: Customers need ``start``; a table that is None gives no file.

    Raises:
        MissingColumns: The customers have tenures but no dates.
    """
    if portfolio.as_of is None or not portfolio.has_dates:
        present = portfolio.columns("customers")
        raise MissingColumns(table="customers", missing=["start"], present=present)
    made = dt.datetime.combine(portfolio.as_of, _TIME)
    result: dict[str, bytes] = {}
    for role in ROLES:
        frame = getattr(portfolio, role)
        if frame is not None:
            name, content = _file(_labelled(frame, role), role, made)
            result[name] = content
        # Reports are exported one after the other.
        made += dt.timedelta(seconds=48, milliseconds=371)
    return result


def write(directory: Path | str, portfolio: Portfolio | None = None) -> list[Path]:
    """Write :func:`files` of a portfolio (default: the sample company) into ``directory``."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name, content in files(portfolio or company()).items():
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return paths


def _file(table: pd.DataFrame, role: Role, made: dt.datetime) -> tuple[str, bytes]:
    """Name and content of one export."""
    report = Report(_NAMES[role], made, _USER, _COMPANY)
    if role == "customers":
        report = replace(report, sorted_by=_SORTED_BY, filters=_FILTERS)
        table = table.sort_values(_SORTED_BY, kind="stable")
    if role in _FORMATTED:
        name = f"{report.name}-{made:%Y-%m-%d-%H-%M-%S}.xlsx"
        return name, formatted(table, report, totals=_FORMATTED[role])
    name = f"report{round(made.timestamp() * 1000)}"  # milliseconds in UTC
    if role == "contracts":
        table.insert(0, _CONTRACT_NUMBER, [f"{i:08d}" for i in range(1, len(table) + 1)])
        return f"{name}.xls", page(table)
    return f"{name}.csv", details(table, report)


def _labelled(frame: Any, role: Role) -> pd.DataFrame:
    """A table of any backend under its Japanese labels, with last days instead of ends."""
    table: pd.DataFrame = lazy(frame).collect("pandas").to_native().copy()
    if "end" in table:
        table["end"] -= pd.Timedelta(days=1)
    labels = {column: label for column, label in LABELS[role].items() if column in table}
    return table[list(labels)].rename(columns=labels)
