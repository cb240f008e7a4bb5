"""All checks, one after another, and what they find, ordered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from csdata.analyses.quality import (
    duplicates,
    ends,
    incomplete,
    records,
    standing,
    starts,
    unused,
)
from csdata.analyses.quality.facts import Facts
from csdata.analyses.quality.result import Checked, DataQuality, Finding
from csdata.i18n import Message, message
from csdata.tables import Portfolio


class Check(NamedTuple):
    """What is looked for, where that is possible."""

    key: str
    find: Callable[[Facts], Finding | None]
    possible: Callable[[Facts], bool]


def _always(_facts: Facts) -> bool:
    return True


def _dated(facts: Facts) -> bool:
    return facts.dated


CHECKS: Final = (
    Check("nobody_left", records.nobody_left, _always),
    Check("late_records", records.late_records, _dated),
    Check("cut_off", incomplete.cut_off, _always),
    Check("not_counted", incomplete.not_counted, _always),
    Check("starts_later", incomplete.starts_later, _dated),
    Check("says_left", standing.says_left, standing.can_say_left),
    Check("says_active", standing.says_active, lambda f: f.dated and f.has("status")),
    Check("used_after_end", standing.used_after_end, unused.possible),
    Check("starts_piled", starts.piled, _dated),
    Check("ends_piled", ends.piled, _dated),
    Check("ends_modified", ends.modified, lambda f: f.dated and f.has("last_modified")),
    Check("ends_weekdays", ends.weekdays, _dated),
    Check("ends_one_day", ends.one_day, _dated),
    Check("renewed_as_new", duplicates.renewed_as_new, lambda f: f.dated and f.has("name")),
    Check("same_company", duplicates.same_company, lambda f: f.has("name")),
    Check("no_usage", unused.no_usage, unused.possible),
)
"""In the order in which findings of one size are told."""


def data_quality(portfolio: Portfolio) -> DataQuality:
    """What may mislead in the data, with the direction in which retention would look wrong.

    Each check has thresholds that an honest export hardly ever meets; they stand, with their
    reasons, beside the check. Findings are ordered by ``size``: how much of the 12-month retention
    they could move. Where that can be calculated it is the difference of two Kaplan–Meier figures,
    as the data have it and under the assumption that the check names; where only a bound is known
    it is the share of the customers concerned; findings that no figure bounds come first, those
    without a figure behind whatever moves half a point.

    Args:
        portfolio: Customers with dates, or with ``tenure_months`` and ``churned``. Checks that need
            more than there is (usage, a status, names) are listed as impossible.

    Source: docs/definitions.md, section Data quality.
    """
    facts = Facts.of(portfolio)
    found: list[Finding] = []
    checked: list[Checked] = []
    for check in CHECKS:
        if not check.possible(facts):
            checked.append(Checked(check.key, "impossible"))
            continue
        finding = check.find(facts)
        checked.append(Checked(check.key, "clear" if finding is None else "found"))
        found += [] if finding is None else [finding]
    found.sort(key=lambda f: -f.place)
    left_out = [c.name for c in checked if c.state == "impossible"]
    return DataQuality(
        findings=tuple(found),
        checked=tuple(checked),
        definition=message("definition.data_quality", n=len(CHECKS)),
        as_of=portfolio.as_of,
        n=len(facts.rows),
        notes=(message("quality.impossible", checks=left_out),) if left_out else (),
        finding=_finding(found, len(checked) - len(left_out)),
    )


def _finding(found: list[Finding], possible: int) -> Message:
    if not found:
        return message("quality.finding_none", n=possible)
    return message("quality.finding", n=len(found), effect=found[0].effect)
