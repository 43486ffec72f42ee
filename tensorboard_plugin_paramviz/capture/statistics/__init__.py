"""The numbers: each one a small function of arrays."""

from tensorboard_plugin_paramviz.capture.statistics.layer_stats import Reading, layer_stats
from tensorboard_plugin_paramviz.capture.statistics.moments import Moments, moments
from tensorboard_plugin_paramviz.capture.statistics.segments import Segments

__all__ = ["Moments", "Reading", "Segments", "layer_stats", "moments"]
