"""How soon the heat map is on screen, in a real Chromium: a run of 147 layers and 10,000 snapshots. From its data being
here to its pixels being drawn, from the click on its view to its picture, and from a wheel's turn to the next picture.

    python benchmarks/frontend_heat.py [--blocks 24] [--snapshots 10000]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Frame, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT)]

from browser import ARGUMENTS, find_browser  # noqa: E402
from serving import tensorboard  # noqa: E402

REPEATS = 7

# When each answer of `heat` was here whole, and when the pixels of each picture were there: ms of the page's clock.
WATCH = """() => {
  window.heatHere = [];
  window.heatDrawn = [];
  const read = Response.prototype.arrayBuffer;
  Response.prototype.arrayBuffer = async function () {
    const data = await read.call(this);
    if (/\\/heat\\?/.test(this.url)) window.heatHere.push(performance.now());
    return data;
  };
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...all) {
    put.apply(this, all);
    if (this.canvas.classList.contains("heat-cells")) window.heatDrawn.push(performance.now());
  };
}"""

# Another statistic: ms from the answer being here to the first picture of it, and from the choice to the animation
# frame after it.
CHOOSE = """async (stat) => {
  const select = [...document.querySelectorAll("select")].find((one) => [...one.options].some((o) => o.value === stat));
  window.heatHere.length = window.heatDrawn.length = 0;
  const begun = performance.now();
  select.value = stat;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  while (window.heatHere.length === 0) await new Promise((done) => setTimeout(done, 1));
  while (!window.heatDrawn.some((at) => at >= window.heatHere[0])) await new Promise((done) => setTimeout(done, 1));
  const here = window.heatHere[0];
  const drawn = window.heatDrawn.find((at) => at >= here);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return [drawn - here, performance.now() - begun];
}"""

# From the choice of the view to the animation frame after its first picture.
OPEN_VIEW = """async () => {
  window.heatDrawn.length = 0;
  const begun = performance.now();
  document.querySelector(".view-switch input[value=heat]").click();
  while (window.heatDrawn.length === 0) await new Promise((done) => setTimeout(done, 1));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - begun;
}"""

# From a wheel's turn over the map to the animation frame after its picture.
ZOOM = """async () => {
  const box = document.querySelector(".heat-scroll");
  const { left, top, width, height } = box.getBoundingClientRect();
  const [clientX, clientY] = [left + width * 0.6, top + height / 2];
  window.heatDrawn.length = 0;
  const begun = performance.now();
  const turn = { clientX, clientY, deltaY: -60, ctrlKey: true, bubbles: true, cancelable: true };
  box.dispatchEvent(new WheelEvent("wheel", turn));
  while (window.heatDrawn.length === 0) await new Promise((done) => setTimeout(done, 1));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - begun;
}"""


def write_run(logdir: Path, blocks: int, snapshots: int) -> None:
    sizes = {"layers": blocks, "snapshots": snapshots, "steps": snapshots * 2, "rows": 32, "dims": 8}
    flags = [f"--{name}={value}" for name, value in sizes.items()]
    command = [sys.executable, str(ROOT / "simulator.py"), "--logdir", str(logdir), *flags]
    subprocess.run(command, check=True, capture_output=True)


def page_of(browser: Browser, address: str, snapshots: int) -> Frame:
    """Our tab on the embedding view, once all of the run has been read."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/#paramviz")
    element = page.wait_for_selector("iframe[src*='paramviz']", state="attached", timeout=60_000)
    frame = element.content_frame() if element else None
    assert frame is not None
    last = str(snapshots * 2 - 1)
    frame.wait_for_function(
        "last => document.querySelector('[role=slider][aria-label=Step]')?.ariaValueMax === last",
        arg=last,
        timeout=120_000,
    )
    frame.evaluate(WATCH)
    page.wait_for_timeout(1500)
    return frame


def heat_figures(browser: Browser, blocks: int = 24, snapshots: int = 10_000) -> dict[str, float]:
    """All in ms, as their names say."""
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder)
        write_run(logdir / "run", blocks, snapshots)
        with tensorboard(logdir) as address:
            opened = []
            for _ in range(3):
                frame = page_of(browser, address, snapshots)
                opened.append(frame.evaluate(OPEN_VIEW))
                if len(opened) < 3:
                    frame.page.close()
            chosen = [
                frame.evaluate(CHOOSE, stat)
                for stat in ("weight_norm", "update_ratio", "weight_rms", "grad_rms", "weight_std", "grad_max_abs")
            ]
            frame.page.wait_for_timeout(1000)
            zoomed = []
            for _ in range(REPEATS):
                zoomed.append(frame.evaluate(ZOOM))
                frame.page.wait_for_timeout(400)
            layers = frame.evaluate("Number(document.querySelector('.heat-scroll').ariaRowCount)")
            frame.page.close()
    draws = [drawn for drawn, _ in chosen]
    return {
        "layers_count": float(layers),
        "heat_data_to_pixels_ms": median(draws),
        "heat_data_to_pixels_worst_ms": max(draws),
        "heat_view_click_to_picture_ms": median(opened[1:]),
        "heat_view_first_click_ms": opened[0],
        "heat_statistic_to_picture_ms": median(whole for _, whole in chosen),
        "heat_zoom_to_picture_ms": median(zoomed),
        "heat_zoom_to_picture_worst_ms": max(zoomed),
    }


def told(figures: dict[str, float]) -> list[str]:
    """A line for each figure, with its unit."""
    units = {"ms": "ms", "count": ""}
    parts = [(*name.rsplit("_", 1), value) for name, value in figures.items()]
    return [f"{words.replace('_', ' '):>40}: {value:8.1f} {units[unit]}" for words, unit, value in parts]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--blocks", type=int, default=24)
    parser.add_argument("--snapshots", type=int, default=10_000)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        print("\n".join(told(heat_figures(browser, options.blocks, options.snapshots))))
        browser.close()


if __name__ == "__main__":
    main()
