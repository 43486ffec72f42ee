"""A small run written at once, and the page opened on it: for tests of the page that need no real training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from event_files import write_run
from page import Tab
from playwright.sync_api import Page

ROWS, DIMS = 40, 8


def write_small_run(logdir: Path) -> None:
    """30 snapshots under the name "a"."""
    write_run(logdir / "a", range(30), ROWS, DIMS)


def opened(
    open_tab: Callable[..., tuple[Page, list[str]]], address: str, **options: object
) -> tuple[Page, Tab, list[str]]:
    page, complaints = open_tab(address, **options)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.frame.wait_for_function("() => document.hasFocus()")
    tab.rest()
    return page, tab, complaints
