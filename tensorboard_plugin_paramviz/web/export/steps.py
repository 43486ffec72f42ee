"""Which snapshots are asked for: "all", "last", "0,10,20", "100-200", "0-1000:10"."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
from tensorboard.errors import InvalidArgumentError, NotFoundError

from tensorboard_plugin_paramviz.web.export.names import STEPS_SYNTAX

Int64 = npt.NDArray[np.int64]
#: Parts between commas.
MOST_PARTS = 1_000
_NUMBER = r"-?[0-9]{1,18}"
_ONE = re.compile(_NUMBER)
_RANGE = re.compile(rf"({_NUMBER})-({_NUMBER})?(?::([0-9]{{1,18}}))?")


def chosen(text: str, steps: Int64, what: str) -> Int64:
    """Ordinals into `steps` (rising, [T]) of the snapshots that `text` asks for, rising and each once. By step value:
    `0-1000:10` are the recorded ones among 0, 10, … 1000. what: named in errors.

    Raises InvalidArgumentError where `text` is none of the forms, NotFoundError where there is no such snapshot.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MOST_PARTS:
        raise InvalidArgumentError(f"argument 'steps' has {len(parts)} parts, at most {MOST_PARTS} are taken: use ranges")
    if not len(steps):
        raise NotFoundError(f"{what} has no snapshots")
    asked = np.zeros(len(steps), bool)
    for part in parts:
        found = _part(part, steps)
        if not found.any():
            raise NotFoundError(f"{what} has no snapshot at {part!r}; {_nearest(part, steps)}")
        asked |= found
    return np.flatnonzero(asked)


def _part(part: str, steps: Int64) -> npt.NDArray[np.bool_]:
    if part == "all":
        return np.ones(len(steps), bool)
    if part in ("first", "last"):
        return steps == steps[0 if part == "first" else -1]
    if _ONE.fullmatch(part):
        return steps == int(part)
    span = _RANGE.fullmatch(part)
    if span is None:
        shown = part if len(part) <= 40 else part[:40] + "…"
        raise InvalidArgumentError(f"argument 'steps' must be {STEPS_SYNTAX}; not {shown!r}")
    first, last, stride = int(span[1]), span[2], int(span[3] or 1)
    if stride == 0 or (last is not None and int(last) < first):
        raise InvalidArgumentError(f"argument 'steps': {part!r} holds no step; a range rises: first-last:stride")
    within = steps >= first
    if last is not None:
        within &= steps <= int(last)
    # Not `steps - first`, which may leave int64.
    return within & (steps % stride == first % stride)


def _nearest(part: str, steps: Int64) -> str:
    if _ONE.fullmatch(part):
        at = int(np.searchsorted(steps, int(part)))
        beside = ", ".join(str(int(near)) for near in steps[max(0, at - 1) : at + 1])
        return f"nearest: {beside}"
    return f"there are {len(steps):,} from {steps[0]} to {steps[-1]}"
