"""Runs TensorBoard with a fault planted in a layer of ours: `python planting.py SWITCH flags…`. While the file SWITCH
names a layer, that layer raises; the faults of the start are named when it starts."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PACKAGE = "tensorboard_plugin_paramviz."
#: Planted before TensorBoard starts. None = the module can't be imported.
AT_START = {
    "a library is missing": ("google_crc32c", None),
    "a module of ours is broken": (PACKAGE + "reader.follow", None),
    "constructor": (PACKAGE + "plugin", "ParamVizPlugin.__init__"),
    "get_plugin_apps": (PACKAGE + "plugin", "ParamVizPlugin.get_plugin_apps"),
    "frontend_metadata": (PACKAGE + "plugin", "ParamVizPlugin.frontend_metadata"),
    "data_plugin_names": (PACKAGE + "plugin", "ParamVizPlugin.data_plugin_names"),
}
#: Switched on and off while it runs. Which route shows it: None = no route has to.
RUN, OF = "?run=a", "&embedding=transformer.wte"
WHILE_RUNNING: dict[str, tuple[str, str, str | None]] = {
    "is_active": (PACKAGE + "plugin", "ParamVizPlugin.is_active", None),
    "arguments": (PACKAGE + "web.arguments", "Arguments.__init__", "runs"),
    "room": (PACKAGE + "web.room", "Room.make", "stats" + RUN),
    "static": (PACKAGE + "plugin", "static_file", "static/index.js"),
    "snapshot reader": (PACKAGE + "reader.snapshots", "SnapshotReader.__init__", "model" + RUN),
    "decoding": (PACKAGE + "reader.snapshots", "decode_array", "stats" + RUN),
    "projection": (PACKAGE + "web.positions", "Positions._drawn", "positions" + RUN + OF),
    "clusters": (PACKAGE + "web.clusters", "Clusters._last_step", "clusters" + RUN + OF),
    "heat": (PACKAGE + "web.heat", "binned", "heat" + RUN + "&stat=grad_norm"),
    "layer": (PACKAGE + "web.heat", "step_edges", "layer" + RUN + "&path=transformer.wte"),
    "probe": (PACKAGE + "web.replies", "probe_of", "probe" + RUN),
    "costs": (PACKAGE + "web.replies", "costs_of", "costs" + RUN),
    "insights": (PACKAGE + "web.replies", "take", "insights" + RUN),
    "report": (PACKAGE + "web.replies", "report_source", "report" + RUN),
    "thumbs": (PACKAGE + "web.replies", "thumbs_at", "thumbs" + RUN),
    "umap": (PACKAGE + "web.umap_replies", "fingerprint", "umap" + RUN + OF + "&step=0"),
    "decimation": (PACKAGE + "web.replies", "keep_extremes", "scalars" + RUN + "&tag=train/loss"),
    "neighbours": (PACKAGE + "web.row_replies", "nearest", "rows" + RUN + OF + "&rows=1&step=0"),
    "curves": (PACKAGE + "web.replies", "likely_curves", "scalars" + RUN),
    "wire": (PACKAGE + "web.binary", "encode", "stats" + RUN),
    "export": (PACKAGE + "web.export.serving", "asked_export", "export" + RUN + "&what=stats&format=csv"),
    "share": (PACKAGE + "web.share.serving", "asked_share", "share" + RUN),
    "reply runs": (PACKAGE + "web.replies", "Replies.runs", "runs"),
    "reply updates": (PACKAGE + "web.replies", "Replies.updates", "updates"),
    "reply model": (PACKAGE + "web.replies", "Replies.model", "model" + RUN),
    "reply sessions": (PACKAGE + "web.replies", "Replies.sessions", "sessions" + RUN),
    "reply steps": (PACKAGE + "web.replies", "Replies.steps", "steps" + RUN),
    "reply stats": (PACKAGE + "web.replies", "Replies.stats", "stats" + RUN),
    "reply scalars": (PACKAGE + "web.replies", "Replies.scalars", "scalars" + RUN + "&tag=train/loss"),
    "reply positions": (PACKAGE + "web.replies", "Replies.positions", "positions" + RUN + OF),
    "reply rows": (PACKAGE + "web.replies", "Replies.rows", "rows" + RUN + OF + "&rows=1"),
    "live": (PACKAGE + "reader.index", "Index.wait", "events"),
    "scan": (PACKAGE + "reader.index", "Index.scan", None),
    "poll": (PACKAGE + "reader.index", "Index.poll", None),
}


class PlantedError(Exception):
    """Nothing of ours knows this."""


def plant(module: str, name: str | None, layer: str, is_on: Callable[[], bool]) -> None:
    if name is None:
        sys.modules[module] = None  # type: ignore[assignment]
        return
    *owners, last = name.split(".")
    owner: Any = importlib.import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    original = getattr(owner, last)

    def planted(*args: Any, **options: Any) -> Any:
        if is_on():
            raise PlantedError(f"planted in {layer}")
        return original(*args, **options)

    setattr(owner, last, planted)


def main() -> None:
    switch = Path(sys.argv.pop(1))
    chosen = switch.read_text()
    if chosen in AT_START:
        plant(*AT_START[chosen], chosen, lambda: True)
    else:
        for layer, (module, name, _) in WHILE_RUNNING.items():
            plant(module, name, layer, lambda layer=layer: switch.read_text() == layer)  # type: ignore[misc]
    from tensorboard.main import run_main

    run_main()


if __name__ == "__main__":
    main()
