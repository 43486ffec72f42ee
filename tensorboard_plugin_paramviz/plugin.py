"""The TensorBoard plugin: routes and nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tensorboard import errors
from tensorboard.backend import http_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from tensorboard_plugin_paramviz.reader import Follower, Index, MissingError, roots_of
from tensorboard_plugin_paramviz.record import PLUGIN_NAME
from tensorboard_plugin_paramviz.web.arguments import Arguments
from tensorboard_plugin_paramviz.web.faults import Faults
from tensorboard_plugin_paramviz.web.room import Room, Sending
from tensorboard_plugin_paramviz.web.static_files import UnknownFileError, static_file

if TYPE_CHECKING:
    from tensorboard_plugin_paramviz.web.replies import Replies

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
Handler = Callable[[wrappers.Request], wrappers.Response]
#: TensorBoard's page imports this from below /data/plugin/paramviz/, as its <base> says, or from below /data/: WebKit
#: (Safari) heeds no <base> in an inline module. The same files lie in both places.
_ENTRY_FOLDER = f"/plugin/{PLUGIN_NAME}/static/"
#: Longest a poll of `updates` may wait.
MOST_WAIT_SECS = 20.0
#: Longest that a listing of the plugins waits for the index, half of the millisecond it may take in all.
MOST_ACTIVE_WAIT_SECS = 0.0005
#: What is not HTML is never taken for it, whatever stands in it.
_HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
_STREAM_HEADERS = {**_HEADERS, "X-Accel-Buffering": "no"}


class ParamVizPlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """The Param Viz tab. The constructor does no input or output: a fault of ours must not keep TensorBoard from
    starting."""

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        logdir_spec = getattr(context.flags, "logdir_spec", "") or ""
        self._index = Index(roots_of(context.logdir or "", logdir_spec), first_generation=int(time.time()))
        self._follower = Follower(self._index)
        self._faults = Faults()
        self._room = Room()
        self._active = True
        self._none_until = 0  # cursor up to which no run had records of ours

    @cached_property
    def _replies(self) -> Replies:
        # Not needed before the first question, and TensorBoard's start waits for what is imported above.
        from tensorboard_plugin_paramviz.web.replies import Replies

        return Replies(self._index)

    def get_plugin_apps(self) -> dict[str, WsgiApp]:
        return {
            "/runs": self._json((), lambda _: self._replies.runs()),
            "/model": self._json(("run",), lambda asked: self._replies.model(asked)),
            "/sessions": self._json(("run",), lambda asked: self._replies.sessions(asked)),
            "/steps": self._binary(("run", "from"), lambda asked: self._replies.steps(asked)),
            "/stats": self._large(("run", "from", "to"), lambda asked: self._replies.stats(asked)),
            "/scalars": self._route(self._serve_scalars),
            "/positions": self._large(
                ("run", "embedding", "from", "to", "stride", "projection", "basis_of", "with", "layout"),
                lambda asked: self._replies.positions(asked),
            ),
            "/rows": self._binary(("run", "embedding", "rows", "step"), lambda asked: self._replies.rows(asked)),
            "/clusters": self._binary(("run", "embedding", "step"), lambda asked: self._replies.clusters(asked)),
            "/heat": self._binary(("run", "stat", "columns", "from", "to"), lambda asked: self._replies.heat(asked)),
            "/layer": self._binary(("run", "path", "columns", "from", "to"), lambda asked: self._replies.layer(asked)),
            "/probe": self._binary(("run",), lambda asked: self._replies.probe(asked)),
            "/costs": self._binary(("run",), lambda asked: self._replies.costs(asked)),
            "/insights": self._json(("run",), lambda asked: self._replies.insights(asked)),
            "/report": self._route(self._serve_report),
            "/thumbs": self._binary(("run", "step"), lambda asked: self._replies.thumbs(asked)),
            "/umap": self._route(self._serve_umap),
            "/export": self._route(self._serve_export),
            "/share": self._route(self._serve_share),
            "/updates": self._json(("cursor", "wait"), self._updates),
            "/events": self._route(self._serve_events),
            "/static/*": self._route(self._serve_static),
            _ENTRY_FOLDER + "*": self._route(self._serve_static),
        }

    def is_active(self) -> bool:
        """Shown as a tab when a run has records of ours, or while there is no run at all (the page then says what to
        do). Called on every listing of the plugins, which waits for it: answered from memory, as it was a moment ago
        where the index is busy."""
        self._follower.ensure_started()
        if self._index.lock.acquire(timeout=MOST_ACTIVE_WAIT_SECS):
            try:
                self._active = self._has_something()
            finally:
                self._index.lock.release()
        return self._active

    def _has_something(self) -> bool:
        """Only runs that changed since the last call are looked at: there may be ten thousand of others."""
        runs = self._index.runs
        if not self._index.has_seen_all:
            return True  # a tab that was listed as inactive at the start would stay so in an open page
        if self._none_until == self._index.cursor:
            return not runs
        if any(run.changed > self._none_until and run.has_records for run in runs.values()):
            return True
        self._none_until = self._index.cursor
        return not runs

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        return base_plugin.FrontendMetadata(
            es_module_path=_ENTRY_FOLDER + "index.js", tab_name="Param Viz", disable_reload=True
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
        arguments = _arguments(request, ("run", "tag", "points"))
        if arguments.optional_text("tag") is None:
            return _json_response(request, self._replies.scalar_tags(arguments))
        return _binary_response(self._replies.scalars(arguments))

    def _serve_umap(self, request: wrappers.Request) -> wrappers.Response:
        found = self._replies.umap(_arguments(request, ("run", "embedding", "step", "neighbours")))
        return _binary_response(found) if isinstance(found, bytes) else _json_response(request, found)

    def _serve_report(self, request: wrappers.Request) -> wrappers.Response:
        report = self._replies.report(_arguments(request, ("run",)))
        headers = [("Content-Disposition", f'attachment; filename="{report.file_name}"')]
        return _respond(request, report.content, "text/markdown; charset=utf-8", headers=headers)

    def _serve_events(self, request: wrappers.Request) -> wrappers.Response:
        arguments = _arguments(request, ("cursor",))
        from tensorboard_plugin_paramviz.web.live import events

        cursor = arguments.integer("cursor", 0, 0, 1 << 62) or 0
        resumed = request.headers.get("Last-Event-ID", "")
        if resumed.isascii() and resumed.isdigit() and len(resumed) < 19:
            cursor = int(resumed)
        stream = self._unbroken(events(self._index, self._replies, cursor, self._follower.ensure_started))
        return wrappers.Response(stream, mimetype="text/event-stream", headers=_STREAM_HEADERS)

    def _unbroken(self, stream: Iterator[bytes]) -> Iterator[bytes]:
        """The same stream; a fault ends it, and the browser asks for it again."""
        try:
            yield from stream
        except Exception as error:
            self._faults.tell("go on with /events", error)

    def _serve_export(self, request: wrappers.Request) -> wrappers.Response:
        from tensorboard_plugin_paramviz.web.export.serving import EXPORT_ARGUMENTS, asked_export

        arguments = _arguments(request, EXPORT_ARGUMENTS)
        # Of the same projection as the page's, fitted once for both.
        export = asked_export(self._index, self._replies._bases.basis, arguments)
        headers = {**_STREAM_HEADERS, "Content-Disposition": f'attachment; filename="{export.file_name}"'}
        return wrappers.Response(export.chunks, content_type=export.content_type, headers=headers)

    def _serve_share(self, request: wrappers.Request) -> wrappers.Response:
        from tensorboard_plugin_paramviz.web.share.serving import SHARE_ARGUMENTS, asked_share

        shared = asked_share(self._index, self._replies, _arguments(request, SHARE_ARGUMENTS))
        headers = {**_STREAM_HEADERS, "Content-Disposition": f'attachment; filename="{shared.file_name}"'}
        # Not as HTML: opened in place it would be a page of TensorBoard's own address.
        return wrappers.Response(shared.chunks, content_type="application/octet-stream", headers=headers)

    def _serve_static(self, request: wrappers.Request) -> wrappers.Response:
        name = request.path.partition("/static/")[2]
        try:
            content, content_type = static_file(name)
        except UnknownFileError as error:
            raise errors.NotFoundError(str(error)) from error
        return _respond(request, content, content_type, content_encoding="gzip")

    def _json(self, known: tuple[str, ...], reply: Callable[[Arguments], Any]) -> WsgiApp:
        return self._route(lambda request: _json_response(request, reply(_arguments(request, known))))

    def _binary(self, known: tuple[str, ...], reply: Callable[[Arguments], bytes]) -> WsgiApp:
        return self._route(lambda request: _binary_response(reply(_arguments(request, known))))

    def _large(self, known: tuple[str, ...], reply: Callable[[Arguments], bytes]) -> WsgiApp:
        """A binary route whose replies are large enough to be counted."""

        def handler(request: wrappers.Request) -> wrappers.Response:
            arguments = _arguments(request, known)
            content = self._room.make(lambda: reply(arguments))
            response = _binary_response(content)
            if request.method == "HEAD":  # of which nothing is sent, so that nobody closes it
                response.close()
            return response

        return self._route(handler)

    def _route(self, handler: Handler) -> WsgiApp:
        """A WSGI application of one handler. What the user can mend goes up as TensorBoard's own errors (400, 404);
        anything else is ours: it is logged and answered with 503 and one sentence, and the rest of TensorBoard goes
        on."""

        @wrappers.Request.application
        def application(request: wrappers.Request) -> wrappers.Response:
            if request.method not in ("GET", "HEAD"):
                headers = [("Allow", "GET, HEAD")]
                return _respond(request, "Only GET is answered here.", "text/plain", code=405, headers=headers)
            try:
                self._follower.ensure_started()
                return handler(request)
            except errors.PublicError as error:
                return _respond(request, str(error), "text/plain", code=error.http_code)
            except MissingError as error:
                return _respond(request, f"Not found: {error}", "text/plain", code=404)
            except Exception as error:
                self._faults.tell(f"answer {request.path[:200]!r}", error)
                message = "Param Viz could not answer this request; TensorBoard's log has the traceback."
                return _respond(request, message, "text/plain", code=503)

        return application


def _arguments(request: wrappers.Request, known: tuple[str, ...]) -> Arguments:
    return Arguments(request.args.to_dict(flat=False), known)


def _respond(request: wrappers.Request, content: bytes | str, content_type: str, **options: Any) -> wrappers.Response:
    response: wrappers.Response = http_util.Respond(request, content, content_type, **options)
    return response


def _json_response(request: wrappers.Request, content: Any) -> wrappers.Response:
    # "replace": half of a surrogate pair, which a label may be, has no UTF-8.
    text = json.dumps(content, ensure_ascii=False, allow_nan=False).encode(errors="replace")
    return _respond(request, text, "application/json; charset=utf-8")


def _binary_response(content: bytes | Sending) -> wrappers.Response:
    size = len(content) if isinstance(content, bytes) else content.size
    headers = {**_HEADERS, "Content-Length": str(size)}
    return wrappers.Response(content, mimetype="application/octet-stream", headers=headers)
