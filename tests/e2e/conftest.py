"""A real TensorBoard and a real Chromium for the tests of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from browser import ARGUMENTS, find_browser
from pages import Pages
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from serving import tensorboard
from small_run import write_small_run
from trained import train

# As everything else is waited for: a busy machine is no fault.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    assert path is not None, "the tests need a Chromium: run `make test`, or set PARAMVIZ_BROWSER to one"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Complaints(list[str]):
    """What the browser complained of: console errors, uncaught exceptions, content-policy violations."""

    def watch(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", self._threw)

    def leave(self, page: Page) -> None:
        page.remove_listener("console", self._said)
        page.remove_listener("pageerror", self._threw)

    def _threw(self, error: object) -> None:
        self.append(f"uncaught: {error}")

    def _said(self, message: ConsoleMessage) -> None:
        policy = "Content Security Policy" in message.text or "Content-Security-Policy" in message.text
        where = message.location.get("url", "")
        ours = "paramviz" in where or "paramviz" in message.text
        # TensorBoard's own page asks for fonts and analytics it can't have offline; ours must ask for nothing.
        if (message.type == "error" or policy) and (ours or policy):
            self.append(f"{message.type}: {message.text} ({where})")


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TensorBoard over the run "trained", for tests that write nothing there: a snapshot each fifth step."""
    logdir = tmp_path_factory.mktemp("trained")
    train(logdir)
    with tensorboard(logdir) as address:
        yield address


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TensorBoard over the run "a", written at once, for tests that write nothing there."""
    logdir = tmp_path_factory.mktemp("small")
    write_small_run(logdir)
    with tensorboard(logdir) as address:
        yield address


PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


@pytest.fixture(scope="session")
def pages(browser: Browser) -> Iterator[Pages]:
    made = Pages(browser)
    yield made
    made.close()


@pytest.fixture
def open_tab(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Callable[..., tuple[Page, Complaints]]]:
    """Opens TensorBoard at our tab: open_tab(address, width=…, height=…, dark=…, link=…) -> page, complaints. own: the
    test does something to the page that would outlive ours."""
    opened: list[tuple[Page, Complaints]] = []
    whole = True

    def open_at(
        address: str,
        *,
        width: int = 1280,
        height: int = 720,
        dark: bool = False,
        link: str = "#paramviz",
        reduced_motion: str = "no-preference",
        own: bool = False,
        **options: object,
    ) -> tuple[Page, Complaints]:
        nonlocal whole
        whole = whole and not own and address != "about:blank"
        complaints = Complaints()
        page = pages.open(
            address, link, (width, height), dark=dark, motion=reduced_motion, watch=complaints.watch, **options
        )
        opened.append((page, complaints))
        return page, complaints

    yield open_at
    for page, complaints in opened:
        complaints.leave(page)
    pages.take_back([page for page, _ in opened], whole=whole and request.node.stash.get(PASSED, False))
