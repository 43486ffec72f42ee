"""The numbers: each one a small function of arrays."""

from tensorboard_plugin_paramviz.capture.statistics.layer_stats import Reading, layer_stats
from tensorboard_plugin_paramviz.capture.statistics.moments import Moments, moments

__all__ = ["Moments", "Reading", "layer_stats", "moments"]
