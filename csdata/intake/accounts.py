"""Accounts → who counts as a customer: groups of accounts, and accounts that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from csdata.company_names import name_key
from csdata.intake.headers import normal
from csdata.intake.join_rules import Excluded

_LABELS: Final = frozenset(
    map(
        normal,
        (
            *(
                "種別",
                "取引先 種別",
                "顧客区分",
                "顧客種別",
                "区分",
                "ステータス",
                "状況",
                "プラン",
            ),
            *("契約状況", "契約ステータス", "顧客ステータス", "Type", "Account Type", "Status"),
            *("Customer Status", "Contract Status", "Plan"),
        ),
    )
)
"""Headings of columns whose values say what kind of account it is."""

_WORDS: Final[Mapping[Excluded, str]] = {
    "internal": r"社内|自社|グループ会社|関連会社|internal|employee|own company",
    "test": r"テスト|検証用?|デモ|サンプル|ダミー|\btest|\bdemo\b|\bsandbox\b|\bdummy\b",
    "trial": r"試用|トライアル|お試し|無料体験|\btrial\b|\bpoc\b",
    "paused": r"休止|一時停止|停止中|休会|\bpaused?\b|\bsuspended\b|\bon hold\b",
}
_NAMED: Final = re.compile(
    r"^(?:テスト|検証|デモ|ダミー|サンプル)(?:用|取引先|顧客|アカウント|会社|企業|データ)?[\s\d_-]*$"
    r"|(?:【|\[|\(|（)(?:テスト|検証|デモ|ダミー|test|demo)[^】\])）]*(?:】|\]|\)|）)"
    r"|(?:テスト|検証|デモ|ダミー)用?(?:取引先|顧客|アカウント|データ)"
    r"|^(?:test|demo|dummy)(?:[\s_-]*(?:account|customer|company|data|inc|corp))?[\s\d_.-]*$",
    re.IGNORECASE,
)
"""Names that only a test account has; 株式会社テストラボ is a company."""

NONE: Final = pd.DataFrame(columns=["kind", "customer_id", "name", "column", "value"], dtype=object)
"""No account that may be no customer."""


def candidates(customers: pd.DataFrame, headings: Mapping[str, str]) -> pd.DataFrame:
    """Accounts that may be no customers, with what says so.

    Args:
        customers: One row per account.
        headings: Column → heading in the file.

    Returns:
        ``kind`` (see :class:`~csdata.intake.join_rules.JoinRules`), ``customer_id``, ``name``,
        ``column``, ``value``; an account may have several rows.
    """
    found = list(_candidates(customers, headings))
    return pd.concat(found, ignore_index=True) if found else NONE


def _candidates(customers: pd.DataFrame, headings: Mapping[str, str]) -> Iterator[pd.DataFrame]:
    name = customers.get("name", customers["customer_id"])
    for column in customers.columns:
        heading = headings.get(str(column), str(column))
        texts = customers[column]
        if column == "name":
            hits = [("test", texts.astype("string").map(_is_test, na_action="ignore"))]
        elif normal(heading) in _LABELS and not pd.api.types.is_numeric_dtype(texts):
            said = texts.astype("string")
            hits = [(kind, said.str.contains(p, case=False)) for kind, p in _WORDS.items()]
        else:
            continue
        for kind, hit in hits:
            rows = hit.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
            if rows.any():
                yield pd.DataFrame(
                    {
                        "kind": kind,
                        "customer_id": customers["customer_id"].to_numpy(dtype=object)[rows],
                        "name": name.to_numpy(dtype=object)[rows],
                        "column": heading,
                        "value": texts.to_numpy(dtype=object)[rows],
                    }
                )


def _is_test(name: str) -> bool:
    return bool(_NAMED.search(name))


def groups(customers: pd.DataFrame) -> dict[str, str]:
    """Account → the account at the top of its group (最上位の親取引先), by id or by name.

    A parent that is not in the table stands for itself; in a circle the smallest id does.
    """
    ids = customers["customer_id"].astype(str).tolist()
    parents = _parents(customers)
    top: dict[str, str] = {}
    for account in ids:
        path = [account]
        while (above := parents.get(path[-1])) is not None and above not in path:
            if above in top:
                path.append(top[above])
                break
            path.append(above)
        else:
            if above is not None:  # a circle
                path.append(min(path[path.index(above) :]))
        for each in path:
            top.setdefault(each, path[-1])
    return {account: top[account] for account in ids}


def _parents(customers: pd.DataFrame) -> dict[str, str]:
    """Account → its parent's id; a parent given by name is found by name if only one has it."""
    ids = customers["customer_id"].astype(str)
    if "parent_id" in customers:
        given = customers["parent_id"]
    elif "parent" in customers:
        given = customers["parent"]
        if "name" in customers:
            keys = customers["name"].astype("string").map(name_key, na_action="ignore")
            alone = ~keys.duplicated(keep=False) & keys.notna()
            by_name = dict(zip(keys[alone], ids[alone], strict=True))
            given = given.map(
                lambda name: by_name.get(name_key(str(name)), str(name)), na_action="ignore"
            )
    else:
        return {}
    pairs = pd.DataFrame({"child": ids, "parent": given}).dropna()
    pairs = pairs[pairs["child"] != pairs["parent"].astype(str)]
    return dict(zip(pairs["child"], pairs["parent"].astype(str), strict=True))
