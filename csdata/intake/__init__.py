"""Bytes of an export → canonical tables, with a report of everything that was done to them."""

from csdata.errors import PasswordNeeded, WrongPassword
from csdata.intake.combine import ImportSet, combine
from csdata.intake.fields import Candidate
from csdata.intake.join_rules import JoinRules
from csdata.intake.limits import Limits
from csdata.intake.read import NoCustomerColumn, read_export
from csdata.intake.recipe import Recipe

__all__ = [
    "Candidate",
    "ImportSet",
    "JoinRules",
    "Limits",
    "NoCustomerColumn",
    "PasswordNeeded",
    "Recipe",
    "WrongPassword",
    "combine",
    "read_export",
]
