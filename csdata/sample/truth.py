"""The made-up company's true effects and terms of business, in one place for whoever asks.

Everything that decides whether a customer leaves stands in :data:`TRUTH`. Tests simulate companies
and ask whether an analysis finds these numbers again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np


@dataclass(frozen=True, slots=True)
class Plan:
    """One contract plan: its term, its price and how many customers take it."""

    name: str
    term_months: int
    price: int
    """Yen per month for one unit of :data:`INCLUDED_HOURS` hours."""
    rate: int
    """Yen per hour beyond the hours included."""
    share: float
    """Share of new customers who choose it."""


PLANS: Final = (
    Plan("エコノミー", 3, 100_000, 3_300, 0.35),
    Plan("ビジネス", 6, 90_000, 3_000, 0.40),
    Plan("ファースト", 12, 80_000, 2_600, 0.25),
)
INCLUDED_HOURS: Final = 30

CHANNELS: Final = ("Web広告", "紹介", "展示会", "代理店")
CHANNEL_SHARES: Final = (0.38, 0.22, 0.22, 0.18)


@dataclass(frozen=True, slots=True)
class Truth:
    """How customers decide to stay or leave, on the log-odds scale of leaving.

    At every renewal date (each multiple of the plan's term) a customer leaves with log-odds ::

        renewal[term] + depth · d + breadth · b + channel[c] + satisfaction · (s − 3)

    and within every month that does not end on a renewal date with the same sum, ``midterm``
    standing in for ``renewal[term]``. There is nothing else: no effect of calendar time, of the
    number of renewals, of industry, region or person in charge.

    - d, depth: median over the categories used of the hours in contract months 0 to 2, as
      ``(ln hours − ln depth_centre) / depth_scale``; see :meth:`depth_score`. It acts for life.
    - b, breadth: number of categories used in contract months 0 to 2. It has no effect, and it is
      drawn independently of depth. Later in life further categories are taken up, about one in
      ``adoption_months``, so breadth over the whole life *is* longer for those who stay.
    - c, channel: how the customer was won; the channels not named have 0.
    - s, satisfaction: score from 1 to 5 of the first hearing (where it was not held, the score
      that it would have had).

    Depth, breadth, channel, satisfaction and plan are mutually independent among new customers.
    Hours of a customer who leaves within the first three months are cut off in the tables; what
    the decision used are the hours that would have been.
    """

    renewal: Mapping[int, float] = field(
        default_factory=lambda: MappingProxyType({3: -1.75, 6: -1.35, 12: -1.0})
    )
    midterm: float = -5.6
    depth: float = -0.8
    depth_centre: float = 12.0
    depth_scale: float = 0.5
    breadth: float = 0.0
    channel: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({"紹介": -0.6}))
    satisfaction: float = -0.15
    adoption_months: float = 10.0

    def depth_score(self, hours: Any) -> Any:
        """Median hours per used category in the first three months, on the scale of ``depth``.

        One number or an array of them.
        """
        return np.log(hours / self.depth_centre) / self.depth_scale

    def leaving(
        self, *, term: int | None, hours: float, channel: str = "", satisfaction: float = 3
    ) -> float:
        """Probability of leaving at one renewal date, or within one month if ``term`` is None."""
        base = self.midterm if term is None else self.renewal[term]
        logit = (
            base
            + self.depth * self.depth_score(hours)
            + self.channel.get(channel, 0.0)
            + self.satisfaction * (satisfaction - 3)
        )
        return 1 / (1 + math.exp(-logit))


TRUTH: Final = Truth()
"""The effects behind every company that :func:`csdata.sample.company` makes up."""
