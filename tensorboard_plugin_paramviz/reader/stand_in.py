"""What can be said of a model whose record is missing: the snapshots still say which embeddings there are."""

from __future__ import annotations

from tensorboard_plugin_paramviz.record import STATS, EmbeddingInfo, LayerInfo, ModelRecord

#: Said of a run that has snapshots and no model record.
NO_MODEL_RECORD = (
    "This run has no model record: rows have numbers instead of labels, and layers have no names; "
    "call watch() before the first step, and keep the beginning of the file"
)


def stand_in(embeddings: dict[str, tuple[int, int]], stats: tuple[int, int], started: float) -> ModelRecord:
    """A record of embeddings {path: (R, D)} and of stats (L, S). Nothing in it is guessed: roles are "other", labels
    unknown, statistics beyond those known today numbered."""
    layers, columns = stats
    return ModelRecord(
        session_id="",
        started=started,
        model_class="",
        layers=tuple(LayerInfo(f"layer {number}", "other", None, (), "", 0) for number in range(layers)),
        embeddings=tuple(EmbeddingInfo(path, "other", shape) for path, shape in sorted(embeddings.items())),
        stats=(*STATS[:columns], *(f"stat {number}" for number in range(len(STATS), columns))),
    )
