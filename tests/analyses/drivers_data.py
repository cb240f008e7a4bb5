"""The data sets of tests/oracles/cox.R, read as the R script reads them."""

from pathlib import Path

import pandas as pd

ORACLES = Path(__file__).parents[1] / "oracles"
NAMES = ["lung", "lung_strata", "veteran", "rossi", "heart", "late", "tied"]
ROLES = ("entry", "duration", "event", "stratum")


def oracle(name):
    return pd.read_csv(ORACLES / f"cox_{name}.csv", dtype={"value": str})


def rows(name):
    table = pd.read_csv(
        ORACLES / f"cox_rows_{name}.csv",
        keep_default_na=False,
        dtype={"stratum": str, "transplant": str},
    )
    covariates = [c for c in table if c not in ROLES]
    groups = [c for c in covariates if table[c].dtype == object]
    options = {
        "duration": "duration",
        "event": "event",
        "entry": "entry",
        "covariates": covariates,
        "strata": ["stratum"] if len(set(table["stratum"])) > 1 else [],
        "references": {c: min(table[c]) for c in groups},
    }
    return table, options
