"""A run saved as one file, opened from a disk by a browser without a network: it plays, and answers as the server."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Complaints
from event_files import EMBEDDING, RunWriter, model_record, scalar_event, snapshot_event
from page import Tab
from playwright.sync_api import Browser, Page, Route
from tensorboard.compat.proto.event_pb2 import Event
from underway import WATCH
from web.saved_files import write_sparse_run
from web.server import PREFIX, served
from werkzeug.test import Client

from simulated.model import Settings
from simulated.run import write
from tensorboard_plugin_paramviz.record import encode_model
from tensorboard_plugin_paramviz.shell.main import main
from tensorboard_plugin_paramviz.web import binary

pytestmark = pytest.mark.xdist_group("shared file")
HOSTILE = "</script><img src=x onerror=document.title='hacked'>"


@dataclass
class Opened:
    page: Page
    tab: Tab
    complaints: Complaints
    asked: list[str]


class _FileTab(Tab):
    """The same page, without a host around it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frame = page.main_frame


@pytest.fixture
def open_file(browser: Browser) -> Iterator[Callable[..., Opened]]:
    contexts = []

    def opened(
        path: Path, link: str = "", *, dark: bool = True, cloud: bool = True, before: str = "", **options: Any
    ) -> Opened:
        """before: a script that runs before those of the file."""
        size = {"viewport": {"width": 1280, "height": 720}, **options}
        context = browser.new_context(color_scheme="dark" if dark else "light", offline=True, **size)
        context.add_init_script(WATCH)
        context.add_init_script(before)
        contexts.append(context)
        asked: list[str] = []

        def pass_on(route: Route) -> None:
            asked.append(route.request.url)
            if route.request.url.startswith(("file:", "blob:", "data:")):
                route.continue_()
            else:
                route.abort()

        context.route("**/*", pass_on)
        page = context.new_page()
        complaints = Complaints()
        page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(path.as_uri() + link)
        tab = _FileTab(page)
        if cloud:
            tab.wait_for_cloud()
        return Opened(page, tab, complaints, asked)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared")
    write(Settings(300, 60, layers=3, rows=65, dims=16, seed=2), "loss_spikes", folder / "logs" / "a", None)
    return folder / "logs"


@pytest.fixture(scope="module")
def whole(logdir: Path) -> Path:
    """All of its snapshots."""
    path = logdir.parent / "a.html"
    assert main(["share", str(logdir / "a"), "-o", str(path), "-q"]) == 0
    return path


def test_it_plays_scrubs_and_opens_its_views_from_a_disk_without_asking_for_anything(
    whole: Path, logdir: Path, open_file: Callable[..., Opened]
) -> None:
    assert whole.stat().st_size <= 4_000_000
    # What tests/web/test_share.py leaves room for beside 200 snapshots of 1,000 rows.
    assert len(re.findall(rb'data-part="page">[^<]*', whole.read_bytes())[0]) < 2_000_000
    opened = open_file(whole)
    page, tab = opened.page, opened.tab
    with served(logdir) as (client, _):
        insights = json.loads(client.get(PREFIX + "insights?run=a").get_data())
        model = json.loads(client.get(PREFIX + "model?run=a").get_data())
    assert page.title() == "a · Param Viz"
    assert "60 snapshots" in page.locator(".saved-file").inner_text()
    last = tab.last_step()
    tab.go_to(0)
    assert tab.step() == 0
    page.get_by_role("button", name="Play").first.click()
    page.wait_for_function("() => Number(document.querySelector('[role=slider][aria-label=Step]').ariaValueNow) > 30")
    page.keyboard.press("Space")
    assert 0 < tab.step() <= last
    tab.rest()
    # What was found, as the server found it; of a sentence its beginning, as paths are shortened.
    tab.go_to(last)
    said = page.locator(".inspector").inner_text()
    worst = insights["findings"][0]
    assert worst["severity"] != "note"
    assert worst["sentence"][:30] in said
    # The layers and the heat map, with all of the layers in it.
    page.keyboard.press("2")
    page.locator(".model-canvas, .layers-view canvas").first.wait_for()
    page.keyboard.press("3")
    page.get_by_text(f"{len(model['layers'])} layers").first.wait_for()
    page.keyboard.press("1")
    # Search by pattern runs in a worker that came with the file.
    page.locator("input[type=search]").fill("^.$")
    page.get_by_role("button", name="Regular expression", exact=True).click()
    page.get_by_text(re.compile(r"^\d+ found")).wait_for()
    assert [worker.url[:5] for worker in page.workers] == ["blob:"]
    # The theme has a switch, as there is no TensorBoard to follow.
    page.get_by_role("button", name="Switch to light").click()
    assert page.locator(".page[data-theme=light]").count() == 1
    assert page.locator("option", has_text="UMAP").count() == 0
    assert "TensorBoard does not answer" not in page.locator("body").inner_text()
    assert page.url.startswith(whole.as_uri() + "#paramviz&p.paramviz.run=a")
    assert [url for url in opened.asked if not url.startswith(("file:", "blob:", "data:"))] == []
    assert opened.complaints == []


def test_a_link_into_the_file_opens_what_it_says(whole: Path, open_file: Callable[..., Opened]) -> None:
    opened = open_file(whole, "#paramviz&p.paramviz.step=100&p.paramviz.row=3&p.paramviz.projection=tour", dark=False)
    opened.page.locator(".inspector .neighbour, .inspector .chip").first.wait_for()
    assert abs(opened.tab.step() - 100) < 10
    assert opened.page.locator(".page[data-theme=light]").count() == 1
    assert opened.complaints == []


#: Each kind of question the page asks, with what may be off: statistics and lengths have 16 bits, steps are exact.
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("steps", {}),
    ("steps", {"from": 100}),
    ("stats", {}),
    ("stats", {"from": 50, "to": 120}),
    ("heat", {"stat": "grad_norm", "columns": 720}),
    ("heat", {"stat": "grad_norm", "columns": 13}),
    ("heat", {"stat": "weight_mean", "columns": 7, "from": 21, "to": 203}),
    ("heat", {"stat": "stable_rank", "columns": 9}),
    ("heat", {"stat": "weight_norm", "columns": 1}),
    ("layer", {"path": "transformer.h.0.mlp.c_fc", "columns": 600}),
    ("layer", {"path": "transformer.h.0.mlp.c_fc", "columns": 11, "from": -5, "to": 9999}),
    ("positions", {"embedding": "transformer.wte"}),
    ("positions", {"embedding": "transformer.wpe", "from": 40, "to": 200, "stride": 3}),
    ("rows", {"embedding": "transformer.wte", "rows": "5,0,64", "step": 0}),
    ("rows", {"embedding": "transformer.wte", "rows": "7"}),
    ("rows", {"embedding": "transformer.wte", "step": 0}),
    ("clusters", {"embedding": "transformer.wte"}),
    ("scalars", {"tag": "train/loss", "points": 2000}),
    ("thumbs", {}),
    ("thumbs", {"step": 0}),
    ("probe", {}),
    ("costs", {}),
)
TAKEN = """async ([route, query]) => {
  const reply = await window.paramviz.binary(route, { run: "a", ...query }, null);
  const arrays = {};
  for (const name of query.arrays) {
    arrays[name] = [...reply.numbers(name)].map((value) => Number.isFinite(value) ? value : String(value));
  }
  const { arrays: _, ...header } = reply.header;
  return { header: JSON.parse(JSON.stringify(header)), arrays };
}"""


def test_the_file_answers_as_the_server_does(whole: Path, logdir: Path, open_file: Callable[..., Opened]) -> None:
    page = open_file(whole).page
    with served(logdir) as (client, _):
        for route, query in QUESTIONS:
            _compared(client, page, route, query)
        for route in ("model", "sessions", "scalars", "insights"):
            told = json.loads(client.get(PREFIX + route, query_string={"run": "a"}).get_data())
            own_json = page.evaluate("route => window.paramviz.json(route, { run: 'a' }, null)", route)
            assert {**own_json, "generation": 0} == {**told, "generation": 0}
        told = json.loads(client.get(PREFIX + "runs").get_data())["runs"][0]
        (info,) = page.evaluate("() => window.paramviz.json('runs', {}, null)")["runs"]
        assert {**info, "live": None, "generation": 0} == {**told, "live": None, "generation": 0}
    for route, query in (("positions", {"projection": "last"}), ("umap", {}), ("rows", {"step": 1})):
        refused = page.evaluate(
            "([route, query]) => window.paramviz.binary(route, query, null)"
            ".then(() => null, (error) => [error.status, error.message])",
            [route, {"run": "a", "embedding": "transformer.wte", **query}],
        )
        assert refused[0] == 404
        assert "file" in refused[1]


def _compared(client: Client, page: Page, route: str, query: dict[str, Any]) -> dict[str, Any]:
    """The header of the server's answer, which the file's is equal to."""
    answer = client.get(PREFIX + route, query_string={"run": "a", **query})
    assert answer.status_code == 200, (route, query, answer.get_data())
    header, arrays = binary.decode(answer.get_data())
    if route == "rows":
        arrays.pop("values", None)  # vectors aren't kept
    own = page.evaluate(TAKEN, [route, {**query, "arrays": list(arrays)}])
    for name, told in header.items():
        if name not in ("arrays", "generation"):
            assert own["header"][name] == told, (route, query, name)
    for name, told in arrays.items():
        got = np.array([float(value) for value in own["arrays"][name]])
        _compare(got, told.astype(float).reshape(-1), f"{route} {query} {name}", name)
    return header


def _compare(got: Any, told: Any, what: str, name: str) -> None:
    assert got.shape == told.shape, what
    assert np.array_equal(np.isnan(got), np.isnan(told)), what
    assert np.array_equal(got[np.isinf(told)], told[np.isinf(told)]), what
    finite = np.isfinite(told)
    extent = np.ptp(told[finite]) if finite.any() else 0.0
    exact = name in ("steps", "range_steps", "edges", "counts", "clusters", "sizes", "neighbours", "first_neighbours")
    exact |= name in ("norm_ranks", "broken", "wall_times")
    if exact:
        assert np.array_equal(got[finite], told[finite]), what
    else:
        # One rounding each, and up to `columns` of them in a mean; positions to a 65,534th of their extent.
        near = np.abs(got[finite] - told[finite]) <= 2.0**-14 * np.abs(told[finite]) + extent / 60_000 + 1e-30
        assert near.all(), (what, got[finite][~near][:5], told[finite][~near][:5])


def test_what_is_measured_now_and_then_is_held_as_on_the_server(
    tmp_path: Path, open_file: Callable[..., Opened]
) -> None:
    write_sparse_run(tmp_path / "logs" / "a", 40)
    path = tmp_path / "a.html"
    assert main(["share", str(tmp_path / "logs"), "-o", str(path), "-q"]) == 0
    page = open_file(path).page
    with served(tmp_path / "logs") as (client, _):
        heat = ("heat", {"stat": "stable_rank", "columns": 9})
        assert _compared(client, page, *heat)["held"]
        _compared(client, page, "layer", {"path": EMBEDDING, "columns": 9})


def test_hostile_names_broken_numbers_and_a_single_snapshot_open_too(
    tmp_path: Path, open_file: Callable[..., Opened]
) -> None:
    record = model_record(12)
    labels = (HOSTILE, "<b>", "&amp;", "\n", *(f"t{row}" for row in range(8)))
    named = replace(record.embeddings[0], labels=labels)
    summary = encode_model(replace(record, embeddings=(named,), model_class=HOSTILE))
    run = RunWriter(tmp_path / "logs" / "hostile")
    run.append(Event(wall_time=1000.0, step=0, summary=summary).SerializeToString())
    run.append(snapshot_event(5, 12), scalar_event("train/loss", math.nan, 5))
    path = tmp_path / "hostile.html"
    assert main(["share", str(tmp_path / "logs"), "-o", str(path), "-q"]) == 0
    opened = open_file(path, viewport={"width": 390, "height": 760})
    opened.tab.rest()
    assert opened.page.title() == "hostile · Param Viz"
    assert opened.page.locator("img").count() == 0
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [url for url in opened.asked if not url.startswith(("file:", "blob:", "data:"))] == []
    assert opened.complaints == []


def test_a_file_that_was_cut_says_so_and_what_was_found(
    whole: Path, tmp_path: Path, open_file: Callable[..., Opened]
) -> None:
    cut = tmp_path / "cut.html"
    cut.write_bytes(whole.read_bytes()[:-200_000])
    page = open_file(cut, cloud=False).page
    said = page.locator("#before").inner_text()
    assert "it is not whole" in said
    assert "Problem:" in said or "Watch:" in said


@pytest.mark.parametrize("lacks", ["delete HTMLElement.prototype.popover", "delete window.DecompressionStream"])
def test_a_browser_that_is_too_old_is_told_which_ones_are_not_and_what_was_found(
    whole: Path, open_file: Callable[..., Opened], lacks: str
) -> None:
    opened = open_file(whole, cloud=False, before=lacks)
    opened.page.get_by_text("This browser is too old to play the run").wait_for()
    assert "Watch:" in opened.page.locator("#before").inner_text()
    assert opened.complaints == []
