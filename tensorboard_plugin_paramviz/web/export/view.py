"""One run as one question needs it, taken under the index's lock and read from without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tensorboard.errors import InvalidArgumentError, NotFoundError

from tensorboard_plugin_paramviz.analysis.projection import Basis
from tensorboard_plugin_paramviz.reader import MissingError, RunIndex, SnapshotReader
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.record.names import (
    EMBEDDING_PREFIX,
    GEOMETRY_PREFIX,
    LEARNING_RATES_TAG,
    PROBE_TAG,
    STATS_TAG,
)
from tensorboard_plugin_paramviz.web.export.content import Int64
from tensorboard_plugin_paramviz.web.export.names import BY_EMBEDDING, WHATS
from tensorboard_plugin_paramviz.web.export.steps import chosen

BasisOf = Callable[[SnapshotReader, str], Basis]
#: The tag of each, and the dimensions of its tensors.
FIGURES = {"stats": (STATS_TAG, 2), "probe": (PROBE_TAG, 2), "learning_rates": (LEARNING_RATES_TAG, 1)}


@dataclass(frozen=True)
class Question:
    """What of which run. embedding: None = the only one there is. steps: as `steps.chosen` takes it."""

    run: str
    what: str
    steps: str = "all"
    embedding: str | None = None


class RunView:
    """A run as it stood when this was made, with what one question needs; make it under the index's lock."""

    def __init__(self, run: RunIndex, question: Question, basis_of: BasisOf) -> None:
        self.question = question
        self.snapshots = SnapshotReader(run)
        self.basis_of = basis_of
        self.held = _held(run.tags)
        self.embedding = self._embedding(run.tags)
        tag, dims = FIGURES.get(question.what) or (GEOMETRY_PREFIX + (self.embedding or ""), 1)
        self.figures = Figures(run, tag, dims)

    @property
    def subject(self) -> str:
        of = f" of {self.embedding!r}" if self.embedding else ""
        return f"{self.question.what}{of} in run {self.question.run!r}"

    def model(self) -> ModelRecord | None:
        try:
            return self.snapshots.model()
        except MissingError:
            return None

    def chosen(self, steps: Int64) -> Int64:
        if not len(steps):
            raise self._missing()
        return chosen(self.question.steps, steps, self.subject)

    def _embedding(self, tags: list[str]) -> str | None:
        """The embedding asked for, or the only one."""
        asked, what = self.question.embedding, self.question.what
        if what not in BY_EMBEDDING:
            if asked is not None:
                raise InvalidArgumentError(f"argument 'embedding': {what} are of the whole run; leave it out")
            return None
        prefix = GEOMETRY_PREFIX if what == "geometry" else EMBEDDING_PREFIX
        paths = [tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)]
        if not paths:
            raise self._missing()
        names = ", ".join(map(repr, paths[:20]))
        if asked is None and len(paths) == 1:
            return paths[0]
        if asked is None:
            raise InvalidArgumentError(f"argument 'embedding' is missing: say which of {names}")
        if asked not in paths:
            raise NotFoundError(f"run {self.question.run!r} has no {what} of {asked!r}; it has those of {names}")
        return asked

    def _missing(self) -> NotFoundError:
        held = ", ".join(self.held) or "nothing that can be exported"
        return NotFoundError(f"run {self.question.run!r} has no {self.question.what}; it has {held}")


def _held(tags: list[str]) -> list[str]:
    """Which of `WHATS` stand in a run with these tags."""
    by_tag = {what: tag for what, (tag, _) in FIGURES.items()}
    prefixes = {"embeddings": EMBEDDING_PREFIX, "positions": EMBEDDING_PREFIX, "geometry": GEOMETRY_PREFIX}
    return [
        what
        for what in WHATS
        if (what in by_tag and by_tag[what] in tags)
        or (what in prefixes and any(tag.startswith(prefixes[what]) for tag in tags))
    ]
