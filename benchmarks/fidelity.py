"""How much of an embedding is still there in what is written: recall of the 10 nearest neighbours by cosine.

    python benchmarks/fidelity.py [--dims 512] [--steps 1000] [--vocabulary 2000] [--text FILE] [--max-bytes 300000]

Tables of 2,000 rows: some with singular values of a given fall, 768 dimensions as GPT-2 has, beside its 1,024
positions; and one that is really trained here, a one-block GPT over the words of Python's documentation or of FILE, at
several steps. Each goes through the encoder that `watch()` writes with, and is read back as the page asks for it: once
as whole int8 rows, once within max_bytes. `kept` is the share of the energy. The trained one is followed through its
run, so that the basis is the one the run would have at that step.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "capture")]

import torch  # noqa: E402
from trained_words import Words, table, train_words  # noqa: E402

from tensorboard_plugin_paramviz.analysis.neighbours import nearest  # noqa: E402
from tensorboard_plugin_paramviz.capture.basis import BasisFollower  # noqa: E402
from tensorboard_plugin_paramviz.capture.budget import Allotment, share_bytes  # noqa: E402
from tensorboard_plugin_paramviz.record import QuantizedRows, dequantize, quantize  # noqa: E402

Float32 = npt.NDArray[np.float32]
NEIGHBOURS = 10
ROWS, GPT2_DIMS, GPT2_POSITIONS, GPT2_LAYERS = 2000, 768, 1024, 76


def recall(values: Float32, written: QuantizedRows) -> float:
    """Share of each row's 10 nearest neighbours among [R, D] that are its 10 nearest in what was written; the mean."""
    every = list(range(len(values)))
    exact = values.astype(np.float64)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    cosines = exact @ exact.T  # [R, R]
    np.fill_diagonal(cosines, -np.inf)
    true = np.argpartition(-cosines, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    found, _ = nearest(written, every, NEIGHBOURS)
    return float(
        np.mean([len(set(a) & set(b)) for a, b in zip(true.tolist(), found.tolist(), strict=True)]) / NEIGHBOURS
    )


def kept_ratio(values: Float32, written: QuantizedRows) -> float:
    return float(1 - np.square(dequantize(written) - values).sum() / np.square(values).sum())


def in_basis(follower: BasisFollower, values: Float32) -> QuantizedRows:
    """As it is read back."""
    rows, basis = follower.write(values)
    return QuantizedRows(rows.values, rows.scale, basis.directions, rows.norms)


def spectra() -> Iterator[tuple[str, Float32]]:
    """Named tables [2000, 768]"""
    random = np.random.default_rng(0)
    rank = np.arange(1, GPT2_DIMS + 1)
    falls = {
        "flat (a fresh initialization)": np.ones(GPT2_DIMS),
        "as 1/sqrt(rank)": rank**-0.5,
        "as 1/rank": 1.0 / rank,
        "by half each 40 ranks": 0.5 ** (rank / 40),
    }
    for name, sizes in falls.items():
        turned, _ = np.linalg.qr(random.normal(size=(GPT2_DIMS, GPT2_DIMS)))
        yield name, (random.normal(size=(ROWS, GPT2_DIMS)) * sizes @ turned).astype(np.float32)
    centres = random.normal(size=(50, GPT2_DIMS))
    spread = centres[random.integers(0, 50, ROWS)] + 0.7 * random.normal(size=(ROWS, GPT2_DIMS))
    yield "50 round groups, flat within", spread.astype(np.float32)


def print_row(name: str, values: Float32, share: Allotment, written: QuantizedRows) -> None:
    dims = values.shape[1]
    kept = f"{share.directions} of {dims}" if share.directions else "whole rows"
    whole = recall(values, quantize(values))
    cells = (name, f"{whole:.3f}", kept, f"{kept_ratio(values, written):.0%}", f"{recall(values, written):.2f}")
    print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dims", type=int, default=512)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--vocabulary", type=int, default=ROWS)
    parser.add_argument("--text", type=Path)
    parser.add_argument("--max-bytes", type=int, default=300_000)
    options = parser.parse_args()
    print("| table | int8 | directions | kept | recall |\n|---|---|---|---|---|")
    shapes = {"wte": (50257, GPT2_DIMS), "wpe": (GPT2_POSITIONS, GPT2_DIMS)}
    share = share_bytes(shapes, ROWS, options.max_bytes, GPT2_LAYERS)["wte"]
    for name, values in spectra():
        written = in_basis(BasisFollower(share.directions, GPT2_DIMS), values) if share.directions else quantize(values)
        print_row(f"singular values {name}" if "groups" not in name else name, values, share, written)
    torch.manual_seed(0)
    words = Words(options.vocabulary, options.text.read_text("utf-8") if options.text else None)
    shapes = {"wte": (options.vocabulary, options.dims), "wpe": (32, options.dims)}
    share = share_bytes(shapes, ROWS, options.max_bytes, 9)["wte"]
    follower = BasisFollower(share.directions or options.dims, options.dims)
    shown = {options.steps * at // 8 for at in (1, 2, 4)} | {options.steps - 1}
    for step, model, _, _ in train_words(words, options.dims, options.steps):
        if step % 5 and step not in shown:
            continue
        values = table(model)
        written = in_basis(follower, values) if share.directions else quantize(values)
        if step in shown:
            print_row(f"trained, step {step:,}", values, share, written)


if __name__ == "__main__":
    main()
