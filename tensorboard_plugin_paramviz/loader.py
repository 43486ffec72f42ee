"""TensorBoard's entry point. Imports nothing but TensorBoard's base class: what fails here would keep all of
TensorBoard from starting."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from tensorboard.plugins import base_plugin

logger = logging.getLogger(__name__)


class ParamVizLoader(base_plugin.TBLoader):  # type: ignore[misc]
    """Loads the plugin; on any fault of ours TensorBoard starts all the same, and the log and the tab say why."""

    def fix_flags(self, flags: Any) -> None:
        # We read the event files ourselves: TensorBoard need not hold our tensors in memory too. 1 is the smallest
        # number it takes (0 means all).
        samples = getattr(flags, "samples_per_plugin", None)
        if isinstance(samples, dict):
            samples.setdefault("paramviz", 1)

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin:
        try:
            from tensorboard_plugin_paramviz.plugin import ParamVizPlugin

            plugin = ParamVizPlugin(context)
            # TensorBoard asks these two unguarded on every listing of the plugins: what they raise would be every tab's
            # fault. And of routes that can't be made its log would have no traceback.
            plugin.frontend_metadata(), plugin.data_plugin_names(), plugin.get_plugin_apps()
            return plugin
        except Exception as error:
            logger.exception("The Param Viz tab can't be shown; the rest of TensorBoard is not affected")
            return _Unavailable(f"{type(error).__name__}: {error}")


class _Unavailable(base_plugin.TBPlugin):  # type: ignore[misc]
    """The tab where the plugin could not be loaded: one sentence."""

    plugin_name = "paramviz"

    def __init__(self, reason: str) -> None:
        sentence = f"Param Viz can't be shown ({reason[:200]}); TensorBoard's log has the traceback."
        self._page = f"export function render() {{ document.body.textContent = {json.dumps(sentence)}; }}\n".encode()

    def get_plugin_apps(self) -> dict[str, Callable[[dict[str, Any], Any], Iterable[bytes]]]:
        def page(_: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            headers = [("Content-Type", "text/javascript"), ("Content-Length", str(len(self._page)))]
            start_response("200 OK", [*headers, ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff")])
            return [self._page]

        return {"/static/index.js": page}

    def is_active(self) -> bool:
        return True

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        return base_plugin.FrontendMetadata(es_module_path="/static/index.js", tab_name="Param Viz")

    def data_plugin_names(self) -> tuple[str, ...]:
        return ()
