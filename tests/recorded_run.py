"""A simulated run as anybody finds it on disk: what the reader gives, and the truth beside it."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from looking import index_of

from simulated.model import Settings
from simulated.run import write
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.record import STATS
from tensorboard_plugin_paramviz.record.embedding_codec import dequantize

Floats = npt.NDArray[np.float64]
STEPS, SNAPSHOTS, SEEDS = 1000, 100, (0, 1, 2)
#: Scenarios without anything to find.
NOTHING = ("convergence", "slow_convergence", "decay_kink")
WTE, WPE = "transformer.wte", "transformer.wpe"


class RecordedRun:
    """Letters: T snapshots, N steps, L layers, R rows, D dims."""

    def __init__(self, directory: Path, name: str, seed: int) -> None:
        self.name = name
        write(Settings(STEPS, SNAPSHOTS, layers=4, rows=65, dims=16, seed=seed), name, directory, None)
        self.truth: dict[str, Any] = json.loads((directory / "truth.json").read_text("utf-8"))
        self.files = sorted(path for path in directory.iterdir() if "tfevents" in path.name)
        self.index = index_of(directory).runs["."]
        self.reader = SnapshotReader(self.index)
        self.model = self.reader.model()
        self.paths = [layer.path for layer in self.model.layers[:-1]]  # but the head, which is tied
        self.steps = self.index.snapshot_steps()[0]  # [T]

    @cached_property
    def stats(self) -> Floats:
        """[T, L, S]"""
        return self.reader.stats(None, None)[2][:, :-1].astype(float)

    def stat(self, name: str) -> Floats:
        """[T, L]"""
        return self.stats[:, :, STATS.index(name)]

    def scalar(self, tag: str) -> Floats:
        """Values by step, [N]; NaN where nothing was logged."""
        series = self.index.scalars(tag)
        values = np.full(STEPS, np.nan)
        values[series.steps] = series.values
        return values

    def rows(self, path: str, step: int) -> tuple[Floats, Floats, Floats]:
        """Values [R, D], gradient norms [R] and update norms [R] of the first snapshot from `step` on."""
        snapshot = self.reader.embedding(path, int(np.searchsorted(self.steps, step)))
        return dequantize(snapshot.rows).astype(float), snapshot.grad_norms, snapshot.update_norms

    def finding(self, insight: str) -> dict[str, Any]:
        return next(finding for finding in self.truth["findings"] if finding["insight"] == insight)

    @property
    def onset(self) -> int:
        """Of the finding the scenario is named after, or of its first one."""
        return int(self.truth["findings"][0]["step"])

    @property
    def planted(self) -> npt.NDArray[np.bool_]:
        """The layers of the first finding, [L]"""
        return np.isin(self.paths, self.truth["findings"][0]["layers"])

    def over(self, values: Floats, first: float, end: float) -> Floats:
        """Median of [T, ...] over the snapshots from step `first` to `end`."""
        return np.median(values[(self.steps >= first) & (self.steps < end)], axis=0)

    def grown(self, name: str, values: Floats | None = None) -> Floats:
        """Each layer's statistic in the last tenth of the run over that in the tenth before the onset, [L]"""
        values = self.stat(name) if values is None else values
        with np.errstate(invalid="ignore"):  # norms have a share of 0 near zero
            return self.over(values, 0.9 * STEPS, STEPS) / self.over(values, self.onset - 0.1 * STEPS, self.onset)

    def drift(self, name: str) -> Floats:
        """The same for the two tenths before the onset: what there is without sickness, [L]"""
        values, tenth = self.stat(name), 0.1 * STEPS
        later = self.over(values, self.onset - 0.6 * tenth, self.onset)
        return later / self.over(values, self.onset - 1.2 * tenth, self.onset - 0.6 * tenth)


def scenarios(names: Iterable[str]) -> list[Any]:
    """Arguments of a test: all tests of a scenario run in one process, which simulates its runs once."""
    return [pytest.param(name, id=name, marks=pytest.mark.xdist_group(f"scenario {name}")) for name in names]


@cache
def recorded(name: str, seed: int) -> RecordedRun:
    """One for all tests of a process."""
    return RecordedRun(Path(tempfile.mkdtemp(dir=_folder())), name, seed)


@cache
def _folder() -> str:
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    return folder


def median(values: Floats, first: float, end: float) -> float:
    """Of the values from step `first` to `end`, [N]"""
    return float(np.nanmedian(values[max(0, int(first)) : int(end)]))


def mean_cosine(rows: Floats) -> float:
    """Over all pairs of different rows, the naive way; rows: [R, D]"""
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = units @ units.T
    return float(cosines[~np.eye(len(rows), dtype=bool)].mean())


def effective_rank(rows: Floats) -> float:
    """exp of the entropy of the singular values' shares (Roy & Vetterli 2007)."""
    values = np.linalg.svd(rows, compute_uv=False)
    share = values / values.sum()
    return float(np.exp(-(share * np.log(share + 1e-300)).sum()))
