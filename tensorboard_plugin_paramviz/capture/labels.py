"""What is known of each row from outside the model: its text, and how often it occurs in the training data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Labels = Sequence[str] | Mapping[str, Sequence[str]] | Callable[[int], str] | None
Counts = Sequence[int] | Mapping[str, Sequence[int]] | npt.NDArray[np.integer[Any]] | None


class RowFacts:
    """Labels and counts by embedding path. Given without a path they belong to the first token embedding.

    shapes: (V, D) of each embedding, the first token embedding first. Raises ValueError or TypeError, naming the fix.
    """

    def __init__(self, shapes: dict[str, tuple[int, int]], labels: Labels, counts: Counts) -> None:
        self._labels: dict[str, Any] = _by_path("labels", labels, shapes)
        self._counts = {path: _counts(path, values) for path, values in _by_path("counts", counts, shapes).items()}
        for path, values in self._labels.items():
            if isinstance(values, str) or not (callable(values) or hasattr(values, "__getitem__")):
                raise TypeError(f"watch(): labels of {path!r} are a {type(values).__name__}; pass a list of str")
        for name, given in (("labels", self._labels), ("counts", self._counts)):
            for path, values in given.items():
                if hasattr(values, "__len__") and len(values) < shapes[path][0]:
                    raise ValueError(
                        f"watch(): {len(values)} {name} for the {shapes[path][0]} rows of {path!r}; "
                        f"pass one for each row (pad the list where the vocabulary is padded)"
                    )
        self._shapes = shapes

    def labels(self, path: str, ids: Iterable[int]) -> tuple[str, ...] | None:
        given = self._labels.get(path)
        if given is None:
            return None
        try:
            return tuple(_valid(str(given(row) if callable(given) else given[row])) for row in ids)
        except Exception as error:
            raise ValueError(f"watch(): labels of {path!r} failed: {type(error).__name__}: {error}") from error

    def counts(self, path: str) -> npt.NDArray[np.int64] | None:
        """int64 [V]"""
        given = self._counts.get(path)
        return None if given is None else given[: self._shapes[path][0]]


def _valid(text: str) -> str:
    """Text that UTF-8 can carry: the bytes of half a character, as tokenizers have them, become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _by_path(name: str, given: Any, shapes: dict[str, tuple[int, int]]) -> dict[str, Any]:
    if given is None:
        return {}
    if not shapes:
        raise ValueError(f"watch(): {name} given, but the model has no token or position embedding; leave {name} out")
    if not isinstance(given, Mapping):
        return {next(iter(shapes)): given}
    unknown = [path for path in given if path not in shapes]
    if unknown:
        raise ValueError(f"watch(): {name} for {unknown[0]!r}, which isn't one of the embeddings {', '.join(shapes)}")
    return dict(given)


def _counts(path: str, values: Any) -> npt.NDArray[np.int64]:
    try:
        counts = np.asarray(values).astype(np.int64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"watch(): counts of {path!r} aren't numbers; pass one int for each row") from error
    if counts.ndim != 1 or (counts < 0).any():
        raise ValueError(f"watch(): counts of {path!r} must be one number of 0 or more for each row")
    return counts
