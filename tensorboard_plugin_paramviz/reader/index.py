"""The index over all runs of a logdir: what is where, how far it was read, and a cursor that tells what changed
since."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tensorboard_plugin_paramviz.reader.file_index import FileIndex, ReplacedFileError
from tensorboard_plugin_paramviz.reader.logdir import Root, is_remote
from tensorboard_plugin_paramviz.reader.places import storage_of
from tensorboard_plugin_paramviz.reader.run_index import RunIndex

logger = logging.getLogger(__name__)

#: A file in which something is no longer what was indexed is read anew at once; again at most this often.
READ_ANEW_SECS = 60.0


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

    def __init__(self, roots: list[Root], first_generation: int = 0) -> None:
        """first_generation: of every run that appears. One that is larger in each life of a server tells viewers that
        have seen an earlier life to read again: what they know may have been replaced meanwhile."""
        self.roots = roots
        self._first_generation = first_generation
        self.runs: dict[str, RunIndex] = {}
        self.removed: dict[str, int] = {}
        self._refused: dict[Root, str] = {}
        self._trouble: str | None = None
        self._generations: dict[str, int] = {}  # the next one of each run that vanished
        self.cursor = 1
        self.lock = threading.RLock()
        self._turn = threading.RLock()  # taken before `lock`: two that read the same growth would find it damaged
        self.changed = threading.Condition(self.lock)
        self._first_sight_done = False
        self._first_sight_bytes = 0

    @property
    def has_seen_all(self) -> bool:
        """Has every file that was there at the start been read once?"""
        return self._first_sight_done

    @property
    def loading(self) -> Loading:
        read = sum(file.read_to for run in self.runs.values() for file in run.files.values())
        if self._first_sight_done:
            return Loading(True, read, read)
        return Loading(False, read, max(read, self._first_sight_bytes))

    @property
    def notices(self) -> list[str]:
        """What keeps a whole root, or all of them, from being read just now, a sentence each."""
        refused = [self._refused[root] for root in self.roots if root in self._refused]
        return refused if self._trouble is None else [self._trouble, *refused]

    @property
    def trouble(self) -> str | None:
        """What keeps the index from being brought up to date at all, as a sentence: set by who does that, None =
        nothing any more. Viewers are told when it changes."""
        return self._trouble

    @trouble.setter
    def trouble(self, sentence: str | None) -> None:
        if sentence == self._trouble:
            return
        with self.changed:
            self._trouble = sentence
            self.cursor += 1
            self.changed.notify_all()

    def scan(self, roots: list[Root] | None = None) -> None:
        """Look for event files that appeared or vanished below the given roots (all by default). A root that can't be
        listed keeps the runs it had. Cost: one scandir per directory of a local root, one listing of a remote one."""
        listed, found = [], set()
        for root in self.roots if roots is None else roots:
            try:
                here = set(storage_of(root.path).event_files(root))
            except FileNotFoundError:  # as a directory that isn't there yet
                here = set()
            except OSError as error:
                self._refuse(root, error.strerror or str(error))
                continue
            self._refuse(root, None)
            listed.append(root)
            found |= here
        with self._turn, self.lock:
            known = {(run.run, path) for run in self.runs.values() for path in run.files}
            for name, path in sorted(known - found):
                if any(_is_below(path, root) for root in listed):
                    self._forget(name, path)
            for name, path in sorted(found - known):
                run = self.runs.setdefault(name, RunIndex(name, self._generations.get(name, self._first_generation)))
                run.files[path] = FileIndex(path)
                self.removed.pop(name, None)
                self._touch(run)

    def poll(self, files: Iterable[tuple[RunIndex, FileIndex]] | None = None) -> bool:
        """Read what was appended to the given files (all by default); True where anything was. Only this method and
        `scan` change the index, one thread at a time."""
        with self._turn:
            return self._read_on(files)

    def _read_on(self, files: Iterable[tuple[RunIndex, FileIndex]] | None) -> bool:
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
            if file.path in run.suspects and time.monotonic() >= file.not_before:
                run.suspects.discard(file.path)
                raise ReplacedFileError(file.path)
            return file.look()
        except ReplacedFileError:
            logger.info("%s was replaced, cut or damaged: reading it again", file.path)
            with self.lock:
                run.forget(file.path)
                run.files[file.path] = FileIndex(file.path, not_before=time.monotonic() + READ_ANEW_SECS)
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

    def _refuse(self, root: Root, notice: str | None) -> None:
        """Says once what keeps a root from being listed, in the log and to the viewers; None = nothing any more."""
        if notice == self._refused.get(root):
            return
        with self.changed:
            if notice is None:
                del self._refused[root]
            else:
                self._refused[root] = notice
                logger.warning("Param Viz can't look for runs: %s", notice)
            self.cursor += 1
            self.changed.notify_all()

    def _touch(self, run: RunIndex) -> None:
        with self.changed:
            self.cursor += 1
            run.touch(self.cursor)
            self.changed.notify_all()


def _is_below(path: str, root: Root) -> bool:
    separator = "/" if is_remote(root.path) else os.sep
    return path.startswith(root.path.rstrip(separator) + separator)
