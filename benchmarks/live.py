"""How long a new snapshot takes from `viz.step()` returning to the screen, and what many viewers cost: a real
TensorBoard, a real Chromium, one machine.

    python benchmarks/live.py [--only latency|fast|scalars|viewers|tabs|streams ...] [--begun 100]
                              [--snapshots 60] [--interval-secs 0.5] [--rows 2000] [--dims 64]

`latency`: of a tiny model that trains under `watch()`, and of the simulator's live mode, each a process of its own;
`fast`: the first of them with a snapshot each 50 ms. Median and 95th percentile over the snapshots of: `on disk`, the
record is whole (the floor); `loaded`, the page has it; `first`, the first picture on the way to it; `in place`, the
first picture with its points where they belong. `scalars`: how long TensorBoard's own server takes to know a scalar of
the same file. `viewers`, `tabs`, `streams`: ten browsers, twelve tabs of one browser, fifty bare streams; what the
server uses and how long other requests take meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "e2e")]

from browser import ARGUMENTS, find_browser  # noqa: E402
from page import Tab  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from serving import tensorboard  # noqa: E402

from benchmarks import live_crowd  # noqa: E402
from benchmarks.live_page import latencies, pictures_per_growth, shown, told, watch_page  # noqa: E402

PARTS = ("latency", "fast", "scalars", "viewers", "tabs", "streams")
FAST_SECS = 0.05
#: No divisor of the loader's interval: snapshots then fall anywhere within it.
SCALARS_SECS = 0.73
TAG = "train/loss"


class Training:
    """A training in a process of its own that has begun and waits for `go`."""

    def __init__(self, folder: str, kind: str, options: argparse.Namespace, interval_secs: float | None = None) -> None:
        interval = options.interval_secs if interval_secs is None else interval_secs
        sizes = (options.begun, options.snapshots, interval, options.rows, options.dims)
        script = [sys.executable, str(ROOT / "benchmarks" / "live_training.py"), f"{folder}/run", kind]
        self._process = subprocess.Popen(
            [*script, *map(str, sizes)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "begun\n":
            raise SystemExit("The training ended before it began, see above.")
        self.returned: dict[int, float] = {}
        self.written: dict[int, float] = {}

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def running(self) -> bool:
        return self._process.poll() is None

    def read(self) -> None:
        """What the process has said, once it has ended."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            self.returned[told["step"]], self.written[told["step"]] = told["returned"], told["written"]
        self._process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield browser
        browser.close()


def latency(kind: str, options: argparse.Namespace, interval_secs: float | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder, tensorboard(Path(folder)) as address, chromium() as browser:
        training = Training(folder, kind, options, interval_secs)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{address}/#paramviz")
        tab = Tab(page)
        tab.wait_for_cloud()
        tab.rest()
        watch_page(tab)
        training.go()
        while training.running():
            page.wait_for_timeout(200)
        page.wait_for_timeout(2000)
        seen = shown(tab)
        training.read()
    interval = options.interval_secs if interval_secs is None else interval_secs
    source = "watch()" if kind == "watch" else "the simulator"
    print(f"\n{source}: {options.snapshots} snapshots of {options.rows} x {options.dims}, one each {interval:g} s")
    print(told("on disk", [training.written[step] - at for step, at in training.returned.items()]))
    for name, secs in latencies(seen, training.returned).items():
        print(told(name, secs))
    growths = int((seen.newest[1:] != seen.newest[:-1]).sum())
    secs = seen.at[-1] - seen.at[0]
    print(f"{'growths of the page':>22}: {growths}, {growths / max(secs, 1e-9):.1f} a second; "
          f"{pictures_per_growth(seen):.1f} pictures each")  # fmt: skip


def scalars(options: argparse.Namespace) -> None:
    """TensorBoard's data API, asked each 20 ms, with the shortest interval that doesn't keep its loader busy."""
    with tempfile.TemporaryDirectory() as folder, tensorboard(Path(folder), "--reload_interval", "1") as address:
        training = Training(folder, "simulated", options, SCALARS_SECS)
        query = urllib.parse.urlencode({"run": "run", "tag": TAG})
        known: dict[int, float] = {}
        training.go()
        while training.running():
            try:
                with urllib.request.urlopen(f"{address}/data/plugin/scalars/scalars?{query}", timeout=10) as reply:
                    steps = [int(step) for _, step, _ in json.load(reply)]
            except OSError:
                steps = []  # not known yet
            for step in steps:
                known.setdefault(step, time.time())
            time.sleep(0.02)
        training.read()
    print(f"\nTensorBoard's own scalars, --reload_interval 1 (5 by default), {TAG} of the same file")
    print(told("its server has it", [known[step] - at for step, at in training.returned.items() if step in known]))
    print(f"{'its page has it':>22}: at the next reload, which is off by default and at most one each 30 s")


def crowd(part: str, options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder, tensorboard(Path(folder)) as address:
        training = Training(folder, "simulated", options)
        if part == "streams":
            live_crowd.streams(address, training)
        else:
            with chromium() as browser:
                live_crowd.pages(part, browser, address, training)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, nargs="*", default=PARTS)
    parser.add_argument("--begun", type=int, default=100, help="snapshots before the page is opened")
    parser.add_argument("--snapshots", type=int, default=60)
    parser.add_argument("--interval-secs", type=float, default=0.5)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--dims", type=int, default=64)
    options = parser.parse_args()
    runs: dict[str, list[Callable[[], None]]] = {
        "latency": [lambda: latency("watch", options), lambda: latency("simulated", options)],
        "fast": [lambda: latency("watch", options, FAST_SECS)],
        "scalars": [lambda: scalars(options)],
        **{part: [lambda part=part: crowd(part, options)] for part in PARTS[3:]},  # type: ignore[misc]
    }
    for part in options.only:
        for run in runs[part]:
            run()


if __name__ == "__main__":
    main()
