"""What recording costs a training, beside what else one could record with and beside what the machine can do at all.

    python benchmarks/capture.py [--model gpt2|char|both] [--repeats 7] [--pairs 8] [--skip-wandb] [--json FILE]

Part one, for the 124M-parameter GPT-2 and for nanoGPT's shakespeare_char model: one snapshot by us, add_histogram and
add_embedding, wandb.watch(log="all") offline, and the floor, one torch._foreach_norm over weights and gradients; in
turn, so that what else the machine does hits all alike. The time is the training's: its thread, or the GPU's stream
where that is longer. Medians with the least and the most; ratios are those of the medians.

Part two: a loop as nanoGPT's, in processes of its own, without `watch()`, with it at the defaults, and with the dearest
settings that still limit the cost; neighbours in time are compared, with the 95 % interval of the ratio. A run begins
with a small advance on what it may spend: legs much shorter than a minute show that advance, not the limit. Part three,
within the others: extra resident memory (Linux) and the size of a snapshot.

At last every requirement with `met`, `not met`, or `not settled` where the interval holds the limit: then give it more
`--pairs` or a machine with nothing else to do. `--quick` runs all of it at sizes that say nothing, in seconds.
wandb is a requirement of this benchmark alone: pip install -e '.[train,bench]'.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.capture_clock import Spread  # noqa: E402
from benchmarks.capture_files import PARTS, read_written  # noqa: E402
from benchmarks.capture_legs import Setup, measure_memory, measure_slowdown  # noqa: E402
from benchmarks.capture_models import SHAPES  # noqa: E402
from benchmarks.capture_peers import Floor, Histograms, Ours, WandbWatch, Workload, read_rate  # noqa: E402
from benchmarks.capture_table import (  # noqa: E402
    Requirement,
    Snapshots,
    slowdown_lines,
    slowdown_requirements,
    snapshot_lines,
    snapshot_requirements,
)

NO_WANDB = "wandb is not installed, its column is left out: pip install -e '.[bench]', or pass --skip-wandb"
MODELS = {"gpt2": ["gpt2"], "char": ["char"], "both": ["gpt2", "char"]}


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=list(MODELS), default="both", help="what snapshots are taken of")
    parser.add_argument("--repeats", type=int, default=7, help="of each measurement of part one")
    parser.add_argument("--pairs", type=int, default=8, help="of legs in part two; 0 leaves it out")
    parser.add_argument("--loop", choices=list(SHAPES), default="char-cpu", help="the model part two trains")
    parser.add_argument("--steps", type=int, default=2000, help="of a leg")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="torch's, in all parts")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--skip-wandb", action="store_true")
    parser.add_argument("--quick", action="store_true", help="tiny models, to see that it runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there too")
    return parser


def main(arguments: list[str] | None = None) -> None:
    options = build_parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    machine = about_machine(options)
    print("; ".join(f"{name} {value}" for name, value in machine.items()))
    report: dict[str, Any] = {"machine": machine, "snapshots": {}, "slowdown": []}
    requirements: list[tuple[str, Requirement]] = []
    for name in MODELS[options.model]:
        figures = measure_snapshots(name, options)
        print("", *snapshot_lines(figures), sep="\n")
        report["snapshots"][name] = asdict(figures) | {"ratios": figures.ratios}
        # The promises are about GPT-2; of a small model the fixed costs are all one sees.
        if name == "gpt2":
            found = snapshot_requirements(figures, on_gpu=options.device != "cpu")
            requirements += [(figures.title, requirement) for requirement in found]
    if options.pairs > 0:
        setup = Setup(options.loop, options.quick, options.steps, options.device, options.threads)
        slowdowns, plain = measure_slowdown(setup, options.pairs)
        title = SHAPES[options.loop].title
        print("", *slowdown_lines(title, options.steps, plain, slowdowns), sep="\n")
        report["slowdown"] = [asdict(one) for one in slowdowns]
        requirements += [(title, requirement) for requirement in slowdown_requirements(slowdowns)]
    report["requirements"] = [
        {"of": title, "verdict": requirement.verdict} | asdict(requirement) for title, requirement in requirements
    ]
    print("", *(str(requirement) for _, requirement in requirements), sep="\n")
    if options.quick:
        print("These were tiny models: the figures say nothing about a real one.")
    if options.json is not None:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


def about_machine(options: argparse.Namespace) -> dict[str, str]:
    device = torch.cuda.get_device_name() if options.device.startswith("cuda") else platform.machine()
    return {
        "torch": torch.__version__,
        "numpy": np.__version__,
        "Python": platform.python_version(),
        "system": platform.system(),
        "device": f"{options.device} ({device})",
        "cores": str(os.cpu_count()),
        "threads": str(options.threads),
    }


def measure_snapshots(name: str, options: argparse.Namespace) -> Snapshots:
    shape = SHAPES[name].tiny() if options.quick else SHAPES[name]
    with tempfile.TemporaryDirectory() as folder:
        work = Workload(shape, options.device)
        ours = Ours(work, Path(folder) / "ours")
        histograms = Histograms(work, Path(folder) / "histograms")
        wandb = None if options.skip_wandb else start_wandb(work, Path(folder))
        contestants: dict[str, Callable[[], float]] = {
            "floor": Floor(work).measure,
            "ours": ours.measure,
            "histograms": histograms.measure,
        }
        if wandb is not None:
            contestants["wandb"] = wandb.measure
        for measure in contestants.values():  # allocators, lazy imports, the optimizer's state
            measure()
        ours.measure()
        ours.forget()
        secs: dict[str, list[float]] = {contestant: [] for contestant in contestants}
        for _ in range(options.repeats):
            for contestant, measure in contestants.items():
                gc.collect()
                secs[contestant].append(measure())
        synchronizations = ours.synchronizations()
        ours.close()
        histograms.close()
        if wandb is not None:
            wandb.close()
        parts = read_written(Path(folder) / "ours").parts
        if missing := {*PARTS, "embeddings"} - parts:
            raise RuntimeError(f"no snapshot with {', '.join(sorted(missing))} was written; what was measured is void")
        tensors = work.tensors()
        parameters = list(work.model.parameters())
    floats = 1 << 20 if options.quick else 1 << 26 if options.device == "cpu" else 1 << 28
    rates = read_rate(options.device, floats)
    memory, written = measure_memory(Setup(name, options.quick, 8, options.device, options.threads))
    return Snapshots(
        title=shape.title,
        parameters=sum(parameter.numel() for parameter in parameters),
        tensor_count=len(parameters),
        tensor_bytes=sum(tensor.numel() * tensor.element_size() for tensor in tensors),
        secs={contestant: Spread(tuple(values)) for contestant, values in secs.items()},
        before=Spread(tuple(ours.before_secs)),
        step=Spread(tuple(ours.step_secs)),
        written=Spread(tuple(ours.written_secs)),
        background=Spread(tuple(ours.background_secs)),
        open_secs=ours.open_secs,
        synchronizations=synchronizations,
        read_rate=rates[0],
        copy_rate=rates[1],
        host_bytes=memory.host_bytes,
        device_bytes=memory.device_bytes,
        sizes=written.sizes,
        parts=tuple(sorted(written.parts)),
    )


def start_wandb(work: Workload, folder: Path) -> WandbWatch | None:
    try:
        return WandbWatch(work, folder)
    except ImportError:
        print(NO_WANDB, file=sys.stderr)
        return None


if __name__ == "__main__":
    main()
