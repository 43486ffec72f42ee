"""Two runs on one screen: both clouds under one camera and one cursor, their curves, how they differ. What the page
says is held against the server's own answers."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from conftest import Complaints
from event_files import EMBEDDING, RunWriter, model_event, write_run
from page import Tab
from playwright.sync_api import Frame, Page, expect
from serving import tensorboard
from test_accessibility import COVERED, SIDEWAYS, TOO_SMALL, axe, serious
from trained import train

from tensorboard_plugin_paramviz.web import binary

OpenTab = Callable[..., tuple[Page, Complaints]]
RATES = {"slow": "1e-3", "fast": "1e-2"}
PAIR = "#paramviz&p.paramviz.run=slow&p.paramviz.compare=fast"
OTHER = ".cloud.other"
PHONE = 390
pytestmark = pytest.mark.xdist_group("compare")
__all__ = ["axe"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TensorBoard over two trained runs, and small ones with other vocabularies, one of which was begun again."""
    logdir = tmp_path_factory.mktemp("runs")
    for run, rate in RATES.items():
        train(logdir, run=run, rate=rate)
    write_run(logdir / "five", range(0, 60, 5), rows=5)
    write_run(logdir / "again", range(0, 30, 5), rows=5)
    write_run(logdir / "seven", range(0, 30, 5), rows=7)
    again = RunWriter(logdir / "seven", "events.out.tfevents.2000.host.1.0")
    again.append(model_event(rows=7, session="again"))
    again.snapshots(20, 25, 30, 35, rows=7)
    with tensorboard(logdir) as address:
        yield address


def ask(address: str, route: str, **query: object) -> bytes:
    url = f"{address}/data/plugin/paramviz/{route}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url) as reply:
        return bytes(reply.read())


def written(value: float) -> str:
    """Three significant figures, as the page writes numbers between a hundredth and a thousand."""
    assert 0.01 <= value < 999
    digits = 2 - int(np.floor(np.log10(value)))
    return f"{round(value, digits):.{digits}f}"


def opened(open_tab: OpenTab, address: str, link: str = PAIR, **options: object) -> tuple[Page, Tab, Complaints]:
    page, complaints = open_tab(address, link=link, **options)
    tab = Tab(page)
    tab.wait_for_cloud()
    if options.get("width", 1280) != PHONE:
        wait_for_other(tab)
    tab.rest()
    return page, tab, complaints


def wait_for_other(tab: Tab) -> None:
    tab.frame.wait_for_function(f"() => document.querySelector('{OTHER}')?.scene?.place(0)", timeout=30_000)


def places(frame: Frame, cloud: str, rows: range = range(12)) -> np.ndarray:
    """Where rows are drawn in a pane, CSS pixels of that pane, [R, 2]; NaN where they aren't."""
    found = frame.evaluate(
        "([cloud, rows]) => { const { scene } = document.querySelector(cloud);"
        " return rows.map((row) => { const at = scene.place(row); return at ? [at.x, at.y] : [null, null]; }); }",
        [cloud, list(rows)],
    )
    return np.array(found, dtype=float)


def drag(page: Page, tab: Tab, cloud: str, dx: int, dy: int) -> None:
    box = tab.frame.locator(cloud).first.bounding_box()
    assert box is not None
    # In the corner, where no point is taken hold of.
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] * 0.6)
    page.mouse.down()
    page.mouse.move(box["x"] + 40 + dx, box["y"] + box["height"] * 0.6 + dy, steps=4)
    page.mouse.up()
    tab.rest()


def test_another_run_stands_beside_the_first_and_goes_again(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, link="#paramviz&p.paramviz.run=slow")
    tab = Tab(page)
    tab.wait_for_cloud()
    frame = tab.frame
    frame.get_by_role("button", name="+ Compare").click()
    frame.get_by_label("Run B", exact=True).select_option("fast")
    wait_for_other(tab)
    tab.rest()
    titles = frame.locator(".run-title").all_inner_texts()
    assert [re.sub(r"\s+", " ", one).strip() for one in titles] == ["A · slow", "B · fast"]
    page.wait_for_function("location.hash.includes('paramviz.compare=fast')")
    expect(frame.locator(".footnote")).to_contain_text("One camera, both along A's axes, B drawn")

    drawn = frame.evaluate("() => [...document.querySelectorAll('.cloud')].map((one) => one.scene.frames)")
    page.wait_for_timeout(300)
    assert drawn == frame.evaluate("() => [...document.querySelectorAll('.cloud')].map((one) => one.scene.frames)")

    frame.get_by_role("button", name="Stop comparing").click()
    expect(frame.locator(OTHER)).to_have_count(0)
    page.wait_for_function("!location.hash.includes('paramviz.compare')")
    assert complaints == []


def test_both_are_looked_at_from_one_place_until_they_are_parted(address: str, open_tab: OpenTab) -> None:
    page, tab, complaints = opened(open_tab, address)
    frame = tab.frame
    moved = []
    for cloud, follower in ((".cloud", OTHER), (OTHER, ".cloud")):
        before = places(frame, follower)
        drag(page, tab, cloud, 120, -20)
        moved.append(np.abs(places(frame, follower) - before).max())
    assert min(moved) > 10, "turning one turns the other"

    frame.get_by_role("button", name="Move both cameras apart (K)").click()
    before = places(frame, OTHER)
    drag(page, tab, ".cloud", 90, 10)
    np.testing.assert_array_equal(places(frame, OTHER), before)
    page.keyboard.press("k")
    tab.rest()
    assert np.abs(places(frame, OTHER) - before).max() > 5, "linked again, it looks from where A does"
    assert complaints == []


def test_one_cursor_moves_both_and_each_is_drawn_at_that_step(address: str, open_tab: OpenTab) -> None:
    _, tab, complaints = opened(open_tab, address, f"{PAIR}&p.paramviz.step=0")
    frame = tab.frame
    first = [places(frame, cloud) for cloud in (".cloud", OTHER)]
    tab.go_to(50)
    tab.rest()
    for cloud, before in zip((".cloud", OTHER), first, strict=True):
        assert np.abs(places(frame, cloud) - before).max() > 3, cloud
    for which, run in (("a", "slow"), ("b", "fast")):
        _, arrays = binary.decode(ask(address, "rows", run=run, embedding=EMBEDDING, step=50))
        title = frame.locator(".centre-top .title" if which == "a" else ".pane-title")
        expect(title).to_contain_text(f"mean norm {written(float(arrays['norms'].mean()))}")
    assert complaints == []


def test_a_token_chosen_in_either_pane_is_told_of_both(address: str, open_tab: OpenTab) -> None:
    page, tab, complaints = opened(open_tab, address, f"{PAIR}&p.paramviz.step=50")
    frame = tab.frame
    model = json.loads(ask(address, "model", run="fast"))
    labels = model["embeddings"][0]["labels"]
    box = frame.locator(OTHER).bounding_box()
    assert box is not None
    everywhere = places(frame, OTHER, range(len(labels)))
    # One that lies apart from the others, so that it is surely the one that is hit.
    apart = np.linalg.norm(everywhere[:, None] - everywhere[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    row = int(np.nanargmax(np.nanmin(apart, axis=1)))
    page.mouse.click(box["x"] + everywhere[row, 0], box["y"] + everywhere[row, 1])
    page.wait_for_function(f"location.hash.includes('paramviz.row={row}')")

    table = frame.locator(".facts-table")
    for column, run in enumerate(("slow", "fast")):
        _, arrays = binary.decode(ask(address, "rows", run=run, embedding=EMBEDDING, step=50, rows=row))
        norm = table.locator("tr", has_text="Vector norm").locator("td").nth(column)
        expect(norm).to_have_text(written(float(arrays["norms"][0])))
        near = frame.locator(".neighbours.pair > div").nth(column).locator(".neighbour .figure")
        expect(near).to_have_text([f"{cosine:.2f}" for cosine in arrays["cosines"][0][:6]])
    assert complaints == []


def test_curves_of_several_runs_share_one_axis_and_are_read_at_the_cursor(address: str, open_tab: OpenTab) -> None:
    page, tab, complaints = opened(open_tab, address, f"{PAIR}&p.paramviz.step=50")
    frame = tab.frame
    frame.locator(".curve-picker summary").click()
    frame.locator(".curve-picker").get_by_role("checkbox", name="five").check()
    readings = frame.locator(".dock-readings.several li")
    expect(readings).to_have_count(3)
    for place, run in enumerate(("slow", "fast", "five")):
        tag = json.loads(ask(address, "scalars", run=run))["train"]
        _, arrays = binary.decode(ask(address, "scalars", run=run, tag=tag))
        loss = arrays["values"][np.searchsorted(arrays["steps"], 50, side="right") - 1]
        expect(readings.nth(place).locator("b")).to_have_text(written(float(loss)))
    page.wait_for_function("location.hash.includes('paramviz.curves=five')")

    plot = frame.locator(".dock-plot").bounding_box()
    assert plot is not None
    told = set()
    for height in range(8, 118, 2):
        page.mouse.move(plot["x"] + plot["width"] * 0.6, plot["y"] + height)
        # Asked for at once: a card may go between two questions.
        said = frame.evaluate("document.querySelector('.curve-card b')?.innerText ?? ''")
        told |= {re.sub(r"\s+", " ", said).strip()} - {""}
    assert told <= {"A · slow", "B · fast", "five"}
    assert len(told) >= 2
    assert complaints == []


def test_the_table_lists_what_differs_and_folds_what_doesn_t(address: str, open_tab: OpenTab) -> None:
    _, tab, complaints = opened(open_tab, address)
    table = tab.frame.locator(".facts-table")
    rate = table.locator("tr", has_text="learning rate").locator("td")
    expect(rate).to_have_text(["0.001", "0.01"])
    expect(table.locator("tr", has_text="Train loss").first.locator("td")).to_have_count(2)
    assert table.get_by_text("weight decay").count() == 0, "it is the same in both"
    tab.frame.locator(".equal-facts summary").click()
    expect(tab.frame.locator(".equal-facts").get_by_text("weight decay").first).to_be_visible()
    assert complaints == []


def test_the_heat_map_shows_how_the_runs_differ_layer_by_layer(address: str, open_tab: OpenTab) -> None:
    page, tab, complaints = opened(open_tab, address, f"{PAIR}&p.paramviz.step=50")
    frame = tab.frame
    page.keyboard.press("3")
    cells = frame.locator(".heat-cells[data-drawn]")
    expect(cells).to_be_visible()
    expect(frame.locator(".heat-head")).to_contain_text("which both have")
    frame.locator(".heat-scroll").focus()
    page.keyboard.press("ArrowDown")
    said = frame.locator("#compared-cell")
    expect(said).to_contain_text(", step 50: A ")
    path = said.inner_text().split(", step")[0]
    values = []
    for run in ("slow", "fast"):
        header, arrays = binary.decode(ask(address, "heat", run=run, stat="grad_norm"))
        column = int(np.searchsorted(arrays["edges"], 50, side="right")) - 1
        values.append(float(arrays["shown"][header["layers"].index(path), column]))
    a, b = values
    ratio, larger = (b / a, "B") if b > a else (a / b, "A")
    expect(said).to_contain_text(f"{written(ratio)} times as large in {larger}")
    frame.locator(".heat-runs label", has_text="Difference").wait_for()
    frame.locator(".heat-runs label").nth(1).click()
    expect(frame.locator(".heat-head h1")).to_contain_text("B · ")
    frame.locator(".heat-runs label").nth(0).click()
    expect(frame.locator("[role=grid]")).to_be_visible()
    assert complaints == []


def test_the_layers_and_the_findings_are_of_whichever_run_is_switched_to(address: str, open_tab: OpenTab) -> None:
    layer = next(one["path"] for one in json.loads(ask(address, "model", run="fast"))["layers"] if "mlp" in one["path"])
    page, tab, complaints = opened(open_tab, address, f"{PAIR}&p.paramviz.step=50&p.paramviz.layer={layer}")
    frame = tab.frame
    page.keyboard.press("2")
    for which, run in enumerate(RATES):
        frame.locator(".tools .side-switch label").nth(which).click()
        expect(frame.locator("[data-view=layers] h1")).to_have_text(f"Layers of {'AB'[which]} · {run}")
        header, arrays = binary.decode(ask(address, "heat", run=run, stat="weight_norm"))
        column = int(np.searchsorted(arrays["edges"], 50, side="right")) - 1
        norm = float(arrays["shown"][header["layers"].index(layer), column])
        reading = frame.locator(".inspector .reading", has_text="Weight norm").locator("dd")
        expect(reading).to_have_text(re.compile("^" + re.escape(written(norm))))
    page.keyboard.press("Escape")  # the layer: the run's findings are listed again
    expect(frame.get_by_role("radio", name="B").and_(frame.locator(".findings input"))).to_be_checked()
    page.wait_for_url(lambda url: "side=b" in url)
    assert complaints == []


def test_runs_with_other_tokens_say_which_are_hidden_and_have_axes_of_their_own(
    address: str, open_tab: OpenTab
) -> None:
    link = "#paramviz&p.paramviz.run=five&p.paramviz.compare=seven&p.paramviz.step=55"
    _, tab, complaints = opened(open_tab, address, link)
    footnote = tab.frame.locator(".footnote")
    expect(footnote).to_contain_text("each along its own axes (7 rows were sampled, there 5)")
    expect(footnote).to_contain_text("5 tokens are in both runs. The other 2 are hidden.")
    expect(tab.frame.locator(".pane-title")).to_contain_text("5 of 7 tokens")
    expect(tab.frame.locator(".pane-end")).to_have_text("Ends at step 35: its last snapshot is shown")
    hidden = places(tab.frame, OTHER, range(5, 7))
    assert np.isnan(hidden).all()
    assert complaints == []


def test_a_restart_is_marked_on_the_time_axis(address: str, open_tab: OpenTab) -> None:
    page, complaints = open_tab(address, link="#paramviz&p.paramviz.run=seven")
    tab = Tab(page)
    tab.wait_for_cloud()
    mark = tab.frame.get_by_role("button", name=re.compile("session 2 of 2, again, started .*, from step 20"))
    mark.click()
    tab.wait_for_step(20)
    assert complaints == []


@pytest.mark.parametrize(("width", "height", "dark"), [(1440, 900, True), (1060, 800, False), (PHONE, 844, True)])
def test_two_runs_are_for_everyone(
    address: str,
    open_tab: OpenTab,
    axe: str,
    width: int,
    height: int,
    dark: bool,
) -> None:
    touch = {"has_touch": True} if width == PHONE else {}
    link = f"{PAIR}&p.paramviz.curves=five%0Aseven%0Aagain&p.paramviz.step=50"
    _, tab, complaints = opened(open_tab, address, link, width=width, height=height, dark=dark, **touch)
    frame = tab.frame
    assert serious(frame, axe) == []
    assert frame.evaluate(SIDEWAYS) <= 0
    # What a small screen's legend has no room for is scrolled to.
    assert frame.evaluate(COVERED.replace("'.left-panel,", "'.entries, .left-panel,")) == []
    if width == PHONE:
        assert frame.evaluate(TOO_SMALL) == []
        frame.locator(".pane-switch label").nth(1).click()
        wait_for_other(tab)
        expect(frame.locator(OTHER)).to_be_visible()
        expect(frame.locator(".cloud").first).to_be_hidden()
    assert complaints == []
