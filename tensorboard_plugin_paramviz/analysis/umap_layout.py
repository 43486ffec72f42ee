"""UMAP of rows as a program of its own: `python -P umap_layout.py`. What it compiles, the memory it takes and the
interpreter it holds are not those of the server, which may kill it at any moment.

    stdin    one line of JSON {"rows", "dims", "neighbours"}, float32 little-endian [rows, dims], all of them finite and
             none of zeros; stays open while the layout is wanted, and the program ends when it is closed
    stdout   lines "progress <0 to 1>", at last "positions" and after it float32 little-endian [rows, 3]
    stderr   what went wrong, its last line in words

UMAP: McInnes, Healy & Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction"
(arXiv:1802.03426), as umap-learn does it. Distances between rows are cosines, as everywhere in the page where it speaks
of neighbours. It begins from the principal components: from a random start the same rows give another picture each
time, and groups an arbitrary place (Kobak & Linderman, "Initialization is critical for preserving global data structure
in both t-SNE and UMAP", Nature Biotechnology 2021). The random numbers are fixed.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import warnings
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]

#: Where each part of the work ends, in shares of the time that 5,000 rows take: the libraries are loaded, the
#: neighbours found, and joined to a graph, for which most is compiled first.
LOADED, FOUND, JOINED = 0.25, 0.35, 0.75
#: Up to here neighbours are looked for among all rows, which takes seconds; beyond, umap-learn's own search, which
#: finds nearly all of them and is compiled for half a minute first.
EXACT_ROWS = 30_000
#: Time in which a part that tells no progress is taken to be half done.
_HALF_SECS = 3.0
_BLOCK_ENTRIES = 8 << 20
_SEED = 0
#: Of the picture's size, added to the start: two rows at one place could never part, and an axis without extent has no
#: scale.
_NOISE_RATIO = 1e-3


def main() -> None:
    if hasattr(os, "nice"):
        os.nice(10)  # a training may run beside it
    source, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is no answer
    asked = json.loads(source.readline())
    shape = (int(asked["rows"]), int(asked["dims"]))
    rows = np.frombuffer(_exactly(source, shape[0] * shape[1] * 4), "<f4").reshape(shape)
    threading.Thread(target=_end_with, args=(source.fileno(),), daemon=True).start()
    positions = layout(rows, int(asked["neighbours"]), lambda progress: _tell(out, progress))
    _write(out, b"positions\n" + positions.astype("<f4").tobytes())
    os._exit(0)  # the thread still reads


def layout(rows: Float32, neighbours: int, tell: Any) -> Float32:
    """float32 [R, 3] of finite rows [R, D] that are not all zero: their mean at the origin, turned so that they differ
    most along the first direction and least along the third. NaN for a row that UMAP finds no place for. tell: called
    with the progress, 0 to 1."""
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    start = principal_positions(unit)
    neighbours = min(neighbours, len(rows) - 1)
    if neighbours < 2:  # there is nothing to choose between
        return start
    # It would load all of TensorFlow where that is installed.
    sys.modules["umap.parametric_umap"] = None  # type: ignore[assignment]
    loading = _Estimate(0.0, LOADED, tell)
    from umap import UMAP

    loading.stop()

    tell(LOADED)
    exact = None
    if len(rows) <= EXACT_ROWS:
        exact = (*nearest_rows(unit, neighbours, lambda share: tell(LOADED + (FOUND - LOADED) * share)), None)
    still = _Estimate(FOUND, JOINED, tell)
    size = max(float(np.abs(start).max()), 1e-6)
    noise = np.random.default_rng(_SEED).normal(size=start.shape) * size * _NOISE_RATIO
    warnings.simplefilter("ignore")  # that new rows can't be placed later on, and the like
    found = UMAP(
        n_components=3,
        n_neighbors=neighbours,
        metric="cosine",
        init=(start + noise).astype(np.float32),
        disconnection_distance=3.0,  # beyond any: a row whose neighbours are all its opposites would have no place
        random_state=_SEED,
        n_jobs=1,  # as with any fixed seed
        precomputed_knn=exact or (None, None, None),
        tqdm_kwds={"disable": False, "file": _Told(tell, still), "bar_format": "{n}/{total}", "mininterval": 0.2},
    ).fit_transform(rows)
    positions = np.full((len(rows), 3), np.nan, np.float32)
    placed = np.isfinite(found).all(axis=1)
    positions[placed] = principal_positions(np.asarray(found[placed], np.float32))
    return positions


def principal_positions(rows: Float32) -> Float32:
    """float32 [R, 3] along the three directions in which rows [R, D] differ most, zeros where D is less; a turn of
    them where D is 3."""
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    vectors = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :3]
    largest = np.abs(vectors).argmax(axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(vectors.shape[1])])
    positions = np.zeros((len(rows), 3), np.float32)
    positions[:, : vectors.shape[1]] = centred @ vectors
    return positions


def nearest_rows(unit: Float32, count: int, tell: Any) -> tuple[npt.NDArray[np.int32], Float32]:
    """For each of the rows [R, D] of length 1 the `count` rows nearest by cosine, int32 [R, count], itself first, and
    their distances 1 - cosine, float32 [R, count]. tell: called with the share done. Cost: R² x D multiplications."""
    total = len(unit)
    neighbours, distances = np.empty((total, count), np.int32), np.empty((total, count), np.float32)
    size = max(1, _BLOCK_ENTRIES // total)
    for at in range(0, total, size):
        cosines = unit[at : at + size] @ unit.T  # [r, R]
        each = np.arange(len(cosines))
        cosines[each, at + each] = 2
        nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(cosines, nearest, axis=1)
        order = np.argsort(-found, axis=1, kind="stable")
        neighbours[at : at + size] = np.take_along_axis(nearest, order, axis=1)
        distances[at : at + size] = np.maximum(0, 1 - np.take_along_axis(found, order, axis=1))
        tell((at + len(cosines)) / total)
    distances[:, 0] = 0
    return neighbours, distances


class _Estimate:
    """Tells a progress that goes on ever more slowly from `begin` towards `end`, until it is stopped."""

    def __init__(self, begin: float, end: float, tell: Any) -> None:
        self._begin, self._end, self._tell = begin, end, tell
        self._stopped = threading.Event()
        threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _work(self) -> None:
        passed = 0.0
        while not self._stopped.wait(0.5):
            passed += 0.5
            self._tell(self._begin + (self._end - self._begin) * (1 - 0.5 ** (passed / _HALF_SECS)))


class _Told:
    """A file for tqdm, which writes "12/200" to it."""

    def __init__(self, tell: Any, before: _Estimate) -> None:
        self._tell = tell
        self._before = before

    def write(self, text: str) -> None:
        found = re.search(r"(\d+)/(\d+)", text)
        if found:
            self._before.stop()
            self._tell(JOINED + (1 - JOINED) * int(found[1]) / max(1, int(found[2])))

    def flush(self) -> None:
        pass


def _exactly(source: IO[bytes], count: int) -> bytes:
    content = source.read(count)
    if len(content) < count:
        os._exit(1)
    return content


def _end_with(descriptor: int) -> None:
    """Whoever asked is gone, or no longer wants it."""
    while os.read(descriptor, 1):
        pass
    os._exit(1)


def _tell(out: IO[bytes], progress: float) -> None:
    _write(out, f"progress {progress:.4f}\n".encode())


def _write(out: IO[bytes], content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[out.write(rest) :]


if __name__ == "__main__":
    main()
