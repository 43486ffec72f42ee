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
#: The loss as given to `viz.step(step, loss=…)`. Readers prefer a loss that the script logs itself.
LOSS_TAG: Final = "paramviz/loss"

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
    "weight_mean": "mean of the entries",
    "weight_std": "standard deviation of the entries (population)",
    "weight_max_abs": "largest absolute entry",
    "weight_near_zero_ratio": "share of entries up to 1e-3 of the layer's own RMS, 0 to 1, from strided entries",
    "weight_nonfinite_count": "number of entries that are NaN or infinite",
    "grad_norm": "L2 norm over all gradient entries of the layer, as the optimizer saw them",
    "grad_rms": "root mean square of the gradient entries",
    "grad_max_abs": "largest absolute gradient entry",
    "grad_nonfinite_count": "number of gradient entries that are NaN or infinite",
    "update_norm": "L2 norm of the last optimizer step's change, estimated from strided entries",
    "update_ratio": "update_norm / weight_norm before the step, from the same strided entries",
}
STATS: Final = tuple(STAT_UNITS)

#: Columns of `paramviz/embedding_rows/<path>`.
ROW_COLUMNS: Final = ("scale", "grad_norm", "update_norm")
#: Columns of `paramviz/self`.
SELF_COLUMNS: Final = ("capture_secs", "write_secs", "snapshot_bytes", "interval_steps", "dropped_count")


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
