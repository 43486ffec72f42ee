"""How soon and how lightly the page shows a large run, in a real Chromium with software GL: the time from the click on
its tab to the first picture, scrubbing to snapshots that are loaded and that are not, from an input to the next
picture, the heap, and its growth while a run grows on. Beside it TensorBoard's own Embedding Projector: from the
click on its tab to its first picture of the same rows, of which it shows one step.

    python benchmarks/frontend_loading.py [--rows 5000] [--snapshots 1000] [--live 720]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import Browser, CDPSession, Frame, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT)]

from browser import ARGUMENTS, find_browser  # noqa: E402
from page import Tab  # noqa: E402
from serving import tensorboard  # noqa: E402

STEPS_BETWEEN = 20
DIMS = 64
REPEATS = 5
SCRUBS = 20
MIB = 2**20
UNITS = {"secs": "s", "ms": "ms", "mib": "MiB"}

# Both views draw their rows as GL points: the first call that draws at least half of them ends the wait.
NOTE_POINTS = """(() => {
  for (const kind of [WebGLRenderingContext, WebGL2RenderingContext]) {
    for (const name of ["drawArrays", "drawElements"]) {
      const draw = kind.prototype[name];
      kind.prototype[name] = function (mode, ...rest) {
        const count = name === "drawArrays" ? rest[1] : rest[0];
        if (mode === this.POINTS && count >= (window.top.leastPoints ?? Infinity)) {
          window.top.pointsAt ??= performance.timeOrigin + performance.now();
        }
        return draw.call(this, mode, ...rest);
      };
    }
  }
})();"""

# From the click on a tab to the animation frame after its points were first drawn: ms.
OPEN_TAB = """async ([plugin, rows]) => {
  window.leastPoints = rows / 2;
  window.pointsAt = undefined;
  const tab = document.querySelector(`.plugin-name[data-plugin-id="${plugin}"], [data-plugin-id="${plugin}"]`);
  const start = performance.timeOrigin + performance.now();
  tab.click();
  while (window.pointsAt === undefined) await new Promise((done) => setTimeout(done, 2));
  const drawn = window.pointsAt;
  await new Promise((done) => requestAnimationFrame(done));
  return [drawn - start, performance.timeOrigin + performance.now() - start];
}"""

# From each press of a pointer to the first picture that shows the place exactly, and to the first picture at all: ms.
WATCH_INPUT = """kind => {
  const scene = document.querySelector(".cloud").scene;
  const seen = (window.seenInputs = []);
  let busy = false;
  addEventListener(kind, (event) => {
    if (busy) return;
    busy = true;
    const drawn = scene.frames;
    let first = null;
    const look = () => {
      const now = performance.now() - event.timeStamp;
      if (scene.frames > drawn && first === null) first = now;
      const exact = !document.querySelector(".step-field [title*='still being read']");
      if (first !== null && exact) {
        seen.push([first, now]);
        busy = false;
      } else if (now < 5000) requestAnimationFrame(look);
      else busy = false;
    };
    requestAnimationFrame(look);
  }, { capture: true });
}"""


def write_run(logdir: Path, rows: int, snapshots: int, *flags: str) -> list[str]:
    """The command that writes a simulated run."""
    command = [
        sys.executable,
        str(ROOT / "simulator.py"),
        "--logdir",
        str(logdir),
        "--layers",
        "2",
        "--dims",
        str(DIMS),
    ]
    return [
        *command,
        "--rows",
        str(rows),
        "--snapshots",
        str(snapshots),
        "--steps",
        str(snapshots * STEPS_BETWEEN),
        *flags,
    ]


def write_projector(logdir: Path, rows: int) -> None:
    """As many rows of as many dimensions for the Embedding Projector, as its own documentation has it."""
    values = np.random.default_rng(0).normal(size=(rows, DIMS)).astype(np.float32)
    np.savetxt(logdir / "tensors.tsv", values, delimiter="\t", fmt="%.6g")
    (logdir / "metadata.tsv").write_text("".join(f"token{row}\n" for row in range(rows)))
    config = 'embeddings {\n  tensor_name: "rows"\n  tensor_path: "tensors.tsv"\n  metadata_path: "metadata.tsv"\n}\n'
    (logdir / "projector_config.pbtxt").write_text(config)


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh page of TensorBoard on another tab, at rest."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_init_script(NOTE_POINTS)
    page = context.new_page()
    page.goto(f"{address}/#timeseries")
    page.wait_for_selector("[data-plugin-id=paramviz]", state="attached", timeout=60_000)
    page.wait_for_timeout(2000)
    yield page
    context.close()


def first_pictures(browser: Browser, address: str, plugin: str, rows: int) -> list[float]:
    """Seconds from the click to the first picture, of fresh pages each time."""
    found = []
    for _ in range(REPEATS):
        with opened(browser, address) as page:
            found.append(page.evaluate(OPEN_TAB, [plugin, rows])[1] / 1000)
    return found


def loaded(frame: Frame) -> None:
    """Until no snapshot is on its way any more."""
    frame.wait_for_function("() => !document.querySelector('.progress')", timeout=120_000, polling=200)


def seen_inputs(frame: Frame) -> list[list[float]]:
    found: list[list[float]] = frame.evaluate("window.seenInputs.splice(0)")
    return found


def scrub(page: Page, tab: Tab, shares: list[float], rest_ms: int) -> list[list[float]]:
    """Presses on the time axis at these shares of it, one after the other."""
    box = tab.frame.locator(".dock-plot").bounding_box()
    assert box is not None
    for share in shares:
        page.mouse.move(box["x"] + 160 + (box["width"] - 190) * share, box["y"] + 40)
        page.mouse.down()
        page.wait_for_timeout(rest_ms)
        page.mouse.up()
    return seen_inputs(tab.frame)


def heap_mib(session: CDPSession) -> float:
    """Of the whole page, TensorBoard's own with it: objects and the buffers behind typed arrays, after a collection."""
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    return float(usage["usedSize"] + usage.get("embedderHeapUsedSize", 0) + usage.get("backingStorageSize", 0)) / MIB


@contextmanager
def no_cache() -> Iterator[None]:
    """The servers meanwhile keep no projections on disk: an earlier measurement would have left them there."""
    before = os.environ.get("PARAMVIZ_CACHE_DIR")
    os.environ["PARAMVIZ_CACHE_DIR"] = "off"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PARAMVIZ_CACHE_DIR"]
        else:
            os.environ["PARAMVIZ_CACHE_DIR"] = before


def loading_figures(browser: Browser, rows: int = 5000, snapshots: int = 1000, live: int = 720) -> dict[str, float]:
    """All figures of one large run: seconds, ms and MiB as their names say. Takes minutes; live: snapshots of the run
    that grows, 0 = none."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, no_cache():
        logdir = Path(folder)
        subprocess.run(write_run(logdir / "run", rows, snapshots), check=True, capture_output=True)
        write_projector(logdir, rows)
        with tensorboard(logdir) as address:
            ours = first_pictures(browser, address, "paramviz", rows)
            figures["first_picture_cold_secs"] = ours[0]
            figures["first_picture_secs"] = median(ours[1:])
            figures["projector_first_picture_secs"] = median(first_pictures(browser, address, "projector", rows))
            figures |= scrub_figures(browser, address, rows)
        figures |= live_figures(browser, rows, live) if live > 0 else {}
    return figures


def scrub_figures(browser: Browser, address: str, rows: int) -> dict[str, float]:
    cold: list[float] = []
    shares = [float(share) for share in np.random.default_rng(1).uniform(0, 1, SCRUBS)]
    for repeat in range(REPEATS):
        with opened(browser, address) as page:
            page.evaluate(OPEN_TAB, ["paramviz", rows])
            tab = Tab(page)
            tab.frame.evaluate(WATCH_INPUT, "pointerdown")
            cold += [exact for _, exact in scrub(page, tab, shares[repeat * 2 : repeat * 2 + 2], 400)]
    with opened(browser, address) as page:
        page.evaluate(OPEN_TAB, ["paramviz", rows])
        tab = Tab(page)
        loaded(tab.frame)
        tab.rest()
        tab.frame.evaluate(WATCH_INPUT, "pointerdown")
        warm = [exact for _, exact in scrub(page, tab, shares, 300)]
        session = page.context.new_cdp_session(page)
        heap = heap_mib(session)
        tab.frame.evaluate(WATCH_INPUT, "pointermove")
        page.mouse.move(500, 350)
        page.mouse.down()
        for turn in range(40):
            page.mouse.move(500 + turn * 5, 350)
            page.wait_for_timeout(60)
        page.mouse.up()
        moved = [first for first, _ in seen_inputs(tab.frame)]
    return {
        "scrub_cold_ms": median(cold),
        "scrub_cold_worst_ms": max(cold),
        "scrub_loaded_ms": median(warm),
        "scrub_loaded_worst_ms": max(warm),
        "input_to_picture_ms": median(moved),
        "input_to_picture_worst_ms": max(moved),
        "heap_mib": heap,
    }


def live_figures(browser: Browser, rows: int, snapshots: int) -> dict[str, float]:
    """An hour of a run that grows by a snapshot each five seconds, written twenty times as fast: the heap at the
    beginning and at the end, and what of it is no snapshots."""
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder)
        writer = subprocess.Popen(
            write_run(logdir / "run", rows, snapshots * 2, "--live", "0.25"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with tensorboard(logdir, "--reload_interval", "1") as address:
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                page.goto(f"{address}/#paramviz")
                tab = Tab(page)
                tab.wait_for_cloud()
                session = page.context.new_cdp_session(page)
                told: list[tuple[int, float]] = []
                while (count := tab.last_step() // STEPS_BETWEEN) < snapshots:
                    told.append((count, heap_mib(session)))
                    print(f"{count:6} snapshots, {told[-1][1]:6.1f} MiB", file=sys.stderr)
                    time.sleep(snapshots * 0.25 / 12)
        finally:
            writer.kill()
            writer.wait()
    # What snapshots take is no leak: it is said beside.
    per_snapshot = rows * 12 / MIB
    rest = [heap - min(count * per_snapshot, 96) for count, heap in told]
    return {
        "live_heap_begin_mib": told[0][1],
        "live_heap_end_mib": told[-1][1],
        "live_heap_without_snapshots_begin_mib": median(rest[:3]),
        "live_heap_without_snapshots_end_mib": median(rest[-3:]),
    }


def told(figures: dict[str, float]) -> Iterator[str]:
    """A line for each figure, with its unit."""
    for name, value in figures.items():
        words, unit = name.rsplit("_", 1)
        yield f"{words.replace('_', ' '):>40}: {value:8.2f} {UNITS[unit]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--snapshots", type=int, default=1000)
    parser.add_argument("--live", type=int, default=720, help="snapshots of the growing run, 0 = none")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        figures = loading_figures(browser, arguments.rows, arguments.snapshots, arguments.live)
        browser.close()
    print("\n".join(told(figures)))


if __name__ == "__main__":
    main()
