"""Each fault of a run's files as the page shows it: the cloud, or the sentence that says why there is none."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Complaints
from event_files import RunWriter, model_event, write_run
from fault_outcomes import CLEAN, DENIED, OUTCOMES, do
from page import Tab
from playwright.sync_api import Page
from serving import tensorboard

from simulated.faults import FAULTS

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("faults")
#: Of a row that stays finite in every fault.
DRAWN = "() => document.querySelector('.cloud')?.scene?.place(2)"


@dataclass(frozen=True)
class Served:
    address: str
    logdir: Path


@pytest.fixture(scope="module")
def logdir_of_faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One TensorBoard over a run per fault, a whole one, and one that a test may delete."""
    logdir = tmp_path_factory.mktemp("faults")
    for name in (*FAULTS, "whole", "vanishing"):
        write_run(logdir / name, range(0, 400, 10), 30, 8)
        if name in FAULTS:
            do(name, logdir / name)
    with tensorboard(logdir, "--reload_interval", "1") as address:
        yield Served(address, logdir)


def look_at(served: Served, open_tab: OpenTab, run: str) -> tuple[Tab, Complaints]:
    page, complaints = open_tab(served.address, link=f"#paramviz&p.paramviz.run={run}")
    return Tab(page), complaints


def words(tab: Tab) -> str:
    return " ".join(tab.frame.locator(".notices").inner_text().split())


@pytest.mark.parametrize("name", [name for name in FAULTS if OUTCOMES[name].refused is None])
def test_what_is_left_of_a_run_is_drawn_and_what_is_wrong_is_said(
    logdir_of_faults: Served, open_tab: OpenTab, name: str
) -> None:
    tab, complaints = look_at(logdir_of_faults, open_tab, name)
    tab.frame.wait_for_function(DRAWN, timeout=30_000)
    outcome = OUTCOMES[name]
    assert tab.last_step() == outcome.steps[-1]
    if outcome.said:
        file = sorted(path.name for path in (logdir_of_faults.logdir / name).iterdir())[0]
        tab.frame.locator(".notice").first.wait_for()
        said = re.escape(outcome.said[0].format(file=file, byte="BYTE", refused="")).replace("BYTE", r"[\d,]+")
        assert re.fullmatch(rf"{said}\. {len(outcome.steps)} snapshots are shown\.", words(tab)), words(tab)
    else:
        assert words(tab) == ""
    tab.seek(outcome.steps[0])
    tab.frame.wait_for_function("document.querySelector('[role=slider][aria-label=Step]').ariaValueNow === '0'")
    assert tab.frame.evaluate(DRAWN)
    assert complaints == []


def test_a_run_that_cannot_be_read_says_why_it_is_empty(logdir_of_faults: Served, open_tab: OpenTab) -> None:
    tab, complaints = look_at(logdir_of_faults, open_tab, "permission_denied")
    tab.frame.get_by_text(f"{DENIED}. 0 snapshots are shown.").wait_for(timeout=30_000)
    tab.frame.get_by_text("No snapshot yet").first.wait_for()
    assert complaints == []


def test_a_link_to_a_run_that_was_deleted_shows_another_and_says_so(
    logdir_of_faults: Served, open_tab: OpenTab
) -> None:
    tab, complaints = look_at(logdir_of_faults, open_tab, "deleted_file")
    tab.frame.get_by_text(re.compile(r"Run deleted_file is not in this logdir\. \w+ is shown\.")).wait_for(
        timeout=30_000
    )
    tab.frame.wait_for_function(DRAWN, timeout=30_000)
    assert complaints == []


def test_a_whole_run_among_them_is_shown_as_if_nothing_were(logdir_of_faults: Served, open_tab: OpenTab) -> None:
    tab, complaints = look_at(logdir_of_faults, open_tab, "whole")
    tab.wait_for_cloud()
    tab.rest()
    assert (tab.last_step(), words(tab)) == (CLEAN[-1], "")
    tab.frame.locator(".title").get_by_text("30 of 30 tokens").wait_for()
    assert complaints == []


def test_a_second_writer_is_said_while_both_go_on_and_no_snapshot_is_missing(
    logdir_of_faults: Served, open_tab: OpenTab
) -> None:
    first = RunWriter(logdir_of_faults.logdir / "mixed")
    first.append(model_event(30, 8, "s1"))
    first.snapshots(*range(0, 100, 10), rows=30, dims=8)
    tab, complaints = look_at(logdir_of_faults, open_tab, "whole")
    tab.wait_for_cloud()
    tab.frame.get_by_label("Run", exact=True).select_option("mixed")
    tab.wait_for_step(90)
    second = RunWriter(logdir_of_faults.logdir / "mixed", "events.out.tfevents.1090.host.2.0")
    second.append(model_event(30, 8, "s2"))
    for step in range(5, 45, 10):
        second.snapshots(step, rows=30, dims=8, seed=1)
        first.snapshots(step + 95, rows=30, dims=8)
    tab.frame.get_by_text("Two writers wrote into this run at the same time (sessions s1, s2)").wait_for()
    tab.frame.get_by_text("18 snapshots are shown.").wait_for()
    tab.wait_for_step(130)
    assert complaints == []


def test_a_run_deleted_while_it_is_on_screen_gives_way_to_another_and_is_said_to_be_gone(
    logdir_of_faults: Served, open_tab: OpenTab
) -> None:
    tab, complaints = look_at(logdir_of_faults, open_tab, "vanishing")
    tab.wait_for_cloud()
    shutil.rmtree(logdir_of_faults.logdir / "vanishing")
    tab.frame.get_by_text("Run vanishing is not in this logdir.").wait_for()
    tab.frame.wait_for_function(DRAWN, timeout=30_000)
    tab.frame.get_by_label("Dismiss").first.click()
    tab.frame.get_by_text("Run vanishing is not in this logdir.").wait_for(state="hidden")
    # A question in flight when the run went is rightly answered with 404, and the browser says so.
    assert [complaint for complaint in complaints if "404" not in complaint] == []
