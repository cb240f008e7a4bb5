"""Labels never overlap."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from csdata.charts.labels import Box, around, offset, place, spread

AREA = Box(0, 0, 400, 300)
POINTS = st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), max_size=25)
SIZES = (60.0, 14.0)


def placed(points: list[tuple[float, float]], obstacles: list[Box]) -> list[Box | None]:
    sizes = [SIZES] * len(points)
    return place(points, sizes, area=AREA, obstacles=obstacles, gaps=[6] * len(points))


@given(points=POINTS)
def test_no_two_labels_overlap(points: list[tuple[float, float]]) -> None:
    boxes = [box for box in placed(points, []) if box]
    assert not [(a, b) for a, b in itertools.combinations(boxes, 2) if a.overlaps(b)]


@given(points=POINTS)
def test_labels_stay_inside_and_off_the_points(points: list[tuple[float, float]]) -> None:
    obstacles = [around(x, y, 5) for x, y in points]
    for box in placed(points, obstacles):
        if box:
            assert AREA.holds(box)
            assert not any(box.overlaps(other) for other in obstacles)


@given(points=POINTS.filter(bool))
def test_the_first_keeps_its_place_whoever_comes_later(points: list[tuple[float, float]]) -> None:
    assert placed(points, [])[0] == placed(points[:1], [])[0] is not None


def test_a_label_stands_right_of_its_point_if_it_can() -> None:
    (box,) = placed([(100, 100)], [])
    assert box == Box(106, 93, 166, 107)
    (box,) = placed([(390, 100)], [])
    assert box == Box(324, 93, 384, 107)
    (box,) = placed([(100, 100)], [Box(0, 95, 95, 105), Box(105, 95, 400, 105)])
    assert box is not None
    assert box.bottom == 94


def test_a_label_that_finds_no_room_is_left_out() -> None:
    assert placed([(200, 150)], [Box(0, 0, 400, 300)]) == [None]


def test_a_label_hangs_on_the_side_that_faces_its_point() -> None:
    right = {"align": "left", "dx": 6, "dy": 0}
    assert offset((100, 100), Box(106, 93, 166, 107)) == right
    assert offset((390, 100), Box(324, 93, 384, 107)) == {"align": "right", "dx": -6, "dy": 0}
    assert offset((100, 100), Box(70, 80, 130, 94)) == {"align": "center", "dx": 0, "dy": -13}


@given(
    wanted=st.lists(st.floats(-50, 350), min_size=1, max_size=14),
    gap=st.floats(1, 20),
)
def test_spread_labels_keep_their_distance_and_order(wanted: list[float], gap: float) -> None:
    found = spread(wanted, gap=gap, lowest=0, highest=300)
    order = np.argsort(wanted, kind="stable")
    ranked = np.array(found)[order]
    assert np.diff(ranked).min(initial=np.inf) >= gap - 1e-6
    assert ranked[0] >= -1e-6
    assert ranked[-1] <= 300 + 1e-6


@given(wanted=st.lists(st.integers(0, 10), min_size=1, max_size=8, unique=True))
def test_labels_far_enough_apart_stay_where_they_are(wanted: list[int]) -> None:
    places = [30.0 * w for w in wanted]
    assert np.allclose(spread(places, gap=20, lowest=0, highest=300), places)


def test_without_room_labels_are_evenly_spaced() -> None:
    assert np.allclose(spread([5, 5, 5], gap=50, lowest=0, highest=40), [0, 20, 40])


def test_nothing_to_spread() -> None:
    assert spread([], gap=5, lowest=0, highest=10) == []
