"""Dates in every form, decided per column: what they mean, what is asked, and what is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from csdata.errors import BadValues
from csdata.intake import Recipe
from csdata.intake.dates import dates, midnights
from csdata.intake.read import understand
from csdata.intake.workbook import Cells
from csdata.tables import Import
from tests.intake.exports import keys, read_rows

HEAD = ("取引先 ID", "契約開始日", "契約終了日")
MORNING = dt.datetime.fromisoformat("2026-01-01")
NAMED = tuple(f"{dt.date(2000, month, 1):%B}" for month in range(1, 13))
ABBREVIATED = tuple(name[:3] for name in NAMED)
ERAS = (
    (dt.date(2019, 5, 1), "令和", "R", 2018),
    (dt.date(1989, 1, 8), "平成", "H", 1988),
    (dt.date(1926, 12, 25), "昭和", "S", 1925),
)


def texts(*values: str) -> pa.StringArray:
    return pa.array(values, pa.string())


def era(day: dt.date) -> tuple[str, str, int]:
    """Name, letter and year of the era of a day."""
    return next((name, letter, day.year - b) for since, name, letter, b in ERAS if day >= since)


def gengo(day: dt.date) -> str:
    name, _, year = era(day)
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def letters(day: dt.date) -> str:
    return f"{era(day)[1]}{era(day)[2]}.{day.month}.{day.day}"


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


FORMS: dict[str, Callable[[dt.date], str]] = {
    "iso": lambda d: d.isoformat(),
    "iso moment": lambda d: f"{d}T08:07:06",
    "iso space": lambda d: f"{d} 00:00:00",
    "slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "slashes clock": lambda d: f"{d.year}/{d.month}/{d.day} 8:07",
    "slashes 午後": lambda d: f"{d.year}/{d.month}/{d.day} 午後 8:07",
    "slashes 午前": lambda d: f"{d.year}/{d.month:02}/{d.day:02} 午前8:07:06",
    "points": lambda d: f"{d.year}.{d.month}.{d.day}",
    "kanji": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "kanji clock": lambda d: f"{d.year}年{d.month}月{d.day}日 8時07分",
    "kanji weekday": lambda d: f"{d.year}年{d.month}月{d.day}日({'月火水木金土日'[d.weekday()]})",
    "full width": lambda d: wide(f"{d.year}/{d.month}/{d.day}"),
    "german": lambda d: f"{d.day}.{d.month}.{d.year}",
    "german clock": lambda d: f"{d.day:02}.{d.month:02}.{d.year} 14:03",
    "named": lambda d: f"{ABBREVIATED[d.month - 1]} {d.day}, {d.year}",
    "named whole": lambda d: f"{NAMED[d.month - 1]} {d.day}, {d.year} 3:04 PM",
    "named upper": lambda d: f"{ABBREVIATED[d.month - 1].upper()} {d.day}, {d.year}",
    "day named": lambda d: f"{d.day} {NAMED[d.month - 1]} {d.year}",
    "day named dashes": lambda d: f"{d.day:02}-{ABBREVIATED[d.month - 1]}-{d.year}",
    "weekday named": lambda d: f"{d:%a}, {ABBREVIATED[d.month - 1]} {d.day}, {d.year}",
    "era": gengo,
    "JST": lambda d: f"{d} 23:59:59 JST",
    "offset": lambda d: f"{d}T00:00:00+09:00",
}
"""Forms that say what they are wherever they stand."""

WANTED: dict[str, Callable[[dt.date], str]] = {
    "era letters": letters,
    "era slashes": lambda d: letters(d).replace(".", "/").lower(),
    "compact": lambda d: f"{d:%Y%m%d}",
    "serial": lambda d: str((d - dt.date(1899, 12, 30)).days),
    "serial noon": lambda d: f"{(d - dt.date(1899, 12, 30)).days}.5",
}
"""Forms that are read only where a date is wanted."""


DAYS = st.dates(dt.date(1952, 1, 2), dt.date(2098, 12, 31))


@settings(deadline=None)
@given(day=DAYS, form=st.sampled_from(sorted(FORMS)), wanted=st.booleans())
@example(day=dt.date(2019, 5, 1), form="era", wanted=False)
@example(day=dt.date(2024, 2, 29), form="german", wanted=False)
def test_a_day_in_any_form_comes_back(day: dt.date, form: str, *, wanted: bool) -> None:
    found = dates(texts(FORMS[form](day)), wanted=wanted)
    assert midnights(found.values).astype("datetime64[D]").tolist() == [day]


@settings(deadline=None)
@given(day=DAYS, form=st.sampled_from(sorted(WANTED)))
def test_a_short_form_comes_back_only_where_a_date_is_wanted(day: dt.date, form: str) -> None:
    written = texts(WANTED[form](day))
    assert midnights(dates(written, wanted=True).values).astype("datetime64[D]").tolist() == [day]
    assert not dates(written).ok.any()


@settings(deadline=None)
@given(days=st.lists(DAYS, min_size=1, max_size=30), month_first=st.booleans())
def test_a_column_with_the_year_last_is_read_as_it_was_written(
    days: list[dt.date], *, month_first: bool
) -> None:
    days = [*days, dt.date(2026, 1, 13)]  # the one that decides
    form = "{0.month}/{0.day}/{0.year}" if month_first else "{0.day}/{0.month}/{0.year}"
    found = dates(texts(*(form.format(day) for day in days)))
    assert found.values.astype("datetime64[D]").tolist() == days
    assert found.order == ("month" if month_first else "day")


@settings(deadline=None)
@given(
    moment=st.datetimes(MORNING.replace(year=2000), MORNING.replace(year=2090)),
    minutes=st.integers(-11 * 60, 13 * 60),
)
def test_a_moment_with_an_offset_is_the_same_moment_in_japan(
    moment: dt.datetime, minutes: int
) -> None:
    moment = moment.replace(microsecond=0)
    zone = dt.timezone(dt.timedelta(minutes=minutes))
    japan = dt.timezone(dt.timedelta(hours=9))
    written = moment.replace(tzinfo=zone)
    found = dates(texts(written.isoformat()))
    local = written.astimezone(japan)
    assert found.values.tolist() == [local.replace(tzinfo=None)]
    assert found.moved.tolist() == [local.date() != moment.date()]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mar 5, 2026", "2026-03-05T00:00"),
        ("March 5th, 2026", "2026-03-05T00:00"),
        ("Sept. 5, 2026", "2026-09-05T00:00"),
        ("5-Mar-26", "2026-03-05T00:00"),
        ("5-Mar-98", "1998-03-05T00:00"),
        ("5. März 2026", "2026-03-05T00:00"),
        ("31 Dez 2026", "2026-12-31T00:00"),
        ("8/24/2026, 8:31 PM", "2026-08-24T20:31"),
        ("8/24/2026, 8:31 p.m.", "2026-08-24T20:31"),
        ("2026/3/5 午後 0:30", "2026-03-05T12:30"),
        ("2026/3/5 午前 0:30", "2026-03-05T00:30"),
        ("2026/3/5 午後13:30", "2026-03-05T13:30"),
        ("㋿8年3月5日", "2026-03-05T00:00"),
        ("平成31年5月1日", "2019-05-01T00:00"),  # written before the new era was known
        ("平成35年3月31日", "2023-03-31T00:00"),
        ("昭和64年1月7日", "1989-01-07T00:00"),
        ("R元.5.1", "2019-05-01T00:00"),
        ("令和 8 年 3 月 5 日", "2026-03-05T00:00"),
        ("2026-03-05T14:59:59.999Z", "2026-03-05T23:59:59"),
        ("2026-03-05T15:00:00Z", "2026-03-06T00:00"),
        ("2026-03-05T23:00:00-0500", "2026-03-06T13:00"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59"),
        ("2026/3", "2026-03-01T00:00"),
        ("2026年3月", "2026-03-01T00:00"),
        ("2026年3月分", "2026-03-01T00:00"),
        ("202603", "2026-03-01T00:00"),
        ("03/2026", "2026-03-01T00:00"),
        ("Mar 2026", "2026-03-01T00:00"),
        ("令和8年3月", "2026-03-01T00:00"),
        ("46086.75", "2026-03-05T18:00"),
        ("2958465", "9999-12-31T00:00"),
    ],
)
def test_forms(text: str, moment: str) -> None:
    found = dates(texts(text), wanted=True)
    assert found.values.tolist() == [dt.datetime.fromisoformat(moment)]


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-30", "2026/13/01", "0000-01-01", "令和8年2月30日", "31.4.2026", "30/2/2026"),
        *("Feb 30, 2026", "20260230", "2026-03-05 25:00", "13/13/2026", "1900-01-00"),
    ],
)
def test_a_date_that_does_not_exist_has_the_shape_of_one(text: str) -> None:
    found = dates(texts(text), day_first=True, wanted=True)
    assert (found.ok.tolist(), found.shaped.tolist()) == ([False], [True])


@pytest.mark.parametrize(
    "text",
    ["未定", "2026", "123", "0", "1", "9999999", "Marching 5, 2026", "Q3 2026", "3-4", "X8.3.5"],
)
def test_what_is_no_date_has_no_such_shape(text: str) -> None:
    found = dates(texts(text), wanted=True)
    assert not found.ok.any()
    assert not found.shaped.any()


@pytest.mark.parametrize(
    ("column", "order", "day"),
    [
        (["26/03/05", "26/03/31", "99/12/31"], "ymd", dt.date(2026, 3, 5)),
        (["05/03/26", "31/03/26", "13/12/98"], "day", dt.date(2026, 3, 5)),
        (["03/05/26", "03/31/26"], "month", dt.date(2026, 3, 5)),
        (["05/03/26", "06/04/26"], "undecided", None),
        # Day first and year first both exist; but nobody's customers began in thirty years.
        ([f"{d:02}/03/26" for d in range(1, 29)], "day", dt.date(2026, 3, 1)),
        ([f"25/03/{d:02}" for d in range(1, 29)], "ymd", dt.date(2025, 3, 1)),
    ],
)
def test_two_digits_of_the_year(column: list[str], order: str, day: dt.date | None) -> None:
    found = dates(texts(*column), wanted=True)
    assert found.order == order
    assert found.values[0].astype("datetime64[D]").item() == day


def test_serial_numbers_from_1904_are_four_years_and_a_day_later() -> None:
    usual = dates(texts("46023"), wanted=True).values
    late = dates(texts(str(46023 - 1462)), wanted=True, epoch_1904=True).values
    assert usual.tolist() == late.tolist() == [MORNING]


def test_the_1904_flag_of_a_workbook_reaches_its_numbers() -> None:
    table = pa.table(
        {"0": ["取引先 ID", "C1", "C2"], "1": ["契約開始日", "44561", "44620"]},
        schema=pa.schema([("0", pa.string()), ("1", pa.string())]),
    )
    cells = Cells(table, "xlsx", "s", ("s",), None, (), epoch_1904=True)
    imported = understand(cells, name="x.xlsx")
    assert found_days(imported, "start") == ["2026-01-01", "2026-03-01"]


# --------------------------------------------------------------------- in a file: what is said


def found_days(imported: Import, field: str) -> list[str]:
    shown = imported.table[field].dt.strftime("%Y-%m-%d")
    return [text if isinstance(text, str) else "" for text in shown]


def customers(
    *starts: str, ends: Sequence[str] = (), recipe: Recipe | None = None, name: str = "data"
) -> Import:
    ends = [*ends, *[""] * (len(starts) - len(ends))]
    rows = [[f"C{i}", s, e] for i, (s, e) in enumerate(zip(starts, ends, strict=True))]
    return read_rows(HEAD, *rows, recipe=recipe, name=name)


def said(imported: Import, key: str) -> dict[str, object]:
    (found,) = (dict(note.values) for note in imported.notes if note.key == f"note.{key}")
    return found


@pytest.mark.parametrize(
    ("key", "column", "n"),
    [
        ("serial_dates", ["46023", "2026-01-02", "46024"], 2),
        ("era_dates", ["令和8年1月1日", "R8.1.2", "2026-01-03"], 2),
        ("short_years", ["26/01/31", "26/02/28", "26/03/15"], 3),
        ("bare_months", ["2026/01", "2026年2月", "2026-03-01"], 2),
        ("missing_words", ["-", "2026-01-01", "未設定"], 2),
        ("timezone", ["2026-01-01T15:00:00Z", "2026-01-01T14:00:00Z", "2026-01-01"], 2),
    ],
)
def test_every_rule_says_how_often_it_fired(key: str, column: list[str], n: int) -> None:
    note = said(customers(*column), key)
    assert (note["column"], note["n"]) == ("契約開始日", n)


def test_the_time_zone_is_told_with_the_days_that_changed() -> None:
    note = said(customers("2026-03-31T15:00:00.000Z", "2026-03-31T14:59:59.000Z"), "timezone")
    assert (note["n"], note["moved"], note["zone"]) == (2, 1, "Asia/Tokyo")
    recipe = Recipe(timezone="UTC")
    assert said(customers("2026-03-31T15:00:00.000Z", recipe=recipe), "timezone")["moved"] == 0


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadValues, match="Asia/Tokio"):
        customers("2026-01-01", recipe=Recipe(timezone="Asia/Tokio"))


@pytest.mark.parametrize(
    "end", ["9999-12-31", "2099/12/31", "2999-12-31", "9999年12月31日", "2958465", "99991231"]
)
def test_an_end_beyond_all_plans_is_none(end: str) -> None:
    imported = customers("2026-01-01", "2026-01-01", ends=["2026-03-31", end])
    assert found_days(imported, "end") == ["2026-04-01", ""]
    assert said(imported, "no_end")["n"] == 1


@pytest.mark.parametrize("end", ["-", "―", "なし", "未設定", "N/A", "null"])
def test_a_word_for_nothing_is_no_end(end: str) -> None:
    imported = customers("2026-01-01", "2026-01-01", ends=["2026-03-31", end])
    assert found_days(imported, "end") == ["2026-04-01", ""]
    assert said(imported, "missing_words")["n"] == 1
    assert imported.set_aside.empty


@pytest.mark.parametrize("end", ["未定", "不明", "解約済", "2026-02-30"])
def test_an_end_that_is_not_known_is_not_taken_for_none(end: str) -> None:
    imported = customers("2026-01-01", "2026-01-01", ends=["2026-03-31", end])
    assert imported.set_aside["reason"].tolist() == ["unreadable_end"]


@pytest.mark.parametrize("start", ["2026-02-30", "1900-01-00", "1899-12-30 00:00:00", "0001-01-01"])
def test_days_that_cannot_be_are_listed(start: str) -> None:
    imported = customers("2026-01-01", start)
    listed = imported.issues[imported.issues["rule"] == "impossible_date"]
    assert listed[["row", "value"]].to_numpy().tolist() == [[3, start]]
    assert imported.set_aside["reason"].tolist() == ["missing_start"]


@pytest.mark.parametrize("last", [True, False])
def test_a_month_without_a_day_ends_on_its_last_day(*, last: bool) -> None:
    recipe = Recipe(end_is_last_day=last)
    imported = customers("2025-01-01", "2025-01-01", ends=["2026/02", "2026-02-28"], recipe=recipe)
    assert found_days(imported, "end") == ["2026-03-01", "2026-03-01" if last else "2026-02-28"]
    assert said(imported, "bare_months_end")["n"] == 1


def test_nothing_is_asked_of_ends_that_are_all_months() -> None:
    imported = customers("2025-01", "2025-02", ends=["2026/02", "2026/12"])
    assert found_days(imported, "end") == ["2026-03-01", "2027-01-01"]
    assert "question.end_is_last_day" not in keys(imported.questions)


def test_the_latest_day_of_the_file_is_offered_as_the_as_of_date() -> None:
    header = (*HEAD, "最終活動日")
    imported = read_rows(
        header,
        ["C1", "2025-01-01", "2030-12-31", "2026-05-20"],
        ["C2", "2025-02-01", "9999-12-31", "2026/05/31 9:00"],
    )
    (question,) = (q for q in imported.questions if q.key == "question.as_of")
    assert question.values["latest"] == dt.date(2026, 5, 31)
    assert "2026/05/31" in question.say("ja")
