"""Tells two trainings that write into one directory at the same time from one that was started again."""

from __future__ import annotations

import os

from tensorboard_plugin_paramviz.reader.file_index import FileIndex

#: The last snapshot of a training that was stopped may come a moment after the first of the one that replaces it.
TOLERANCE_SECS = 1.0


def written_at_once(earlier: FileIndex, later: FileIndex) -> bool:
    """True where two files of one run were written in parallel: the earlier-named one has snapshots from after the
    first of the later-named one, and was changed after that one was begun. False while either has no snapshot."""
    one, other = written(earlier), written(later)
    if one is None or other is None:
        return False
    overlap = one[1] > other[0] + TOLERANCE_SECS and other[1] > one[0]
    # Wall times may have been put into a file afterwards; what the file system knows has to agree.
    begun = begun_at(later.path)
    return overlap and (begun is None or earlier.changed_at > begun + TOLERANCE_SECS)


def written(file: FileIndex) -> tuple[float, float] | None:
    """Wall times of the first and of the last snapshot, in the order in which they were written."""
    columns = [column for column in file.values.values() if len(column)]
    if not columns:
        return None
    first = min(columns, key=lambda column: column.offsets[0])
    last = max(columns, key=lambda column: column.offsets[-1])
    return float(first.wall_times[0]), float(last.wall_times[-1])


def begun_at(path: str) -> float | None:
    """Unix seconds at which a file was begun, from its name (events.out.tfevents.SECONDS.host…); None where the name
    doesn't say."""
    digits = os.path.basename(path).partition("tfevents.")[2].partition(".")[0]  # noqa: PTH119
    return float(digits) if digits.isascii() and digits.isdigit() else None


def sentence(files: list[FileIndex]) -> str:
    """What a person has to know of files that were written at the same time."""
    count = "Two" if len(files) == 2 else str(len(files))
    names = ", ".join(file.session or os.path.basename(file.path) for file in files)  # noqa: PTH119
    return (
        f"{count} writers wrote into this run at the same time (sessions {names}): their snapshots are mixed; "
        "give each run its own directory"
    )
