"""Runs made of a few arrays, for one question each."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.insight import Curve, Known, Optimizer, Statistics
from tensorboard_plugin_paramviz.record import STATS, LayerInfo

STEPS, SNAPSHOTS = 2000, 100
X = np.arange(STEPS) / STEPS


def curve(values: np.ndarray, every: int = 1) -> Curve:
    steps = np.arange(0, STEPS, every)
    return Curve(steps, np.asarray(values, float)[steps])


def healthy_loss(seed: int = 0, noise: float = 0.015) -> np.ndarray:
    """A power law from ln 65, [N]"""
    rng = np.random.default_rng(seed)
    return np.log(65) * (0.35 + 0.65 * (1 + 200 * X) ** -0.6) * (1 + noise * rng.standard_normal(STEPS))


def known(loss: np.ndarray | None = None, **others: object) -> Known:
    train = curve(healthy_loss() if loss is None else loss)
    return Known(first=0, last=STEPS - 1, train=train, vocabulary=65, **others)  # type: ignore[arg-type]


def blocks(count: int = 4) -> tuple[LayerInfo, ...]:
    roles = ("attn_qkv", "attn_out", "mlp_up", "mlp_down")
    return tuple(
        LayerInfo(f"h.{block}.{role}", role, block, (16, 16), "float32", 256)
        for block in range(count)
        for role in roles
    )


def statistics(seed: int = 0, lr: float = 1e-3, **factors: np.ndarray) -> Statistics:
    """Healthy layers under AdamW, noise of 15 % on gradients; factors: by statistic, [T, L] or broadcast to it."""
    rng, layers = np.random.default_rng(seed), blocks()
    shape = (SNAPSHOTS, len(layers))
    grad = 1e-3 * np.exp(0.15 * rng.standard_normal(shape))
    step = 0.3 * lr * np.exp(0.05 * rng.standard_normal(shape))
    columns = dict.fromkeys(STATS, np.zeros(shape)) | {
        "weight_norm": np.full(shape, 0.32),
        "weight_rms": np.full(shape, 0.02),
        "weight_max_abs": 0.07 * np.exp(0.03 * rng.standard_normal(shape)),
        "weight_near_zero_ratio": 8e-4 * np.exp(0.3 * rng.standard_normal(shape)),
        "grad_norm": 16 * grad,
        "grad_rms": grad,
        "grad_max_abs": 3.5 * grad * np.exp(0.1 * rng.standard_normal(shape)),
        "update_norm": 16 * step,
        "update_ratio": step / 0.02,
        "stable_rank": np.full(shape, np.nan),
    }
    values = np.stack([columns[name] * factors.get(name, 1.0) for name in STATS], 2).astype(np.float32)
    return Statistics(np.linspace(0, STEPS - 1, SNAPSHOTS).astype(np.int64), values, layers, STATS)


ADAMW = Optimizer("AdamW", 1e-3, 0.1, (0.9, 0.95))


def ramp(begin: float, end: float, of: int = SNAPSHOTS) -> np.ndarray:
    """0 before `begin`, 1 behind `end`, straight between; [of, 1]"""
    return ((np.arange(of) / of - begin) / (end - begin)).clip(0, 1)[:, None]


def of_block(block: int, *roles: str) -> np.ndarray:
    """1 for the layers of a block, 0 for others; [1, L]"""
    return np.array([[float(one.block == block and (not roles or one.role in roles)) for one in blocks()]])
