"""The canonical tables, what an import yields, and the Portfolio that every analysis takes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self

import narwhals as nw
import pandas as pd
import pyarrow as pa

from csdata.counts import usage_span
from csdata.errors import BadValues, MissingColumns, NoCustomers, NotEnoughData
from csdata.i18n import DEFAULT, Message, catalogue, message
from csdata.schema import KNOWN_LATE, ROLES, Role, Source, as_date, checked, lazy, native_like
from csdata.taxes import Tax, with_tax

if TYPE_CHECKING:
    from csdata.intake.fields import Candidate
    from csdata.intake.join_rules import JoinRules
    from csdata.intake.recipe import Recipe

LATE: Final = "note.observed_from"
"""What is said where departures are recorded from some day on only."""


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """A sheet that could be read: its first rows as text, and how much it looks like a table.

    ``rows`` are at most a few, short; ``score`` is comparable within one file only.
    """

    name: str
    score: float
    height: int
    width: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Import:
    """One sheet or CSV as it was understood; nothing of the file is lost.

    ``table`` has the rows that will be used, typed, columns named by canonical field where one was
    recognised and by the original header otherwise. ``set_aside`` has the rows that will not, as
    text under the original headers, with ``row`` (line in the file, from 1) and ``reason``.
    ``issues`` is tidy: row, column, value, rule, action, severity ("info" | "warning" | "error").
    ``dropped`` counts rows that are no data (totals, footer) by rule: ``rows_read`` is the rows of
    ``table``, ``set_aside`` and ``dropped`` together. ``raw`` has every data row as text, indexed
    by its line in the file. ``candidates`` are the columns considered for each field, with score
    and reason. A question ``question.x`` is answered by ``x`` of the recipe. ``kind`` is what the
    bytes are (xlsx, csv …), whatever the name says. ``headers`` are the headings as they were found
    without a recipe, ``fingerprint`` their identity: a recipe is remembered under it. ``previews``
    are the sheets to choose from. ``currency`` is the ISO code of all money of the table, None if
    unknown or mixed; ``currencies`` has the codes found in each column, ``tax`` whether an amount
    includes tax, both by canonical field or heading as in ``table``. ``as_of_candidates``: both
    days that an unclear one may be. ``above`` has the lines above the headings, each as places
    (from the table's first column) and texts.
    """

    name: str
    table: pd.DataFrame
    role: Source | None
    as_of: dt.date | None
    issues: pd.DataFrame
    notes: tuple[Message, ...]
    mapping: Mapping[str, str]
    columns: Mapping[str, str]
    set_aside: pd.DataFrame
    raw: pd.DataFrame
    sheet: str
    sheets: tuple[str, ...]
    recipe: Recipe
    questions: tuple[Message, ...] = ()
    rows_read: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict[str, int])
    candidates: tuple[Candidate, ...] = ()
    header_row: int = 0
    kind: str = ""
    headers: tuple[str, ...] = ()
    fingerprint: str = ""
    previews: tuple[SheetPreview, ...] = ()
    currency: str | None = None
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    tax: Mapping[str, Tax] = field(default_factory=dict[str, Tax])
    as_of_candidates: tuple[dt.date, ...] = ()
    above: tuple[tuple[tuple[int, str], ...], ...] = ()


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Provenance:
    """Where a portfolio comes from: files, filters in force and the warnings they earned.

    ``usage_span`` is the first and last day of usage before any filter. ``stated_as_of`` is the
    last day that the files know about where the analysis looks at an earlier one, because
    contracts that have just ended may still be renewed; ``waiting`` has those customers (更新待ち).
    ``rules`` says in words how contracts became customers' lives. ``tax`` is table → column →
    whether its amounts include consumption tax, where that is known. ``set_aside`` counts by
    reason the rows that the import did not use, of the files that say who is a customer;
    repeated rows are none of them. ``first_use``: customers are whoever occurs in the usage and
    start with their first use; when they leave nobody knows.
    """

    files: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    filters: Mapping[str, tuple[object, ...]] = field(default_factory=dict[str, tuple[object, ...]])
    warnings: tuple[Message, ...] = ()
    source_fingerprint: str | None = None
    usage_span: tuple[dt.date, dt.date] | None = None
    stated_as_of: dt.date | None = None
    waiting: tuple[str, ...] = ()
    set_aside: Mapping[str, int] = field(default_factory=dict[str, int])
    rules: tuple[Message, ...] = ()
    tax: Mapping[str, Mapping[str, Tax]] = field(default_factory=dict[str, Mapping[str, Tax]])
    first_use: bool = False


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
            object.__setattr__(self, "fingerprint", self._fingerprint())

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
            self, **tables, provenance=self._filtered(wanted), fingerprint=self._derived(wanted)
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

    def _derived(self, wanted: Mapping[str, tuple[object, ...]]) -> str | None:
        if self.fingerprint is None:
            return None
        terms = sorted((c, sorted(map(repr, v))) for c, v in wanted.items())
        return hashlib.sha256(f"{self.fingerprint}{terms}".encode()).hexdigest()

    def _fingerprint(self) -> str | None:
        # Two portfolios of the same rows answer differently if one knows of no ends.
        known = f"{self.as_of}{self.observed_from}{self.currency}"
        known += "first_use" if self.provenance.first_use else ""
        digest = hashlib.sha256(known.encode())
        # What amounts are called is part of every result, though it is no cell of a table.
        for role, columns in sorted(self.provenance.tax.items()):
            digest.update(repr((role, sorted(columns.items()))).encode())
        for role in ROLES:
            frame = getattr(self, role)
            if frame is None:
                continue
            wrapped = nw.from_native(frame)
            if isinstance(wrapped, nw.LazyFrame):
                return None
            digest.update(role.encode())
            digest.update(_arrow_bytes(wrapped))
        return digest.hexdigest()


def _listed(values: object) -> tuple[object, ...]:
    """Several values from any collection, one from anything else."""
    if isinstance(values, Iterable) and not isinstance(values, (str, bytes)):
        return tuple(values)
    return (values,)


def _arrow_bytes(frame: nw.DataFrame[Any]) -> memoryview:
    try:
        table = frame.to_arrow()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # Columns that mix numbers and texts, as spreadsheets have them.
        mixed = frame.to_pandas()
        odd = mixed.select_dtypes("object").columns
        table = pa.Table.from_pandas(mixed.assign(**{c: mixed[c].map(repr) for c in odd}))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as writer:
        writer.write_table(table.replace_schema_metadata(None).combine_chunks())
    return memoryview(sink.getvalue())
