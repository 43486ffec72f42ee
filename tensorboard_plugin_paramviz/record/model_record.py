"""The model record: what a run's model is, written once when a writer starts. JSON on disk."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

from tensorboard_plugin_paramviz.record.names import ROLES, STATS


@dataclass(frozen=True)
class LayerInfo:
    """A module with parameters of its own. path: dotted name. shape: of its largest parameter. parameters: count of its
    own entries, 0 where they are all shared with the layer named by tied_to. block: transformer block number."""

    path: str
    role: str
    block: int | None
    shape: tuple[int, ...]
    dtype: str
    parameters: int
    tied_to: str | None = None
    trainable: bool = True

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"layer {self.path!r}: role {self.role!r} is not one of {', '.join(ROLES)}")


@dataclass(frozen=True)
class EmbeddingInfo:
    """A sampled embedding table. shape: (V, D) of the whole table. rows: sampled ids in the order written, None = all.
    labels, counts: per sampled row; counts = occurrences in the training data; None = unknown. encoding: "int8" (whole
    rows) or "basis" (coordinates of their projections), then directions is how many of D dimensions are kept."""

    path: str
    role: str
    shape: tuple[int, int]
    rows: tuple[int, ...] | None = None
    labels: tuple[str, ...] | None = None
    counts: tuple[int, ...] | None = None
    encoding: str = "int8"
    directions: int | None = None

    @property
    def row_count(self) -> int:
        return self.shape[0] if self.rows is None else len(self.rows)

    def __post_init__(self) -> None:
        for name in ("labels", "counts"):
            values = getattr(self, name)
            if values is not None and len(values) != self.row_count:
                raise ValueError(f"embedding {self.path!r}: {len(values)} {name} for {self.row_count} rows")


@dataclass(frozen=True)
class ThumbInfo:
    """The grid of one matrix's thumbnail. layer: place in the record's layers. rows x columns: cells, in about the
    proportions of the matrix; they stand row by row."""

    layer: int
    rows: int
    columns: int


@dataclass(frozen=True)
class ModelRecord:
    """session_id: one per writer, so that a restart in the same directory is told apart. started: Unix seconds.
    optimizer, schedule: facts for people, JSON values only. thumbs: in the order of the cells written."""

    session_id: str
    started: float
    model_class: str
    layers: tuple[LayerInfo, ...]
    embeddings: tuple[EmbeddingInfo, ...]
    stats: tuple[str, ...] = STATS
    optimizer: dict[str, Any] = field(default_factory=dict)
    schedule: dict[str, Any] = field(default_factory=dict)
    thumbs: tuple[ThumbInfo, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> ModelRecord:
        """Read a record. Keys of a later minor addition are ignored; a missing or ill-typed one raises ValueError."""
        try:
            # What JSON has no number for would have none in a reply either.
            data = json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
            return cls(
                session_id=str(data["session_id"]),
                started=float(data["started"]),
                model_class=str(data["model_class"]),
                layers=tuple(_layer(layer) for layer in data["layers"]),
                embeddings=tuple(_embedding(embedding) for embedding in data["embeddings"]),
                stats=tuple(map(str, data["stats"])),
                optimizer=dict(data.get("optimizer", {})),
                schedule=dict(data.get("schedule", {})),
                thumbs=tuple(_thumb(thumb, len(data["layers"])) for thumb in data.get("thumbs") or ()),
            )
        except (LookupError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"not a model record: {type(error).__name__} {error}") from error


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _known(cls: type, data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in cls.__dataclass_fields__ if name in data}  # type: ignore[attr-defined]


def _layer(data: dict[str, Any]) -> LayerInfo:
    # A role named by a later version is drawn as "other" rather than refused.
    role = data["role"] if data["role"] in ROLES else "other"
    return LayerInfo(**_known(LayerInfo, data) | {"role": role, "shape": tuple(data["shape"])})


def _embedding(data: dict[str, Any]) -> EmbeddingInfo:
    sequences = {name: tuple(data[name]) for name in ("rows", "labels", "counts") if data.get(name) is not None}
    return EmbeddingInfo(**_known(EmbeddingInfo, data) | {"shape": tuple(data["shape"])} | sequences)


def _thumb(data: dict[str, Any], layers: int) -> ThumbInfo:
    layer, rows, columns = (int(data[name]) for name in ("layer", "rows", "columns"))
    if not (0 <= layer < layers and 0 < rows < 1 << 16 and 0 < columns < 1 << 16):
        raise ValueError(f"a thumbnail of {rows} x {columns} cells of layer {layer}, of {layers} layers")
    return ThumbInfo(layer, rows, columns)
