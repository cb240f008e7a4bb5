"""What a hazard model says in words: a sentence per term, its notes and its finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from csdata.analyses._cells import CELLS
from csdata.analyses._pairs import holm
from csdata.analyses.drivers_design import Design
from csdata.analyses.drivers_fit import GLOBAL, Fitted
from csdata.i18n import Message, message

LEVEL = 0.05
"""A difference is said to exist when one as large would be rarer than this without any."""

CELL = "quadrant_cell"
"""The term that a quadrant adds."""

FEW_LIVES = 5
"""No sentence is made of fewer customers."""

THIN = 10
"""With fewer departures per term a model is shown with a warning."""


def say_terms(table: pd.DataFrame, design: Design, *, confidence: float) -> tuple[Message, ...]:
    """One sentence per row of ``table``: the number in front, the caveat behind."""
    sentences: list[Message] = []
    records: list[dict[str, Any]] = [
        {str(k): v for k, v in r.items()} for r in table.to_dict("records")
    ]
    for term, row in zip(design.terms, records, strict=True):
        told = _told(row)
        what = "group" if term.categorical else "number"
        sentences.append(
            message(
                f"drivers.said_{told}",
                who=message(
                    f"drivers.who_{what}",
                    column=design.label(term.column),
                    level=_shown(term.column, term.level),
                    reference=_shown(term.column, term.reference),
                    unit=term.unit,
                ),
                ratio=float(row["hazard_ratio"]),
                lower=float(row["lower"]),
                upper=float(row["upper"]),
                n=int(row["n"]),
                confidence=confidence,
                few=FEW_LIVES,
            )
        )
    return tuple(sentences)


def _told(row: Mapping[str, Any]) -> str:
    """How much can be said of a term."""
    if row["small"]:
        return "small"
    if row["p_adjusted"] < LEVEL:
        return "differ"
    alone = row["lower"] > 1 or row["upper"] < 1
    return "hint" if alone else "same"


def _shown(column: str, level: object) -> object:
    """Yes and No for ticks, the cells of a quadrant by name; any other level as it is written."""
    if column == CELL and level in CELLS:
        return message(f"quadrant.cell.{level}")
    if isinstance(level, (bool, np.bool_)):
        return message(f"drivers.{'yes' if level else 'no'}")
    return level


def fit_notes(fit: Fitted, design: Design, *, events: int, chosen: bool) -> tuple[Message, ...]:
    """How it was fitted where that is not the usual way, and what its tests warn of."""
    notes: list[Message] = []
    terms = len(design.terms)
    if fit.way == "months":
        notes.append(message(f"drivers.months_{'chosen' if chosen else 'asked'}"))
    if fit.way == "firth":
        columns = dict.fromkeys(design.terms[i].column for i in fit.separated)
        notes.append(message("drivers.firth", columns=[design.label(c) for c in columns]))
    if events < THIN * terms:
        notes.append(
            message("drivers.thin", events=events, terms=terms, enough=THIN * terms, least=THIN)
        )
    tested = fit.proportionality
    single = tested[tested["term"] != GLOBAL]
    p_adjusted = holm(single["p_value"].to_numpy(float))
    for column, p_value in zip(single["term"], p_adjusted, strict=True):
        if p_value < LEVEL:
            notes.append(message("drivers.changes", column=design.label(str(column))))
    return tuple(notes)


def finding(table: pd.DataFrame, sentences: tuple[Message, ...]) -> Message:
    """The sentence of the clearest term, or that none stands out."""
    sure = table["p_adjusted"].where(~table["small"], 1.0).to_numpy(float)
    if len(sure) and sure.min() < LEVEL:
        # Of several p-values that are 0 to the last digit the larger effect is the clearer one.
        size = np.abs(table["coef"].to_numpy(float) / table["se"].to_numpy(float))
        return sentences[int(np.argmax(np.where(sure < LEVEL, size, -1.0)))]
    return message("drivers.none", terms=len(table))
