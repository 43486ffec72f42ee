"""The `export` route's arguments, and what it says in TensorBoard's log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

from tensorboard_plugin_paramviz.reader import Index
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.export.export import Export, export
from tensorboard_plugin_paramviz.web.export.view import BasisOf, Question

logger = logging.getLogger(__name__)
EXPORT_ARGUMENTS = ("run", "what", "format", "steps", "embedding")


def asked_export(index: Index, basis_of: BasisOf, arguments: Arguments) -> Export:
    """What the query asks for. Raises as `export` does."""
    question = Question(
        run=arguments.text("run"),
        what=arguments.text("what"),
        steps=arguments.optional_text("steps") or "all",
        embedding=arguments.optional_text("embedding"),
    )
    asked = export(index, basis_of, question, arguments.text("format"))
    return replace(asked, chunks=_logged(asked))


def _logged(asked: Export) -> Iterator[bytes]:
    """The chunks. Where they end too early the error goes on up: the server then breaks the connection in the middle of
    its chunked reply, and the browser says that the download failed."""
    try:
        yield from asked.chunks
    except Exception as error:
        logger.error("paramviz broke off the download of %s: %s", asked.file_name, error)
        raise
