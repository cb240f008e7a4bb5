"""What a survival chart draws: its groups with names and colours, and the rows of its steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csdata.charts import fonts, theme
from csdata.i18n import Message, text

if TYPE_CHECKING:
    from csdata.analyses.survival import SurvivalCurves

NAME_LIMIT: Final = 150
"""Room for a group's name, in pixels."""

_STEPS: Final = 900
"""Steps drawn per curve at most; more would be finer than a pixel."""
_MARKS: Final = 240
"""Ticks per curve at most."""


@dataclass(frozen=True, slots=True)
class Group:
    """One curve: an id for the scales, its value, its full name, the name cut to its room."""

    id: str
    value: Any
    name: str
    short: str
    color: str
    dash: list[int]


def groups(result: SurvivalCurves, lang: str) -> list[Group]:
    """The groups in their order. The quadrant's cells keep their own colours and names."""
    values = result.groups
    cells = all(isinstance(value, str) and value in theme.CELLS for value in values)
    found: list[Group] = []
    for i, value in enumerate(values):
        name = text(f"quadrant.cell.{value}", lang) if cells else group_name(value, lang)
        found.append(
            Group(
                id=f"g{i:02d}",
                value=value,
                name=name,
                short=fonts.cut(name, theme.FONT * theme.PRESENTING, NAME_LIMIT),
                color=theme.CELLS[value] if cells else theme.category(i),
                dash=theme.dash(0 if cells else i),
            )
        )
    return found


def group_name(value: Any, lang: str) -> str:
    """A group's name: what a sentence would call it."""
    from csdata.analyses.survival import say_group

    said = say_group(value)
    if isinstance(said, Message):
        return said.say(lang)
    if isinstance(said, bool):
        return text("chart.yes" if said else "chart.no", lang)
    if isinstance(said, pd.Timestamp):
        return text("chart.day", lang, day=said)
    return f"{said:g}" if isinstance(said, float) else str(said)


def of_group(table: pd.DataFrame, group: Group) -> pd.DataFrame:
    """The rows of one group; a missing value is a group too."""
    own = table["group"].isna() if group.value is None else table["group"] == group.value
    return table[own].sort_values("time")


def steps(result: SurvivalCurves, found: list[Group], *, last: float) -> pd.DataFrame:
    """The rows to draw: those of the table with further columns.

    ``id`` and ``name`` of the group; ``small``, fewer than five at risk; ``piece``, a stretch of
    one colour; ``closing``, a row that repeats the beginning of the next piece, so that the two
    join. The level of a row holds until the next row, so the number at risk on it is that of the
    next.
    """
    pieces: list[pd.DataFrame] = []
    for group in found:
        rows = of_group(result.table, group)
        rows = thinned(rows, last / _STEPS) if len(rows) > _STEPS else rows
        if rows.empty:
            continue
        ahead = rows["at_risk"].shift(-1).ffill().fillna(rows["at_risk"])
        rows = rows.assign(id=group.id, name=group.name, small=ahead < theme.SMALL_N)
        pieces.append(_pieces(rows))
    if not pieces:
        columns = [*result.table.columns, "id", "name", "small", "piece", "closing"]
        return pd.DataFrame(columns=columns)
    return pd.concat(pieces, ignore_index=True)


def bands(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`steps` that have a band.

    Where survival has reached 0 the band is undefined, but the step before lasts until there.
    """
    closed = {c: rows[c].fillna(rows.groupby("piece")[c].ffill(limit=1)) for c in _BAND}
    return rows.assign(**closed).dropna(subset=list(_BAND))


_BAND: Final = ("lower", "upper")


def endings(rows: pd.DataFrame, *, last: float) -> pd.DataFrame:
    """Rows at which the observation of somebody who had not left ended."""
    marked = rows[(rows["censored"] > 0) & ~rows["closing"].astype(bool)]
    parts = [thinned(part, last / _MARKS) for _, part in marked.groupby("id")]
    return pd.concat(parts) if parts else marked


def thinned(rows: pd.DataFrame, step: float) -> pd.DataFrame:
    """The last row of each stretch of ``step``: what a step curve shows at that resolution.

    The first row stays, for the curve begins there.
    """
    if step <= 0 or rows.empty:
        return rows
    stretch = (rows["time"] / step).round().astype("int64")
    return rows[~stretch.duplicated(keep="last") | (rows["time"] == rows["time"].min())]


def _pieces(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.reset_index(drop=True)
    run = (rows["small"] != rows["small"].shift()).cumsum()
    parts: list[pd.DataFrame] = []
    for number, part in rows.groupby(run, sort=True):
        end = int(part.index[-1]) + 1
        closing = rows.iloc[end : end + 1].assign(small=part["small"].iloc[0], closing=True)
        whole = pd.concat([part.assign(closing=False), closing])
        parts.append(whole.assign(piece=f"{part['id'].iloc[0]}-{number}"))
    return pd.concat(parts)
