"""Curves, log-rank and a proportional-hazards fit of a million customers in months.

Two made-up tables of ``--customers`` (default 1,000,000): four groups of equal size, followed for
12 to 48 whole months, each as likely. The truth is written in ``EFFECTS``, on the logarithm of the
hazard against group a. A month's cumulative hazard in group a is:

* ``even``: 0.02 in every month (no month's hazard exceeds 5 %);
* ``renewals``: 0.005, and 0.3 in every twelfth month.

Ours against lifelines (and R's ``survival`` where ``Rscript`` is installed), in turn in one process
(R in its own, timed inside it, without reading the file), in wall and CPU seconds. ``--pairs``
repeats.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata.analyses import survival as s
from csdata.analyses.drivers import cox, hazard_model

CUSTOMERS: Final = 1_000_000
EFFECTS: Final = {"b": 0.3, "c": -0.4, "d": 0.7}
HAZARDS: Final = {
    "even": np.full(48, 0.02),
    "renewals": np.where(np.arange(1, 49) % 12 == 0, 0.3, 0.005),
}
OPTIONS: Final[dict[str, Any]] = {"duration": "time", "event": "left"}
R_SCRIPT: Final = """
suppressPackageStartupMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1])
used <- system.time(f <- coxph(Surv(time, left) ~ group, d, ties = "efron"))
cat(used[["elapsed"]], used[["user.self"]] + used[["sys.self"]], coef(f))
"""


def made(kind: str, customers: int) -> pd.DataFrame:
    """The table of the module's text."""
    chance = np.random.default_rng(20261031)
    group = chance.integers(0, 4, customers)
    effect = np.array([0.0, *EFFECTS.values()])[group]
    total = np.cumsum(HAZARDS[kind])
    left_in = 1.0 + np.searchsorted(total, chance.exponential(1, customers) / np.exp(effect))
    end = chance.integers(12, 49, customers)
    return pd.DataFrame(
        {
            "time": np.minimum(left_in, end),
            "left": left_in <= end,
            "group": pd.Series(np.array(list("abcd"), dtype=object)[group]),
        }
    )


def lifelines_curves(table: pd.DataFrame) -> None:
    """Four curves and the log-rank test."""
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import multivariate_logrank_test

    for _, part in table.groupby("group"):
        KaplanMeierFitter().fit(part["time"], part["left"])
    multivariate_logrank_test(table["time"], table["group"], table["left"])


def our_curves(table: pd.DataFrame) -> None:
    """The same of ours."""
    s.kaplan_meier(table, group="group", **OPTIONS)
    s.logrank(table, group="group", **OPTIONS)


def lifelines_cox(table: pd.DataFrame) -> Any:
    """Cox with dummies."""
    from lifelines import CoxPHFitter

    x = pd.get_dummies(table["group"], drop_first=True, dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = CoxPHFitter().fit(x.assign(time=table["time"], left=table["left"]), "time", "left")
    return fit.params_.to_numpy()


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall seconds, CPU seconds and the answer."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    return time.perf_counter() - wall, time.process_time() - cpu, answer


def r_cox(table: pd.DataFrame, folder: Path) -> tuple[float, float, Any] | None:
    """R's seconds and coefficients; None without R."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    rows, script = folder / "rows.csv", folder / "cox.R"
    table.assign(left=table["left"].astype(int)).to_csv(rows, index=False)
    script.write_text(R_SCRIPT, "utf-8")
    ran = subprocess.run([program, script, rows], capture_output=True, text=True, check=True)
    wall, cpu, *coefficients = (float(v) for v in ran.stdout.split())
    return wall, cpu, np.array(coefficients)


def said(title: str, ours: list[tuple[float, float, Any]], theirs: list[Any]) -> None:
    """Print the medians of the paired ratios."""
    wall, cpu = (
        statistics.median(t[i] / o[i] for o, t in zip(ours, theirs, strict=True)) for i in (0, 1)
    )
    our, their = (statistics.median(r[1] for r in runs) for runs in (ours, theirs))
    print(f"{title}: {cpu:.0f} times as fast in CPU time ({our:.2f} s against {their:.2f} s), "
          f"{wall:.0f} times in wall time")  # fmt: skip


def fits(kind: str, customers: int, pairs: int) -> None:
    """Time the fits and compare the coefficients with the truth."""
    table = made(kind, customers)
    reference: dict[str, Any] = {"references": {"group": "a"}}

    def ours() -> Any:
        return hazard_model(table, covariates="group", **reference, **OPTIONS)

    ours()
    mine: list[Any] = []
    theirs: list[Any] = []
    r: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(pairs):
            mine.append(timed(ours))
            theirs.append(timed(lambda: lifelines_cox(table)))
            r.append(r_cox(table, Path(folder)))
    said(f"{kind}: fit against lifelines", mine, theirs)
    if r[0] is not None:
        said(f"{kind}: fit against R", mine, r)
    found, truth = mine[-1][2], np.array(list(EFFECTS.values()))
    efron = cox(table, covariates="group", **OPTIONS, **reference).table["coef"].to_numpy()
    coef, se = (found.table[c].to_numpy() for c in ("coef", "se"))
    print(f"  model: {found.method}; coefficients {coef.round(4)}, truth {truth}")
    print(f"  off the truth by {(abs(coef - truth) / se).round(1)} standard errors; "
          f"Efron by {(abs(efron - truth) / se).round(1)}")  # fmt: skip
    print(f"  off Efron's by {abs(coef - efron).max():.5f}; ours of Efron off lifelines' by "
          f"{abs(efron - theirs[-1][2]).max():.6f}")  # fmt: skip


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--pairs", type=int, default=1)
    options = parser.parse_args()
    table = made("even", options.customers)
    our_curves(table)
    lifelines_curves(table[:1000])
    runs = [
        (timed(lambda: our_curves(table)), timed(lambda: lifelines_curves(table)))
        for _ in range(max(options.pairs, 3))
    ]
    said("curves and log-rank against lifelines", [o for o, _ in runs], [t for _, t in runs])
    for kind in HAZARDS:
        fits(kind, options.customers, options.pairs)


if __name__ == "__main__":
    main()
