"""The index over all runs of a logdir: what is where, how far it was read, and a cursor that tells what changed
since."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from tensorboard_plugin_paramviz.reader.file_index import FileIndex, ReplacedFileError
from tensorboard_plugin_paramviz.reader.logdir import Root, event_files
from tensorboard_plugin_paramviz.reader.run_index import RunIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loading:
    """How much of the first sight is done."""

    done: bool
    bytes_read: int
    bytes_total: int


class Index:
    """Runs by name. One thread writes (`scan`, `poll`); any number read under `lock`.

    `cursor` rises with every change; `changed` is notified then. A run that vanished stays in `removed` with the
    cursor at
    which it went, so that a viewer that was away learns of it.
    """

    def __init__(self, roots: list[Root]) -> None:
        self.roots = roots
        self.runs: dict[str, RunIndex] = {}
        self.removed: dict[str, int] = {}
        self._generations: dict[str, int] = {}  # the next one of each run that vanished
        self.cursor = 1
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self._first_sight_done = False
        self._first_sight_bytes = 0

    @property
    def loading(self) -> Loading:
        read = sum(file.read_to for run in self.runs.values() for file in run.files.values())
        if self._first_sight_done:
            return Loading(True, read, read)
        return Loading(False, read, max(read, self._first_sight_bytes))

    def scan(self) -> None:
        """Look for event files that appeared or vanished. Cost: one scandir per directory of the logdir."""
        found = {(run, path) for root in self.roots for run, path in event_files(root)}
        with self.lock:
            known = {(run.run, path) for run in self.runs.values() for path in run.files}
            for name, path in sorted(known - found):
                self._forget(name, path)
            for name, path in sorted(found - known):
                run = self.runs.setdefault(name, RunIndex(name, self._generations.get(name, 0)))
                run.files[path] = FileIndex(path)
                self.removed.pop(name, None)
                self._touch(run)

    def poll(self, files: Iterable[tuple[RunIndex, FileIndex]] | None = None) -> bool:
        """Read what was appended to the given files (all by default); True where anything was. Only this method and
        `scan`
        change the index; call them from one thread."""
        if files is None:
            files = self.all_files()
        grown = [(run, file) for run, file in files if self._grown(run, file)]
        if not self._first_sight_done:
            self._first_sight_bytes = sum(file.size for _, file in self.all_files())
        for run, file in grown:
            told = run.damaged
            for group in file.read():
                with self.lock:
                    voided = file.add(group)
                    since = min((head.step for _, head in group if head.values), default=None)
                    if run.changes_past(file, since) or voided:
                        run.generation += 1
                    if group or run.damaged != told:
                        self._touch(run)
        if not self._first_sight_done:
            with self.lock:
                self._first_sight_done = True
                self.cursor += 1
                self.changed.notify_all()
        return bool(grown)

    def all_files(self) -> list[tuple[RunIndex, FileIndex]]:
        with self.lock:
            return [(run, file) for run in self.runs.values() for file in run.files.values()]

    def wait(self, cursor: int, timeout_secs: float) -> bool:
        """Sleep until something changes after `cursor`; False on time-out."""
        with self.changed:
            return self.changed.wait_for(lambda: self.cursor > cursor, timeout_secs)

    def _grown(self, run: RunIndex, file: FileIndex) -> bool:
        try:
            return file.look()
        except ReplacedFileError:
            logger.info("%s was replaced or cut: reading it again", file.path)
            with self.lock:
                run.forget(file.path)
                run.files[file.path] = FileIndex(file.path)
                run.generation += 1
                self._touch(run)
            return False
        except OSError as error:
            before = file.trouble
            if not isinstance(error, FileNotFoundError):  # one that is gone leaves with the next scan
                file.fails(error)
            if file.trouble != before:
                self._touch(run)
            return False

    def _forget(self, name: str, path: str) -> None:
        run = self.runs[name]
        run.forget(path)
        run.generation += 1
        self._touch(run)
        if not run.files:
            del self.runs[name]
            self.removed[name] = self.cursor
            self._generations[name] = run.generation

    def _touch(self, run: RunIndex) -> None:
        with self.changed:
            self.cursor += 1
            run.touch(self.cursor)
            self.changed.notify_all()
