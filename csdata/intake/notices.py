"""解約予告: a day, a tick, or a column that has both; one of the two fields is made of each kind.

A team that notes the day where it knows it ticks the box where it does not. Read as dates only,
those who are ticked would be lost; they count as announced, on an unknown day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from csdata.intake.booleans import booleans
from csdata.intake.canonical import Typed
from csdata.intake.dates import checked_zone, dates
from csdata.intake.reading import Reading

DAY, TICK = "notice", "not_renewing"


def both_kinds(reading: Reading) -> Reading:
    """The reading with the column of one field taken for the other as well, if it has both."""
    mapping, recipe = reading.guess.mapping, reading.recipe
    there = {DAY, TICK} & set(mapping)
    if len(there) != 1 or {DAY, TICK} <= set(recipe.mapping):
        return reading
    header = mapping[there.pop()]
    texts = reading.data.columns[header].distinct
    ticks = booleans(texts).ok
    zone = checked_zone(recipe.timezone)
    days = dates(texts, day_first=recipe.day_first, wanted=True, zone=zone)
    if not ticks.any() or not ((days.ok | days.year_last) & ~ticks).any():
        return reading
    guess = replace(reading.guess, mapping=MappingProxyType({**mapping, DAY: header, TICK: header}))
    return replace(reading, guess=guess)


def either(reading: Reading, typed: Mapping[str, Typed]) -> dict[str, Typed]:
    """The fields with a cell of such a column unread only if neither of them could read it."""
    found, mapping = dict(typed), reading.guess.mapping
    if DAY in found and TICK in found and mapping[DAY] == mapping[TICK]:
        unread = found[DAY].unread & found[TICK].unread
        found[DAY] = replace(found[DAY], unread=unread)
        found[TICK] = replace(found[TICK], unread=unread & False)
    return found
