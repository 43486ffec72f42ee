"""Which directions are drawn, of which embeddings, and how time passes, in a real browser over a really trained run."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from conftest import Complaints
from page import Tab
from playwright.sync_api import Page, Route

OpenTab = Callable[..., tuple[Page, Complaints]]
#: The block size of the run that is trained.
POSITIONS = 32
pytestmark = pytest.mark.xdist_group("projections")


@pytest.fixture
def address(trained_run: str) -> str:
    return trained_run


def opened(open_tab: OpenTab, address: str, **options: object) -> tuple[Tab, Complaints]:
    page, complaints = open_tab(address, **options)
    tab = Tab(page)
    tab.wait_for_cloud()
    # What was found comes a while after the cloud, and with it the phases, which make the picture lower.
    tab.frame.locator(".phase").first.wait_for()
    tab.rest()
    return tab, complaints


def choose(tab: Tab, name: str) -> None:
    tab.frame.get_by_label("Projection", exact=True).select_option(label=name)


def places(tab: Tab) -> list[tuple[float, float]]:
    return [tab.place(row) for row in range(10)]


def moved(before: list[tuple[float, float]], after: list[tuple[float, float]]) -> float:
    return max(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(before, after, strict=True))


def test_a_grand_tour_wanders_at_one_step_and_draws_nothing_once_it_is_paused(address: str, open_tab: OpenTab) -> None:
    tab, complaints = opened(open_tab, address)
    step = tab.step()
    choose(tab, "Grand tour")
    tab.frame.get_by_role("button", name="Pause", exact=True).wait_for()
    before = places(tab)
    for _ in range(300):
        if moved(before, places(tab)) > 5:
            break
        tab.page.wait_for_timeout(100)
    assert moved(before, places(tab)) > 5
    assert tab.step() == step

    tab.frame.get_by_role("button", name="Pause", exact=True).click()
    tab.rest()
    before, drawn = places(tab), tab.pictures_drawn()
    tab.page.wait_for_timeout(300)
    assert (places(tab), tab.pictures_drawn()) == (before, drawn)
    tab.frame.get_by_role("button", name="Next view").click()
    tab.rest()
    assert moved(before, places(tab)) > 5

    tab.frame.locator(".cloud").focus()
    tab.page.keyboard.press("g")
    tab.frame.get_by_role("button", name="Pause", exact=True).wait_for()
    assert complaints == []


def test_a_grand_tour_goes_view_by_view_where_less_motion_is_wanted(address: str, open_tab: OpenTab) -> None:
    tab, _ = opened(open_tab, address, reduced_motion="reduce")
    choose(tab, "Grand tour")
    view = tab.frame.get_by_role("button", name="Next view")
    view.wait_for()
    tab.rest()
    before, drawn = places(tab), tab.pictures_drawn()
    tab.page.wait_for_timeout(300)
    assert tab.pictures_drawn() == drawn
    view.click()
    tab.rest()
    assert moved(before, places(tab)) > 5


def test_tokens_and_positions_stand_in_one_picture_or_apart_and_one_of_them_always_stays(
    address: str, open_tab: OpenTab
) -> None:
    tab, complaints = opened(open_tab, address)
    tokens, positions = tab.frame.get_by_label("Token embeddings"), tab.frame.get_by_label("Position embeddings")
    tokens.click(force=True)
    assert tokens.is_checked(), "the only one can't be taken away"
    positions.click()
    title = tab.frame.get_by_role("heading", name="Token and position embeddings")
    title.wait_for()
    tab.frame.locator(".segment", has_text="Apart").click()
    tab.rest()
    across = tab.frame.evaluate(
        """() => {
          const { scene } = document.querySelector('.cloud');
          const found = [];
          for (let row = 0; scene.place(row); row++) found.push(scene.place(row).x);
          return found;
        }"""
    )
    assert max(across[:-POSITIONS]) < min(across[-POSITIONS:]) + 40, "tokens stand on the left, positions on the right"
    assert tab.frame.get_by_role("switch", name="Position order").is_checked()
    tokens.click()
    tab.frame.get_by_role("heading", name="Position embeddings", exact=True).wait_for()
    assert not tokens.is_checked()
    assert complaints == []


#: Places of the first ten rows in each picture, from now until the rows have stood still for a second.
WATCHED = """async () => {
  const { scene } = document.querySelector('.cloud');
  const seen = new Set();
  const look = () => JSON.stringify(Array.from({ length: 10 }, (_, row) => scene.place(row)));
  const started = performance.now();
  let last = look();
  for (let since = started; performance.now() - since < 1000 || seen.size < 1; ) {
    await new Promise(requestAnimationFrame);
    const now = look();
    if (now !== last) [last, since] = [now, performance.now()], seen.add(now);
    if (performance.now() - started > 15000) break;
  }
  return seen.size;
}"""


@pytest.mark.parametrize("wanted", ["no-preference", "reduce"])
def test_another_basis_is_eased_to_and_where_less_motion_is_wanted_it_is_there_at_once(
    address: str, open_tab: OpenTab, wanted: str
) -> None:
    tab, complaints = opened(open_tab, address, reduced_motion=wanted)
    tab.frame.evaluate(f"() => {{ window.watched = ({WATCHED})(); }}")
    choose(tab, "Last step")
    pictures = tab.frame.evaluate("window.watched")
    assert pictures == 1 if wanted == "reduce" else pictures > 5, pictures
    assert complaints == []


def test_a_umap_that_lacks_its_library_says_what_to_install_and_one_that_failed_why(
    address: str, open_tab: OpenTab
) -> None:
    tab, _ = opened(open_tab, address)
    answers = [
        {"state": "missing", "message": "UMAP is an extra: pip install 'tensorboard-plugin-paramviz[umap]'"},
        {"state": "failed", "message": "The rows of step 55 are all alike."},
        {"state": "running", "progress": 0.4},
    ]
    tab.page.route("**/umap?*", lambda route: answer(route, answers))
    before = places(tab)
    choose(tab, "UMAP of this step")
    tab.frame.get_by_text("pip install 'tensorboard-plugin-paramviz[umap]'", exact=True).wait_for()
    assert tab.frame.get_by_role("button", name="Copy", exact=True).is_visible()
    tab.frame.locator(".task").get_by_role("button", name="Try again").click()
    tab.frame.get_by_text("The rows of step 55 are all alike.").wait_for()
    tab.frame.locator(".task").get_by_role("button", name="Try again").click()
    tab.frame.get_by_role("progressbar", name="UMAP").wait_for()
    assert moved(before, places(tab)) < 0.01, "the picture before stays meanwhile"
    tab.frame.locator(".task").get_by_role("button", name="Cancel").click()
    tab.frame.locator(".task").wait_for(state="detached")
    assert tab.frame.get_by_label("Projection", exact=True).input_value() == "joint"


def answer(route: Route, answers: list[dict[str, object]]) -> None:
    """The next of the answers, the last one again and again."""
    body = answers.pop(0) if len(answers) > 1 else answers[0]
    route.fulfill(status=200, content_type="application/json", body=json.dumps(body))


def test_a_umap_is_eased_in_says_of_which_step_it_is_and_leaves_at_once(address: str, open_tab: OpenTab) -> None:
    tab, complaints = opened(open_tab, address)
    step, before = tab.step(), places(tab)
    choose(tab, "UMAP of this step")
    note = tab.frame.get_by_text(f"UMAP of step {step} · distances and sizes of clusters mislead")
    note.wait_for(timeout=120_000)
    tab.rest()
    made = places(tab)
    assert moved(before, made) > 5
    tab.go_to(0)
    assert moved(made, places(tab)) < 0.01, "the cursor moves and the picture stays"
    assert tab.frame.get_by_text("The cursor is at step 0.").is_visible()
    tab.go_to(step)
    choose(tab, "Whole run")
    note.wait_for(state="detached")
    tab.rest()
    assert moved(before, places(tab)) < 0.01, "the camera has not moved either"
    assert complaints == []


#: The step at each picture, from now until the cursor has gone back and on again.
ROUND = """async () => {
  const slider = document.querySelector('[role=slider][aria-label=Step]');
  const seen = [];
  const rounds = () => seen.filter((step, i) => i > 0 && step < seen[i - 1]).length;
  while (rounds() < 1 || seen.at(-1) < Math.max(...seen) - 10) {
    await new Promise(requestAnimationFrame);
    seen.push(Number(slider.ariaValueNow));
  }
  return seen;
}"""


def test_playing_loops_over_what_was_marked_along_the_curve(address: str, open_tab: OpenTab) -> None:
    tab, _ = opened(open_tab, address)
    box = tab.frame.locator(".dock-plot").bounding_box()
    assert box is not None

    def x(step: float) -> float:
        return box["x"] + 148 + (box["width"] - 164) * step / tab.last_step()

    middle = box["y"] + box["height"] / 2
    tab.page.keyboard.down("Shift")
    tab.page.mouse.move(x(20), middle)
    tab.page.mouse.down()
    tab.page.mouse.move(x(40), middle, steps=5)
    tab.page.mouse.up()
    tab.page.keyboard.up("Shift")
    assert tab.frame.locator(".dock-loop").is_visible()
    tab.frame.get_by_label("Speed", exact=True).select_option("even-snapshot")
    tab.frame.get_by_label("Speed", exact=True).select_option("8")
    tab.frame.get_by_label("Play (Space)").click()
    seen = tab.frame.evaluate(ROUND)
    tab.frame.get_by_label("Pause (Space)").click()
    assert min(seen) >= 15
    assert max(seen) <= 45
    assert any(later < earlier for earlier, later in pairwise(seen)), "it began again"
