"""A reverse proxy as people put one before TensorBoard: under a path of its own, and, where it is told to, holding back
what is streamed, as many do by default. It counts what passes."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

#: As much of a stream is held back until it is full.
BUFFER_BYTES = 256 << 10


class Proxy:
    """backends: address of a server by path prefix ("/a"), "" = all of it. buffering: streams are held back."""

    def __init__(self, backends: dict[str, str], buffering: bool = False) -> None:
        self.backends, self.buffering = backends, buffering
        #: Requests by the last part of their path; those in progress, too.
        self.asked: Counter[str] = Counter()
        self.open: Counter[str] = Counter()
        #: The most that were in progress at once.
        self.most: Counter[str] = Counter()
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_GET(self) -> None:
                route = urlsplit(self.path).path.rpartition("/")[2]
                proxy._count(route, 1)
                try:
                    proxy._pass_on(self)
                except (OSError, http.client.HTTPException):
                    self.close_connection = True
                finally:
                    proxy._count(route, -1)

            do_POST = do_GET  # noqa: N815 - TensorBoard's own scalars are asked for so

            def log_message(self, *_: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def _count(self, route: str, by: int) -> None:
        with self._lock:
            self.asked[route] += max(0, by)
            self.open[route] += by
            self.most[route] = max(self.most[route], self.open[route])

    def _pass_on(self, handler: BaseHTTPRequestHandler) -> None:
        prefix = next(one for one in sorted(self.backends, key=len, reverse=True) if handler.path.startswith(one))
        backend = http.client.HTTPConnection(self.backends[prefix].partition("//")[2], timeout=30)
        try:
            body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
            headers = {name: handler.headers[name] for name in ("Content-Type",) if name in handler.headers}
            backend.request(handler.command, handler.path.removeprefix(prefix), body or None, headers)
            answer = backend.getresponse()
        except OSError:
            handler.send_error(502)
            return
        handler.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "server", "date"):
                handler.send_header(name, value)
        handler.end_headers()
        streamed = answer.getheader("Content-Type", "").startswith("text/event-stream")
        held = b""
        while chunk := answer.read1(65536):
            held += chunk
            if not (streamed and self.buffering) or len(held) > BUFFER_BYTES:
                handler.wfile.write(held)
                held = b""
        handler.wfile.write(held)
        backend.close()


@contextmanager
def proxied(backends: dict[str, str], buffering: bool = False) -> Iterator[Proxy]:
    proxy = Proxy(backends, buffering)
    threading.Thread(target=proxy._server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield proxy
    finally:
        proxy._server.shutdown()
        proxy._server.server_close()
