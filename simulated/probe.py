"""What a fixed batch would see inside the simulated model: `paramviz/probe`, measured on toy attention.

* Attention: the logits of a block are the same normal numbers through the whole run, times a scale that grows with
  progress as heads learn where to look, and with the square of the QKV weights (a logit is a product of a query and a
  key). Entropy and largest logit are measured on their softmax.
* Activations: a residual stream of size 1 to which each block adds a part of its own, the larger the more it has
  learned, in proportion to its two output matrices.
* Dead units: as the scenario has them, and a handful in every healthy block.

Drawn from a generator of its own: what else is simulated stays the same. Letters: B blocks, N steps, L layers.
"""

from __future__ import annotations

import numpy as np

from simulated.model import Factors, Float32
from tensorboard_plugin_paramviz.record import LayerInfo
from tensorboard_plugin_paramviz.record.names import PROBE_STATS

QUERIES, KEYS = 24, 48
#: Scale of the logits at the start and when all is learned, and the share of the run's steps at the peak learning rate
#: that takes most of the way between.
FIRST_SCALE, LAST_SCALE, WAY = 0.15, 1.6, 0.12


class Probe:
    def __init__(self, layers: tuple[LayerInfo, ...], steps: int, seed: int) -> None:
        rng = np.random.default_rng([seed, 2])
        self.steps = steps
        blocks = sorted({layer.block for layer in layers if layer.block is not None})
        roles = ("attn_qkv", "attn_out", "mlp_up", "mlp_down")
        places = {(layer.block, layer.role): place for place, layer in enumerate(layers)}
        self.places = {role: np.array([places[block, role] for block in blocks], np.int64) for role in roles}  # [B]
        self.logits = rng.standard_normal((len(blocks), QUERIES, KEYS))  # [B, q, k]
        self.own = np.exp(0.15 * rng.standard_normal(len(blocks)))  # [B]: no two blocks learn the same
        self.dead = rng.uniform(0, 0.012, len(blocks))  # [B]

    def at(self, learned: float, factors: Factors) -> Float32:
        """float32 [B, 4], columns as `PROBE_STATS`. learned: sum of lr / peak so far. factors: float64 [L] by name, as
        course.Effect has them."""
        known = 1 - np.exp(-learned / max(1.0, WAY * self.steps))  # 0 to 1
        qkv, out, down = (self._of("weight", role, factors) for role in ("attn_qkv", "attn_out", "mlp_down"))
        scale = (FIRST_SCALE + (LAST_SCALE - FIRST_SCALE) * known * self.own) * qkv**2  # [B]
        logits = self.logits * scale[:, None, None]  # [B, q, k]
        below = logits - logits.max(-1, keepdims=True)
        weights = np.exp(below)
        total = weights.sum(-1)  # [B, q]
        entropy = (np.log(total) - (weights * below).sum(-1) / total).mean(-1) / np.log(KEYS)  # [B]
        added = (0.2 + 0.4 * known * self.own) * (out + down) / 2  # [B]
        columns = {
            "activation_rms": np.sqrt(1 + np.cumsum(added**2)),
            "attention_entropy_ratio": entropy,
            "attention_max_logit": logits.max((-1, -2)),
            "mlp_dead_ratio": 1 - (1 - self.dead) * self._of("alive", "mlp_up", factors),
        }
        return np.stack([columns[name] for name in PROBE_STATS], 1).astype(np.float32)

    def _of(self, column: str, role: str, factors: Factors) -> np.ndarray:
        places = self.places[role]
        return factors[column][places] if column in factors else np.ones(len(places))
