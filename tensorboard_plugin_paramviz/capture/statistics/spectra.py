"""Stable rank by a power iteration that starts where the last one ended."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

#: The first measurement starts from noise; later ones from the vector found before, which has hardly turned.
_FIRST_ROUNDS, _WARM_ROUNDS = 12, 2


class Spectra:
    """Remembers the largest right singular vector of each matrix: one row of it in memory, on its device."""

    def __init__(self) -> None:
        self._vectors: dict[int, Tensor] = {}
        self._noises: dict[tuple[int, torch.dtype, torch.device], Tensor] = {}

    def stable_ranks(self, matrices: Iterable[tuple[int, Tensor]]) -> dict[int, Tensor]:
        """|W|_F^2 / s_1^2 of each (key, matrix [rows, columns]), float32 [] on its device; from 1 (one direction only)
        to the smaller side (all alike). Too large while the vector is still turning, since the power iteration sees s_1
        from below: at first by up to a tenth for pure noise, whose largest values lie close together. NaN for a matrix
        that is not finite, or zero. (Rudelson and Vershynin, 2007; WeightWatcher reports the same.)

        Cost: the first time 12, later 2 products with each matrix and its transpose; no synchronization.
        """
        with torch.autocast("cpu", enabled=False), torch.autocast("cuda", enabled=False):
            return {key: self._one(key, matrix) for key, matrix in matrices}

    def _noise(self, like: Tensor) -> Tensor:
        """The same unit vector always, from a generator of its own: [columns]. A device is waited for once."""
        key = (like.shape[1], like.dtype, like.device)
        if key not in self._noises:
            generator = torch.Generator().manual_seed(0)
            vector = torch.randn(key[0], generator=generator, device="cpu").to(like)
            self._noises[key] = vector / torch.linalg.vector_norm(vector)
        return self._noises[key]

    def _one(self, key: int, matrix: Tensor) -> Tensor:
        matrix = matrix.detach()
        wide = matrix if matrix.dtype in (torch.float32, torch.float64) else matrix.float()
        vector = self._vectors.get(key)
        rounds = _WARM_ROUNDS
        if vector is None or vector.shape[0] != wide.shape[1] or vector.device != wide.device:
            vector, rounds = self._noise(wide), _FIRST_ROUNDS
        for _ in range(rounds):
            vector = wide.T @ (wide @ vector)  # [columns]
            vector = vector / torch.linalg.vector_norm(vector)
        square: Tensor = torch.linalg.vector_norm(wide @ vector) ** 2
        # A vector that met a NaN is forgotten, or the matrix could never be measured again.
        self._vectors[key] = torch.where(torch.isfinite(vector).all(), vector, self._noise(wide))
        rank: Tensor = torch.linalg.vector_norm(wide) ** 2 / square
        return rank.float()
