"""The heat map against the event file as the package's own reader decodes it, in a real browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from conftest import Complaints
from event_files import RunWriter, model_event
from page import Tab
from playwright.sync_api import FloatRect, Page
from serving import ROOT, tensorboard
from trained import train

from tensorboard_plugin_paramviz.reader import Index, SnapshotReader, roots_of
from tensorboard_plugin_paramviz.record import STATS

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("heat")
LONG = 3_000
BROKEN, ZERO, MISSING = 10, 20, 30
DASH = "\u2013"


@dataclass(frozen=True)
class Recorded:
    """steps [T], stats [T, L, S] of the run that was really trained."""

    address: str
    paths: list[str]
    steps: list[int]
    stats: np.ndarray

    def values(self, stat: str, step: int) -> np.ndarray:
        found: np.ndarray = self.stats[self.steps.index(step), :, STATS.index(stat)]
        return found


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    logdir = tmp_path_factory.mktemp("runs")
    train(logdir)
    write_odd(logdir / "odd")
    sizes = ["--layers=1", "--rows=8", "--dims=4", f"--steps={LONG}", f"--snapshots={LONG}"]
    command = [sys.executable, str(ROOT / "simulator.py"), "--logdir", str(logdir / "long"), *sizes]
    subprocess.run(command, check=True, capture_output=True)
    index = Index(roots_of(str(logdir), ""))
    index.scan()
    while index.poll():
        pass
    reader = SnapshotReader(index.runs["trained"])
    steps, _, stats = reader.stats(None, None)
    paths = [layer.path for layer in reader.model().layers]
    with tensorboard(logdir) as address:
        yield Recorded(address, paths, steps.tolist(), stats)


def write_odd(directory: Path) -> None:
    """Gradient norms of one layer: entries not finite at BROKEN, 0 at ZERO, not measured at MISSING; a tied layer."""
    run = RunWriter(directory)
    run.append(model_event())
    for step in range(0, 50, 10):
        stats = np.full((2, len(STATS)), np.nan, np.float32)
        stats[0] = 1 + step / 10
        stats[0, STATS.index("grad_nonfinite_count")] = 3 if step == BROKEN else 0
        if step in (ZERO, MISSING):
            stats[0, STATS.index("grad_norm")] = 0 if step == ZERO else np.nan
        run.snapshot(step, stats)


class Map:
    """The heat map as a person meets it."""

    def __init__(self, page: Page) -> None:
        self.page, self.tab = page, Tab(page)
        self.chosen: int | None = None
        self.frame = self.tab.frame
        self.frame.locator(".dock-plot").wait_for(timeout=60_000)
        self.frame.locator("body").press("3")
        self.frame.locator(".heat-cells[data-drawn]").wait_for(timeout=60_000)
        self.frame.locator("#heat-focused").wait_for(state="attached")

    def show(self, stat: str) -> None:
        self.frame.get_by_label("Colour by").select_option(stat)
        self.frame.locator(".heat-pane.stale").wait_for(state="hidden")

    def line(self, number: int) -> FloatRect:
        """Chooses a line by keyboard and tells where it is: page px."""
        grid = self.frame.get_by_role("grid")
        grid.focus()
        if self.chosen is None:
            for _ in range(4):
                grid.press("PageUp")
        away = number - (self.chosen or 0)
        for _ in range(abs(away)):
            grid.press("ArrowDown" if away > 0 else "ArrowUp")
        self.chosen = number
        box = self.frame.locator(".heat-row.chosen").bounding_box()
        assert box is not None
        return box

    def at(self, line: FloatRect, step: float, first: int, last: int) -> tuple[float, float]:
        x = line["x"] + line["width"] * (step - first) / (last - first)
        return min(max(x, line["x"] + 1), line["x"] + line["width"] - 1), line["y"] + line["height"] / 2

    def card(self) -> dict[str, str]:
        box = self.frame.locator(".heat-card")
        box.wait_for()
        names, values = box.locator("dt").all_inner_texts(), box.locator("dd").all_inner_texts()
        return {"path": box.locator("b").inner_text(), "all": box.inner_text(), **dict(zip(names, values, strict=True))}

    def title(self) -> str:
        return self.frame.locator(".heat-head .title p").first.inner_text()

    def wait_for_title(self, words: str) -> None:
        self.frame.wait_for_function(
            "words => document.querySelector('.heat-head .title p').innerText.includes(words)", arg=words
        )


def figure(text: str) -> float:
    return float(text.replace(",", ""))


def test_the_card_says_what_the_reader_reads(recorded: Recorded, open_tab: OpenTab) -> None:
    page, complaints = open_tab(recorded.address, link="#paramviz&p.paramviz.run=trained")
    view = Map(page)
    first, last = recorded.steps[0], recorded.steps[-1]
    axis_last = int(view.title().split(DASH)[1].split(" ")[0])
    for stat, name in (("grad_norm", "Gradient norm"), ("update_ratio", "Update ratio")):
        view.show(stat)
        for number in (0, 3, len(recorded.paths) - 2):
            line = view.line(number)
            for step in (first, 25, last):
                page.mouse.move(*view.at(line, step, first, axis_last))
                view.frame.wait_for_function(
                    "words => document.querySelector('.heat-card')?.innerText.includes(words)",
                    arg=f"{name}, step {step}",
                )
                card, values = view.card(), recorded.values(stat, step)
                assert card["path"] == recorded.paths[number]
                said = card[f"{name}, step {step}"]
                if np.isnan(values[number]):
                    assert said == "not measured"
                    continue
                assert figure(said) == pytest.approx(float(values[number]), rel=1e-5)
                known = values[~np.isnan(values)]
                rank = int((known > values[number]).sum()) + 1
                place = {1: "largest", len(known): "smallest"}.get(rank, f"{rank}")
                assert card[f"Among {len(known)} layers"].startswith(place)
    assert complaints == []


def test_a_click_moves_the_cursor_and_chooses_and_the_line_stands_above_the_docks(
    recorded: Recorded, open_tab: OpenTab
) -> None:
    page, complaints = open_tab(recorded.address, link="#paramviz&p.paramviz.run=trained")
    view = Map(page)
    axis_last = int(view.title().split(DASH)[1].split(" ")[0])
    line = view.line(4)
    view.line(0)
    page.mouse.click(*view.at(line, 20, 0, axis_last))
    view.frame.wait_for_function("() => document.querySelector('#heat-focused').innerText.includes('step 20:')")
    assert view.tab.step() == 20
    focused = view.frame.locator("#heat-focused").inner_text()
    assert focused.startswith(f"{recorded.paths[4]}, step 20: ")
    middles = []
    for name in (".heat-cursor", ".dock-cursor"):
        box = view.frame.locator(name).bounding_box()
        assert box is not None
        middles.append(box["x"] + box["width"] / 2)
    assert middles[0] == pytest.approx(middles[1], abs=0.5)
    grid = view.frame.get_by_role("grid")
    grid.press("ArrowRight")
    grid.press("ArrowDown")
    view.frame.wait_for_function("() => document.querySelector('#heat-focused').innerText.includes('step 25:')")
    assert view.tab.step() == 25
    assert view.frame.locator("#heat-focused").inner_text().startswith(recorded.paths[5])
    assert complaints == []


def test_brushing_zooms_into_time_with_finer_columns_and_escape_gives_the_whole_run_back(
    recorded: Recorded, open_tab: OpenTab
) -> None:
    page, complaints = open_tab(recorded.address, link="#paramviz&p.paramviz.run=long")
    view = Map(page)
    view.wait_for_title(f"steps 0{DASH}{LONG - 1:,} · each cell is 2 steps")
    line = view.line(2)
    page.mouse.move(*view.at(line, 1_000, 0, LONG - 1))
    page.mouse.down()
    page.mouse.move(*view.at(line, 1_300, 0, LONG - 1), steps=6)
    page.mouse.up()
    view.wait_for_title("each cell is a snapshot")
    found = re.search(rf"steps ([\d,]+){DASH}([\d,]+) of 0{DASH}2,999", view.title())
    assert found is not None
    first, last = (int(figure(found[part])) for part in (1, 2))
    assert (first, last) == (pytest.approx(1_000, abs=6), pytest.approx(1_300, abs=6))
    page.mouse.move(*view.at(line, 0.5, 0, 1))
    seen = re.search(r"step ([\d,]+)", view.card()["all"])
    assert seen is not None
    assert figure(seen[1]) == pytest.approx((first + last) / 2, abs=2)
    view.frame.get_by_role("grid").press("Escape")
    view.wait_for_title(f"steps 0{DASH}{LONG - 1:,} · each cell is 2 steps")
    page.mouse.wheel(0, -400)
    view.wait_for_title(f" of 0{DASH}2,999")
    view.frame.get_by_role("button", name="Whole run").click()
    view.wait_for_title(f"steps 0{DASH}{LONG - 1:,} · each cell is 2 steps")
    assert complaints == []


# Colours of all px on a line of the map at one x, as #rrggbb.
COLORS = """([x, y]) => {
  const canvas = document.querySelector(".heat-cells");
  const box = canvas.getBoundingClientRect();
  const frame = window.frameElement.getBoundingClientRect();
  const ratio = canvas.width / box.width;
  const at = [(x - frame.x - box.x) * ratio - 6, (y - frame.y - box.y) * ratio - 4];
  const { data } = canvas.getContext("2d").getImageData(Math.round(at[0]), Math.round(at[1]), 12, 8);
  const found = new Set();
  for (let i = 0; i < data.length; i += 4) {
    found.add("#" + [...data.slice(i, i + 3)].map((part) => part.toString(16).padStart(2, "0")).join(""));
  }
  return [...found].sort();
}"""
TOKENS = """names => {
  const style = getComputedStyle(document.querySelector(".heat-cells"));
  const whole = (hex) => (hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex);
  return names.map((name) => whole(style.getPropertyValue("--cell-" + name).trim()));
}"""


def test_zero_not_measured_and_not_finite_are_three_things_and_no_colour_of_the_scale(
    recorded: Recorded, open_tab: OpenTab
) -> None:
    page, complaints = open_tab(recorded.address, link="#paramviz&p.paramviz.run=odd")
    view = Map(page)
    line = view.line(0)
    names = ["zero", "missing", "missing-stripe", "broken", "broken-stripe"]
    zero, missing, stripe, broken, mark = view.frame.evaluate(TOKENS, names)
    at = {step: view.at(line, step, 0, 40) for step in (BROKEN, ZERO, MISSING, 38)}
    page.mouse.move(5, 5)
    colors = {step: view.frame.evaluate(COLORS, [*place]) for step, place in at.items()}
    assert colors[ZERO] == [zero]
    assert colors[MISSING] == sorted([missing, stripe])
    assert colors[BROKEN] == sorted([broken, mark])
    assert not set(colors[38]) & {zero, missing, stripe, broken, mark, "#000000"}
    page.mouse.move(*at[ZERO])
    assert view.card()[f"Gradient norm, step {ZERO}"] == "0"
    page.mouse.move(*at[MISSING])
    view.frame.get_by_text("not measured", exact=True).wait_for()
    page.mouse.move(*at[BROKEN])
    view.frame.get_by_text("Some of its entries are not finite").wait_for()
    assert view.frame.locator(".heat-others").inner_text().split("\n") == ["0", "Not measured", "Not finite"]
    view.show("grad_nonfinite_count")
    view.tab.go_to(BROKEN)
    assert view.frame.locator("[data-what=outside]").inner_text() == f"1 of 1 layer is outside at step {BROKEN}"
    view.tab.go_to(ZERO)
    assert view.frame.locator("[data-what=outside]").inner_text() == f"none of 1 layer is outside at step {ZERO}"
    assert complaints == []


def test_when_no_layer_matches_it_says_what_to_relax(recorded: Recorded, open_tab: OpenTab) -> None:
    page, complaints = open_tab(recorded.address, link="#paramviz&p.paramviz.run=trained")
    view = Map(page)
    view.frame.get_by_placeholder("Find a layer").fill("zz")
    view.frame.get_by_text("No layer matches “zz”.").first.wait_for()
    view.frame.locator(".heat-note").get_by_role("button", name="Clear search").click()
    view.frame.locator(".heat-cells[data-drawn]").wait_for()
    assert f"{len(recorded.paths)} layers" in view.title()
    assert complaints == []
