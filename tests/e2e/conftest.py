"""A real TensorBoard and a real Chromium for the tests of the page."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser import ARGUMENTS, find_browser
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def tensorboard(logdir: Path, *flags: str) -> Iterator[str]:
    """A TensorBoard over `logdir` on a free loopback port; yields its address, ends it at the end."""
    port = free_port()
    command = [sys.executable, "-m", "tensorboard.main", "--host", "127.0.0.1", "--port", str(port), *flags]
    if "--port" in flags:
        port = int(flags[flags.index("--port") + 1])
    if not any(flag.startswith("--logdir") for flag in flags):
        command += ["--logdir", str(logdir)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(address + "/data/plugins_listing", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    output = process.communicate()[0]
                    raise AssertionError(f"TensorBoard did not start:\n{output}") from None
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


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
