"""What the canvas shows is told in words and in a table, for those who don't see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Complaints
from playwright.sync_api import Page
from small_run import ROWS, opened

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("said in words")


@pytest.fixture
def address(small_run: str) -> str:
    return small_run


def test_the_text_tells_what_the_canvas_shows_and_is_silent_in_playback(address: str, open_tab: OpenTab) -> None:
    _, tab, _ = opened(open_tab, address)
    tab.go_to(12)
    text = tab.frame.locator("[data-what=picture]")
    assert text.get_attribute("aria-live") == "polite"
    tab.frame.wait_for_function("() => /at step 12:/.test(document.querySelector('[data-what=picture]').textContent)")
    said = text.inner_text()
    for part in ("Run a.", "Token embeddings", "40 of 40 tokens", "of the variance shown, in 3D", "Coloured by class"):
        assert part in said
    tab.click(3)
    tab.frame.get_by_text("Nearest neighbours").wait_for()
    tab.frame.wait_for_function(
        """() => /Token “d” is selected; nearest are Token/.test(
          document.querySelector('[data-what=picture]').textContent)"""
    )
    tab.frame.evaluate(
        """() => { window.said = 0;
          new MutationObserver(() => window.said++).observe(document.querySelector('[data-what=picture]'),
            { characterData: true, childList: true, subtree: true }); }"""
    )
    tab.frame.get_by_label("Play (Space)").click()
    # Asked for in one go: while it plays, and before it comes to its end.
    said = tab.frame.wait_for_function(
        "() => document.querySelector('[role=slider][aria-label=Step]').ariaValueNow >= 16 && `said ${window.said}`"
    )
    assert said.json_value() == "said 0"
    tab.frame.get_by_label("Pause (Space)").click()
    tab.frame.wait_for_function("() => window.said > 0")


def test_the_table_holds_the_rows_shown_in_any_order_and_selects(address: str, open_tab: OpenTab) -> None:
    page, tab, complaints = opened(open_tab, address)
    tab.frame.get_by_label("Colour by").select_option("norm")
    button = tab.frame.get_by_role("button", name="Table of what is shown")
    button.focus()
    assert (button.bounding_box() or {"width": 0})["width"] > 44, "it shows itself to who comes by keyboard"
    page.keyboard.press("Enter")
    table = tab.frame.get_by_role("table")
    table.wait_for()
    norm = table.get_by_role("columnheader", name="Norm", exact=True)
    assert norm.get_attribute("aria-sort") == "descending"
    tab.frame.wait_for_function("() => !/\\u2013/.test(document.querySelector('.table tbody').textContent)")
    values = [float(text) for text in table.locator("tbody td:nth-child(4)").all_inner_texts()]
    assert len(values) == 40
    assert values == sorted(values, reverse=True)
    ids = table.get_by_role("columnheader", name="Id", exact=True)
    ids.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert ids.get_attribute("aria-sort") == "ascending"
    assert table.locator("tbody td:nth-child(2)").all_inner_texts() == [str(row) for row in range(ROWS)]
    table.get_by_label("Select Token “d”").first.press("Enter")
    table.wait_for(state="hidden")
    tab.frame.get_by_role("heading", name="Token “d”").wait_for()
    assert complaints == []
