"""The backends that every row-level count is tested on."""

from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

BACKENDS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda table: table,
    "polars": pl.from_pandas,
    "duckdb": duckdb.from_df,
}

on_every_backend = pytest.mark.parametrize("backend", BACKENDS.values(), ids=list(BACKENDS))
