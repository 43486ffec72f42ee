"""The live channel: server-sent events with what changed since the last message."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from tensorboard_plugin_paramviz.reader import Index
from tensorboard_plugin_paramviz.web.replies import Replies

#: A dead client is noticed only when something is written to it, and a dead server only when nothing is heard.
HEARTBEAT_SECS = 5.0
#: At most ten messages in any second, whatever the training writes: nine at a steady rate, and one in advance, so that
#: a snapshot that comes right after a scalar doesn't wait.
SPACING_SECS, IN_ADVANCE = 1 / 9, 1


def events(index: Index, replies: Replies, cursor: int, listening: Callable[[], None]) -> Iterator[bytes]:
    """An endless text/event-stream. Ends when the server closes it (the client went away). listening: called again and
    again while somebody is."""
    yield b"retry: 1000\n\n"
    if cursor > index.cursor:
        cursor = 0  # of a server that ran before this one
    due = time.monotonic()  # when a message is due at a steady rate
    while True:
        listening()
        if index.wait(cursor, HEARTBEAT_SECS):
            time.sleep(max(0.0, due - IN_ADVANCE * SPACING_SECS - time.monotonic()))
            due = max(due, time.monotonic()) + SPACING_SECS
            update = replies.updates(cursor)
            cursor = update["cursor"]
            yield f"id: {cursor}\ndata: {json.dumps(update, allow_nan=False)}\n\n".encode()
        else:
            # An event, not a comment: a page doesn't see comments.
            yield b"event: here\ndata:\n\n"
