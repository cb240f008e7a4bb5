"""What was decided, as text and back: every field of it, and nothing that none of them can say."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields
from typing import Any

import pytest

from csdata.intake import JoinRules, Recipe
from csdata.intake import recipe_file as recipes
from csdata.store import Damaged, NewerSnapshot, Settings
from csdata.store.contents import file_of, settings_of, settings_state
from csdata.store.rules import rules_of, rules_state

DAY = dt.date(2026, 6, 30)
TOLD: dict[str, tuple[object, ...]] = {
    "customer": ("group", "contract"),
    "lives": (None, "contracts"),
    "bridge_days": (None, 0, 45, 3650),
    "returning": ("one",),
    "exclude": ((), ("internal", "test")),
    "accepted": ({}, {"甲": "001"}),
    "same": ({"001": "002"},),
    "attributes": (None, "first"),
    "amounts": (None, "sum"),
    "observed_from": (None, DAY),
}
"""Field of the rules → values that it may have."""

PAIRS = [(f.name, value) for f in fields(JoinRules) for value in TOLD[f.name]]


@pytest.mark.parametrize(("name", "value"), PAIRS, ids=str)
def test_every_rule_comes_back(name: str, value: Any) -> None:
    rules = JoinRules(**{name: value})
    assert rules_of(json.loads(json.dumps(rules_state(rules)))) == rules
    assert settings_of(settings_state(Settings(DAY, rules))) == Settings(DAY, rules)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("customer", "foo"),
        ("customer", None),
        ("lives", 1),
        ("bridge_days", "abc"),
        ("bridge_days", True),
        ("bridge_days", -1),
        ("bridge_days", 3651),
        ("bridge_days", 1.5),
        ("returning", ["new"]),
        ("exclude", "test"),
        ("exclude", ["test", "foo"]),
        ("exclude", [[]]),
        ("accepted", {"甲": 1}),
        ("accepted", [["甲", "001"]]),
    ],
    ids=str,
)
def test_what_a_rule_cannot_be_is_refused(name: str, value: object) -> None:
    said = json.dumps({"as_of": None, "begun": False, "rules": {name: value}})
    with pytest.raises(Damaged, match="六月"):
        settings_of(said, name="六月")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        '{"as_of": null, "begun": false}',
        '{"as_of": null, "begun": 1, "rules": {}}',
        '{"as_of": "0001-01-01", "begun": true, "rules": {}}',
        '{"as_of": "June", "begun": true, "rules": {}}',
        '{"as_of": null, "begun": true, "rules": []}',
        '{"as_of": null, "begun": true, "rules": {}, "title": 1}',
        '{"as_of": null, "begun": true, "rules": {}, "analysed": {}}',
        '{"as_of": null, "begun": true, "rules": {}, "analysed": []}',
    ],
    ids=lambda said: said[:60],
)
def test_what_is_no_settings_is_damaged(said: str) -> None:
    with pytest.raises(Damaged):
        settings_of(said)


def test_a_rule_of_a_newer_version_is_told_and_not_left_out() -> None:
    with pytest.raises(NewerSnapshot, match="六月"):
        settings_of('{"as_of": null, "begun": true, "rules": {"moon": 1}}', name="六月")


def test_settings_of_before_say_nothing_of_what_came_later() -> None:
    assert settings_of('{"as_of": "2026-06-30", "begun": true, "rules": {}}') == Settings(
        DAY, begun=True
    )


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"recipe": "csdata_recipe = 99\n"}, NewerSnapshot),
        ({"recipe": "nothing"}, Damaged),
        ({"recipe": 1}, Damaged),
        ({"edits": [[1, "a"]]}, Damaged),
        ({"edits": [["1", "a", "b"]]}, Damaged),
        ({"edits": [[1, "a", None]]}, Damaged),
        ({"used": "no"}, Damaged),
        ({"plain": None}, Damaged),
    ],
    ids=str,
)
def test_decisions_about_a_file_are_whole_or_refused(
    change: dict[str, object], error: type[Exception]
) -> None:
    whole = {"recipe": "csdata_recipe = 1\n", "edits": [], "used": True, "plain": False}
    assert file_of("a.csv", b"x", json.dumps(whole)).recipe == Recipe()
    with pytest.raises(error, match=r"a\.csv"):
        file_of("a.csv", b"x", json.dumps({**whole, **change}))


def test_a_recipe_file_checks_what_a_recipe_says() -> None:
    checks = recipes._CHECKS
    assert set(checks) == {field.name for field in fields(Recipe)}
