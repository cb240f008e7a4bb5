"""Satisfaction hearings and the reasons of those who left."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from csdata.sample.lives import MONTHS, Lives, Starts
from csdata.sample.people import Floats, Ints, pick, texts
from csdata.sample.truth import Truth

FIRST_HEARING: Final = "初動ヒアリング"
HEARING: Final = "定期ヒアリング"

REASONS: Final = (
    "使いこなせなかった",
    "品質への不満",
    "費用対効果",
    "内製化",
    "業務量の減少",
    "担当者の退職",
    "他社へ切替",
)
_REASON_SHARES: Final = {
    "shallow": (0.34, 0.08, 0.24, 0.10, 0.12, 0.06, 0.06),
    "unhappy": (0.10, 0.38, 0.20, 0.06, 0.08, 0.06, 0.12),
    "other": (0.05, 0.08, 0.22, 0.27, 0.18, 0.12, 0.08),
}
_SHALLOW: Final = -0.4
"""Depth score below which 使いこなせなかった is the usual reason."""
_UNHAPPY: Final = 2
"""Satisfaction up to which 品質への不満 is."""

_SCORES: Final = (0.05, 0.12, 0.28, 0.36, 0.19)
"""Shares of the scores 1 to 5 at the first hearing."""
_HELD: Final = 0.96
_DRIFT: Final = 0.7
_AT: Final = (1, *range(5, MONTHS, 6))
"""Contract months after which hearings fall due: one month after the start, then half-yearly."""

# Some notes have line breaks and quotation marks, as free text in exports does.
_NOTES: Final = (
    ("依頼の仕方が分からず止まっている。\n次回、依頼の例を一緒に作る。", "返信が遅いとの指摘。"),
    ("担当が変わり引き継ぎに不安。", '「"丸投げ"できると思っていた」とのこと。'),
    ("可もなく不可もなく。依頼できる業務を棚卸し中。", "月末に業務が集中する。"),
    ("経理の締めが早くなったと好評。", "社内で紹介してもらえそう。\n決裁者にも面会済み。"),
    ("手放せないとのこと。別部署の業務も相談したい。", "満足度が高い。事例取材を依頼した。"),
)


def satisfaction(rng: np.random.Generator, count: int) -> Ints:
    """Score from 1 to 5 that a customer gives, or would give, at the first hearing."""
    return pick(rng, _SCORES, count) + 1


def touches(rng: np.random.Generator, began: Starts, life: Lives, satisfied: Ints) -> pd.DataFrame:
    """Hearings held: ``customer`` (index), ``day`` (number), ``kind``, ``score``, ``note``."""
    shape = (len(satisfied), len(_AT))
    day = began.boundaries()[:, list(_AT)] + rng.integers(0, 7, shape)
    score = np.clip(np.round(satisfied[:, None] + _DRIFT * rng.standard_normal(shape)), 1, 5)
    score[:, 0] = satisfied
    held = (rng.random(shape) < _HELD) & (day < life.until[:, None])
    variant = rng.integers(0, 2, shape)
    customer, time = np.nonzero(held)
    score, variant = score[customer, time].astype(np.int64), variant[customer, time]
    return pd.DataFrame(
        {
            "customer": customer,
            "day": day[customer, time],
            "kind": texts((FIRST_HEARING, HEARING), np.minimum(time, 1)),
            "score": score.astype(float),
            "note": texts([n for pair in _NOTES for n in pair], (score - 1) * 2 + variant),
        }
    )


def reasons(rng: np.random.Generator, truth: Truth, depth_hours: Floats, satisfied: Ints) -> Ints:
    """Index of the reason that each customer gives on leaving."""
    count = len(satisfied)
    drawn = {name: pick(rng, shares, count) for name, shares in _REASON_SHARES.items()}
    shallow = truth.depth_score(depth_hours) < _SHALLOW
    return np.where(
        satisfied <= _UNHAPPY,
        drawn["unhappy"],
        np.where(shallow, drawn["shallow"], drawn["other"]),
    )
