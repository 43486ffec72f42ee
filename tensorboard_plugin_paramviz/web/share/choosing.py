"""Which snapshots and which rows of a run go into a file that is small enough to send. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]


def chosen_steps(steps: Int64, most: int, wanted: Iterable[int] = ()) -> Int64:
    """At most `most` (>= 2) of rising `steps` [T]: the first and the last, the snapshots nearest to the `wanted` steps
    in their order as far as half of the places go, and others between, half of their density even and half of it
    falling as one over the ordinal, as most happens early."""
    count = len(steps)
    if count <= most:
        return steps
    kept = {0, count - 1}
    for step in wanted:
        if len(kept) >= max(2, most // 2):
            break
        kept.add(_nearest(steps, step))
    place = np.arange(1, count + 1)
    reach = np.cumsum(0.5 / count + 0.5 / (place * np.sum(1 / place)))
    few, many = 0, most + 1  # the largest number of even shares whose snapshots still fit
    while many - few > 1:
        middle = (few + many) // 2
        fits = len(kept | _at_shares(reach, middle)) <= most
        few, many = (middle, many) if fits else (few, middle)
    kept |= _at_shares(reach, few)
    # Early shares often fall on one snapshot: what is left over closes the widest gaps.
    while len(kept) < most:
        known = np.array(sorted(kept))
        gap = int(np.diff(known).argmax())
        kept.add(int(known[gap] + known[gap + 1]) // 2)
    found: Int64 = steps[np.array(sorted(kept))]
    return found


def chosen_rows(count: int, most: int, weights: Sequence[float] | None, named: Iterable[int] = ()) -> Int64:
    """At most `most` of `count` rows, rising: all of them, or those named, then those of the largest weight; without
    weights evenly spread ones."""
    if count <= most:
        return np.arange(count)
    kept = dict.fromkeys(list(dict.fromkeys(row for row in named if 0 <= row < count))[:most])
    if weights is None:
        for row in np.linspace(0, count - 1, most).round().astype(np.int64).tolist():
            if len(kept) < most:
                kept[row] = None
    else:
        for row in np.argsort(-np.asarray(weights, np.float64), kind="stable").tolist():
            if len(kept) >= most:
                break
            kept[row] = None
    return np.array(sorted(kept), np.int64)


def shares(counts: Sequence[int], most: int) -> list[int]:
    """How many of `most` places each of some tables gets: all it needs, or an equal part of what the smaller ones have
    left; at least one."""
    given = [0] * len(counts)
    left = most
    order = sorted(range(len(counts)), key=lambda at: counts[at])
    for done, at in enumerate(order):
        given[at] = max(1, min(counts[at], left // (len(order) - done)))
        left -= given[at]
    return given


def _nearest(steps: Int64, step: int) -> int:
    at = min(int(np.searchsorted(steps, step)), len(steps) - 1)
    return at - 1 if at > 0 and step - int(steps[at - 1]) <= int(steps[at]) - step else at


def _at_shares(reach: npt.NDArray[np.float64], many: int) -> set[int]:
    if many == 0:
        return set()
    even = (np.arange(many) + 0.5) / many * reach[-1]
    return set(np.searchsorted(reach, even).tolist())
