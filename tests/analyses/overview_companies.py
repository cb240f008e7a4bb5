"""Made-up companies in which nothing has an effect on who leaves, or one thing has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csdata import Portfolio

_SHARES = {
    "plan": {"S": 0.5, "M": 0.3, "L": 0.2},
    "owner": dict.fromkeys("ABCDE", 0.2),
    "channel": {"Web": 0.85, "紹介": 0.15},
    "region": dict.fromkeys("東西南北", 0.25),
}


def alike(seed: int, *, customers: int, monthly: float = 0.03, worse: float = 1.0) -> Portfolio:
    """Everybody leaves alike, 3 % a month, whatever their plan, owner, channel and region.

    They began at any time of the last 48 months. ``worse``: how many times as often those of plan
    L leave.
    """
    rng = np.random.default_rng(seed)
    groups = {
        name: rng.choice(list(shares), customers, p=list(shares.values()))
        for name, shares in _SHARES.items()
    }
    rate = monthly * np.where(groups["plan"] == "L", worse, 1.0)
    seen, lived = rng.integers(1, 49, customers), rng.geometric(rate)
    table = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(customers)],
            "tenure_months": np.minimum(seen, lived).astype(float),
            "churned": lived <= seen,
            **groups,
        }
    )
    return Portfolio(customers=table)
