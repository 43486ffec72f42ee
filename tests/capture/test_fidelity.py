"""What is written of a really trained embedding still has its neighbours, norms and sizes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from looking import index_of
from toy_models import read
from trained_words import Words, table, train_words

from benchmarks.fidelity import kept_ratio, recall, spectra
from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.capture.basis import BasisFollower
from tensorboard_plugin_paramviz.capture.budget import share_bytes
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.record import QuantizedRows, quantize

pytestmark = pytest.mark.xdist_group("fidelity")
WTE = "transformer.wte"
DIMS, STEPS, EVERY = 192, 120, 4
#: As many bytes for each entry of this table as the default has for 2,000 words of 512 dimensions.
MAX_BYTES = 56_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """A directory with a training recorded under MAX_BYTES, and the table as it was at the last snapshot."""
    directory = tmp_path_factory.mktemp("words")
    torch.manual_seed(1)
    words = Words(600)
    viz = None
    for step, model, optimizer, loss in train_words(words, DIMS, STEPS, length=24, lr=4e-3):
        if viz is None:
            viz = watch(
                model, directory, optimizer=optimizer, every=EVERY, max_bytes=MAX_BYTES, max_overhead=None, strict=True
            )
        viz.step(step, loss=loss)
        if step % EVERY == 0:
            last = table(model)
    viz.close()
    return directory, last


@pytest.fixture(scope="module")
def reader(run: tuple[Path, np.ndarray]) -> SnapshotReader:
    return SnapshotReader(index_of(run[0]).runs["."])


def test_whole_rows_keep_nearly_all_neighbours(run: tuple[Path, np.ndarray]) -> None:
    assert recall(run[1], quantize(run[1])) > 0.98


def test_at_the_bytes_of_the_default_most_neighbours_are_kept(run, reader: SnapshotReader) -> None:
    rows = reader.embedding(WTE, int(reader.usable(WTE)[-1])).rows
    assert rows.directions is not None
    assert recall(run[1], rows) > 0.7
    assert kept_ratio(run[1], rows) > 0.7
    np.testing.assert_allclose(rows.norms, np.linalg.norm(run[1], axis=1), rtol=1e-5)


def test_the_basis_follows_the_training_and_each_snapshot_is_within_its_bytes(run, reader: SnapshotReader) -> None:
    series = reader.embedding_series(WTE)
    assert len(reader.usable(WTE)) == STEPS // EVERY
    assert 2 <= len(set(series.bases.tolist())) <= 6
    sizes = [snapshot.self_cost.snapshot_bytes for snapshot in read(run[0])[1]]
    assert max(sizes) <= MAX_BYTES
    assert np.median(sizes) < MAX_BYTES - DIMS * 40, "few carry a basis"


@cache
def spectrum(name: str) -> np.ndarray:
    return next(values for title, values in spectra() if name in title)


@pytest.mark.parametrize(("name", "least"), [("flat", 0.97), ("1/rank", 0.98)])
def test_whole_rows_of_any_spectrum_keep_their_neighbours(name: str, least: float) -> None:
    values = spectrum(name)[:500]
    assert recall(values, quantize(values)) > least


def test_a_spectrum_that_falls_keeps_nine_of_ten_neighbours_at_the_default() -> None:
    share = share_bytes({"wte": (50257, 768), "wpe": (1024, 768)}, 2000, 300_000, 76)["wte"]
    values = spectrum("1/rank")
    rows, basis = BasisFollower(share.directions, 768).write(values)
    assert recall(values, QuantizedRows(rows.values, rows.scale, basis.directions, rows.norms)) > 0.95
