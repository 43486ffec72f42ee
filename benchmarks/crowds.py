"""Many clients at once against a server in a process of its own."""

from __future__ import annotations

import http.client
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "/data/plugin/paramviz/"
SERVE = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from listening import listening
from server import served
with served(Path(sys.argv[1])) as (_, plugin), listening(plugin) as port:
    print(port, flush=True)
    sys.stdin.read()
"""


class Listener:
    """A server of our routes alone, so that its memory is ours."""

    def __init__(self, logdir: Path) -> None:
        folders = [str(ROOT), *(str(ROOT / "tests" / part) for part in ("", "reader", "web"))]
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", SERVE, str(logdir), *folders],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.process_id = self._process.pid

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()

    def take(self, route: str) -> int:
        """Bytes of the reply, read piece by piece as a client of little memory does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request("GET", PREFIX + route)
        response = connection.getresponse()
        assert response.status == 200, response.read()
        size = 0
        while piece := response.read(1 << 20):
            size += len(piece)
        connection.close()
        return size

    def crowd(self, route: str, viewers: int) -> int:
        """Bytes that each of so many clients gets at once."""
        sizes: list[int] = []
        threads = [threading.Thread(target=lambda: sizes.append(self.take(route))) for _ in range(viewers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(sizes) == viewers
        return min(sizes)

    def leave_waiting(self, route: str, viewers: int, secs: float) -> None:
        """So many clients that ask and read nothing."""
        asking = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(viewers)]
        for one in asking:
            one.sendall(f"GET {PREFIX}{route} HTTP/1.0\r\n\r\n".encode())
        time.sleep(secs)
        for one in asking:
            one.close()


def rate(url: str, viewers: int, secs: float) -> tuple[float, float]:
    """(answers a second, 99th percentile of one in ms), each client asking again as soon as it has an answer."""
    where = urllib.parse.urlsplit(url)
    times: list[float] = []
    until = time.perf_counter() + secs

    def ask() -> None:
        while (began := time.perf_counter()) < until:
            connection = http.client.HTTPConnection(where.netloc, timeout=60)
            connection.request("GET", f"{where.path}?{where.query}")
            response = connection.getresponse()
            assert response.status == 200, response.read()
            response.read()
            connection.close()
            times.append((time.perf_counter() - began) * 1e3)

    threads = [threading.Thread(target=ask) for _ in range(viewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / secs, statistics.quantiles(times, n=100)[98]
