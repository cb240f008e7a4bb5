"""The overview: six figures, each against the period before, and three sentences."""

from __future__ import annotations

from csdata.analyses.overview import due, groups, lived, money, sentences
from csdata.analyses.overview.result import Overview
from csdata.analyses.portfolio_survival import survival
from csdata.analyses.quality import DataQuality, data_quality
from csdata.analyses.revenue_mix import RevenueMix, mix_of
from csdata.errors import NotEnoughData
from csdata.i18n import message
from csdata.tables import Portfolio


def overview(portfolio: Portfolio, *, quality: DataQuality | None = None) -> Overview:
    """The figures of a customer base at a glance, and what can be said of them.

    Retention (12 months, Kaplan–Meier), departures of the last twelve months, NRR, GRR, the monthly
    revenue and the contracts due in the next 90 days; each with its interval where it is an
    estimate, against the period before, and with the reason where it cannot be had. The sentences
    come from rules: what is said of groups, of changes and of renewals passes Holm over everything
    that was looked at.

    Args:
        portfolio: Customers with dates, or with ``tenure_months`` and ``churned``; contracts with
            amounts for the money, with future ends for the renewals.
        quality: What :func:`csdata.data_quality` found, of the unfiltered data where
            ``portfolio`` is a part of it; default: looked for in ``portfolio``.

    Raises:
        NeedsEnds: The customers were made from records of use, of whom no end is known.
        NotEnoughData: No customer has a usable life.

    Source: docs/definitions.md, section Overview.
    """
    curves = survival(portfolio)
    seen = lived.years(portfolio)
    known = money.revenue(portfolio)
    coming = due.due(portfolio)
    retained = known.retained if known is not None else None
    retention = lived.retention(portfolio, curves, seen)
    figures = (
        retention,
        lived.departures(portfolio, curves, seen),
        *money.figures(portfolio, known),
        due.renewals(portfolio, coming, retained),
    )
    compared, tenures = groups.found(portfolio)
    tests = sentences.tested(figures, compared, due.lost_at(portfolio))
    flaws = data_quality(portfolio) if quality is None else quality
    said = sentences.said(tests, retention, tenures, flaws, _mix(portfolio, known))
    return Overview(
        figures=sentences.judged(figures, tests),
        sentences=said,
        tests=sentences.table(tests),
        due=coming.ahead,
        currency=portfolio.currency,
        definition=message("overview.definition.all"),
        as_of=portfolio.as_of,
        n=curves.n,
        notes=(*curves.notes, *(retained.notes if retained else ())),
        finding=said[0],
    )


def _mix(portfolio: Portfolio, known: money.Revenue | None) -> RevenueMix | None:
    if known is None or known.history is None:
        return None
    try:
        return mix_of(portfolio, known.history)
    except NotEnoughData:
        return None
