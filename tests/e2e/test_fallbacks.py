"""What isn't there is done without: WebGL, motion, events, a mouse; and what failed is asked for again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import ARGUMENTS, find_browser
from conftest import Complaints
from event_files import RunWriter, model_event, start_event, write_run
from page import Tab
from playwright.sync_api import Browser, Page, Route
from serving import tensorboard
from underway import WATCH

OpenTab = Callable[..., tuple[Page, Complaints]]
ROWS, DIMS = 40, 8
pytestmark = pytest.mark.xdist_group("fallbacks")

#: Whether the 2D drawing shows something at a place: a pixel there that isn't transparent.
PLANE_IS_DRAWN = """([x, y]) => [...document.querySelectorAll('.cloud canvas')].some((canvas) => {
  const style = getComputedStyle(canvas);
  if (style.zIndex !== '1' || style.visibility === 'hidden' || style.opacity === '0') return false;
  const context = canvas.getContext('2d');
  const ratio = canvas.width / canvas.clientWidth;
  return context && context.getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data[3] > 0;
})"""
SOLID_IS_SHOWN = """() => [...document.querySelectorAll('.cloud canvas')].some((canvas) => {
  const style = getComputedStyle(canvas);
  return canvas.getContext('webgl2') && style.visibility !== 'hidden' && style.opacity === '1';
})"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, RunWriter]]:
    """A TensorBoard over one run, and the writer of that run."""
    logdir = tmp_path_factory.mktemp("runs")
    writer = write_run(logdir / "a", range(30), ROWS, DIMS)
    with tensorboard(logdir) as address:
        yield address, writer


@pytest.fixture
def browser_without_3d(browser: Browser) -> Iterator[Browser]:
    arguments = [*(flag for flag in ARGUMENTS if "swiftshader" not in flag), "--disable-3d-apis"]
    chromium = browser.browser_type.launch(executable_path=find_browser(), args=arguments)
    yield chromium
    chromium.close()


def in_frame(tab: Tab, row: int) -> list[float]:
    """Where a row is drawn, in CSS pixels of the canvas."""
    at = tab.frame.evaluate("row => document.querySelector('.cloud').scene.place(row)", row)
    return [at["x"], at["y"]]


def test_without_webgl_the_2d_view_is_shown_and_works(
    served: tuple[str, RunWriter], browser_without_3d: Browser
) -> None:
    page = browser_without_3d.new_page()
    page.add_init_script(WATCH)
    page.goto(f"{served[0]}/#paramviz")
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.frame.get_by_text("3D is not available in this browser. The 2D view is shown.").wait_for()
    tab.rest()
    assert tab.frame.evaluate(PLANE_IS_DRAWN, in_frame(tab, 3))
    tab.frame.locator("[data-what=picture]", has_text="in 2D.").wait_for(state="attached")
    page.mouse.move(*tab.place(3))
    tab.frame.locator(".hover-card").wait_for()
    tab.frame.get_by_label("Dismiss").click()
    assert tab.frame.get_by_text("3D is not available").count() == 0


def test_a_lost_context_is_said_drawn_in_2d_and_comes_back(served: tuple[str, RunWriter], open_tab: OpenTab) -> None:
    page, _ = open_tab(served[0])
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.rest()
    before = in_frame(tab, 3)
    lost = tab.frame.evaluate(
        """() => {
          for (const canvas of document.querySelectorAll('.cloud canvas')) {
            window.losing ??= canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context');
          }
          window.losing?.loseContext();
          return !!window.losing;
        }"""
    )
    assert lost, "the cloud was drawn with WebGL"
    said = tab.frame.get_by_text("The graphics driver stopped. The 2D view is shown until it is back.")
    said.wait_for()
    tab.rest()
    assert in_frame(tab, 3) != before
    assert tab.frame.evaluate(PLANE_IS_DRAWN, in_frame(tab, 3))
    tab.frame.evaluate("window.losing.restoreContext()")
    said.wait_for(state="hidden")
    tab.rest()
    assert in_frame(tab, 3) == pytest.approx(before, abs=1)
    tab.frame.wait_for_function(SOLID_IS_SHOWN)


def test_with_reduced_motion_a_step_is_a_jump(served: tuple[str, RunWriter], open_tab: OpenTab) -> None:
    page, _ = open_tab(served[0], reduced_motion="reduce")
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.go_to(10)
    places = tab.frame.evaluate(
        """async () => {
          const { scene } = document.querySelector('.cloud');
          const seen = new Set();
          const look = () => seen.add(JSON.stringify(scene.place(3)));
          look();
          document.querySelector('[aria-label^="Step forward"]').click();
          // Until it is there, and a while longer.
          for (let later = 0; later < 20; look()) {
            await new Promise(requestAnimationFrame);
            if (seen.size > 1) later += 1;
          }
          return [...seen];
        }"""
    )
    assert len(places) == 2, "one place before, one after, none between"
    assert tab.step() == 11


@pytest.mark.parametrize("how", ["refused", "held back"])
def test_without_events_new_snapshots_come_by_polling(
    served: tuple[str, RunWriter], open_tab: OpenTab, how: str
) -> None:
    address, writer = served
    page, _ = open_tab("about:blank")
    page.add_init_script("delete window.SharedWorker")  # whose requests can't be got hold of here
    asked: list[str] = []

    def block(route: Route) -> None:
        asked.append(route.request.url)
        if how == "refused":
            route.abort()

    page.route("**/paramviz/events", block)
    page.goto(f"{address}/#paramviz")
    tab = Tab(page)
    tab.wait_for_cloud()
    with page.expect_request(lambda request: "/updates?" in request.url):
        pass
    step = tab.last_step() + 1
    writer.snapshots(step, rows=ROWS, dims=DIMS)
    tab.wait_for_step(step)
    assert len(asked) == 1, "events are not asked for again while polling works"
    assert tab.frame.get_by_text("does not answer").count() == 0


def test_snapshots_that_could_not_be_had_are_said_and_asked_for_again(
    served: tuple[str, RunWriter], open_tab: OpenTab
) -> None:
    page, _ = open_tab("about:blank")
    page.route("**/paramviz/positions?*", lambda route: route.fulfill(status=503, body="The disk is busy."))
    page.goto(f"{served[0]}/#paramviz")
    tab = Tab(page)
    said = tab.frame.get_by_text("The disk is busy.")
    said.wait_for()
    page.unroute("**/paramviz/positions?*")
    tab.frame.get_by_role("button", name="Try again").click()
    tab.wait_for_cloud()
    said.wait_for(state="hidden")


def test_a_run_that_starts_over_or_vanishes_leaves_nothing_of_itself(tmp_path: Path, open_tab: OpenTab) -> None:
    write_run(tmp_path / "a", range(10), ROWS, DIMS)
    with tensorboard(tmp_path, "--reload_interval", "1") as address:
        page, complaints = open_tab(address)
        tab = Tab(page)
        tab.wait_for_cloud()
        tab.click(3)
        tab.frame.get_by_text("Nearest neighbours").wait_for()

        again = RunWriter(tmp_path / "a", "events.out.tfevents.2000.host.1.0")
        again.append(start_event(0), model_event(5, DIMS, "second"))
        tab.frame.get_by_text("Recording started").wait_for()
        assert tab.frame.get_by_text("Nearest neighbours").count() == 0
        again.snapshots(0, 1, 2, rows=5, dims=DIMS)
        tab.wait_for_cloud()
        tab.wait_for_step(2)
        tab.frame.get_by_text("5 of 5 tokens").wait_for()

        shutil.rmtree(tmp_path / "a")
        tab.frame.get_by_text("No run here has Param Viz records").wait_for()
        assert tab.frame.evaluate("document.querySelector('.cloud').scene.place(0)") is None
        assert tab.frame.locator(".step-field input").input_value() == "–"  # noqa: RUF001
        # A question asked in the moment in which the run went is rightly answered with 404, and the browser says so.
        assert [complaint for complaint in complaints if "404" not in complaint] == []


def test_keys_work_at_once_without_a_click(served: tuple[str, RunWriter], open_tab: OpenTab) -> None:
    page, complaints = open_tab(served[0])
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.frame.wait_for_function("() => document.hasFocus()")
    press = page.keyboard.press
    press("Home")
    tab.wait_for_step(0)
    press("ArrowRight")
    tab.wait_for_step(1)
    press("Shift+ArrowRight")
    tab.wait_for_step(11)
    press("ArrowLeft")
    tab.wait_for_step(10)
    press("End")
    tab.wait_for_step(tab.last_step())

    loop = tab.frame.get_by_label("Loop (L)")
    assert loop.get_attribute("aria-pressed") == "false"
    press("l")
    assert loop.get_attribute("aria-pressed") == "true"
    speed = tab.frame.get_by_label("Speed")
    assert speed.input_value() == "1"
    press("]")
    assert speed.input_value() == "2"
    press("[")
    assert speed.input_value() == "1"

    tab.go_to(0)  # typed into the step field, which gives the keys back
    press(" ")
    tab.frame.get_by_label("Pause (Space)").wait_for()
    press(" ")
    tab.frame.get_by_label("Play (Space)").wait_for()

    press("?")
    sheet = tab.frame.get_by_role("dialog", name="Keys")
    sheet.wait_for()
    press("Escape")
    sheet.wait_for(state="hidden")
    press("/")
    page.keyboard.type("c")
    assert tab.frame.get_by_role("searchbox").input_value() == "c"
    press("Enter")
    tab.frame.get_by_text("Nearest neighbours").wait_for()
    press("Escape")

    tab.click(3)  # a click into the cloud leaves the arrows to time
    step = tab.step()
    press("ArrowRight")
    tab.wait_for_step(step + 1)
    assert complaints == []


def test_a_field_of_the_host_in_use_keeps_the_keys(served: tuple[str, RunWriter], open_tab: OpenTab) -> None:
    page, _ = open_tab(served[0], own=True)
    tab = Tab(page)
    tab.wait_for_cloud()
    field = "document.body.appendChild(Object.assign(document.createElement('input'), { id: 'theirs' }))"
    page.evaluate(field)
    height = "() => document.querySelector('#paramviz').clientHeight"
    for in_use, owner in ((True, "INPUT"), (False, "IFRAME")):
        page.evaluate("location.hash = 'scalars'")
        tab.frame.wait_for_function(f"{height} === 0")
        page.evaluate(f"document.querySelector('#theirs').{'focus' if in_use else 'blur'}()")
        page.evaluate("location.hash = 'paramviz'")
        tab.frame.wait_for_function(f"{height} > 0")
        tab.rest()
        assert page.evaluate("document.activeElement.tagName") == owner


@pytest.mark.parametrize("width", [1280, 390])
def test_tab_reaches_every_control_and_shows_where_it_is(
    served: tuple[str, RunWriter], open_tab: OpenTab, width: int
) -> None:
    page, _ = open_tab(served[0], width=width, height=844)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.frame.wait_for_function("() => document.hasFocus()")
    tab.frame.locator(".phase").first.wait_for()  # with the phases come marks and findings
    tab.rest()
    controls = tab.frame.evaluate(
        """() => {
          window.controls = [...document.querySelectorAll('button, input, select, [tabindex="0"]')].filter((one) =>
            !one.disabled && one.checkVisibility() && !(one.type === 'radio' && !one.checked)
            && !one.matches('[tabindex="-1"]'));  // arrows go on from the one that is reached
          return window.controls.length;
        }"""
    )
    assert controls > 10
    unseen = tab.frame.evaluate(
        "() => window.controls.map((one) => one.ariaLabel || one.labels?.[0]?.textContent || one.textContent.trim())"
    )
    assert "" not in unseen, "every control has a name"
    reached = set()
    for _ in range(controls + 4):  # the card of a phase that has the focus has buttons too
        page.keyboard.press("Tab")
        index, outlined = tab.frame.evaluate(
            """() => {
              const at = document.activeElement;
              const drawn = (one) => { const style = getComputedStyle(one);
                return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; };
              const label = at.closest('label');
              const frame = at.matches('.cloud') && at.querySelector('div');
              const shown = drawn(at) || (label && drawn(label))
                || (frame && getComputedStyle(frame).visibility === 'visible');
              return [window.controls.indexOf(at), shown];
            }"""
        )
        if index >= 0:
            reached.add(index)
            assert outlined, f"no outline on {unseen[index]}"
    assert sorted(reached) == list(range(controls)), [name for i, name in enumerate(unseen) if i not in reached]
