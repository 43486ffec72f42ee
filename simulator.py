"""Synthetic runs in ordinary event files: python simulator.py --logdir runs/sim, no training and no torch.

The model, said plainly. A nanoGPT-like architecture is described, not built; what is written follows these laws:

* Learning rate: linear warm-up over 3 % of the steps, then a cosine to a tenth. All movement below is driven by it, in
  "progress" s = sum of lr / peak lr.
* Loss: a power law, L(t) = L_end + (ln V - L_end) (1 + t/tau)^-0.6 with tau = steps/200, and noise whose size shrinks
  with the batch gradient; validation stands above it by a gap that grows to 4 %.
* Embedding row v: relaxes from its Gaussian start to a target at the rate r_v ~ sqrt(token frequency), stirred by noise
  proportional to sqrt(lr): an Ornstein-Uhlenbeck process, stepped exactly, so that the number of snapshots does not
  change the course. A target is its token class's centre + its stem's vector (the same for a and A) + the frequency
  direction + a part of its own. Positions relax to a slow helix.
* Matrices: rms^2 approaches lr / (2 wd) at the rate 2 lr wd, AdamW's equilibrium for weights whose scale is free.
* Update ratio: lr c / rms, where the coherence c falls from 1 (gradients agree) to sqrt((1-b1)/(1+b1)) = 0.229 (noise).
* Gradient norm: decays by a power law to a floor, deeper blocks a little smaller, log-normal noise.

Everything but the wall times follows from --seed. Letters: T snapshots, N steps, L layers, S stats, R rows, D dims.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tqdm import tqdm

from command_line import OptionError, Parser, check_writable, number
from simulated_model import (
    BETA1,
    NOISE_COHERENCE,
    PEAK_LR,
    POSITIONS,
    WEIGHT_DECAY,
    WPE,
    WTE,
    Matrices,
    Settings,
    make_layers,
    position_table,
    token_table,
)
from simulated_vocabulary import make_vocabulary
from tensorboard_plugin_paramviz.capture import fast_crc
from tensorboard_plugin_paramviz.record import (
    EmbeddingInfo,
    EmbeddingRows,
    ModelRecord,
    SelfCost,
    Snapshot,
    encode_model,
    encode_snapshot,
)

Array = npt.NDArray[np.float64]

BATCH_TOKENS = 2048
SECS_PER_STEP = 0.05


@dataclass
class Course:
    """What a scenario decides: a value for every step (float64 [N] each), and what becomes of each finished snapshot.
    gradient: global gradient norm before noise. stir: size of the rows' noise."""

    lr: Array
    loss: Array
    val_loss: Array
    coherence: Array
    gradient: Array
    stir: Array
    alter: Callable[[Snapshot], Snapshot] = lambda snapshot: snapshot


# ------------------------------------------------------------------------------------------------------- the scenarios

Scenario = Callable[[Settings, np.random.Generator], Course]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    """Register a scenario under its function's name; the docstring's first line is what --list shows."""
    SCENARIOS[function.__name__] = function
    return function


@scenario
def convergence(settings: Settings, rng: np.random.Generator) -> Course:
    """A healthy run: rapid learning, refinement, convergence; tokens settle into their classes, frequent ones first."""
    count = settings.steps
    t = np.arange(count, dtype=float)
    warmup, tau = max(1.0, 0.03 * count), max(1.0, count / 200)
    cosine = 0.55 + 0.45 * np.cos(np.pi * np.clip((t - warmup) / max(1.0, count - warmup), 0, 1))
    lr = PEAK_LR * np.where(t < warmup, (t + 1) / (warmup + 1), cosine)
    start = np.log(max(2, settings.rows))
    end = 0.35 * start
    # Learning begins with the warm-up's own progress, so that the first steps are flat as they are in a real run.
    learned = np.cumsum(lr) / PEAK_LR
    smooth = end + (start - end) * (1 + learned / tau) ** -0.6
    loss = smooth * (1 + 0.015 * rng.standard_normal(count))
    gap = 0.04 * learned / learned[-1]
    val_loss = smooth * (1 + gap) + 0.003 * start * rng.standard_normal(count)
    coherence = NOISE_COHERENCE + (1 - NOISE_COHERENCE) * np.exp(-learned / (4 * tau))
    gradient = 0.25 + 2.0 * (1 + learned / tau) ** -0.5
    return Course(lr, loss, val_loss, coherence, gradient, stir=np.sqrt(lr / PEAK_LR))


# --------------------------------------------------------------------------------------------------------- the run


def simulate(settings: Settings, name: str) -> Iterator[tuple[int, Summary]]:
    """(step, Summary) in the order of steps: first the model record, then per step the scalars and, every so often, a
    snapshot. Cost: about 6 ms for a snapshot of 5,000 x 64."""
    rng = np.random.default_rng(settings.seed)
    vocabulary = make_vocabulary(settings.rows)
    tokens, positions = token_table(vocabulary, settings, rng), position_table(settings, rng)
    layers = make_layers(settings)
    matrices = Matrices(layers, rng)
    course = SCENARIOS[name](settings, rng)
    share = vocabulary.counts / vocabulary.counts.sum()  # [R]
    # A row is touched only in batches that hold its token; the other steps count as no update.
    seen = (1 - (1 - share) ** BATCH_TOKENS).astype(np.float32)  # [R]

    yield 0, encode_model(
        ModelRecord(
            session_id=f"simulated-{name}-{settings.seed}",
            started=time.time(),
            model_class="GPT",
            layers=layers,
            embeddings=(
                EmbeddingInfo(WTE, "token_embedding", (settings.rows, settings.dims), None, vocabulary.labels,
                              tuple(vocabulary.counts.tolist())),
                EmbeddingInfo(WPE, "position_embedding", (POSITIONS, settings.dims)),
            ),
            optimizer={"class": "AdamW", "lr": PEAK_LR, "betas": [BETA1, 0.95], "weight_decay": WEIGHT_DECAY},
            schedule={"every": max(1, settings.steps // settings.snapshots)},
        )
    )  # fmt: skip

    progress = np.cumsum(course.lr) / PEAK_LR  # [N]
    snapshots = set(np.linspace(0, settings.steps - 1, settings.snapshots).round().astype(int).tolist())
    validations = max(1, settings.steps // 50)
    before, snapshot_bytes = 0, 0
    for step in range(settings.steps):
        lr, gradient = course.lr[step], course.gradient[step]
        scalars = {"train/loss": course.loss[step], "train/lr": lr}
        scalars["train/grad_norm"] = gradient * np.exp(0.15 * rng.standard_normal())
        if step % validations == 0 or step == settings.steps - 1:
            scalars["val/loss"] = course.val_loss[step]
        yield step, Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()])
        if step not in snapshots:
            continue
        moved = float(progress[step] - progress[before]) if step else 0.0
        embeddings = {}
        for path, table, present in ((WTE, tokens, seen), (WPE, positions, np.ones(POSITIONS, np.float32))):
            distance = table.advance(moved, course.stir[step])  # [R]
            grad_norms = gradient * present * (0.2 + distance / (1e-9 + distance.max())) / np.sqrt(len(distance))
            update_norms = np.float32(lr * course.coherence[step] * np.sqrt(settings.dims)) * present  # [R]
            embeddings[path] = EmbeddingRows(table.values, grad_norms.astype(np.float32), update_norms)
        matrices.advance(step - before, lr)
        values = {WTE: tokens.values, WPE: positions.values}
        stats = matrices.stats(lr, course.coherence[step], gradient, values)
        cost = SelfCost(0.002, 0.001, snapshot_bytes, step - before, 0)
        summary = encode_snapshot(course.alter(Snapshot(step, 0.0, stats, embeddings, cost)))
        before, snapshot_bytes = step, summary.ByteSize()
        yield step, summary


def write(settings: Settings, name: str, logdir: Path, live_secs: float | None) -> None:
    """Write the run into `logdir`: at once, with the wall times of a run that ends now, or spread over `live_secs`."""
    fast_crc.install()
    begun = time.time()
    pace = live_secs / settings.steps if live_secs else SECS_PER_STEP
    first = begun if live_secs else begun - pace * settings.steps
    writer = EventFileWriter(str(logdir), max_queue_size=100, flush_secs=1)
    try:
        # A simulation written over another one hides what that one wrote, as a restarted training does.
        writer.add_event(Event(wall_time=first, step=0, session_log=SessionLog(status=SessionLog.START)))
        bar = tqdm(total=settings.steps, unit="step", delay=1, mininterval=0.2)
        with bar:
            for step, summary in simulate(settings, name):
                due = first + pace * step
                if live_secs and due > time.time():
                    time.sleep(due - time.time())
                writer.add_event(Event(wall_time=due, step=step, summary=summary))
                bar.update(step - bar.n)
            bar.update(settings.steps - bar.n)
    finally:
        writer.close()


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(prog="simulator.py", description="Write a synthetic run: known dynamics, no training, no torch.")
    add, count = parser.add_argument, number(int, 1)
    add("--logdir", type=Path, help="where the run stands, e.g. runs/sim")
    add("--scenario", default="convergence", choices=SCENARIOS)
    add("--steps", type=count, default=2000)
    add("--snapshots", type=count, default=200)
    add("--layers", type=number(int, 1, 1000), default=4, help="transformer blocks")
    add("--rows", type=number(int, 2, 100_000), default=65, help="tokens in the vocabulary")
    add("--dims", type=number(int, 2, 4096), default=32, help="embedding width")
    add("--seed", type=number(int, 0), default=0)
    add("--live", type=number(float, 0.01), metavar="SECS", help="write as if training for so long")
    add("--list", action="store_true", help="list the scenarios")
    options = parser.parse_args(arguments)
    if options.list:
        for name, function in SCENARIOS.items():
            print(f"{name:16} {(function.__doc__ or '').splitlines()[0]}")
        return 0
    try:
        if not options.logdir:
            raise OptionError("give the run's directory, e.g. --logdir runs/sim")
        if options.snapshots > options.steps:
            raise OptionError(f"--snapshots {options.snapshots} need as many steps: give --steps {options.snapshots}")
        check_writable(options.logdir)
        sizes = {name: getattr(options, name) for name in Settings.__dataclass_fields__}
        write(Settings(**sizes), options.scenario, options.logdir, options.live)
    except OptionError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(
            f"{options.logdir} can't be written any more ({error.strerror}): free some space, or --logdir elsewhere"
        )
    except KeyboardInterrupt:
        print(f"Stopped. What was written so far is in {options.logdir}")
        return 130
    print(f"{options.steps:,} steps, {options.snapshots:,} snapshots. See them: tensorboard --logdir {options.logdir}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
