"""What the page says of tokens, against the event file as the package's own reader decodes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Complaints
from event_files import EMBEDDING, RunWriter, model_event, snapshot_at
from page import Tab
from playwright.sync_api import Frame, Page
from serving import tensorboard
from tensorboard.compat.proto.event_pb2 import Event
from trained import STEPS, train

from tensorboard_plugin_paramviz.reader import Index, SnapshotReader, roots_of
from tensorboard_plugin_paramviz.record import dequantize, encode_snapshot

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("inspector")
EVERY = 5
STEP = 25
ROW = 30
BROKEN = 3
UNKNOWN = "\u2013"


@dataclass(frozen=True)
class Trained:
    """A run as it was recorded. vectors [T, R, D], grad_norms and update_norms [T, R], counts [R]."""

    address: str
    path: str
    steps: list[int]
    vectors: np.ndarray
    grad_norms: np.ndarray
    update_norms: np.ndarray
    labels: list[str]
    counts: np.ndarray

    def at(self, step: int) -> int:
        return self.steps.index(step)

    def row_named(self, shown: str) -> int:
        """The row of a label as it is drawn."""
        sign = {"␣": " ", "↵": "\n", "⇥": "\t"}.get(shown, shown)
        # The text may hold such a sign itself.
        return self.labels.index(sign if sign in self.labels else shown)

    def norms(self, step: int) -> np.ndarray:
        return np.linalg.norm(self.vectors[self.at(step)].astype(np.float64), axis=1)

    def displacements(self, step: int) -> np.ndarray:
        return np.linalg.norm((self.vectors[self.at(step)] - self.vectors[0]).astype(np.float64), axis=1)

    def nearest(self, step: int, row: int, count: int = 10) -> list[tuple[int, float]]:
        """Rows and cosines, the nearest first."""
        unit = self.vectors[self.at(step)].astype(np.float64)
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        cosines = unit @ unit[row]
        cosines[row] = -np.inf
        return [(int(other), float(cosines[other])) for other in np.argsort(-cosines)[:count]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    logdir = tmp_path_factory.mktemp("runs")
    train(logdir)
    write_broken(logdir / "broken")
    with tensorboard(logdir) as address:
        yield recorded(logdir, address)


def write_broken(directory: Path) -> None:
    """From step 10 on, BROKEN of the rows are not finite; gradients were not measured."""
    run = RunWriter(directory)
    run.append(model_event(rows=26, dims=8))
    for step in range(0, 30, 5):
        snapshot = snapshot_at(step, rows=26, dims=8)
        rows = snapshot.embeddings[EMBEDDING]
        if step >= 10:
            rows.values[:BROKEN] = np.nan
        unmeasured = replace(rows, grad_norms=np.full(26, np.nan, np.float32))
        summary = encode_snapshot(replace(snapshot, embeddings={EMBEDDING: unmeasured}))
        run.append(Event(wall_time=1000.0 + step, step=step, summary=summary).SerializeToString())


def recorded(logdir: Path, address: str) -> Trained:
    index = Index(roots_of(str(logdir), ""))
    index.scan()
    while index.poll():
        pass
    reader = SnapshotReader(index.runs["trained"])
    path = next(path for path in reader.embedding_paths() if path.endswith("wte"))
    ordinals = [int(at) for at in reader.usable(path)]
    snapshots = list(reader.embeddings(path, ordinals))
    info = reader.embedding_info(path)
    assert info is not None
    assert info.labels is not None
    assert info.counts is not None
    return Trained(
        address=address,
        path=path,
        steps=[int(step) for step in reader.embedding_series(path).steps[reader.usable(path)]],
        vectors=np.stack([dequantize(one.rows) for one in snapshots]),
        grad_norms=np.stack([one.grad_norms for one in snapshots]),
        update_norms=np.stack([one.update_norms for one in snapshots]),
        labels=list(info.labels),
        counts=np.array(info.counts, np.float64),
    )


@pytest.fixture
def tab(trained: Trained, open_tab: OpenTab) -> Iterator[Tab]:
    """The page at STEP with ROW selected; nothing may have complained at the end."""
    link = f"#paramviz&p.paramviz.run=trained&p.paramviz.step={STEP}&p.paramviz.row={ROW}"
    page, complaints = open_tab(trained.address, width=1440, height=900, link=link)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.wait_for_step(STEP)
    as_recorded(tab.frame, STEP)
    yield tab
    assert complaints == []


def as_recorded(frame: Frame, step: int) -> None:
    frame.locator(".as-of").filter(has_text=f"As recorded at step {step}").wait_for()


def reading(frame: Frame, name: str) -> str:
    """The number under a name in the inspector, without the line below it."""
    said = frame.locator(".inspector .reading").filter(has=frame.get_by_text(name, exact=True)).locator("dd")
    return said.inner_text().split("\n")[0]


def number(text: str) -> float:
    return float(text.replace(",", ""))


def close(said: str, value: float) -> bool:
    """To the three figures that are written."""
    return number(said) == pytest.approx(value, rel=6e-3)


def lists(frame: Frame) -> list[list[tuple[str, str, float]]]:
    """The two lists of neighbours: sign, name and cosine of each."""
    return frame.evaluate(
        "() => [...document.querySelectorAll('.neighbours > div')].map((list) =>"
        " [...list.querySelectorAll('button')].map((one) => [one.querySelector('.change').textContent,"
        " one.querySelector('.mono').textContent, Number(one.querySelector('.figure').textContent)]))"
    )


def test_the_numbers_of_a_token_are_those_of_the_event_file(trained: Trained, tab: Tab) -> None:
    frame, t = tab.frame, trained.at(STEP)
    norms = trained.norms(STEP)
    assert close(reading(frame, "Vector norm"), norms[ROW])
    assert close(reading(frame, "Gradient norm"), trained.grad_norms[t, ROW])
    assert close(reading(frame, "Update ratio"), trained.update_norms[t, ROW] / norms[ROW])
    frame.wait_for_function(
        "() => [...document.querySelectorAll('.inspector .reading')].some((one) =>"
        " one.textContent.startsWith('Displacement') && !one.textContent.includes('\u2013'))"
    )
    assert close(reading(frame, "Displacement"), trained.displacements(STEP)[ROW])
    assert number(reading(frame, "In training text")) == trained.counts[ROW]
    assert number(reading(frame, "Norm rank")) == 1 + int((norms > norms[ROW]).sum())
    share = frame.locator(".inspector .reading").filter(has_text="In training text").locator("small").inner_text()
    assert close(share.split(" %")[0], 100 * trained.counts[ROW] / trained.counts.sum())


def test_neighbours_and_what_changed_among_them(trained: Trained, tab: Tab) -> None:
    frame = tab.frame
    assert [len(one) for one in lists(frame)] == [4, 4]
    frame.get_by_role("button", name="Show all 10", exact=True).click()
    first, now = (dict(trained.nearest(step, ROW)) for step in (0, STEP))
    stayed = set(first) & set(now)
    for shown, expected in zip(lists(frame), (first, now), strict=True):
        assert [cosine for _, _, cosine in shown] == pytest.approx(list(expected.values()), abs=0.0051)
        assert sum(sign == "=" for sign, _, _ in shown) == len(stayed)
        assert {trained.row_named(name) for _, name, _ in shown} == set(expected)
    said = frame.locator(".changes").inner_text()
    assert said.startswith(f"{len(stayed)} of 10 stayed since step 0")
    assert f"+ came in {10 - len(stayed)}" in said

    # With a step of one's own choice.
    frame.get_by_role("button", name="Keep this step").click()
    tab.go_to(STEPS - EVERY)
    as_recorded(frame, STEPS - EVERY)
    both = set(dict(trained.nearest(STEP, ROW))) & set(dict(trained.nearest(STEPS - EVERY, ROW)))
    frame.get_by_text(f"{len(both)} of 10 stayed since step {STEP}").wait_for()


def test_a_click_on_a_neighbour_goes_there(trained: Trained, tab: Tab) -> None:
    nearest = trained.nearest(STEP, ROW)[0][0]
    tab.frame.locator(".neighbours > div:last-child button").first.click()
    tab.frame.wait_for_function(
        "norm => [...document.querySelectorAll('.inspector .reading dd')].some("
        "(one) => Math.abs(Number(one.textContent) - norm) < 0.006 * norm)",
        arg=float(trained.norms(STEP)[nearest]),
    )


def test_the_vector_can_be_read_and_copied_to_the_last_digit(trained: Trained, tab: Tab) -> None:
    frame = tab.frame
    vector = trained.vectors[trained.at(STEP), ROW]
    strip = frame.get_by_role("slider", name="Dimension of the vector")
    strip.focus()
    for _ in range(3):
        strip.press("ArrowRight")
    text = strip.get_attribute("aria-valuetext") or ""
    assert text.startswith("Dimension 3: ")
    assert close(text.removeprefix("Dimension 3: "), vector[3])
    assert tab.step() == STEP, "the arrows went to another dimension, and not to another step"

    frame.get_by_role("button", name="Copy the vector as JSON").click()
    frame.get_by_text("Copied").wait_for()
    copied = json.loads(tab.page.evaluate("navigator.clipboard.readText()"))
    assert copied["step"] == STEP
    assert copied["label"] == trained.labels[ROW]
    assert np.array(copied["values"], np.float32).tolist() == vector.tolist()
    frame.get_by_role("button", name="Copy the vector as TSV").click()
    frame.wait_for_function("() => true")
    tab.page.wait_for_function("() => navigator.clipboard.readText().then((text) => text.startsWith('dimension'))")
    lines = tab.page.evaluate("navigator.clipboard.readText()").split("\n")[1:-1]
    assert np.array([line.split("\t")[1] for line in lines], np.float32).tolist() == vector.tolist()


def test_a_colour_by_displacement_spans_the_whole_run(trained: Trained, tab: Tab) -> None:
    tab.frame.get_by_label("Colour by").first.select_option("displacement")
    scale = tab.frame.locator(".color-scale")
    scale.locator(".ramp").wait_for()
    tab.rest()
    said = scale.inner_text()
    tab.go_to(0)
    tab.rest()
    assert scale.inner_text() == said, "it holds for all steps"
    high = number(scale.locator(".figure").nth(1).inner_text())
    farthest = max(float(np.quantile(trained.displacements(step), 0.98)) for step in trained.steps)
    assert high == pytest.approx(farthest, rel=0.15)


def test_clusters_stay_the_same_at_every_step(tab: Tab) -> None:
    tab.frame.get_by_label("Colour by").first.select_option("cluster")
    entries = tab.frame.locator(".legend .entry")
    entries.first.wait_for()
    names = [entry.get_attribute("aria-label") for entry in entries.all()]
    assert 2 <= len(names) <= 12
    tab.go_to(0)
    assert [entry.get_attribute("aria-label") for entry in entries.all()] == names


def test_several_tokens_are_told_of_together(trained: Trained, tab: Tab) -> None:
    for row in (5, 20, trained.labels.index("“")):
        tab.page.keyboard.down("Shift")
        tab.click(row)
        tab.page.keyboard.up("Shift")
    tab.page.mouse.move(700, 100)
    title = tab.frame.locator(".inspector h2")
    tab.frame.wait_for_function("() => /chosen/.test(document.querySelector('.inspector h2')?.textContent)")
    count = int(re.match(r"\d+", title.inner_text()).group())  # type: ignore[union-attr]
    assert count >= 2
    tab.frame.locator(".group-row").first.wait_for()
    titles = [one.get_attribute("title") or "" for one in tab.frame.locator(".group-row").all()]
    # A token may be a quotation mark itself, so no strip().
    rows = [trained.row_named(title.removeprefix("Token “").removesuffix("”")) for title in titles]
    assert len(set(rows)) == count
    as_recorded(tab.frame, STEP)
    assert close(reading(tab.frame, "Mean norm"), float(trained.norms(STEP)[rows].mean()))
    assert close(reading(tab.frame, "Mean displacement"), float(trained.displacements(STEP)[rows].mean()))
    tab.frame.locator(".group-row").first.click()
    back = tab.frame.get_by_role("button", name=f"Back to {count} chosen rows")
    back.click()
    assert "chosen" in title.inner_text()


def test_what_is_not_finite_or_was_not_recorded_is_said_and_has_no_number(trained: Trained, open_tab: OpenTab) -> None:
    link = "#paramviz&p.paramviz.run=broken&p.paramviz.step=5&p.paramviz.row=1"
    page, complaints = open_tab(trained.address, width=1440, height=900, link=link)
    tab = Tab(page)
    tab.wait_for_cloud()
    as_recorded(tab.frame, 5)
    assert number(reading(tab.frame, "Vector norm")) > 0
    tab.go_to(20)
    as_recorded(tab.frame, 20)
    for name in ("Vector norm", "Update ratio", "Gradient norm", "Displacement"):
        assert reading(tab.frame, name) == UNKNOWN
    assert "8 values are not finite" in tab.frame.locator(".vector").inner_text()
    assert [len(one) for one in lists(tab.frame)] == [4, 0]

    colour = tab.frame.get_by_label("Colour by").first
    colour.select_option("norm")
    tab.frame.locator(".legend .grey-note").get_by_text(f"{BROKEN} not known").wait_for()
    colour.select_option("cluster")
    tab.frame.locator(".legend .grey-note").get_by_text(f"{BROKEN} not finite").wait_for()
    colour.select_option("gradient")
    tab.frame.locator(".color-scale").get_by_text("not recorded").wait_for()
    assert "NaN" not in tab.frame.locator("body").inner_text()
    assert complaints == []
