"""What 1.200 is: asked where a file does not tell, never guessed; a true number stands as it is."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import xlsxwriter

from csdata.intake import Recipe
from csdata.intake.proposals import accepted, proposals
from csdata.intake.recipe import Decimal
from csdata.intake.recipe_file import dump, load
from csdata.tables import Import
from tests.intake.exports import keys, read_here, read_rows, workbook
from tests.intake.kinds import WRITERS

HEADER = ("取引先 ID", "契約開始日", "解約日", "月額")


def lines(*amounts: object) -> list[list[object]]:
    return [[f"C{i}", "2026-01-01", None, amount] for i, amount in enumerate(amounts)]


def fees(*amounts: object, recipe: Recipe | None = None) -> Import:
    return read_rows(HEADER, *lines(*amounts), recipe=recipe)


def fees_in_a_book(*amounts: object, recipe: Recipe | None = None) -> Import:
    return read_here(workbook(("s", [HEADER, *lines(*amounts)])), "xlsx", recipe=recipe)


def asked(imported: Import) -> bool:
    return "question.decimal" in keys(imported.questions)


UNCLEAR = [
    pytest.param(("EUR 1.200", "EUR 980"), (1200, 980), (1.2, 980), "comma", id="euro"),
    pytest.param(("1.200 €", "-2.500 €"), (1200, -2500), (1.2, -2.5), "comma", id="sign behind"),
    pytest.param(("1.200", "12.500"), (1200, 12_500), (1.2, 12.5), None, id="no currency"),
    pytest.param(("USD 1.200",), (1200,), (1.2,), None, id="dollars"),
    pytest.param(("JPY 1.200",), (1200,), (1.2,), "comma", id="yen have no decimals"),
    pytest.param(("(EUR 1.200)",), (-1200,), (-1.2,), "comma", id="in brackets"),
    pytest.param(("EUR 1.200", "EUR 1,500"), (1200, 1500), (1.2, 1500), "comma", id="both signs"),
]


@pytest.mark.parametrize(("amounts", "thousands", "decimals", "proposed"), UNCLEAR)
def test_three_digits_behind_a_dot_are_asked_about(
    amounts: tuple[str, ...],
    thousands: tuple[float, ...],
    decimals: tuple[float, ...],
    proposed: Decimal | None,
) -> None:
    imported = fees(*amounts)
    (question,) = (p for p in proposals(imported) if p.attribute == "decimal")
    assert question.about == "月額"
    assert [a.changes["decimal"] for a in question.answers] == ["comma", "point"]
    best = None if question.best is None else question.answers[question.best].changes["decimal"]
    assert best == proposed
    # Until somebody says so, nobody knows the amount; every such cell is listed.
    dotted = [i for i, amount in enumerate(amounts) if "." in amount]
    listed = imported.issues[imported.issues["rule"] == "unclear_amount"]
    assert listed["row"].tolist() == [i + 2 for i in dotted]
    read = fees(*amounts, recipe=Recipe(decimal="comma"))
    everything = [*read.table["mrr"], *_aside(read)]
    assert sorted(everything) == sorted(thousands)
    read = fees(*amounts, recipe=Recipe(decimal="point"))
    assert sorted([*read.table["mrr"], *_aside(read)]) == sorted(decimals)
    assert not asked(read)


def _aside(imported: Import) -> list[float]:
    """Negative amounts that were set aside, as their text has them under the recipe."""
    sign = imported.recipe.decimal
    texts = [text.strip("()EUR €-") for text in imported.set_aside.get("月額", ())]
    return [-float(text.replace(".", "" if sign == "comma" else ".")) for text in texts]


CLEAR = [
    pytest.param(("EUR 1.200,50", "EUR 1.200"), (1200.5, 1200), id="another has a comma"),
    pytest.param(("EUR 1.200", "EUR 12.50"), (1.2, 12.5), id="another has cents"),
    pytest.param(("EUR 1.200.000", "EUR 1.200"), (1_200_000, 1200), id="two dots"),
    pytest.param(("EUR 0.125", "EUR 1.200"), (0.125, 1.2), id="zero in front"),
    pytest.param(("1,200", "3,000"), (1200, 3000), id="commas"),
    pytest.param(("1.2", "1.25"), (1.2, 1.25), id="one and two digits"),
]


@pytest.mark.parametrize(("amounts", "values"), CLEAR)
@pytest.mark.parametrize("decimal", [None, "comma", "point"])
def test_what_shows_its_sign_is_not_asked_about_and_no_answer_changes_it(
    amounts: tuple[str, ...], values: tuple[float, ...], decimal: Decimal | None
) -> None:
    imported = fees(*amounts, recipe=Recipe(decimal=decimal))
    assert imported.table["mrr"].tolist() == list(values)
    assert not asked(imported)


def test_another_column_is_a_reason() -> None:
    header = (*HEADER, "総請求額")
    imported = read_rows(header, ["C1", "2026-01-01", "", "EUR 1.200", "EUR 12.345,50"])
    read = read_rows(
        header, ["C1", "2026-01-01", "", "EUR 1.200", "EUR 12.345,50"], recipe=accepted(imported)
    )
    (question,) = (p for p in proposals(imported) if p.attribute == "decimal")
    assert question.reason is not None
    assert question.reason.key == "proposal.decimal_like_comma"
    assert read.table["mrr"].tolist() == [1200]
    assert read.table["total_billing"].tolist() == [12_345.5]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods"])
def test_true_numbers_of_a_workbook_stand(kind: str) -> None:
    rows = [HEADER, *lines(1.234, 56.789)]
    imported = read_here(WRITERS[kind](rows), kind)
    np.testing.assert_array_equal(imported.table["mrr"], [1.234, 56.789])
    assert not asked(imported)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods"])
def test_texts_of_a_workbook_are_asked_about(kind: str) -> None:
    imported = read_here(WRITERS[kind]([HEADER, *lines("EUR 1.200", "EUR 2.500")]), kind)
    assert imported.table["mrr"].isna().all()
    assert asked(imported)


@pytest.mark.parametrize(
    ("decimal", "first"), [(None, np.nan), ("comma", 1200), ("point", 1.2)], ids=str
)
def test_a_true_number_among_texts_stands(decimal: Decimal | None, first: float) -> None:
    imported = fees_in_a_book("1.200", 1.234, recipe=Recipe(decimal=decimal))
    np.testing.assert_array_equal(imported.table["mrr"], [first, 1.234])


def test_a_number_with_three_decimals_and_a_currency_in_its_format_stands() -> None:
    buffer = io.BytesIO()
    book: Any = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ("C1", "2026-01-01"))
    sheet.write_number(1, 3, 1.2, book.add_format({"num_format": "#,##0.000 [$€-407]"}))
    sheet.write_row(2, 0, ("C2", "2026-01-01"))
    sheet.write_number(2, 3, 3.456, book.add_format({"num_format": "#,##0.000 [$€-407]"}))
    book.close()
    imported = read_here(buffer.getvalue(), "xlsx")
    assert imported.table["mrr"].tolist() == [1.2, 3.456]
    assert imported.currency == "EUR"
    assert not asked(imported)


def test_amounts_of_a_column_that_is_no_field_stay_text() -> None:
    header = (*HEADER, "割引額")
    row = ["C1", "2026-01-01", "", "", "EUR 1.200"]
    imported = read_rows(header, row)
    assert imported.table["割引額"].tolist() == ["EUR 1.200"]
    assert "note.amounts_unclear" in keys(imported.notes)
    said = read_rows(header, row, recipe=Recipe(decimal="comma"))
    assert said.table["割引額"].tolist() == [1200]


def test_the_answer_is_kept_in_a_recipe_file() -> None:
    assert load(dump(Recipe(decimal="comma"))).decimal == "comma"


# ----------------------------------------------------------------- long numbers that are no text


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods"])
def test_a_long_id_that_was_a_number_is_said_to_be_broken(kind: str) -> None:
    header = ("取引先 ID", "契約開始日", "解約日")
    whole = ("123456789012345678", "900000000000000123", "123456789012345", "00012")
    rows = [header, (1234567890123456789, "2026-01-01", None)]
    rows += [(text, "2026-01-01", None) for text in whole]
    imported = read_here(WRITERS[kind](rows), kind)
    ids = imported.table["customer_id"].tolist()
    assert ids[1:] == list(whole)
    broken = imported.issues[imported.issues["rule"] == "id_rounded"]
    assert broken["row"].tolist() == [2]
    assert broken["severity"].tolist() == ["warning"]
    assert "note.ids_suspect" in keys(imported.notes)


def test_fifteen_digits_are_whole_as_a_number() -> None:
    header = ("取引先 ID", "契約開始日", "解約日")
    data = workbook(("s", [header, (123456789012345, "2026-01-01", None)]))
    imported = read_here(data, "xlsx")
    assert imported.table["customer_id"].tolist() == ["123456789012345"]
    assert not imported.issues["rule"].str.startswith("id_").any()
