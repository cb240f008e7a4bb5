"""What the revenue page shows beside its first picture: choices, lines, definitions, whose it is."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from csdata.analyses.revenue_mix import KINDS
from csdata.clock import fiscal_year
from csdata.tables import Portfolio
from csui import compute, downloads, figures, lists, page, widgets
from csui.text import language, safe, say, t

if TYPE_CHECKING:
    from csdata.analyses.mrr_movements import MrrMovements
    from csdata.analyses.revenue_cohorts import RevenueCohorts
    from csdata.analyses.revenue_mix import RevenueMix
    from csdata.analyses.revenue_retention import RevenueRetention

WINDOWS: Final = ("12", "6", "3")
"""Trailing windows in months; the first is the default."""
_TRAILING: Final = "last"
