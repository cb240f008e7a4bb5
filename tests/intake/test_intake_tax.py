"""税抜 and 税込: read from the heading, asked only where unclear, never mixed, always said."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

import csdata as cs
from csdata.intake import Recipe
from csdata.intake.proposals import accepted, answered, proposals
from csdata.tables import Import
from csdata.taxes import Tax, tax_of
from tests.intake.exports import Row, keys, read_rows

DAY = dt.date(2026, 9, 30)
CONTRACTS = ("契約番号", "取引先 ID", "契約開始日")


@pytest.mark.parametrize(
    ("heading", "tax"),
    [
        ("月額(税抜)", "excluded"),
        ("月額（税抜き）", "excluded"),
        ("月額【税別】", "excluded"),
        ("月額 外税", "excluded"),
        ("税抜月額", "excluded"),
        ("月額(+税)", "excluded"),
        ("月額(消費税抜)", "excluded"),
        ("MRR (excl. tax)", "excluded"),
        ("MRR excluding VAT", "excluded"),
        ("Price before tax", "excluded"),
        ("Amount (tax excluded)", "excluded"),
        ("Amount (tax not included)", "excluded"),
        ("ＭＲＲ（Ｅｘｃｌ．　Ｔａｘ）", "excluded"),
        ("月額(税込)", "included"),
        ("税込金額", "included"),
        ("月額[内税]", "included"),
        ("月額(消費税込み)", "included"),
        ("MRR incl. VAT", "included"),
        ("Amount (tax included)", "included"),
        ("Fee inc. GST", "included"),
        ("月額", None),
        ("消費税額", None),
        ("税率", None),
        ("税引前利益", None),
        ("税抜・税込区分", None),
        ("Tax ID", None),
        ("Index tax", None),
        ("", None),
    ],
)
def test_what_a_heading_says(heading: str, tax: Tax | None) -> None:
    assert tax_of(heading) == tax


def read(head: Row, *rows: Row, name: str = "c", recipe: Recipe | None = None) -> Import:
    """Customers C0, C1 … with these amounts."""
    made = [[f"C{i}", "2026-01-01", *row] for i, row in enumerate(rows)]
    recipe = recipe or Recipe(as_of=DAY)
    return read_rows(("取引先 ID", "契約開始日", *head), *made, name=name, recipe=recipe)


def asked(imported: Import) -> list[str]:
    return [p.attribute for p in proposals(imported) if p.attribute == "tax"]


@pytest.mark.parametrize(
    ("heading", "tax"), [("月額(税込)", "included"), ("MRR excl. VAT", "excluded"), ("月額", None)]
)
def test_one_column_of_money_is_never_asked_about(heading: str, tax: Tax | None) -> None:
    found = read((heading,), ["1100"])
    assert found.mapping["mrr"] == heading
    assert found.tax.get("mrr") == tax
    assert not asked(found)
    assert ("note.tax_heading" in keys(found.notes)) == (tax is not None)


def test_the_answer_counts_where_the_heading_says_nothing_and_only_there() -> None:
    recipe = Recipe(as_of=DAY, tax="included")
    plain = read(("月額",), ["1100"], recipe=recipe)
    assert plain.tax["mrr"] == "included"
    assert "note.tax_user" in keys(plain.notes)
    assert read(("月額(税抜)",), ["1000"], recipe=recipe).tax["mrr"] == "excluded"


def test_amounts_that_are_no_field_keep_what_their_heading_says() -> None:
    found = read(("初期費用(税込)", "割引率(税抜)"), ["5500", "0.1"], ["6600", "0.2"])
    assert dict(found.tax) == {"初期費用(税込)": "included"}


@pytest.mark.parametrize("order", [("月額(税抜)", "月額(税込)"), ("月額(税込)", "月額(税抜)")])
def test_of_both_kinds_the_amount_without_tax_is_read_and_the_other_offered(
    order: tuple[str, str],
) -> None:
    amounts = ["1000", "1100"] if order[0] == "月額(税抜)" else ["1100", "1000"]
    found = read(order, amounts)
    assert (found.mapping["mrr"], found.tax["mrr"]) == ("月額(税抜)", "excluded")
    assert found.table["mrr"].tolist() == [1000]
    assert asked(found) == ["tax"]
    proposal = next(p for p in proposals(found) if p.attribute == "tax")
    assert proposal.best == 0
    other = read(order, amounts, recipe=answered(found.recipe, proposal.answers[1]))
    assert (other.mapping["mrr"], other.tax["mrr"]) == ("月額(税込)", "included")
    assert other.table["mrr"].tolist() == [1100]
    assert not asked(other)
    kept = read(order, amounts, recipe=accepted(found))
    assert kept.table["mrr"].tolist() == [1000]
    assert not asked(kept)


def test_columns_that_differ_in_tax_only_are_no_collision() -> None:
    found = read(("総請求額(税込)", "総請求額(税抜)"), ["1100", "1000"])
    assert found.mapping["total_billing"] == "総請求額(税抜)"
    assert "note.collision" not in keys(found.notes)


def test_a_marked_column_is_preferred_to_one_that_says_nothing() -> None:
    found = read(("月額", "月額(税抜)"), ["1", "1000"])
    assert found.mapping["mrr"] == "月額(税抜)"
    assert not asked(found)


def test_an_unmarked_amount_beside_its_twin_with_tax_is_asked_about() -> None:
    found = read(("月額", "月額(税込)"), ["1000", "1100"])
    assert found.mapping["mrr"] == "月額"
    proposal = next(p for p in proposals(found) if p.attribute == "tax")
    assert proposal.answers[proposal.best or 0].changes == {"tax": "excluded"}
    with_tax = read(("月額", "月額(税込)"), ["1000", "1100"], recipe=Recipe(tax="included"))
    assert (with_tax.mapping["mrr"], with_tax.tax["mrr"]) == ("月額", "included")


def test_an_unmarked_amount_beside_another_marked_one_is_asked_about() -> None:
    found = read(("月額", "総請求額(税込)"), ["1100", "9900"])
    proposal = next(p for p in proposals(found) if p.attribute == "tax")
    assert proposal.best == 1, "as the other amounts of the table"
    assert found.tax == {"total_billing": "included"}


def test_a_column_chosen_by_hand_is_not_questioned_again() -> None:
    recipe = Recipe(as_of=DAY, mapping={"mrr": "月額(税込)"})
    found = read(("月額(税抜)", "月額(税込)"), ["1000", "1100"], recipe=recipe)
    assert (found.mapping["mrr"], found.tax["mrr"]) == ("月額(税込)", "included")
    assert not asked(found)


# -------------------------------------------------------------------------------- several files


def terms(heading: str, *customers: str, name: str, recipe: Recipe | None = None) -> Import:
    rows = [[f"{name}{i}", c, "2026-01-01", "1000"] for i, c in enumerate(customers)]
    return read_rows((*CONTRACTS, heading), *rows, name=name, recipe=recipe)


@pytest.mark.parametrize(
    ("second", "note"),
    [
        pytest.param("月額(税込)", "note.money_apart", id="other tax"),
        pytest.param("月額", "note.tax_unclear", id="no word of tax"),
    ],
)
def test_amounts_of_another_tax_or_of_none_are_not_added_up(second: str, note: str) -> None:
    one = terms("月額(税抜)", "A", "B", name="one")
    found = cs.combine([one, terms(second, "C", name="two")], as_of=DAY)
    table = found.tables["contracts"].set_index("customer_id")["mrr"]
    assert table[["A", "B"]].tolist() == [1000, 1000]
    assert pd.isna(table["C"])
    assert note in keys(found.notes)
    assert found.tax["contracts"]["mrr"] == "excluded"


def test_the_file_that_says_nothing_is_asked_about_and_the_answer_joins_it() -> None:
    one, two = terms("月額(税抜)", "A", "B", name="one"), terms("月額", "C", name="two")
    raised = cs.combine([one, two], as_of=DAY).questions
    assert set(raised) == {"two"}
    recipe = accepted(two, raised["two"])
    assert recipe.tax == "excluded"
    again = terms("月額", "C", name="two", recipe=recipe)
    found = cs.combine([one, again], as_of=DAY)
    assert found.tables["contracts"]["mrr"].tolist() == [1000, 1000, 1000]
    assert not found.questions


def test_of_several_amounts_the_first_is_asked_about() -> None:
    marked = read(("累計請求額(税抜)", "月額(税抜)"), ["9000", "1000"])
    plain = read(("累計請求額", "月額"), ["9000", "1000"], ["8000", "1000"], name="plain")
    (question,) = cs.combine([marked, plain], as_of=DAY).questions["plain"]
    assert question.values["column"] == "月額"


def test_files_without_a_word_of_tax_are_joined_as_ever() -> None:
    found = cs.combine([terms("月額", "A", name="one"), terms("月額", "B", name="two")], as_of=DAY)
    assert found.tables["contracts"]["mrr"].notna().all()
    assert not found.questions
    assert not found.tax


def test_tables_of_another_tax_are_told_of_and_keep_their_own() -> None:
    own = read(("月額(税込)",), ["1100"])
    found = cs.combine([own, terms("月額(税抜)", "C0", name="terms")])
    assert "note.tax_roles" in keys(found.notes)
    assert found.tax["customers"]["mrr"] == "included"
    assert found.tax["contracts"]["mrr"] == "excluded"


# ------------------------------------------------------------------------------- said everywhere


def labelled(heading: str, recipe: Recipe | None = None) -> cs.Portfolio:
    return cs.Portfolio.from_imports([read((heading,), ["1100"], ["2200"], recipe=recipe)])


@pytest.mark.parametrize(
    ("heading", "tax", "ja", "en"),
    [
        ("月額", "included", "月額(税込)", "月額 (with tax)"),
        ("月額(税込)", None, "月額(税込)", "月額(税込)"),
        ("月額", None, "月額", "月額"),
    ],
)
def test_a_column_is_called_with_its_tax_once(
    heading: str, tax: Tax | None, ja: str, en: str
) -> None:
    name = labelled(heading, Recipe(as_of=DAY, tax=tax)).label("mrr")
    assert (name if isinstance(name, str) else name.say("ja")) == ja
    assert (name if isinstance(name, str) else name.say("en")) == en


def test_axis_and_filtered_portfolio_know_it_and_so_does_the_identity() -> None:
    told = labelled("月額", Recipe(as_of=DAY, tax="excluded"))
    drawn = cs.quadrant(told, breadth="mrr", depth="mrr", landmark=None)
    assert "月額(税抜)" in drawn.breadth_name.say("ja")
    assert drawn.tax == {"mrr": "excluded"}
    assert told.where(customer_id=["C0"]).tax("mrr") == "excluded"
    silent = dataclasses.replace(told, provenance=dataclasses.replace(told.provenance, tax={}))
    assert told.fingerprint != dataclasses.replace(silent, fingerprint=None).fingerprint


# --- a column that says it row by row -------------------------------------------------------------


def amounts(imported: Import) -> list[float | None]:
    return [None if pd.isna(v) else v for v in imported.table["mrr"]]


@pytest.mark.parametrize(
    ("kinds", "recipe", "kept", "tax"),
    [
        pytest.param(["税込"] * 3, None, [1, 2, 3], "included", id="all with"),
        pytest.param(["税抜", "非課税", "税抜"], None, [1, 2, 3], "excluded", id="one untaxed"),
        pytest.param(["税抜", "税込", "税込"], None, [None, 2, 3], "included", id="most with"),
        pytest.param(["税抜", "外税", "内税"], None, [1, 2, None], "excluded", id="mostly without"),
        pytest.param(
            ["税抜", "税込", "税込"], "excluded", [1, None, None], "excluded", id="chosen"
        ),
        pytest.param(["税込", "税込", None], None, [1, 2, None], "included", id="one says nothing"),
        pytest.param(["税込", None, None], None, [None, 2, 3], None, id="most say nothing"),
        pytest.param(["税込", None, None], "included", [1, 2, 3], "included", id="blanks answered"),
        pytest.param(["税込", "税込", "要確認"], None, [1, 2, 3], None, id="no column of kinds"),
    ],
)
def test_a_column_of_kinds(
    kinds: list[str | None], recipe: Tax | None, kept: list[float | None], tax: Tax | None
) -> None:
    rows = [(kind, amount) for amount, kind in enumerate(kinds, 1)]
    imported = read(("税区分", "月額"), *rows, recipe=Recipe(as_of=DAY, tax=recipe))
    assert amounts(imported) == kept
    assert imported.tax.get("mrr") == tax
    gone = kept.count(None)
    listed = imported.issues[imported.issues["rule"] == "other_tax"]
    assert listed["action"].tolist() == ["missing"] * gone
    assert ("note.tax_rows_away" in keys(imported.notes)) == bool(gone)
    assert bool(asked(imported)) == (bool(gone) and recipe is None)


def test_a_heading_that_says_its_kind_does_not_ask_the_rows() -> None:
    imported = read(("税区分", "月額(税抜)"), ("税込", 1), ("税抜", 2))
    assert amounts(imported) == [1, 2]
    assert imported.tax["mrr"] == "excluded"
