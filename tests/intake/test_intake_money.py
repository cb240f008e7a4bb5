"""Amounts of money in every dress, their units and their currencies; never added up mixed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdata.intake import Recipe, combine
from csdata.intake.amounts import months
from csdata.intake.currencies import currency_of, scale_of
from csdata.intake.money import money
from csdata.intake.proposals import proposals
from csdata.tables import Import
from tests.intake.exports import keys, read_rows


def texts(*values: str) -> pa.StringArray:
    return pa.array(values, pa.string())


def fees(*amounts: str, heading: str = "月額", recipe: Recipe | None = None) -> Import:
    rows = [[f"C{i}", "2026-01-01", amount] for i, amount in enumerate(amounts)]
    return read_rows(("取引先 ID", "契約開始日", heading), *rows, recipe=recipe)


def said(imported: Import, key: str) -> dict[str, object]:
    (found,) = (dict(note.values) for note in imported.notes if note.key == f"note.{key}")
    return found


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1000", 1000, ""),
        ("1,000", 1000, ""),
        ("-1,000.5", -1000.5, ""),
        ("(1,000)", -1000, ""),
        ("\uff081,000\uff09", -1000, ""),
        ("▲1,000", -1000, ""),
        ("△ 1,000", -1000, ""),
        ("−1,000", -1000, ""),
        ("1,000-", -1000, ""),
        ("¥1,000-", 1000, "JPY"),
        ("\uffe51,000\uff0d", 1000, "JPY"),
        ("1,000.-", 1000, ""),
        ("1'000.50", 1000.5, ""),
        ("1 000", 1000, ""),
        ("1.0E7", 1e7, ""),
        ("JPY700", 700, "JPY"),
        ("JPY 100,000", 100_000, "JPY"),
        ("\uff2a\uff30\uff39 \uff11\uff10", 10, "JPY"),
        ("¥1,200", 1200, "JPY"),
        ("\uffe51,200", 1200, "JPY"),
        ("\\1,200", 1200, "JPY"),
        ("-¥500", -500, "JPY"),
        ("¥-500", -500, "JPY"),
        ("▲¥500", -500, "JPY"),
        ("¥(500)", -500, "JPY"),
        ("(JPY 500)", -500, "JPY"),
        ("100,000円", 100_000, "JPY"),
        ("100,000円/月", 100_000, "JPY"),
        ("100,000円-", -100_000, "JPY"),
        ("10万円", 100_000, "JPY"),
        ("10.5万円", 105_000, "JPY"),
        ("10万5,000円", 105_000, "JPY"),
        ("1億2,000万円", 120_000_000, "JPY"),
        ("▲10万5千円", -105_000, "JPY"),
        ("300千円", 300_000, "JPY"),
        ("1.5百万円", 1_500_000, "JPY"),
        ("3千", 3000, ""),
        ("$1,234.56", 1234.56, "USD"),
        ("US$5", 5, "USD"),
        ("5ドル", 5, "USD"),
        ("USD 5.00", 5, "USD"),
        ("5.00 USD", 5, "USD"),
        ("EUR 8,000.00", 8000, "EUR"),
        ("€1.50", 1.5, "EUR"),
        ("£3", 3, "GBP"),
        ("HK$3", 3, "HKD"),
        ("USD 1,200.50 (JPY 180,000)", 180_000, "JPY"),
    ],
)
def test_amounts(text: str, amount: float, currency: str) -> None:
    found = money(texts(text))
    assert found.ok.tolist() == [True]
    assert found.values.tolist() == [amount]
    assert found.codes.tolist() == [currency]


@pytest.mark.parametrize(
    "text",
    [
        *("abc", "応相談", "12%", "(5", "5)", "--5", "-(5)", "ABC 5", "JPY 5 USD", "JPY", "千円"),
        *("1,23,456", "1.2.3", "5 6", "¥", "1e999", "-", "10万5千", "3か月"),
    ],
)
def test_no_amounts(text: str) -> None:
    found = money(texts(text))
    assert found.ok.tolist() == [False]
    assert np.isnan(found.values).all()


DRESSES = {
    "plain": "{sign}{amount}",
    "separated": "{sign}{amount:,}",
    "code": "{sign}JPY {amount:,}",
    "code behind": "{sign}{amount:,} JPY",
    "yen": "{sign}¥{amount:,}",
    "円": "{sign}{amount:,}円",
    "full width": "{sign}\uffe5{amount}",
}


@settings(deadline=None)
@given(
    amounts=st.lists(
        st.integers(-(10**12), 10**12) | st.decimals(-(10**6), 10**6, places=2), min_size=1
    ),
    dress=st.sampled_from(sorted(DRESSES)),
    minus=st.sampled_from(["-", "▲", "△", "−", "()"]),
)
def test_an_amount_in_any_dress_comes_back(amounts: list, dress: str, minus: str) -> None:
    def written(amount: float) -> str:
        sign = "" if amount >= 0 or minus == "()" else minus
        text = DRESSES[dress].format(sign=sign, amount=abs(amount))
        return f"({text})" if amount < 0 and minus == "()" else text

    found = money(texts(*map(written, amounts)))
    assert found.ok.all()
    assert found.values.tolist() == [float(amount) for amount in amounts]


@settings(deadline=None)
@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1))
def test_decimal_commas_are_those_of_the_column(amounts: list) -> None:
    swap = str.maketrans(",.", ".,")
    found = money(texts(*(f"{amount:,.2f}".translate(swap) for amount in amounts)))
    assert found.decimal == "comma"
    assert found.values.tolist() == [float(amount) for amount in amounts]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (["1.234", "12,5"], [1234, 12.5]),
        (["1.234", "12.5"], [1.234, 12.5]),
        (["1,234", "12.5"], [1234, 12.5]),
        (["1.234.567", "1.000"], [1_234_567, 1000]),
        (["1,234,567", "1,000"], [1_234_567, 1000]),
        (["1,234"], [1234]),
        (["1.234"], [1.234]),
        (["0,5", "1.000"], [0.5, 1000]),
        # Both cannot be: what does not fit the usual notation is not read.
        (["12.50", "12,50"], [12.5, np.nan]),
    ],
)
def test_the_decimal_sign_of_a_column(column: list[str], values: list[float]) -> None:
    np.testing.assert_array_equal(money(texts(*column)).values, values)


@pytest.mark.parametrize(
    ("heading", "scale", "currency"),
    [
        ("月額", 1, None),
        ("月額(円)", 1, "JPY"),
        ("月額(千円)", 1000, "JPY"),
        ("金額 [百万円]", 1_000_000, "JPY"),
        ("金額 (単位:万円)", 10_000, "JPY"),
        ("金額(税抜・千円)", 1000, "JPY"),
        ("MRR (USD)", 1, "USD"),
        ("MRR, EUR", 1, "EUR"),
        ("MRR (thousands)", 1000, None),
        ("MRR (k)", 1000, None),
        ("Amount in millions", 1_000_000, None),
        ("Net MRR", 1, None),
        ("千円札の枚数", 1, None),
    ],
)
def test_what_a_heading_says(heading: str, scale: float, currency: str | None) -> None:
    assert (scale_of(heading), currency_of(heading)) == (scale, currency)


@pytest.mark.parametrize("heading", ["月額(千円)", "月額 [千円]", "MRR(単位:千円)"])
def test_a_unit_in_the_heading_multiplies_what_has_none_of_its_own(heading: str) -> None:
    recipe = Recipe(mapping={"mrr": heading})
    imported = fees("100", "1.5", "20万円", "3,000円", heading=heading, recipe=recipe)
    assert imported.table["mrr"].tolist() == [100_000, 1500, 200_000, 3000]
    note = said(imported, "money_unit")
    assert (note["n"], note["factor"]) == (2, 1000)
    assert imported.currency == "JPY"


@pytest.mark.parametrize(
    ("key", "amounts", "n"),
    [
        ("money_converted", ["USD 5.00 (JPY 750)", "USD 6.00 (JPY 900)", "JPY 7"], 2),
        ("money_negative", ["(5)", "▲6", "7"], 2),
        ("missing_words", ["-", "未設定", "7"], 2),
    ],
)
def test_every_rule_says_how_often_it_fired(key: str, amounts: list[str], n: int) -> None:
    note = said(fees(*amounts), key)
    assert (note["column"], note["n"]) == ("月額", n)


def test_a_decimal_comma_is_told() -> None:
    imported = fees("1.234,50", "8,00")
    assert imported.table["mrr"].tolist() == [1234.5, 8]
    assert "note.decimal_comma" in keys(imported.notes)


# -------------------------------------------------------------------------------------- currencies


def test_several_currencies_are_unknown_until_one_is_chosen() -> None:
    amounts = ("JPY 700", "USD 5.00", "JPY 800", "EUR 8.00")
    mixed = fees(*amounts)
    assert mixed.table["mrr"].isna().all()
    assert mixed.currencies["mrr"] == ("EUR", "JPY", "USD")
    assert mixed.currency is None
    (question,) = (q for q in mixed.questions if q.key == "question.currency")
    assert "JPY × 2" in question.say("ja")
    listed = mixed.issues[mixed.issues["rule"] == "other_currency"]
    assert listed["value"].tolist() == list(amounts)
    chosen = fees(*amounts, recipe=Recipe(currency="JPY"))
    np.testing.assert_array_equal(chosen.table["mrr"], [700, np.nan, 800, np.nan])
    assert "question.currency" not in keys(chosen.questions)
    assert said(chosen, "currency_chosen")["n"] == 2
    assert chosen.issues["value"].tolist() == ["USD 5.00", "EUR 8.00"]
    assert chosen.set_aside.empty


@pytest.mark.parametrize(
    ("amounts", "heading", "recipe", "currency"),
    [
        (("100", "200"), "月額", Recipe(), None),
        (("100", "200"), "月額", Recipe(currency="JPY"), "JPY"),
        (("100", "200"), "月額(円)", Recipe(), "JPY"),
        (("¥100", "200"), "月額", Recipe(), "JPY"),
        (("$100", "200"), "月額", Recipe(), "USD"),
    ],
)
def test_where_the_currency_comes_from(
    amounts: tuple[str, ...], heading: str, recipe: Recipe, currency: str | None
) -> None:
    imported = fees(*amounts, heading=heading, recipe=recipe)
    assert imported.table["mrr"].tolist() == [100, 200]
    assert imported.currency == currency


@pytest.mark.parametrize(
    ("amounts", "read", "currency"),
    [
        pytest.param(["USD 1,000", *["100,000"] * 23], None, None, id="one of many"),
        pytest.param(["USD 1,000", "5", "6"], None, None, id="a third"),
        pytest.param(["USD 1,000", "USD 5", "6"], [1000, 5, 6], "USD", id="two thirds"),
        pytest.param(["¥1,000", "5", "6"], [1000, 5, 6], "JPY", id="yen are left out by custom"),
        pytest.param(["10万円", *["100,000"] * 9], [100_000] * 10, "JPY", id="a unit in yen"),
    ],
)
def test_a_currency_is_lent_to_bare_amounts_by_the_majority_only(
    amounts: list[str], read: list[float] | None, currency: str | None
) -> None:
    imported = fees(*amounts)
    assert imported.currency == currency
    if read is None:
        assert imported.table["mrr"].isna().all()
        (question,) = (q for q in imported.questions if q.key == "question.currency")
        assert "通貨の記載なし" in question.say("ja")
        assert "no currency" in question.say("en")
    else:
        assert imported.table["mrr"].tolist() == read
        assert "note.currency_lent" in keys(imported.notes)


def test_amounts_without_a_currency_are_in_the_chosen_one() -> None:
    amounts = ("USD 5", "100", "200")
    (proposal,) = (p for p in proposals(fees(*amounts)) if p.attribute == "currency")
    assert [answer.name for answer in proposal.answers] == ["JPY", "USD"]
    assert proposal.best is None
    np.testing.assert_array_equal(
        fees(*amounts, recipe=Recipe(currency="JPY")).table["mrr"], [np.nan, 100, 200]
    )
    np.testing.assert_array_equal(
        fees(*amounts, recipe=Recipe(currency="USD")).table["mrr"], [5, 100, 200]
    )


@pytest.mark.parametrize(
    ("other", "n"), [("USD 1,000", 0), ("USD 90", 2), ("¥100,000", 2), ("¥1,500", 0)]
)
def test_files_with_and_without_a_currency_are_added_up_if_of_one_size(other: str, n: int) -> None:
    def file(start: int, amount: str) -> Import:
        rows = [[f"K{i}", f"C{i}", "2024-01-01", amount] for i in range(start, start + 2)]
        return read_rows(("契約番号", "取引先 ID", "契約開始日", "月額"), *rows)

    joined = combine([file(0, "2,000"), file(2, other)])
    assert int(joined.tables["contracts"]["mrr"].isna().sum()) == n
    assert ("note.money_unmarked" in keys(joined.notes)) == bool(n)


@pytest.mark.parametrize("neighbour", ["通貨", "月額 通貨", "CurrencyIsoCode", "Account Currency"])
def test_a_neighbouring_column_names_the_currency_of_each_row(neighbour: str) -> None:
    header = ("取引先 ID", "契約開始日", "月額", neighbour)
    rows = [["C1", "2026-01-01", "100", "JPY"], ["C2", "2026-01-01", "5", "USD"]]
    mixed = read_rows(header, *rows)
    assert mixed.currencies["mrr"] == ("JPY", "USD")
    assert mixed.table["mrr"].isna().all()
    chosen = read_rows(header, *rows, recipe=Recipe(currency="USD"))
    np.testing.assert_array_equal(chosen.table["mrr"], [np.nan, 5])


@pytest.mark.parametrize("mark", ["(換算値)", "\uff08換算値\uff09", " (converted)"])
def test_converted_amounts_are_preferred_unless_the_user_says_otherwise(mark: str) -> None:
    header = ("取引先 ID", "契約開始日", "月額", f"月額{mark}")
    rows = [["C1", "2026-01-01", "USD 5", "JPY 750"], ["C2", "2026-01-01", "JPY 700", "JPY 700"]]
    imported = read_rows(header, *rows)
    assert imported.mapping["mrr"] == header[3]
    assert imported.table["mrr"].tolist() == [750, 700]
    assert imported.currency == "JPY"
    chosen = [c for c in imported.candidates if c.field == "mrr" and c.chosen]
    assert [c.header for c in chosen] == [header[3]]
    own = read_rows(header, *rows, recipe=Recipe(mapping={"mrr": "月額"}))
    assert own.mapping["mrr"] == "月額"


def test_money_under_an_unknown_heading_is_a_number_if_it_has_one_currency() -> None:
    header = ("取引先 ID", "契約開始日", "雑費", "予算")
    rows = [["C1", "2026-01-01", "JPY 100", "JPY 1"], ["C2", "2026-01-01", "JPY 200", "USD 2"]]
    imported = read_rows(header, *rows)
    assert imported.table["雑費"].tolist() == [100, 200]
    assert imported.table["予算"].tolist() == ["JPY 1", "USD 2"]
    assert imported.currencies["雑費"] == ("JPY",)
    assert imported.currencies["予算"] == ("JPY", "USD")


# ---------------------------------------------------------------------------------- other numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("12か月", 12),
        ("12ヶ月間", 12),
        ("1年", 12),
        ("2年間", 24),
        ("1年6か月", 18),
        ("1 year", 12),
        ("18 months", 18),
        ("1.5年", 18),
    ],
)
def test_durations_are_months(text: str, value: float) -> None:
    assert months(texts(text)).values.tolist() == [value]


@pytest.mark.parametrize("text", ["年", "長期", "", "か月", "1年半"])
def test_what_is_no_duration(text: str) -> None:
    assert not months(texts(text)).ok.any()


@pytest.mark.parametrize(
    ("marked", "bare", "lent"),
    [
        pytest.param(("¥100,000",), ("90,000",) * 9, True, id="yen is left out by most"),
        pytest.param(
            ("¥100,000",) * 3, ("900", "1,200", "750", "800"), False, id="dollars, by size"
        ),
        pytest.param(
            ("¥100,000",) * 3, ("9,000", "12,000", "7,500", "8,000"), True, id="small yen"
        ),
        pytest.param(("¥1,000",) * 3, ("900,000", "800,000") * 2, True, id="large yen"),
        pytest.param(("¥3,000,000",), ("9,000",) * 9, True, id="one amount says little"),
        pytest.param(("¥100,000",) * 5, ("500",) * 2, True, id="most are marked"),
    ],
)
def test_yen_is_lent_unless_the_others_are_of_another_size(
    marked: tuple[str, ...], bare: tuple[str, ...], *, lent: bool
) -> None:
    imported = fees(*marked, *bare)
    assert (imported.currency == "JPY") == lent
    assert ("note.currency_lent" in keys(imported.notes)) == lent
    assert ("question.currency" in keys(imported.questions)) != lent
