"""TensorBoard's page for the tests of ours. It is megabytes that a browser works on for seconds, and none of them are
ours: a page that a test has left is opened anew at our tab alone, which begins as on its first day."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError
from underway import WATCH

#: Our frame is left, what either page keeps is forgotten, and the frame is opened at the link.
ANEW = """async (link) => {
  const frame = document.querySelector("iframe[src*='paramviz']");
  const { src } = frame;
  const at = async (address) => {
    const there = new Promise((done) => frame.addEventListener("load", done, { once: true }));
    frame.src = address;
    await there;
  };
  document.activeElement?.blur();  // a field of TensorBoard's in use would keep the keys
  await at("about:blank");
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(history.state, "", link);
  return () => at(src);
}"""


def beside(page: Page) -> Page:
    """Another page of the same browser window. A page that is used again may have another size than its window."""
    other = page.context.new_page()
    if page.viewport_size is not None:
        other.set_viewport_size(page.viewport_size)
    return other


@dataclass(eq=False)
class Lent:
    """address: of the TensorBoard. likeness: of two pages that are alike any may be had."""

    page: Page
    address: str
    likeness: str
    free: bool = False


@dataclass
class Pages:
    """Those of one browser. What belongs to a TensorBoard is closed when another one is looked at."""

    browser: Browser
    lent: list[Lent] = field(default_factory=list)

    def open(
        self,
        address: str,
        link: str,
        size: tuple[int, int],
        *,
        dark: bool = False,
        motion: str = "no-preference",
        watch: Callable[[Page], None] = lambda page: None,
        **options: object,
    ) -> Page:
        """TensorBoard at `link`. watch: called with the page before anything of ours runs in it."""
        self._close([one for one in self.lent if one.free and one.address != address])
        likeness = json.dumps([dark, options], sort_keys=True, default=str)
        ours = link.startswith("#paramviz")
        for one in self.lent if ours else ():
            if one.free and one.likeness == likeness and self._again(one, link, size, motion, watch):
                return one.page
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            **options,  # type: ignore[arg-type]
        )
        # TensorBoard follows the system's colours only when told to; this is its own switch.
        settings = json.dumps({"theme": "dark" if dark else "light"})
        context.add_init_script(f"localStorage.setItem('_tb_global_settings', {settings!r})")
        context.add_init_script(WATCH)
        page = context.new_page()
        self.lent.append(Lent(page, address, likeness))
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        watch(page)
        page.goto(f"{address}/{link}")
        return page

    def take_back(self, pages: list[Page], *, whole: bool) -> None:
        """whole: the test passed, and did nothing to the pages that would outlive ours."""
        for one in [one for one in self.lent if one.page in pages]:
            one.free = whole and len(one.page.context.pages) == 1 and "#paramviz" in one.page.url
            if not one.free:
                self._close([one])

    def close(self) -> None:
        self._close(list(self.lent))

    def _again(self, one: Lent, link: str, size: tuple[int, int], motion: str, watch: Callable[[Page], None]) -> bool:
        """False: something is wrong with this page, which is closed."""
        page = one.page
        one.free = False
        try:
            page.unroute_all()
            page.mouse.move(2, 2)
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
            begin = page.evaluate_handle(ANEW, link)
            watch(page)
            begin.evaluate("(begin) => begin()")
        except BrowserError:
            self._close([one])
            return False
        return True

    def _close(self, these: list[Lent]) -> None:
        for one in these:
            self.lent.remove(one)
            one.page.context.close()
