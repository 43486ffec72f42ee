"""What is exported, whatever the format: snapshots of named fields, and what stands once beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
#: What a key of a table may be: a row's id, label or count; a layer's path.
Key = int | str | None


@dataclass(frozen=True)
class Field:
    """Numbers of each snapshot: float32 of `shape`, in a table spread over `columns` (one for each of a row)."""

    name: str
    shape: tuple[int, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """keys: what tells the N rows of one snapshot apart in a table, [N] each; without any there is one row. read: the
    named fields of the n-th of `steps`; raises MissingError where they are gone. constants: arrays that stand once, for
    NPZ. about: facts for people, JSON values. `steps` [T] and `wall_times` [T], seconds since 1970, are the asked ones.
    """

    run: str
    what: str
    embedding: str | None
    steps: Int64
    wall_times: Float64
    fields: tuple[Field, ...]
    read: Callable[[int, Sequence[str]], dict[str, Array]]
    keys: dict[str, Sequence[Key]] = field(default_factory=dict)
    constants: dict[str, Array] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """N, rows of a table for one snapshot."""
        return next((len(values) for values in self.keys.values()), 1)

    @property
    def columns(self) -> list[str]:
        return ["step", "wall_time", *self.keys, *(column for one in self.fields for column in one.columns)]

    @property
    def facts(self) -> dict[str, Any]:
        embedding = {} if self.embedding is None else {"embedding": self.embedding}
        return {"run": self.run, "what": self.what, **embedding, **self.about}
