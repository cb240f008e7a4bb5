"""A real file of 7,043 customers and 33 columns: every figure counted by another reader."""

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import csdata as cs
from csdata.intake import Recipe

SERVICES = ["Phone Service", "Multiple Lines", "Online Security", "Streaming TV"]


@pytest.fixture(scope="module")
def imported(real_file: Path) -> cs.Import:
    return cs.read_export(real_file)


@pytest.fixture(scope="module")
def witness(real_file: Path) -> pd.DataFrame:
    book = openpyxl.load_workbook(real_file, read_only=True)
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    book.close()
    return pd.DataFrame(rows, columns=[str(title) for title in header])


def test_fields(imported: cs.Import) -> None:
    assert imported.mapping == {
        "customer_id": "CustomerID",
        "tenure_months": "Tenure Months",
        "churned": "Churn Value",
        "churn_reason": "Churn Reason",
        "mrr": "Monthly Charges",
        "total_billing": "Total Charges",
    }
    assert (imported.header_row, imported.as_of, imported.questions) == (1, None, ())


def test_the_other_column_of_churn_is_visible_with_its_reason(imported: cs.Import) -> None:
    (behind,) = [c for c in imported.candidates if not c.chosen]
    assert (behind.field, behind.header) == ("churned", "Churn Label")
    assert "Churn Value" in behind.reason.say("ja")
    by_label = Recipe(mapping={"churned": "Churn Label"})
    raw = imported.raw
    agrees = (raw["Churn Label"] == "Yes") == (raw["Churn Value"] == "1")
    assert agrees.all()
    assert by_label.mapping["churned"] in raw


def test_every_other_column_keeps_its_heading_and_is_typed(
    imported: cs.Import, witness: pd.DataFrame
) -> None:
    others = [str(c) for c in witness if c not in imported.mapping.values()]
    assert set(others) <= set(imported.table)
    assert all(imported.columns[c] == c for c in others)
    kinds = imported.table[others].dtypes.map(lambda dtype: dtype.kind).to_dict()
    numbers = {"Count": "i", "Latitude": "f", "Longitude": "f", "Churn Score": "i", "CLTV": "i"}
    assert kinds == {c: numbers.get(c, "O") for c in others}


@pytest.mark.parametrize("column", ["Zip Code", "CustomerID", "Lat Long", *SERVICES, "Contract"])
def test_texts_stay_texts(column: str, imported: cs.Import, witness: pd.DataFrame) -> None:
    name = next(n for n, header in imported.columns.items() if header == column)
    assert imported.table[name].tolist() == witness[column].astype(str).tolist()


@pytest.mark.parametrize("field", ["tenure_months", "mrr", "total_billing", "churned"])
def test_numbers_are_the_same_numbers(
    field: str, imported: cs.Import, witness: pd.DataFrame
) -> None:
    theirs = pd.to_numeric(witness[imported.mapping[field]], errors="coerce")
    np.testing.assert_array_equal(imported.table[field].astype(float), theirs.astype(float))


def test_what_is_reported(imported: cs.Import) -> None:
    counted = imported.issues.groupby(["rule", "column", "action"]).size().to_dict()
    assert counted == {
        ("blank_number", "Total Charges", "missing"): 11,
        ("tenure_zero", "Tenure Months", "kept"): 11,
    }
    assert imported.set_aside.empty
    assert imported.dropped == {}
