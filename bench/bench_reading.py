"""Reading a workbook of 50,000 × 12: ``csdata.read_export`` against pandas with openpyxl.

Ours does more in its time — it finds the header, types the columns, lists the problems, and parses
in a child process under limits — so this is the ratio that a user sees, not one of two parsers.
"""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from pathlib import Path

import pandas as pd
import xlsxwriter
from ratio import compare

ROWS = 50_000
HEADERS = (
    "取引先 ID",
    "取引先名",
    "契約開始日",
    "契約終了日",
    "プラン",
    "担当者",
    "流入経路",
    "業種",
    "月額料金",
    "累計請求額",
    "満足度",
    "解約理由",
)


def write_workbook(path: Path) -> None:
    """A customer list as Salesforce would export it, made up row by row."""
    chance = random.Random(1)  # noqa: S311 (made-up data, no secret)
    workbook = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "default_date_format": "yyyy/mm/dd"}
    )
    sheet = workbook.add_worksheet("取引先")
    sheet.write_row(0, 0, HEADERS)
    for row in range(1, ROWS + 1):
        start = dt.date(2022, 4, 1) + dt.timedelta(days=chance.randrange(1400))
        gone = chance.random() < 0.3  # noqa: PLR2004 (about a third have left)
        billed = chance.randrange(10, 500) * 1000
        values = (
            f"A{row:06}",
            f"株式会社サンプル{row}",
            start,
            start + dt.timedelta(days=chance.randrange(30, 700)) if gone else None,
            chance.choice(["3か月", "6か月", "12か月"]),
            f"担当{chance.randrange(12)}",
            chance.choice(["紹介", "広告", "展示会"]),
            chance.choice(["製造", "小売", "医療", "教育"]),
            billed,
            billed * chance.randrange(1, 40),
            chance.randrange(1, 6),
            chance.choice(["価格", "内製化", "利用減"]) if gone else None,
        )
        sheet.write_row(row, 0, values)
    workbook.close()


def main() -> None:
    """Write the workbook once, read it both ways."""
    import csdata

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "customers.xlsx")
        write_workbook(path)
        compare(
            f"reading {ROWS:,} x {len(HEADERS)} against pandas with openpyxl",
            lambda: csdata.read_export(path),
            lambda: pd.read_excel(path, engine="openpyxl"),
        )


if __name__ == "__main__":
    main()
