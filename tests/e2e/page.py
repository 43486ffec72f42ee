"""The tab as a person sees it: what the browser tests do to it and read from it."""

from __future__ import annotations

from playwright.sync_api import Frame, Page
from underway import ADDRESS_MS, wait_until_done


class Tab:
    """The Param Viz tab inside TensorBoard's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        element = page.wait_for_selector("iframe[src*='paramviz']", state="attached", timeout=60_000)
        frame = element.content_frame() if element else None
        assert frame is not None
        self.frame: Frame = frame

    def wait_for_cloud(self) -> None:
        """Until points are drawn."""
        self.frame.wait_for_function(
            "() => { const scene = document.querySelector('.cloud')?.scene; return scene && scene.place(0); }",
            timeout=60_000,
        )

    def place(self, row: int) -> tuple[float, float]:
        """Where a row is drawn, in CSS pixels of the whole page."""
        at = self.frame.evaluate(
            "row => { const box = document.querySelector('.cloud'); const at = box.scene.place(row);"
            " const { left, top } = box.getBoundingClientRect(); return at && [at.x + left, at.y + top]; }",
            row,
        )
        assert at is not None, f"row {row} is not drawn"
        frame = self.page.query_selector("iframe[src*='paramviz']")
        assert frame is not None
        box = frame.bounding_box()
        assert box is not None
        return at[0] + box["x"], at[1] + box["y"]

    def pictures_drawn(self) -> int:
        return int(self.frame.evaluate("document.querySelector('.cloud').scene.frames"))

    def step(self) -> int:
        return int(self.frame.locator("[role=slider][aria-label=Step]").get_attribute("aria-valuenow") or -1)

    def last_step(self) -> int:
        return int(self.frame.locator("[role=slider][aria-label=Step]").get_attribute("aria-valuemax") or -1)

    def seek(self, step: int) -> None:
        """Type a step into the field, as a person would: the nearest snapshot is shown."""
        field = self.frame.locator(".step-field input")
        field.fill(str(step))
        field.press("Enter")

    def go_to(self, step: int) -> None:
        """Seek a step that was logged, and wait until it is shown."""
        self.seek(step)
        self.wait_for_step(step)

    def wait_for_step(self, step: int) -> None:
        self.frame.wait_for_function(
            "step => document.querySelector('[role=slider][aria-label=Step]').ariaValueNow === String(step)",
            arg=step,
            timeout=30_000,
        )
        self.rest()

    def rest(self) -> None:
        """Until nothing moves any more and nothing is on its way."""
        wait_until_done(self.frame)

    def click(self, row: int) -> None:
        """On a row, once it stands where it is drawn."""
        self.rest()
        self.page.mouse.click(*self.place(row))

    def link(self) -> str:
        """What the address says of the view, without its #, once it has been written."""
        wait_until_done(self.frame, ADDRESS_MS)
        return self.page.url.split("#")[1]
