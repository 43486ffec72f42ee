"""Watch a transformer learn, in the TensorBoard you already have open.

    from tensorboard_plugin_paramviz import watch      # in the training script; needs torch

TensorBoard finds the tab by itself through this package's entry point, and never imports torch for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensorboard_plugin_paramviz.capture.watcher import Watcher, watch

__version__ = "0.1.0"
__all__ = ["Watcher", "__version__", "watch"]


def __getattr__(name: str) -> Any:
    # Lazy: `import tensorboard_plugin_paramviz` happens inside TensorBoard, where torch may be missing and is slow.
    if name in ("Watcher", "watch"):
        from tensorboard_plugin_paramviz.capture import watcher

        return getattr(watcher, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
