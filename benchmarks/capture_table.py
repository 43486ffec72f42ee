"""The tables of `capture.py`: figures, ratios of their medians, and the requirements they are held against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from benchmarks.capture_clock import Interval, Spread
from benchmarks.capture_legs import Slowdown

MB = 1_000_000


@dataclass(frozen=True)
class Snapshots:
    """All figures of one model. secs: by contestant (`ours`, `floor`, `histograms`, `wandb`), of the training thread,
    or of the GPU where that was longer. read_rate, copy_rate: bytes a second of this machine's memory."""

    title: str
    parameters: int
    tensor_count: int
    tensor_bytes: int
    secs: dict[str, Spread]
    before: Spread
    step: Spread
    written: Spread
    background: Spread
    open_secs: float
    synchronizations: int
    read_rate: float
    copy_rate: float
    host_bytes: int | None
    device_bytes: int | None
    sizes: tuple[int, ...]
    parts: tuple[str, ...]

    @property
    def limit_secs(self) -> float:
        """To read every weight and gradient once, at the rate the memory gives."""
        return self.tensor_bytes / self.read_rate

    def ratio(self, dear: str, cheap: str) -> float:
        """Of the medians; NaN where one of them was left out."""
        if dear not in self.secs or cheap not in self.secs:
            return math.nan
        return self.secs[dear].median / self.secs[cheap].median

    @property
    def ratios(self) -> dict[str, float]:
        return {
            "ours/floor": self.ratio("ours", "floor"),
            "histograms/ours": self.ratio("histograms", "ours"),
            "wandb/ours": self.ratio("wandb", "ours"),
        }


def snapshot_lines(figures: Snapshots) -> list[str]:
    def row(name: str, spread: Spread, ratio: str = "") -> str:
        if not spread.values:
            return f"  {name:<46}{'left out':>11}"
        return f"  {name:<46}{ms(spread.median):>11}{ms(spread.least):>11}{ms(spread.most):>11}   {ratio}"

    ratios = figures.ratios
    secs = {name: figures.secs.get(name, Spread(())) for name in ("ours", "histograms", "wandb", "floor")}
    size = max(figures.sizes, default=0)
    lines = [
        f"{figures.title}: {figures.parameters / 1e6:.1f} M parameters in {figures.tensor_count} tensors, "
        f"{figures.tensor_bytes / MB:,.0f} MB with their gradients",
        f"  {'':<46}{'median':>11}{'least':>11}{'most':>11}",
        row("one snapshot by us", secs["ours"], f"{ratios['ours/floor']:.2f} x the floor"),
        row("    before the optimizer's step", figures.before),
        row("    viz.step()", figures.step),
        row("    later, until it is written", figures.written),
        row("    later, CPU time of our threads", figures.background),
        row("add_histogram and add_embedding", secs["histograms"], f"{ratios['histograms/ours']:,.1f} x ours"),
        row('wandb.watch(log="all"), offline', secs["wandb"], f"{ratios['wandb/ours']:,.1f} x ours"),
        row("floor: one torch._foreach_norm", secs["floor"]),
        f"  {'memory, each weight and gradient read once':<46}{ms(figures.limit_secs):>11}   "
        f"{figures.read_rate / 1e9:.1f} GB/s read, {figures.copy_rate / 1e9:.1f} GB/s copied",
        f"  {'watch() itself':<46}{ms(figures.open_secs):>11}",
        f"  {'a snapshot in the file':<46}{size / 1000:>8,.0f} kB   {', '.join(figures.parts)}",
        f"  {'extra memory of snapshots':<46}{mb(figures.host_bytes):>11}",
    ]
    if figures.device_bytes is not None:
        lines.append(f"  {'extra memory of the GPU':<46}{mb(figures.device_bytes):>11}")
    return lines


def slowdown_lines(title: str, steps: int, plain: Spread, found: list[Slowdown]) -> list[str]:
    rows: list[tuple[str, list[str]]] = [
        ("", [one.mode for one in found]),
        ("whole loop", [share(one.total) for one in found]),
        ("its second half", [share(one.later) for one in found]),
        ("its CPU time, all threads", [share(one.cpu) for one in found]),
        ("its median step", [share(one.step) for one in found]),
        ("timed in our hook and viz.step()", [share(one.ours) for one in found]),
        ("CPU time of our threads", [share(one.threads) for one in found]),
        ("a step without a record", [f"{one.idle_secs * 1e6:,.1f} µs" for one in found]),
        ("watch()", [ms(one.open_secs) for one in found]),
        ("close()", [ms(one.close_secs) for one in found]),
        ("snapshots", [f"{one.snapshots:,.0f}" for one in found]),
        ("the same losses to the bit", ["yes" if one.same_losses else "NO" for one in found]),
    ]
    return [
        f"Training slowed: {title}, {len(plain.values)} pairs of legs of {steps} steps,",
        f"{plain.median:.1f} s each without us ({plain.least:.1f} to {plain.most:.1f})",
        *(f"  {name:<34}" + "".join(f"{value:>32}" for value in values) for name, values in rows),
    ]


@dataclass(frozen=True)
class Requirement:
    """One promise beside what was measured. low, high: of the measured figure, where it has an interval."""

    name: str
    measured: float
    limit: float
    unit: str = ""
    at_least: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def verdict(self) -> Literal["met", "not met", "not settled", "not measured"]:
        """With an interval only a limit outside of it is settled."""
        low = self.measured if self.low is None else self.low
        high = self.measured if self.high is None else self.high
        if not math.isfinite(self.measured):
            return "not measured"
        if not (math.isfinite(low) and math.isfinite(high)):
            return "not settled"
        good, bad = (low >= self.limit, high < self.limit) if self.at_least else (high <= self.limit, low > self.limit)
        return "met" if good else "not met" if bad else "not settled"

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        between = "" if self.low is None or self.high is None else f"  ({self.low:.2f} to {self.high:.2f})"
        return f"  {self.verdict:<13}{self.name:<52}{self.measured:>9.2f} {sign} {self.limit:g} {self.unit}{between}"


def snapshot_requirements(figures: Snapshots, *, on_gpu: bool) -> list[Requirement]:
    size = max(figures.sizes, default=0)
    beyond = math.nan if figures.host_bytes is None else (figures.host_bytes - size) / MB
    ratios = figures.ratios
    found = [
        Requirement("a snapshot beside the floor", ratios["ours/floor"], 1.5, "x"),
        Requirement("add_histogram beside a snapshot", ratios["histograms/ours"], 100, "x", at_least=True),
        Requirement("wandb.watch beside a snapshot", ratios["wandb/ours"], 30, "x", at_least=True),
        Requirement("extra memory beyond the snapshot being written", beyond, 32, "MB"),
        Requirement("a snapshot in the file", size / 1000, 300, "kB"),
    ]
    if on_gpu:
        return [*found, Requirement("waits for the GPU in one snapshot", figures.synchronizations, 0)]
    return [Requirement("a snapshot, training thread", figures.secs["ours"].median * 1e3, 60, "ms"), *found]


def slowdown_requirements(found: list[Slowdown]) -> list[Requirement]:
    limits = {"default": ("training slowed at the defaults", 1), "worst": ("training slowed in the worst case", 5)}
    return [
        Requirement(
            limits[one.mode][0],
            one.total.middle * 100,
            limits[one.mode][1],
            "%",
            low=one.total.low * 100,
            high=one.total.high * 100,
        )
        for one in found
    ]


def ms(secs: float) -> str:
    return "-" if math.isnan(secs) else f"{secs * 1e3:,.{1 if secs < 1 else 0}f} ms"


def mb(size: int | None) -> str:
    return "not measured" if size is None else f"{size / MB:,.1f} MB"


def share(interval: Interval) -> str:
    if math.isnan(interval.low):
        return f"{interval.middle:+.2%} (one pair)"
    return f"{interval.middle:+.2%} ({interval.low:+.2%} to {interval.high:+.2%})"
