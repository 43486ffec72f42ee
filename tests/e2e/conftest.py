"""A real TensorBoard and a real Chromium for the tests of the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from browser import ARGUMENTS, find_browser
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from serving import tensorboard
from trained import train


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
        page.on("pageerror", lambda error: self.append(f"uncaught: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        policy = "Content Security Policy" in message.text or "Content-Security-Policy" in message.text
        where = message.location.get("url", "")
        ours = "paramviz" in where or "paramviz" in message.text
        # TensorBoard's own page asks for fonts and analytics it can't have offline; ours must ask for nothing.
        if (message.type == "error" or policy) and (ours or policy):
            self.append(f"{message.type}: {message.text} ({where})")


@pytest.fixture(scope="session")
def briefly_trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TensorBoard over the run "trained": 40 steps, a snapshot each fifth. For tests of one xdist group."""
    logdir = tmp_path_factory.mktemp("briefly trained")
    train(logdir, 40)
    with tensorboard(logdir) as address:
        yield address


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Callable[..., tuple[Page, Complaints]]]:
    """Opens TensorBoard at our tab: open_tab(address, width=…, height=…, dark=…, link=…) -> page, complaints."""
    contexts = []

    def open_at(
        address: str,
        *,
        width: int = 1280,
        height: int = 720,
        dark: bool = False,
        link: str = "#paramviz",
        **options: object,
    ) -> tuple[Page, Complaints]:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        # TensorBoard follows the system's colours only when told to; this is its own switch.
        settings = json.dumps({"theme": "dark" if dark else "light"})
        context.add_init_script(f"localStorage.setItem('_tb_global_settings', {settings!r})")
        page = context.new_page()
        complaints = Complaints()
        complaints.watch(page)
        page.goto(f"{address}/{link}")
        return page, complaints

    yield open_at
    for context in contexts:
        context.close()
