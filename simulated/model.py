"""The moving parts of a simulated model: two embedding tables on their way, and the statistics of its layers.

The laws are told in simulated/__init__.py. Letters: L layers, S stats, R rows, D dims.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulated.vocabulary import Vocabulary
from tensorboard_plugin_paramviz.record import STATS, LayerInfo

Float32 = npt.NDArray[np.float32]
#: By the name of a column of course.Effect, float64 [L]; a missing one stands for 1.
Factors = dict[str, npt.NDArray[np.float64]]

PEAK_LR, WEIGHT_DECAY, BETA1, INIT_STD = 1e-3, 0.1, 0.9, 0.02
NOISE_COHERENCE = ((1 - BETA1) / (1 + BETA1)) ** 0.5
POSITIONS = 64
SAMPLED = 128  # rows of a table that its stable rank is measured on
ADAM_EPSILON = 1e-8
NEAR_ZERO = 8e-4  # of normal numbers, the share below a thousandth of their RMS
WTE, WPE = "transformer.wte", "transformer.wpe"


@dataclass(frozen=True)
class Settings:
    """The size of a run, and the seed of everything in it."""

    steps: int
    snapshots: int
    layers: int
    rows: int
    dims: int
    seed: int


class Table:
    """An embedding table on its way to a target. values, target: float32 [R, D]; speed: float32 [R], per progress."""

    def __init__(self, target: Float32, speed: Float32, rng: np.random.Generator) -> None:
        rows, dims = target.shape
        self.target, self.speed, self.rng = target, speed, rng
        self.values = INIT_STD * rng.standard_normal((rows, dims), np.float32)  # [R, D]
        # Drawing R x D normals for each snapshot would cost most of its time: pieces of one long tape serve.
        self.tape = rng.standard_normal((2 * rows + 64) * dims, np.float32)  # [2 R D + 64 D]

    def advance(self, progress: float, stir: float) -> Float32:
        """Move by `progress`; returns the rows' remaining distances to their targets, float32 [R]."""
        keep = np.exp(-self.speed * np.float32(progress))[:, None]  # [R, 1]
        offset = self.rng.integers(len(self.tape) - self.values.size)
        noise = self.tape[offset : offset + self.values.size].reshape(self.values.shape)  # [R, D], a view
        away = self.values - self.target  # [R, D]
        away *= keep
        away += noise * (np.float32(0.15 * INIT_STD * stir) * np.sqrt(1 - keep * keep))
        np.add(self.target, away, out=self.values)
        return np.sqrt(np.einsum("rd,rd->r", away, away))


def token_table(vocabulary: Vocabulary, settings: Settings, rng: np.random.Generator) -> Table:
    dims = settings.dims
    share = vocabulary.counts / vocabulary.counts.sum()  # [R]

    def directions(count: int) -> Float32:
        return rng.standard_normal((count, dims), np.float32)

    classes, stems = directions(int(vocabulary.classes.max()) + 1), directions(int(vocabulary.stems.max()) + 1)
    heavy = np.log(share / share.min()).astype(np.float32) / max(1e-6, np.log(share.max() / share.min()))  # [R], 0 to 1
    target = 0.07 * classes[vocabulary.classes] + 0.035 * stems[vocabulary.stems]  # [R, D]
    target += 0.08 * heavy[:, None] * directions(1) + 0.02 * directions(settings.rows)
    speed = np.sqrt(share / np.median(share)).clip(0.3, 10) * 12 / settings.steps
    return Table(target, speed.astype(np.float32), rng)


def position_table(settings: Settings, rng: np.random.Generator) -> Table:
    """Positions on a helix: each pair of directions turns a little slower than the one before."""
    where = np.arange(POSITIONS)[:, None] / POSITIONS  # [R, 1]
    turns = np.pi * 2.0 ** (1 - np.arange((settings.dims + 1) // 2))  # [D/2]
    waves = np.concatenate([np.sin(where * turns), np.cos(where * turns)], 1)[:, : settings.dims]  # [R, D]
    mixing = np.linalg.qr(rng.standard_normal((settings.dims, settings.dims)))[0]  # [D, D]
    return Table((0.08 * waves @ mixing).astype(np.float32), np.full(POSITIONS, 10 / settings.steps, np.float32), rng)


def make_layers(settings: Settings) -> tuple[LayerInfo, ...]:
    d, v = settings.dims, settings.rows
    plan: list[tuple[str, str, int | None, tuple[int, ...]]] = [
        (WTE, "token_embedding", None, (v, d)),
        (WPE, "position_embedding", None, (POSITIONS, d)),
    ]
    for b in range(settings.layers):
        plan += [
            (f"transformer.h.{b}.ln_1", "norm", b, (d,)),
            (f"transformer.h.{b}.attn.c_attn", "attn_qkv", b, (3 * d, d)),
            (f"transformer.h.{b}.attn.c_proj", "attn_out", b, (d, d)),
            (f"transformer.h.{b}.ln_2", "norm", b, (d,)),
            (f"transformer.h.{b}.mlp.c_fc", "mlp_up", b, (4 * d, d)),
            (f"transformer.h.{b}.mlp.c_proj", "mlp_down", b, (d, 4 * d)),
        ]
    plan.append(("transformer.ln_f", "norm", None, (d,)))
    layers = [LayerInfo(p, role, b, shape, "float32", int(np.prod(shape))) for p, role, b, shape in plan]
    return (*layers, LayerInfo("lm_head", "lm_head", None, (v, d), "float32", 0, tied_to=WTE))


class Matrices:
    """Every layer's statistics by AdamW's laws; those of the two tables are measured on their values."""

    def __init__(self, layers: tuple[LayerInfo, ...], rng: np.random.Generator) -> None:
        self.layers, self.rng = layers, rng
        self.sizes = np.array([np.prod(layer.shape) for layer in layers], float)  # [L]
        self.norms = np.array([layer.role == "norm" for layer in layers])  # [L]
        small = np.array([layer.path.endswith("c_proj") for layer in layers])  # [L]
        depth = max(1, sum(layer.role == "attn_qkv" for layer in layers))
        self.rms = np.where(self.norms, 1.0, np.where(small, INIT_STD / np.sqrt(2 * depth), INIT_STD))  # [L]
        share = np.sqrt(self.sizes) * np.array([1 - 0.3 * (layer.block or 0) / depth for layer in layers])  # [L]
        self.share = share / np.linalg.norm(share)
        # Of noise, whose largest singular value is sqrt(m) + sqrt(n); a vector has one direction.
        sides = [layer.shape if len(layer.shape) == 2 else (1, 0) for layer in layers]
        self.stable_ranks = np.array([max(1.0, m * n / (np.sqrt(m) + np.sqrt(n)) ** 2) for m, n in sides])  # [L]
        self.tables = {layer.path: index for index, layer in enumerate(layers) if "embedding" in layer.role}

    def advance(self, steps: int, lr: float, factors: Factors, weight_decay: float = WEIGHT_DECAY) -> None:
        """Let the weights move for some steps; where updates are smaller by a factor, so is their equilibrium."""
        decay = np.exp(-2 * lr * weight_decay * steps)
        settled = lr / (2 * weight_decay) * factors.get("update", 1.0) ** 2  # [L]
        self.rms = np.where(self.norms, self.rms, np.sqrt(self.rms**2 * decay + (1 - decay) * settled))

    def stats(
        self, lr: float, coherence: float, gradient: float, values: dict[str, Float32], factors: Factors
    ) -> Float32:
        """float32 [L, S]. gradient: as it is where healthy. factors: by name, float64 [L], on what is healthy (see
        course.Effect); the weights of the two tables are what `values` has."""
        rms, root = self.rms * factors.get("weight", 1.0), np.sqrt(self.sizes)
        mean = np.where(self.norms, rms, rms * self.rng.standard_normal(len(rms)) / root)
        tail = np.sqrt(2 * np.log(self.sizes + 1))  # of the largest of n normal numbers
        largest = np.where(self.norms, 1.1 * rms, rms * tail) * factors.get("tail", 1.0)
        for path, index in self.tables.items():
            table = values[path]
            rms[index] = np.sqrt(np.vdot(table, table) / table.size)
            mean[index] = table.mean()
            largest[index] = max(table.max(), -table.min())
        grad_norm = gradient * self.share * np.exp(0.15 * self.rng.standard_normal(len(rms))) * factors.get("grad", 1.0)
        update = lr * coherence * np.exp(0.05 * self.rng.standard_normal(len(rms)))  # RMS of an entry's change
        update = update * factors.get("update", 1.0)
        columns = {
            "weight_norm": rms * root,
            "weight_rms": rms,
            "weight_mean": mean,
            "weight_std": np.sqrt(np.maximum(rms**2 - mean**2, 0)),
            "weight_max_abs": largest,
            "weight_near_zero_ratio": np.where(self.norms, 0, NEAR_ZERO) * factors.get("near_zero", 1.0),
            "weight_nonfinite_count": np.zeros_like(rms),
            "grad_norm": grad_norm,
            "grad_rms": grad_norm / root,
            "grad_max_abs": 1.5 * grad_norm / root * tail * factors.get("grad_tail", 1.0),
            "grad_nonfinite_count": np.zeros_like(rms),
            "update_norm": update * root,
            "update_ratio": update / rms,
            # Of normal numbers around 0, far fewer than the threshold.
            "grad_below_epsilon_ratio": np.minimum(1, np.sqrt(2 / np.pi) * ADAM_EPSILON * root / grad_norm),
            "stable_rank": self._ranks(values, factors),
        }
        table = np.stack([columns[name] for name in STATS], 1)  # [L, S]
        table[-1] = np.nan  # the head is the token table itself, and counted there
        return table.astype(np.float32)

    def _ranks(self, values: dict[str, Float32], factors: Factors) -> npt.NDArray[np.float64]:
        """[L]. Of a matrix whose squared norm is to one part noise and to the rest one direction; of the two tables
        measured, on a sample of rows."""
        spread = factors.get("spread", 1.0)
        ranks: npt.NDArray[np.float64] = 1 / ((1 - spread) + spread / self.stable_ranks)
        for path, index in self.tables.items():
            table = values[path]
            some = table[np.linspace(0, len(table) - 1, min(len(table), SAMPLED)).astype(int)].astype(float)  # [n, D]
            direction = some[np.argmax(np.einsum("nd,nd->n", some, some))]  # [D]
            largest = 0.0
            for _ in range(40):  # a power iteration: LAPACK would start threads for matrices this small
                length = np.sqrt(direction @ direction)
                if length == 0:
                    break
                direction = (some @ (direction / length)) @ some
                largest = float(np.sqrt(direction @ direction))
            ranks[index] = np.square(some).sum() / largest if largest > 0 else 1.0
        return ranks
