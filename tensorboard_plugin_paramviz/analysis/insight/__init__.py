"""What is going on in a run: phases, and findings with their evidence. Pure functions over arrays.

`nouns` says what may be known of a run and what is said about it; `diagnosis.diagnose` says it. The rest is one idea a
file: `bins` (long curves as medians), `ramps` (when something began), `fall` (the law a loss follows), `schedule`, the
detectors, `phases`, and `words` with causes, remedies and sources.
"""

from tensorboard_plugin_paramviz.analysis.insight.diagnosis import diagnose
from tensorboard_plugin_paramviz.analysis.insight.nouns import (
    Boundary,
    Crowd,
    Curve,
    Diagnosis,
    Evidence,
    Finding,
    Known,
    Optimizer,
    Phase,
    Probe,
    Series,
    Severity,
    Statistics,
    Table,
)
from tensorboard_plugin_paramviz.analysis.insight.rows import crowd_of, crowd_rows, measure_rows, rank_limit

__all__ = [
    "Boundary",
    "Crowd",
    "Curve",
    "Diagnosis",
    "Evidence",
    "Finding",
    "Known",
    "Optimizer",
    "Phase",
    "Probe",
    "Series",
    "Severity",
    "Statistics",
    "Table",
    "crowd_of",
    "crowd_rows",
    "diagnose",
    "measure_rows",
    "rank_limit",
]
