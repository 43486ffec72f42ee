"""Searching, filtering, choosing with the lasso, isolating, naming groups: in a real browser over a trained run."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from conftest import Complaints
from page import Tab
from playwright.sync_api import Page, expect
from serving import ROOT, tensorboard

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("choosing")
TEXT = "The quick brown fox jumps over the lazy dog! 12 Big Cats Run.\n" * 400


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TensorBoard over a run of a small character model: 36 tokens of six classes, 32 positions."""
    logdir = tmp_path_factory.mktemp("runs")
    text = logdir / "text.txt"
    text.write_text(TEXT)
    sizes = ["--layers", "1", "--heads", "2", "--width", "16", "--block-size", "32", "--batch-size", "8"]
    command = [sys.executable, str(ROOT / "train.py"), "--dataset", str(text), "--logdir", str(logdir / "trained")]
    command += ["--steps", "20", "--every", "5", "--max-overhead", "none", "--eval-every", "20"]
    done = subprocess.run([*command, *sizes], capture_output=True, text=True, cwd=logdir, check=False)
    assert done.returncode == 0, done.stderr
    with tensorboard(logdir) as address:
        yield address


LETTERS = sorted(set(TEXT))


def opened(address: str, open_tab: OpenTab, **options: object) -> tuple[Tab, Complaints]:
    page, complaints = open_tab(address, **options)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.rest()
    return tab, complaints


def search(tab: Tab, query: str) -> None:
    tab.frame.get_by_label(re.compile("by text or id")).fill(query)


def note(tab: Tab) -> str:
    return tab.frame.locator("#search-note").inner_text()


def circle_round(tab: Tab, rows: list[int]) -> tuple[list[float], float, set[int]]:
    """A circle round these points that no other point lies on the edge of: middle, radius and all rows in it."""
    places = [tab.place(row) for row in range(len(LETTERS))]
    middle = [sum(places[row][i] for row in rows) / len(rows) for i in (0, 1)]
    distances = sorted(math.dist(at, middle) for at in places)
    least = max(math.dist(places[row], middle) for row in rows)
    gaps = [(far - near, (near + far) / 2) for near, far in pairwise(distances) if least <= near and far < least + 60]
    radius = max(gaps)[1]
    return middle, radius, {row for row, at in enumerate(places) if math.dist(at, middle) < radius}


def draw(tab: Tab, middle: list[float], radius: float) -> None:
    """Draws a circle with the mouse."""
    mouse = tab.page.mouse
    mouse.move(middle[0] + radius, middle[1])
    mouse.down()
    for turn in range(1, 65):
        angle = turn / 64 * 2 * math.pi
        mouse.move(middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle))
    mouse.up()


def test_a_search_without_a_match_says_what_to_relax_and_relaxing_finds(address: str, open_tab: OpenTab) -> None:
    tab, complaints = opened(address, open_tab)
    search(tab, "zzz")
    expect(tab.frame.locator("#search-note")).to_contain_text("No token matches “zzz”")
    tab.frame.get_by_role("button", name="Search for “z” (1 found)").click()
    expect(tab.frame.locator("#search-note")).to_contain_text("1 found")

    search(tab, "/^THE$|^Q$/")
    tab.frame.get_by_role("button", name="Ignore case (1 found)").click()
    expect(tab.frame.locator("#search-note")).to_contain_text("1 found")

    search(tab, "/(/")
    expect(tab.frame.locator("#search-note")).to_contain_text("Unterminated group")
    search(tab, "31")
    tab.frame.get_by_role("button", name="Clear search").wait_for(state="detached")
    assert complaints == []


def test_the_other_embedding_is_searched_when_asked_to(address: str, open_tab: OpenTab) -> None:
    tab, complaints = opened(address, open_tab)
    search(tab, "/^3[0-9]$/")
    tab.frame.get_by_role("button", name="Search the position embeddings (2 found)").click()
    expect(tab.frame.locator("#search-note")).to_contain_text("2 found")
    expect(tab.frame.locator("h1")).to_have_text("Position embeddings")
    assert complaints == []


def test_a_pattern_without_an_end_is_stopped_and_the_page_goes_on(address: str, open_tab: OpenTab) -> None:
    tab, complaints = opened(address, open_tab)
    # Thirty times either nothing or nothing, then what can't be: a thousand million ways to fail at each label.
    search(tab, "/^" + "(|)" * 30 + "(.)(?<!.)/")
    turns = tab.frame.evaluate(
        "async () => { let turns = 0;"
        " while (!document.querySelector('#search-note').innerText.includes('takes too long')) {"
        " await new Promise((done) => setTimeout(done, 10)); turns += 1; } return turns; }"
    )
    assert turns > 3, "timers went on while the pattern was run"
    search(tab, "/^q$/")
    expect(tab.frame.locator("#search-note")).to_contain_text("1 found")
    assert complaints == []


def test_hiding_all_classes_says_so_and_brings_them_back(address: str, open_tab: OpenTab) -> None:
    tab, complaints = opened(address, open_tab)
    everything = f"{len(LETTERS)} of {len(LETTERS)} tokens"
    expect(tab.frame.locator(".title")).to_contain_text(everything)
    tab.frame.locator(".fold-head", has_text="Show").click()
    tab.frame.locator(".class-switch", has_text="digit").click(modifiers=["Alt"])
    expect(tab.frame.locator(".title")).to_contain_text(f"2 of {len(LETTERS)} tokens")
    drawn = tab.frame.evaluate(
        "n => { const { scene } = document.querySelector('.cloud');"
        " return Array.from({ length: n }, (_, row) => row).filter((row) => scene.place(row)); }",
        len(LETTERS),
    )
    assert [LETTERS[row] for row in drawn] == ["1", "2"]
    tab.frame.locator(".class-switch", has_text="digit").click()
    notice = tab.frame.locator(".notices")
    expect(notice).to_contain_text(f"No token is shown: {len(LETTERS)} are hidden by the class filter")
    notice.get_by_role("button", name="Show all classes").click()
    expect(tab.frame.locator(".title")).to_contain_text(everything)
    assert complaints == []


def test_the_lasso_chooses_what_it_encloses_and_isolating_shows_only_that(address: str, open_tab: OpenTab) -> None:
    tab, complaints = opened(address, open_tab)
    rows = [LETTERS.index("a"), LETTERS.index("e"), LETTERS.index("o")]
    middle, radius, enclosed = circle_round(tab, rows)
    tab.frame.get_by_label("Draw a loop round points (O)").click()
    draw(tab, middle, radius)
    count = len(enclosed)
    assert len(rows) <= count < len(LETTERS)
    expect(tab.frame.locator(".chosen-head")).to_contain_text(f"{count} chosen")

    tab.frame.get_by_label("Show only what is chosen (I)").click()
    expect(tab.frame.locator(".notices")).to_contain_text(f"Only {count} chosen tokens are shown")
    expect(tab.frame.locator(".title")).to_contain_text(f"{count} of {len(LETTERS)} tokens")
    tab.frame.locator(".notices").get_by_role("button", name="Show all").click()
    expect(tab.frame.locator(".title")).to_contain_text(f"{len(LETTERS)} of {len(LETTERS)} tokens")
    assert complaints == []


def test_a_named_group_is_there_after_a_reload_and_in_a_link(address: str, open_tab: OpenTab) -> None:
    tab, complaints = opened(address, open_tab)
    search(tab, "/[aeiou]/")
    expect(tab.frame.locator("#search-note")).to_contain_text("5 found")
    tab.frame.get_by_label(re.compile("by text or id")).press("Shift+Enter")
    tab.frame.get_by_label("Name of the group").fill("vowels")
    tab.frame.get_by_label("Name of the group").press("Enter")
    group = tab.frame.locator(".group", has_text="vowels")
    expect(group).to_contain_text("5")
    tab.page.wait_for_function("location.hash.includes('groups=vowels')")
    link = tab.page.evaluate("location.hash")

    tab.page.goto(address + "/#paramviz")
    tab.page.reload()
    again = Tab(tab.page)
    again.wait_for_cloud()
    again.frame.locator(".fold-head", has_text="Groups").click()
    again.frame.locator(".group-name", has_text="vowels").click()
    expect(again.frame.locator(".chosen-head")).to_contain_text("5 chosen")

    other, more = opened(address, open_tab, link=link)
    expect(other.frame.locator(".fold-head", has_text="Groups")).to_contain_text("5 chosen")
    expect(other.frame.locator(".group", has_text="vowels")).to_contain_text("5")
    assert complaints == more == []


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 700), (390, 844)])
def test_the_panel_of_choosing_is_never_wider_than_its_place(
    address: str, open_tab: OpenTab, width: int, height: int
) -> None:
    tab, complaints = opened(address, open_tab, width=width, height=height)
    if width < 768:
        tab.frame.get_by_label("What is shown").click()
    search(tab, "/[aeiou]/")
    tab.frame.get_by_role("button", name="Choose all 5").click()
    tab.frame.get_by_label("Name of the group").fill("a name that is as long as a name may be..")
    tab.frame.get_by_label("Name of the group").press("Enter")
    tab.frame.get_by_label(re.compile("What to do with a name")).click()
    tab.frame.locator(".fold-head", has_text="Show").click()
    panel = tab.frame.locator(".left-panel")
    assert panel.evaluate("e => e.scrollWidth <= e.clientWidth")
    over = panel.evaluate(
        "e => [...e.querySelectorAll('button, input')].filter((one) => one.getBoundingClientRect().right >"
        " e.getBoundingClientRect().right).map((one) => one.className)"
    )
    assert over == []
    if width < 768:
        small = panel.evaluate(
            "e => [...e.querySelectorAll('.folds button, .search button')].map((one) => [one.className,"
            " one.getBoundingClientRect().height]).filter(([, height]) => height > 0 && height < 44)"
        )
        assert small == []
    assert complaints == []


def test_nothing_of_this_needs_a_mouse(address: str, open_tab: OpenTab) -> None:
    tab, complaints = opened(address, open_tab)
    keys = tab.page.keyboard
    tab.frame.locator(".cloud").focus()
    keys.press("/")
    keys.type("b")
    keys.press("Shift+Enter")
    expect(tab.frame.locator(".chosen-head")).to_contain_text("2 chosen")
    tab.frame.locator(".cloud").focus()
    keys.press("i")
    expect(tab.frame.locator(".notices")).to_contain_text("Only 2 chosen tokens are shown")
    keys.press("i")
    expect(tab.frame.locator(".notices")).not_to_contain_text("Only 2")
    keys.press("i")
    keys.press("Escape")
    expect(tab.frame.locator(".chosen-head")).to_have_count(0)
    expect(tab.frame.locator(".notices")).to_contain_text("Only 2")
    keys.press("Escape")
    expect(tab.frame.locator(".notices")).not_to_contain_text("Only 2")
    assert complaints == []
