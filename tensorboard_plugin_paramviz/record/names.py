"""Every name that stands in an event file: plugin, format version, tags, roles and statistics."""

from __future__ import annotations

import json
from typing import Final

PLUGIN_NAME: Final = "paramviz"
FORMAT_VERSION: Final = 1
#: `SummaryMetadata.plugin_data.content` of every value we write.
PLUGIN_CONTENT: Final = json.dumps({"format": FORMAT_VERSION}).encode()

MODEL_TAG: Final = "paramviz/model"
STATS_TAG: Final = "paramviz/stats"
SELF_TAG: Final = "paramviz/self"
EMBEDDING_PREFIX: Final = "paramviz/embedding/"
EMBEDDING_ROWS_PREFIX: Final = "paramviz/embedding_rows/"
#: Directions that the rows of a wide table are written in.
BASIS_PREFIX: Final = "paramviz/basis/"
#: The loss as given to `viz.step(step, loss=…)`. Readers prefer a loss that the script logs itself.
LOSS_TAG: Final = "paramviz/loss"
LEARNING_RATES_TAG: Final = "paramviz/learning_rates"
PROBE_TAG: Final = "paramviz/probe"
GEOMETRY_PREFIX: Final = "paramviz/geometry/"
#: What the matrices look like: cells of all of them, and the sizes that their levels stand for.
THUMBS_TAG: Final = "paramviz/thumbs"
THUMB_RANGES_TAG: Final = "paramviz/thumb_ranges"

#: What a layer does in a transformer. A role that isn't recognized is "other", never a guess.
ROLES: Final = (
    "token_embedding",
    "position_embedding",
    "attn_qkv",
    "attn_q",
    "attn_k",
    "attn_v",
    "attn_out",
    "mlp_up",
    "mlp_gate",
    "mlp_down",
    "norm",
    "lm_head",
    "other",
)

#: One number per layer and snapshot, in the order of the columns written today. Readers take the order from the model
#: record, so that a later version may add columns.
STAT_UNITS: Final[dict[str, str]] = {
    "weight_norm": "L2 norm over all entries of the layer",
    "weight_rms": "root mean square of the entries",
    "weight_mean": "mean of the entries, estimated from some of a large parameter",
    "weight_std": "standard deviation of the entries (population)",
    "weight_max_abs": "largest absolute entry",
    "weight_near_zero_ratio": "share of entries up to 1e-3 of the layer's own RMS, 0 to 1, from some of the entries",
    "weight_nonfinite_count": "number of entries that are NaN or infinite",
    "grad_norm": "L2 norm over all gradient entries of the layer, as the optimizer saw them",
    "grad_rms": "root mean square of the gradient entries",
    "grad_max_abs": "largest absolute gradient entry",
    "grad_nonfinite_count": "number of gradient entries that are NaN or infinite",
    "update_norm": "L2 norm of the last optimizer step's change, estimated from some of the entries",
    "update_ratio": "update_norm / weight_norm before the step, from the same entries",
    "grad_below_epsilon_ratio": "share of gradient entries below Adam's epsilon, 0 to 1, from some of the entries",
    "stable_rank": "squared Frobenius norm over squared largest singular value of the layer's matrix",
}
STATS: Final = tuple(STAT_UNITS)

#: One number per transformer block, measured on one fixed batch: columns of `paramviz/probe`.
PROBE_UNITS: Final[dict[str, str]] = {
    "activation_rms": "root mean square of the block's output",
    "attention_entropy_ratio": "entropy of a query's attention over the logarithm of the keys it may see, 0 to 1, mean",
    "attention_max_logit": "largest attention logit, scaled, before the softmax",
    "mlp_dead_ratio": "share of the MLP's hidden units with a mean |activation| up to 0.025 of the layer's, 0 to 1",
}
PROBE_STATS: Final = tuple(PROBE_UNITS)
#: One number per embedding, of the sampled rows: columns of `paramviz/geometry/<path>`.
GEOMETRY_UNITS: Final[dict[str, str]] = {
    "mean_cosine": "mean cosine of two different rows, -1 to 1",
    "effective_rank": "exponential of the entropy of the normalized singular values",
    "top_component_ratio": "share of the variance in the first principal component, 0 to 1",
    "norm_frequency_correlation": "Spearman's rank correlation of the rows' norms and counts, -1 to 1",
    "neighbour_churn_ratio": "share of the 10 nearest neighbours that changed since the measurement before, 0 to 1",
}
GEOMETRY_STATS: Final = tuple(GEOMETRY_UNITS)

#: Columns of `paramviz/embedding_rows/<path>`, and the one more of rows that are written in a basis: their L2 norm
#: before they were.
ROW_COLUMNS: Final = ("scale", "grad_norm", "update_norm")
BASIS_ROW_COLUMNS: Final = (*ROW_COLUMNS, "norm")
#: Columns of `paramviz/self`.
SELF_COLUMNS: Final = ("capture_secs", "write_secs", "snapshot_bytes", "interval_steps", "dropped_count")


def content_with_basis(identity: int) -> bytes:
    """`plugin_data.content` of a basis, and of rows that are written in it."""
    return json.dumps({"format": FORMAT_VERSION, "basis": identity}).encode()


def basis_named_in(content: bytes) -> int | None:
    """The identity of the basis that a value is, or is written in; None = of its own full width. Raises ValueError
    where that isn't a number of 32 bits."""
    if content == PLUGIN_CONTENT:  # nearly always
        return None
    identity = json.loads(content).get("basis")
    if identity is None:
        return None
    if not isinstance(identity, int) or isinstance(identity, bool) or not 0 <= identity < 1 << 32:
        raise ValueError(f"{str(identity)[:40]!r} is no identity of a basis")
    return identity


class UnknownFormatError(ValueError):
    """A record says a format version newer than this reader knows; it is skipped, and said once."""


def check_format(content: bytes) -> None:
    """Raise `UnknownFormatError` unless `content` names a format version this code reads."""
    try:
        version = json.loads(content)["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownFormatError(f"plugin_data.content {content[:40]!r} names no format version") from error
    if version != FORMAT_VERSION:
        raise UnknownFormatError(
            f"records of format {version} found, this version reads format {FORMAT_VERSION}: "
            "upgrade tensorboard-plugin-paramviz in TensorBoard's environment"
        )
