"""What the page says of layers and of the training, against the event file as the package's own reader decodes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Complaints
from event_files import RunWriter, model_record, snapshot_at
from page import Tab
from playwright.sync_api import Frame, Locator, Page
from serving import tensorboard
from tensorboard.compat.proto.event_pb2 import Event
from test_accessibility import SIDEWAYS, TOO_SMALL, axe, serious
from trained import train

from tensorboard_plugin_paramviz.reader import Index, SnapshotReader, roots_of
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record import STATS, encode_model, encode_snapshot
from tensorboard_plugin_paramviz.record.names import SELF_COLUMNS, SELF_TAG

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("layer inspector")
__all__ = ["axe"]
STEPS = 200
PATH = "transformer.h.1.mlp.c_proj"
UNKNOWN = "\u2013"


@dataclass(frozen=True)
class Run:
    """stats: [T, L, S]. losses, gradient norms: by step. costs: [T, 5]."""

    address: str
    paths: list[str]
    steps: list[int]
    stats: np.ndarray
    losses: np.ndarray
    grad_norms: np.ndarray
    costs: np.ndarray

    def at(self, step: int, stat: str, path: str = PATH) -> float:
        return float(self.stats[self.steps.index(step), self.paths.index(path), STATS.index(stat)])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    logdir = tmp_path_factory.mktemp("runs")
    train(logdir, STEPS)
    write_bare(logdir / "bare")
    index = Index(roots_of(str(logdir), ""))
    index.scan()
    while index.poll():
        pass
    found = index.runs["trained"]
    steps, _, stats = SnapshotReader(found).stats(None, None)
    with tensorboard(logdir) as address:
        yield Run(
            address=address,
            paths=[layer.path for layer in SnapshotReader(found).model().layers],
            steps=steps.tolist(),
            stats=stats.astype(np.float64),
            losses=found.scalars("train/loss").values.astype(np.float64),
            grad_norms=found.scalars("train/grad_norm").values.astype(np.float64),
            costs=Figures(found, SELF_TAG, 1).read_all().astype(np.float64),
        )


def write_bare(directory: Path) -> None:
    """Without an optimizer: nothing of updates was measured."""
    writer = RunWriter(directory)
    summary = encode_model(replace(model_record(), optimizer={}))
    writer.append(Event(wall_time=1000.0, step=0, summary=summary).SerializeToString())
    for step in range(0, 30, 10):
        snapshot = snapshot_at(step)
        assert snapshot.stats is not None
        snapshot.stats[:, [i for i, name in enumerate(STATS) if name.startswith("update_")]] = np.nan
        event = Event(wall_time=1000.0 + step, step=step, summary=encode_snapshot(snapshot))
        writer.append(event.SerializeToString())


@pytest.fixture
def show(run: Run, open_tab: OpenTab) -> Iterator[Callable[..., Tab]]:
    """Opens the page where layers are shown; nothing may have complained at the end."""
    seen: list[Complaints] = []

    def open_at(of: str = "trained", layer: str | None = PATH, step: int = 100, tab: str = "heat") -> Tab:
        link = f"#paramviz&p.paramviz.run={of}&p.paramviz.tab={tab}&p.paramviz.step={step}"
        page, complaints = open_tab(
            run.address, width=1440, height=900, link=link + (f"&p.paramviz.layer={layer}" if layer else "")
        )
        seen.append(complaints)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        return Tab(page)

    yield open_at
    assert [complaint for complaints in seen for complaint in complaints] == []


def as_recorded(frame: Frame, step: int) -> None:
    frame.locator(".as-of").filter(has_text=f"As recorded at step {step}").wait_for()


def reading(frame: Frame, name: str) -> str:
    said = frame.locator(".inspector .reading").filter(has=frame.get_by_text(name, exact=True)).locator("dd").first
    return said.inner_text().split("\n")[0]


def number(text: str) -> float:
    return float(text.split(" ")[0].replace(",", ""))


def close(said: str, value: float) -> bool:
    """To the three figures that are written."""
    return number(said) == pytest.approx(value, rel=6e-3)


def x_of(line: Locator) -> float | None:
    """Middle of a line that is shown."""
    box = line.bounding_box() if line.is_visible() else None
    return None if box is None else box["x"] + box["width"] / 2


def test_the_numbers_of_a_layer_are_those_of_the_event_file(run: Run, show: Callable[..., Tab]) -> None:
    tab = show(step=100)
    frame = tab.frame
    as_recorded(frame, 100)
    assert frame.locator(".inspector h2").inner_text() == "h.1.mlp.c_proj"
    assert frame.locator(".inspector-title p").first.inner_text() == "MLP, down, block 1 · 32 \u00d7 128"
    shown = {"Gradient norm": "grad_norm", "Weight norm": "weight_norm", "Update ratio": "update_ratio"}
    shown |= {"Weight RMS": "weight_rms", "Largest": "weight_max_abs"}
    for name, stat in shown.items():
        assert close(reading(frame, name), run.at(100, stat)), name
    assert number(reading(frame, "Weights")) == 32 * 128
    frame.get_by_role("button", name="All statistics").click()
    rows = frame.locator(".stat-list > div")
    assert rows.count() == len(STATS) - len(shown)
    values = dict(row.inner_text().split("\n")[:2] for row in rows.all())
    assert close(values["Update norm"], run.at(100, "update_norm"))
    assert close(values["Gradient RMS"], run.at(100, "grad_rms"))
    assert values["Weights not finite"].startswith("0")
    assert 'level="full"' in rows.filter(has_text="Stable rank").inner_text(), (
        "what was not asked for says how to get it"
    )

    # The same of the other block, and a click goes there.
    bars = frame.locator(".kind-bar")
    assert bars.count() == 2
    for bar, path in zip(bars.all(), ("transformer.h.0.mlp.c_proj", PATH), strict=True):
        assert close(bar.locator(".figure").inner_text(), run.at(100, "update_ratio", path))
    bars.first.click()
    frame.locator(".inspector h2").get_by_text("h.0.mlp.c_proj").wait_for()
    as_recorded(frame, 100)
    assert close(reading(frame, "Gradient norm"), run.at(100, "grad_norm", "transformer.h.0.mlp.c_proj"))


def test_one_hairline_stands_in_all_charts_and_on_the_time_axis(run: Run, show: Callable[..., Tab]) -> None:
    tab = show(step=50)
    frame = tab.frame
    as_recorded(frame, 50)
    charts = frame.locator(".layer-chart .stat-chart")
    frame.locator(".layer-chart canvas").nth(2).wait_for()
    frame.locator(".chart-cursor").nth(2).wait_for()
    assert charts.count() == 3
    box = charts.nth(1).bounding_box()
    assert box is not None
    # Snapshots lie five steps apart, evenly over the chart.
    tab.page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 20)
    line = frame.locator(".hover-line")
    line.wait_for()
    hairlines = [x_of(one) for one in frame.locator(".layer-chart .u-cursor-x").all()]
    assert hairlines == pytest.approx([box["x"] + box["width"] * 0.75] * 3, abs=1.5)
    last = run.steps[-1]
    said = frame.locator(".layer-chart figcaption b").nth(2).inner_text()
    match = re.fullmatch(r"(\S+) at ([\d,]+)", said)
    assert match, said
    assert abs(number(match[2]) - 0.75 * last) <= 5
    assert close(match[1], run.at(int(number(match[2])), "weight_norm"))
    dock = frame.locator(".dock-plot").bounding_box()
    assert dock is not None
    # The time axis begins 148 px from its left edge, ends 16 px before the right one, and goes to the last loss.
    left, right = dock["x"] + 148, dock["x"] + dock["width"] - 16
    assert x_of(line) == pytest.approx(left + (right - left) * 0.75 * last / STEPS, abs=3)

    tab.page.mouse.down()
    tab.page.mouse.up()
    nearest = min(run.steps, key=lambda step: abs(step - 0.75 * last))
    as_recorded(frame, nearest)
    cursors = [x_of(one) for one in frame.locator(".layer-chart .chart-cursor").all()]
    assert cursors == pytest.approx([box["x"] + box["width"] * nearest / last] * 3, abs=1.5)
    assert close(reading(frame, "Weight norm"), run.at(nearest, "weight_norm"))

    # From the time axis to the charts.
    tab.page.mouse.move(left + (right - left) * 0.3, dock["y"] + 60)
    frame.wait_for_function("() => [...document.querySelectorAll('.u-cursor-x')].every((one) => one.offsetParent)")
    expected = box["x"] + box["width"] * 0.3 * STEPS / last
    assert [x_of(one) for one in frame.locator(".layer-chart .u-cursor-x").all()] == pytest.approx(
        [expected] * 3, abs=2.5
    )
    tab.page.mouse.move(700, 300)
    line.wait_for(state="hidden")


def test_a_chart_can_be_looked_at_larger_by_keyboard_alone(run: Run, show: Callable[..., Tab]) -> None:
    tab = show(step=100)
    frame, keys = tab.frame, tab.page.keyboard
    frame.locator(".layer-chart canvas").nth(2).wait_for()
    button = frame.get_by_role("button", name="Gradient norm, larger")
    button.focus()
    keys.press("Enter")
    dialog = frame.locator("dialog.large-chart[open]")
    dialog.locator("canvas").wait_for()
    assert [one.inner_text() for one in dialog.locator("select option").all()].count("Stable rank") == 1
    dialog.get_by_label("Statistic").select_option("weight_norm")
    dialog.locator(".chart-reading").get_by_text("Step 100: ").wait_for()
    assert close(dialog.locator(".chart-reading b").inner_text(), run.at(100, "weight_norm"))
    zoom = dialog.get_by_role("button", name="Zoom in")
    zoom.focus()
    keys.press("Enter")
    chart = dialog.get_by_role("img", name=re.compile("Weight norm over steps"))
    frame.wait_for_function(
        "() => !document.querySelector('.large-chart .stat-chart')?.ariaLabel.includes('steps 0 to')"
    )
    match = re.search(r"steps ([\d,]+) to ([\d,]+)", chart.get_attribute("aria-label") or "")
    assert match
    assert number(match[2]) - number(match[1]) == pytest.approx(run.steps[-1] / 2, abs=2)
    keys.press("Escape")
    dialog.wait_for(state="detached")
    assert button.evaluate("(one) => one === document.activeElement")


def test_the_summary_says_how_the_training_went_and_is_copied_as_markdown(run: Run, show: Callable[..., Tab]) -> None:
    tab = show(layer=None, step=0)
    frame = tab.frame
    frame.locator(".trend-line").wait_for()
    frame.get_by_role("button", name="Summary", exact=True).click()
    copy = frame.get_by_role("button", name="Copy as Markdown")
    frame.locator("dialog.summary").get_by_text("Recording took").wait_for()
    copy.click()
    frame.locator("dialog.summary").get_by_text("Copied").wait_for()
    text = tab.page.evaluate("navigator.clipboard.readText()")
    tables = [
        [line.strip("|").split("|") for line in block.splitlines()] for block in text.split("\n\n") if block[0] == "|"
    ]
    assert all(len(row) == len(table[0]) for table in tables for row in table)
    said = {row[0].strip(): [cell.strip() for cell in row[1:]] for table in tables for row in table}

    best = int(np.argmin(run.losses))
    value, _, step = said["Best loss"][0].partition(" at step ")
    assert close(value, run.losses[best])
    assert number(step) == best
    weights = 0.6 ** np.arange(len(run.losses))[::-1]
    assert close(said["Loss, smoothed"][0], float((weights * run.losses).sum() / weights.sum()))
    clipped = 100 * float((run.grad_norms >= 1.0).mean())
    assert number(said["Gradient clipped"][0]) == pytest.approx(clipped, abs=0.1), "train.py clips at 1"
    costs = dict(zip(SELF_COLUMNS, run.costs.T, strict=True))
    assert close(said["Recorded"][0], float(costs["snapshot_bytes"].sum()) / 1e3), "kB"
    assert close(said["Recording took"][1].split(": ")[1], float(costs["capture_secs"].sum()))
    assert number(said["Snapshots dropped"][0]) == costs["dropped_count"].max()
    mlp = [i for i, path in enumerate(run.paths) if ".mlp." in path]
    medians = [
        np.nanmedian(run.stats[-1, mlp, STATS.index(name)]) for name in ("grad_norm", "weight_rms", "update_ratio")
    ]
    assert number(said["MLP"][0]) == len(mlp)
    assert all(close(cell, median) for cell, median in zip(said["MLP"][2:], medians, strict=True))
    assert said["Head"][2:] == [UNKNOWN] * 3, "tied: the token embedding has its numbers"
    assert not re.search(r"NaN|null|undefined", text)
    tab.page.keyboard.press("Escape")
    frame.locator("dialog.summary").wait_for(state="hidden")


def test_what_is_missing_names_the_argument_that_gives_it(show: Callable[..., Tab]) -> None:
    tab = show(of="bare", layer="transformer.wte", step=10)
    as_recorded(tab.frame, 10)
    assert reading(tab.frame, "Update ratio") == UNKNOWN
    assert number(reading(tab.frame, "Weight norm")) > 0
    assert "Pass optimizer=optimizer to watch()" in tab.frame.locator(".not-measured").inner_text()
    assert "NaN" not in tab.frame.locator("body").inner_text()


def test_sizes_are_of_the_cells_that_were_recorded_at_the_cursor(show: Callable[..., Tab]) -> None:
    tab = show(step=STEPS - 5)
    section = tab.frame.get_by_role("region", name="Distribution")
    section.wait_for()
    said = section.get_by_role("img").get_attribute("aria-label") or ""
    asked = tab.frame.evaluate(
        """async (path) => {
          const at = (route) => new URL(route, document.baseURI);
          const model = await (await fetch(at("model?run=trained"))).json();
          return model.thumbs.find((one) => model.layers[one.layer].path === path);
        }""",
        PATH,
    )
    match = re.match(r"Sizes of ([\d,]+) cells", said)
    assert match, said
    assert number(match[1]) == asked["rows"] * asked["columns"]
    step = re.search(r"step (\d+)", section.inner_text())
    assert step
    assert int(step[1]) <= STEPS - 5


def small(frame: Frame) -> list[list[object]]:
    """Controls of ours too small for a finger."""
    ours = TOO_SMALL.replace(".table-button", ".transport")
    assert ours != TOO_SMALL
    found: list[list[object]] = frame.evaluate(ours)
    return found


@pytest.mark.parametrize(("width", "height", "dark"), [(1440, 900, True), (390, 844, False)])
def test_everyone_can_use_it(run: Run, open_tab: OpenTab, axe: str, width: int, height: int, dark: bool) -> None:
    link = f"#paramviz&p.paramviz.run=trained&p.paramviz.tab=heat&p.paramviz.layer={PATH}&p.paramviz.step=100"
    page, complaints = open_tab(run.address, width=width, height=height, dark=dark, link=link)
    frame = Tab(page).frame
    phone = width < 768
    if phone:
        frame.get_by_role("button", name="Show more").click()
    frame.locator(".layer-chart canvas").nth(2).wait_for()
    frame.get_by_role("button", name="All statistics").click()
    assert serious(frame, axe) == []
    assert not phone or small(frame) == []
    frame.get_by_role("button", name="Weight norm, larger").click()
    frame.locator(".large-chart canvas").wait_for()
    assert serious(frame, axe) == []
    assert not phone or small(frame) == []
    assert frame.evaluate(SIDEWAYS) == 0
    assert complaints == []
