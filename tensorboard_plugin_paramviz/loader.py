"""TensorBoard's entry point. Imports nothing but TensorBoard's base class: what fails here would keep all of
TensorBoard
from starting."""

from __future__ import annotations

import logging
from typing import Any

from tensorboard.plugins import base_plugin

logger = logging.getLogger(__name__)


class ParamVizLoader(base_plugin.TBLoader):  # type: ignore[misc]
    """Loads the plugin; on any fault of ours TensorBoard starts without it and the log says why."""

    def fix_flags(self, flags: Any) -> None:
        # We read the event files ourselves: TensorBoard need not hold our tensors in memory too. 1 is the smallest
        # number
        # it takes (0 means all).
        samples = getattr(flags, "samples_per_plugin", None)
        if isinstance(samples, dict):
            samples.setdefault("paramviz", 1)

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin | None:
        try:
            from tensorboard_plugin_paramviz.plugin import ParamVizPlugin

            return ParamVizPlugin(context)
        except Exception:
            logger.exception("The Param Viz tab can't be shown; the rest of TensorBoard is not affected")
            return None
