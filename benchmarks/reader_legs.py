"""What is measured, each in a process of its own: `python -m benchmarks.reader_legs LEG LOGDIR LAST_STEP`, one line of
JSON."""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.reader_files import WHOLE, WIDE

Figures = dict[str, Any]
READS, BLOCK_BYTES = 300, 8 << 20


def main() -> None:
    leg, logdir, last_step = sys.argv[1:]
    print(json.dumps(LEGS[leg](Path(logdir), int(last_step))))


def read_leg(logdir: Path, last_step: int) -> Figures:
    """The limit: every byte read once, nothing done with it."""
    begin = time.perf_counter()
    for path in logdir.rglob("*tfevents*"):
        with path.open("rb", buffering=0) as file:
            while file.read(BLOCK_BYTES):
                pass
    return {"open_secs": time.perf_counter() - begin}


def our_leg(logdir: Path, last_step: int) -> Figures:
    """From an empty index to all that can be asked for; then snapshots at random, read and decoded."""
    from tensorboard_plugin_paramviz.reader import Index, SnapshotReader, roots_of

    before, begin = resident_bytes(), time.perf_counter()
    index = Index(roots_of(str(logdir), ""))
    index.scan()
    index.poll()
    open_secs = time.perf_counter() - begin
    (run,) = index.runs.values()
    steps = run.snapshot_steps()[0]
    assert (len(steps), int(steps[-1])) == (last_step + 1, last_step), "every step is there"
    reading = {}
    for name, path in (("whole", WHOLE), ("basis", WIDE)):
        reader = SnapshotReader(run)
        ordinals = random.Random(0).choices(reader.usable(path).tolist(), k=READS)
        reading[name] = sorted(secs_of(partial(reader.embedding, path, at)) for at in ordinals)
    return {
        "open_secs": open_secs,
        "memory_bytes": resident_bytes() - before,
        "peak_bytes": resident_bytes("VmHWM") - before,
        "steps": len(steps),
        "making_secs": secs_of(lambda: SnapshotReader(run)),
        **{f"{name}_secs": statistics.median(secs) for name, secs in reading.items()},
        **{f"{name}_slow_secs": secs[int(0.99 * READS)] for name, secs in reading.items()},
    }


def rust_leg(logdir: Path, last_step: int, samples: dict[str, int] | None = None) -> Figures:
    """TensorBoard's data server, until it tells of the last step; its own process's memory."""
    from tensorboard import context
    from tensorboard.data import server_ingester
    from tensorboard.util import grpc_util

    begin = time.perf_counter()
    server = server_ingester.SubprocessServerDataIngester(
        server_binary=server_ingester.get_server_binary(),
        logdir=str(logdir),
        reload_interval=0,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        samples_per_plugin=samples,
    )
    server.start()
    try:
        asked = {"ctx": context.RequestContext(), "experiment_id": "", "plugin_name": "paramviz"}
        while True:
            listed = server.data_provider.list_tensors(**asked)
            tags = next(iter(listed.values()), {})
            if tags and max(tag.max_step for tag in tags.values()) >= last_step:
                break
            time.sleep(0.01)
        open_secs = time.perf_counter() - begin
        (child,) = children()
        memory = resident_bytes("VmRSS", child)
        return {
            "open_secs": open_secs,
            "memory_bytes": memory,
            "peak_bytes": resident_bytes("VmHWM", child),
            **series_read(server.data_provider, asked, next(iter(listed))),
        }
    finally:
        server._stdin_handle.close()  # it ends with it


def python_leg(logdir: Path, last_step: int) -> Figures:
    """TensorBoard's own loader in Python, with the samples it keeps by default."""
    from tensorboard import context
    from tensorboard.backend.event_processing import data_ingester, data_provider, plugin_event_multiplexer

    before, begin = resident_bytes(), time.perf_counter()
    multiplexer = plugin_event_multiplexer.EventMultiplexer(
        size_guidance=data_ingester.DEFAULT_SIZE_GUIDANCE,
        tensor_size_guidance=data_ingester.DEFAULT_TENSOR_SIZE_GUIDANCE,
    )
    multiplexer.AddRunsFromDirectory(str(logdir))
    multiplexer.Reload()
    open_secs = time.perf_counter() - begin
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(logdir))
    asked = {"ctx": context.RequestContext(), "experiment_id": "", "plugin_name": "paramviz"}
    return {
        "open_secs": open_secs,
        "memory_bytes": resident_bytes() - before,
        "peak_bytes": resident_bytes("VmHWM") - before,
        **series_read(provider, asked, next(iter(provider.list_tensors(**asked)))),
    }


def series_read(provider: Any, asked: dict[str, Any], run: str) -> Figures:
    """The least that a data provider hands over: all that it kept of a tag. series_secs is None where that is more than
    it can send."""
    from tensorboard.data.provider import RunTagFilter

    chosen = RunTagFilter(runs=[run], tags=[f"paramviz/embedding/{WHOLE}"])
    begin = time.perf_counter()
    try:
        read = provider.read_tensors(**asked, run_tag_filter=chosen, downsample=1 << 30)
    except Exception:  # over the limit of a message
        return {"series_secs": None, "steps": None}
    series = next(iter(read[run].values()))
    return {"series_secs": time.perf_counter() - begin, "steps": len(series)}


def secs_of(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def resident_bytes(field: str = "VmRSS", process: int | str = "self") -> int:
    """0 where there is no /proc."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(field))


def children() -> list[int]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(process) for process in text.split()]


LEGS: dict[str, Callable[[Path, int], Figures]] = {
    "read": read_leg,
    "ours": our_leg,
    "rust": rust_leg,
    "rust_all": lambda logdir, last_step: rust_leg(logdir, last_step, {"paramviz": 0}),
    "python": python_leg,
}

if __name__ == "__main__":
    main()
