"""Usage rows → cohort × month activity: ``csdata`` against the usual pandas recipe.

The recipe is the one that every tutorial of cohort analysis has: first month per customer by
``transform("min")``, months by ``to_period``, distinct customers by ``groupby().nunique()``. It
counts calendar months and knows neither eligibility nor incomplete cells; ours gives those, too.

Every way runs in a process of its own, on customers called by whole numbers and by texts, and says
how long it took (wall and processor), and how much memory it had at its peak over what the rows
themselves take:

* ``native``: rows in DuckDB, with the backend's own shortest way; goal: 5 times as fast;
* ``portable``: the same rows in DuckDB, with the form that runs on every backend; goal: 2.5 times;
* ``contract``: as ``native``, months from each customer's own day: the recipe cannot do that;
* ``frame``: rows in pandas, with its own shortest way; no goal, its ids become texts first;
* ``recipe``: pandas as above.

Ways run in turn, ``--runs`` times over; what is printed are medians of the ratios. On a busy
machine the ratio of processor seconds is the steadier one: DuckDB spends them on all cores at
once, the recipe on one, so that by the clock of an idle machine ours are faster than they say.

``--rows`` and ``--customers`` change the size (default 10,000,000 and 200,000).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
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
WAYS: Final = ("native", "portable", "contract", "frame", "recipe")
GOALS: Final = {"native": 5.0, "portable": 2.5}
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


def ours(rows: Any, way: str) -> pd.DataFrame:
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
    clock = "contract" if way == "contract" else "calendar"
    lived = counts.lives(made.customers, as_of=AS_OF, clock=clock)
    members = counts.cohort_lives(lived, period="month")
    native = way != "portable"
    return count_activity(members, made.usage, as_of=AS_OF, clock=clock, native=native)


def measure_here(way: str, ids: str, rows: int, customers: int) -> None:
    """Run one way in this process; print seconds and peak memory in MB as JSON."""
    frame = usage(rows, customers, ids)
    given: Any = frame
    if way in {"native", "portable", "contract"}:
        import duckdb

        duckdb.sql("CREATE TABLE used AS SELECT * FROM frame")
        given = duckdb.table("used")
        del frame
    before = _memory()
    began, spent = time.perf_counter(), time.process_time()
    result = recipe(given) if way == "recipe" else ours(given, way)
    said = {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - spent,
        "before": before,
        "peak": _memory(),
        "n": len(result),
    }
    print(json.dumps(said))


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
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs=2, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.only:
        way, ids = said.only
        measure_here(way, ids, said.rows, said.customers)
        return
    size = ["--rows", str(said.rows), "--customers", str(said.customers)]
    for ids in IDS:
        runs = [{way: _child(way, ids, size) for way in WAYS} for _ in range(said.runs)]
        print(f"{said.rows:,} rows of {said.customers:,} customers ({ids} ids), {said.runs} runs")
        for way in WAYS[:-1]:
            _tell(way, runs)


def _child(way: str, ids: str, size: list[str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, *size, "--only", way, ids],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def _tell(way: str, runs: list[dict[str, dict[str, float]]]) -> None:
    """Print how one way compares with the recipe of the same round."""

    def middle(who: str, what: str) -> float:
        return statistics.median(run[who][what] for run in runs)

    wall, processor = (
        statistics.median(run["recipe"][what] / run[way][what] for run in runs)
        for what in ("seconds", "processor")
    )
    goal = f", goal {GOALS[way]}" if way in GOALS else ""
    print(
        f"  {way}: {wall:.1f} times as fast{goal} "
        f"({middle(way, 'seconds'):.1f} s against {middle('recipe', 'seconds'):.1f} s); "
        f"processor {processor:.1f} times less "
        f"({middle(way, 'processor'):.1f} s against {middle('recipe', 'processor'):.1f} s); "
        f"peak {middle(way, 'peak'):,.0f} MB (rows alone {middle(way, 'before'):,.0f} MB) "
        f"against {middle('recipe', 'peak'):,.0f} MB"
    )


if __name__ == "__main__":
    main()
