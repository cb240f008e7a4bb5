"""Reading a workbook of 12 columns: ``csdata.read_export`` against pandas with openpyxl.

Ours does more in its time — it finds the header, types the columns, lists the problems, and parses
in a child process under limits — so this is the ratio that a user sees, not one of two parsers.

``--rows 500000`` reads a large workbook once each way, every time in a fresh process, and says how
much memory each takes: ours as the process that asks and the one that parses.
``--file`` reads a workbook that is already there.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import xlsxwriter
from ratio import compare

ROWS = 50_000
ONCE = 200_000
"""From so many rows on, one run each is enough: it takes minutes, and noise matters little."""

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


def write_workbook(path: Path, rows: int = ROWS) -> None:
    """A customer list as Salesforce would export it, made up row by row."""
    chance = random.Random(1)  # noqa: S311 (made-up data, no secret)
    workbook = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "default_date_format": "yyyy/mm/dd"}
    )
    sheet = workbook.add_worksheet("取引先")
    sheet.write_row(0, 0, HEADERS)
    for row in range(1, rows + 1):
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


def read_ours(path: Path) -> int:
    """Rows that csdata reads."""
    import csdata

    return csdata.read_export(path).rows_read


def read_theirs(path: Path) -> int:
    """Rows that pandas reads."""
    return len(pd.read_excel(path, engine="openpyxl"))


WAYS = {"ours": read_ours, "theirs": read_theirs}


def measure_here(way: str, path: Path) -> None:
    """Read once in this process; print seconds, rows and peaks of memory in MB as JSON."""
    import csdata.intake  # noqa: F401 (importing is not reading)

    began = time.perf_counter()
    rows = WAYS[way](path)
    said: dict[str, float] = {"seconds": time.perf_counter() - began, "rows": rows}
    if sys.platform != "win32":
        import resource

        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        for name, who in (("parent", resource.RUSAGE_SELF), ("child", resource.RUSAGE_CHILDREN)):
            said[name] = resource.getrusage(who).ru_maxrss / unit
    print(json.dumps(said))


def measure(way: str, path: Path) -> dict[str, float]:
    """What :func:`measure_here` says of a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, "--only", way, "--file", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def compare_once(path: Path) -> None:
    """Print the ratio of one run each, and their peaks of memory."""
    ours, theirs = measure("ours", path), measure("theirs", path)
    ratio = theirs["seconds"] / ours["seconds"]
    print(
        f"reading {ours['rows']:,.0f} x {len(HEADERS)} against pandas with openpyxl: {ratio:.1f} "
        f"times as fast ({ours['seconds']:.1f} s against {theirs['seconds']:.1f} s, one run each)"
    )
    if "parent" in ours:
        print(
            f"peak memory: {ours['parent']:,.0f} MB and {ours['child']:,.0f} MB in the child "
            f"against {theirs['parent']:,.0f} MB"
        )


def main() -> None:
    """Write the workbook once, read it both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--only", choices=list(WAYS), help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.only:
        measure_here(said.only, said.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = said.file or Path(folder, "customers.xlsx")
        if said.file is None:
            write_workbook(path, said.rows)
        if said.file or said.rows >= ONCE:
            compare_once(path)
            return
        compare(
            f"reading {said.rows:,} x {len(HEADERS)} against pandas with openpyxl",
            lambda: read_ours(path),
            lambda: read_theirs(path),
        )


if __name__ == "__main__":
    main()
