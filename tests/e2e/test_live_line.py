"""One line to the server for all tabs of a browser; polling where events are held back; and nothing is missed or shown
twice whatever happens to tab, worker, proxy and server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Complaints
from event_files import write_run
from page import Tab
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import TimeoutError as NeverShown
from proxy import proxied
from serving import tensorboard
from underway import WATCH

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("live line")

#: A browser opens six connections to a host.
MANY = 7
HEIGHT = "() => document.querySelector('#paramviz').clientHeight"
#: Writes down each step that becomes the last one of the page, in order, from the start.
RECORD = """() => {
  const slider = document.querySelector("[role=slider][aria-label=Step]");
  window.lastSteps = [Number(slider.ariaValueMax)];
  new MutationObserver(() => {
    const last = Number(slider.ariaValueMax);
    if (last !== window.lastSteps.at(-1)) window.lastSteps.push(last);
  }).observe(slider, { attributes: true });
}"""
NEWEST = "step => document.querySelector('[role=slider][aria-label=Step]')?.ariaValueMax === String(step)"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One browser as a person has it: its tabs share a worker."""
    made = browser.new_context(viewport={"width": 1024, "height": 640})
    made.add_init_script(f"localStorage.setItem('_tb_global_settings', {json.dumps({'theme': 'light'})!r})")
    made.add_init_script(WATCH)
    yield made
    made.close()


def open_in(context: BrowserContext, address: str) -> Tab:
    page = context.new_page()
    page.goto(f"{address}/#paramviz")
    tab = Tab(page)
    tab.wait_for_cloud()
    return tab


def has_newest(tab: Tab, step: int, timeout: float = 60_000) -> None:
    try:
        tab.frame.wait_for_function(NEWEST, arg=step, timeout=timeout)
    except NeverShown:
        said = tab.frame.locator(".notices").inner_text()
        raise AssertionError(f"step {step} never came; the page has {tab.last_step()} and says {said!r}") from None


def until(holds: Callable[[], bool], page: Page, secs: float = 60.0) -> None:
    deadline = time.monotonic() + secs
    while not holds():
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def hide(tab: Tab, hidden: bool = True) -> None:
    """As TensorBoard does when the person changes to another of its tabs: the frame stays, without a height."""
    tab.page.evaluate(f"location.hash = '{'scalars' if hidden else 'paramviz'}'")
    tab.frame.wait_for_function(f"{HEIGHT} {'===' if hidden else '>'} 0")


def test_more_tabs_than_connections_are_all_live_over_one_stream(tmp_path: Path, context: BrowserContext) -> None:
    writer = write_run(tmp_path / "a", range(4))
    with tensorboard(tmp_path) as address, proxied({"": address}) as proxy:
        tabs = [open_in(context, proxy.address) for _ in range(MANY)]
        for step in (4, 5, 6):
            writer.snapshots(step)
            for tab in tabs:
                has_newest(tab, step)
        assert (proxy.asked["events"], proxy.open["events"], proxy.asked["updates"]) == (1, 1, 0)
        tabs[0].page.close()  # the one that began
        writer.snapshots(7)
        for tab in tabs[1:]:
            has_newest(tab, 7)
        assert proxy.asked["events"] == 1


def test_the_line_is_closed_while_all_tabs_are_hidden_and_nothing_is_missed(
    tmp_path: Path, context: BrowserContext
) -> None:
    writer = write_run(tmp_path / "a", range(4))
    with tensorboard(tmp_path) as address, proxied({"": address}) as proxy:
        one, other = (open_in(context, proxy.address) for _ in range(2))
        has_newest(one, 3)
        one.frame.evaluate(RECORD)
        hide(one)
        writer.snapshots(4)
        has_newest(other, 4)
        assert proxy.open["events"] == 1
        hide(other)
        writer.snapshots(5)  # the server notices that nobody listens when it has something to say
        until(lambda: proxy.open["events"] == 0, one.page)
        asked = dict(proxy.asked)
        for step in range(6, 30):
            writer.snapshots(step)
        one.page.wait_for_timeout(1500)
        ours = ("events", "updates", "runs", "positions", "scalars", "rows", "model")
        assert {name: proxy.asked[name] - asked.get(name, 0) for name in ours} == dict.fromkeys(ours, 0)
        hide(one, hidden=False)
        has_newest(one, 29)
        steps = one.frame.evaluate("window.lastSteps")
        assert steps == sorted(set(steps)), "no step twice, none after a later one"
        one.go_to(17)  # also what came while it was hidden is there
        assert one.step() == 17


def test_a_server_killed_and_started_again_is_found_and_caught_up_with(tmp_path: Path, context: BrowserContext) -> None:
    writer = write_run(tmp_path / "a", range(4))
    with proxied({}) as proxy:
        with tensorboard(tmp_path) as address:
            proxy.backends[""] = address
            tabs = [open_in(context, proxy.address) for _ in range(2)]
            for tab in tabs:
                has_newest(tab, 3)
                tab.frame.evaluate(RECORD)
            for step in range(4, 8):
                writer.snapshots(step)
                for tab in tabs:
                    has_newest(tab, step)
        tabs[0].frame.get_by_text("TensorBoard does not answer").wait_for(timeout=30_000)
        for step in range(8, 15):
            writer.snapshots(step)
        write_run(tmp_path / "another", range(2))
        with tensorboard(tmp_path) as address:  # another process: its index and its cursors begin anew
            proxy.backends[""] = address
            for tab in tabs:
                has_newest(tab, 14)
                tab.frame.get_by_text("TensorBoard does not answer").wait_for(state="hidden")
            for step in range(15, 20):
                writer.snapshots(step)
                for tab in tabs:
                    has_newest(tab, step)
            for tab in tabs:
                steps = tab.frame.evaluate("window.lastSteps")
                assert steps[:5] == [3, 4, 5, 6, 7]
                assert steps[-5:] == [15, 16, 17, 18, 19]
                assert steps == sorted(set(steps))
            assert proxy.most["events"] <= 2, "one stream, and the one before where it isn't known yet to have ended"


@pytest.mark.parametrize("worker", [True, False], ids=["with a shared worker", "without"])
def test_a_proxy_that_holds_events_back_is_got_around_by_polling(
    tmp_path: Path, context: BrowserContext, worker: bool
) -> None:
    if not worker:
        context.add_init_script("delete window.SharedWorker")
    writer = write_run(tmp_path / "a", range(4))
    with tensorboard(tmp_path) as address, proxied({"": address}, buffering=True) as proxy:
        tabs = [open_in(context, proxy.address) for _ in range(2)]
        until(lambda: proxy.asked["updates"] > 0, tabs[0].page)
        for tab in tabs:
            has_newest(tab, 3)
            tab.frame.evaluate(RECORD)
        for step in range(4, 10):
            writer.snapshots(step)
            for tab in tabs:
                has_newest(tab, step)
        assert [tab.frame.evaluate("window.lastSteps") for tab in tabs] == [[3, 4, 5, 6, 7, 8, 9]] * 2
        if worker:
            assert proxy.most["updates"] == 1, "one poll for all tabs"
        assert proxy.most["events"] == 1, "not asked for again while polling works"
        assert tabs[0].frame.get_by_text("does not answer").count() == 0


def test_where_events_are_refused_and_workers_forbidden_tabs_are_live_all_the_same(
    tmp_path: Path, context: BrowserContext
) -> None:
    context.add_init_script(
        "window.SharedWorker = class { constructor() { throw new DOMException('no', 'SecurityError'); } }"
    )
    writer = write_run(tmp_path / "a", range(4))
    with tensorboard(tmp_path) as address, proxied({"": address}) as proxy:
        tabs = [open_in(context, proxy.address) for _ in range(MANY)]
        writer.snapshots(4)
        for tab in tabs:
            has_newest(tab, 4)
        # A machine too slow for the first message polls for a minute before it tries again.
        until(lambda: proxy.open["events"] == 1, tabs[0].page, secs=150)
        assert proxy.most["events"] == 1, "one tab streams, the others poll: a host has but six connections"
        tabs[0].page.close()
        writer.snapshots(5)
        for tab in tabs[1:]:
            has_newest(tab, 5)


def test_a_worker_that_can_not_be_loaded_is_done_without(tmp_path: Path, context: BrowserContext) -> None:
    writer = write_run(tmp_path / "a", range(4))
    context.add_init_script(
        "const Real = SharedWorker;"
        "window.SharedWorker = class { constructor(url) { return new Real(url + '.missing', { type: 'module' }); } }"
    )
    with tensorboard(tmp_path) as address:
        tab = open_in(context, address)
        writer.snapshots(4)
        has_newest(tab, 4)


def test_two_logdirs_behind_one_address_are_not_mixed(tmp_path: Path, context: BrowserContext) -> None:
    writers = {name: write_run(tmp_path / name / f"run-{name}", range(3)) for name in ("one", "two")}
    with (
        tensorboard(tmp_path / "one") as one,
        tensorboard(tmp_path / "two") as two,
        proxied({"/one": one, "/two": two}) as proxy,
    ):
        tabs = {name: open_in(context, f"{proxy.address}/{name}") for name in writers}
        writers["one"].snapshots(3)
        has_newest(tabs["one"], 3)
        assert tabs["two"].last_step() == 2
        writers["two"].snapshots(3, 4)
        has_newest(tabs["two"], 4)
        assert tabs["one"].last_step() == 3
        assert (proxy.open["events"], proxy.asked["events"]) == (2, 2)
