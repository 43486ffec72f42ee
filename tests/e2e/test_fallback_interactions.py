"""What can be done to the cloud by hand, in 3D and on the Canvas alike: pointing, choosing, loops, flying, pinching."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from browser import ARGUMENTS, find_browser
from conftest import PASSED, Complaints
from page import Tab
from pages import Pages
from playwright.sync_api import Browser, Page

OpenTab = Callable[..., tuple[Page, Complaints]]
Spot = tuple[float, float]
ROWS, DIMS = 40, 8
VIEWS = ("3d", "2d", "no webgl")
pytestmark = pytest.mark.xdist_group("fallback-interactions")

#: How many pixels in the accent colour stand round a row, between its middle and 22 px from it: its ring.
RING = """(row) => {
  const { scene } = document.querySelector('.cloud');
  const at = scene.place(row);
  const picture = scene.picture(1);
  const { data, width } = picture.getContext('2d').getImageData(0, 0, picture.width, picture.height);
  let found = 0;
  for (let y = Math.round(at.y) - 22; y <= at.y + 22; y += 1) {
    for (let x = Math.round(at.x) - 22; x <= at.x + 22; x += 1) {
      const i = (y * width + x) * 4;
      if (Math.abs(data[i] - 245) < 8 && Math.abs(data[i + 1] - 124) < 8 && data[i + 2] < 8) found += 1;
    }
  }
  return found;
}"""


@pytest.fixture
def served(small_run: str) -> str:
    return small_run


@pytest.fixture(scope="module")
def pages_without_3d(browser: Browser) -> Iterator[Pages]:
    arguments = [*(flag for flag in ARGUMENTS if "swiftshader" not in flag), "--disable-3d-apis"]
    chromium = browser.browser_type.launch(executable_path=find_browser(), args=arguments)
    yield Pages(chromium)
    chromium.close()


@pytest.fixture(params=VIEWS)
def tab(request: pytest.FixtureRequest, served: str, open_tab: OpenTab) -> Iterator[Tab]:
    """The tab at rest: in 3D, in 2D by choice, and in 2D because there is nothing else."""
    if request.param == "no webgl":
        pages: Pages = request.getfixturevalue("pages_without_3d")
        page = pages.open(served, "#paramviz", (1280, 720))
    else:
        page, _ = open_tab(served)
    tab = Tab(page)
    tab.wait_for_cloud()
    if request.param == "2d":
        tab.frame.get_by_label("2D view").click()
    elif request.param == "no webgl":
        tab.frame.get_by_label("Dismiss").click()
    tab.rest()
    yield tab
    if request.param == "no webgl":
        pages.take_back([page], whole=request.node.stash.get(PASSED, False))


def places(tab: Tab) -> list[Spot]:
    return [tab.place(row) for row in range(ROWS)]


def lone(tab: Tab, but: tuple[int, ...] = ()) -> int:
    """The row that is farthest from its nearest neighbour on screen: no other can be meant."""
    at = places(tab)

    def room(row: int) -> float:
        x, y = at[row]
        return min((x - a) ** 2 + (y - b) ** 2 for other, (a, b) in enumerate(at) if other != row)

    return max((row for row in range(ROWS) if row not in but), key=room)


def loop_round(tab: Tab, row: int, reach: float = 60) -> tuple[list[Spot], set[int]]:
    """Corners of a square round a row, and the rows in it; no row lies on its border."""
    at = places(tab)
    x, y = at[row]
    off = [max(abs(a - x), abs(b - y)) for a, b in at]
    while any(abs(far - reach) < 2 for far in off):
        reach += 1
    corners = [(x - reach, y - reach), (x + reach, y - reach), (x + reach, y + reach), (x - reach, y + reach)]
    return corners, {other for other, far in enumerate(off) if far < reach}


def draw(page: Page, corners: list[Spot], *, release: bool = True) -> None:
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=6)
    if release:
        page.mouse.up()


def wait_for_chosen(tab: Tab, count: int) -> None:
    tab.frame.locator(".chosen-head").get_by_text(f"{count} chosen", exact=True).wait_for()


def test_points_are_hovered_clicked_looped_and_ringed(tab: Tab) -> None:
    page, row = tab.page, lone(tab)
    page.mouse.move(*tab.place(row))
    tab.frame.locator(".hover-card").wait_for()
    tab.click(row)
    tab.frame.get_by_text("Nearest neighbours").first.wait_for()

    tab.frame.get_by_label("Draw a loop round points").click()
    other = lone(tab, but=(row,))
    corners, inside = loop_round(tab, other)
    before = tab.place(other)
    unringed = tab.frame.evaluate(RING, other)
    draw(page, corners)
    wait_for_chosen(tab, len(inside))
    assert tab.place(other) == pytest.approx(before, abs=0.5), "drawing a loop turns nothing"
    tab.rest()
    assert tab.frame.evaluate(RING, other) > unringed + 20

    page.keyboard.down("Shift")
    draw(page, loop_round(tab, row, 20)[0])
    page.keyboard.up("Shift")
    both = inside | loop_round(tab, row, 20)[1]
    wait_for_chosen(tab, len(both))
    page.keyboard.down("Alt")
    draw(page, corners)
    page.keyboard.up("Alt")
    if both - inside:
        wait_for_chosen(tab, len(both - inside))
    else:
        tab.frame.locator(".chosen-head").wait_for(state="hidden")


def test_escape_gives_up_a_loop_and_keeps_what_was_chosen(tab: Tab) -> None:
    page, row = tab.page, lone(tab)
    tab.frame.get_by_label("Draw a loop round points").click()
    corners, inside = loop_round(tab, row)
    draw(page, corners)
    wait_for_chosen(tab, len(inside))
    draw(page, loop_round(tab, lone(tab, but=tuple(inside)), 90)[0], release=False)
    page.keyboard.press("Escape")
    page.mouse.up()
    tab.rest()
    wait_for_chosen(tab, len(inside))


def test_shift_click_and_the_keyboard_extend_the_choice(tab: Tab) -> None:
    page, row = tab.page, lone(tab)
    other = lone(tab, but=(row,))
    tab.click(row)
    page.keyboard.down("Shift")
    tab.click(other)
    page.keyboard.up("Shift")
    wait_for_chosen(tab, 2)
    tab.frame.locator(".cloud").evaluate("(cloud) => cloud.blur()")
    for _ in range(120):
        page.keyboard.press("Tab")
        if tab.frame.evaluate("document.activeElement.matches('.cloud')"):
            break
    page.keyboard.press("Space")  # leaves: it was the last one that joined
    wait_for_chosen(tab, 1)
    page.keyboard.press("Space")
    wait_for_chosen(tab, 2)
    assert tab.frame.get_by_label("Play (Space)").count() == 1, "Space here doesn't play"


def test_a_double_click_flies_to_a_point_and_one_on_empty_ground_back(tab: Tab) -> None:
    page, row = tab.page, lone(tab)
    before = places(tab)
    page.mouse.dblclick(*before[row])
    tab.rest()
    x, y = tab.place(row)
    box = tab.frame.locator(".cloud").bounding_box()
    assert box is not None
    assert x == pytest.approx(box["x"] + box["width"] / 2, abs=3)
    assert y == pytest.approx(box["y"] + (60 + box["height"] - 44) / 2, abs=3)
    page.mouse.dblclick(box["x"] + 12, box["y"] + box["height"] / 2)
    tab.rest()
    assert tab.place(row) == pytest.approx(before[row], abs=1)
    page.mouse.click(*before[row])
    tab.frame.locator(".cloud").focus()
    page.keyboard.press("f")
    tab.rest()
    assert tab.place(row) == pytest.approx((x, y), abs=3)
    page.keyboard.press("0")
    tab.rest()
    assert tab.place(row) == pytest.approx(before[row], abs=1)


def test_the_wheel_holds_the_place_under_the_pointer(tab: Tab) -> None:
    page, row = tab.page, lone(tab)
    other = lone(tab, but=(row,))
    before, away = tab.place(row), tab.place(other)
    page.mouse.move(*before)
    page.mouse.wheel(0, -240)
    tab.rest()
    # In 3D the plane of the target is held, and the row may lie before or behind it.
    assert tab.place(row) == pytest.approx(before, abs=25)
    after = tab.place(other)
    assert abs(after[0] - before[0]) + abs(after[1] - before[1]) > abs(away[0] - before[0]) + abs(away[1] - before[1])


def test_a_lost_context_keeps_what_was_selected_and_chosen(served: str, open_tab: OpenTab) -> None:
    page, _ = open_tab(served)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.rest()
    row = lone(tab)
    other = lone(tab, but=(row,))
    tab.click(other)
    page.keyboard.down("Control")
    tab.click(row)
    tab.click(other)
    tab.click(other)
    page.keyboard.up("Control")
    wait_for_chosen(tab, 2)
    page.mouse.move(5, 300)
    tab.rest()
    ringed = tab.frame.evaluate(RING, row)
    assert ringed > 10
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
    said = tab.frame.get_by_text("The graphics driver stopped.")
    said.wait_for()
    tab.rest()
    wait_for_chosen(tab, 2)
    assert tab.frame.evaluate(RING, row) > 10
    inspector = tab.frame.locator(".inspector").inner_text()
    tab.frame.evaluate("window.losing.restoreContext()")
    said.wait_for(state="hidden")
    tab.rest()
    wait_for_chosen(tab, 2)
    assert tab.frame.evaluate(RING, row) == pytest.approx(ringed, abs=12)
    assert tab.frame.locator(".inspector").inner_text() == inspector


class Fingers:
    """Real touches, by the browser's own protocol: pointer events and default actions follow as from a screen."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def at(self, kind: str, *places: Spot) -> None:
        points = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    def drag(self, starts: list[Spot], ends: list[Spot], steps: int = 8) -> None:
        self.at("Start", *starts)
        for k in range(1, steps + 1):
            t = k / steps
            pairs = zip(starts, ends, strict=True)
            self.at("Move", *[(a + (c - a) * t, b + (d - b) * t) for (a, b), (c, d) in pairs])
        self.at("End")


@pytest.mark.parametrize("flat", [False, True])
def test_fingers_tap_turn_pan_pinch_and_loop(served: str, open_tab: OpenTab, flat: bool) -> None:
    page, complaints = open_tab(served, width=390, height=844, has_touch=True)
    tab = Tab(page)
    tab.wait_for_cloud()
    if flat:
        tab.frame.get_by_label("2D view").tap()
    tab.rest()
    fingers = Fingers(page)
    row = lone(tab)
    other = lone(tab, but=(row,))

    x, y = tab.place(row)
    fingers.drag([(x + 13, y + 8)], [(x + 13, y + 8)], steps=1)  # 15 px beside it: a finger is no needle
    tab.frame.get_by_text(re.compile(r"^id \d+")).wait_for()

    box = tab.frame.locator(".cloud").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + 150)
    before = [tab.place(row), tab.place(other)]
    fingers.drag([middle], [(middle[0] + 40, middle[1])])
    tab.rest()
    moved = [tab.place(row), tab.place(other)]
    steps = [after[0] - start[0] for after, start in zip(moved, before, strict=True)]
    assert moved != before
    if flat:
        assert steps == pytest.approx([40, 40], abs=8), "in the plane one finger moves the picture"

    def spread() -> float:
        (a, b), (c, d) = tab.place(row), tab.place(other)
        return float(((a - c) ** 2 + (b - d) ** 2) ** 0.5)

    tab.frame.get_by_label("Fit all points").tap()
    tab.rest()
    start, was = tab.place(row), spread()
    pair = [(middle[0] - 40, middle[1]), (middle[0] + 40, middle[1])]
    fingers.drag(pair, [(a + 25, b + 15) for a, b in pair])
    tab.rest()
    assert tab.place(row) == pytest.approx((start[0] + 25, start[1] + 15), abs=6)
    assert spread() == pytest.approx(was, rel=0.05)
    tab.frame.get_by_label("Fit all points").tap()
    tab.rest()
    fingers.drag(pair, [(middle[0] - 47, middle[1]), (middle[0] + 47, middle[1])])
    tab.rest()
    assert spread() == pytest.approx(was * 47 / 40, rel=0.06)
    assert page.evaluate("visualViewport.scale") == 1, "the page itself is not zoomed"

    tab.frame.get_by_label("Fit all points").tap()
    tab.rest()
    tab.frame.get_by_label("Draw a loop round points").tap()
    corners, inside = loop_round(tab, other, 30)
    fingers.at("Start", corners[0])
    for a, b in pairwise(corners):
        for k in range(1, 6):
            fingers.at("Move", (a[0] + (b[0] - a[0]) * k / 5, a[1] + (b[1] - a[1]) * k / 5))
    fingers.at("End")
    tab.rest()
    assert other in inside
    assert tab.frame.evaluate(RING, other) > 10
    assert complaints == []
