"""What can be exported, one function for each: the run's snapshots as `Content`. Another one is added to `SOURCES` and
to `names.WHATS`, and is then in the server and in the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from tensorboard.errors import NotFoundError

from tensorboard_plugin_paramviz.analysis.projection import project
from tensorboard_plugin_paramviz.analysis.row_history import norms_of
from tensorboard_plugin_paramviz.reader import EmbeddingSnapshot, SnapshotReader
from tensorboard_plugin_paramviz.record import LayerInfo, dequantize
from tensorboard_plugin_paramviz.record.names import GEOMETRY_STATS, PROBE_STATS
from tensorboard_plugin_paramviz.web.export.content import Array, Content, Field, Float64, Int64, Key
from tensorboard_plugin_paramviz.web.export.view import RunView

#: All labels in one NPZ array, which gives each the room of the longest: longer ones are cut.
LABELS_BYTES = 64 << 20
#: Embeddings read together: enough that a store isn't asked for each, little enough that memory stays small and that a
#: file that vanishes is missed soon.
AHEAD_BYTES, MOST_AHEAD = 2 << 20, 256


def embeddings(view: RunView) -> Content:
    path = _path(view)
    snapshots, (rows, dims) = view.snapshots, view.snapshots.shape(path)
    ordinals, steps, wall_times = _of_embedding(view, path)

    in_turn = _InTurn(snapshots, path, ordinals)

    def read(at: int, names: Sequence[str]) -> dict[str, Array]:
        snapshot = in_turn.snapshot(at)
        arrays: dict[str, Callable[[], Array]] = {
            "norms": lambda: norms_of(snapshot.rows),
            "grad_norms": lambda: snapshot.grad_norms,
            "update_norms": lambda: snapshot.update_norms,
            "values": lambda: dequantize(snapshot.rows),
        }
        return {name: arrays[name]() for name in names}

    beside = [Field(name, (rows,), (name.removesuffix("s"),)) for name in ("norms", "grad_norms", "update_norms")]
    values = Field("values", (rows, dims), tuple(f"d{dim}" for dim in range(dims)))
    keys, constants, about = _rows(view, path, rows)
    return Content(
        *_head(view), steps, wall_times, (*beside, values), read, keys=keys, constants=constants, about=about
    )


def positions(view: RunView) -> Content:
    path = _path(view)
    snapshots, (rows, _) = view.snapshots, view.snapshots.shape(path)
    ordinals, steps, wall_times = _of_embedding(view, path)
    basis = view.basis_of(snapshots, path)
    in_turn = _InTurn(snapshots, path, ordinals)

    def read(at: int, _names: Sequence[str]) -> dict[str, Array]:
        return {"positions": project(in_turn.snapshot(at).rows, basis)}

    keys, constants, about = _rows(view, path, rows)
    constants |= {"directions": basis.directions, "center": basis.center}
    about["basis"] = {
        "variance_ratios": list(basis.variance_ratios),
        "kept_ratio": basis.kept_ratio,
        "fitted_steps": list(basis.fitted_steps),
        "aligned": basis.aligned,
        "version": basis.version,
    }
    fields = (Field("positions", (rows, 3), ("x", "y", "z")),)
    return Content(*_head(view), steps, wall_times, fields, read, keys=keys, constants=constants, about=about)


def stats(view: RunView) -> Content:
    model, shape = view.snapshots.model(), view.figures.shape
    if shape and shape[0] != len(model.layers):
        raise NotFoundError(f"{view.subject}: the newest session has written none yet")
    layers = model.layers[: shape[0]] if shape else ()
    keys: dict[str, Sequence[Key]] = {
        "layer": [str(layer.path) for layer in layers],
        "role": [layer.role for layer in layers],
        "block": _blocks(layers),
    }
    names = _columns(model.stats, shape[1] if shape else 0)
    blocks = np.array([-1 if block is None else block for block in keys["block"]], np.int64)
    constants = {"layers": _text(keys["layer"]), "roles": _text(keys["role"]), "blocks": blocks}
    constants["stat_names"] = _text(names)
    return _figures(view, "stats", names, keys, constants, {"stat_names": list(names)})


def probe(view: RunView) -> Content:
    model, shape = view.model(), view.figures.shape
    count, columns = shape or (0, 0)
    known = sorted({block for block in _blocks(model.layers) if block is not None}) if model else []
    blocks = known if len(known) == count else list(range(count))
    names = _columns(PROBE_STATS, columns)
    constants = {"blocks": np.array(blocks, np.int64), "stat_names": _text(names)}
    return _figures(view, "probe", names, {"block": blocks}, constants, {"stat_names": list(names)})


def geometry(view: RunView) -> Content:
    names = _columns(GEOMETRY_STATS, *(view.figures.shape or (0,)))
    return _figures(view, "geometry", names, {}, {"stat_names": _text(names)}, {"stat_names": list(names)})


def learning_rates(view: RunView) -> Content:
    groups = list(range(*(view.figures.shape or (0,))))
    model = view.model()
    about = {"optimizer": model.optimizer} if model else {}
    return _figures(view, "learning_rates", ("learning_rate",), {"group": groups}, {}, about)


SOURCES: dict[str, Callable[[RunView], Content]] = {
    "embeddings": embeddings,
    "positions": positions,
    "stats": stats,
    "probe": probe,
    "geometry": geometry,
    "learning_rates": learning_rates,
}


class _InTurn:
    """Snapshots that are asked for one after the other, some read together; the one asked for last isn't read again.
    For one thread."""

    def __init__(self, snapshots: SnapshotReader, path: str, ordinals: Int64) -> None:
        rows, dims = snapshots.shape(path)
        self._ahead = max(1, min(MOST_AHEAD, AHEAD_BYTES // max(1, rows * dims)))
        self._snapshots, self._path, self._ordinals = snapshots, path, ordinals
        self._rest: Iterator[EmbeddingSnapshot] = iter(())
        self._last: tuple[int, EmbeddingSnapshot] | None = None

    def snapshot(self, at: int) -> EmbeddingSnapshot:
        """The one with the ordinal `ordinals[at]`. Raises MissingError."""
        before, self._last = self._last, None
        if before is None or before[0] != at:
            if before is None or before[0] + 1 != at or at % self._ahead == 0:
                together = self._ordinals[at : at - at % self._ahead + self._ahead]
                self._rest = self._snapshots.embeddings(self._path, together.tolist())
            before = at, next(self._rest)
        self._last = before
        return before[1]


def _path(view: RunView) -> str:
    assert view.embedding is not None, "the view has found it"
    return view.embedding


def _head(view: RunView) -> tuple[str, str, str | None]:
    return view.question.run, view.question.what, view.embedding


def _of_embedding(view: RunView, path: str) -> tuple[Int64, Int64, Float64]:
    """Ordinals, steps and wall times of the asked snapshots, [T] each."""
    series, usable = view.snapshots.embedding_series(path), view.snapshots.usable(path)
    ordinals = usable[view.chosen(series.steps[usable])]
    return ordinals, series.steps[ordinals], series.wall_times[ordinals]


def _rows(view: RunView, path: str, count: int) -> tuple[dict[str, Sequence[Key]], dict[str, Array], dict[str, Any]]:
    """Ids, labels and counts of the rows, as keys of a table and as arrays, and what is known of the whole embedding.
    A model record of another size is of another session: the rows then have numbers and nothing else."""
    info = view.snapshots.embedding_info(path)
    if info is None or info.row_count != count:
        info = None
    ids = (_integers(info.rows) if info else None) or list(range(count))
    counts = _integers(info.counts) if info else None
    labels = [str(label) for label in info.labels] if info and info.labels is not None else None
    unknown = [None] * count
    constants = {"rows": np.array(ids, np.int64)}
    if labels is not None:
        constants["labels"] = _text([label[: max(1, LABELS_BYTES // 4 // count)] for label in labels])
    if counts is not None:
        constants["counts"] = np.array(counts, np.int64)
    about = {"role": info.role, "shape": list(info.shape), "encoding": info.encoding} if info else {}
    return {"row": ids, "label": labels or unknown, "count": counts or unknown}, constants, about


def _figures(
    view: RunView,
    name: str,
    columns: Sequence[str],
    keys: dict[str, Sequence[Key]],
    constants: dict[str, Array],
    about: dict[str, Any],
) -> Content:
    """The asked snapshots of what has one small tensor each."""
    figures = view.figures
    ordinals = view.chosen(figures.steps)
    fields = (Field(name, figures.shape, tuple(columns)),)
    return Content(
        *_head(view),
        figures.steps[ordinals],
        figures.wall_times[ordinals],
        fields,
        lambda at, _names: {name: figures.read(int(ordinals[at]))},
        keys=keys,
        constants=constants,
        about=about,
    )


def _columns(names: Sequence[str], count: int) -> tuple[str, ...]:
    """Names of `count` columns: those of a later version have none here."""
    return (*names[:count], *(f"column_{number}" for number in range(len(names), count)))


def _blocks(layers: Sequence[LayerInfo]) -> list[int | None]:
    """None also where a record holds something else than a number there."""
    return [one.block if type(one.block) is int and abs(one.block) < 1 << 31 else None for one in layers]


def _integers(values: Sequence[Any] | None) -> list[int] | None:
    """What a record holds for whole numbers; None where it holds something else, or nothing."""
    try:
        return None if values is None else np.array(values, np.int64).tolist()
    except (TypeError, ValueError, OverflowError):
        return None


def _text(values: Sequence[Any]) -> Array:
    return np.array(values, np.str_)
