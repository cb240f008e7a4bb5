"""The identity of a portfolio's data, by which everything computed from it is cached."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from csdata.schema import ROLES

if TYPE_CHECKING:
    from csdata.tables.portfolio import Portfolio


def of_tables(portfolio: Portfolio) -> str | None:
    """A digest of every cell and of what is known about them; None if a table is lazy."""
    # Two portfolios of the same rows answer differently if one knows of no ends.
    known = f"{portfolio.as_of}{portfolio.observed_from}{portfolio.currency}"
    known += "first_use" if portfolio.provenance.first_use else ""
    digest = hashlib.sha256(known.encode())
    # What amounts are called is part of every result, though it is no cell of a table.
    for role, columns in sorted(portfolio.provenance.tax.items()):
        digest.update(repr((role, sorted(columns.items()))).encode())
    for role in ROLES:
        frame = getattr(portfolio, role)
        if frame is None:
            continue
        wrapped = nw.from_native(frame)
        if isinstance(wrapped, nw.LazyFrame):
            return None
        digest.update(role.encode())
        digest.update(_arrow_bytes(wrapped))
    return digest.hexdigest()


def of_part(whole: str | None, wanted: Mapping[str, tuple[object, ...]]) -> str | None:
    """The identity of the customers that a filter leaves: column → values; None without one."""
    if whole is None:
        return None
    terms = sorted((c, sorted(map(repr, v))) for c, v in wanted.items())
    return hashlib.sha256(f"{whole}{terms}".encode()).hexdigest()


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
