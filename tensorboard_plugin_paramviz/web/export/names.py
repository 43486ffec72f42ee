"""What can be asked of an export, by name. Without numpy: the shell's `--help` imports this."""

from __future__ import annotations

from typing import Final

#: What can be exported, and what it is, in a few words.
WHATS: Final[dict[str, str]] = {
    "embeddings": "values, norms, gradients' and updates' norms of each sampled row",
    "positions": "each sampled row's place in the page's 3D cloud, and the projection",
    "stats": "each statistic of each layer",
    "probe": "activations and attention of each transformer block on one fixed batch",
    "geometry": "an embedding's rows taken together: cosine, effective rank, churn, …",
    "learning_rates": "of each parameter group",
}
#: Those of which a run has one for each embedding.
BY_EMBEDDING: Final = ("embeddings", "positions", "geometry")
#: Suffix of the file's name and MIME type.
FORMATS: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "npz": "application/octet-stream",
}
#: How snapshots are chosen.
STEPS: Final[dict[str, str]] = {
    "all": "every one",
    "first, last": "the first, the last",
    "500": "that of step 500",
    "100-200": "those from step 100 to step 200",
    "100-": "those from step 100 on",
    "0-1000:10": "those at steps 0, 10, … 1000, as far as they were recorded",
    "0,500-600,last": "any of these together",
}
