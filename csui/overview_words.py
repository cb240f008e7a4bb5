"""The overview's figures in words: names, values, differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csdata.analyses.overview.result import money
from csdata.tables import Portfolio
from csdata.taxes import with_tax
from csui.text import say, t

if TYPE_CHECKING:
    from csdata.analyses.overview import Change, Figure


def label(data: Portfolio, figure: Figure) -> str:
    """A figure's name; of amounts with (税抜) or (税込) where that is known."""
    name = t(f"overview.figure.{figure.key}")
    if figure.key != "mrr":
        return name
    of_contracts = "mrr" in data.columns("contracts")
    return say(with_tax(name, data.tax("mrr", role="contracts" if of_contracts else "customers")))


def written(value: float, unit: str, currency: str | None) -> str:
    """A value as a slide writes it; an amount of unknown currency says so."""
    if unit == "money":
        return t("page.overview.amount", amount=money(value, currency))
    return t(f"page.overview.value.{unit}", value=value)


def difference(value: float, unit: str, currency: str | None) -> str:
    """A difference with its sign."""
    if unit == "money":
        size = t("page.overview.amount", amount=money(abs(value), currency))
        return f"{'-' if value < 0 else '+' if value else '±'}{size}"
    return t(f"page.overview.difference.{unit}", value=value)


def against(figure: Figure) -> str:
    """What a figure's difference is against, and whether it is more than chance."""
    change = figure.change
    if change is None:
        return say(figure.no_change) if figure.no_change else ""
    before = t(
        f"page.overview.before.{figure.key}",
        now=written(change.now, change.unit, figure.currency),
        then=written(change.then, change.unit, figure.currency),
        day=change.until,
        n=change.n,
    )
    if change.total:
        return before
    return t(
        "page.overview.against",
        before=before,
        difference=difference(change.difference, change.unit, figure.currency),
        lower=difference(change.lower, change.unit, figure.currency),
        upper=difference(change.upper, change.unit, figure.currency),
        verdict=t(f"page.overview.verdict.{verdict(change)}"),
    )


def verdict(change: Change) -> str:
    """Which word it deserves: a total has no chance in it."""
    if change.total:
        return "total"
    return "sure" if change.clear else "alone" if change.sure else "chance"
