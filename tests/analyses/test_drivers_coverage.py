"""Intervals of a known effect cover it as often as they say.

Generators (all proportional hazards, effect written down): customers of two equal groups, one of
which leaves exp(0.5) times as fast at any time; everyone is followed to a time between 6 and 24.
``days``: exponential lives of mean 20 (Cox's model is the generating one). ``months``: the same,
seen by month, with a hazard four times as high in every sixth month (the monthly model is). Seeds
0, 1, 2 …: in full 1,500 of them, and 93–97 % must cover; else 400, and the bounds are those that
95 % coverage keeps with the same certainty (three and a half standard errors).
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from csdata.analyses.drivers import hazard_model

EFFECT = 0.5
FULL, SHORT = 1500, 400


def seeds_and_reach():
    """How many seeds, and how far from 95 % the share that covers may be."""
    current = settings.default
    if (
        current is not None and current.max_examples >= 1000
    ):  # the profile of ``tasks.py test --full``
        return FULL, 0.02
    return SHORT, 3.5 * np.sqrt(0.95 * 0.05 / SHORT)


def days(chance, n):
    group = np.arange(n) % 2
    life = chance.exponential(20, n) / np.exp(EFFECT * group)
    return group, life, chance.uniform(6, 24, n)


def months(chance, n):
    group = np.arange(n) % 2
    hazard = np.where(np.arange(1, 25) % 6 == 0, 0.2, 0.05)  # cumulative, per month
    total = np.cumsum(hazard)
    due = chance.exponential(1, n) / np.exp(EFFECT * group)
    life = 1.0 + np.searchsorted(total, due)
    return group, np.where(due > total[-1], 99, life), chance.integers(6, 25, n)


@pytest.mark.parametrize(
    ("generator", "method", "n"),
    [pytest.param(days, "cox", 200, id="days"), pytest.param(months, "months", 400, id="months")],
)
def test_intervals_cover_the_effect(generator, method, n):
    seeds, reach = seeds_and_reach()
    covered = 0
    for seed in range(seeds):
        group, life, end = generator(np.random.default_rng(seed), n)
        table = pd.DataFrame(
            {"time": np.minimum(life, end).astype(float), "left": life <= end, "group": group}
        )
        found = hazard_model(
            table, duration="time", event="left", covariates="group", method=method
        ).table.iloc[0]
        covered += found["lower"] < np.exp(EFFECT) < found["upper"]
    assert abs(covered / seeds - 0.95) <= reach
