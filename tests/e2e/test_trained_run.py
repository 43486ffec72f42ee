"""The whole chain: a model really trained, a real TensorBoard, a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Complaints
from page import Tab
from playwright.sync_api import Page
from trained import STEPS

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("trained")


@pytest.fixture
def address(trained_run: str) -> str:
    return trained_run


def test_points_move_between_two_steps_and_every_logged_step_is_a_stop(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.go_to(0)
    before = [tab.place(row) for row in range(20)]
    tab.go_to(55)
    after = [tab.place(row) for row in range(20)]
    moved = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(before, after, strict=True)]
    assert sorted(moved)[10] > 5, "half of the points move by several pixels"

    tab.go_to(0)
    stops = [0]
    while stops[-1] < tab.last_step():
        tab.frame.get_by_label("Step forward (→)").click()
        tab.rest()
        stops.append(tab.step())
    assert stops == list(range(0, STEPS, 5))
    assert complaints == []


def test_dragging_along_the_loss_curve_scrubs(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    box = tab.frame.locator(".dock-plot").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 160, middle)
    page.mouse.down()
    seen = []
    for share in (0.1, 0.5, 0.9):
        page.mouse.move(box["x"] + 148 + (box["width"] - 164) * share, middle, steps=4)
        tab.rest()
        seen.append(tab.step())
    page.mouse.up()
    assert seen == sorted(seen)
    assert seen[0] < 15 < seen[1] < 45 < seen[2]
    assert complaints == []


def test_hovering_a_token_tells_its_name_and_values(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.rest()
    page.mouse.move(*tab.place(30))
    card = tab.frame.locator(".hover-card")
    card.wait_for()
    said = card.inner_text()
    assert "id " in said
    tab.frame.wait_for_function("() => document.querySelector('.hover-card')?.textContent.includes('norm')")
    assert complaints == []


def test_clicking_a_token_opens_the_inspector_with_neighbours(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.rest()
    tab.click(30)
    tab.frame.get_by_text("Nearest neighbours").wait_for()
    tab.frame.get_by_text("Vector norm", exact=False).first.wait_for()
    assert complaints == []


def test_playing_moves_the_cursor_and_stops_on_request(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.go_to(0)
    tab.frame.get_by_label("Play (Space)").click()
    tab.frame.wait_for_function(
        "() => Number(document.querySelector('[role=slider][aria-label=Step]').ariaValueNow) >= 20"
    )
    tab.frame.get_by_label("Pause (Space)").click()
    tab.rest()
    still = tab.pictures_drawn()
    page.wait_for_timeout(300)
    assert tab.pictures_drawn() == still, "no picture is drawn when nothing moves"
    assert complaints == []


def test_scalars_work_as_ever_and_coming_back_keeps_the_step(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.go_to(25)
    page.get_by_role("tab", name="Scalars").click()
    page.get_by_text("train/loss").first.wait_for(timeout=30_000)
    tab.rest()
    hidden = tab.pictures_drawn()
    page.wait_for_timeout(300)
    assert tab.pictures_drawn() == hidden, "nothing is drawn while another tab shows"
    page.get_by_role("tab", name="Param Viz").click()
    tab.wait_for_cloud()
    assert tab.step() == 25
    assert complaints == []


def test_a_link_restores_run_step_and_selection(address: str, open_tab: OpenTab) -> None:
    page, _ = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.go_to(30)
    tab.click(30)
    tab.frame.get_by_text("Nearest neighbours").wait_for()
    page.wait_for_function("() => /p\\.paramviz\\.step=30&p\\.paramviz\\.row=/.test(location.hash)")
    link = "#" + page.url.split("#")[1]
    again, complaints = open_tab(address, link=link)
    second = Tab(again)
    second.wait_for_cloud()
    second.wait_for_step(30)
    second.frame.get_by_text("Nearest neighbours").wait_for()
    assert complaints == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (800, 1100), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("dark", [False, True])
def test_every_size_fits_without_scrolling_sideways(
    address: str, open_tab: OpenTab, width: int, height: int, dark: bool
) -> None:
    page, complaints = open_tab(address, width=width, height=height, dark=dark)
    tab = Tab(page)
    tab.wait_for_cloud()
    overflow = tab.frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    background = tab.frame.evaluate("getComputedStyle(document.querySelector('.dock')).backgroundColor")
    brightness = sum(int(part) for part in background.strip("rgba()").split(",")[:3])
    assert (brightness < 300) == dark, background
    assert complaints == []
