"""Two rows of the cohort triangle at one age: do they differ by more than chance?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from csdata.analyses import intervals
from csdata.analyses._retention_count import BY
from csdata.analyses._retention_words import instead_of_later, share_at
from csdata.analyses.intervals import Interval
from csdata.analyses.portfolio_survival import FEW, HORIZONS
from csdata.analyses.retention import Retention
from csdata.analyses.retention_members import rows_of
from csdata.analyses.retention_rows import row_name
from csdata.analyses.survival import kaplan_meier
from csdata.errors import BadValues
from csdata.i18n import Message, message
from csdata.tables import Portfolio

Method = Literal["shares", "curves"]

_UNKNOWN: Final = Interval(np.nan, np.nan, np.nan)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class RetentionComparison:
    """The difference between two rows of a cohort triangle at one age, and how sure it is.

    ``table`` has two rows, in the order asked for: ``cohort`` (as in the triangle), ``size``, ``n``
    (eligible; with ``method`` "curves" at risk just before the age), ``share``, ``lower``,
    ``upper`` (0 to 1; NaN where nothing is known). ``difference`` is the first less the second
    share, with ``lower`` and ``upper``; NaN where either is unknown. ``method`` "shares": both
    shares are of members whose outcome is known (Wilson, Newcombe); "curves": Kaplan–Meier, since
    some are still under observation (log–log bands, MOVER). ``enough``: five or more stand behind
    both and the two can be compared (see :func:`compare_retention`); without it ``finding`` makes
    no statement. ``start``: the month from which both are seen, NaN where that is not the same for
    both. ``differs``: the interval excludes 0.
    """

    table: pd.DataFrame
    age: int
    first: int
    last: int
    difference: float
    lower: float
    upper: float
    method: Method
    enough: bool
    start: float
    definition: Message
    how: Message
    as_of: dt.date | None
    n: int
    notes: tuple[Message, ...]
    finding: Message

    @property
    def differs(self) -> bool:
        """Whether more than chance is needed to explain the difference."""
        return self.enough and bool(self.lower > 0 or self.upper < 0)


def compare_retention(
    portfolio: Portfolio, result: Retention, *, a: Any, b: Any, age: int
) -> RetentionComparison:
    """Row ``a`` less row ``b`` of a triangle at one age, with a 95 % interval.

    Contract months of *alive*: where every member of both rows has reached the age the two shares
    are compared, else the two Kaplan–Meier curves, which use everybody for as long as they are
    seen. All other measures: the shares of those eligible. *On or after* has no difference: the
    row that began later had fewer months to come back, so that it lies lower without any change.
    Nor have shares of which one is of survivors to the beginning of the records alone, or curves
    that begin at different ages.

    Args:
        portfolio: What the result was computed from.
        result: From :func:`csdata.retention`.
        a: A row, as in ``result.table["cohort"]``.
        b: Another.
        age: A column, as in ``result.table["age"]``.

    Raises:
        BadValues: There is no such row or column, or the two rows are one.

    Source: Newcombe (1998), method 10; Zou & Donner (2008); docs/definitions.md, section
    Retention.
    """
    first, last = _span(result, age)
    cells = [_cell(result, row, age) for row in _two(result, a, b)]
    method: Method = "shares"
    start = 0.0
    if result.measure == "alive" and result.clock == "contract" and not _both_known(cells):
        method = "curves"
        table, difference, start = _curves(portfolio, result, (a, b), first)
    else:
        table, difference, start = _shares(result, cells)
    table.insert(0, "cohort", pd.Series([a, b], dtype=object))
    table.insert(1, "size", [_size(result, row) for row in (a, b)])
    gap, lower, upper = (float(value) for value in difference)
    enough = bool((table["n"] >= FEW).all()) and not np.isnan(lower + upper)
    return RetentionComparison(
        table=table,
        age=age,
        first=first,
        last=last,
        difference=gap,
        lower=lower,
        upper=upper,
        method=method,
        enough=enough,
        start=start,
        definition=result.definition,
        how=message(f"retention.compare.how_{method}"),
        as_of=result.as_of,
        n=int(table["size"].sum()),
        notes=_notes(result),
        finding=_finding(result, table, (gap, lower, upper), (first, last), start, enough=enough),
    )


def default_age(result: Retention) -> int:
    """The age to begin with: the largest usual one (12, 6, 3 months) that two rows know of.

    Else the largest usual one at all, or the last age.
    """
    table = result.table[result.table["eligible"] > 0]
    rows = table[table["eligible"] >= FEW].groupby(["age", "first"]).size().reset_index(name="rows")
    for known in (rows[rows["rows"] > 1], table):
        for horizon in HORIZONS:
            fitting = known[known["first"] == horizon]
            if len(fitting):
                return int(fitting["age"].iloc[0])
    shared = rows.loc[(rows["rows"] > 1) & (rows["age"] > 0), "age"]
    return int((shared if len(shared) else result.table["age"]).max())


def default_rows(result: Retention, age: int) -> tuple[Any, Any] | None:
    """The two rows to begin with; None where there are not two.

    The newest start cohorts of which enough is known, or the first and the last value of an
    attribute.
    """
    rows = list(dict.fromkeys(result.table["cohort"]))
    at = result.table[(result.table["age"] == age) & (result.table["eligible"] >= FEW)]
    known = list(dict.fromkeys(at["cohort"]))
    chosen = known if len(known) > 1 else rows
    if len(chosen) < 2:  # noqa: PLR2004 (a pair)
        return None
    return (chosen[-1], chosen[-2]) if result.by is None else (chosen[-1], chosen[0])


def _two(result: Retention, a: Any, b: Any) -> tuple[Any, Any]:
    rows = list(dict.fromkeys(result.table["cohort"]))
    for row in (a, b):
        if not any(_same(row, known) for known in rows):
            remedy = message("retention.compare.remedy_row")
            raise BadValues(where="cohort", found=row, remedy=remedy)
    if _same(a, b):
        raise BadValues(where="cohort", found=b, remedy=message("retention.compare.remedy_two"))
    return a, b


def _same(one: Any, other: Any) -> bool:
    return one is other or (one is not None and other is not None and bool(one == other))


def _span(result: Retention, age: int) -> tuple[int, int]:
    cells = result.table[result.table["age"] == age]
    if cells.empty:
        remedy = message("retention.compare.remedy_age")
        raise BadValues(where="age", found=age, remedy=remedy)
    return int(cells["first"].iloc[0]), int(cells["last"].iloc[0])


def _own(result: Retention, row: Any) -> pd.DataFrame:
    cohorts = result.table["cohort"]
    return result.table[cohorts.isna() if row is None else cohorts == row]


def _cell(result: Retention, row: Any, age: int) -> pd.Series | None:
    """The cell; None where nobody of the row has reached the age."""
    own = _own(result, row)
    found = own[own["age"] == age]
    return None if found.empty else found.iloc[0]


def _size(result: Retention, row: Any) -> int:
    return int(_own(result, row)["size"].iloc[0])


def _both_known(cells: list[pd.Series | None]) -> bool:
    """Every member of both rows has reached the age, seen from their start."""
    return all(c is not None and c["complete"] and not c["conditional"] for c in cells)


def _shares(
    result: Retention, cells: list[pd.Series | None]
) -> tuple[pd.DataFrame, Interval, float]:
    """Both shares as in the triangle, their difference, and the month from which both are seen."""
    counted = [(0, 0) if c is None else (int(c["active"]), int(c["eligible"])) for c in cells]
    active, n = (np.array(values) for values in zip(*counted, strict=True))
    table = pd.DataFrame({"n": n})
    for name in ("share", "lower", "upper"):
        table[name] = [np.nan if c is None else float(c[name]) for c in cells]
    if any(c is not None and c["conditional"] for c in cells):
        return table, _UNKNOWN, np.nan
    if result.measure == "on_or_after":
        return table, _UNKNOWN, 0.0
    return table, intervals.newcombe(active[0], n[0], active[1], n[1]), 0.0


def _curves(
    portfolio: Portfolio, result: Retention, rows: tuple[Any, Any], month: int
) -> tuple[pd.DataFrame, Interval, float]:
    """Both Kaplan–Meier curves at a month; the later of the two months from which they start."""
    parts: list[pd.DataFrame] = []
    found: list[Interval] = []
    starts: list[float] = []
    for row in rows:
        lived = rows_of(portfolio, result, [row]).drop(BY, strict=False)
        curve = kaplan_meier(lived.to_native(), duration="duration", event="event", entry="entry")
        at = curve.at(month, exact_ends=True).iloc[0]
        starts.append(float(curve.starts["start"].iloc[0]))
        found.append(Interval(*(float(at[c]) for c in ("survival", "lower", "upper"))))
        parts.append(pd.DataFrame({"n": [int(at["at_risk"])]}))
    table = pd.concat(parts, ignore_index=True)
    for place, name in enumerate(("share", "lower", "upper")):
        table[name] = [interval[place] for interval in found]
    # Curves that begin at different ages are conditional on different things.
    same = starts[0] == starts[1]
    difference = intervals.mover(*found) if same else _UNKNOWN
    return table, difference, starts[0] if same else np.nan


def _notes(result: Retention) -> tuple[Message, ...]:
    """What the triangle leaves out or open, and that a pair picked from many is no surprise."""
    rows = result.table["cohort"].nunique(dropna=False)
    many = rows > 2  # noqa: PLR2004 (two have one difference, which nobody picked)
    said = (message("retention.compare.many", rows=rows),) if many else ()
    return (*said, *result.notes)


def _finding(
    result: Retention,
    table: pd.DataFrame,
    difference: tuple[float, float, float],
    span: tuple[int, int],
    start: float,
    *,
    enough: bool,
) -> Message:
    names = [_named(result, row) for row in table["cohort"]]
    what = share_at(result.measure, *span, start=start)
    if result.measure == "on_or_after":
        pair = {"a": names[0], "b": names[1]}
        return message("retention.compare.finding_later", what=what, **pair, **instead_of_later())
    if np.isnan(start):
        return message("retention.compare.finding_late", a=names[0], b=names[1])
    if not enough:
        small = [name for name, n in zip(names, table["n"], strict=True) if n < FEW]
        few = {"groups": small or names, "few": FEW, "what": what}
        return message("retention.compare.finding_few", **few)
    gap, lower, upper = difference
    told = "differ" if lower > 0 or upper < 0 else "same"
    values: dict[str, object] = {"what": what, "a": names[0], "b": names[1]}
    values |= {"difference": gap, "lower": lower, "upper": upper}
    for side, (_, row) in zip(("a", "b"), table.iterrows(), strict=True):
        values |= {f"{side}_share": float(row["share"]), f"{side}_n": int(row["n"])}
    return message(f"retention.compare.finding_{told}", **values)


def _named(result: Retention, row: Any) -> Message | str:
    """A row's name within a sentence."""
    name = row_name(result, row)
    return name if result.by is not None else message("retention.compare.started", cohort=name)
