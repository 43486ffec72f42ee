"""The tab at one step of a short training, and its save menu."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from conftest import Complaints
from page import Tab
from playwright.sync_api import Locator, Page

from tensorboard_plugin_paramviz.web import binary

OpenTab = Callable[..., tuple[Page, Complaints]]
#: Of snapshots at 0, 5, …
STEP = 20
EMBEDDING = "transformer.wte"


def opened(address: str, open_tab: OpenTab, **options: object) -> Tab:
    page, _ = open_tab(address, device_scale_factor=2, **options)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.frame.get_by_text("Reading snapshots").wait_for(state="hidden")
    # As the phone has no field to type a step into, the keys go there.
    page.keyboard.press("Home")
    tab.wait_for_step(0)
    for _ in range(STEP // 5):
        page.keyboard.press("ArrowRight")
    tab.wait_for_step(STEP)
    page.mouse.move(2, 2)
    tab.rest()
    return tab


def menu(tab: Tab) -> Locator:
    return tab.frame.get_by_role("dialog", name="Save", exact=True)


def open_menu(tab: Tab) -> None:
    tab.frame.locator(".pane.on").get_by_label("Save (P)").click()


def saved(tab: Tab, choice: str, folder: Path) -> Path:
    """Opens the menu, takes a choice and closes the menu again."""
    open_menu(tab)
    with tab.page.expect_download(timeout=30_000) as download:
        menu(tab).get_by_role("button", name=choice).click()
    menu(tab).get_by_text(f"Saved as {download.value.suggested_filename}").wait_for()
    tab.page.keyboard.press("Escape")
    menu(tab).wait_for(state="hidden")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def answered(address: str, route: str, **query: object) -> tuple[dict, dict]:
    asked = f"{address}/data/plugin/paramviz/{route}?{urlencode(query)}"
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return binary.decode(answer.read())
