"""What is settled about a whole file once its columns are typed: 基準日, last days, cut rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from csdata.i18n import message
from csdata.intake import ends
from csdata.intake.asof import stated_day, unclear_day
from csdata.intake.canonical import Typed, examples
from csdata.intake.catalogue import fields
from csdata.intake.cut_off import cut_at
from csdata.intake.date_columns import day_order, deciding, latest
from csdata.intake.dates import Dates, checked_zone
from csdata.intake.headers import normal
from csdata.intake.reading import Reading
from csdata.schema import MONEY


def settle_as_of(reading: Reading, read: Mapping[str, Dates]) -> dt.date | None:
    """基準日: the user's, else what the file says; asked for where dates need one."""
    report, recipe = reading.report, reading.recipe
    if recipe.as_of is not None:
        report.note("as_of_user", day=recipe.as_of)
        return recipe.as_of
    stated = stated_day(
        reading.layout.banner,
        reading.layout.footer,
        reading.name,
        day_first=day_order(read),
        zone=checked_zone(recipe.timezone),
    )
    if stated is not None:
        where = message(f"intake.where_{stated.where}")
        report.note("as_of", day=stated.day, where=where, text=stated.text)
        return stated.day
    if unclear := unclear_day(reading.layout.banner, reading.layout.footer):
        text, day, other = unclear
        report.note("as_of_unclear", text=text, day=day, other=other)
        report.as_of_candidates = (day, other)
    if reading.role == "customers" and "start" in reading.guess.mapping:
        report.ask("as_of", latest=latest(reading, read))
    return None


def ask_day_order(reading: Reading, typed: Mapping[str, Typed], read: Mapping[str, Dates]) -> None:
    """Ask once where day and month cannot be told apart, with what another column speaks for."""
    for name, field in typed.items():
        if field.undecided:
            header = reading.guess.mapping[name]
            unclear = read[header].year_last & ~read[header].ok
            shown = examples(reading.data.columns[header], unclear)
            values = {"like": deciding(read), "day": day_order(read)}
            reading.report.ask("day_first", column=header, examples=shown, **values)
            return


def settle_end(
    reading: Reading, found: dict[str, npt.NDArray[Any]], typed: Mapping[str, Typed]
) -> None:
    """Turn last days with a contract into first days without one (see :mod:`.ends`).

    An end that states a month only means its last day, whatever the days of the others mean.
    """
    if "end" not in found or not (~np.isnat(found["end"])).any():
        return
    report, header = reading.report, reading.guess.mapping["end"]
    said, whole = reading.recipe.end_is_last_day, found["end"]
    months = typed["end"].months
    days = whole if months is None else np.where(months, np.datetime64("NaT"), whole)
    seen = ends.evidence(days, found.get("start"))
    leaving = normal(header) in fields(reading.role)["end"].leaving
    last = seen.proposal(leaving=leaving) if said is None else said
    settled = ends.day_after(days) if last else days
    found["end"] = settled if months is None else ends.month_after(whole, settled, months)
    if np.isnat(days).all():
        return
    report.note("end_last_day" if last else "end_first_day", column=header)
    if said is None:
        proposal = message("intake.end_last" if last else "intake.end_first")
        report.ask(
            "end_is_last_day", column=header, proposal=proposal, last=seen.last, first=seen.first
        )


def tell_cut_off(reading: Reading) -> None:
    """Warn of a number of rows at which programs stop."""
    rows, lines = len(reading.data.lines), reading.data.lines
    what = cut_at(rows, int(lines.max(initial=0)))
    if what is not None:
        reading.report.note("cut_off", n=rows, what=message(f"intake.cut_{what}"))


def currency(currencies: Mapping[str, tuple[str, ...]]) -> str | None:
    """The currency of all money of a table; None if there are several, or none is known.

    Where a field is money, columns that are no field do not count: nothing is added up in them.
    """
    fields_of_money = [found for name, found in currencies.items() if name in MONEY]
    codes = {code for found in fields_of_money or currencies.values() for code in found}
    return next(iter(codes)) if len(codes) == 1 else None
