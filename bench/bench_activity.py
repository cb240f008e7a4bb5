"""Usage rows → cohort × month activity: ``csdata`` against the usual pandas recipe.

The recipe is the one that every tutorial of cohort analysis has: first month per customer by
``transform("min")``, months by ``to_period``, distinct customers by ``groupby().nunique()``. It
counts calendar months and knows neither eligibility nor incomplete cells; ours gives those, too.

Every way runs in a process of its own, on customers called by whole numbers and by texts, and says
how long it took and how much memory it had at its peak over what the rows themselves take:

* ``native``: rows in DuckDB, with the backend's own shortest way;
* ``portable``: the same rows in DuckDB, with the form that runs on every backend;
* ``frame``: rows in pandas, with its own shortest way;
* ``recipe``: pandas as above.

``--rows`` and ``--customers`` change the size (default 10,000,000 and 200,000).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import time
from operator import attrgetter
from typing import Any, Final

import numpy as np
import pandas as pd

import csdata  # noqa: F401 (importing is not counting)

ROWS: Final = 10_000_000
CUSTOMERS: Final = 200_000
MONTHS: Final = 48
AS_OF: Final = dt.date(2026, 10, 31)
WAYS: Final = ("native", "portable", "frame", "recipe")
IDS: Final = ("integer", "text")


def usage(rows: int, customers: int, ids: str) -> pd.DataFrame:
    """Made-up usage: customers begin at any time and are used less the longer they are there."""
    chance = np.random.default_rng(7)
    who = chance.integers(0, customers, rows)
    starts = chance.integers(0, MONTHS * 30, customers)
    age = np.minimum(chance.exponential(200, rows), MONTHS * 30 - 1 - starts[who])
    day = np.datetime64("2022-11-20", "us") + (starts[who] + age).astype("timedelta64[D]")
    frame = pd.DataFrame({"customer_id": who, "date": day, "quantity": 1.0})
    if ids == "text":
        names = np.array([f"0015h000{i:07d}AAA" for i in range(customers)], dtype=object)
        frame["customer_id"] = pd.array(names[who], dtype="string[pyarrow]")
    return frame


def recipe(frame: pd.DataFrame) -> pd.DataFrame:
    """Distinct customers by first month and months since, as tutorials have it."""
    month = frame["date"].dt.to_period("M")
    first = frame.groupby("customer_id")["date"].transform("min").dt.to_period("M")
    table = pd.DataFrame({"customer_id": frame["customer_id"], "cohort": first, "month": month})
    counted = table.groupby(["cohort", "month"])["customer_id"].nunique().reset_index()
    counted["age"] = (counted["month"] - counted["cohort"]).apply(attrgetter("n"))
    return counted.pivot_table(index="cohort", columns="age", values="customer_id")


def ours(rows: Any, *, native: bool) -> pd.DataFrame:
    """Months of use per customer, counted; from them any measure can be read."""
    from csdata import Portfolio, counts
    from csdata.counts_activity import count_activity

    if isinstance(rows, pd.DataFrame):
        made = Portfolio.from_usage(rows, as_of=AS_OF, fingerprint="measured")
    else:
        import duckdb

        # Kept, because every step that asks a relation computes it anew.
        duckdb.sql(
            "CREATE TABLE first AS SELECT customer_id, min(date) AS start FROM used GROUP BY 1"
        )
        made = Portfolio(
            customers=duckdb.table("first"), usage=rows, as_of=AS_OF, fingerprint="measured"
        )
    lived = counts.lives(made.customers, as_of=AS_OF, clock="calendar")
    members = counts.cohort_lives(lived, period="month")
    return count_activity(members, made.usage, as_of=AS_OF, clock="calendar", native=native)


def measure_here(way: str, ids: str, rows: int, customers: int) -> None:
    """Run one way in this process; print seconds and peak memory in MB as JSON."""
    frame = usage(rows, customers, ids)
    given: Any = frame
    if way in {"native", "portable"}:
        import duckdb

        duckdb.sql("CREATE TABLE used AS SELECT * FROM frame")
        given = duckdb.table("used")
        del frame
    before = _memory()
    began = time.perf_counter()
    result = recipe(given) if way == "recipe" else ours(given, native=way != "portable")
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "before": before, "peak": _memory(), "n": len(result)}))


def _memory() -> float:
    """Peak memory of this process so far in MB; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Measure every way for both kinds of ids; print ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--only", nargs=2, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.only:
        way, ids = said.only
        measure_here(way, ids, said.rows, said.customers)
        return
    for ids in IDS:
        found: dict[str, dict[str, float]] = {}
        for way in WAYS:
            size = ["--rows", str(said.rows), "--customers", str(said.customers)]
            done = subprocess.run(
                [sys.executable, __file__, *size, "--only", way, ids],
                check=True,
                capture_output=True,
                text=True,
            )
            found[way] = json.loads(done.stdout)
        theirs = found["recipe"]
        for way in WAYS[:-1]:
            one = found[way]
            print(
                f"{said.rows:,} rows of {said.customers:,} customers ({ids} ids), {way}: "
                f"{theirs['seconds'] / one['seconds']:.1f} times as fast "
                f"({one['seconds']:.1f} s against {theirs['seconds']:.1f} s), "
                f"peak {one['peak']:,.0f} MB (rows alone {one['before']:,.0f} MB) "
                f"against {theirs['peak']:,.0f} MB (rows alone {theirs['before']:,.0f} MB)"
            )


if __name__ == "__main__":
    main()
