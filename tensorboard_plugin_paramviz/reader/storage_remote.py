"""Files behind a scheme, by way of fsspec: s3://, gs://, memory:// and whatever else it knows.

What is cheap here is one listing of everything below a root, which tells all sizes at once, and many ranged reads at a
time; asking for a single file costs as much as reading from it. So sizes are those of the last listing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from tensorboard_plugin_paramviz.reader.logdir import Root, is_event_file
from tensorboard_plugin_paramviz.reader.storage import Read, Status

#: Of a block, read at the same time: one connection to a store gives some 50 to 100 MB/s.
_PART_BYTES = 8 << 20
_INSTALL = "pip install 'tensorboard-plugin-paramviz[remote]'"


class RemoteError(OSError):
    """The store refused or did not answer. The message is one for people."""


def remote_storage(path: str) -> RemoteStorage:
    """The storage of a path's scheme. Raises RemoteError where that needs something that isn't installed."""
    return _of_scheme(path.partition("://")[0])


@cache  # errors are not kept: what was missing may be installed, what was refused may be allowed by now
def _of_scheme(scheme: str) -> RemoteStorage:
    return RemoteStorage(scheme)


class RemoteStorage:
    """All files of one scheme. Safe to use from many threads."""

    block_bytes = 4 * _PART_BYTES
    gap_bytes = 64 << 10

    def __init__(self, scheme: str) -> None:
        try:
            import fsspec  # type: ignore[import-untyped]

            fsspec.get_filesystem_class(scheme.partition("::")[0])
        except ImportError as error:
            raise RemoteError(0, f"{scheme}:// needs what isn't installed here ({error}): {_INSTALL}") from error
        except ValueError as error:
            raise RemoteError(0, f"{scheme}:// is no kind of logdir that fsspec knows") from error
        self._url_to_fs = fsspec.core.url_to_fs
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Status]] = {}  # by root

    def event_files(self, root: Root) -> Iterator[tuple[str, str]]:
        """Cost: one listing, of up to 1,000 names a request in an object store."""
        files = None
        try:
            with _in_words(root.path):
                files, top = self._place(root.path)
                files.invalidate_cache()
                listed = files.find(top, detail=True)
        except FileNotFoundError as error:
            raise RemoteError(0, f"{root.path} can't be read: {error}") from error
        except RemoteError:
            if files is not None:
                type(files).clear_instance_cache()  # it holds the credentials that were found when it was made
            raise
        known = {}
        for path, info in listed.items():
            relative = path.removeprefix(top).lstrip("/")
            if is_event_file(relative.rpartition("/")[2]):
                known[f"{root.path}/{relative}"] = _status(info)
        with self._lock:
            self._known[root.path] = known
        return iter([(root.run_name(path.rpartition("/")[0]), path) for path in known])

    def status(self, path: str) -> Status:
        with self._lock:
            for known in self._known.values():
                if path in known:
                    return known[path]
        raise FileNotFoundError(path)

    @contextmanager
    def open(self, path: str) -> Iterator[Read]:
        def read(offset: int, length: int) -> bytes:
            starts = range(offset, offset + length, _PART_BYTES)
            parts = self.ranges(path, [(at, min(_PART_BYTES, offset + length - at)) for at in starts])
            return parts[0] if len(parts) == 1 else b"".join(parts)

        yield read

    def ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Cost: a request a range, as many at a time as fsspec allows (128)."""
        with _in_words(path):
            files, name = self._place(path)
            starts = [offset for offset, _ in ranges]
            ends = [offset + length for offset, length in ranges]
            parts: list[bytes] = files.cat_ranges([name] * len(ranges), starts, ends, on_error="raise")
        return parts

    def _place(self, url: str) -> tuple[Any, str]:
        files, name = self._url_to_fs(url)
        return files, name.rstrip("/")


@contextmanager
def _in_words(path: str) -> Iterator[None]:
    """Whatever a store's client raises, as a RemoteError; what is not there stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except ImportError as error:
        raise RemoteError(0, f"{path} needs what isn't installed here ({error}): {_INSTALL}") from error
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise RemoteError(0, f"{path} can't be read: {said or type(error).__name__}") from error


def _status(info: dict[str, Any]) -> Status:
    """Names of what a store tells of a file differ: s3fs, gcsfs, adlfs, memory."""
    tokens = (info.get(name) for name in ("ETag", "etag", "generation", "created"))
    identity = next((str(token) for token in tokens if token is not None), None)
    times = (info.get(name) for name in ("LastModified", "updated", "modified", "last_modified", "mtime", "created"))
    changed = next((time for time in times if time is not None), 0.0)
    return Status(int(info.get("size") or 0), identity, _seconds(changed))


def _seconds(time: object) -> float:
    try:
        if isinstance(time, str):
            time = datetime.fromisoformat(time)
        return time.timestamp() if isinstance(time, datetime) else float(time)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0.0
