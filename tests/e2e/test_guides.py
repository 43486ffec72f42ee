"""Guided tours: by keyboard alone through a run really trained, every number beside what the server has."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable

import numpy as np
import pytest
from conftest import Complaints
from page import Tab
from playwright.sync_api import Page

from tensorboard_plugin_paramviz.web.binary import decode

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("trained")


@pytest.fixture
def address(trained_run: str) -> str:
    return trained_run


def ask(address: str, route: str, **query: object) -> tuple[dict, dict[str, np.ndarray]]:
    """What the server itself says: the header and the arrays of a PVZ1 reply, or JSON."""
    url = f"{address}/data/plugin/paramviz/{route}?{urllib.parse.urlencode({'run': 'trained', **query})}"
    with urllib.request.urlopen(url, timeout=30) as reply:
        data = reply.read()
    return decode(data) if data[:4] == b"PVZ1" else (json.loads(data), {})


def card(tab: Tab, title: str) -> str:
    """The text of the card with this title, once all that it tells of is on screen."""
    tab.frame.locator(".guide-card h2", has_text=re.compile(f"^{title}$")).wait_for(timeout=60_000)
    tab.frame.wait_for_function("() => !document.querySelector('.guide-waiting')", timeout=60_000)
    return str(tab.frame.locator(".guide-text").inner_text())


def told(pattern: str, text: str) -> list[str]:
    found = re.search(pattern, text)
    assert found is not None, f"{pattern!r} is not in {text!r}"
    return list(found.groups())


def near(said: str, value: float) -> bool:
    """Three significant figures are shown."""
    return float(said.replace(",", "")) == pytest.approx(value, rel=6e-3)


def test_a_tour_goes_by_keyboard_alone_and_says_what_the_server_has(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, reduced_motion="reduce")
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.go_to(25)
    tab.frame.locator(".dock-plot").focus()
    page.keyboard.press("h")
    tab.frame.locator(".guide-offer").first.wait_for(timeout=30_000)
    found, _ = ask(address, "insights")
    sick = any(one["severity"] != "note" for one in found["findings"])
    story = any(one["insight"] == "grokking" for one in found["findings"])
    offered = tab.frame.locator(".guide-offer b").all_inner_texts()
    assert "Reading gradient flow" in offered
    assert ("Diagnosing a sick run" in offered) == sick, "offered only where something is worse than a note"
    assert ("The grokking story" in offered) == story
    for _ in range(12):
        page.keyboard.press("Tab")
        if "Reading gradient flow" in tab.frame.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")

    header, series = ask(address, "stats")
    norms = series["stats"][:, :, header["stats"].index("grad_norm")].astype(np.float64)
    steps, paths = series["steps"].tolist(), header["layers"]
    text = card(tab, "Gradients of the whole run")
    low, high = told(r"between (\S+) and (\S+); ", text)
    shown = norms[np.isfinite(norms) & (norms > 0)]
    assert near(low, float(shown.min()))
    assert near(high, float(shown.max()))

    page.keyboard.press("ArrowRight")
    text = card(tab, "Where the loss pulls hardest")
    step, path, value = told(r"At step (\d+) the longest gradient is that of (\S+): (\S+)\. The", text)
    assert int(step) == steps[-1] == tab.step()
    assert path == paths[int(np.nanargmax(norms[-1]))]
    assert near(value, float(np.nanmax(norms[-1])))
    assert near(told(r"together have the length (\S+)\.", text)[0], float(np.sqrt(np.nansum(norms[-1] ** 2))))
    page.wait_for_function("() => location.hash.includes('p.paramviz.layer=')")

    page.keyboard.press("Enter")
    text = card(tab, "Across the depth")
    model, _ = ask(address, "model")
    blocks = [one["block"] for one in model["layers"]]
    by_block = [np.sqrt(np.nansum(norms[-1][[b == n for b in blocks]] ** 2)) for n in (0, 1)]
    strong, long, weak, short, ratio = told(
        r"block (\d) has the longest gradient \((\S+)\) and block (\d) the shortest \((\S+)\): (\S+) times", text
    )
    assert (int(strong), int(weak)) == (int(np.argmax(by_block)), int(np.argmin(by_block)))
    assert near(long, max(by_block))
    assert near(short, min(by_block))
    assert near(ratio, max(by_block) / min(by_block))
    assert ("That is flat" in text) == (max(by_block) <= 10 * min(by_block))
    for _ in range(6):
        page.keyboard.press("Tab")
        assert tab.frame.evaluate("document.activeElement.closest('.guide-card') !== null"), "the focus stays inside"

    page.keyboard.press("ArrowLeft")
    card(tab, "Where the loss pulls hardest")
    page.keyboard.press("Escape")
    tab.frame.locator(".guide-card").wait_for(state="detached")
    tab.wait_for_step(25)
    assert tab.frame.evaluate("document.activeElement.className") == "dock-plot", "the focus goes back"
    assert tab.frame.locator('.pane.on[data-view="embeddings"]').count() == 1, "what was on screen comes back"
    page.wait_for_function("() => !location.hash.includes('p.paramviz.tour')")
    assert complaints == []


def test_a_link_begins_a_tour_and_a_reload_goes_on_with_it(address: str, open_tab: OpenTab) -> None:
    link = "#paramviz&p.paramviz.run=trained&p.paramviz.tour=looking"
    page, complaints = open_tab(address, link=link, width=390, height=844)
    tab = Tab(page)
    text = card(tab, "Points")
    (token,) = told(r"“(.+)”, ringed, moved farthest", text)
    _, found = ask(address, "positions", embedding="transformer.wte")
    away = np.linalg.norm(found["positions"][-1].astype(np.float64) - found["positions"][0], axis=1)
    model, _ = ask(address, "model")
    names = model["embeddings"][0]["labels"]
    assert token == {" ": "␣", "\n": "↵"}.get(names[int(np.argmax(away))], names[int(np.argmax(away))])
    assert tab.step() == found["steps"][-1]
    page.keyboard.press("ArrowRight")
    share = told(r"draw (\d+) % of all differences at step", card(tab, "Axes"))[0]
    assert int(share) == round(100 * float(found["variance_shown"][-1]))
    page.keyboard.press("ArrowRight")
    card(tab, "Time")
    box = tab.frame.locator(".guide-card").bounding_box()
    assert box is not None
    assert box["width"] <= 390
    # The address is written a moment later.
    page.wait_for_function("() => location.hash.includes('p.paramviz.tour=looking')")
    page.reload()
    tab = Tab(page)
    card(tab, "Time")
    assert "3 of 6" in tab.frame.locator(".guide-where").inner_text()
    tab.frame.get_by_role("button", name="Leave and keep this view").click()
    tab.frame.locator(".guide-card").wait_for(state="detached")
    assert complaints == []
