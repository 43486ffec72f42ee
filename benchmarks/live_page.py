"""What a page shows and when: notes every picture, and says when a new snapshot was in place on the screen."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from page import Tab

#: CSS px: nearer than this to where it comes to rest, a point is in place.
IN_PLACE_PX = 0.05
ROWS = 8

# After each picture: the newest snapshot of the page, and where some points are drawn. A picture is noted in the
# animation frame after it was drawn: by then it has been handed to the screen.
WATCH = """rows => {
  const slider = document.querySelector("[role=slider][aria-label=Step]");
  const scene = document.querySelector(".cloud").scene;
  const seen = (window.seenPictures = []);
  let drawn = scene.frames;
  let newest = null;
  const look = () => {
    const last = Number(slider.ariaValueMax);
    if (last !== newest || scene.frames !== drawn) {
      const found = Array.from({ length: rows }, (_, row) => scene.place(row) ?? { x: 0, y: 0 });
      const places = found.flatMap(({ x, y }) => [x, y]);
      seen.push([performance.timeOrigin + performance.now(), last, scene.frames !== drawn, places]);
    }
    newest = last;
    drawn = scene.frames;
    requestAnimationFrame(look);
  };
  look();
}"""


@dataclass(frozen=True)
class Shown:
    """One row per look at the page at which something was new. at: Unix seconds [N]; newest: last step in the page [N];
    drawn: whether a picture was [N]; places: CSS px of some rows [N, 2 * ROWS]."""

    at: npt.NDArray[np.float64]
    newest: npt.NDArray[np.int64]
    drawn: npt.NDArray[np.bool_]
    places: npt.NDArray[np.float64]

    @classmethod
    def of(cls, seen: list[Any]) -> Shown:
        at, newest, drawn, places = zip(*seen, strict=True)
        return cls(np.array(at) / 1000, np.array(newest), np.array(drawn), np.array(places))


def watch_page(tab: Tab) -> None:
    tab.frame.evaluate(WATCH, ROWS)


def shown(tab: Tab) -> Shown:
    """Everything since `watch_page`."""
    return Shown.of(tab.frame.evaluate("window.seenPictures"))


def latencies(seen: Shown, returned: Mapping[int, float]) -> dict[str, list[float]]:
    """Seconds from `returned` (Unix seconds by step) until the page has a snapshot (`loaded`), until the first picture
    on the way to it (`first`), and until its points are in place (`in place`): no watched point is farther than
    IN_PLACE_PX from where it is drawn when the next snapshot comes. A step passed over because two came at once is
    there with the later one."""
    waits: dict[str, list[float]] = {"loaded": [], "first": [], "in place": []}
    starts = np.flatnonzero(np.diff(seen.newest, prepend=seen.newest[0] - 1))  # [number of growths]
    ends = np.append(starts[1:], len(seen.at))
    loaded: list[tuple[int, float, float, float]] = []
    for start, end in zip(starts, ends, strict=True):
        pictures = start + np.flatnonzero(seen.drawn[start:end])
        if not len(pictures):
            continue  # a later one came before it was drawn, and is in place when that is
        off = np.abs(seen.places[pictures] - seen.places[pictures[-1]]).max(axis=1)  # [pictures]
        arrived = pictures[np.flatnonzero(off > IN_PLACE_PX)[-1] + 1] if (off > IN_PLACE_PX).any() else pictures[0]
        loaded.append((int(seen.newest[start]), seen.at[start], seen.at[pictures[0]], seen.at[arrived]))
    steps = [step for step, *_ in loaded]
    for step, at in sorted(returned.items()):
        index = bisect_left(steps, step)
        if index < len(loaded):
            for name, moment in zip(waits, loaded[index][1:], strict=True):
                waits[name].append(float(moment) - at)
    return waits


def pictures_per_growth(seen: Shown) -> float:
    """Pictures drawn for each growth of the run: how smooth the way to a new snapshot is."""
    growths = np.count_nonzero(np.diff(seen.newest))
    return float(np.count_nonzero(seen.drawn)) / max(1, growths)


def told(name: str, secs: list[float]) -> str:
    if not secs:
        return f"{name:>22}: nothing was measured"
    least, median, high, most = np.percentile(np.array(secs) * 1000, [0, 50, 95, 100])
    return f"{name:>22}: median {median:6.0f} ms   p95 {high:6.0f} ms   least {least:6.0f}   most {most:6.0f}"
