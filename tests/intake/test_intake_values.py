"""Text → numbers, dates and booleans: a table of forms, and what is none of them."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdata.intake.dates import dates, midnights
from csdata.intake.natural import natural
from csdata.intake.values import Column, booleans, column, numbers


def texts(*values: str) -> pa.StringArray:
    return pa.array(values, pa.string())


def one(text: str) -> Column:
    return column("x", pa.array([text], pa.string()))


def natural_of(source: Column, *, code: bool = False) -> np.ndarray:
    rows = np.ones(len(source.codes), dtype=bool)
    read = dates(source.distinct) if len(source.distinct) else None
    return natural(source, rows, code=code, read=read).values


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-12.5", -12.5),
        ("+3", 3),
        (".5", 0.5),
        ("7.", 7),
        ("1,234", 1234),
        ("1,234,567.89", 1234567.89),
        ("¥1,000", 1000),
        ("￥1,000", 1000),
        ("-¥500", -500),
        ("¥-500", -500),
        ("100,000円", 100000),
        ("100 円", 100),
        ("１２３", 123),
        ("1.0E7", 1e7),
        ("0.1", 0.1),
        ("123456789.123456789", 123456789.123456789),
    ],
)
def test_numbers(text: str, value: float) -> None:
    parsed = numbers(texts(text))
    assert parsed.ok.tolist() == [True]
    assert parsed.values.tolist() == [value]


@pytest.mark.parametrize(
    "text",
    ["12%", "1,23", "12,34,567", "abc", "-", "N/A", "1 2", "1e999", "０x10", "1.2.3", "3か月", "∞"],
)
def test_no_numbers(text: str) -> None:
    parsed = numbers(texts(text))
    assert parsed.ok.tolist() == [False]


@pytest.mark.parametrize(
    ("text", "value"),
    [("12か月", 12), ("12 ヶ月", 12), ("6カ月", 6), ("12 months", 12), ("1.5時間", 1.5), ("2h", 2)],
)
def test_units_only_where_a_number_is_wanted(text: str, value: float) -> None:
    assert numbers(texts(text), units=True).values.tolist() == [value]
    assert not numbers(texts(text)).ok.any()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=1))
def test_a_number_written_out_comes_back_exactly(values: list[float]) -> None:
    parsed = numbers(texts(*map(repr, values)))
    assert parsed.ok.all()
    assert parsed.values.tolist() == values


# --- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", "2026-03-01T00:00"),
        ("2026-03-01 00:00:00", "2026-03-01T00:00"),
        ("2026/3/1", "2026-03-01T00:00"),
        ("2022/02/16 8:07", "2022-02-16T08:07"),
        ("2026年3月1日", "2026-03-01T00:00"),
        ("２０２６／０３／０１", "2026-03-01T00:00"),
        ("2024-02-29", "2024-02-29T00:00"),
        ("01.10.2026 14:03", "2026-10-01T14:03"),
        ("26/07/2022 09:24", "2022-07-26T09:24"),
        ("8/24/2026, 8:31 PM", "2026-08-24T20:31"),
        ("8/24/2026 12:05 AM", "2026-08-24T00:05"),
        ("8/24/2026 12:05 PM", "2026-08-24T12:05"),
        ("9999-12-31", "9999-12-31T00:00"),
        # UTC: in Japan it is already the next day.
        ("2026-02-28T15:00:00.000Z", "2026-03-01T00:00"),
        ("2026-02-28T15:00:00+0000", "2026-03-01T00:00"),
    ],
)
def test_dates(text: str, moment: str) -> None:
    found = dates(texts(text))
    assert found.values.tolist() == [dt.datetime.fromisoformat(moment)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "31/31/2026",
            "46000",
            "未定",
            "2026",
            "2026/03",
        ),
        *("3/4/26", "2026-03-01 25:00", "0000-01-01", "2026-03-01x"),
    ],
)
def test_no_dates(text: str) -> None:
    assert not dates(texts(text)).ok.any()


@pytest.mark.parametrize(
    ("column_of", "order", "first"),
    [
        (["3/4/2026", "13/4/2026"], "day", "2026-04-03T00:00"),
        (["3/4/2026", "4/13/2026"], "month", "2026-03-04T00:00"),
        (["2026-03-04"], "ymd", "2026-03-04T00:00"),
    ],
)
def test_the_column_tells_day_from_month(column_of: list[str], order: str, first: str) -> None:
    found = dates(texts(*column_of))
    assert found.order == order
    assert found.values[0] == np.datetime64(first)
    assert found.ok.all()


@pytest.mark.parametrize(
    ("day_first", "expected"),
    [(True, "2026-04-03T00:00"), (False, "2026-03-04T00:00"), (None, None)],
)
def test_an_undecidable_column_is_not_guessed(
    *, day_first: bool | None, expected: str | None
) -> None:
    found = dates(texts("3/4/2026", "5/4/2026"), day_first=day_first)
    assert (
        np.isnat(found.values[0])
        if expected is None
        else found.values[0] == np.datetime64(expected)
    )
    assert (found.order == "undecided") == (day_first is None)


def test_what_the_column_shows_beats_what_was_said() -> None:
    assert dates(texts("13/4/2026"), day_first=False).order == "day"


@given(st.dates(dt.date(1, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]))
def test_a_date_written_out_comes_back(day: dt.date, form: str) -> None:
    written = day.strftime(form).zfill(len("2026-01-01") if "年" not in form else 11)
    found = midnights(dates(texts(written)).values)
    assert found.astype("datetime64[D]").tolist() == [day]


# --- booleans -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "truth"),
    [
        (("Yes", "yes", "TRUE", "true", "1", "はい", "○", "◯", "✓", "有", "あり", "解約済"), True),
        (("No", "FALSE", "0", "いいえ", "×", "なし", "無", "継続中", "０"), False),
    ],
)
def test_booleans(words: tuple[str, ...], *, truth: bool) -> None:
    parsed = booleans(texts(*words))
    assert parsed.ok.all()
    assert parsed.values.tolist() == [truth] * len(words)


@pytest.mark.parametrize("text", ["maybe", "2", "不明", "-", "N/A"])
def test_an_unknown_word_is_neither(text: str) -> None:
    assert not booleans(texts(text)).ok.any()


# --- columns of unknown use -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2"], np.array([1, 2])),
        (["1", None], np.array([1.0, np.nan])),
        (["1.5", "2"], np.array([1.5, 2.0])),
        (["001", "2"], np.array(["001", "2"], dtype=object)),
        (["Yes", "No"], np.array(["Yes", "No"], dtype=object)),
        (["1", "No internet service"], np.array(["1", "No internet service"], dtype=object)),
        (["NA", "null"], np.array(["NA", "null"], dtype=object)),
        ([None, None], np.array([None, None], dtype=object)),
        (["3/4/2026", "5/4/2026"], np.array(["3/4/2026", "5/4/2026"], dtype=object)),
        (["12%", "5%"], np.array([0.12, 0.05])),
        (["12%", "abc"], np.array(["12%", "abc"], dtype=object)),
        (["1E3", "2E5"], np.array(["1E3", "2E5"], dtype=object)),
        (["1E3", "1.5"], np.array(["1E3", "1.5"], dtype=object)),
        (["1e-05", "1.5"], np.array([1e-05, 1.5])),
        (["3-4", "1-2"], np.array(["3-4", "1-2"], dtype=object)),
        (["1-1-2026x", "3-4"], np.array(["1-1-2026x", "3-4"], dtype=object)),
        (["03-1234-5678"], np.array(["03-1234-5678"], dtype=object)),
        (["100-0001"], np.array(["100-0001"], dtype=object)),
        (["R8.3.1", "R7.1.2"], np.array(["R8.3.1", "R7.1.2"], dtype=object)),
        (["2026/03"], np.array(["2026/03"], dtype=object)),
        (["26/03/05"], np.array(["26/03/05"], dtype=object)),
        (["46023", "46024"], np.array([46023, 46024])),
        (["(1)", "(2)"], np.array(["(1)", "(2)"], dtype=object)),
        (["1,5", "2,5"], np.array(["1,5", "2,5"], dtype=object)),
        (["JPY 700", "JPY 1,000"], np.array([700, 1000])),
        (["$5.50", "▲$1.00"], np.array([5.5, -1.0])),
        (["JPY 700", "USD 5"], np.array(["JPY 700", "USD 5"], dtype=object)),
        (["10", "20", "-", None], np.array([10.0, 20.0, np.nan, np.nan])),
        (["10", "20", "なし"], np.array(["10", "20", "なし"], dtype=object)),
        (["-", "N/A", "10"], np.array(["-", "N/A", "10"], dtype=object)),
        (["2026-03-01", None], np.array(["2026-03-01", "NaT"], dtype="datetime64[us]")),
    ],
    ids=str,
)
def test_a_column_is_what_all_its_values_are(cells: list[str | None], expected: np.ndarray) -> None:
    found = natural_of(column("x", pa.array(cells, pa.string())))
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def test_digits_under_the_heading_of_a_code_stay_text() -> None:
    assert natural_of(one("90210"), code=True).tolist() == ["90210"]


def test_keeping_rows_forgets_the_texts_of_the_others() -> None:
    source = column("x", pa.array(["a", "1", None, "2", "1"], pa.string()))
    kept = source.keep(np.array([False, True, True, True, True]))
    assert kept.distinct.to_pylist() == ["1", "2"]
    assert kept.objects().tolist() == ["1", None, "2", "1"]
    assert natural_of(kept).tolist()[0] == 1


def test_long_keys_keep_their_last_digits() -> None:
    keys = pa.array(["123456789012345678", "123456789012345679"], pa.string())
    assert natural_of(column("x", keys)).tolist() == keys.to_pylist()
