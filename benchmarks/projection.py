"""How long the server takes to draw a run, and what a basis fitted on a part of it is worth.

    python benchmarks/projection.py [--snapshots 1000] [--rows 5000] [--dims 64] [--keep FOLDER] [--no-peers]

Each life is a process of its own that answers what the page asks for: 64 snapshots over the whole run (the first
picture), then all others from the end backwards, 3 MB a reply. `first life` starts with an empty cache, `second life`
with what the first left there, `no cache` without one. `read` is the floor: the same bytes read and nothing done with
them. Peers fit on every row of the run in memory: numpy's SVD, and scikit-learn's PCA and IncrementalPCA where it is
installed; `variance` is the share of the variance of all rows that each one's three directions show.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tensorboard_plugin_paramviz.reader import Index, SnapshotReader, roots_of  # noqa: E402
from tensorboard_plugin_paramviz.record import dequantize  # noqa: E402
from tensorboard_plugin_paramviz.web import binary  # noqa: E402
from tensorboard_plugin_paramviz.web.arguments import Arguments  # noqa: E402
from tensorboard_plugin_paramviz.web.bases import Bases, Projection  # noqa: E402
from tensorboard_plugin_paramviz.web.replies import Replies  # noqa: E402

FIRST_SECS, ALL_SECS = 1.0, 10.0
REPLY_BYTES = 3 << 20
KNOWN = ("run", "embedding", "from", "to", "stride")
KINDS = ("joint", "last", "clusters")


def opened(folder: str) -> tuple[Index, str]:
    index = Index(roots_of(folder, ""))
    index.scan()
    index.poll()
    return index, next(iter(index.runs))


def largest(reader: SnapshotReader) -> str:
    return max(reader.embedding_paths(), key=lambda path: reader.shape(path)[0])


def life(folder: str) -> dict[str, float]:
    """One server's life, from its first look at the logdir to the last snapshot drawn."""
    begin, cpu = time.perf_counter(), time.process_time()
    index, run = opened(folder)
    indexed = time.perf_counter() - begin
    replies, path = Replies(index), largest(SnapshotReader(index.runs[run]))

    def ask(**query: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        texts = {name.rstrip("_"): [str(value)] for name, value in query.items()}
        reply = replies.positions(Arguments({"run": [run], "embedding": [path], **texts}, KNOWN))
        return binary.decode(reply)

    total = len(SnapshotReader(index.runs[run]).usable(path))
    begin = time.perf_counter()
    header, arrays = ask(stride=max(1, -(-total // 64)))
    first = time.perf_counter() - begin
    steps, most = arrays["range_steps"], max(1, REPLY_BYTES // (arrays["positions"].shape[1] * 12))
    for end in range(total, 0, -most):
        ask(from_=steps[max(0, end - most)], to=steps[end - 1])
    every = time.perf_counter() - begin
    return {
        "index_secs": indexed,
        "first_secs": first,
        "all_secs": every,
        "cpu_secs": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "shown": sum(header["basis"]["variance_ratios"]),
    }


def in_process(folder: str, cache: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--life", folder]
    done = subprocess.run(
        command, env=os.environ | {"PARAMVIZ_CACHE_DIR": cache}, check=True, stdout=subprocess.PIPE, text=True
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def read_all(folder: str) -> float:
    begin = time.perf_counter()
    for path in Path(folder).rglob("*tfevents*"):
        with path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass
    return time.perf_counter() - begin


def fits(folder: str, peers: bool) -> None:
    index, run = opened(folder)
    reader = SnapshotReader(index.runs[run])
    path = largest(reader)
    rows = np.concatenate([dequantize(reader.embedding(path, int(at)).rows) for at in reader.usable(path)])
    rows = rows[np.isfinite(rows).all(axis=1)]
    rows -= rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    total = float(np.einsum("rd,rd->", rows, rows, dtype=np.float64))

    def tell(name: str, fit: Callable[[], Any]) -> None:
        begin, cpu = time.perf_counter(), time.process_time()
        directions = fit()
        secs, used = time.perf_counter() - begin, time.process_time() - cpu
        shown = float(np.square(rows @ directions, dtype=np.float64).sum()) / total
        print(f"  {name:32} {secs:8.2f} s {used:8.2f} s {shown:9.2%}")

    print(f"\n  {'fit':32} {'wall':>10} {'processor':>10} {'variance':>9}")
    for kind in KINDS:
        tell(f"paramviz, {kind}", lambda kind=kind: Bases().basis(reader, path, Projection(kind)).directions)
    if not peers:
        return
    tell("numpy SVD, all rows", lambda: np.linalg.svd(rows, full_matrices=False)[2][:3].T)
    try:
        from sklearn.decomposition import PCA, IncrementalPCA
    except ImportError:
        print("  scikit-learn is not installed: no PCA, no IncrementalPCA")
        return
    tell("scikit-learn PCA, all rows", lambda: PCA(3).fit(rows).components_.T)
    batch = max(1, len(rows) // len(reader.usable(path)))
    tell("scikit-learn IncrementalPCA", lambda: IncrementalPCA(3, batch_size=batch).fit(rows).components_.T)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--snapshots", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--dims", type=int, default=64)
    parser.add_argument("--keep", help="a folder for the run, used again when it is there")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--life", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.life:
        print(json.dumps(life(options.life)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or f"{temporary}/runs"
        if not Path(folder).exists():
            sizes = [f"--{name}={getattr(options, name)}" for name in ("snapshots", "rows", "dims")]
            command = [sys.executable, str(ROOT / "simulator.py"), "--logdir", f"{folder}/run", *sizes]
            subprocess.run([*command, f"--steps={options.snapshots}"], check=True, stdout=subprocess.DEVNULL)
        print(f"{options.snapshots:,} snapshots x {options.rows:,} rows x {options.dims} dims, {os.cpu_count()} cores")
        print(f"  {'':14} {'index':>8} {'first':>8} {'all':>8} {'processor':>10} {'memory':>9} {'variance':>9}")
        lives = {name: in_process(folder, cache) for name, cache in _caches(temporary)}
        for name, one in lives.items():
            print(
                f"  {name:14} {one['index_secs']:6.2f} s {one['first_secs']:6.2f} s {one['all_secs']:6.2f} s"
                f" {one['cpu_secs']:8.2f} s {one['peak_mb']:6.0f} MB {one['shown']:9.2%}"
            )
        print(f"  {'limit':14} {'':8} {FIRST_SECS:6.2f} s {ALL_SECS:6.2f} s")
        print(f"  {'read':14} {'':8} {'':8} {read_all(folder):6.2f} s")
        faster = lives["first life"]["all_secs"] / lives["second life"]["all_secs"]
        kept = sum(path.stat().st_size for path in Path(temporary, "cache").glob("*")) / 1e6
        print(f"  The second life is {faster:.1f} times as fast as the first, from {kept:.0f} MB of cache.")
        fits(folder, not options.no_peers)


def _caches(temporary: str) -> list[tuple[str, str]]:
    cache = f"{temporary}/cache"
    return [("no cache", "off"), ("first life", cache), ("second life", cache)]


if __name__ == "__main__":
    main()
