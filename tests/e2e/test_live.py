"""With the page open, what is logged appears without touching anything; what is wrong is said in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Complaints
from event_files import RunWriter, model_event, scalar_event, snapshot_event, write_run
from page import Tab
from playwright.sync_api import Page
from serving import tensorboard

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("live")


def test_an_empty_logdir_says_what_to_do_and_fills_by_itself(tmp_path: Path, open_tab: OpenTab) -> None:
    with tensorboard(tmp_path) as address:
        page, complaints = open_tab(address)
        tab = Tab(page)
        tab.frame.get_by_text("No run here has Param Viz records").wait_for(timeout=30_000)
        tab.frame.get_by_text("viz.step(step, loss=loss)").wait_for()
        tab.frame.get_by_text("No runs in this logdir yet").wait_for()
        writer = write_run(tmp_path / "new", range(3))
        tab.wait_for_cloud()
        assert tab.last_step() == 2
        for step in range(3, 9):
            writer.snapshots(step)
            tab.frame.wait_for_function(
                "step => document.querySelector('[role=slider][aria-label=Step]').ariaValueMax === String(step)",
                arg=step,
            )
        tab.wait_for_step(8)  # the cursor follows the newest snapshot
        assert complaints == []


def test_runs_without_our_records_are_named(tmp_path: Path, open_tab: OpenTab) -> None:
    for name in ("baseline", "other"):
        RunWriter(tmp_path / name).append(scalar_event("loss", 1.0, 0))
    with tensorboard(tmp_path) as address:
        page, complaints = open_tab(address)
        tab = Tab(page)
        tab.frame.get_by_text("2 runs found, none with records: baseline, other").wait_for(timeout=30_000)
        assert complaints == []


def test_a_first_snapshot_alone_is_drawn_with_a_word(tmp_path: Path, open_tab: OpenTab) -> None:
    writer = RunWriter(tmp_path / "a")
    writer.append(model_event())
    with tensorboard(tmp_path) as address:
        page, _ = open_tab(address)
        tab = Tab(page)
        tab.frame.get_by_text("The cloud appears with the first snapshot").wait_for(timeout=30_000)
        writer.append(snapshot_event(0))
        tab.wait_for_cloud()
        tab.frame.get_by_text("The cloud moves from the second snapshot on").wait_for()
        writer.append(snapshot_event(10))
        tab.frame.get_by_text("Recording started").wait_for(state="hidden")


def test_a_server_that_went_away_is_said_and_found_again(tmp_path: Path, open_tab: OpenTab) -> None:
    write_run(tmp_path / "a", range(10))
    with tensorboard(tmp_path) as address:
        page, _ = open_tab(address)
        tab = Tab(page)
        tab.wait_for_cloud()
    tab.frame.get_by_text("TensorBoard does not answer").wait_for(timeout=30_000)
    with tensorboard(tmp_path, "--port", address.rpartition(":")[2]):
        tab.frame.get_by_text("TensorBoard does not answer").wait_for(state="hidden", timeout=40_000)


def test_a_damaged_record_is_told_and_the_rest_is_shown(tmp_path: Path, open_tab: OpenTab) -> None:
    writer = write_run(tmp_path / "a", range(10), loss=False)
    data = bytearray(writer.path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    writer.path.write_bytes(data)
    with tensorboard(tmp_path) as address:
        page, _ = open_tab(address)
        tab = Tab(page)
        tab.wait_for_cloud()
        tab.frame.get_by_text("could not be read").first.wait_for()
