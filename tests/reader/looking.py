"""An index as the follower would have it after one look."""

from __future__ import annotations

from pathlib import Path

from tensorboard_plugin_paramviz.reader import Index, roots_of


def index_of(logdir: Path) -> Index:
    index = Index(roots_of(str(logdir), ""))
    look(index)
    return index


def look(index: Index) -> None:
    index.scan()
    index.poll()


def steps_of(index: Index, run: str) -> list[int]:
    return index.runs[run].snapshot_steps()[0].tolist()
