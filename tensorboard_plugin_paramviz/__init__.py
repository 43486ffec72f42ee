"""Watch a transformer learn, in the TensorBoard you already have open.

    from tensorboard_plugin_paramviz import watch                  # in the training script; needs torch
    from tensorboard_plugin_paramviz import HuggingFaceCallback    # for the Hugging Face Trainer
    from tensorboard_plugin_paramviz import LightningCallback      # for Lightning's

TensorBoard finds the tab by itself through this package's entry point, and never imports torch for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensorboard_plugin_paramviz.callbacks.hugging_face import HuggingFaceCallback as HuggingFaceCallback
    from tensorboard_plugin_paramviz.callbacks.lightning import LightningCallback as LightningCallback
    from tensorboard_plugin_paramviz.capture.insight_alerts import Finding as Finding
    from tensorboard_plugin_paramviz.capture.watcher import Watcher, watch

__version__ = "0.1.0"
# Without the callbacks: `import *` must work where their libraries are missing.
__all__ = ["Finding", "Watcher", "__version__", "watch"]

_LAZY = {
    "Finding": "capture.insight_alerts",
    "HuggingFaceCallback": "callbacks.hugging_face",
    "LightningCallback": "callbacks.lightning",
    "Watcher": "capture.watcher",
    "watch": "capture.watcher",
}


def __getattr__(name: str) -> Any:
    # Lazy: `import tensorboard_plugin_paramviz` happens inside TensorBoard, where torch may be missing and is slow.
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
