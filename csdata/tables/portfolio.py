"""The Portfolio that every analysis takes: the canonical tables up to a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import narwhals as nw

from csdata.counts import usage_span
from csdata.errors import BadValues, MissingColumns, NoCustomers, NotEnoughData
from csdata.i18n import DEFAULT, Message, catalogue, message
from csdata.schema import KNOWN_LATE, ROLES, Role, as_date, checked, lazy, native_like
from csdata.tables.fingerprint import of_part, of_tables
from csdata.tables.imported import Import
from csdata.tables.provenance import LATE, Provenance
from csdata.taxes import Tax, with_tax

if TYPE_CHECKING:
    from csdata.intake.join_rules import JoinRules


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Portfolio:
    """Everything known about a set of customers up to ``as_of``.

    Tables are frames of any backend that narwhals understands (pandas, Polars, DuckDB, Spark);
    they are checked and their dates cast to naive midnight ``Datetime('us')`` on entry.

    Args:
        customers: One row per customer: ``customer_id``, ``start`` and ``end`` (first day without
            a contract; missing = still a customer), or ``tenure_months`` and ``churned``; optional
            ``name``, ``observed_from``, ``notice``, ``mrr``, ``total_billing`` and any attributes.
        contracts: One row per contract term.
        usage: ``customer_id``, ``date``, and if known ``category`` and ``quantity`` (hours, uses,
            money).
        touches: ``customer_id``, ``date``, ``kind``, ``score``, ``note``.
        as_of: 基準日, the last day that the data knows about. Needed when customers have dates.
        observed_from: First day from which departures are recorded, if history begins late.
        currency: ISO code of all money, None if unknown.
        fingerprint: Identity of the data for caches; computed for eager tables. Lazy tables
            without one are never cached (``fingerprint`` is then None).

    Raises:
        MissingColumns: A required column is absent.
        BadValues: A customer id is missing or occurs twice, ``as_of`` is missing, a quantity that
            has to be a number is not one.
    """

    customers: Any
    contracts: Any = None
    usage: Any = None
    touches: Any = None
    as_of: dt.date | None = None
    observed_from: dt.date | None = None
    currency: str | None = None
    provenance: Provenance = field(default_factory=Provenance)
    fingerprint: str | None = None

    def __post_init__(self) -> None:
        for role in ROLES:
            frame = getattr(self, role)
            if frame is not None:
                object.__setattr__(self, role, checked(frame, role))
        for name in ("as_of", "observed_from"):
            object.__setattr__(self, name, as_date(getattr(self, name)))
        if self.has_dates and self.as_of is None:
            raise BadValues(where="as_of", found="–", remedy=message("remedy.give_as_of"))
        if self.fingerprint is None:
            object.__setattr__(self, "fingerprint", of_tables(self))

    @classmethod
    def from_usage(
        cls,
        usage: Any,
        *,
        as_of: dt.date | str | None = None,
        currency: str | None = None,
        fingerprint: str | None = None,
    ) -> Portfolio:
        """Customers made of records of use or purchase: each starts with their first one.

        No end is known then, so that only measures of use can be computed.

        Args:
            usage: ``customer_id``, ``date``, optional ``category`` and ``quantity``.
            as_of: 基準日; default the last day of the records.
            currency: ISO code if the quantities are money.
            fingerprint: Identity of lazy tables for caches.

        Raises:
            MissingColumns: There is no customer or no date.
            NotEnoughData: There is no row.
        """
        rows = checked(usage, "usage")
        span = usage_span(rows)
        if span is None:
            raise NotEnoughData(what=message("retention.needs"), found=0, needed=1)
        known = lazy(rows).filter(~nw.col("customer_id").is_null(), ~nw.col("date").is_null())
        first = known.group_by("customer_id").agg(start=nw.col("date").min()).sort("customer_id")
        return cls(
            customers=native_like(rows, first),
            usage=rows,
            as_of=as_date(as_of) or span[1],
            currency=currency,
            provenance=Provenance(first_use=True),
            fingerprint=fingerprint,
        )

    @classmethod
    def from_imports(
        cls,
        imports: Iterable[Import],
        *,
        as_of: dt.date | str | None = None,
        rules: JoinRules | None = None,
    ) -> Portfolio:
        """The portfolio of several imports: tables by role, joined on ``customer_id``.

        Args:
            imports: What ``read_export`` returned, in any order.
            as_of: 基準日; default what the customers' file states for itself, else the earliest
                day that another one does.
            rules: How contracts become customers' lives, and who counts as a customer.

        Raises:
            NoCustomers: No import was taken for the customers.
            BadValues: No file states an as-of date and none was given.
        """
        from csdata.intake import combine

        joined = combine(imports, rules=rules, as_of=as_date(as_of))
        if "customers" not in joined.tables:
            raise NoCustomers(files=[i.name for i in joined.imports])
        provenance = Provenance(
            files=tuple(i.name for i in joined.imports),
            notes=(*(n for i in joined.imports for n in i.notes), *joined.notes),
            columns=joined.columns,
            stated_as_of=joined.stated_as_of
            if joined.stated_as_of != joined.analysis_day
            else None,
            waiting=joined.waiting,
            set_aside=joined.set_aside,
            rules=joined.rules,
            tax=joined.tax,
            first_use=joined.first_use,
        )
        tables: dict[str, Any] = {str(role): rows for role, rows in joined.tables.items()}
        return cls(
            **tables,
            as_of=joined.analysis_day,
            observed_from=rules.observed_from if rules else None,
            currency=joined.currency,
            provenance=provenance,
        )

    def recorded_from(self, day: dt.date | None) -> Self:
        """The same customers, their departures taken to be recorded from ``day`` on (late entry).

        None: all of them are recorded. ``provenance.rules`` says so.
        """
        told = [n for n in self.provenance.rules if n.key != LATE]
        told += [] if day is None else [message(LATE, day=day)]
        provenance = replace(self.provenance, rules=tuple(told))
        return replace(self, observed_from=day, provenance=provenance, fingerprint=None)

    @property
    def has_dates(self) -> bool:
        """Whether customers have start dates; otherwise they have tenures in months."""
        return "start" in self.columns("customers")

    @property
    def usage_span(self) -> tuple[dt.date, dt.date] | None:
        """First and last day on which usage was recorded, for whomever; None without any."""
        if self.provenance.usage_span is not None or self.usage is None:
            return self.provenance.usage_span
        return usage_span(self.usage)

    def columns(self, role: Role) -> list[str]:
        """Column names of a table; empty when the table is absent."""
        frame = getattr(self, role)
        return [] if frame is None else list(lazy(frame).collect_schema().names())

    def resolve(self, column: str) -> str:
        """The customers column called ``column``: its own name, or the header of the file.

        Raises:
            MissingColumns: There is no such column.
        """
        present = self.columns("customers")
        if column in present:
            return column
        for name, header in self.provenance.columns.items():
            if header == column and name in present:
                return name
        raise MissingColumns(table="customers", missing=[column], present=present)

    def label(self, column: str) -> Message | str:
        """What a person calls a customers column: the header in their file, else our word.

        Amounts say whether they include tax, (税抜) or (税込), where that is known.
        """
        if column in self.provenance.columns:
            return with_tax(self.provenance.columns[column], self.tax(column))
        key = f"field.{column}"
        return with_tax(message(key) if key in catalogue(DEFAULT) else column, self.tax(column))

    def tax(self, column: str, *, role: Role = "customers") -> Tax | None:
        """Whether the amounts of a column include consumption tax; None where nobody said."""
        return self.provenance.tax.get(role, {}).get(column)

    def where(self, **conditions: Sequence[object] | object) -> Self:
        """The customers whose attributes have one of the given values, with all their rows.

        ``portfolio.where(plan=["6か月"], owner=["A", "B"])``. None in a list stands for missing.
        A filter on something that is known only after the outcome carries a warning in
        ``provenance.warnings``.
        """
        wanted = {self.resolve(column): _listed(values) for column, values in conditions.items()}
        if not wanted:
            return self
        kept = lazy(self.customers)
        for column, values in wanted.items():
            blank = nw.col(column).is_null()
            present = [v for v in values if v is not None]
            # Nothing is both missing and present: the way to say "nobody" on every backend.
            test = nw.col(column).is_in(present) if present else blank & ~blank
            kept = kept.filter(test | blank if None in values else test)
        ids = kept.select("customer_id")
        tables: dict[str, Any] = {"customers": native_like(self.customers, kept)}
        for role in ROLES[1:]:
            frame = getattr(self, role)
            if frame is not None:
                part = lazy(frame).join(ids, on="customer_id", how="semi")
                tables[role] = native_like(frame, part)
        return replace(
            self,
            **tables,
            provenance=self._filtered(wanted),
            fingerprint=of_part(self.fingerprint, wanted),
        )

    def _filtered(self, wanted: Mapping[str, tuple[object, ...]]) -> Provenance:
        late = [column for column in wanted if column in KNOWN_LATE]
        before = self.provenance.filters
        both = {
            c: tuple(v for v in values if v in before[c]) if c in before else values
            for c, values in wanted.items()
        }
        warnings = tuple(message("warning.filter_known_late", column=self.label(c)) for c in late)
        return replace(
            self.provenance,
            filters={**before, **both},
            warnings=self.provenance.warnings + warnings,
            source_fingerprint=self.provenance.source_fingerprint or self.fingerprint,
            usage_span=self.usage_span,
        )


def _listed(values: object) -> tuple[object, ...]:
    """Several values from any collection, one from anything else."""
    if isinstance(values, Iterable) and not isinstance(values, (str, bytes)):
        return tuple(values)
    return (values,)
