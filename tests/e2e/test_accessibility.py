"""For everyone: axe-core finds nothing serious, keys do what their sheet says,
small screens hold everything, and motion is left out where it is unwanted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Complaints
from page import Tab
from pages import beside
from playwright.sync_api import Frame, Page
from serving import ROOT, tensorboard
from small_run import ROWS, opened

OpenTab = Callable[..., tuple[Page, Complaints]]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = pytest.mark.xdist_group("accessibility")

SERIOUS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, ...nodes.map(({ target, any }) => `${target.join(' ')}: ${any[0]?.message ?? ''}`)]);
}"""
#: Controls a finger must hit: their box, or that of the label they stand in, or what they draw beyond it.
#: But for phases: each is as wide as it lasts, and the axis that they lie on takes the cursor anywhere.
TOO_SMALL = """() => [...document.querySelectorAll('button, input, select, summary')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('.table-button, .skip, .phase'))
  .map((one) => one.closest('label') ?? one)
  .map((one) => {
    const box = one.getBoundingClientRect();
    const more = getComputedStyle(one, '::before');
    const height = Math.max(box.height, more.content === 'none' ? 0 : parseFloat(more.height) || 0);
    const name = one.ariaLabel || one.textContent.trim().slice(0, 30);
    return [name, Math.round(box.width), Math.round(height), one.className];
  })
  .filter(([, width, height]) => height > 2 && (height < 43.5 || width < 43.5))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: Controls that reach beyond the window or lie under each other, each with what covers it.
COVERED = """() => [...document.querySelectorAll('button, input, select')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('.table-button, .skip'))
  .flatMap((one) => {
    const box = (one.closest('label') ?? one).getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (box.width < 3 || one.closest('.left-panel, .inspector, .sheet, .drawer')) return [];
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return [`${one.ariaLabel}: outside`];
    const top = document.elementFromPoint(x, y);
    const mine = top && (one.contains(top) || top.contains(one) || (one.closest('label')?.contains(top) ?? false));
    return mine ? [] : [`${one.ariaLabel || one.textContent}: under ${top?.className}`];
  })"""


@pytest.fixture
def address(small_run: str) -> str:
    return small_run


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        subprocess.run([sys.executable, str(ROOT / "_backend.py"), "tsc", "--version"], check=True)
    return AXE.read_text()


def serious(frame: Frame, axe: str) -> list[list[str]]:
    frame.evaluate(f"{axe};0")
    # What is just fading in has neither its colours nor its place.
    frame.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")
    found: list[list[str]] = frame.evaluate(SERIOUS)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(address: str, open_tab: OpenTab, axe: str, dark: bool) -> None:
    page, tab, _ = opened(open_tab, address, dark=dark)
    press = page.keyboard.press
    assert serious(tab.frame, axe) == [], "first view"
    for key, name in ((",", "Settings"), ("?", "Keys"), ("t", "Table of what is shown")):
        press(key)
        tab.frame.get_by_role("dialog", name=name).wait_for()
        assert serious(tab.frame, axe) == [], name
        press("Escape")
        tab.frame.get_by_role("dialog", name=name).wait_for(state="hidden")
    tab.click(3)
    tab.frame.get_by_text("Nearest neighbours").wait_for()
    tab.rest()
    assert serious(tab.frame, axe) == [], "inspector open"
    press("m")
    tab.rest()
    for by in ("norm", "cluster"):
        tab.frame.get_by_label("Colour by").select_option(by)
        tab.rest()
        assert serious(tab.frame, axe) == [], f"2D, coloured by {by}"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_on_a_phone(address: str, open_tab: OpenTab, axe: str, dark: bool) -> None:
    page, tab, _ = opened(open_tab, address, width=390, height=844, dark=dark, has_touch=True)
    assert serious(tab.frame, axe) == [], "phone"
    tab.frame.get_by_label("What is shown").first.click()
    tab.frame.locator(".drawer").wait_for()
    assert serious(tab.frame, axe) == [], "drawer"
    tab.frame.locator(".drawer").get_by_label("Close").click()
    tab.rest()
    page.touchscreen.tap(*tab.place(3))
    tab.frame.locator(".sheet .chip").first.wait_for()
    assert serious(tab.frame, axe) == [], "low sheet"
    tab.frame.get_by_label("Show more").click()
    assert serious(tab.frame, axe) == [], "high sheet"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_where_there_is_no_run(
    tmp_path: Path, open_tab: OpenTab, axe: str, dark: bool
) -> None:
    with tensorboard(tmp_path) as address:
        page, _ = open_tab(address, dark=dark)
        tab = Tab(page)
        tab.frame.get_by_text("No run here has Param Viz records").wait_for()
        assert serious(tab.frame, axe) == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180), (1024, 640), (1280, 720)])
def test_nothing_is_covered_or_runs_out_of_the_window(address: str, open_tab: OpenTab, width: int, height: int) -> None:
    page, tab, complaints = opened(open_tab, address, width=width, height=height)
    assert tab.frame.evaluate(SIDEWAYS) <= 0
    assert tab.frame.evaluate(COVERED) == []
    page.keyboard.press(",")
    tab.frame.get_by_role("dialog", name="Settings").wait_for()
    box = tab.frame.locator(".settings").evaluate("(one) => one.getBoundingClientRect().toJSON()")
    inner = tab.frame.evaluate("() => [innerWidth, innerHeight]")
    assert min(box["left"], box["top"]) >= 0
    assert box["right"] <= inner[0]
    assert box["bottom"] <= inner[1]
    assert complaints == []


def test_on_a_phone_everything_is_large_enough_for_a_finger(address: str, open_tab: OpenTab) -> None:
    _, tab, _ = opened(open_tab, address, width=390, height=844, has_touch=True)
    assert tab.frame.evaluate(TOO_SMALL) == []
    tab.frame.get_by_label("What is shown").first.click()
    tab.frame.locator(".drawer").wait_for()
    assert tab.frame.evaluate(TOO_SMALL) == [], "drawer"
    tab.frame.locator(".drawer").get_by_label("Settings (,)").click()
    assert tab.frame.evaluate(TOO_SMALL) == [], "settings"


def test_another_size_of_the_window_loses_nothing(address: str, open_tab: OpenTab) -> None:
    page, tab, complaints = opened(open_tab, address, width=1400, height=900)
    page.keyboard.press("m")
    tab.go_to(12)
    tab.click(3)
    tab.frame.get_by_text("Nearest neighbours").wait_for()
    tab.rest()
    before = [tab.place(row) for row in range(ROWS)]
    for width, height in ((390, 844), (820, 1180), (1024, 640), (1400, 900)):
        page.set_viewport_size({"width": width, "height": height})
        tab.rest()
        assert tab.step() == 12
        assert tab.frame.evaluate(SIDEWAYS) <= 0
        assert tab.frame.get_by_role("heading", name="Token “d”").is_visible()
    after = [tab.place(row) for row in range(ROWS)]
    assert after == [pytest.approx(place, abs=1) for place in before]
    assert complaints == []


def test_keys_open_what_they_say_and_escape_closes_the_nearest_first(address: str, open_tab: OpenTab) -> None:
    page, tab, complaints = opened(open_tab, address)
    press = page.keyboard.press
    tab.click(3)
    tab.frame.get_by_text("Nearest neighbours").wait_for()
    page.mouse.move(5, 400)  # what lies under the pointer is told of as well
    press("o")
    press(",")
    settings = tab.frame.get_by_role("dialog", name="Settings")
    settings.wait_for()
    assert settings.evaluate("(one) => one.contains(document.activeElement)"), "the focus goes into the window"
    press("Escape")
    settings.wait_for(state="hidden")
    assert tab.frame.get_by_role("heading", name="Token “d”").is_visible(), "what lies under it stays"
    press("Escape")  # the loop
    press("Escape")
    tab.frame.get_by_role("heading", name="Token “d”").wait_for(state="hidden")
    press("t")
    table = tab.frame.get_by_role("dialog", name="Table of what is shown")
    table.wait_for()
    press("ArrowRight")
    press("Escape")
    table.wait_for(state="hidden")
    assert complaints == []


def test_the_view_is_two_keys_away_and_a_row_of_buttons_is_one_stop(address: str, open_tab: OpenTab) -> None:
    page, tab, complaints = opened(open_tab, address)
    focus = "() => document.activeElement.ariaLabel || document.activeElement.textContent"
    tab.frame.locator(".skip").focus()
    assert tab.frame.evaluate("() => document.querySelector('.page button, .page [tabindex]').className") == "skip"
    page.keyboard.press("Enter")
    assert str(tab.frame.evaluate(focus)).startswith("Embedding cloud")
    step = tab.step()
    page.keyboard.press("Tab")
    first = tab.frame.evaluate(focus)
    page.keyboard.press("ArrowRight")
    assert tab.frame.evaluate(focus) != first
    assert tab.frame.locator(".tools button[tabindex='0']").count() == 1
    page.keyboard.press("ArrowLeft")
    assert tab.frame.evaluate(focus) == first
    page.keyboard.press("Tab")
    assert tab.frame.evaluate("() => document.activeElement.closest('.tools') === null")
    assert tab.step() == step
    # Who clicks a button means the time with the arrow that follows.
    tab.frame.get_by_label("Fit all points (0)").click()
    page.keyboard.press("ArrowLeft")
    tab.frame.wait_for_function(
        "step => document.querySelector('[role=slider][aria-label=Step]').ariaValueNow !== String(step)", arg=step
    )
    assert complaints == []


def test_keys_in_tooltips_stand_on_the_sheet(address: str, open_tab: OpenTab) -> None:
    page, tab, _ = opened(open_tab, address)
    named = tab.frame.evaluate(
        """() => [...document.querySelectorAll('[title]')]
          .map((one) => / \\(([^()]{1,12})\\)$/.exec(one.title)?.[1]).filter((key) => key)"""
    )
    assert len(named) > 6
    page.keyboard.press("?")
    sheet = tab.frame.get_by_role("dialog", name="Keys")
    sheet.wait_for()
    told = sheet.locator("kbd").all_inner_texts()
    assert set(named) <= set(told)


def test_full_screen_by_key_and_a_word_where_it_is_refused(address: str, open_tab: OpenTab) -> None:
    page, tab, _ = opened(open_tab, address)
    page.keyboard.press("w")
    tab.frame.wait_for_function("() => document.fullscreenElement !== null")
    tab.frame.get_by_label("Leave full screen (W)").click()
    tab.frame.wait_for_function("() => document.fullscreenElement === null")
    refuse = "() => { document.documentElement.requestFullscreen = () => Promise.reject(new TypeError('no')); }"
    tab.frame.evaluate(refuse)
    tab.frame.get_by_label("Full screen (W)").click()
    tab.frame.get_by_text("does not allow full screen here").wait_for()
    tab.frame.get_by_label("Dismiss").click()
    tab.frame.get_by_text("does not allow full screen here").wait_for(state="hidden")


def test_the_settings_take_effect_at_once_are_remembered_and_go_back_together(address: str, open_tab: OpenTab) -> None:
    page, tab, complaints = opened(open_tab, address)
    page.keyboard.press(",")
    settings = tab.frame.get_by_role("dialog", name="Settings")
    reset = settings.get_by_role("button", name="Reset")
    assert reset.is_disabled()
    tab.rest()
    before = [tab.place(row) for row in range(10)]
    settings.get_by_text("2D", exact=True).click()
    settings.get_by_label("Point size").and_(settings.locator("select")).select_option("2")
    settings.get_by_label("Pace").and_(settings.locator("select")).select_option("log")
    settings.get_by_text("Less", exact=True).click()
    tab.rest()
    assert [tab.place(row) for row in range(10)] != before
    assert tab.frame.locator(".page.still").count() == 1
    page = beside(page)
    page.goto(f"{address}/#paramviz")
    again = Tab(page)
    again.wait_for_cloud()
    page.keyboard.press(",")
    settings = again.frame.get_by_role("dialog", name="Settings")
    settings.wait_for()
    assert settings.get_by_label("2D").is_checked()
    assert settings.get_by_label("Point size").and_(settings.locator("select")).input_value() == "2"
    assert settings.get_by_label("Pace").and_(settings.locator("select")).input_value() == "log"
    assert settings.get_by_label("Less").is_checked()
    settings.get_by_role("button", name="Reset").click()
    assert settings.get_by_label("3D").is_checked()
    assert settings.get_by_label("Point size").and_(settings.locator("select")).input_value() == "1"
    assert again.frame.locator(".page.still").count() == 0
    again.rest()
    assert [again.place(row) for row in range(10)] == [pytest.approx(place, abs=1) for place in before]
    assert page.evaluate("localStorage.getItem('paramviz.settings')") == "{}"
    assert complaints == []


def test_with_less_motion_playing_and_camera_jump(address: str, open_tab: OpenTab) -> None:
    _, tab, _ = opened(open_tab, address, reduced_motion="reduce")
    shown = []
    for step in range(8):
        tab.go_to(step)
    for step in range(8):
        tab.go_to(step)
        shown.append(tab.frame.evaluate("JSON.stringify(document.querySelector('.cloud').scene.place(3))"))
    tab.go_to(0)
    watch = """async ([act, done]) => {
      const { scene } = document.querySelector('.cloud');
      const press = (name) => document.querySelector(`[aria-label="${name} (Space)"]`).click();
      const step = () => Number(document.querySelector('[role=slider][aria-label=Step]').ariaValueNow);
      const seen = new Set();
      const began = performance.now();
      eval(act);
      while (!eval(done)) {
        seen.add(JSON.stringify(scene.place(3)));
        await new Promise(requestAnimationFrame);
      }
      return [...seen];
    }"""
    played = tab.frame.evaluate(watch, ["press('Play')", "step() >= 3 && (press('Pause'), true)"])
    tab.rest()
    assert tab.step() < 8
    assert len(played) >= 2
    assert set(played) <= set(shown), "only places of snapshots are seen, none between"
    tab.frame.evaluate("document.querySelector('.cloud').scene.focus([3])")
    tab.rest()
    moved = tab.frame.evaluate(watch, ["scene.fit()", "performance.now() > began + 500"])
    assert len(moved) == 1, "the camera is there at once"
