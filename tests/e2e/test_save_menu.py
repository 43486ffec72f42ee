"""The save menu: from every view, by keyboard alone, and when something can't be saved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Complaints
from page import Tab
from playwright.sync_api import Page, Route, expect
from taking import STEP, answered, menu, open_menu, opened, saved
from trained import STEPS

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("taking away")


@pytest.fixture
def address(trained_run: str) -> str:
    return trained_run


@pytest.fixture
def tab(address: str, open_tab: OpenTab) -> Tab:
    return opened(address, open_tab)


def test_the_run_itself_is_taken_away_from_any_view(address: str, open_tab: OpenTab, tmp_path: Path) -> None:
    tab = opened(address, open_tab, permissions=["clipboard-read", "clipboard-write"])
    tab.page.keyboard.press("3")
    tab.frame.wait_for_selector(".pane.on[data-view=heat] [aria-label='Save (P)']")
    tab.page.route("**/paramviz/report?*", lambda route: route.fulfill(status=500, body="The disk is full."))
    open_menu(tab)
    menu(tab).get_by_role("button", name="Report as Markdown").click()
    menu(tab).get_by_text("The disk is full.").wait_for()
    tab.page.unroute("**/paramviz/report?*")
    with tab.page.expect_download() as download:
        menu(tab).get_by_role("button", name="Try again").click()
    assert download.value.suggested_filename.endswith(".md")
    menu(tab).get_by_role("button", name="Copy the link to this view").click()
    menu(tab).get_by_text("The link to this view is in the clipboard").wait_for()
    link = str(tab.frame.evaluate("() => navigator.clipboard.readText()"))
    assert link.startswith(address)
    assert {"p.paramviz.run=trained", "p.paramviz.tab=heat", f"p.paramviz.step={STEP}"} <= set(re.split("[#&]", link))
    tab.page.keyboard.press("Escape")
    table = pd.read_csv(saved(tab, "Table as CSV", tmp_path))
    heat = answered(address, "heat", run="trained", stat="grad_norm", columns=1440)
    at = table[(table["first_step"] == STEP)].set_index("path")["value"]
    column = int(np.searchsorted(heat[1]["edges"], STEP, "right")) - 1
    expected = dict(zip(heat[0]["layers"], heat[1]["shown"][:, column], strict=True))
    assert len(at) > 5
    for path, value in at.dropna().items():
        assert value == pytest.approx(float(expected[path]), rel=1e-6), path


def test_what_could_not_be_saved_says_why_and_is_tried_again(tab: Tab, tmp_path: Path) -> None:
    tab.page.route("**/paramviz/rows?*", lambda route: route.fulfill(status=503, body="The disk is busy."))
    open_menu(tab)
    menu(tab).get_by_role("button", name="Table as CSV").click()
    menu(tab).get_by_text("The disk is busy.").wait_for()
    tab.page.unroute("**/paramviz/rows?*")
    with tab.page.expect_download() as download:
        menu(tab).get_by_role("button", name="Try again").click()
    menu(tab).get_by_text("Saved as").wait_for()
    assert menu(tab).get_by_text("The disk is busy.").count() == 0
    assert download.value.suggested_filename.endswith(".csv")


def test_files_of_the_whole_run_come_from_the_server(tab: Tab, tmp_path: Path) -> None:
    path = saved(tab, "Positions of the whole run as JSON", tmp_path)
    table = json.loads(path.read_text())
    column = table["columns"].index("step")
    assert sorted({row[column] for row in table["data"]}) == list(range(0, STEPS, 5))

    def refuse(route: Route) -> None:
        route.fulfill(status=404, body="The run is gone.")

    tab.page.route("**/paramviz/export?*", refuse)
    open_menu(tab)
    menu(tab).get_by_role("button", name="Vectors of the whole run as NPZ").click()
    menu(tab).get_by_text("The run is gone.").wait_for()
    menu(tab).get_by_role("button", name="Try again").wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_menu_is_used_by_keyboard_alone(address: str, open_tab: OpenTab, width: int) -> None:
    tab = opened(address, open_tab, width=width, height=844)
    page, button = tab.page, tab.frame.get_by_label("Save (P)")
    button.focus()
    page.keyboard.press("Enter")
    menu(tab).wait_for()
    active = "() => document.activeElement.ariaLabel || document.activeElement.textContent"

    def press(key: str) -> str:
        page.keyboard.press(key)
        return str(tab.frame.evaluate(active))

    # The focus goes there once the menu is drawn.
    tab.frame.wait_for_function("() => document.activeElement.ariaLabel === 'Picture as PNG'")
    assert press("ArrowDown") == "Picture as SVG"
    assert press("ArrowUp") == "Picture as PNG"
    assert press("ArrowUp") == "Vectors of the whole run as NPZ", "round"
    assert press("ArrowDown") == "Picture as PNG"
    assert press("End") == "Vectors of the whole run as NPZ"
    assert press("Home") == "Picture as PNG"
    box, inner = menu(tab).bounding_box(), page.viewport_size
    assert box
    assert inner
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= inner["width"]
    assert box["y"] + box["height"] <= inner["height"]
    assert press("Escape") == "Save (P)"
    menu(tab).wait_for(state="hidden")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert tab.step() == STEP, "the arrows were the menu's"
    page.keyboard.press("p")
    menu(tab).wait_for()
