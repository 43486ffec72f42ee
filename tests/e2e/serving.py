"""A real TensorBoard as a process of its own: for the browser tests, the benchmarks and the README's pictures."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def tensorboard(
    logdir: Path, *flags: str, python: Path | str = sys.executable, cwd: Path | None = None
) -> Iterator[str]:
    """A TensorBoard over `logdir` on a free loopback port; yields its address, ends it at the end."""
    command = [str(python), "-m", "tensorboard.main", "--host", "127.0.0.1", *flags]
    if "--port" not in flags:
        command += ["--port", "0"]  # it takes one itself: of one that is looked for here it may not be the first
    if not any(flag.startswith("--logdir") for flag in flags):
        command += ["--logdir", str(logdir)]
    # A file: nobody reads on, and a pipe that is full would stop it.
    with tempfile.TemporaryFile("a+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, cwd=cwd)
        try:
            yield _address(process, said)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], said: IO[str]) -> str:
    """As it says itself, once it answers there."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        said.seek(0)
        if found := re.search(r"http://127\.0\.0\.1:\d+", said.read()):
            try:
                urllib.request.urlopen(found[0] + "/data/plugins_listing", timeout=30).close()
                return found[0]
            except (urllib.error.URLError, OSError):
                pass
        time.sleep(0.05)
    said.seek(0)
    raise AssertionError(f"TensorBoard did not start:\n{said.read()}")
