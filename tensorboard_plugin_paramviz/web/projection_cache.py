"""Results kept on disk between the lives of a server: in the user's cache directory, never in a logdir.

    <name>.pvzc   one result: magic, CRC-32 of what follows, length of the key, the key, the content

The name is the SHA-256 of the key, and the key names everything that the content depends on, so that nothing is ever
out of date: it is only no longer asked for, and leaves as the least recently used. Files come whole by renaming, so
that several servers may share the directory. Whatever is wrong with a file or with the directory (damaged, foreign,
read-only, full, none at all), the answer is the same without it, only later.

`PARAMVIZ_CACHE_DIR` moves it; `off` there switches it off. `PARAMVIZ_CACHE_BYTES` bounds it, 1 GB otherwise.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import struct
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

logger = logging.getLogger(__name__)

#: Changes with anything that makes the same key mean another content.
FORMAT = 1
MAGIC = b"PVZC\x01\x00\x00\x00"
SUFFIX = ".pvzc"
MOST_BYTES = 1_000_000_000
#: Written between two looks at the size of the whole directory, and what is left after one that found it too large.
_LOOK_BYTES, _LEFT_RATIO = 64 << 20, 0.9
#: After a failed write none is tried for this long; a temporary file older than the second was left by a crash.
_PAUSE_SECS, _STALE_SECS = 60.0, 3600.0
_HEAD = struct.Struct("<8sIQ")


class ProjectionCache:
    """Contents by key. Safe to use from many threads and processes. Raises nothing."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._until_look = 0  # at the first write
        self._paused_until = 0.0

    @classmethod
    def of_user(cls, logdirs: Iterable[str]) -> ProjectionCache | None:
        """Where the environment says, or None: switched off, no home directory, or it would stand in a logdir."""
        folder = cache_folder()
        if folder is None:
            return None
        real = os.path.realpath(folder)
        for logdir in logdirs:
            if "://" not in logdir and Path(real).is_relative_to(os.path.realpath(logdir)):
                return None
        try:
            most_bytes = int(os.environ.get("PARAMVIZ_CACHE_BYTES", ""))
        except ValueError:
            most_bytes = MOST_BYTES
        return cls(Path(real), max(0, most_bytes))

    def read(self, key: str) -> memoryview | None:
        """What was written under this key, or None. Cost: one read of the file and its checksum, about 1 GB/s."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        whole = _content(content, key)
        with contextlib.suppress(OSError):
            if whole is None:
                path.unlink()
            else:
                os.utime(path)  # the least recently used leave first
        return whole

    def write(self, key: str, content: bytes) -> None:
        """Keeps it, or not. Cost: one write into the system's page cache; nothing waits for the disk."""
        if time.monotonic() < self._paused_until or len(content) * 4 > self._most_bytes:
            return
        name = _encoded(key)
        body = struct.pack("<Q", len(name)) + name + content
        temporary = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, temporary = tempfile.mkstemp(suffix=".tmp", dir=self._folder)
            with open(descriptor, "wb") as file:
                file.write(_HEAD.pack(MAGIC, zlib.crc32(body), len(body)))
                file.write(body)
            os.replace(temporary, self._path(key))  # noqa: PTH105
            temporary = None
        except OSError as error:
            self._paused_until = time.monotonic() + _PAUSE_SECS
            logger.info("paramviz keeps no results in %s for now: %s", self._folder, error.strerror or error)
        finally:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108
        with self._lock:
            self._until_look -= len(content)
            look = self._until_look < 0
            if look:
                self._until_look = min(_LOOK_BYTES, self._most_bytes // 8)
        if look:
            self._make_room()

    def _path(self, key: str) -> Path:
        return self._folder / (hashlib.sha256(_encoded(key)).hexdigest() + SUFFIX)

    def _make_room(self) -> None:
        files = []
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):  # another server made room
                        status = entry.stat()
                        if entry.name.endswith(SUFFIX):
                            files.append((status.st_mtime, status.st_size, entry.path))
                        elif entry.name.endswith(".tmp") and time.time() - status.st_mtime > _STALE_SECS:
                            os.unlink(entry.path)  # noqa: PTH108
        except OSError:
            return
        size = sum(size for _, size, _ in files)
        if size <= self._most_bytes:
            return
        for _, bytes_freed, path in sorted(files):
            if size <= self._most_bytes * _LEFT_RATIO:
                break
            with contextlib.suppress(OSError):
                os.unlink(path)  # noqa: PTH108
            size -= bytes_freed


def cache_folder() -> Path | None:
    """The platform's place for what may be lost: `PARAMVIZ_CACHE_DIR`, else below `XDG_CACHE_HOME`, `LOCALAPPDATA` on
    Windows, `~/Library/Caches` on macOS, `~/.cache`. None where it is switched off or there is no home."""
    chosen = os.environ.get("PARAMVIZ_CACHE_DIR")
    if chosen is not None:
        return None if chosen.strip().lower() in ("", "off") else Path(chosen).absolute()
    base = Path(os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        try:
            home = Path.home()
        except RuntimeError:
            return None
        if home == Path(home.anchor):  # an account without a home
            return None
        base = home / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return base / "paramviz" / "projections"


def _encoded(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")  # an embedding's path is what a model says


def _content(data: bytes, key: str) -> memoryview | None:
    if len(data) < _HEAD.size:
        return None
    magic, checksum, length = _HEAD.unpack_from(data)
    body = memoryview(data)[_HEAD.size :]
    name = _encoded(key)
    if magic != MAGIC or length != len(body) or checksum != zlib.crc32(body):
        return None
    if body[:8] != struct.pack("<Q", len(name)) or body[8 : 8 + len(name)] != name:
        return None
    return body[8 + len(name) :]
