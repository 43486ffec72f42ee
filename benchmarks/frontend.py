"""What the page can show: a real TensorBoard on simulated runs, a real Chromium with software GL, 1280x720.

    python benchmarks/frontend.py [--only scene|loading|heat] [--rows 5000 20000 100000] [--secs 12] [--keep FOLDER]

`scene`: each run is played on and on; pictures a second is the median over the seconds measured, beside the slowest of
them; `left out` is what the quality governor left out at the end. Beside it, from the same minute and in the same
browser, what is physically possible: `empty`, a page that only asks for animation frames, and `bare`, one WebGL draw
call of as many points without labels, grid or any other work. Run it on a quiet machine: the browser takes all cores.
`loading`: how soon and how lightly one large run is shown, beside TensorBoard's own Embedding Projector; see
`frontend_loading.py`. `heat`: how soon the heat map of 147 layers and 10,000 snapshots is there, `frontend_heat.py`.
Takes minutes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "e2e")]

from browser import ARGUMENTS, find_browser  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from benchmarks.frontend_heat import heat_figures  # noqa: E402
from benchmarks.frontend_heat import told as heat_told  # noqa: E402
from benchmarks.frontend_loading import loading_figures, told  # noqa: E402
from benchmarks.frontend_scene import scene_figures  # noqa: E402

PARTS = ("scene", "loading", "heat")
#: Few dimensions: they cost the server, not the page.
DIMS, SNAPSHOTS = 8, 40


def simulated(folder: Path, rows: int, snapshots: int = SNAPSHOTS, dims: int = DIMS) -> Path:
    """A logdir with one finished run of so many rows; used again when it is there."""
    logdir = folder / f"{rows}x{snapshots}x{dims}"
    if not logdir.exists():
        sizes = {"rows": rows, "dims": dims, "steps": snapshots, "snapshots": snapshots, "layers": 1}
        flags = [f"--{name}={value}" for name, value in sizes.items()]
        command = [sys.executable, str(ROOT / "simulator.py"), "--logdir", str(logdir / "run"), *flags]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return logdir


@contextmanager
def chromium() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        raise SystemExit("No Chromium: `apt install chromium`, or set PARAMVIZ_BROWSER to the path of one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rows", nargs="+", type=int, default=[5_000, 20_000, 100_000])
    parser.add_argument("--secs", type=float, default=12.0, help="how long each run is played")
    parser.add_argument("--keep", type=Path, help="a folder for the simulated runs, used again when they are there")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as temporary, chromium() as browser:
        folder = options.keep or Path(temporary)
        print(f"Chromium {browser.version}, software GL")
        if "scene" in options.only:
            logdirs = {rows: simulated(folder, rows) for rows in options.rows}
            scene_figures(browser, logdirs, options.secs)
        if "loading" in options.only:
            print("\n  loading")
            print("\n".join(told(loading_figures(browser))))
        if "heat" in options.only:
            print("\n  heat map")
            print("\n".join(heat_told(heat_figures(browser))))


if __name__ == "__main__":
    main()
