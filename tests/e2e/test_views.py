"""Three views of one run: switching keeps step, selection and camera; a link brings a view back; a run with statistics
only has its time axis; everyone can use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Complaints
from event_files import RunWriter, model_record, snapshot_at
from page import Tab
from playwright.sync_api import Frame, Page
from serving import tensorboard
from tensorboard.compat.proto.event_pb2 import Event
from test_accessibility import COVERED, SIDEWAYS, TOO_SMALL, axe, serious

from simulated.event_file import EventFile
from simulated.model import Settings
from simulated.simulation import simulate
from tensorboard_plugin_paramviz.record import encode_model, encode_snapshot

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("views")
__all__ = ["axe"]

BLOCKS, SNAPSHOTS = 4, 40
#: Which view can be seen, and that no other can.
VIEW = """() => {
  const [seen, ...more] = [...document.querySelectorAll('.pane')]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }));
  const chosen = document.querySelector('.view-switch input:checked')?.value;
  return more.length === 0 && seen?.dataset.view === chosen ? chosen : null;
}"""


def write_simulated(directory: Path) -> None:
    directory.mkdir(parents=True)
    file = EventFile(directory, 0, 1.0)
    settings = Settings(steps=400, snapshots=SNAPSHOTS, layers=BLOCKS, rows=40, dims=16, seed=1)
    for step, summary in simulate(settings, "convergence"):
        file.add(1.0 + step, step, summary)
    file.close()


def write_statistics_only(directory: Path) -> None:
    """As level "light" does: neither rows nor a word of embeddings in the model record."""
    writer = RunWriter(directory)
    record = replace(model_record(), embeddings=(), schedule={"level": "light"})
    writer.append(Event(wall_time=1000.0, step=0, summary=encode_model(record)).SerializeToString())
    for step in range(0, 100, 10):
        summary = encode_snapshot(replace(snapshot_at(step), embeddings={}))
        writer.append(Event(wall_time=1000.0 + step, step=step, summary=summary).SerializeToString())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("runs")
    write_simulated(logdir / "gpt")
    write_statistics_only(logdir / "light")
    with tensorboard(logdir) as address:
        yield address


def opened(open_tab: OpenTab, address: str, link: str = "", **options: object) -> tuple[Page, Tab, Complaints]:
    page, complaints = open_tab(address, link=f"#paramviz&p.paramviz.run={link or 'gpt'}", **options)
    tab = Tab(page)
    wait_for_axis(tab)
    tab.frame.wait_for_function("() => document.hasFocus()")
    return page, tab, complaints


def wait_for_axis(tab: Tab) -> None:
    tab.frame.wait_for_function(
        "() => +document.querySelector('[role=slider][aria-label=Step]')?.ariaValueMax > 0", timeout=60_000
    )


def wait_for_view(tab: Tab, view: str) -> None:
    tab.frame.wait_for_function(f"(view) => ({VIEW})() === view", arg=view)


def wait_for_step(frame: Frame, step: int) -> None:
    frame.wait_for_function(
        "step => document.querySelector('[role=slider][aria-label=Step]').ariaValueNow === String(step)", arg=step
    )


def test_switching_keeps_step_selection_and_camera_and_draws_nothing_that_is_hidden(
    address: str, open_tab: OpenTab
) -> None:
    page, tab, complaints = opened(open_tab, address)
    tab.wait_for_cloud()
    tab.rest()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    tab.click(3)
    page.keyboard.press("+")
    tab.frame.get_by_text("Nearest neighbours").wait_for()
    tab.rest()
    step, title = tab.step(), tab.frame.locator(".inspector h2").first.text_content()
    places = [tab.place(row) for row in range(40)]
    drawn = tab.pictures_drawn()
    for key, view in (("2", "layers"), ("3", "heat")):
        page.keyboard.press(key)
        wait_for_view(tab, view)
        assert tab.step() == step
        page.keyboard.press("ArrowRight")
        tab.frame.wait_for_function(
            "step => +document.querySelector('[role=slider][aria-label=Step]').ariaValueNow > step", arg=step
        )
        page.keyboard.press("ArrowLeft")
        wait_for_step(tab.frame, step)
    assert tab.pictures_drawn() == drawn, "the cloud was drawn where nobody sees it"
    page.keyboard.press("1")
    wait_for_view(tab, "embeddings")
    tab.rest()
    assert (tab.step(), tab.frame.locator(".inspector h2").first.text_content()) == (step, title)
    for row, before in enumerate(places):
        assert tab.place(row) == pytest.approx(before, abs=0.5)
    assert complaints == []


def test_the_focus_goes_along_with_the_view_and_stays_on_the_switch(address: str, open_tab: OpenTab) -> None:
    page, tab, _ = opened(open_tab, address)
    tab.wait_for_cloud()
    within = "() => document.activeElement.closest('.pane')?.dataset.view ?? document.activeElement.className"
    tab.frame.locator(".cloud").focus()
    for key, view in (("2", "layers"), ("3", "heat"), ("1", "embeddings")):
        page.keyboard.press(key)
        wait_for_view(tab, view)
        assert tab.frame.evaluate(within) == view
        # A view that is seen for the first time is loaded then.
        tab.frame.locator(".pane.on").locator("button, [tabindex='0']").first.wait_for()
        page.keyboard.press("Tab")
        assert tab.frame.evaluate(within) == view, "Tab goes into the view"
        # Not into a menu, which keeps the figures for itself.
        tab.frame.locator(".pane.on").focus()
    tab.frame.get_by_role("radio", name="Embeddings").focus()
    page.keyboard.press("ArrowRight")
    wait_for_view(tab, "layers")
    assert tab.frame.evaluate("() => document.activeElement.value") == "layers"


def test_a_link_restores_view_statistic_layer_and_filters_in_another_tab_and_in_the_same(
    address: str, open_tab: OpenTab
) -> None:
    page, tab, complaints = opened(open_tab, address, dark=True)
    frame = tab.frame
    start = tab.link()
    page.keyboard.press("3")
    wait_for_view(tab, "heat")
    frame.get_by_label("Colour by").select_option("update_ratio")
    page.keyboard.press("/")
    page.keyboard.type("mlp_down")
    frame.get_by_text(f"{BLOCKS} layers", exact=True).wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    frame.get_by_label("Norms").uncheck()
    frame.get_by_label("First block shown").focus()
    page.keyboard.press("ArrowRight")
    frame.get_by_text(f"Blocks 1 \u2013 {BLOCKS - 1}", exact=True).wait_for()
    assert frame.get_by_label("Attention").evaluate("(one) => one.indeterminate"), "partly shown"
    link = tab.link()

    def seen(of: Frame) -> object:
        return of.evaluate(
            """() => ({
              view: document.querySelector('.view-switch input:checked').value,
              stat: [...document.querySelectorAll('.left-panel select')].map((one) => one.value),
              kinds: [...document.querySelectorAll('.left-panel [type=checkbox]')].map((one) => one.checked),
              blocks: document.querySelector('.range-head b').textContent,
              heading: document.querySelector('.pane.on h1').textContent,
            })"""
        )

    expected = seen(frame)
    assert "p.paramviz.layer=" in link
    other, more = open_tab(address, link=f"#{link}", dark=True)
    second = Tab(other)
    wait_for_axis(second)
    wait_for_view(second, "heat")
    assert seen(second.frame) == expected
    assert second.link() == link
    # The same tab is given the link of the start, and then the other one again.
    page.evaluate("hash => { location.hash = hash; }", start)
    wait_for_view(tab, "embeddings")
    page.evaluate("hash => { location.hash = hash; }", link)
    wait_for_view(tab, "heat")
    assert seen(frame) == expected
    assert complaints + more == []


def test_a_run_with_statistics_only_has_its_time_axis_and_says_why_there_is_no_cloud(
    address: str, open_tab: OpenTab
) -> None:
    page, tab, complaints = opened(open_tab, address, "light")
    frame = tab.frame
    assert (tab.step(), tab.last_step()) == (90, 90)
    frame.get_by_role("heading", name="No embedding was recorded in this run").wait_for()
    tab.seek(42)
    wait_for_step(frame, 40)
    page.keyboard.press("ArrowLeft")
    wait_for_step(frame, 30)
    page.keyboard.press(" ")
    frame.wait_for_function("() => +document.querySelector('[role=slider][aria-label=Step]').ariaValueNow > 30")
    page.keyboard.press(" ")
    frame.get_by_role("button", name="See the heat map").click()
    wait_for_view(tab, "heat")
    frame.get_by_role("heading", name="Gradient norm").wait_for()
    tab.seek(70)
    wait_for_step(frame, 70)
    again, _ = open_tab(address, link=f"#{tab.link()}")
    second = Tab(again)
    wait_for_axis(second)
    wait_for_step(second.frame, 70)
    wait_for_view(second, "heat")
    assert complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (820, 1180), (390, 844)], ids=["wide", "tablet", "phone"])
def test_everyone_can_use_the_views_of_layers(
    address: str, open_tab: OpenTab, axe: str, dark: bool, width: int, height: int
) -> None:
    phone = width < 768
    page, tab, complaints = opened(open_tab, address, dark=dark, width=width, height=height, has_touch=phone)
    for key, view in (("2", "layers"), ("3", "heat")):
        page.keyboard.press(key)
        wait_for_view(tab, view)
        said = tab.frame.locator(f"[data-what={view}]")
        tab.frame.wait_for_function("(one) => /step \\d/.test(one.textContent)", arg=said.element_handle())
        assert serious(tab.frame, axe) == [], view
        assert tab.frame.evaluate(SIDEWAYS) <= 0
        assert tab.frame.evaluate(COVERED) == []
        if not phone:
            continue
        assert tab.frame.evaluate(TOO_SMALL) == [], view
        tab.frame.get_by_label("What is shown").first.click()
        tab.frame.locator(".drawer").wait_for()
        assert serious(tab.frame, axe) == [], f"drawer in {view}"
        assert tab.frame.evaluate(TOO_SMALL) == [], f"drawer in {view}"
        tab.frame.locator(".drawer").get_by_label("Close").click()
    assert complaints == []
