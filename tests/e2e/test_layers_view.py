"""The layers view of a run that was really trained: pointing, choosing, time, filters, and its flat drawing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Complaints
from playwright.sync_api import Page, Route
from serving import ROOT, tensorboard
from trained import train
from underway import wait_until_done

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("layers")
MODEL = "document.querySelector('.model-canvas').model"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("runs")
    train(logdir, 200)
    with tensorboard(logdir) as address:
        yield address


def far(one: Sequence[float], other: Sequence[float]) -> float:
    """How far two colours or places lie apart, all parts summed."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


class Layers:
    """The view as a person sees it."""

    def __init__(self, page: Page, *, run: str = "trained", drawn: bool = True) -> None:
        self.page = page
        element = page.wait_for_selector("iframe[src*='paramviz']", state="attached", timeout=60_000)
        frame = element.content_frame() if element else None
        assert frame is not None
        self.frame = frame
        frame.locator(".view-switch").get_by_text("Layers", exact=True).click(timeout=60_000)
        self.pane = frame.locator(".pane.on")
        if drawn:
            frame.wait_for_function(f"() => document.querySelector('.model-canvas')?.model && {MODEL}.place(2)")
            frame.wait_for_function("() => document.querySelector('.layers-legend .ramp')")
            self.rest()
            self.paths = frame.evaluate(
                "async run => (await (await fetch('model?run=' + run)).json()).layers.map(layer => layer.path)", run
            )

    def rest(self) -> None:
        """Until nothing moves any more and nothing is on its way."""
        wait_until_done(self.frame)

    def place(self, path: str) -> tuple[float, float]:
        """The middle of a slab, in CSS pixels of the whole page."""
        at = self.frame.evaluate(
            f"""layer => {{
              const at = {MODEL}.place(layer);
              const box = document.querySelector('.model-canvas').getBoundingClientRect();
              return [(at.left + at.right) / 2 + box.left, (at.top + at.bottom) / 2 + box.top];
            }}""",
            self.paths.index(path),
        )
        frame = self.page.query_selector("iframe[src*='paramviz']")
        assert frame is not None
        box = frame.bounding_box()
        assert box is not None
        return at[0] + box["x"], at[1] + box["y"]

    def color(self, path: str) -> list[float]:
        """Mean colour of the inner half of a slab as it is drawn now."""
        found = self.frame.evaluate(
            f"""layer => {{
              const at = {MODEL}.place(layer);
              const canvas = {MODEL}.picture(1);
              const [w, h] = [(at.right - at.left) / 2, (at.bottom - at.top) / 2];
              const part = [at.left + w / 2, at.top + h / 2, Math.max(1, w), Math.max(1, h)].map(Math.round);
              const {{ data }} = canvas.getContext('2d').getImageData(...part);
              const sum = [0, 0, 0];
              for (let i = 0; i < data.length; i += 4) for (let k = 0; k < 3; k += 1) sum[k] += data[i + k];
              return sum.map((value) => value / (data.length / 4));
            }}""",
            self.paths.index(path),
        )
        return list(found)

    def frames(self) -> int:
        return int(self.frame.evaluate(f"{MODEL}.frames"))

    def go_to(self, step: int) -> None:
        field = self.frame.locator(".step-field input")
        field.fill(str(step))
        field.press("Enter")
        self.rest()

    def chosen(self) -> str:
        return self.pane.locator(".layer-card b").inner_text()


UP, DOWN = "transformer.h.0.mlp.c_fc", "transformer.h.0.mlp.c_proj"


def test_a_link_straight_to_the_layers_shows_them_too(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, link="#paramviz&p.paramviz.tab=layers")
    view = Layers(page)
    for path in (UP, DOWN):
        red, green, blue = view.color(path)
        assert max(red, green, blue) - min(red, green, blue) > 20, "a colour of the scale, and not the canvas behind it"
    assert complaints == []


def test_pointing_at_a_slab_tells_of_it_and_a_click_chooses_it(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, dark=True)
    view = Layers(page)
    page.mouse.move(*view.place(UP))
    card = view.pane.locator(".layer-card")
    card.get_by_text(UP, exact=True).wait_for()
    told = card.inner_text()
    for said in ("128 \N{MULTIPLICATION SIGN} 32", "4,096", "%"):
        assert said in told
    card.get_by_text("Gradient norm").wait_for()
    x, y = view.place(UP)
    box = card.bounding_box()
    assert box is not None
    assert not (box["x"] < x < box["x"] + box["width"] and box["y"] < y < box["y"] + box["height"]), "beside the slab"
    page.mouse.click(x, y)
    page.mouse.move(5, 300)
    view.rest()
    assert view.chosen() == UP, "it stays chosen when the pointer leaves"
    assert complaints == []


def test_faces_follow_the_time_cursor_smoothly(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, dark=True)
    view = Layers(page)
    view.go_to(0)
    first = view.color(DOWN)
    view.go_to(115)
    last = view.color(DOWN)
    assert far(first, last) > 12, "training is seen on the faces"
    seen = [first]
    for step in (25, 55, 85):
        view.go_to(step)
        seen.append(view.color(DOWN))
    seen.append(last)
    jumps = [far(one, other) for one, other in pairwise(seen)]
    assert max(jumps) < 0.95 * sum(jumps), "not all of it at one step"
    view.go_to(0)
    assert far(view.color(DOWN), first) < 1, "and back again it looks as before"
    assert complaints == []


def test_nothing_is_drawn_when_nothing_moves_nor_when_another_view_shows(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address)
    view = Layers(page)
    still = view.frames()
    page.wait_for_timeout(300)
    assert view.frames() == still
    view.frame.locator(".view-switch").get_by_text("Heat map", exact=True).click()
    view.rest()
    hidden = view.frames()
    view.frame.locator(".step-field input").fill("20")
    view.frame.locator(".step-field input").press("Enter")
    view.rest()
    assert view.frames() == hidden
    assert complaints == []


def test_what_is_filtered_out_recedes_and_can_still_be_pointed_at(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, dark=True)
    view = Layers(page)
    before = view.color(UP)
    attention = view.color("transformer.h.0.attn.c_attn")
    view.frame.get_by_label("MLP", exact=False).first.uncheck()
    view.rest()
    ground = [34.0, 34.0, 35.0]
    after = view.color(UP)
    assert far(after, ground) < 0.3 * far(before, ground), "nearly the ground's colour"
    assert far(after, ground) > 2, "but not gone"
    assert far(view.color("transformer.h.0.attn.c_attn"), attention) < 1
    page.mouse.move(*view.place(UP))
    view.pane.locator(".layer-card").get_by_text(UP, exact=True).wait_for()
    assert complaints == []


def test_a_statistic_colours_the_faces_and_the_legend_names_it(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, dark=True)
    view = Layers(page)
    cells = view.color(UP)
    view.frame.get_by_label("Colour by", exact=True).select_option(label="Gradient norm")
    legend = view.pane.locator(".layers-legend .scale-name")
    view.frame.wait_for_function(
        "() => document.querySelector('.layers-legend .scale-name').textContent === 'Gradient norm'"
    )
    view.pane.locator(".layers-legend .ramp").wait_for()
    view.rest()
    assert legend.inner_text() == "Gradient norm"
    assert far(view.color(UP), cells) > 8
    assert complaints == []


def test_arrow_keys_go_from_slab_to_slab_and_the_camera_flies(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address)
    view = Layers(page)
    page.mouse.click(*view.place(UP))
    view.rest()
    canvas = view.frame.locator(".model-canvas")
    # The keyboard comes back to the view by itself: after a mere click arrows go through time.
    canvas.evaluate("box => box.blur()")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    view.frame.wait_for_function("path => document.querySelector('.layer-card b')?.textContent === path", arg=DOWN)
    whole = view.place(DOWN)
    page.keyboard.press("f")
    view.rest()
    size = f"layer => {{ const at = {MODEL}.place(layer); return at.bottom - at.top; }}"
    near = view.frame.evaluate(size, view.paths.index(DOWN))
    page.keyboard.press("0")
    view.rest()
    assert near > 1.3 * view.frame.evaluate(size, view.paths.index(DOWN))
    assert far(view.place(DOWN), whole) < 2, "0 shows the whole model again"
    assert complaints == []


def test_the_flat_diagram_does_the_same_by_pointer_and_keyboard(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address)
    view = Layers(page)
    view.pane.get_by_label("2D view (M)").click()
    view.rest()
    assert view.frame.evaluate(f"{MODEL}.drawing") == "2d"
    slab = view.frame.locator(f".model-canvas svg [role=button][aria-label^='{UP},']")
    told = slab.get_attribute("aria-label") or ""
    for said in ("MLP", "128 \N{MULTIPLICATION SIGN} 32", "4,096 weights"):
        assert said in told
    page.mouse.click(*view.place(UP))
    assert view.chosen() == UP
    assert slab.get_attribute("aria-pressed") == "true"
    assert slab.get_attribute("tabindex") == "0", "one stop for the Tab key"
    assert view.frame.locator(".model-canvas svg [tabindex='0']").count() == 1
    slab.focus()
    page.keyboard.press("ArrowRight")
    view.frame.wait_for_function("path => document.activeElement?.ariaLabel?.startsWith(path + ',')", arg=DOWN)
    assert view.chosen() == DOWN
    assert far(view.color(UP), [128.0, 128.0, 128.0]) > 30, "its face is painted"
    assert complaints == []


def test_when_the_driver_stops_the_diagram_takes_over_until_3d_is_back(address: str, open_tab: OpenTab) -> None:
    page, _ = open_tab(address)
    view = Layers(page)
    canvas = "[...document.querySelectorAll('.model-canvas canvas')].find(one => one.getContext('webgl2'))"
    view.frame.evaluate(
        f"window.lost = {canvas}.getContext('webgl2').getExtension('WEBGL_lose_context'); lost.loseContext()"
    )
    view.frame.wait_for_function(f"() => {MODEL}.drawing === '2d'")
    view.pane.get_by_text("The 2D view is shown").wait_for()
    page.mouse.click(*view.place(UP))
    assert view.chosen() == UP
    view.frame.evaluate("lost.restoreContext()")
    view.frame.wait_for_function(f"() => {MODEL}.drawing === '3d'")
    view.rest()
    assert far(view.color(UP), [128.0, 128.0, 128.0]) > 30, "faces are on the new GPU too"


def test_a_search_unfolds_the_block_and_flies_there(tmp_path: Path, open_tab: OpenTab) -> None:
    command = [sys.executable, str(ROOT / "simulator.py"), "--logdir", str(tmp_path / "deep")]
    subprocess.run([*command, "--layers", "30", "--snapshots", "6", "--steps", "60"], check=True, capture_output=True)
    with tensorboard(tmp_path) as address:
        page, complaints = open_tab(address)
        view = Layers(page, run="deep")
        wanted = "transformer.h.20.attn.c_attn"
        folded = f"layer => {MODEL}.place(layer) === null"
        assert view.frame.evaluate(folded, view.paths.index(wanted)), "block 20 of 30 is folded at first"
        assert "23 blocks folded" in view.pane.locator(".title").inner_text()
        view.frame.get_by_placeholder("Find a layer").fill("h.20.attn.c_attn")
        page.keyboard.press("Enter")
        view.frame.wait_for_function(f"layer => {MODEL}.place(layer) !== null", arg=view.paths.index(wanted))
        view.rest()
        assert view.chosen() == wanted
        x, y = view.place(wanted)
        box = view.frame.locator(".model-canvas").bounding_box()
        assert box is not None
        assert abs(x - box["x"] - box["width"] / 2) < box["width"] / 8, "in the middle of the canvas"
        assert abs(y - box["y"] - box["height"] / 2) < box["height"] / 6
        # From its folded plate another block is opened with a click.
        view.pane.get_by_label("Fit the whole model (0)").click()
        view.rest()
        at = view.frame.evaluate(
            f"""() => {{
              const at = {MODEL}.placeOfBlock(8);
              const box = document.querySelector('.model-canvas').getBoundingClientRect();
              return [(at.left + at.right) / 2 + box.left, at.top * 0.8 + at.bottom * 0.2 + box.top];
            }}"""
        )
        own = page.locator("iframe[src*='paramviz']").bounding_box()
        assert own is not None
        page.mouse.click(at[0] + own["x"], at[1] + own["y"])
        eighth = view.paths.index("transformer.h.8.attn.c_attn")
        view.frame.wait_for_function(f"layer => {MODEL}.place(layer) !== null", arg=eighth)
        assert complaints == []


def test_a_run_without_a_model_record_says_what_to_add(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, link="#timeseries")

    def without_layers(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, body=json.dumps(reply.json() | {"layers": []}))

    page.route("**/paramviz/model?*", without_layers)
    page.get_by_role("tab", name="Param Viz").click()
    view = Layers(page, drawn=False)
    view.pane.get_by_text("This run has no record of its model").wait_for()
    assert "viz = watch(model, writer, optimizer=optimizer)" in view.pane.inner_text()
    view.pane.get_by_role("button", name="Copy").wait_for()
    assert complaints == []
