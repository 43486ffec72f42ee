"""TensorBoard's own WSGI application around our plugin: routes are tested through what really dispatches them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tensorboard.backend import application
from tensorboard.plugins import base_plugin
from werkzeug.test import Client

from tensorboard_plugin_paramviz.plugin import ParamVizPlugin

PREFIX = "/data/plugin/paramviz/"


@contextmanager
def served(logdir: Path | str) -> Iterator[tuple[Client, ParamVizPlugin]]:
    """A client of a running plugin over `logdir`, indexed once; the follower is stopped at the end."""
    flags = argparse.Namespace(logdir_spec="")
    plugin = ParamVizPlugin(base_plugin.TBContext(logdir=str(logdir), flags=flags))
    app = application.TensorBoardWSGI([plugin], "")
    plugin._index.scan()
    plugin._index.poll()
    try:
        yield Client(app), plugin
    finally:
        plugin._follower.stop()
