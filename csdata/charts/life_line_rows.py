"""Where everything lies in the picture of one customer: months across, pixels from the top down."""

from __future__ import annotations

import calendar
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from csdata import clock as ck
from csdata.charts import fonts, theme
from csdata.charts.months_axis import months
from csdata.i18n import money as mn
from csdata.i18n import text

if TYPE_CHECKING:
    from csdata.analyses.customer import Customer

OTHERS: Final = 5
"""Categories that are drawn by name; the rest is drawn together."""
_AXIS: Final = 90
"""Room for what stands left of the panels, and a little at the right."""
_AHEAD: Final = 6
"""Months beyond the as-of date that running contracts are drawn."""
_LONGEST: Final = 120
"""Months that are drawn at most, the latest."""
_LANES: Final = 5
_LANE: Final = 24
_BAR: Final = 20
_NAMES: Final = 17
"""Height of a row of names over the panels."""
_NAME_ROWS: Final = 3
_GAP: Final = 40
_MONEY: Final = 90
_USE: Final = 130
_TOUCHES: Final = 26
_INSET: Final = 0.08
"""Share of a month between two bars."""
_LONGEST_NOTE: Final = 90


@dataclass(frozen=True, slots=True)
class Axis:
    """Months from the first that is drawn; ``first`` is its month index, ``last`` their number."""

    first: int
    last: int
    labels: list[str]
    ticks: list[int]
    month: float

    def x(self, field: str) -> alt.X:
        """The axis for a field of places; labels stand where months begin."""
        return alt.X(
            f"{field}:Q",
            title=None,
            scale=alt.Scale(domain=[0, self.last], nice=False, clamp=True),
            axis=alt.Axis(
                values=self.ticks, grid=False, labelExpr=f"{json.dumps(self.labels)}[datum.value]"
            ),
        )

    def place(self, day: pd.Timestamp) -> float:
        """Where a day begins, in months from the left; days beyond the edges lie on them."""
        length = calendar.monthrange(day.year, day.month)[1]
        place = ck.month_index(day.date()) - self.first + (day.day - 1) / length
        return round(min(max(place, 0.0), float(self.last)), 4)

    def shows(self, day: pd.Timestamp) -> bool:
        """Whether a day lies within the edges."""
        return self.first <= ck.month_index(day.date()) < self.first + self.last


@dataclass(frozen=True, slots=True)
class Panel:
    """A stretch of the picture with its heading, and levels that are written at its left."""

    title: str
    top: float
    height: float
    largest: float = 1.0
    unit: float = 1.0
    ticks: tuple[tuple[float, str], ...] = ()

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """Half way down."""
        return self.top + self.height / 2

    def level(self, value: float) -> float:
        """Where a value lies."""
        return round(self.bottom - self.height * value / self.largest, 2)


@dataclass(frozen=True, slots=True)
class Panels:
    """The panels from top to bottom; those with nothing to show are None."""

    contracts: Panel
    money: Panel | None
    use: Panel | None
    touches: Panel | None

    @property
    def all(self) -> list[Panel]:
        """Those that are drawn."""
        wanted = (self.contracts, self.money, self.use, self.touches)
        return [p for p in wanted if p is not None]

    @property
    def height(self) -> float:
        """Of the plotting area."""
        return self.all[-1].bottom + 6


def axis(result: Customer, lang: str, *, width: float) -> Axis:
    """From the first month that anything is known of to the as-of date, or a little beyond it."""
    as_of = pd.Timestamp(result.as_of)
    begins = [
        day
        for days in (
            *(result.terms["start"], result.use["month"]),
            *(result.touches["date"], result.events["date"]),
        )
        for day in pd.to_datetime(days).dropna()
    ]
    end = ck.month_index(result.as_of)
    ahead = [ck.month_index(d.date()) for d in result.terms["end"].dropna() if d > as_of]
    last = min(max([end, *ahead]), end + _AHEAD)
    first = min([ck.month_index(d.date()) for d in begins] or [last])
    first = max(min(first, end), last - _LONGEST + 1)
    # At least a year, so that a new customer's first months are not stretched out of proportion.
    first = min(first, last - 11)
    days = [pd.Timestamp(ck.first_of_index(i)) for i in range(first, last + 2)]
    found = months(days, lang, room=width - _AXIS)
    ticks = [t for t in found.ticks if t <= last - first]
    number = last - first + 1
    return Axis(first, number, found.labels, ticks, (width - _AXIS) / number)


def panels(result: Customer, lang: str) -> Panels:
    """Which panels there are, where they lie and how their scales run."""
    lanes = max(_lanes(result.terms), default=0) + 1
    top: float = _NAME_ROWS * _NAMES + _GAP - 12
    title = text(f"chart.life.{'contracts' if result.from_contracts else 'life'}", lang)
    contracts = Panel(title, top, lanes * _LANE)
    top = contracts.bottom + _GAP
    money = use = touches = None
    if len(result.money):
        money = _money_panel(result, top, lang)
        top = money.bottom + _GAP
    if len(result.use):
        use = _use_panel(result, top, lang)
        top = use.bottom + _GAP
    if len(result.touches):
        touches = Panel(text("chart.life.touches", lang), top, _TOUCHES)
    return Panels(contracts, money, use, touches)


def _money_panel(result: Customer, top: float, lang: str) -> Panel:
    largest = _round_up(float(result.money["mrr"].max()))
    unit, name = mn.unit(largest, result.currency, lang)
    key = "chart.revenue.amount" if name else "chart.revenue.amount_plain"
    return _scaled(text(key, lang, unit=name), top, _MONEY, largest, unit)


def _use_panel(result: Customer, top: float, lang: str) -> Panel:
    largest = _round_up(float(result.use.groupby("month")["quantity"].sum().max()))
    return _scaled(text(f"chart.life.use_{result.counted}", lang), top, _USE, largest, 1.0)


def _scaled(title: str, top: float, height: float, largest: float, unit: float) -> Panel:
    panel = Panel(title, top, height, largest, unit)
    ticks = [(panel.level(v), f"{v / unit:,.6g}") for v in (0.0, largest / 2, largest)]
    return Panel(title, top, height, largest, unit, tuple(ticks))


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5, 10 … times a power of ten, so that its half is a round figure."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(s * power for s in (1, 2, 4, 5, 6, 8, 10) if s * power >= value * (1 - 1e-9))


def _lanes(terms: pd.DataFrame) -> list[int]:
    """A lane for each contract: the first in which the one before has ended."""
    free: list[pd.Timestamp | None] = []
    lanes: list[int] = []
    for start, end in zip(terms["start"], terms["end"], strict=True):
        found = next((i for i, day in enumerate(free) if day is not None and day <= start), None)
        if found is None:
            found = min(len(free), _LANES - 1)
            free = [*free, None][:_LANES]
        free[found] = None if pd.isna(end) else end
        lanes.append(found)
    return lanes


def contracts(result: Customer, panel: Panel, axis: Axis, lang: str) -> pd.DataFrame:
    """A bar for each contract; words once for each run of like ones, where they fit into it."""
    rows: list[dict[str, object]] = []
    for r, lane in zip(result.terms.to_dict("records"), _lanes(result.terms), strict=True):
        begin = axis.place(r["start"])
        end = float(axis.last) if pd.isna(r["end"]) else axis.place(r["end"])
        if end > begin:
            top = panel.top + lane * _LANE
            place = {"begin": begin, "end": end, "top": top, "bottom": top + _BAR}
            rows.append({**place, "level": top + _BAR / 2, **_told(r, result.currency, lang)})
    table = pd.DataFrame(rows)
    return table if table.empty else _labelled(table, axis)


def _told(row: dict[Any, Any], currency: str | None, lang: str) -> dict[str, str]:
    """What a contract says of itself."""
    until = text("chart.life.open", lang)
    if not pd.isna(row["end"]):
        until = text("chart.day", lang, day=row["end"] - pd.Timedelta(days=1))
    return {
        "plan": "–" if row["plan"] is None else str(row["plan"]),
        "amount": mn.said(float(row["mrr"]), currency, lang),
        "since": text("chart.day", lang, day=row["start"]),
        "until": until,
    }


def _labelled(bars: pd.DataFrame, axis: Axis) -> pd.DataFrame:
    """The bars with a ``label`` on the first of each run that is renewed without a change."""
    bars = bars.sort_values(["level", "begin"], kind="stable", ignore_index=True)
    before = bars.shift()
    same = bars["begin"] == before["end"]
    for column in ("level", "plan", "amount"):
        same &= bars[column] == before[column]
    run = (~same).cumsum()
    until = bars.groupby(run)["end"].transform("max")
    room = (until - bars["begin"]) * axis.month - 12
    rows = zip(same, bars["plan"], bars["amount"], room, strict=True)
    bars["label"] = [
        "" if inside or plan == "–" else _fitting((f"{plan} {amount}", plan), wide)
        for inside, plan, amount, wide in rows
    ]
    return bars


def _fitting(words: tuple[str, ...], room: float) -> str:
    size = theme.FONT * theme.PRESENTING
    return next((w for w in words if fonts.width(w, size) <= room), "")


def money(result: Customer, panel: Panel, axis: Axis, lang: str) -> pd.DataFrame:
    """A stretch for each amount, from the day on which it begins to the next change."""
    known = result.money
    if not known["mrr"].iloc[-1]:
        known = known.assign(end=known["date"].shift(-1)).iloc[:-1]  # nothing after the last amount
    else:
        known = known.assign(end=known["date"].shift(-1).fillna(_after(result)))
    rows = [
        {
            "begin": axis.place(day),
            "end": axis.place(end),
            "top": panel.level(amount),
            "bottom": panel.bottom,
            "since": text("chart.day", lang, day=day),
            "amount": mn.said(float(amount), result.currency, lang),
        }
        for day, end, amount in zip(known["date"], known["end"], known["mrr"], strict=True)
    ]
    columns = ["begin", "end", "top", "bottom", "since", "amount"]
    table = pd.DataFrame(rows, columns=columns)
    return table[table["end"] > table["begin"]]


def _after(result: Customer) -> pd.Timestamp:
    """Amounts without an end are known up to the end of the as-of date."""
    return max(pd.Timestamp(result.as_of) + pd.Timedelta(days=1), result.money["date"].max())


def use(result: Customer, panel: Panel, axis: Axis, lang: str) -> pd.DataFrame:
    """A stack for each month; the largest categories by name, the rest together."""
    table = result.use.copy()
    table["category"] = [
        text("chart.life.no_category", lang) if c is None else str(c) for c in table["category"]
    ]
    totals = table.groupby("category")["quantity"].sum().sort_values(ascending=False, kind="stable")
    names = list(totals.index)
    kept = names if len(names) <= OTHERS + 1 else names[:OTHERS]
    rest = text("chart.life.others", lang)
    table["name"] = [c if c in kept else rest for c in table["category"]]
    order = {name: i for i, name in enumerate([*kept, rest])}
    sums = table.groupby(["month", "name"])["quantity"].sum().reset_index()
    sums = sums.assign(order=sums["name"].map(order)).sort_values(["order", "month"])
    sums = sums[sums["month"].map(axis.shows).astype(bool) & (sums["quantity"] > 0)]
    above = sums.groupby("month")["quantity"].cumsum()
    place = [axis.place(m) for m in sums["month"]]
    return pd.DataFrame(
        {
            "begin": [round(p + _INSET, 4) for p in place],
            "end": [round(p + 1 - _INSET, 4) for p in place],
            "top": [panel.level(v) for v in above],
            "bottom": [panel.level(v) for v in above - sums["quantity"]],
            "name": sums["name"].to_numpy(),
            "month": [
                text("chart.cohort_month", lang, year=f"{m:%Y}", month=f"{m:%m}")
                for m in sums["month"]
            ],
            "amount": [f"{q:,.6g}" for q in sums["quantity"]],
        }
    )


def touches(result: Customer, panel: Panel, axis: Axis, lang: str) -> pd.DataFrame:
    """A mark for each touch."""
    rows = result.touches[[axis.shows(d) for d in result.touches["date"]]]
    return pd.DataFrame(
        {
            "place": [axis.place(d) for d in rows["date"]],
            "level": panel.middle,
            "day": [text("chart.day", lang, day=d) for d in rows["date"]],
            "kind": [_plain(v) for v in rows["kind"]],
            "score": ["–" if pd.isna(v) else f"{v:g}" for v in rows["score"]],
            "note": [_plain(v) for v in rows["note"]],
        }
    )


def _plain(value: object) -> str:
    if value is None or value is pd.NaT or value != value:  # noqa: PLR0124 (NaN)
        return "–"
    said = " ".join(str(value).split())
    return said if len(said) <= _LONGEST_NOTE else f"{said[:_LONGEST_NOTE]}…"


def lines(result: Customer, axis: Axis, lang: str) -> pd.DataFrame:
    """Start, notice, last day and as-of date, their names in two rows where they would meet."""
    after = pd.Timestamp(result.as_of) + pd.Timedelta(days=1)
    # A last day ends at midnight, and so does the as-of date.
    days = [
        (event, day, day + pd.Timedelta(days=int(event == "last_day")))
        for event, day in zip(result.events["event"], result.events["date"], strict=True)
    ]
    days.append(("as_of", pd.Timestamp(result.as_of), after))
    rows: list[dict[str, object]] = []
    taken: list[list[tuple[float, float]]] = [[] for _ in range(_NAME_ROWS)]
    for event, day, at in sorted(days, key=lambda d: d[2]):
        if not axis.shows(day):
            continue
        place = axis.place(at)
        said = text(f"chart.life.event_{event}", lang, day=day)
        wide = fonts.width(said, 12 * theme.PRESENTING) + 8
        align = "right" if place * axis.month + wide > axis.last * axis.month else "left"
        left = place * axis.month - (wide if align == "right" else 0)
        span = (left, left + wide)
        row = next(
            (i for i, spans in enumerate(taken) if all(_apart(span, other) for other in spans)),
            _NAME_ROWS - 1,
        )
        taken[row].append(span)
        level = _NAMES * (row + 0.5)
        rows.append(
            {
                "event": event,
                "place": place,
                "head": level + _NAMES / 2 - 14,
                "level": level,
                "said": said,
                "align": align,
            }
        )
    return pd.DataFrame(rows, columns=["event", "place", "head", "level", "said", "align"])


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]
