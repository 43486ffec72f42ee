"""Which snapshots are asked for: "all", "last", "0,10,20", "100-200", "0-1000:10"."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
from tensorboard.errors import InvalidArgumentError, NotFoundError

from tensorboard_plugin_paramviz.web.export.names import STEPS

Int64 = npt.NDArray[np.int64]
#: Parts between commas.
MOST_PARTS = 1_000
_NUMBER = r"-?[0-9]{1,18}"
_ONE = re.compile(_NUMBER)
_RANGE = re.compile(rf"({_NUMBER})-({_NUMBER})?(?::([0-9]{{1,18}}))?")


def chosen(text: str, steps: Int64, what: str) -> Int64:
    """Ordinals into `steps` (rising, [T], T > 0) of the snapshots that `text` asks for, rising and each once. A range
    is one of step values: `0-1000:10` are the recorded ones among 0, 10, … 1000. what: named in errors.

    Raises InvalidArgumentError where `text` is none of the forms, NotFoundError where there is no such snapshot.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MOST_PARTS:
        raise InvalidArgumentError(
            f"argument 'steps' has {len(parts)} parts, at most {MOST_PARTS} are taken: use ranges"
        )
    asked = np.zeros(len(steps), bool)
    spans = [_span(part, steps) for part in parts]  # all, so that what is no form is said first
    for part, (first, last, stride) in zip(parts, spans, strict=True):
        # Not `steps - first`, which may leave int64.
        found = (steps >= first) & (steps <= last) & (steps % stride == first % stride)
        if not found.any():
            raise NotFoundError(f"{what} has no snapshot at {part!r}; {_nearest(part, steps)}")
        asked |= found
    return np.flatnonzero(asked)


def _span(part: str, steps: Int64) -> tuple[int, int, int]:
    """First and last step and the stride that one part means."""
    newest = int(steps[-1])
    if part in ("all", "first", "last"):
        return (newest if part == "last" else int(steps[0])), (int(steps[0]) if part == "first" else newest), 1
    if _ONE.fullmatch(part):
        return int(part), int(part), 1
    span = _RANGE.fullmatch(part)
    if span is None:
        shown = part if len(part) <= 40 else part[:40] + "…"
        raise InvalidArgumentError(f"argument 'steps' takes forms like {'; '.join(STEPS)}; not {shown!r}")
    first, last, stride = int(span[1]), int(span[2]) if span[2] else None, int(span[3] or 1)
    if stride == 0 or (last is not None and last < first):
        raise InvalidArgumentError(f"argument 'steps': {part!r} holds no step; a range rises: first-last:stride")
    return first, newest if last is None else last, stride


def _nearest(part: str, steps: Int64) -> str:
    if _ONE.fullmatch(part):
        at = int(np.searchsorted(steps, int(part)))
        beside = ", ".join(str(int(near)) for near in steps[max(0, at - 1) : at + 1])
        return f"nearest: {beside}"
    return f"there are {len(steps):,} from {steps[0]} to {steps[-1]}"
