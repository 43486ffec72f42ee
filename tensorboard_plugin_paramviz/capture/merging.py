"""One snapshot out of what several processes hold of it: numpy only, in the background thread of the one that writes.

Norms, extremes, sums and counts don't ask where an entry stands, so they are exact however a parameter is cut. Entries
and rows are put in the order of the whole parameter. What isn't there in full is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Arrays = dict[str, Float32]


@dataclass(frozen=True)
class Layout:
    """Which part of each parameter a process holds; P parameters, in the same order everywhere.

    numels: [P] entries of the whole. starts, sizes: [P] where the part begins in it, and its entries. counts: [P]
    False = another process answers for them. in_order: [P] False = the part has no place in the whole's flat order.
    tables: index of the parameter by embedding path. plan: a checksum of all that must be the same everywhere
    (strides, sampled ids).
    """

    numels: list[int]
    starts: list[int]
    sizes: list[int]
    counts: list[bool]
    in_order: list[bool]
    tables: dict[str, int] = field(default_factory=dict)
    plan: int = 0


Share = tuple[Layout, Arrays]
Combine = Callable[[list[Float32]], Float32]


def merge(shares: Sequence[Share]) -> Arrays:
    """What a single process would have had. shares: by rank, the writing process first; its loss is the loss.

    Raises ValueError where the processes don't measure the same things.
    """
    own, own_arrays = shares[0]
    for place, (layout, _) in enumerate(shares[1:], 1):
        if (layout.plan, layout.numels, layout.tables) != (own.plan, own.numels, own.tables):
            raise ValueError(
                f"process {place} of {len(shares)} samples other entries or rows; "
                "give watch() the same model, rows, counts, max_bytes and level on every rank"
            )
    beside = ("weight ", "grad ", "before ", "rows ", "row ")
    merged = {name: array for name, array in own_arrays.items() if not name.startswith(beside)}
    for index in range(len(own.numels)):
        parts = _holding(shares, index)
        if parts is None:
            continue
        for what in ("weight", "grad"):
            _put(merged, f"{what} figures {index}", parts, combine_figures)
            _put(merged, f"{what} {index}", parts, np.concatenate)
        _put(merged, f"before {index}", parts, np.concatenate)
    for path, index in own.tables.items():
        parts = _holding(shares, index)
        if parts is not None and all(layout.in_order[index] for layout, _ in parts):
            _put_rows(merged, path, parts)
    return merged


def combine_figures(figures: Sequence[Float32]) -> Float32:
    """[3] of the whole from [3] of each part: norm, max_abs, non-finite count. NaN where one of them is NaN."""
    wide = np.stack(figures).astype(np.float64)  # [parts, 3]
    with np.errstate(all="ignore"):
        norm = np.sqrt(np.square(wide[:, 0]).sum())
        return np.array([norm, wide[:, 1].max(), wide[:, 2].sum()], np.float32)


def _holding(shares: Sequence[Share], index: int) -> list[Share] | None:
    """The shares that together hold a parameter just once, in its order; None where some of it is missing.

    A parameter that isn't sharded lies in every process as a whole: the first one answers for it.
    """
    parts = [share for share in shares if share[0].counts[index] and share[0].sizes[index]]
    parts.sort(key=lambda share: share[0].starts[index])  # stable: by rank where the starts are the same
    wanted = shares[0][0].numels[index]
    whole = [share for share in parts if share[0].sizes[index] == wanted]
    if whole or not wanted:
        return whole[:1] or list(shares[:1])
    end = 0
    for layout, _ in parts:
        if layout.in_order[index] and layout.starts[index] != end:
            return None
        end += layout.sizes[index]
    return parts if end == wanted else None


def _put(merged: Arrays, name: str, parts: Sequence[Share], combine: Combine) -> None:
    arrays = [arrays[name] for _, arrays in parts if name in arrays]
    if arrays and len(arrays) == len(parts):
        merged[name] = arrays[0] if len(arrays) == 1 else combine(arrays)


def _put_rows(merged: Arrays, path: str, parts: Sequence[Share]) -> None:
    """A process whose part has no sampled row may leave its arrays out."""
    rows, count = f"rows {path}", 0
    for name in (rows, f"row updates {path}", f"row grads {path}"):
        arrays = [arrays[name] for _, arrays in parts if name in arrays]
        if not arrays:
            continue
        together = np.concatenate([array for array in arrays if len(array)] or arrays[:1])
        count = len(together) if name == rows else count
        if len(together) == count:
            merged[name] = together
