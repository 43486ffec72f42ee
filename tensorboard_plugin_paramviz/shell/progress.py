"""One line on a terminal that says how far a command is."""

from __future__ import annotations

import sys
import time

#: A line written over more often can't be read.
SPACING_SECS = 0.1


class Progress:
    """Shown where the standard error is a terminal. total: snapshots to read; told how many are done and how many bytes
    are written."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._shown = not is_quiet and sys.stderr.isatty()
        self._begun = time.monotonic()
        self._next = self._begun + SPACING_SECS
        self._length = 0
        self.total = 0
        self.done = 0
        self.written_bytes = 0

    def read(self, done: int) -> None:
        self.done = done
        self._show()

    def wrote(self, count: int) -> None:
        self.written_bytes += count
        self._show()

    def clear(self) -> None:
        if self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()

    def _show(self) -> None:
        now = time.monotonic()
        if not self._shown or now < self._next:
            return
        self._next = now + SPACING_SECS
        spent = now - self._begun
        left = spent * (self.total - self.done) / max(1, self.done)
        filled = 20 * self.done // max(1, self.total)
        line = (
            f"[{'#' * filled}{'.' * (20 - filled)}] {self.done:,} of {self.total:,} snapshots, "
            f"{size(self.written_bytes)}, {size(int(self.written_bytes / spent))}/s, {left:.0f} s left"
        )
        sys.stderr.write("\r" + line.ljust(self._length))
        sys.stderr.flush()
        self._length = len(line)


def size(count: int) -> str:
    """Bytes for people: 999 bytes, 12.3 MB."""
    value, unit = float(count), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{count} bytes" if unit == "bytes" else f"{value:.1f} {unit}"
