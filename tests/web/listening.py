"""A plugin behind real sockets, a thread for each request as in TensorBoard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tensorboard.backend import application
from werkzeug import serving

from tensorboard_plugin_paramviz.plugin import ParamVizPlugin


class Quiet(serving.WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


@contextmanager
def listening(plugin: ParamVizPlugin) -> Iterator[int]:
    """A real threaded server around the plugin, like TensorBoard's; yields its port."""
    app = application.TensorBoardWSGI([plugin], "")
    server = serving.make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        server.server_close()
