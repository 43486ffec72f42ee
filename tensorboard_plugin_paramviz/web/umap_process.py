"""The other end of `analysis/umap_layout.py`: one program that lays out the rows of one snapshot."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.analysis import umap_layout

Float32 = npt.NDArray[np.float32]

#: -P: its folder is no place to look for modules in.
COMMAND = (sys.executable, "-P", str(Path(umap_layout.__file__)))
_WRITE_BYTES = 1 << 20


class LayoutProcess:
    """Runs from the beginning on, until it is done or killed. Read `progress` while it runs; once `ended` is set,
    `positions` float32 [R, 3] or `message`, which says in a sentence why there are none."""

    def __init__(self, rows: Float32, neighbours: int) -> None:
        """Rows [R, D] that are finite and not zero. Raises OSError where no program can be started."""
        self.progress = 0.0
        self.positions: Float32 | None = None
        self.message = "UMAP ended without a result."
        self.ended = threading.Event()
        self._rows: Float32 | None = np.ascontiguousarray(rows, "<f4")
        self._count = len(rows)
        header = {"rows": len(rows), "dims": rows.shape[1], "neighbours": neighbours}
        self._said: deque[str] = deque(maxlen=20)
        # On Windows: beside a training, and without a window.
        flags = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, creationflags=flags)
        self._errors = threading.Thread(target=self._collect, name="paramviz-umap-errors", daemon=True)
        self._errors.start()
        feed = threading.Thread(target=self._feed, args=(json.dumps(header),), name="paramviz-umap-rows", daemon=True)
        feed.start()
        threading.Thread(target=self._listen, name="paramviz-umap-progress", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """Without waiting for it; `ended` is set when it is gone."""
        self._process.kill()

    def _feed(self, header: str) -> None:
        """Leaves its input open: that tells it that somebody waits."""
        rows, self._rows = self._rows, None
        stdin = self._process.stdin
        if rows is None or stdin is None:
            return
        with contextlib.suppress(OSError, ValueError):  # it is gone: what it said tells why
            stdin.write(header.encode() + b"\n")
            content = rows.reshape(-1).view(np.uint8).data
            for at in range(0, len(content), _WRITE_BYTES):
                stdin.write(content[at : at + _WRITE_BYTES])
            stdin.flush()

    def _listen(self) -> None:
        try:
            self._read()
        finally:
            self._process.kill()
            code = self._process.wait()
            self._errors.join(timeout=5)
            if self.positions is None:
                last = next((line for line in reversed(self._said) if line.strip()), f"it ended with {code}")
                self.message = f"UMAP failed: {last[:300]}"
            for stream in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError, ValueError):
                    if stream is not None:
                        stream.close()
            self.ended.set()

    def _read(self) -> None:
        stdout = self._process.stdout
        if stdout is None:
            return
        for line in stdout:
            word, _, rest = line.partition(b" ")
            if word == b"progress":
                self.progress = max(self.progress, min(1.0, float(rest)))
            elif line == b"positions\n":
                content = stdout.read(self._count * 12)
                if len(content) == self._count * 12:
                    self.positions = np.frombuffer(content, "<f4").reshape(-1, 3)
                return

    def _collect(self) -> None:
        stderr = self._process.stderr
        if stderr is None:
            return
        with stderr:
            for line in stderr:
                self._said.append(line.decode(errors="replace").strip())
