"""A recipe as a file: what was decided comes back, and a file that says nonsense is refused."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csdata as cs
from csdata.intake import Recipe
from csdata.intake.recipe_book import RecipeBook
from csdata.intake.recipe_file import BadRecipe, dump, for_reuse, load, read_recipe
from csdata.schema import Source
from csdata.tables import Import
from tests.intake.exports import details, keys

HEAD = ("得意先の番号札", "はじまり", "おわり")
ROWS = (("C1", "2026-01-01", "2026-06-01"), ("C2", "2026-02-01", ""))
CHOSEN = Recipe(
    role="customers",
    mapping={"customer_id": HEAD[0], "start": HEAD[1], "end": HEAD[2], "plan": None},
    end_is_last_day=False,
)

words = st.text(min_size=1, max_size=20)
maybe_flag = st.none() | st.booleans()
maybe_place = st.none() | st.integers(1, 10_000)
recipes = st.builds(
    Recipe,
    role=st.none() | st.sampled_from(get_args(Source)),
    mapping=st.dictionaries(words, st.none() | words, max_size=4),
    end_is_last_day=maybe_flag,
    day_first=maybe_flag,
    undo_swap=maybe_flag,
    as_of=st.none() | st.dates(),
    timezone=st.none() | st.sampled_from(["Asia/Tokyo", "Europe/Paris", "UTC"]),
    sheet=st.none() | words,
    header_row=maybe_place,
    block=maybe_place,
    percent=st.dictionaries(words, st.sampled_from(["percent", "fraction"]), max_size=3),
    currency=st.none() | st.sampled_from(["JPY", "USD"]),
    tax=st.none() | st.sampled_from(["included", "excluded"]),
    multiple=st.lists(words, max_size=3).map(tuple),
)


@given(recipes)
@settings(deadline=None, max_examples=200)
def test_any_recipe_comes_back(recipe: Recipe) -> None:
    assert load(dump(recipe)) == recipe


@given(st.text(max_size=200) | recipes.map(dump).map(lambda text: text[: len(text) * 2 // 3]))
@settings(deadline=None, max_examples=200)
def test_any_text_is_a_recipe_or_a_clear_refusal(text: str) -> None:
    with contextlib.suppress(BadRecipe):
        assert isinstance(load(text), Recipe)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("role = 'customers'", id="no version"),
        pytest.param("csdata_recipe = 99", id="newer"),
        pytest.param("csdata_recipe = 1\nrule = 'x'", id="unknown key"),
        pytest.param("csdata_recipe = 1\nrole = 'clients'", id="unknown role"),
        pytest.param("csdata_recipe = 1\nday_first = 'yes'", id="no flag"),
        pytest.param("csdata_recipe = 1\nheader_row = 0", id="line 0"),
        pytest.param("csdata_recipe = 1\nheader_row = true", id="a flag for a line"),
        pytest.param("csdata_recipe = 1\nas_of = 2026-01-01T00:00:00", id="a time for a day"),
        pytest.param("csdata_recipe = 1\ntimezone = '../../etc/passwd'", id="no zone"),
        pytest.param("csdata_recipe = 1\ncurrency = 'yen!'", id="no currency"),
        pytest.param("csdata_recipe = 1\nmapping = 5", id="no mapping"),
        pytest.param("csdata_recipe = 1\n[mapping]\nstart = 5", id="no heading"),
        pytest.param("csdata_recipe = 1\n[percent]\nx = 'half'", id="no percent"),
        pytest.param("not toml at all [", id="no TOML"),
        pytest.param("a = " + "[" * 5000, id="deeply nested"),
        pytest.param("# " + "x" * (2 << 20), id="too long"),
    ],
)
def test_what_is_no_recipe_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(BadRecipe) as caught:
        load(text, name="my.toml")
    for language in ("ja", "en"):
        assert "my.toml" in caught.value.message.say(language)


def test_a_person_can_read_it() -> None:
    lines = dump(CHOSEN).splitlines()
    assert 'role = "customers"' in lines
    assert 'start = "はじまり"' in lines
    assert 'plan = ""' in lines
    assert "end_is_last_day = false" in lines
    assert not any(line.startswith(("day_first", "as_of")) for line in lines)


def test_a_file_reads_an_export(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text("\ufeff" + dump(CHOSEN), "utf-8")  # as an editor may save it
    data = details(HEAD, ROWS, footer=())
    imported = cs.read_export(data, name="a.csv", recipe=path)
    assert imported.mapping == {"customer_id": HEAD[0], "start": HEAD[1], "end": HEAD[2]}
    assert imported.recipe == CHOSEN
    with pytest.raises(FileNotFoundError):
        read_recipe(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadRecipe):
        read_recipe(tmp_path / "bytes.toml")


def test_the_day_of_one_file_is_not_remembered_for_others() -> None:
    of_one_file = Recipe(as_of=dt.date(2026, 1, 1), sheet="1月", header_row=4, day_first=True)
    assert for_reuse(of_one_file) == Recipe(day_first=True)
    assert for_reuse(CHOSEN) == CHOSEN


def again(book: RecipeBook, *rows: list[str]) -> Import:
    data = details(rows[0], rows[1:], encoding="utf-8", footer=())
    return cs.read_export(data, name="a.csv", recipes=book)


PLAIN = ["取引先 ID", "契約開始日"]
ROW = ["C1", "2026-01-01"]


@pytest.mark.parametrize("between", [0, 2])
def test_headings_that_the_user_has_corrected_are_found_again(between: int) -> None:
    real = ["識別子", "はじめ"]
    plain = again({}, PLAIN, real, ROW)
    recipe = Recipe(header_row=2, mapping={"customer_id": "識別子", "start": "はじめ"})
    book = {plain.fingerprint: for_reuse(recipe)}
    found = again(book, PLAIN, *[["備考", "x"]] * between, real, ROW)
    assert found.table["customer_id"].tolist() == ["C1"]
    assert found.header_row == between + 2
    assert "note.recipe_used" in keys(found.notes)


def test_a_remembered_recipe_that_does_not_fit_is_left_out_and_told() -> None:
    book = {again({}, PLAIN, ROW).fingerprint: Recipe(mapping={"customer_id": "識別子"})}
    found = again(book, PLAIN, ROW)
    assert found.table["customer_id"].tolist() == ["C1"]
    assert "note.recipe_unfit" in keys(found.notes)
