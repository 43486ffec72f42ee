"""Finds a Chromium, or gets one: the system's, else Debian's package, else Playwright's. As a script: says which, or
how to
get one, and fails where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: No sandbox: CI containers run as root. SwiftShader: WebGL where there is no GPU. The rest keeps Chromium from
#: calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find_browser() -> str | None:
    """The path of a Chromium that is installed: PARAMVIZ_BROWSER, the system's, or Playwright's own."""
    named = os.environ.get("PARAMVIZ_BROWSER")
    if named:
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_browser() -> None:
    """Debian's package where apt and root are at hand, else Playwright's download."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "check": False}
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], env=environment, **quiet)
    if find_browser() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    if find_browser() is None:
        print("No Chromium found: installing one ...", flush=True)
        install_browser()
    path = find_browser()
    if path is None:
        sys.exit("The tests need a Chromium: `apt install chromium`, or set PARAMVIZ_BROWSER to the path of one.")
    print(f"Browser for the tests: {path}")


if __name__ == "__main__":
    main()
