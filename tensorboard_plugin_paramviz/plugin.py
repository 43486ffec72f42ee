"""The TensorBoard plugin: routes and nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from tensorboard import errors
from tensorboard.backend import http_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from tensorboard_plugin_paramviz.reader import Follower, Index, MissingError, roots_of
from tensorboard_plugin_paramviz.record import PLUGIN_NAME
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.export.serving import EXPORT_ARGUMENTS, asked_export
from tensorboard_plugin_paramviz.web.live import events
from tensorboard_plugin_paramviz.web.replies import Replies
from tensorboard_plugin_paramviz.web.static_files import UnknownFileError, static_file

logger = logging.getLogger(__name__)

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
Handler = Callable[[wrappers.Request], wrappers.Response]
#: Longest a poll of `updates` may wait.
MOST_WAIT_SECS = 20.0


class ParamVizPlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """The Param Viz tab. The constructor does no input or output: a fault of ours must not keep TensorBoard from
    starting."""

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        logdir_spec = getattr(context.flags, "logdir_spec", "") or ""
        self._index = Index(roots_of(context.logdir or "", logdir_spec))
        self._follower = Follower(self._index)
        self._replies = Replies(self._index)

    def get_plugin_apps(self) -> dict[str, WsgiApp]:
        replies = self._replies
        return {
            "/runs": self._json((), lambda _: replies.runs()),
            "/model": self._json(("run",), replies.model),
            "/stats": self._binary(("run", "from", "to"), replies.stats),
            "/scalars": _route(self._serve_scalars, self._follower),
            "/positions": self._binary(("run", "embedding", "from", "to", "stride"), replies.positions),
            "/rows": self._binary(("run", "embedding", "rows", "step"), replies.rows),
            "/export": _route(self._serve_export, self._follower),
            "/updates": self._json(("cursor", "wait"), self._updates),
            "/events": _route(self._serve_events, self._follower),
            "/static/*": _route(self._serve_static, self._follower),
        }

    def is_active(self) -> bool:
        """Shown as a tab when a run has records of ours, or while there is no run at all (the page then says what to
        do).
        Called on every listing of the plugins: answered from memory."""
        self._follower.ensure_started()
        with self._index.lock:
            runs = self._index.runs.values()
            return not runs or any(run.has_records for run in runs)

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        return base_plugin.FrontendMetadata(
            es_module_path="/static/index.js", tab_name="Param Viz", disable_reload=True
        )

    def data_plugin_names(self) -> tuple[str, ...]:
        # None of TensorBoard's sampled data is read: being active is decided by our own index.
        return ()

    def _updates(self, arguments: Arguments) -> Any:
        cursor = arguments.integer("cursor", 0, 0, 1 << 62) or 0
        wait = arguments.number("wait", 0.0, 0.0, MOST_WAIT_SECS)
        if wait > 0 and cursor <= self._index.cursor:
            self._index.wait(cursor, wait)
        return self._replies.updates(cursor)

    def _serve_scalars(self, request: wrappers.Request) -> wrappers.Response:
        arguments = Arguments(request.args, ("run", "tag", "points"))
        if arguments.optional_text("tag") is None:
            return _json_response(request, self._replies.scalar_tags(arguments))
        return _binary_response(self._replies.scalars(arguments))

    def _serve_events(self, request: wrappers.Request) -> wrappers.Response:
        arguments = Arguments(request.args, ("cursor",))
        cursor = arguments.integer("cursor", 0, 0, 1 << 62) or 0
        resumed = request.headers.get("Last-Event-ID", "")
        if resumed.isascii() and resumed.isdigit() and len(resumed) < 19:
            cursor = int(resumed)
        return wrappers.Response(
            events(self._index, self._replies, cursor, self._follower.ensure_started),
            mimetype="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"},
        )

    def _serve_export(self, request: wrappers.Request) -> wrappers.Response:
        arguments = Arguments(request.args, EXPORT_ARGUMENTS)
        # Of the same projection as the page's, fitted once for both.
        export = asked_export(self._index, self._replies._bases.basis, arguments)
        headers = {
            "Content-Disposition": f'attachment; filename="{export.file_name}"',
            "Cache-Control": "no-cache",
            "X-Accel-Buffering": "no",
            "X-Content-Type-Options": "nosniff",
        }
        return wrappers.Response(export.chunks, content_type=export.content_type, headers=headers)

    def _serve_static(self, request: wrappers.Request) -> wrappers.Response:
        name = request.path.rpartition("/static/")[2]
        try:
            content, content_type = static_file(name)
        except UnknownFileError as error:
            raise errors.NotFoundError(str(error)) from error
        return _respond(request, content, content_type, content_encoding="gzip")

    def _json(self, known: tuple[str, ...], reply: Callable[[Arguments], Any]) -> WsgiApp:
        return _route(lambda request: _json_response(request, reply(Arguments(request.args, known))), self._follower)

    def _binary(self, known: tuple[str, ...], reply: Callable[[Arguments], bytes]) -> WsgiApp:
        return _route(lambda request: _binary_response(reply(Arguments(request.args, known))), self._follower)


def _respond(request: wrappers.Request, content: bytes | str, content_type: str, **options: Any) -> wrappers.Response:
    response: wrappers.Response = http_util.Respond(request, content, content_type, **options)
    return response


def _json_response(request: wrappers.Request, content: Any) -> wrappers.Response:
    # "replace": half of a surrogate pair, which a label may be, has no UTF-8.
    text = json.dumps(content, ensure_ascii=False, allow_nan=False).encode(errors="replace")
    return _respond(request, text, "application/json; charset=utf-8")


def _binary_response(content: bytes) -> wrappers.Response:
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return wrappers.Response(content, mimetype="application/octet-stream", headers=headers)


def _route(handler: Handler, follower: Follower) -> WsgiApp:
    """A WSGI application of one handler. What the user can mend goes up as TensorBoard's own errors (400, 404);
    anything
    else is ours: it is logged and answered with 503 and one sentence, and the rest of TensorBoard goes on."""

    @wrappers.Request.application
    def application(request: wrappers.Request) -> wrappers.Response:
        if request.method not in ("GET", "HEAD"):
            return wrappers.Response("Only GET is answered here.", 405, headers={"Allow": "GET"})
        try:
            follower.ensure_started()
            return handler(request)
        except errors.PublicError as error:
            return _respond(request, str(error), "text/plain", code=error.http_code)
        except MissingError as error:
            return _respond(request, f"Not found: {error}", "text/plain", code=404)
        except Exception:
            logger.exception("paramviz could not answer %s", request.path)
            message = "Param Viz could not answer this request; TensorBoard's log has the traceback."
            return _respond(request, message, "text/plain", code=503)

    return application
