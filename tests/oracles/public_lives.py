"""Writes public_lives.csv: public data sets bundled with lifelines, in the columns of the oracles.

Run it before survival.R to renew the oracles; the tests read the CSV files only.
"""

from pathlib import Path

import pandas as pd
from lifelines import datasets

HERE = Path(__file__).parent


def lives(name, table, *, duration, event, group, entry=None, stratum=None):
    """One data set; rows whose entry is not before their end cannot be used by R either."""
    rows = pd.DataFrame(
        {
            "data": name,
            "entry": table[entry] if entry else 0.0,
            "duration": table[duration].astype(float),
            "event": table[event].astype(int),
            "group": group.astype(str),
            "stratum": table[stratum].astype(str) if stratum else "",
        }
    )
    return rows[rows["entry"] < rows["duration"]]


rossi, waltons, leukemia = (
    getattr(datasets, f"load_{n}")() for n in ("rossi", "waltons", "leukemia")
)
larynx, heart = datasets.load_larynx(), datasets.load_stanford_heart_transplants()
regimes = datasets.load_dd()
stage = 1 + larynx[["Stage_II", "Stage_III", "Stage_IV"]].to_numpy() @ [1, 2, 3]
continent = regimes["un_continent_name"]

pd.concat(
    [
        lives("rossi", rossi, duration="week", event="arrest", group=rossi["fin"], stratum="race"),
        lives("waltons", waltons, duration="T", event="E", group=waltons["group"]),
        lives(
            "leukemia", leukemia, duration="t", event="status", group=leukemia["Rx"], stratum="sex"
        ),
        lives("larynx", larynx, duration="time", event="death", group=pd.Series(stage)),
        lives(
            "heart",
            heart,
            duration="stop",
            event="event",
            group=heart["transplant"],
            entry="start",
            stratum="surgery",
        ),
        lives("regimes", regimes, duration="duration", event="observed", group=continent),
    ]
).to_csv(HERE / "public_lives.csv", index=False, lineterminator="\n")
