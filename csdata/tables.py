"""The canonical tables, what an import yields, and the Portfolio that every analysis takes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import narwhals as nw
import pandas as pd
import pyarrow as pa

from csdata.errors import BadValues, MissingColumns, NoCustomers
from csdata.i18n import DEFAULT, Message, catalogue, message

if TYPE_CHECKING:
    from csdata.intake.fields import Candidate
    from csdata.intake.recipe import Recipe

Role = Literal["customers", "contracts", "usage", "touches"]
ROLES: Final[tuple[Role, ...]] = ("customers", "contracts", "usage", "touches")

DATES: Final[Mapping[Role, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": ("start", "end", "observed_from", "notice"),
        "contracts": ("start", "end"),
        "usage": ("date",),
        "touches": ("date",),
    }
)
NUMBERS: Final[Mapping[Role, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": ("tenure_months", "mrr", "total_billing"),
        "contracts": ("term_months", "mrr", "fixed", "overage", "other"),
        "usage": ("quantity",),
        "touches": ("score",),
    }
)
REQUIRED: Final[Mapping[Role, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": ("customer_id",),
        "contracts": ("customer_id", "start"),
        "usage": ("customer_id", "date", "category", "quantity"),
        "touches": ("customer_id", "date"),
    }
)
KNOWN_LATE: Final = frozenset({"churn_reason", "churned", "status", "health", "end", "notice"})
"""Columns whose values are settled only with or after the outcome: filters on them are biased."""


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
    and reason. A question ``question.x`` is answered by ``x`` of the recipe.
    """

    name: str
    table: pd.DataFrame
    role: Role | None
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


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Provenance:
    """Where a portfolio comes from: files, filters in force and the warnings they earned."""

    files: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    filters: Mapping[str, tuple[object, ...]] = field(default_factory=dict[str, tuple[object, ...]])
    warnings: tuple[Message, ...] = ()
    source_fingerprint: str | None = None


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
        usage: ``customer_id``, ``date``, ``category``, ``quantity`` (hours or uses).
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
    def from_imports(
        cls, imports: Iterable[Import], *, as_of: dt.date | str | None = None
    ) -> Portfolio:
        """The portfolio of several imports: tables by role, joined on ``customer_id``.

        Args:
            imports: What ``read_export`` returned, in any order.
            as_of: 基準日; default the latest one that a file states for itself.

        Raises:
            NoCustomers: No import was taken for the customers.
            BadValues: No file states an as-of date and none was given.
        """
        imports = list(imports)
        tables: dict[str, Any] = {}
        for role in ROLES:
            frames = [i.table for i in imports if i.role == role]
            if frames:
                tables[role] = (
                    pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
                )
        if "customers" not in tables:
            raise NoCustomers(files=[i.name for i in imports])
        stated = [i.as_of for i in imports if i.as_of is not None]
        columns = {n: h for i in imports for n, h in i.columns.items() if i.role == "customers"}
        provenance = Provenance(
            files=tuple(i.name for i in imports),
            notes=tuple(n for i in imports for n in i.notes),
            columns=columns,
        )
        return cls(
            **tables, as_of=as_date(as_of) or max(stated, default=None), provenance=provenance
        )

    @property
    def has_dates(self) -> bool:
        """Whether customers have start dates; otherwise they have tenures in months."""
        return "start" in self.columns("customers")

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
        """What a person calls a customers column: the header in their file, else our word."""
        if column in self.provenance.columns:
            return self.provenance.columns[column]
        key = f"field.{column}"
        return message(key) if key in catalogue(DEFAULT) else column

    def where(self, **conditions: Sequence[object] | object) -> Self:
        """The customers whose attributes have one of the given values, with all their rows.

        ``portfolio.where(plan=["6か月"], owner=["A", "B"])``. None in a list stands for missing.
        A filter on something that is known only after the outcome carries a warning in
        ``provenance.warnings``.
        """
        wanted = {
            self.resolve(column): tuple(values)
            if isinstance(values, (list, tuple, set, frozenset))
            else (values,)
            for column, values in conditions.items()
        }
        if not wanted:
            return self
        kept = lazy(self.customers)
        for column, values in wanted.items():
            present = [v for v in values if v is not None]
            test = nw.col(column).is_in(present) if present else nw.lit(value=False)
            kept = kept.filter(test | nw.col(column).is_null() if None in values else test)
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
        warnings = tuple(message("warning.filter_known_late", column=self.label(c)) for c in late)
        return replace(
            self.provenance,
            filters={**self.provenance.filters, **wanted},
            warnings=self.provenance.warnings + warnings,
            source_fingerprint=self.provenance.source_fingerprint or self.fingerprint,
        )

    def _derived(self, wanted: Mapping[str, tuple[object, ...]]) -> str | None:
        if self.fingerprint is None:
            return None
        terms = sorted((c, sorted(map(repr, v))) for c, v in wanted.items())
        return hashlib.sha256(f"{self.fingerprint}{terms}".encode()).hexdigest()

    def _fingerprint(self) -> str | None:
        digest = hashlib.sha256(f"{self.as_of}{self.observed_from}{self.currency}".encode())
        for role in ROLES:
            frame = getattr(self, role)
            if frame is None:
                continue
            wrapped = nw.from_native(frame)
            if isinstance(wrapped, nw.LazyFrame):
                return None
            digest.update(role.encode())
            digest.update(_arrow_bytes(wrapped.to_arrow()))
        return digest.hexdigest()


def _arrow_bytes(table: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as writer:
        writer.write_table(table.replace_schema_metadata(None).combine_chunks())
    return memoryview(sink.getvalue())


def lazy(frame: Any) -> nw.LazyFrame[Any]:
    """Any native frame as a narwhals LazyFrame."""
    return nw.from_native(frame).lazy()


def native_like(original: Any, result: nw.LazyFrame[Any]) -> Any:
    """The native frame of ``result``: collected when ``original`` was eager."""
    wrapped = nw.from_native(original)
    if isinstance(wrapped, nw.LazyFrame):
        return result.to_native()
    return result.collect(wrapped.implementation).to_native()


def as_date(value: Any) -> dt.date | None:
    """A date from a date, datetime, Timestamp or ISO text; None stays None."""
    return None if value is None else pd.Timestamp(value).date()


def checked(frame: Any, role: Role) -> Any:
    """A table of the given role with its columns checked, ids as text and dates as midnights.

    Raises:
        MissingColumns, BadValues: as for :class:`Portfolio`.
    """
    wrapped = nw.from_native(frame)
    schema = wrapped.lazy().collect_schema()
    names = list(schema.names())
    missing = [c for c in REQUIRED[role] if c not in names]
    if role == "customers" and not missing and "start" not in names:
        missing = [c for c in ("tenure_months", "churned") if c not in names]
        missing = ["start", *missing] if missing else []
    if missing:
        raise MissingColumns(table=role, missing=missing, present=names)
    if role == "customers":
        _check_ids(wrapped)
    # Casting a pandas column of objects would turn a missing id into the text "None".
    ids = [] if schema["customer_id"] == nw.String else [nw.col("customer_id").cast(nw.String)]
    dates = [_midnight(c, schema[c]) for c in DATES[role] if c in names]
    numbers = [nw.col(c).cast(nw.Float64) for c in NUMBERS[role] if c in names]
    return wrapped.with_columns(*ids, *dates, *numbers).to_native()


def _midnight(column: str, dtype: Any) -> nw.Expr:
    """The column as naive midnights in microseconds; an all-missing column of any type too."""
    expression = nw.col(column)
    if dtype == nw.Date:
        return expression.cast(nw.Datetime("us"))
    if isinstance(dtype, nw.Datetime) or dtype == nw.Datetime:
        return expression.cast(nw.Datetime("us")).dt.truncate("1d")
    return expression.cast(nw.String).str.to_datetime(format="%Y-%m-%d").cast(nw.Datetime("us"))


def _check_ids(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> None:
    ids = frame.lazy().select("customer_id")
    blank = ids.filter(nw.col("customer_id").is_null()).select(n=nw.len()).collect("pandas")
    counts = ids.group_by("customer_id").agg(n=nw.len()).filter(nw.col("n") > 1)
    twice = counts.sort("customer_id").head(5).collect("pandas").to_native()
    found = [str(i) for i in twice["customer_id"] if not pd.isna(i)]
    if int(blank.to_native()["n"].iloc[0]):
        found.append("–")
    if found:
        raise BadValues(
            where="customers.customer_id",
            found=", ".join(found),
            remedy=message("remedy.unique_ids"),
        )
