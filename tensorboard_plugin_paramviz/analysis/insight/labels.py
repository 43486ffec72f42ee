"""Names of phases, and the slopes that tell them apart: change of ln(loss) in a tenth of the run."""

from __future__ import annotations

from typing import Final

INITIALIZATION: Final = "initialization"
RAPID_LEARNING: Final = "rapid_learning"
REFINEMENT: Final = "refinement"
PLATEAU: Final = "plateau"
CONVERGENCE: Final = "convergence"
DIVERGENCE: Final = "divergence"
OSCILLATION: Final = "oscillation"
OVERFITTING: Final = "overfitting"
GENERALIZATION: Final = "generalization"

#: Those that a finding names and dates.
BY_FINDINGS: Final = (DIVERGENCE, OSCILLATION, OVERFITTING, GENERALIZATION)

#: Below the first the loss falls fast, above the second it stands.
RAPID_SLOPE, FLAT_SLOPE = -0.15, -0.012
#: Share of the whole fall after which learning has begun.
BEGUN = 0.05
#: Of the run: a phase shorter than this, or than three snapshots, isn't named yet.
SHORTEST, SNAPSHOTS = 0.02, 3
