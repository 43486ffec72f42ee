"""Makes the README's pictures from the real product: trains a model, opens the tab in a browser, photographs it.

    python docs/make_pictures.py [--dataset shakespeare|python|FILE] [--steps 600] [--run DIR]

Writes docs/pictures/tab.png (one step), layers.png (the model at that step) and learning.webp (the tokens through all
of training, a loop); and finding.png, what is found in a sick run of the simulator.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from browser import ARGUMENTS, find_browser  # noqa: E402
from page import Tab  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from serving import tensorboard  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1440, "height": 900}
LOOP_WIDTH, LOOP_PICTURES, LOOP_MS, LAST_MS = 720, 60, 90, 1800


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", help="as for train.py; default: its own")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--run", type=Path, help="a run that is there already, instead of training one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = options.run or Path(folder) / "gpt4-lr1e-3"
        if options.run is None:
            data = ["--dataset", options.dataset] if options.dataset else []
            train = [str(ROOT / "train.py"), "--logdir", str(run), "--steps", str(options.steps)]
            subprocess.run([sys.executable, *train, *data, "--every", "2", "--max-overhead", "none"], check=True)
        with tensorboard(run.parent) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            PICTURES.mkdir(exist_ok=True)
            photograph(browser, address, run.name)
            browser.close()
        sick = Path(folder) / "sick" / "simulated-8-blocks"
        simulate = [str(ROOT / "simulator.py"), "--scenario", "vanishing_gradients", "--layers", "8", "--steps", "2000"]
        subprocess.run([sys.executable, *simulate, "--logdir", str(sick)], check=True)
        with tensorboard(sick.parent) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            photograph_finding(browser, address)
            browser.close()


def photograph(browser: Browser, address: str, run: str) -> None:
    context = browser.new_context(viewport=SIZE)
    context.add_init_script("""localStorage.setItem('_tb_global_settings', '{"theme":"dark"}')""")
    page = context.new_page()
    page.goto(f"{address}/#paramviz&p.paramviz.run={run}")
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.rest()
    loop(page, tab)
    search = tab.frame.get_by_placeholder("Find a token")
    search.fill("a")
    search.press("Enter")
    search.fill("")
    tab.seek(tab.last_step() * 2 // 5)
    tab.rest()
    page.mouse.move(SIZE["width"] / 2, SIZE["height"] - 2)
    tab.frame.get_by_text("Nearest neighbours").wait_for()
    page.wait_for_timeout(1000)
    take(page, "tab")
    page.keyboard.press("Escape")
    tab.frame.locator(".view-switch").get_by_text("Layers", exact=True).click()
    tab.frame.locator(".layers-legend .ramp").wait_for()
    page.wait_for_timeout(4000)
    take(page, "layers")
    context.close()


def photograph_finding(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=SIZE)
    page.goto(f"{address}/#paramviz&p.paramviz.tab=heat")
    tab = Tab(page)
    tab.frame.locator(".finding-row").first.wait_for(timeout=60_000)
    page.keyboard.press("e")
    tab.frame.get_by_text("What was measured").wait_for()
    page.mouse.move(SIZE["width"] / 2, SIZE["height"] - 2)
    page.wait_for_timeout(2000)
    take(page, "finding")


def take(page: Page, name: str) -> None:
    """What the page shows, in its own colours: those of a scale must not be rounded to fewer."""
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(PICTURES / f"{name}.png", optimize=True)


def loop(page: Page, tab: Tab) -> None:
    """One picture at each of some steps, dense early as the learning is, joined into a loop."""
    last = tab.last_step()
    steps = sorted({round((last + 1) ** (at / (LOOP_PICTURES - 1))) - 1 for at in range(LOOP_PICTURES)})
    centre = tab.frame.locator(".centre")
    pictures = []
    for step in steps:
        tab.seek(step)
        tab.rest()
        picture = Image.open(io.BytesIO(centre.screenshot())).convert("RGB")
        pictures.append(picture.resize((LOOP_WIDTH, round(picture.height * LOOP_WIDTH / picture.width)), Image.LANCZOS))
    times = [LOOP_MS] * (len(pictures) - 1) + [LAST_MS]
    target = PICTURES / "learning.webp"
    pictures[0].save(target, save_all=True, append_images=pictures[1:], duration=times, loop=0, quality=70, method=6)
    print(f"{target.relative_to(ROOT)}: {len(pictures)} pictures, {target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
