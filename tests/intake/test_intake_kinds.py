"""Every kind of file hands over the same cells, whatever it is called."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csdata as cs
from csdata.errors import BadValues, NoTableFound
from csdata.intake.limits import Limits
from csdata.intake.workbook import Cells, open_file
from tests.intake.exports import keys, without_a_process, workbook
from tests.intake.kinds import KINDS, write, xls_sheets, zipped

HEAD = ("取引先 ID", "取引先名", "メモ", "契約開始日", "月額")
ROWS = (
    ("0012", "㈱見本①", 'a, b; c | "d"', dt.date(2026, 1, 31), 1.5),
    ("0013", "髙橋 <商店> & 社", "1 行目\n2 行目", dt.date(2020, 2, 29), 100000),
    ("1E5", "", "&amp; 007", dt.date(2018, 12, 1), -3),
)
KEY = "合言葉"
READ = ("xlsx", "xls", "xlsb", "ods", "html", "csv", "tsv", "semicolon")


def opened(data: bytes, **options: Any) -> Cells:
    return open_file(data, read=without_a_process, **options)[1]


def rows(cells: Cells) -> list[list[str]]:
    columns = [[text or "" for text in column.to_pylist()] for column in cells.table.columns]
    return list(map(list, zip(*columns, strict=True)))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_hands_over_the_same_cells(kind: str) -> None:
    cells = opened(write(kind, HEAD, ROWS, password=KEY), password=KEY)
    found = rows(cells)
    assert found[0] == list(HEAD)
    for read, written in zip(found[1:], ROWS, strict=True):
        assert read[:3] == list(written[:3])
        assert read[3] in {written[3].isoformat(), f"{written[3].isoformat()} 00:00:00"}
        assert read[4] == f"{written[4]:.15g}"
    assert cells.table.column_names == ["0", "1", "2", "3", "4"]
    (preview,) = cells.previews
    assert (preview.height, preview.width, preview.name) == (4, 5, cells.sheet)
    assert preview.rows[0] == HEAD
    assert preview.score > 0


words = st.text(st.sampled_from("aZ09 ,;|\t\"'&<>=-.甲㈱髙ー\n"), max_size=6)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(words, min_size=width, max_size=width), min_size=1, max_size=6)
)


@pytest.mark.parametrize("kind", READ)
@given(table=tables)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_texts_come_back(kind: str, table: list[list[str]]) -> None:
    table = [["取引先 ID", *row, "."] for row in table]  # blank edges of a sheet are no cells
    if kind in {"html", "ods"}:  # blanks around a text are no part of it, or several are one
        table = [[re.sub(r"\s+", " ", text).strip() for text in row] for row in table]
    expected = [text.rstrip("\r") for row in table for text in row]
    found = rows(opened(write(kind, table[0], table[1:])))
    assert [text for row in found for text in row] == expected


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["取引先 ID*名前*月額", "1*甲*2", "2*乙*3"], id="plain"),
        pytest.param(["取引先 ID*名前*月額", "1*A,B;C|D*2", "2*乙*3", "3*丙*"], id="others inside"),
        pytest.param(["取引先 ID*名前*月額", '1*"a*b*c*d"*2', '2*3" 管*3'], id="quotes"),
        pytest.param(
            ["取引先一覧", "検索条件: A, B", "取引先 ID*名前*月額", "1*甲*2", "2*乙*3"], id="banner"
        ),
    ],
)
def test_the_delimiter_is_found_outside_quotes(mark: str, lines: list[str]) -> None:
    text = "\n".join(line.replace("*", mark) for line in lines if mark not in line)
    cells = opened(text.encode())
    assert cells.table.num_columns == 3
    said = [note for note in cells.notes if note.key == "note.delimiter"]
    assert len(said) == (mark != ",")


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        pytest.param("取引先 ID,製品", "A;B;C", id="a list"),
        pytest.param(
            "取引先 ID,製品,備考", "英語; スウェーデン語; 日本語; 中国語,x", id="four words"
        ),
        pytest.param("取引先 ID;月額", "1,5", id="decimal commas"),
    ],
)
def test_a_list_in_every_row_does_not_part_the_headings(heading: str, cells: str) -> None:
    mark = ";" if ";" in heading else ","
    text = "\n".join([heading, *(f"C{i}{mark}{cells}" for i in range(20))])
    assert rows(opened(text.encode()))[0] == heading.split(mark)


def test_what_excel_is_told_of_the_delimiter() -> None:
    cells = opened("sep=|\r\n取引先 ID|a,b\r\n1|2,3\r\n".encode())
    assert rows(cells)[1:] == [["取引先 ID", "a,b"], ["1", "2,3"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert rows(opened(f"取引先 ID,b{end}1,2{end}".encode())) == [["取引先 ID", "b"], ["1", "2"]]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("cp932", "Shift_JIS"),
        ("utf-16", "UTF-16"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "tsv", "html"])
def test_encodings(kind: str, encoding: str, said: str | None) -> None:
    cells = opened(write(kind, ("取引先 ID", "名前"), [("1", "①髙㈱∥～－")], encoding=encoding))
    assert rows(cells)[1] == ["1", "①髙㈱∥～－"]
    notes = {note.key: note.values for note in cells.notes}
    assert notes.get("note.encoding", {}).get("encoding") == said


@pytest.mark.parametrize(
    ("said", "encoding"),
    [
        ("Shift_JIS", "cp932"),
        ("windows-31j", "cp932"),
        ("shift_jis", "utf-8"),  # the page is wrong about itself
        ("utf-16", "utf-8"),
        ("no-such-thing", "cp932"),
        ("EUC-JP", "euc_jp"),
        ("windows-1252", "cp1252"),
    ],
)
def test_what_a_page_says_of_its_encoding(said: str, encoding: str) -> None:
    name = "Müller" if encoding == "cp1252" else "高橋商店"
    page = f'<html><head><meta charset="{said}"></head><table><tr><td>Account ID<td>{name}</table>'
    assert rows(opened(page.encode(encoding))) == [["Account ID", name]]


# --- HTML -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("<tr><td>a<td>b<tr><td>c<td>d", [["a", "b"], ["c", "d"]], id="no ends"),
        pytest.param("<TR><TD>a</TD></TR>", [["a"]], id="capitals"),
        pytest.param("<thead><tr><th>a</thead><tbody><tr><td>b", [["a"], ["b"]], id="parts"),
        pytest.param("<caption>t</caption><tr><td>a", [["a"]], id="caption"),
        pytest.param("<tr><td>&nbsp;<td>\n a \n", [["", "a"]], id="blanks"),
        pytest.param("<tr><td>a<br>b<br/>c", [["a\nb\nc"]], id="line ends"),
        pytest.param("<tr><td><b>a</b> <i>b</i>c", [["a bc"]], id="marked up"),
        pytest.param("<tr><td><font>a<p>b</p></font>c<td>d", [["abc", "d"]], id="nested marks"),
        pytest.param("<tr><td>a<!-- x --><td>b", [["a", "b"]], id="comment"),
        pytest.param(
            "<tr><td>Solar&#39;s &amp; &lt;b&gt; &amp;amp;",
            [["Solar's & <b> &amp;"]],
            id="entities",
        ),
        pytest.param("<tr></tr><tr><td>a", [[""], ["a"]], id="empty row"),
        pytest.param(
            "<tr><td colspan=2>a<td>b<tr><td>c<td>d<td>e",
            [["a", "", "b"], ["c", "d", "e"]],
            id="wide",
        ),
        pytest.param(
            "<tr><td rowspan=2>a<td>b<tr><td>c<tr><td>d<td>e",
            [["a", "b"], ["", "c"], ["d", "e"]],
            id="tall",
        ),
        pytest.param(
            "<tr><td>a<td rowspan=3 colspan=2>b<td>c<tr><td>d<tr><td>e<td>f<tr><td>g",
            [["a", "b", "", "c"], ["d", "", "", ""], ["e", "", "", "f"], ["g", "", "", ""]],
            id="wide and tall",
        ),
        pytest.param("<tr><td colspan=x rowspan=-1>a<td colspan=0>b", [["a", "b"]], id="odd spans"),
        pytest.param(
            '<tr><td x:num="1">1<td style="mso-number-format:\\@">007', [["1", "007"]], id="Excel"
        ),
    ],
)
def test_a_table_in_html(body: str, expected: list[list[str]]) -> None:
    assert rows(opened(f"<html><body><table>{body}</table></body></html>".encode())) == expected


def test_of_several_tables_the_best_is_read_and_the_others_can_be() -> None:
    table = "".join(f"<tr><td>C{i}<td>2026-01-0{i}<td>x" for i in range(1, 9))
    layout = "<tr><td>" + "<td>".join("menu" * 30) + "</tr>"
    page = (
        f"<html><table>{layout}</table>"
        f"<table><tr><th>Account ID<th>Start Date<th>MRR{table}</table></html>"
    ).encode()
    cells = opened(page)
    assert (cells.sheet, cells.sheets) == ("2", ("1", "2"))
    assert rows(cells)[1] == ["C1", "2026-01-01", "x"]
    assert opened(page, sheet="1").table.num_rows == 1
    with pytest.raises(BadValues):
        opened(page, sheet="3")


def test_a_table_inside_a_table_is_a_table_of_its_own() -> None:
    inner = "<table><tr><td>Account ID<td>MRR<tr><td>1<td>2</table>"
    cells = opened(f"<html><table><tr><td>menu</td><td>{inner}</td></tr></table>".encode())
    assert rows(cells) == [["Account ID", "MRR"], ["1", "2"]]


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "differs"),
    [
        ("xlsx", "a.xlsx", False),
        ("xlsx", "a.XLSM", False),
        ("encrypted", "a.xlsx", False),
        ("xlsx", "a", False),
        ("xlsx", "a.backup", False),
        ("xlsx", "a.xls", True),
        ("xls", "a.xls", False),
        ("xls", "a.xlsx", True),
        ("html", "report1798675200000.xls", True),
        ("html", "a.htm", False),
        ("csv", "a.txt", False),
        ("tsv", "a.csv", False),
        ("csv", "a.xlsx", True),
        ("ods", "a.xlsb", True),
        ("xlsb", "a.csv", True),
    ],
)
def test_a_name_that_differs_is_noted_and_means_nothing(
    kind: str, name: str, tmp_path: Path, *, differs: bool
) -> None:
    data = write(kind, HEAD, ROWS, password=KEY)
    path = tmp_path / name
    path.write_bytes(data)
    for source in (data, path):
        cells = opened(source, name=name, password=KEY)  # pyright: ignore[reportArgumentType]
        assert rows(cells)[0] == list(HEAD)
        assert ("note.kind_differs" in keys(cells.notes)) == differs
    for note in cells.notes:
        assert all("  " not in note.say(lang) for lang in ("ja", "en"))


@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_where_links_are_not_allowed_a_copy_is_read(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Path, "symlink_to", forbidden)
    path = tmp_path / "a.xlsx"
    path.write_bytes(write(kind, HEAD, ROWS))
    assert rows(opened(path))[0] == list(HEAD)  # pyright: ignore[reportArgumentType]


# --- workbooks ------------------------------------------------------------------------------------


def test_the_best_sheet_is_read_and_every_visible_one_shown() -> None:
    long = [["メモ"], *([f"{i} 件目の電話の内容"] for i in range(300))]
    table = [HEAD, *ROWS]
    sheets = (
        ("表紙", [["月次報告"]]),
        ("記録", long),
        ("明細", table),
        ("空", []),
        ("隠し", table),
    )
    data = workbook(*sheets, hidden=["隠し"])
    cells = opened(data)
    assert cells.sheet == "明細"
    assert cells.sheets == ("表紙", "記録", "明細", "空", "隠し")
    sizes = {preview.name: (preview.height, preview.width) for preview in cells.previews}
    assert sizes == {"表紙": (1, 1), "記録": (301, 1), "明細": (4, 5)}
    assert rows(opened(data, sheet="隠し"))[0] == list(HEAD)
    chosen = opened(data, sheet="記録")
    assert chosen.sheet == "記録"
    assert chosen.table.num_rows == 301
    assert {preview.name for preview in chosen.previews} == set(sizes)
    assert all(len(preview.rows) <= 8 for preview in cells.previews)
    assert cs.read_export(data).sheet == "明細"  # the same through the process, asked twice
    with pytest.raises(BadValues) as caught:
        opened(data, sheet="無い")
    assert "明細" in caught.value.message.say("ja")


def test_a_workbook_of_hidden_or_empty_sheets() -> None:
    with pytest.raises(NoTableFound):
        opened(workbook(("a", []), ("b", [HEAD, *ROWS]), hidden=["b"]))


def test_a_sheet_too_large_does_not_stand_in_the_way_of_another() -> None:
    wide = [[f"c{i}" for i in range(30)]]
    data = workbook(("広い", wide), ("明細", [HEAD, *ROWS]))
    cells = opened(data, limits=Limits(columns=20))
    assert cells.sheet == "明細"
    assert [preview.name for preview in cells.previews] == ["明細"]
    with pytest.raises(cs.CsDataError):
        opened(data, limits=Limits(columns=20), sheet="広い")


def test_a_sheet_that_is_only_a_chart_is_passed_over() -> None:
    buffer = io.BytesIO()
    book: Any = xlsxwriter.Workbook(buffer, {"in_memory": True})
    data = book.add_worksheet("明細")
    for r, row in enumerate((("取引先 ID", "月額"), ("C1", 1), ("C2", 2))):
        data.write_row(r, 0, row)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=明細!$B$2:$B$3"})
    book.add_chartsheet("図").set_chart(chart)
    book.close()
    cells = opened(buffer.getvalue())
    assert (cells.sheet, cells.table.num_rows) == ("明細", 3)


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The same archive with some bytes of its parts replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return zipped({name: made.read(name).replace(old, new) for name in made.namelist()})


def test_strict_namespaces() -> None:
    data = workbook(("s", [HEAD, *ROWS]))
    strict = renamed(
        data,
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    strict = renamed(
        strict,
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
    assert strict != data
    assert rows(opened(strict)) == rows(opened(data))


def from_1904(kind: str) -> bytes:
    if kind == "xls":
        return xls_sheets(("s", [HEAD, *ROWS]), epoch_1904=True)
    if kind == "xlsb":
        return renamed(write("xlsb", HEAD, ROWS), b"\x99\x01\x0c\x00", b"\x99\x01\x0c\x01")
    buffer = io.BytesIO()
    book: Any = xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy/mm/dd"})
    for r, row in enumerate((HEAD, *ROWS)):
        for c, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write_datetime(r, c, value, day)
            else:
                sheet.write(r, c, value)
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb"])
def test_days_counted_from_1904(kind: str) -> None:
    assert not opened(write(kind, HEAD, ROWS)).epoch_1904
    cells = opened(from_1904(kind))
    assert cells.epoch_1904
    if kind != "xlsb":  # there only the switch was turned, not the days
        assert rows(cells)[1][3] == "2026-01-31 00:00:00"


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_cells_with_an_error_say_where(kind: str) -> None:
    table = [["取引先 ID", "月額"], ["C1", "=ERROR #N/A"], ["C2", "=ERROR #DIV/0!"]]
    data = workbook(("s", table)) if kind == "xlsx" else xls_sheets(("s", table))
    assert opened(data).errors == ((1, 1, "#N/A"), (2, 1, "#DIV/0!"))
