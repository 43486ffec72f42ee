"""The JSON that travels to the browser, typed once. `frontend/src/wire.gen.ts` is generated from these classes by
`python -m tensorboard_plugin_paramviz.web.generate_wire`; a test says when it is out of date."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class RunInfo(TypedDict):
    """One run with records of ours. step figures are None until the first snapshot. generation changes when what was
    served before is no longer true (a restart went back, a file was replaced): drop what is cached of this run.
    live: a snapshot or scalar was written in the last 60 seconds. last_wall_time: Unix seconds of the newest snapshot.
    damaged: one sentence per thing that is wrong with its files: what could not be read, what was mixed."""

    run: str
    snapshots: int
    first_step: int | None
    last_step: int | None
    last_wall_time: float | None
    live: bool
    sessions: int
    generation: int
    damaged: list[str]


class Loading(TypedDict):
    """First sight of the logdir: how far the index has read."""

    done: bool
    bytes_read: int
    bytes_total: int


class Runs(TypedDict):
    """`runs`. other_runs: runs whose event files hold no records of ours. notices: a sentence for each thing that keeps
    part of the logdir from being read just now."""

    runs: list[RunInfo]
    other_runs: list[str]
    notices: list[str]
    loading: Loading
    cursor: int


class Updates(TypedDict):
    """`updates` and each message of `events`: only the runs that changed since the cursor given. other_runs: all of
    them, where any came or went since; there may be ten thousand. The rest is whole in each."""

    runs: list[RunInfo]
    removed: list[str]
    other_runs: NotRequired[list[str]]
    notices: list[str]
    loading: Loading
    cursor: int


class Layer(TypedDict):
    path: str
    role: str
    block: int | None
    shape: list[int]
    dtype: str
    parameters: int
    tied_to: str | None
    trainable: bool


class Embedding(TypedDict):
    """rows: sampled row ids in the order of `positions`; None = all of them, 0 … shape[0] - 1. directions: how many of
    the shape[1] dimensions are recorded; None = all of them."""

    path: str
    role: str
    shape: list[int]
    rows: list[int] | None
    labels: list[str] | None
    counts: list[int] | None
    encoding: str
    directions: int | None


class Model(TypedDict):
    """`model`: the newest session's model record."""

    run: str
    session_id: str
    started: float
    model_class: str
    layers: list[Layer]
    embeddings: list[Embedding]
    stats: list[str]
    stat_units: dict[str, str]
    optimizer: dict[str, Any]
    schedule: dict[str, Any]


class Session(TypedDict):
    """One start of a writer. started: Unix seconds. first_step: the first of its snapshots that still counts, None =
    it has none, or a later session has repeated all of them."""

    session_id: str
    started: float
    first_step: int | None


class Sessions(TypedDict):
    """`sessions`: oldest first, at most the newest 200. left_out: how many more there are, or can't be read."""

    run: str
    sessions: list[Session]
    left_out: int


class ScalarTag(TypedDict):
    tag: str
    points: int
    last_step: int


class ScalarTags(TypedDict):
    """`scalars` without a tag. train, validation, learning_rate: the tags that look like these curves, or None."""

    run: str
    tags: list[ScalarTag]
    train: str | None
    validation: str | None
    learning_rate: str | None


class ArrayInfo(TypedDict):
    """One array of a binary reply. offset: bytes from the start of the data."""

    name: str
    dtype: str
    shape: list[int]
    offset: int


class Basis(TypedDict):
    """The directions drawn, three or those of a tour. version: changes when refitted; positions of two versions don't
    mix. variance_ratios: share of the variance over the run along each direction, 0 to 1. fitted_steps: the snapshots
    it was fitted on. radius: distance from the origin within which 99 % of the run's points lie, seen along the first
    three. aligned: rotated towards an
    earlier fit, so the directions span the first principal components without being them. kept_ratio: share of
    the variance over the run that was recorded, 1 where whole rows are; the rest is in no direction drawn."""

    version: int
    variance_ratios: list[float]
    fitted_steps: list[int]
    radius: float
    aligned: bool
    kept_ratio: float


class Part(TypedDict):
    """One embedding of a picture: its rows follow those of the part before. variance_ratios: share of its own variance
    over the run along each direction, as it is drawn here."""

    embedding: str
    rows: int
    variance_ratios: list[float]


class PositionsHeader(TypedDict):
    """`positions`. Arrays: steps int64 [T], wall_times float64 [T], positions float32 [T, R, dims], variance_shown
    float32 [T] (share of each snapshot's own variance along all dims, NaN = there is none; of two parts the mean of
    theirs, each with the weight of its rows), range_steps int64 [N] (of every snapshot between `from` and `to`,
    whatever the stride and however many are sent; the first of them has the ordinal `first`).
    total: snapshots in the run of this embedding, or of both. projection: as it was asked for. dims: 3, of a tour at
    most 8. basis_of: the run that the basis was fitted on, None = this one. parts: one, or with `with` two."""

    run: str
    embedding: str
    generation: int
    projection: str
    dims: int
    basis_of: str | None
    basis: Basis
    parts: list[Part]
    total: int
    first: int
    arrays: list[ArrayInfo]


class StepsHeader(TypedDict):
    """`steps`. Arrays: steps int64 [T], wall_times float64 [T]. first: how many snapshots of the run come before."""

    run: str
    generation: int
    first: int
    arrays: list[ArrayInfo]


class StatsHeader(TypedDict):
    """`stats`. Arrays: steps int64 [T], wall_times float64 [T], stats float32 [T, L, S]."""

    run: str
    generation: int
    layers: list[str]
    stats: list[str]
    arrays: list[ArrayInfo]


class ScalarsHeader(TypedDict):
    """`scalars` with a tag. Arrays: steps int64 [N], wall_times float64 [N], values float64 [N].
    total: points logged, of which N are sent (every extreme kept)."""

    run: str
    tag: str
    total: int
    arrays: list[ArrayInfo]


class RowsHeader(TypedDict):
    """`rows` at one step. Arrays, r = rows asked for, k = 10 neighbours by cosine among the sampled rows:
    values float32 [r, D], norms, grad_norms, update_norms float32 [r], norm_ranks int32 [r] (1 = longest),
    neighbours int32 [r, k] (positions in the sample, -1 = none), cosines float32 [r, k],
    first_neighbours int32 [r, k], first_cosines float32 [r, k] (the same at the run's first step)."""

    run: str
    embedding: str
    step: int
    first_step: int
    rows: list[int]
    arrays: list[ArrayInfo]


class RowNormsHeader(TypedDict):
    """`rows` at one step without rows. Arrays: norms, grad_norms, update_norms, displacements float32 [R] of all
    sampled rows (displacements: distance in the whole space from the same row at first_step)."""

    run: str
    embedding: str
    step: int
    first_step: int
    arrays: list[ArrayInfo]


class RowHistoryHeader(TypedDict):
    """`rows` without a step: the asked rows through the run. Arrays: steps int64 [T], wall_times float64 [T],
    norms, grad_norms, update_norms, displacements float32 [T, r], norm_low, norm_high float32 [T] (10th and 90th
    percentile of all sampled rows' norms)."""

    run: str
    embedding: str
    rows: list[int]
    arrays: list[ArrayInfo]


class ClustersHeader(TypedDict):
    """`clusters`. Arrays: clusters int32 [R] (0 … count - 1, the largest first; -1 = the row is not finite), sizes
    int32 [count]. step: the one they were looked for at."""

    run: str
    embedding: str
    step: int
    count: int
    arrays: list[ArrayInfo]


class UmapState(TypedDict):
    """`umap` while there is no result. progress: 0 to 1, with "running". message: a sentence, with the others."""

    state: Literal["running", "failed", "missing"]
    progress: NotRequired[float]
    message: NotRequired[str]


class UmapHeader(TypedDict):
    """`umap` once it is done. Arrays: positions float32 [R, 3], NaN for a row without a direction. radius: distance
    from the origin within which 99 % of them lie. neighbours: of each row, that the layout was asked to keep near."""

    run: str
    embedding: str
    step: int
    neighbours: int
    radius: float
    arrays: list[ArrayInfo]


class HeatHeader(TypedDict):
    """`heat`: one statistic of all layers. log: a ratio says more than a difference. held: measured now and then only,
    each value holds until the next. total: snapshots with statistics. Arrays, C columns: edges int64 [C + 1] (a column
    holds edges[c] <= step < edges[c + 1]), shown, low, high float32 [L, C] (NaN = not measured), counts int64 [C],
    broken uint8 [L, C] (1 = entries that aren't finite)."""

    run: str
    generation: int
    stat: str
    log: bool
    held: bool
    total: int
    first_step: int | None
    last_step: int | None
    layers: list[str]
    arrays: list[ArrayInfo]


class LayerHeader(TypedDict):
    """`layer`: all statistics of one layer. Arrays as in `heat`, of S statistics: edges, shown, low, high, counts."""

    run: str
    generation: int
    path: str
    stats: list[str]
    total: int
    first_step: int | None
    last_step: int | None
    arrays: list[ArrayInfo]


class CostsHeader(TypedDict):
    """`costs`: what the capture itself took. Arrays, T snapshots: steps int64, wall_times float64; capture_secs (in the
    training thread), write_secs (in the background, the snapshot before), snapshot_bytes, interval_steps (since the
    snapshot before), dropped_count (lost since the writer started) float32. NaN = it can't be read."""

    run: str
    generation: int
    arrays: list[ArrayInfo]


class ThumbGrid(TypedDict):
    """Picture of a layer's matrix: place in the model record's layers, cells down and across."""

    layer: int
    rows: int
    columns: int


class ThumbsHeader(TypedDict):
    """`thumbs`. step: of what is sent, at or before the one asked for; None = none was recorded. Arrays: cells float32
    [C] (root mean squares, the pictures one after the other, each row by row; NaN = not finite), steps int64 [T] (of
    all that were recorded)."""

    run: str
    generation: int
    step: int | None
    thumbs: list[ThumbGrid]
    arrays: list[ArrayInfo]


class ProbeHeader(TypedDict):
    """`probe`: what each block did with one fixed batch. blocks: their numbers, rising. Arrays: steps int64 [T],
    wall_times float64 [T], probe float32 [T, B, A] (columns as `stats` names them, NaN = not measured)."""

    run: str
    generation: int
    blocks: list[int]
    stats: list[str]
    arrays: list[ArrayInfo]
