"""Any table, written as any kind of export, reads back as the same table.

All combinations of kind, language, encoding, banner, grouping, form of dates and length of ids are
tried where changes are checked before they land; elsewhere every seventh, to keep waiting short.
Each has a table of its own.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import pytest

from csdata.intake import Recipe
from tests.intake.exports import DETAILS_FOOTER, ENGLISH, FOOTER, JAPANESE, keys, read_here
from tests.intake.kinds import write

KINDS = ("xlsx", "xls", "xlsb", "ods", "html", "csv", "tsv", "semicolon")
TEXT = {"csv", "tsv", "semicolon"}
LABELS = {
    "ja": ("取引先 ID", "取引先名", "契約開始日", "解約日", "プラン", "月額", "ひとこと"),
    "en": ("Account ID", "Account Name", "Start Date", "Churn Date", "Plan", "MRR", "Remark"),
    "api": ("AccountId", "Name", "StartDate", "ChurnDate__c", "Plan__c", "MRR__c", "Remark__c"),
}
SUBTOTAL = {"ja": ("小計", "合計"), "en": ("Subtotal", "Total"), "api": ("Subtotal", "Total")}
PLANS = ("12か月", "6か月", "3か月")
NAMES = (
    "株式会社トータル",
    "Total Connect",
    "合計商事",
    "NA",
    "None",
    "null",
    "007",
    "1E5",
    "3/4",
    "Solar's & Sons <Ltd>",
    "A;B;C",
    "甲,乙|丙",
    '引用"符"社',
    "㈱①髙橋",
    "Copyright 商会",
    "件数管理",
    "はい",
    "-",
)
ERAS = ((dt.date(2019, 5, 1), "R", 2018), (dt.date(1989, 1, 8), "H", 1988))


def japanese_year(day: dt.date) -> str:
    letter, before = next((letter, before) for since, letter, before in ERAS if day >= since)
    return f"{letter}{day.year - before}.{day.month}.{day.day}"


DATES = {
    "iso": lambda d: d.isoformat(),
    "slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "kanji": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "era": japanese_year,
    "american": lambda d: f"{d.month}/{d.day}/{d.year}",
    "british": lambda d: f"{d.day:02}/{d.month:02}/{d.year} 09:24",
    "german": lambda d: f"{d.day:02}.{d.month:02}.{d.year}",
    "utc": lambda d: f"{d - dt.timedelta(days=1)}T15:00:00.000Z",  # midnight in Tokyo
    "native": lambda d: d,
}


@dataclass(frozen=True)
class Case:
    kind: str
    language: str
    encoding: str
    banner: int
    grouped: bool
    dates: str
    id_length: int


def cases(kind: str) -> Iterator[Case]:
    encodings = ("utf-8", "utf-8-sig", "cp932", "utf-16") if kind in TEXT else ("utf-8",)
    forms = [form for form in DATES if form != "native" or kind not in {*TEXT, "html"}]
    for combination in itertools.product(
        LABELS, encodings, (0, 3, 13), (False, True), forms, (15, 18)
    ):
        yield Case(kind, *combination)


def long_id(short: str) -> str:
    """The 18 characters of an id: three more that say which letters are capitals."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    blocks = (short[i : i + 5] for i in (0, 5, 10))
    return short + "".join(
        letters[sum(1 << i for i, c in enumerate(block) if c.isupper())] for block in blocks
    )


def made_up(case: Case, chance: random.Random) -> pd.DataFrame:
    """Customers of the kind that a company has, with names that are hard to read."""
    n = chance.randrange(3, 12)
    shorts = [f"0015g0000{i:02}" + "".join(chance.choices("AbCdEfGh", k=4)) for i in range(n)]
    starts = [dt.date(2018, 1, 1) + dt.timedelta(days=chance.randrange(2500)) for _ in range(n)]
    starts[0] = starts[0].replace(day=28)  # a day that says how day and month stand
    ends = [
        s + dt.timedelta(days=chance.randrange(1, 500)) if chance.random() < 0.5 else None
        for s in starts
    ]
    ends[0] = (starts[0] + dt.timedelta(days=40)).replace(day=27)
    return pd.DataFrame(
        {
            "customer_id": [long_id(s) if case.id_length == 18 else s for s in shorts],
            "name": chance.choices(NAMES, k=n),
            "start": starts,
            "end": ends,
            "plan": sorted(chance.choices(PLANS, k=n)),
            "mrr": [float(chance.randrange(1, 900) * 1000) for _ in range(n)],
            "remark": [chance.choice(["", "よい", "a, b", '"c"']) for _ in range(n)],
        },
        dtype=object,
    )


def lines(case: Case, table: pd.DataFrame) -> list[list[object]]:
    """The rows of the sheet: banner, headings, rows with their groups, footer."""
    heads = list(LABELS[case.language])
    columns = list(table.columns)
    if case.grouped:
        heads = [f"{heads[4]}  ↑", *heads[:4], *heads[5:]]
        columns = ["plan", *(c for c in columns if c != "plan")]
    written = DATES[case.dates]
    banner = (JAPANESE if case.language == "ja" else ENGLISH)[: case.banner]
    banner = (*banner, *(f"{i}: A,B" for i in range(case.banner - len(banner))))
    result: list[list[object]] = [[line] for line in banner]
    result += [[]] * bool(banner)
    result.append(list(heads))
    subtotal, total = SUBTOTAL[case.language]
    money = columns.index("mrr")
    for plan, group in table.groupby("plan", sort=True):
        for place, row in enumerate(group.to_dict("records")):
            cells = [
                written(row[c]) if c in {"start", "end"} and row[c] is not None else row[c]
                for c in columns
            ]
            if case.grouped and place:
                cells[0] = None
            result.append(["" if cell is None else cell for cell in cells])
        if case.grouped:
            sums: list[object] = [""] * len(columns)
            sums[1], sums[money] = subtotal, float(group["mrr"].sum())
            result.append(sums)
        assert plan in PLANS
    if case.grouped:
        sums = [""] * len(columns)
        sums[0], sums[money] = total, float(table["mrr"].sum())
        result.append(sums)
    footer = DETAILS_FOOTER if case.kind in TEXT else FOOTER
    return [*result, [], *([line] for line in footer)] if case.kind != "html" else result


def encoded(case: Case, rows: Sequence[Sequence[object]]) -> bytes:
    if case.kind in TEXT:
        return write(case.kind, rows[0], rows[1:], encoding=case.encoding)
    return write(case.kind, rows[0], rows[1:])


def read_kind(case: Case) -> str:
    return "csv" if case.kind in TEXT else case.kind


STEP = 1 if os.environ.get("CI") else 7


@pytest.mark.parametrize("language", LABELS)
@pytest.mark.parametrize("kind", KINDS)
def test_any_table_comes_back(kind: str, language: str) -> None:
    mine = [(n, case) for n, case in enumerate(cases(kind)) if case.language == language]
    for number, case in mine[::STEP]:
        chance = random.Random(f"{kind}{number}")
        table = made_up(case, chance)
        written = lines(case, table)
        recipe = Recipe(end_is_last_day=False)
        imported = read_here(encoded(case, written), read_kind(case), recipe=recipe)
        assert imported.role == "customers", case
        assert imported.set_aside.empty, (case, imported.set_aside)
        found = imported.table.rename(columns={LABELS[case.language][6]: "remark"})
        assert len(found) == len(table), (case, found, table)
        for column in ("customer_id", "name", "plan"):
            assert found[column].tolist() == table.sort_values("plan")[column].tolist(), case
        for column in ("start", "end"):
            expected = pd.to_datetime(table[column].to_numpy())
            assert pd.DatetimeIndex(found[column]).equals(expected.as_unit("us")), (case, column)
        assert found["mrr"].tolist() == table["mrr"].tolist(), case
        if "remark" in found:
            assert found["remark"].fillna("").tolist() == table["remark"].tolist(), case
        extra = [name for name in found.columns if name not in table.columns]
        assert not extra, (case, extra)
        assert imported.rows_read == len(table) + sum(imported.dropped.values()), case
        assert not [key for key in keys(imported.questions) if key != "question.as_of"], case
