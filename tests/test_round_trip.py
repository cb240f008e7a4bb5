"""The sample company's own files, read back, give the figures of the tables behind them."""

import pandas as pd
import pytest

import csdata as cs
from csdata import sample


@pytest.fixture(scope="module")
def company() -> cs.Portfolio:
    return sample.company()


@pytest.fixture(scope="module")
def imports(company: cs.Portfolio) -> list[cs.Import]:
    files = sample.files(company)
    return [cs.read_export(data, name=name) for name, data in files.items()]


@pytest.fixture(scope="module")
def read_back(imports: list[cs.Import]) -> cs.Portfolio:
    return cs.Portfolio.from_imports(imports)


def test_every_file_is_taken_for_what_it_is(imports: list[cs.Import]) -> None:
    assert sorted(str(i.role) for i in imports) == ["contracts", "customers", "touches", "usage"]
    assert all(len(i.set_aside) == 0 for i in imports)


def test_as_of_date_comes_from_the_files(company: cs.Portfolio, read_back: cs.Portfolio) -> None:
    assert read_back.as_of == company.as_of


@pytest.mark.parametrize("cohort", ["month", "quarter", "year"])
@pytest.mark.parametrize("clock", ["contract", "calendar"])
def test_retention(company: cs.Portfolio, read_back: cs.Portfolio, cohort: str, clock: str) -> None:
    expected = cs.retention(company, cohort=cohort, clock=clock)  # pyright: ignore[reportArgumentType]
    found = cs.retention(read_back, cohort=cohort, clock=clock)  # pyright: ignore[reportArgumentType]
    pd.testing.assert_frame_equal(found.table, expected.table)
    pd.testing.assert_frame_equal(found.pooled, expected.pooled)
    pd.testing.assert_frame_equal(found.kaplan_meier, expected.kaplan_meier)
    assert found.finding == expected.finding


@pytest.mark.parametrize("group", [None, "plan", "channel", "owner"])
def test_survival(company: cs.Portfolio, read_back: cs.Portfolio, group: str | None) -> None:
    expected, found = cs.survival(company, group=group), cs.survival(read_back, group=group)
    pd.testing.assert_frame_equal(found.curves.table, expected.curves.table, check_dtype=False)
    assert found.finding == expected.finding


def test_quadrant(company: cs.Portfolio, read_back: cs.Portfolio) -> None:
    axes = {"breadth": cs.Categories(), "depth": cs.QuantityPerCategory()}
    expected, found = cs.quadrant(company, **axes), cs.quadrant(read_back, **axes)
    pd.testing.assert_frame_equal(found.table, expected.table, check_dtype=False)
    pd.testing.assert_frame_equal(found.cells, expected.cells)
    assert found.finding == expected.finding
    assert found.excluded == expected.excluded
