"""Many at once: browsers, tabs of one browser, bare event streams. What the server uses, and whether others wait."""

from __future__ import annotations

import json
import os
import selectors
import socket
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any, Protocol

from page import Tab
from playwright.sync_api import Browser

from benchmarks.live_page import told
from benchmarks.soak_samples import process_use, server_pid

VIEWERS, TABS, STREAMS = 10, 12, 50
ROUTES = "/data/plugin/paramviz/"

# When each step was the newest of the page.
WATCH = """() => {
  const slider = document.querySelector("[role=slider][aria-label=Step]");
  window.arrivals = [];
  new MutationObserver(() => window.arrivals.push([Number(slider.ariaValueMax), Date.now() / 1000]))
    .observe(slider, { attributeFilter: ["aria-valuemax"] });
}"""


class Training(Protocol):
    returned: dict[int, float]

    def go(self) -> None: ...
    def running(self) -> bool: ...
    def read(self) -> None: ...


class Bystander(threading.Thread):
    """Asks for `runs` ten times a second and notes how long it waits; and what the server uses, from its /proc."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address, self.pid = address, server_pid(address)
        self.secs: list[float] = []
        self.threads = 0
        self._ended = threading.Event()

    def run(self) -> None:
        self.began, self.cpu = time.monotonic(), cpu_secs(self.pid)
        while not self._ended.wait(0.1):
            asked = time.monotonic()
            urllib.request.urlopen(f"{self.address}{ROUTES}runs", timeout=30).read()
            self.secs.append(time.monotonic() - asked)
            use = process_use(self.pid) if self.pid is not None else None
            self.threads = max(self.threads, use.threads if use else 0)

    def end(self) -> None:
        self._ended.set()
        self.join()
        print(told("other requests", self.secs))
        share = (cpu_secs(self.pid) - self.cpu) / (time.monotonic() - self.began)
        print(f"{'the server':>22}: {100 * share:.0f} % of a core, at most {self.threads} threads")


def cpu_secs(pid: int | None) -> float:
    """User and system time of a process so far; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def waits(arrivals: list[tuple[int, float]], returned: dict[int, float]) -> list[float]:
    """Seconds from each step until it, or a later one, was the newest."""
    found = []
    for step, at in returned.items():
        later = [moment for newest, moment in arrivals if newest >= step]
        if later:
            found.append(min(later) - at)
    return found


def pages(part: str, browser: Browser, address: str, training: Training) -> None:
    """`viewers`: each a browser of its own, as of ten people; `tabs`: all of one browser, which has six connections."""
    count = VIEWERS if part == "viewers" else TABS
    shared = browser.new_context(viewport={"width": 1024, "height": 640})
    tabs: list[Tab] = []
    opened = time.monotonic()
    for _ in range(count):
        context = browser.new_context(viewport={"width": 1024, "height": 640}) if part == "viewers" else shared
        page = context.new_page()
        page.goto(f"{address}/#paramviz")
        tabs.append(Tab(page))
    for tab in tabs:
        tab.wait_for_cloud()
        tab.frame.evaluate(WATCH)
    secs = time.monotonic() - opened
    bystander = Bystander(address)
    bystander.start()
    training.go()
    while training.running():
        tabs[0].page.wait_for_timeout(200)
    tabs[0].page.wait_for_timeout(3000)
    arrivals = [[(int(step), at) for step, at in tab.frame.evaluate("window.arrivals")] for tab in tabs]
    training.read()
    title = "viewers, each a browser of its own" if part == "viewers" else "tabs of one browser"
    print(f"\n{count} {title}, on the same machine; all open after {secs:.0f} s")
    print(told("loaded", [wait for one in arrivals for wait in waits(one, training.returned)]))
    newest = max(training.returned)
    print(f"{'live to the end':>22}: {sum(bool(one) and one[-1][0] >= newest for one in arrivals)} of {count}")
    bystander.end()


def streams(address: str, training: Training) -> None:
    """Bare streams in this process: what is measured is the server, and this thread's own share of the machine."""
    host, _, port = address.removeprefix("http://").partition(":")
    selector = selectors.DefaultSelector()
    for number in range(STREAMS):
        line = socket.create_connection((host, int(port)))
        line.sendall(f"GET {ROUTES}events HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        line.setblocking(False)
        selector.register(line, selectors.EVENT_READ, (number, bytearray()))
    arrivals: list[list[tuple[int, float]]] = [[] for _ in range(STREAMS)]
    bystander = Bystander(address)
    bystander.start()
    training.go()
    end = float("inf")
    while time.monotonic() < end:
        for key, _ in selector.select(0.2):
            number, held = key.data
            _read(key.fileobj, held, arrivals[number])
        if end == float("inf") and not training.running():
            end = time.monotonic() + 1.0
    training.read()
    print(f"\n{STREAMS} streams")
    print(told("told", [wait for one in arrivals for wait in waits(one, training.returned)]))
    bystander.end()
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]


def _read(line: Any, held: bytearray, arrivals: list[tuple[int, float]]) -> None:
    held += line.recv(1 << 16)
    at = time.time()
    *messages, rest = bytes(held).split(b"\n\n")
    held[:] = rest
    for message in messages:
        _, found, data = message.partition(b"data: ")
        if found:
            steps = [info["last_step"] for info in json.loads(data)["runs"] if info["last_step"] is not None]
            arrivals += [(max(steps), at)] if steps else []
