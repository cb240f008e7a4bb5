"""Which rows of a sheet are data: totals and labels of groups go, merged cells are filled down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from csdata.intake import groups, headers, layout, merged, totals
from csdata.intake.columns import Column
from csdata.intake.reading import DataRows
from csdata.intake.report import Report


def data_rows(
    report: Report,
    found: layout.Layout,
    columns: Sequence[Column],
    mapping: Mapping[str, str],
    spans: Mapping[str, merged.Spans],
) -> DataRows:
    """The rows without totals, subtotals and counts, with merged cells and groups filled down."""
    lines = found.rows.astype(np.int64) + 1
    by_group = found.titles[0].endswith(headers.ARROWS)
    adding, telling = totals.totals(columns, mapping["customer_id"], by_group=by_group)
    evidence = groups.Evidence(
        subtotal=np.append(False, adding[:-1])[~adding],
        fresh=np.isin(np.arange(len(lines)), np.searchsorted(found.rows, found.again))[~adding],
        telling={mapping[field] for field in groups.TELLING if field in mapping},
    )
    if telling is not None and adding.any():
        rows = np.flatnonzero(adding)
        report.issues(
            "total",
            rows=lines[rows],
            column=telling.header,
            values=telling.at(rows),
            action="dropped",
            severity="info",
        )
        report.note("totals", n=len(rows))
        report.dropped["total"] = len(rows)
        columns = [column.keep(~adding) for column in columns]
        lines = lines[~adding]
    columns = _fill_merged(report, columns, spans, lines - 1)
    if filled := groups.grouped(found.titles, columns, evidence):
        columns, lines = _drop_labels(report, filled, lines)
    return DataRows({column.header: column for column in columns}, lines)


def _fill_merged(
    report: Report,
    columns: Sequence[Column],
    spans: Mapping[str, merged.Spans],
    rows: npt.NDArray[np.int64],
) -> list[Column]:
    """The columns with merged cells filled down, which is said."""
    made = list(columns)
    for j, one in enumerate(columns):
        if one.header in spans and len(rows):
            made[j] = merged.fill(one, spans[one.header], rows)
            if n := int((one.blank & ~made[j].blank).sum()):
                report.note("merged_filled", column=one.header, n=n)
    return made


def _drop_labels(
    report: Report, by_group: groups.Grouped, lines: npt.NDArray[np.int64]
) -> tuple[list[Column], npt.NDArray[np.int64]]:
    """Say which groups were filled down, and drop the rows that only name a group."""
    for header, n in by_group.filled.items():
        report.note("group_filled", column=header, n=n)
    for header, n in by_group.left.items():
        report.note("group_left", column=header, n=n)
    labels = by_group.labels
    if not labels.any():
        return by_group.columns, lines
    n = int(labels.sum())
    report.issues(
        "group_label",
        rows=lines[labels],
        column=by_group.columns[0].header,
        values=by_group.said,
        action="dropped",
        severity="info",
    )
    report.note("group_labels", n=n)
    report.dropped["group"] = n
    return [column.keep(~labels) for column in by_group.columns], lines[~labels]
