"""What the small i beside a name opens: the explanation, true to the value at the cursor, and by keyboard alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Complaints
from event_files import RunWriter, model_record, scalar_event, snapshot_at
from page import Tab
from playwright.sync_api import Frame, Locator, Page
from serving import ROOT, tensorboard
from tensorboard.compat.proto.event_pb2 import Event
from test_accessibility import axe, serious

from tensorboard_plugin_paramviz.record import STATS, LayerInfo, encode_model, encode_snapshot

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("explanations")
__all__ = ["axe"]
ENTRIES = json.loads((ROOT / "frontend" / "src" / "explain" / "explanations.json").read_text(encoding="utf-8"))[
    "entries"
]
MATRIX = "h.0.mlp.c_fc"
RATE, RMS, BETA1 = 1e-3, 0.02, 0.9
#: By step, the update ratio of the matrix: in its band, above, below.
RATIOS = {0: 0.02, 10: 0.4, 20: 0.0005}
KEYS = "() => [...document.querySelectorAll('[data-explain]')].map((one) => [one.dataset.explain, one.ariaLabel])"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TensorBoard over one run with a matrix under AdamW whose learning rate is logged."""
    logdir = tmp_path_factory.mktemp("runs")
    write_run(logdir / "a")
    with tensorboard(logdir) as address:
        yield address


def write_run(directory: Path) -> None:
    record = model_record()
    layers = (*record.layers, LayerInfo(MATRIX, "mlp_up", 0, (16, 4), "float32", 64))
    writer = RunWriter(directory)
    summary = encode_model(replace(record, layers=layers))
    writer.append(Event(wall_time=1000.0, step=0, summary=summary).SerializeToString())
    for step, ratio in RATIOS.items():
        snapshot = snapshot_at(step)
        assert snapshot.stats is not None
        own = np.full((1, len(STATS)), 0.5, np.float32)
        own[0, [STATS.index("weight_rms"), STATS.index("update_ratio")]] = RMS, ratio
        changed = replace(snapshot, stats=np.concatenate([snapshot.stats, own]))
        writer.append(Event(wall_time=1000.0 + step, step=step, summary=encode_snapshot(changed)).SerializeToString())
        for tag, value in [("train/loss", 4.0 - step / 100), ("train/learning_rate", RATE)]:
            writer.append(scalar_event(tag, value, step, 1000.0 + step))


def opened(open_tab: OpenTab, address: str, link: str = "", **options: object) -> tuple[Page, Frame, Complaints]:
    page, complaints = open_tab(address, link=f"#paramviz{link}", **options)
    frame = Tab(page).frame
    frame.wait_for_function("() => document.querySelector('[data-explain]') && document.hasFocus()")
    return page, frame, complaints


def card(frame: Frame) -> Locator:
    return frame.locator(".explanation-card")


def test_each_thing_with_a_button_has_an_explanation_in_every_view(address: str, open_tab: OpenTab, axe: str) -> None:
    page, frame, complaints = opened(open_tab, address, f"&p.paramviz.layer={MATRIX}", width=1440, height=900)
    shown = {"1": ".left-panel [data-explain='projection:joint']", "2": ".inspector [data-explain='role:mlp_up']"}
    for key, wanted in (shown | {"3": ".heat-head [data-explain*='heat:ramp']"}).items():
        page.keyboard.press(key)
        frame.locator(wanted).wait_for()
        found = frame.evaluate(KEYS)
        assert len(found) > 5
        keys = [one for keys, _ in found for one in keys.split()]
        assert [one for one in keys if one not in ENTRIES] == []
        assert all(re.match(r"What (is|are) \w.*\?$", label) for _, label in found), found
    frame.locator("[data-explain*='heat:ramp']").click()
    card(frame).wait_for()
    assert serious(frame, axe) == []
    assert complaints == []


def test_it_opens_and_closes_by_keyboard_and_gives_the_focus_back(address: str, open_tab: OpenTab) -> None:
    page, frame, complaints = opened(open_tab, address)
    Tab(page).wait_for_cloud()
    step = Tab(page).step()
    page.keyboard.press(",")
    button = frame.locator(".settings [data-explain='control:pace']")
    button.focus()
    page.keyboard.press("Enter")
    card(frame).get_by_role("dialog", name="Pace").wait_for()
    text = card(frame).inner_text()
    for part in (*ENTRIES["control:pace"]["says"], ENTRIES["control:pace"]["source"]):
        assert part in text
    assert card(frame).evaluate("one => one.contains(document.activeElement)")
    # The page's own keys wait.
    page.keyboard.press("ArrowLeft")
    box, window = card(frame).bounding_box(), frame.locator(".settings").bounding_box()
    assert box
    assert window
    assert box["x"] >= window["x"] + window["width"], "it lies over what it explains"
    page.keyboard.press("Escape")
    assert card(frame).count() == 0
    assert frame.locator(".settings[open]").count() == 1, "only the uppermost closes"
    assert button.evaluate("one => one === document.activeElement && one.ariaExpanded === 'false'")
    assert Tab(page).step() == step
    page.keyboard.press("Enter")
    card(frame).get_by_role("dialog", name="Pace").wait_for()
    frame.wait_for_function("() => document.activeElement.closest('[role=dialog]')?.ariaLabel === 'Pace'")
    # Close, "In the glossary", and on to what stands behind the button.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert frame.evaluate("document.activeElement.textContent") == "In the glossary"
    page.keyboard.press("Enter")
    entry = frame.locator("[data-entry='control:pace']")
    entry.wait_for()
    frame.wait_for_function("() => document.querySelector('.glossary-list').scrollTop > 0")
    frame.get_by_label("Find an explanation").fill("epsilon adam")
    frame.locator("[data-entry='stat:grad_below_epsilon_ratio']").wait_for()
    assert entry.count() == 0
    # The first clears the search, as in every field of this kind.
    page.keyboard.press("Escape")
    entry.wait_for()
    page.keyboard.press("Escape")
    assert frame.locator(".glossary[open]").count() == 0
    assert button.evaluate("one => one === document.activeElement")
    assert complaints == []


def test_it_says_whether_the_value_at_the_cursor_is_in_its_band(address: str, open_tab: OpenTab) -> None:
    link = f"&p.paramviz.tab=layers&p.paramviz.layer={MATRIX}&p.paramviz.step=0"
    page, frame, complaints = opened(open_tab, address, link, width=1440, height=900)
    as_of = frame.locator(".inspector .as-of")
    as_of.filter(has_text="As recorded at step 0").wait_for()
    frame.locator(".inspector [aria-label='What are these numbers?']").click()
    frame.locator(".name-chip", has_text="Update ratio").click()
    noise = math.sqrt((1 - BETA1) / (1 + BETA1))
    for step, ratio in RATIOS.items():
        Tab(page).seek(step)
        as_of.filter(has_text=f"As recorded at step {step}").wait_for()
        # It stays open, and the band needs the learning rate, which comes after the numbers.
        line = frame.locator(".explanation-card .here", has_text="from")
        line.wait_for()
        value, low, high = (float(one) for one in re.findall(r"\d[\d.]*(?:e-?\d+)?", line.inner_text()))
        assert value == pytest.approx(ratio, rel=6e-3)
        assert low == pytest.approx(RATE / RMS * noise / 10, rel=6e-3)
        assert high == pytest.approx(RATE / RMS * 3, rel=6e-3)
        stands = "inside" if low <= value <= high else "above" if value > high else "below"
        assert f": {stands}" in line.inner_text()
    assert complaints == []


def test_a_pointer_that_rests_on_it_opens_it_and_takes_it_along_when_it_leaves(address: str, open_tab: OpenTab) -> None:
    page, frame, complaints = opened(open_tab, address)
    Tab(page).wait_for_cloud()
    button = frame.locator(".left-panel [data-explain='projection:joint']")
    button.hover()
    card(frame).wait_for()
    assert frame.evaluate("document.activeElement === document.body"), "the focus stays where it was"
    # The way to it is no way out of it.
    card(frame).hover()
    Tab(page).rest()
    assert card(frame).count() == 1
    frame.locator(".step-field").hover()
    card(frame).wait_for(state="detached")
    button.hover()
    card(frame).wait_for()
    page.keyboard.press("Escape")
    assert card(frame).count() == 0
    button.click()
    card(frame).wait_for()
    # Pressed again it closes.
    button.click()
    card(frame).wait_for(state="detached")
    assert complaints == []
