"""A link brings everything back: an unusual view is set up, its address opened elsewhere, and all is as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from conftest import Complaints
from event_files import write_run
from page import Tab
from playwright.sync_api import Page
from serving import tensorboard

OpenTab = Callable[..., tuple[Page, Complaints]]
ROWS, DIMS = 40, 8
pytestmark = pytest.mark.xdist_group("links")

#: Everything a person can see to be set: fields, switches, segments, pressed buttons, step, title of the inspector.
SET = """() => ({
  fields: [...document.querySelectorAll('select, input')].map((one) => [one.closest('label, .select-field, .setting')
    ?.textContent.slice(0, 24) ?? one.ariaLabel, /checkbox|radio/.test(one.type) ? one.checked : one.value]),
  pressed: [...document.querySelectorAll('[aria-pressed]')]
    .map((one) => [one.ariaLabel ?? one.textContent, one.ariaPressed]),
  step: document.querySelector('[role=slider][aria-label=Step]').ariaValueNow,
  told: document.querySelector('.inspector h2')?.textContent,
  subtitle: document.querySelector('.title p').textContent,
})"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TensorBoard over two runs; the second was written last, so it comes first without a link."""
    logdir = tmp_path_factory.mktemp("runs")
    write_run(logdir / "a b", range(0, 60, 2), ROWS, DIMS)
    write_run(logdir / "z", range(5), ROWS, DIMS)
    with tensorboard(logdir) as address:
        yield address


def drag(page: Page, tab: Tab, dx: int, dy: int, button: str = "left") -> None:
    box = tab.frame.locator(".cloud").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down(button=button)  # type: ignore[arg-type]
    page.mouse.move(x + dx, y + dy, steps=5)
    page.mouse.up(button=button)  # type: ignore[arg-type]
    page.mouse.move(5, 400)


def places(tab: Tab) -> list[object]:
    tab.rest()
    seen: list[object] = tab.frame.evaluate(
        "(rows) => Array.from({ length: rows }, (_, row) => document.querySelector('.cloud').scene.place(row))", ROWS
    )
    return seen


@pytest.mark.parametrize("view", ["3d", "2d"])
def test_a_link_restores_everything(address: str, open_tab: OpenTab, view: str) -> None:
    page, complaints = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    choose = lambda name, value: tab.frame.get_by_label(name, exact=True).first.select_option(value)  # noqa: E731
    choose("Run", "a b")
    tab.wait_for_step(58)
    choose("Projection", "last")
    choose("Colour by", "norm")
    choose("Size by", "displacement")
    tab.frame.get_by_label("Speed", exact=True).select_option("4")
    tab.frame.wait_for_function("() => document.hasFocus()")
    if view == "2d":
        page.keyboard.press("m")
    for key in ("n", "r"):
        page.keyboard.press(key)
    axis = tab.frame.locator(".dock-plot").bounding_box()
    assert axis is not None
    middle = axis["y"] + axis["height"] / 2
    page.keyboard.down("Shift")
    page.mouse.move(axis["x"] + 0.4 * axis["width"], middle)
    page.mouse.down()
    page.mouse.move(axis["x"] + 0.8 * axis["width"], middle, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.keyboard.press(",")
    settings = tab.frame.get_by_role("dialog", name="Settings")
    settings.get_by_label("Point size").and_(settings.locator("select")).select_option("1.5")
    settings.get_by_label("Pace").and_(settings.locator("select")).select_option("log")
    settings.get_by_text("Cividis").count()
    settings.get_by_label("Colour scale").and_(settings.locator("select")).select_option("cividis")
    page.keyboard.press("Escape")
    tab.go_to(24)
    page.keyboard.press("/")
    page.keyboard.type("d")
    page.keyboard.press("Enter")
    tab.frame.get_by_role("heading", name="Token “d”").wait_for()
    drag(page, tab, 130, 40)
    drag(page, tab, -60, 25, button="right")
    page.keyboard.press("/")
    page.keyboard.type("^[a-k]$")
    page.keyboard.press("Tab")
    tab.frame.get_by_label("Regular expression").click()
    page.mouse.move(5, 400)
    before, set_before = places(tab), tab.frame.evaluate(SET)
    link = "#" + tab.link()
    for part in ("run=a%20b", "step=24", "color=norm", "camera=", "search=", "regex=on", "loop=on", "part="):
        assert f"p.paramviz.{part}" in link

    again, more = open_tab(address, link=link)
    second = Tab(again)
    second.wait_for_cloud()
    second.wait_for_step(24)
    second.frame.get_by_role("heading", name="Token “d”").wait_for()
    again.mouse.move(5, 400)
    after = places(second)
    assert sum(place is not None for place in before) > 10
    for one, other in zip(before, after, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert other == pytest.approx(one, abs=1)
    assert second.frame.evaluate(SET) == set_before
    assert "#" + second.link() == link, "and its own address is the same"
    assert again.evaluate("localStorage.getItem('paramviz.settings')") == "{}", "a link is no choice of one's own"
    assert complaints + more == []


def test_what_others_put_in_the_address_stays_and_what_is_broken_is_passed_over(
    address: str, open_tab: OpenTab
) -> None:
    link = (
        "#paramviz&tagFilter=x&p.other.key=1&p.paramviz.run=a%20b&p.paramviz.color=blood&p.paramviz.camera=1,2"
        "&p.paramviz.step=NaN&p.paramviz.row=99999&p.paramviz.points=1e9&p.paramviz.groups=~~&p.paramviz.isolated=~"
        "&p.paramviz.with=nothing&p.paramviz.projection=step:7:7&p.paramviz.hidden=;"
    )
    page, complaints = open_tab(address, link=link)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.wait_for_step(58)
    assert tab.frame.get_by_label("Colour by").input_value() == "class"
    now = "#" + tab.link()
    assert now.startswith("#paramviz&tagFilter=x&p.other.key=1&p.paramviz.run=a%20b")
    for broken in ("blood", "camera", "NaN", "1e9", "isolated", "nothing", "hidden"):
        assert broken not in now
    assert complaints == []


def test_the_link_can_be_copied(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, permissions=["clipboard-read", "clipboard-write"])
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.go_to(2)
    page.keyboard.press(",")
    tab.frame.get_by_role("button", name="Copy link").click()
    tab.frame.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{address}/#paramviz&p.paramviz.run=")
    assert "p.paramviz.step=2" in copied
    assert complaints == []


def test_where_there_is_no_clipboard_the_link_stands_there_to_be_copied(address: str, open_tab: OpenTab) -> None:
    page, _ = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.frame.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.keyboard.press(",")
    tab.frame.get_by_role("button", name="Copy link").click()
    field = tab.frame.get_by_label("Link to this view")
    assert field.input_value().startswith(f"{address}/#paramviz&p.paramviz.run=")
    assert field.evaluate("(one) => one.selectionEnd - one.selectionStart") > 20
