"""The live channel: server-sent events with what changed since the last message."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from tensorboard_plugin_paramviz.reader import Index
from tensorboard_plugin_paramviz.web.replies import Replies

#: A dead client is noticed only when something is written to it.
HEARTBEAT_SECS = 5.0
#: At most ten messages a second, whatever the training writes.
SPACING_SECS = 0.1


def events(index: Index, replies: Replies, cursor: int, listening: Callable[[], None]) -> Iterator[bytes]:
    """An endless text/event-stream. Ends when the server closes it (the client went away). listening: called again and
    again while somebody is."""
    yield b"retry: 1000\n\n"
    if cursor > index.cursor:
        cursor = 0  # of a server that ran before this one
    while True:
        listening()
        if index.wait(cursor, HEARTBEAT_SECS):
            started = time.monotonic()
            update = replies.updates(cursor)
            cursor = update["cursor"]
            yield f"id: {cursor}\ndata: {json.dumps(update, allow_nan=False)}\n\n".encode()
            time.sleep(max(0.0, SPACING_SECS - (time.monotonic() - started)))
        else:
            yield b": still here\n\n"
