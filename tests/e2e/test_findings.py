"""Findings in a real browser, over simulated runs whose truth is known: told first, gone to, with evidence, marked."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Complaints
from page import Tab
from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page
from serving import tensorboard
from test_accessibility import axe, serious

from simulated.model import Settings
from simulated.run import write

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("findings")
__all__ = ["axe"]
STEPS = 1000
PROBLEM = (255, 138, 90)  # --problem in the dark
MODEL = "document.querySelector('.model-canvas').model"


@dataclass(frozen=True)
class Runs:
    address: str
    #: What was planted: layers and step.
    layers: list[str]
    step: int
    tokens: list[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    logdir = tmp_path_factory.mktemp("runs")
    for name in ("vanishing_gradients", "undertrained_tokens", "convergence"):
        write(Settings(STEPS, 100, layers=3, rows=65, dims=16, seed=0), name, logdir / name, None)
    planted = truth(logdir / "vanishing_gradients")
    with tensorboard(logdir) as address:
        yield Runs(address, planted["layers"], planted["step"], truth(logdir / "undertrained_tokens")["tokens"])


def truth(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "truth.json").read_text())["findings"][0]
    return found


def opened(open_tab: OpenTab, runs: Runs, run: str, link: str = "", **options: object) -> tuple[Tab, Complaints]:
    page, complaints = open_tab(runs.address, link=f"#paramviz&p.paramviz.run={run}{link}", **options)
    view = Tab(page)
    view.frame.locator(".findings").wait_for(timeout=60_000)
    return view, complaints


def test_a_sick_run_says_so_at_once_and_a_click_goes_to_the_step_and_the_layers(
    open_tab: OpenTab, runs: Runs, axe: str
) -> None:
    view, complaints = opened(open_tab, runs, "vanishing_gradients", width=1440, height=900, dark=True)
    frame = view.frame
    worst = frame.locator(".finding-row").first
    worst.wait_for()
    assert "Vanishing gradients" in worst.inner_text()
    assert "Problem" in worst.inner_text()
    worst.click()
    frame.locator(".finding-head h2").wait_for()
    gone_to = view.step()
    assert abs(gone_to - runs.step) <= 0.03 * STEPS
    view.rest()
    assert view.step() == gone_to, "it goes there and plays nothing"

    # The threshold stands on the evidence with its name, and the finding's steps are shaded from its first on.
    threshold = frame.locator(".evidence-threshold")
    threshold.wait_for()
    assert threshold.get_attribute("data-value") == "1e-7"
    assert "1e-7" in threshold.inner_text()
    plot, line = box_of(frame.locator(".evidence .u-over")), box_of(threshold)
    assert plot["y"] < line["y"] < plot["y"] + plot["height"]
    shaded = box_of(frame.locator(".evidence-range"))
    assert (shaded["x"] - plot["x"]) / plot["width"] == pytest.approx(runs.step / STEPS, abs=0.03)

    assert serious(frame, axe) == [], "everyone can read it"

    # In the embeddings no layer can be shown: where it can, is offered.
    frame.get_by_role("button", name="Show in the heat map").click()
    frame.locator(".heat-finding").first.wait_for()
    assert frame.locator(".heat-names span:has(.severity.problem)").count() == len(runs.layers)
    outlined, cells = box_of(frame.locator(".heat-finding").first), box_of(frame.locator(".heat-cells"))
    assert (outlined["x"] - cells["x"]) / cells["width"] == pytest.approx(runs.step / STEPS, abs=0.03)
    assert frame.locator(".heat-names .chosen").count() == 1

    frame.locator(".page").press("2")
    frame.wait_for_function(f"() => document.querySelector('.model-canvas')?.model && {MODEL}.place(2)")
    frame.locator(".page").press("0")
    view.rest()
    marked = marks_on_slabs(view, runs)
    assert {path for path, mark in marked.items() if mark} == set(runs.layers)
    assert len(marked) > len(runs.layers), "healthy layers are on screen too"
    assert complaints == []


def box_of(element: Locator) -> FloatRect:
    box = element.bounding_box()
    assert box is not None
    return box


def marks_on_slabs(view: Tab, runs: Runs) -> dict[str, bool]:
    """By path of each layer on screen: whether the mark of a problem is drawn at the upper right of its slab."""
    with urllib.request.urlopen(f"{runs.address}/data/plugin/paramviz/model?run=vanishing_gradients") as reply:
        paths = [layer["path"] for layer in json.load(reply)["layers"]]
    canvas = box_of(view.frame.locator(".model-canvas"))
    picture = np.asarray(Image.open(io.BytesIO(view.page.screenshot())).convert("RGB")).astype(int)
    found = {}
    for layer, path in enumerate(paths):
        place = view.frame.evaluate(f"{MODEL}.place({layer})")
        if place is None:
            continue
        right, top = int(place["right"] + canvas["x"]), int(place["top"] + canvas["y"])
        corner = picture[top - 9 : top + 26, right - 26 : right + 9]
        found[path] = bool((abs(corner - PROBLEM).max(2) < 24).sum() > 40)
    return found


def test_by_keyboard_alone_a_finding_is_opened_and_left_and_its_link_opens_it_again(
    open_tab: OpenTab, runs: Runs
) -> None:
    view, complaints = opened(open_tab, runs, "undertrained_tokens")
    frame, keyboard = view.frame, view.page.keyboard
    view.wait_for_cloud()
    row, title = frame.locator(".finding-row", has_text="Undertrained tokens"), frame.locator(".finding-head h2")
    frame.locator(".dock-plot").press("ArrowLeft")
    view.rest()
    stood = view.step()
    row.focus()
    keyboard.press("Enter")
    title.wait_for()
    assert view.step() != stood, "it goes to where the finding is seen best"
    assert title.evaluate("one => one === document.activeElement")
    chips = frame.locator(".finding-chips .mono")
    assert sorted(chips.all_inner_texts()) == sorted(runs.tokens)
    view.page.wait_for_url(lambda url: "chosen=" in url and "finding=undertrained_tokens~" in url)
    link = view.page.url.split("#", 1)[1]
    keyboard.press("Escape")
    row.wait_for()
    assert row.evaluate("one => one === document.activeElement"), "back where it was opened"
    view.wait_for_step(stood)
    view.page.wait_for_url(lambda url: "chosen=" not in url and "finding=" not in url)
    keyboard.press("e")
    title.wait_for()
    first = title.inner_text()
    keyboard.press("e")
    frame.wait_for_function("first => document.querySelector('.finding-head h2').innerText !== first", arg=first)
    assert complaints == []

    page, complaints = open_tab(runs.address, link=f"#{link}")
    again = Tab(page)
    again.frame.locator(".finding-head h2", has_text="Undertrained tokens").wait_for(timeout=60_000)
    assert again.frame.locator(".finding-chips .mono").count() == len(runs.tokens)
    assert complaints == []


def test_a_healthy_run_has_no_marks(open_tab: OpenTab, runs: Runs) -> None:
    view, complaints = opened(open_tab, runs, "convergence", "&p.paramviz.tab=heat")
    frame = view.frame
    frame.locator(".heat-names span").first.wait_for()
    # What is worth knowing is told, outlined while it is looked at, and marks nothing even at its own step.
    frame.locator(".finding-row", has_text="Cluster born").first.click()
    frame.locator(".heat-finding.note").wait_for()
    view.page.keyboard.press("Escape")
    frame.locator(".finding-row .severity.note").first.wait_for()
    assert frame.locator(".heat-names .severity, .heat-finding, .finding-row .severity:not(.note)").count() == 0
    assert complaints == []


def test_back_looks_at_the_whole_model_again(open_tab: OpenTab, runs: Runs) -> None:
    view, complaints = opened(open_tab, runs, "vanishing_gradients", link="&p.paramviz.tab=layers")
    frame = view.frame
    frame.wait_for_function(f"() => document.querySelector('.model-canvas')?.model && {MODEL}.place(2)")
    assert frame.evaluate(f"{MODEL}.pose") is None
    frame.locator(".finding-row").first.click()
    frame.wait_for_function(f"() => {MODEL}.pose !== null")
    frame.get_by_role("button", name="Back", exact=True).click()
    frame.wait_for_function(f"() => {MODEL}.pose === null")
    assert complaints == []
