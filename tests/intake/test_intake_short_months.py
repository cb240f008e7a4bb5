"""Mar-24: a month as Excel shows one, in a column of its own or beside other forms."""

from __future__ import annotations

import pytest

from csdata.tables import Import
from tests.intake.exports import keys, read_rows

END = "契約終了日"


def read(heading: str, *cells: str) -> Import:
    rows = [[f"C{i}", "2023-01-01", cell] for i, cell in enumerate(cells)]
    return read_rows(("取引先 ID", "契約開始日", heading), *rows)


def days(imported: Import, field: str) -> list[str]:
    return imported.table[field].dt.strftime("%Y-%m-%d").fillna("").tolist()


@pytest.mark.parametrize(
    ("cells", "ends"),
    [
        pytest.param(("Mar-24", "Feb-24", ""), ("2024-04-01", "2024-03-01", ""), id="alone"),
        pytest.param(("Mar-24", "2024/03"), ("2024-04-01", "2024-04-01"), id="beside 2024/03"),
        pytest.param(("Mar-24", "2024年3月"), ("2024-04-01", "2024-04-01"), id="beside 年月"),
        pytest.param(("Mar-24", "2024-03-15"), ("2024-04-01", "2024-03-16"), id="beside a day"),
        pytest.param(("Dec-24", "Dec '24"), ("2025-01-01", "2025-01-01"), id="end of a year"),
    ],
)
def test_at_the_end_it_is_the_whole_month(cells: tuple[str, ...], ends: tuple[str, ...]) -> None:
    imported = read(END, *cells)
    assert days(imported, "end") == list(ends)
    assert "note.bare_months_end" in keys(imported.notes)
    assert imported.issues.empty


def test_at_the_start_it_is_the_first_day() -> None:
    rows = (["C1", "Mar-24"], ["C2", "2024/03"], ["C3", "2024-03-01"])
    imported = read_rows(("取引先 ID", "契約開始日"), *rows)
    assert days(imported, "start") == ["2024-03-01"] * 3
    assert "note.bare_months" in keys(imported.notes)


def test_a_day_and_a_month_without_a_year_are_no_date() -> None:
    # 24-Mar is the 24th of March of a year that nobody has written down.
    imported = read(END, "24-Mar", "2024/03", "2024/04")
    assert imported.set_aside["row"].tolist() == [2]
    assert set(imported.issues["rule"]) == {"not_a_date", "unreadable_end"}


def test_elsewhere_it_stays_as_it_is_written() -> None:
    imported = read("メモ", "Mar-24", "Apr-24")
    assert imported.table["メモ"].tolist() == ["Mar-24", "Apr-24"]
