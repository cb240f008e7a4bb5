"""Text → typed values, a column at a time: one place to import the parts from.

A column is typed through its distinct values: parsing is vectorised over them, and the result is
spread over the rows. Only blanks are missing in a text; what a wanted type cannot take is left
missing and reported by the caller, never guessed.
"""

from csdata.intake.amounts import numbers
from csdata.intake.booleans import booleans
from csdata.intake.columns import SAMPLE, Bools, Column, Parsed, column, folded
from csdata.intake.dates import Dates, DayFirst, dates, midnights

__all__ = [
    "SAMPLE",
    "Bools",
    "Column",
    "Dates",
    "DayFirst",
    "Parsed",
    "booleans",
    "column",
    "dates",
    "folded",
    "midnights",
    "numbers",
]
