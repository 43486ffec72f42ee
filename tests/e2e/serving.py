"""A real TensorBoard as a process of its own: for the browser tests, the benchmarks and the README's pictures."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def tensorboard(logdir: Path, *flags: str) -> Iterator[str]:
    """A TensorBoard over `logdir` on a free loopback port; yields its address, ends it at the end."""
    port = free_port()
    command = [sys.executable, "-m", "tensorboard.main", "--host", "127.0.0.1", "--port", str(port), *flags]
    if "--port" in flags:
        port = int(flags[flags.index("--port") + 1])
    if not any(flag.startswith("--logdir") for flag in flags):
        command += ["--logdir", str(logdir)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(address + "/data/plugins_listing", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    output = process.communicate()[0]
                    raise AssertionError(f"TensorBoard did not start:\n{output}") from None
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
