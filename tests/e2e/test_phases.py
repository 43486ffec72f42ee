"""Verdict, phases and marks on the page against what the server answers of the same run, in a real browser."""

from __future__ import annotations

import itertools
import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import Complaints
from page import Tab
from playwright.sync_api import FloatRect, Locator, Page
from serving import tensorboard
from test_accessibility import axe, serious

from simulated.model import Settings
from simulated.run import write

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("phases")
__all__ = ["axe"]

GUTTER, MARGIN = 148, 16
ILL, WELL = "divergence", "convergence"
NAMES = {"rapid_learning": "Rapid learning", "overfitting": "Overfitting"}


@dataclass(frozen=True)
class Told:
    address: str
    #: Of each run what the route answers.
    replies: dict[str, dict[str, Any]]

    def phases(self, run: str = ILL) -> list[dict[str, Any]]:
        return list(self.replies[run]["phases"])

    def bad(self, run: str = ILL) -> list[dict[str, Any]]:
        """Findings above "note", the worst first."""
        return [one for one in self.replies[run]["findings"] if one["severity"] != "note"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    logdir = tmp_path_factory.mktemp("runs")
    for name in (ILL, WELL):
        write(Settings(steps=2000, snapshots=100, layers=2, rows=40, dims=32, seed=3), name, logdir / name, None)
    with tensorboard(logdir) as address:
        yield Told(address, {name: insights(address, name) for name in (ILL, WELL)})


def insights(address: str, run: str) -> dict[str, Any]:
    url = f"{address}/data/plugin/paramviz/insights?{urllib.parse.urlencode({'run': run})}"
    with urllib.request.urlopen(url) as reply:
        return dict(json.loads(reply.read()))


def opened(
    open_tab: OpenTab, told: Told, link: str = f"&p.paramviz.run={ILL}", **options: object
) -> tuple[Tab, Complaints]:
    page, complaints = open_tab(told.address, link=f"#paramviz{link}", **options)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.frame.locator(".phase").first.wait_for(timeout=30_000)
    tab.frame.wait_for_function("() => document.hasFocus()")
    tab.rest()
    return tab, complaints


def sentence(finding: dict[str, Any]) -> str:
    """As the page writes it: without what all names of layers begin with."""
    return str(finding["sentence"]).replace("transformer.", "")


def box(one: Locator) -> FloatRect:
    found = one.bounding_box()
    assert found is not None
    return found


def verdict(tab: Tab, number: int = 0) -> str:
    """As it is seen."""
    line = tab.frame.locator(".verdict-line").nth(number)
    return str(
        line.evaluate(
            "(one) => [...one.querySelectorAll('b, .part')].filter((part) => part.checkVisibility())"
            ".map((part) => part.textContent).join(' \u00b7 ')"
        )
    )


def name_of(phase: dict[str, Any]) -> str:
    return NAMES.get(phase["name"], str(phase["name"]).capitalize())


def nearest(tab: Tab, step: int) -> None:
    """Until the cursor stands at a snapshot next to this step: there is one each 20 steps."""
    tab.frame.wait_for_function(
        "step => Math.abs(document.querySelector('[role=slider][aria-label=Step]').ariaValueNow - step) <= 12",
        arg=step,
    )


def test_the_strip_shows_the_phases_of_the_reply_and_takes_the_cursor_there(told: Told, open_tab: OpenTab) -> None:
    tab, complaints = opened(open_tab, told)
    page, frame, phases = tab.page, tab.frame, told.phases()
    assert len(phases) >= 4
    strip = frame.locator(".phase")
    labels = strip.evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert labels == [
        f"{name_of(one)}{', provisional' if one['provisional'] else ''}, "
        f"steps {one['first_step']:,}\u2013{one['last_step']:,}. {one['reason']}"
        for one in phases
    ]
    dock, last = box(frame.locator(".dock")), tab.last_step()
    room = dock["width"] - GUTTER - MARGIN
    for place, phase in enumerate(phases):
        found = box(strip.nth(place))
        assert found["x"] == pytest.approx(dock["x"] + GUTTER + room * phase["first_step"] / last, abs=1.2)
        assert found["height"] == 20
        written, name = strip.nth(place).inner_text(), name_of(phase)
        # A letter is between 4.5 and 9 px wide.
        if found["width"] >= 16 + 9 * len(name):
            assert written == name
        elif found["width"] < 16 + 4.5 * len(name.split(" ")[0]):
            assert written == ""
        else:
            assert written in (name, name.split(" ")[0], "")
    assert strip.last.inner_text() == name_of(phases[-1])
    assert frame.locator(".phase.now").get_attribute("aria-label") == labels[-1]

    strip.nth(2).click()
    nearest(tab, phases[2]["first_step"])
    assert frame.locator(".dock-loop").count() == 0
    strip.nth(2).click(modifiers=["Shift"])
    loop, segment = box(frame.locator(".dock-loop")), box(strip.nth(2))
    assert loop["x"] == pytest.approx(segment["x"], abs=1.5)
    assert loop["width"] == pytest.approx(segment["width"], abs=2)

    strip.nth(2).focus()
    page.keyboard.press("ArrowRight")
    card = frame.locator(".phase-card")
    assert phases[3]["reason"] in card.inner_text()
    assert f"{phases[3]['first_step']:,}" in card.inner_text()
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert frame.locator(".dock-loop").is_visible(), "only what is uppermost is closed"
    page.keyboard.press("Enter")
    nearest(tab, phases[3]["first_step"])
    # Pressed on a phase and moved: a drag along the time axis as anywhere.
    start = box(strip.nth(3))
    page.mouse.move(start["x"] + 20, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(dock["x"] + GUTTER + room / 2, start["y"] + 10, steps=5)
    page.mouse.up()
    nearest(tab, last // 2)
    assert complaints == []


def test_the_verdict_is_of_the_run_up_to_the_cursor_and_goes_to_the_worst_finding(
    told: Told, open_tab: OpenTab, axe: str
) -> None:
    tab, complaints = opened(open_tab, told)
    frame, phases, bad = tab.frame, told.phases(), told.bad()
    worst = next(one for one in bad if one["insight"] == "divergence")
    first = min(one["first_step"] for one in bad if one["severity"] == "problem")
    assert verdict(tab).startswith(f"Diverging \u00b7 loss rising since step {phases[-1]['first_step']:,}")
    for step in (first - 100, first + 60):
        tab.seek(step)
        nearest(tab, step)
        so_far = [one for one in bad if one["first_step"] <= tab.step()]
        problem = any(one["severity"] == "problem" for one in so_far)
        ongoing = any(one["last_step"] >= tab.step() for one in so_far)
        icon = frame.locator(".verdict-line .severity").get_attribute("class")
        assert icon == f"severity {'problem' if problem else 'watch' if ongoing else 'good'}"
        assert verdict(tab).startswith("Healthy") == (icon == "severity good")
    frame.locator("body").press("End")
    tab.wait_for_step(tab.last_step() if tab.last_step() % 20 == 0 else 1999)
    line = frame.locator(".verdict-line")
    line.focus()
    frame.page.keyboard.press("Shift+Tab")
    frame.page.keyboard.press("Tab")
    card = frame.locator(".verdict-card")
    assert sentence(worst) in card.inner_text()
    assert all(name_of(one) in card.inner_text() for one in phases)
    assert serious(frame, axe) == []
    line.press("Enter")
    nearest(tab, worst["first_step"] + 10)
    counted = frame.locator(".verdict-rest").inner_text()
    assert "in band" in counted
    assert complaints == []


def test_marks_stand_on_the_curve_and_each_finding_can_be_gone_to(told: Told, open_tab: OpenTab) -> None:
    tab, complaints = opened(open_tab, told)
    frame = tab.frame
    findings = told.replies[ILL]["findings"]
    marks = frame.locator(".finding-mark")
    words = marks.evaluate_all("all => all.map((one) => one.ariaLabel).join(' ')")
    assert all(sentence(one) in words for one in findings)
    counts = marks.evaluate_all("all => all.map((one) => +(one.textContent || 1))")
    assert sum(counts) == len(findings)
    # The same borders in the heat map above, at the same places.
    frame.locator("body").press("3")
    frame.locator(".heat-border").first.wait_for()
    borders = frame.locator(".heat-border")
    steps = [int(one) for one in borders.evaluate_all("all => all.map((one) => one.dataset.step)")]
    assert set(steps) <= {one["first_step"] for one in told.phases()[1:]}
    for place, phase in enumerate(told.phases()[1:], 1):
        if phase["first_step"] in steps:
            # By its step: one at the very left may come a moment later.
            border = frame.locator(f".heat-border[data-step='{phase['first_step']}']")
            assert box(border)["x"] == pytest.approx(box(frame.locator(".phase").nth(place))["x"], abs=1)
    frame.get_by_label("Phase lines").click()
    borders.first.wait_for(state="detached")
    frame.locator("body").press("1")
    dock, last = box(frame.locator(".dock")), tab.last_step()
    mark = marks.last
    step = max(one["first_step"] for one in findings)
    found = box(mark)
    assert found["x"] + 12 <= dock["x"] + GUTTER + (dock["width"] - GUTTER - MARGIN) * step / last + 1
    seen = set()
    for _ in range(counts[-1]):
        mark.click()
        tab.rest()
        seen.add(tab.step())
    assert any(abs(one - step) <= 20 for one in seen)
    assert complaints == []


def test_two_runs_have_a_verdict_and_a_strip_each(told: Told, open_tab: OpenTab, axe: str) -> None:
    link = f"&p.paramviz.run={WELL}&p.paramviz.compare={ILL}"
    tab, complaints = opened(open_tab, told, link, width=1600, height=900, dark=True)
    frame = tab.frame
    frame.locator(".phase-strip.b .phase").first.wait_for()
    strips = [frame.locator(f".phase-strip.{which}") for which in "ab"]
    for strip, run in zip(strips, (WELL, ILL), strict=True):
        assert box(strip)["height"] == 16
        assert strip.locator(".phase").count() == len(told.phases(run))
    assert box(strips[1])["y"] >= box(strips[0])["y"] + 16
    assert verdict(tab, 1).startswith("Diverging")
    assert "Diverging" not in verdict(tab, 0)
    panes = [box(frame.locator(".verdict").nth(place)) for place in (0, 1)]
    assert panes[1]["x"] == pytest.approx(box(frame.locator(".pane-b"))["x"], abs=1)
    assert panes[0]["height"] + 1 == 40
    assert serious(frame, axe) == []
    assert complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_phone_the_verdict_has_two_lines_and_marks_are_large_enough(
    told: Told, open_tab: OpenTab, axe: str, dark: bool
) -> None:
    tab, complaints = opened(open_tab, told, width=390, height=844, dark=dark, has_touch=True)
    frame = tab.frame
    assert box(frame.locator(".verdicts"))["height"] == 56
    first, rest = box(frame.locator(".verdict-first")), box(frame.locator(".verdict-rest"))
    assert rest["y"] >= first["y"] + 16
    assert frame.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    marks = [box(one) for one in frame.locator(".finding-mark").all()]
    assert all(min(one["width"], one["height"]) >= 44 for one in marks)
    assert all(after["x"] - before["x"] >= 44 for before, after in itertools.pairwise(marks))
    strip = frame.locator(".phase").last
    assert float(strip.evaluate("one => parseFloat(getComputedStyle(one, '::before').height)")) >= 44
    strip.tap()
    nearest(tab, told.phases()[-1]["first_step"])
    frame.locator(".phase-card").get_by_role("button", name="Loop this phase").tap()
    assert frame.locator(".dock-loop").is_visible()
    assert serious(frame, axe) == []
    assert complaints == []
