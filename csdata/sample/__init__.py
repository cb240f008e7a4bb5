"""A made-up online-assistant service with about 600 customers over four years, seeded.

:func:`company` gives its tables, :func:`files` the Salesforce-style exports of any portfolio, and
:data:`TRUTH` the effects that an analysis should find again.
"""

from __future__ import annotations

from csdata.sample.exports import files, write
from csdata.sample.made_up import AS_OF, SEED, company
from csdata.sample.truth import PLANS, TRUTH, Plan, Truth

__all__ = ["AS_OF", "PLANS", "SEED", "TRUTH", "Plan", "Truth", "company", "files", "write"]
