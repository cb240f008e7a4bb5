"""Every kind of file can be dropped; what is wrong with one is its own affair."""

from __future__ import annotations

import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

import csdata as cs
from csdata.i18n import LANGUAGES, text
from csdata.intake import Recipe
from csdata.intake.recipe_file import dump
from csui import import_reading
from tests.app.cards import card, dropped, has, imported, look, press, table, upload
from tests.app.driver import control, plain, ran, raw_keys, says
from tests.intake.exports import workbook
from tests.intake.kinds import write

HEAD = ("顧客 ID", "顧客名", "契約開始日", "解約日")
ROWS = [[f"C{i}", f"会社{i}", "2025-01-01", "2025-06-30" if i % 2 else ""] for i in range(6)]
KINDS = {
    "a.xlsx": "xlsx", "b.xls": "xls", "c.xlsb": "xlsb", "d.ods": "ods",
    "e.xls": "html", "f.csv": "csv", "g.tsv": "tsv", "h.txt": "semicolon",
}  # fmt: skip
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(400)
SECRET = "合言葉 ABC"  # noqa: S105 (of a file made here)


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_every_kind_at_once_and_one_bad_file_among_them() -> None:
    good = {name: write(kind, HEAD, ROWS) for name, kind in KINDS.items()}
    app = dropped({"0.xlsx": PHOTO, **good})
    for name, data in good.items():
        read = imported(app, name)
        assert len(read.table) == len(ROWS), name
        direct = cs.read_export(data, name=name)
        assert read.table.equals(direct.table), name
        assert [n.key for n in read.notes] == [n.key for n in direct.notes]
    assert upload(app, "0.xlsx").imported is None
    assert [plain(e.value) for e in app.error] == [upload(app, "0.xlsx").error.say("ja")]
    assert says(app, text("page.import.summary.left", "ja", n=1, files=["0.xlsx"]))
    assert not raw_keys(app)


def test_the_drop_zone_takes_what_can_be_read() -> None:
    zone = dropped({"a.csv": table(HEAD, *ROWS)}).file_uploader[0]
    taken = {kind.removeprefix(".") for kind in zone.proto.type}
    assert taken == {*import_reading.KINDS, "toml"}


def test_a_zip_is_its_members() -> None:
    usage = table(("顧客 ID", "利用日", "業務区分", "利用時間"), ["C1", "2025-02-01", "経理", 3])
    data = zipped(**{"Account.csv": table(HEAD, *ROWS), "Usage.csv": usage, "readme.md": b"x"})
    app = dropped({"WE_00D.zip": data})
    assert {n: i.imported.role for n, i in app.session_state["csui.work"].files.items()} == {
        "Account.csv": "customers",
        "Usage.csv": "usage",
    }


def test_a_broken_zip_is_a_file_with_an_error() -> None:
    app = dropped({"a.zip": zipped(a=b"x" * 2000)[:60], "b.csv": table(HEAD, *ROWS)})
    assert len(app.error) == 1
    assert "a.zip" in plain(app.error[0].value)
    assert len(imported(app, "b.csv").table) == len(ROWS)


def locked(lang: str = "ja") -> AppTest:
    return dropped({"a.xlsx": write("encrypted", HEAD, ROWS, password=SECRET)}, lang)


def unlock(app: AppTest, password: str) -> AppTest:
    control(app, f"import.password_{card('a.xlsx')}").set_value(password)
    return press(app, f"import.open_{card('a.xlsx')}")


def kept(app: AppTest) -> str:
    """Everything that the session holds, as text."""
    return repr(app.session_state._state.filtered_state) + repr(dict(app.query_params))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_locked_workbook_asks_for_its_password_and_forgets_it(lang: str) -> None:
    app = locked(lang)
    assert control(app, f"import.password_{card('a.xlsx')}").proto.type == 1, "nobody reads along"
    assert says(app, text("page.import.states.locked", lang))
    assert not app.error
    unlock(app, "違う")
    assert says(app, text("error.wrong_password", lang, file="a.xlsx"))
    unlock(app, SECRET)
    assert not app.error
    assert len(imported(app, "a.xlsx").table) == len(ROWS)
    ran(app)
    assert SECRET not in kept(app)


def test_a_correction_needs_no_password_again() -> None:
    app = unlock(locked(), SECRET)
    look(app, "a.xlsx", "mapping")
    ran(app.selectbox(key=f"import.map_{card('a.xlsx')}_1").set_value(""))
    assert "name" not in imported(app, "a.xlsx").mapping
    assert not upload(app, "a.xlsx").locked


def test_another_sheet_can_be_read() -> None:
    other = [("顧客 ID", "契約開始日", "解約日"), ["D1", "2025-03-01", ""]]
    data = workbook(("一覧", [HEAD, *ROWS]), ("別表", other), ("表紙", [["月次報告"]]))
    app = dropped({"a.xlsx": data})
    assert imported(app, "a.xlsx").sheet == "一覧"
    look(app, "a.xlsx", "sheets")
    assert says(app, "月次報告"), "the sheets can be looked into before one is chosen"
    keys = (b.key or "" for b in app.button)
    buttons = [key for key in keys if key.startswith("import.sheet_")]
    assert len(buttons) == 2
    press(app, buttons[0])
    assert imported(app, "a.xlsx").sheet == "別表"
    assert imported(app, "a.xlsx").table["customer_id"].tolist() == ["D1"]
    press(app, f"import.back_{card('a.xlsx')}")
    assert imported(app, "a.xlsx").sheet == "一覧"


def test_a_file_without_rows_is_no_dead_end_where_there_are_other_sheets() -> None:
    data = workbook(("一覧", [HEAD]), ("別表", [["a"]]))
    app = dropped({"a.xlsx": data})
    assert upload(app, "a.xlsx").imported is None
    assert len(app.error) == 1
    assert control(app, f"import.header_row_{card('a.xlsx')}") is not None


def test_the_line_of_the_headings_can_be_said() -> None:
    rows = [["ひとこと", "見本", "x"], ["番号", "はじまり", "おわり"], ["C1", "2025-01-01", ""]]
    app = dropped({"a.xlsx": workbook(("s", rows))})
    name, key = "a.xlsx", f"import.header_row_{card('a.xlsx')}"
    look(app, name, "sheets")
    ran(control(app, key).set_value(2))
    found = upload(app, name).imported or upload(app, name).draft
    assert list(found.raw.columns) == ["番号", "はじまり", "おわり"]


RECIPE = Recipe(
    role="customers", mapping={"customer_id": "番号札", "start": "はじまり"}, end_is_last_day=True
)
OWN = table(("番号札", "はじまり", "解約日"), ["C1", "2025-01-01", "2025-03-31"])


@pytest.mark.parametrize("first", ["recipe", "file"])
def test_a_recipe_file_is_used_for_the_headings_that_it_names(first: str) -> None:
    files = {"r.toml": dump(RECIPE).encode(), "a.csv": OWN, "b.csv": table(HEAD, *ROWS)}
    if first == "file":
        app = dropped({n: d for n, d in files.items() if n != "r.toml"})
        assert upload(app, "a.csv").imported is None
        dropped({"r.toml": files["r.toml"]}, app=app)
    else:
        app = dropped(files)
    assert imported(app, "a.csv").recipe == RECIPE
    assert imported(app, "b.csv").recipe == Recipe()
    assert says(app, text("page.import.recipe_file", "ja"))
    press(app, "import.remove_recipe_0")
    assert not has(app, "import.remove_recipe_0")


def test_a_recipe_file_that_is_none_says_so() -> None:
    app = dropped({"r.toml": b"fruit = 3\n"})
    assert len(app.error) == 1
    assert "r.toml" in plain(app.error[0].value)


def test_twelve_files_and_a_name_without_end() -> None:
    long = f"{'とても長い名前' * 20}.csv"
    files = {f"{i}.csv": table(HEAD, [f"C{i}", "x", "2025-01-01", ""]) for i in range(11)}
    app = dropped(
        {**files, long: table(HEAD, *([f"L{i}", *row[1:]] for i, row in enumerate(ROWS)))}
    )
    assert says(app, long)
    assert len(app.session_state["csui.work"].files) == 12
    press(app, "import.latest")
    press(app, "import.begin")
    assert len(app.session_state["csui.session"].source.customers) == 11 + len(ROWS)
