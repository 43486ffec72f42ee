"""TensorBoard's own WSGI application around our plugin: routes are tested through what really dispatches them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tensorboard.backend import application
from tensorboard.plugins import base_plugin
from werkzeug.test import Client

from tensorboard_plugin_paramviz.plugin import ParamVizPlugin
from tensorboard_plugin_paramviz.web import binary

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


def get_json(client: Client, route: str) -> dict[str, Any]:
    """Asks, and wants JSON."""
    response = client.get(PREFIX + route)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "application/json"
    return dict(json.loads(response.get_data()))


def get_binary(client: Client, route: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Asks, and wants a binary reply: (header, arrays)."""
    response = client.get(PREFIX + route)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "application/octet-stream"
    return binary.decode(response.get_data())
