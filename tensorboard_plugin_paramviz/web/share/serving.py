"""The `share` route's arguments, and what it says in TensorBoard's log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

from tensorboard_plugin_paramviz.reader import Index
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.replies import Replies
from tensorboard_plugin_paramviz.web.share.share import Share, share
from tensorboard_plugin_paramviz.web.share.view import MOST_ROWS, MOST_SNAPSHOTS, USUAL_ROWS, USUAL_SNAPSHOTS, Question

logger = logging.getLogger(__name__)
SHARE_ARGUMENTS = ("run", "embedding", "snapshots", "rows")


def asked_share(index: Index, replies: Replies, arguments: Arguments) -> Share:
    """What the query asks for. Raises as `share` does."""
    question = Question(
        run=arguments.text("run"),
        embedding=arguments.optional_text("embedding"),
        snapshots=arguments.integer("snapshots", USUAL_SNAPSHOTS, 2, MOST_SNAPSHOTS) or USUAL_SNAPSHOTS,
        rows=arguments.integer("rows", USUAL_ROWS, 1, MOST_ROWS) or USUAL_ROWS,
    )
    asked = share(index, replies, question)
    return replace(asked, chunks=_logged(asked))


def _logged(asked: Share) -> Iterator[bytes]:
    """The chunks; where they end too early the error goes on up, and the browser says that the download failed."""
    try:
        yield from asked.chunks
    except Exception as error:
        logger.error("paramviz broke off the download of %s: %s", asked.file_name, error)
        raise
