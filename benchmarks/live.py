"""How long a new snapshot takes from `viz.step()` returning to the page: a real TensorBoard, a real Chromium, one
machine.

    python benchmarks/live.py [--snapshots 60] [--interval-secs 0.5] [--rows 2000] [--dims 64]

Prints, as median and 95th percentile over the snapshots: `loaded`, the new snapshot is in the page; `first`, the first
picture on the way to it is drawn; `drawn`, the last one is (the page glides for 160 ms on purpose). The floor measured
in the same run is the file: from `viz.step()` returning until the record is whole on disk.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "e2e")]

import torch  # noqa: E402
from browser import ARGUMENTS, find_browser  # noqa: E402
from page import Tab  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from serving import tensorboard  # noqa: E402

from tensorboard_plugin_paramviz import watch  # noqa: E402

# Each picture drawn belongs to the newest snapshot loaded: the last one of them completes it.
WATCH_PAGE = """() => {
  const slider = document.querySelector("[role=slider][aria-label=Step]");
  const scene = document.querySelector(".cloud").scene;
  const seen = (window.seenSteps = { loaded: {}, first: {}, drawn: {} });
  let frames = scene.frames;
  const look = () => {
    const now = performance.timeOrigin + performance.now();
    const newest = slider.ariaValueMax;
    seen.loaded[newest] ??= now;
    if (scene.frames !== frames) {
      seen.first[newest] ??= now;
      seen.drawn[newest] = now;
    }
    frames = scene.frames;
    requestAnimationFrame(look);
  };
  look();
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--snapshots", type=int, default=60)
    parser.add_argument("--interval-secs", type=float, default=0.5)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--dims", type=int, default=64)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, tensorboard(Path(folder)) as address, sync_playwright() as playwright:
        model = torch.nn.Sequential(torch.nn.Embedding(options.rows, options.dims), torch.nn.Linear(options.dims, 8))
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        with watch(model, f"{folder}/run", optimizer=optimizer, every=1, max_overhead=None) as viz:
            train = Training(model, optimizer, viz)
            for _ in range(5):
                train.step()
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{address}/#paramviz")
            tab = Tab(page)
            tab.wait_for_cloud()
            tab.rest()
            tab.frame.evaluate(WATCH_PAGE)
            thread = threading.Thread(target=train.run, args=(options.snapshots, options.interval_secs, Path(folder)))
            thread.start()
            while thread.is_alive():
                page.wait_for_timeout(200)
            page.wait_for_timeout(2000)
            seen = tab.frame.evaluate("window.seenSteps")
            browser.close()
    print(f"{options.snapshots} snapshots of {options.rows} x {options.dims}, one each {options.interval_secs} s")
    told("on disk", [train.written[step] - at for step, at in train.returned.items()])
    for name in ("loaded", "first", "drawn"):
        times = {int(step): at / 1000 for step, at in seen[name].items() if step.lstrip("-").isdigit()}
        # A step that was passed over (two arrived at once) is drawn when a later one is.
        waits = [min(t for s, t in times.items() if s >= step) - at for step, at in train.returned.items()]
        told(name, waits)


class Training:
    """A tiny model that really trains. returned: when step() had returned; written: when the record was on disk."""

    def __init__(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer, viz: object) -> None:
        self.model, self.optimizer, self.viz = model, optimizer, viz
        self.number = 0
        self.returned: dict[int, float] = {}
        self.written: dict[int, float] = {}

    def step(self) -> float:
        rows = self.model[0].num_embeddings  # type: ignore[index]
        tokens = torch.randint(0, rows, (256,))
        loss = torch.nn.functional.cross_entropy(self.model(tokens), tokens % 8)
        loss.backward()
        self.optimizer.step()
        self.viz.step(self.number, loss=loss)  # type: ignore[attr-defined]
        returned = time.time()
        self.optimizer.zero_grad(set_to_none=True)
        self.number += 1
        return returned

    def run(self, count: int, interval_secs: float, folder: Path) -> None:
        for _ in range(count):
            number, before = self.number, self.viz.snapshots  # type: ignore[attr-defined]
            self.returned[number] = self.step()
            while self.viz.snapshots == before:  # type: ignore[attr-defined]
                time.sleep(0.0005)
            self.written[number] = time.time()
            time.sleep(interval_secs)


def told(name: str, secs: list[float]) -> None:
    low, median, high = np.percentile(np.array(secs) * 1000, [0, 50, 95])
    print(f"{name:>8}: median {median:6.0f} ms   p95 {high:6.0f} ms   least {low:6.0f} ms")


if __name__ == "__main__":
    main()
