"""What the data say: candidates, tested together, and the three that matter most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from csdata.analyses._pairs import holm
from csdata.analyses.intervals import Interval, z_value
from csdata.analyses.overview import due, groups
from csdata.analyses.overview.result import Change, Figure
from csdata.analyses.quality import DataQuality
from csdata.analyses.revenue_mix import RevenueMix
from csdata.analyses.tenures import Tenures
from csdata.i18n import Message, message

MOST: Final = 3
LEVEL: Final = 0.025
"""Half of the usual 5 %: a sentence at the top of the first page is read without its interval, and
with few customers the tests are exact to some tenths only."""
LARGE_CUSTOMER: Final = 0.1
LARGE_FIFTH: Final = 0.5
"""Shares of the revenue from which on it is called concentrated: a tenth paid by one customer, half
by a fifth of them."""


@dataclass(frozen=True, slots=True)
class Tested:
    """One difference that was looked at."""

    kind: str
    name: str
    p_value: float
    about: Any
    adjusted: float = np.nan

    @property
    def claimed(self) -> bool:
        """Whether it is more than chance, all that was looked at considered."""
        return self.adjusted < LEVEL


def p_of(difference: Interval, *, confidence: float = 0.95) -> float:
    """The level at which the interval of a difference would reach 0, by the side towards it.

    An interval that leaves out 0 gives less than 5 %, one that contains it more.
    """
    estimate, lower, upper = map(float, difference)
    side = estimate - lower if estimate > 0 else upper - estimate
    if math.isnan(side) or estimate == 0:
        return 1.0
    return math.erfc(abs(estimate) / side * z_value(confidence) / math.sqrt(2)) if side else 0.0


def tested(
    figures: Sequence[Figure], compared: Sequence[groups.Group], lost: Sequence[due.Renewal]
) -> list[Tested]:
    """All differences together, adjusted for one another."""
    found = [
        Tested("change", f.key, p_of(f.change.interval), f.change)
        for f in figures
        if f.change is not None and not f.change.total
    ]
    found += [Tested("group", f"{g.column}={g.value}", g.p_value, g) for g in compared]
    found += [Tested("renewal", f"{r.term}×{r.number}", r.p_value, r) for r in lost]
    adjusted = holm([test.p_value for test in found]).tolist()
    return [
        Tested(test.kind, test.name, test.p_value, test.about, p)
        for test, p in zip(found, adjusted, strict=True)
    ]


def judged(figures: Sequence[Figure], tests: Sequence[Tested]) -> tuple[Figure, ...]:
    """The figures with the changes that are more than chance marked as such."""
    clear = {test.name for test in tests if test.kind == "change" and test.claimed}
    return tuple(
        replace(f, change=replace(f.change, clear=True)) if f.change and f.key in clear else f
        for f in figures
    )


def table(tests: Sequence[Tested]) -> pd.DataFrame:
    """What was looked at, as a tidy table."""
    names = ("kind", "name", "p_value", "adjusted", "claimed")
    return pd.DataFrame([{n: getattr(t, n) for n in names} for t in tests], columns=list(names))


def said(
    tests: Sequence[Tested],
    retention: Figure,
    lived: Tenures | None,
    quality: DataQuality | None,
    mix: RevenueMix | None,
) -> tuple[Message, ...]:
    """At most three sentences; what could turn a figure comes before what the figures say."""
    sentences = _caveat(retention, quality)
    sentences += _claims(tests, lived)
    if not any(test.claimed for test in tests):
        sentences.append(_nothing(tests))
    else:
        sentences += _no_change(tests)
    sentences += _concentration(mix)
    return tuple(sentences[:MOST])


def _caveat(retention: Figure, quality: DataQuality | None) -> list[Message]:
    """The flaw of the data that could move the retention the furthest, out of its interval."""
    for finding in quality.findings if quality is not None else ():
        if math.isinf(finding.size):
            return [message("overview.says.quality", seen=finding.message, effect=finding.effect)]
        moved = retention.value + finding.after - finding.before
        if not math.isnan(moved) and not retention.lower <= moved <= retention.upper:
            return [message("overview.says.quality", seen=finding.message, effect=finding.effect)]
    return []


def _claims(tests: Sequence[Tested], lived: Tenures | None) -> list[Message]:
    """The clearest of each kind: changes, groups, renewals; then another group."""
    clear = sorted((t for t in tests if t.claimed), key=lambda t: t.p_value)
    changes = [change(t.name, t.about) for t in clear if t.kind == "change"]
    apart = _apart([t.about for t in clear if t.kind == "group"])
    grouped = [groups.say(g, lived) for g in apart] if lived is not None else []
    lost = [t.about.say() for t in clear if t.kind == "renewal"]
    return [*changes[:1], *grouped[:1], *lost[:1], *grouped[1:2]]


def _apart(clear: Sequence[groups.Group]) -> list[groups.Group]:
    """The clearest of each column, who leave more first: of two values each mirrors the other."""
    more = sorted(clear, key=lambda g: g.observed <= g.expected)
    seen: dict[str, groups.Group] = {}
    for group in more:
        seen.setdefault(group.column, group)
    return list(seen.values())


def change(key: str, found: Change) -> Message:
    """A figure that changed by more than chance."""
    return message(
        f"overview.says.change_{key}",
        way=message(f"overview.way.{'up' if found.difference > 0 else 'down'}"),
        now=found.now,
        then=found.then,
        difference=found.difference,
        lower=found.lower,
        upper=found.upper,
    )


def _nothing(tests: Sequence[Tested]) -> Message:
    if not tests:
        return message("overview.says.nothing_tested")
    return message("overview.says.nothing", n=len(tests))


def _no_change(tests: Sequence[Tested]) -> list[Message]:
    """Where something else is more than chance, but no change since the period before is."""
    changes = [test for test in tests if test.kind == "change"]
    if not changes or any(test.claimed for test in changes):
        return []
    names = [message(f"overview.short.{test.name}") for test in changes]
    return [message("overview.says.no_change", figures=names)]


def _concentration(mix: RevenueMix | None) -> list[Message]:
    """Who pays the revenue: a total, so that there is nothing to test."""
    if mix is None or len(mix.concentration) == 0 or mix.n < groups.SMALLEST:
        return []
    largest, top = mix.concentration.iloc[0], mix.concentration.iloc[-1]
    large = largest["share"] >= LARGE_CUSTOMER or top["share"] >= LARGE_FIFTH
    return [
        message(
            "overview.says.concentration" if large else "overview.says.spread",
            day=mix.month,
            largest=float(largest["share"]),
            customers=int(top["customers"]),
            share=float(top["share"]),
            n=mix.n,
        )
    ]
