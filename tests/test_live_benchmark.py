"""The live benchmark's own arithmetic: what counts as being on the screen."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "e2e")]

from benchmarks.live_crowd import waits  # noqa: E402
from benchmarks.live_page import Shown, latencies, pictures_per_growth  # noqa: E402


def seen(*looks: tuple[float, int, bool, float]) -> Shown:
    """(at, newest step, whether a picture was drawn, where one point was)"""
    at, newest, drawn, place = zip(*looks, strict=True)
    return Shown(np.array(at), np.array(newest), np.array(drawn), np.array(place)[:, None])


def test_a_snapshot_is_in_place_with_the_last_picture_that_moved_its_points() -> None:
    page = seen(
        (10.00, 4, False, 0.0),
        (10.05, 5, False, 0.0),  # loaded
        (10.07, 5, True, 3.0),  # on the way
        (10.09, 5, True, 7.0),  # there
        (10.30, 5, True, 7.0),  # drawn once more, sharper
        (11.05, 6, True, 9.0),
    )
    got = latencies(page, {5: 10.0, 6: 11.0})
    assert got["loaded"] == pytest.approx([0.05, 0.05])
    assert got["first"] == pytest.approx([0.07, 0.05])
    assert got["in place"] == pytest.approx([0.09, 0.05])
    assert pictures_per_growth(page) == pytest.approx(4 / 2)


def test_a_snapshot_that_was_passed_over_is_there_with_the_next_one() -> None:
    page = seen((1.0, 0, True, 0.0), (2.0, 1, False, 0.0), (2.1, 3, False, 0.0), (2.2, 3, True, 5.0))
    got = latencies(page, {1: 1.9, 2: 1.95, 3: 2.0, 4: 2.3})
    assert got["in place"] == pytest.approx([0.3, 0.25, 0.2]), "never drawn is never measured, and shows in the count"
    assert waits([(1, 2.0), (3, 2.1)], {1: 1.9, 2: 1.95, 4: 2.3}) == pytest.approx([0.1, 0.15])
