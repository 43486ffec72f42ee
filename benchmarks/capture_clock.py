"""Time as the training sees it, and a spread over repeats. Pure but for the clocks."""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import torch

#: Two-sided 95 % points of Student's t for 1 to 10 degrees of freedom.
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
_Z95 = 1.959964


@dataclass(frozen=True)
class Spread:
    """One figure measured again and again: its median, least and most."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values) if self.values else math.nan

    @property
    def least(self) -> float:
        return min(self.values, default=math.nan)

    @property
    def most(self) -> float:
        return max(self.values, default=math.nan)


@dataclass(frozen=True)
class Interval:
    """middle with its 95 % confidence interval; low and high are NaN where one reading is all there is."""

    middle: float
    low: float
    high: float


def mean_interval(values: Sequence[float]) -> Interval:
    """Student's t interval of the mean of independent readings."""
    if not values:
        return Interval(math.nan, math.nan, math.nan)
    middle = statistics.fmean(values)
    if len(values) < 2:
        return Interval(middle, math.nan, math.nan)
    half = t95(len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))
    return Interval(middle, middle - half, middle + half)


def ratio_interval(pairs: Sequence[tuple[float, float]]) -> Interval:
    """Of the ratio first / second over pairs measured next to each other: the interval of the mean log ratio."""
    logs = mean_interval([math.log(first / second) for first, second in pairs])
    return Interval(*(math.exp(value) for value in (logs.middle, logs.low, logs.high)))


def t95(freedom: int) -> float:
    """Two-sided 95 % point of Student's t; above 10 degrees Abramowitz & Stegun 26.7.5, to three digits."""
    if freedom <= len(_T95):
        return _T95[freedom - 1]
    z, n = _Z95, freedom
    terms = ((z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384)
    return z + sum(term / n**power for power, term in enumerate(terms, 1))


class Stopwatch:
    """Seconds between `start()` and `stop()`: of the calling thread, and of the GPU's stream.

    thread_secs: wall time of the thread. device_secs: time the stream was held for, 0 on a CPU; known after `settle()`,
    which waits for it. Neither end of the measurement waits itself, so that what is measured runs as in a training.
    """

    def __init__(self, device: str) -> None:
        self._events = [torch.cuda.Event(enable_timing=True) for _ in range(2)] if device.startswith("cuda") else []
        self.thread_secs = self.device_secs = 0.0

    def start(self, *_: object) -> None:
        """Also fit for a hook: takes whatever it is called with."""
        if self._events:
            self._events[0].record()
        self._started = time.perf_counter()

    def stop(self, *_: object) -> None:
        self.thread_secs = time.perf_counter() - self._started
        if self._events:
            self._events[1].record()

    def settle(self) -> float:
        """The dearer of the two, in seconds."""
        if self._events:
            self._events[1].synchronize()
            self.device_secs = self._events[0].elapsed_time(self._events[1]) / 1e3
        return max(self.thread_secs, self.device_secs)

    def __enter__(self) -> Stopwatch:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class ThreadClock:
    """CPU seconds of every Python thread that was started after this object. NaN where the system can't tell."""

    def __init__(self) -> None:
        self._known = set(threading.enumerate())

    def secs(self) -> float:
        if not hasattr(time, "pthread_getcpuclockid"):
            return math.nan
        started = [thread for thread in threading.enumerate() if thread not in self._known and thread.ident]
        return math.fsum(time.clock_gettime(time.pthread_getcpuclockid(thread.ident)) for thread in started)


def synchronize(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()
