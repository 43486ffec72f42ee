// Generated from web/wire.py and web/wire_insights.py. Don't edit: run `python -m tensorboard_plugin_paramviz.web.generate_wire --write`.

/**
 * One run with records of ours. step figures are None until the first snapshot. generation changes when what was
 * served before is no longer true (a restart went back, a file was replaced): drop what is cached of this run.
 * live: a snapshot or scalar was written in the last 60 seconds. last_wall_time: Unix seconds of the newest snapshot.
 * damaged: one sentence per thing that is wrong with its files: what could not be read, what was mixed.
 */
export interface RunInfo {
  run: string;
  snapshots: number;
  first_step: number | null;
  last_step: number | null;
  last_wall_time: number | null;
  live: boolean;
  sessions: number;
  generation: number;
  damaged: string[];
}

/**
 * First sight of the logdir: how far the index has read.
 */
export interface Loading {
  done: boolean;
  bytes_read: number;
  bytes_total: number;
}

/**
 * `runs`. other_runs: runs whose event files hold no records of ours. notices: a sentence for each thing that keeps
 * part of the logdir from being read just now.
 */
export interface Runs {
  runs: RunInfo[];
  other_runs: string[];
  notices: string[];
  loading: Loading;
  cursor: number;
}

/**
 * `updates` and each message of `events`: only the runs that changed since the cursor given. other_runs: all of
 * them, where any came or went since; there may be ten thousand. The rest is whole in each.
 */
export interface Updates {
  runs: RunInfo[];
  removed: string[];
  other_runs?: string[];
  notices: string[];
  loading: Loading;
  cursor: number;
}

export interface Layer {
  path: string;
  role: string;
  block: number | null;
  shape: number[];
  dtype: string;
  parameters: number;
  tied_to: string | null;
  trainable: boolean;
}

/**
 * rows: sampled row ids in the order of `positions`; None = all of them, 0 … shape[0] - 1. directions: how many of
 * the shape[1] dimensions are recorded; None = all of them.
 */
export interface Embedding {
  path: string;
  role: string;
  shape: number[];
  rows: number[] | null;
  labels: string[] | null;
  counts: number[] | null;
  encoding: string;
  directions: number | null;
}

/**
 * `model`: the newest session's model record.
 */
export interface Model {
  run: string;
  session_id: string;
  started: number;
  model_class: string;
  layers: Layer[];
  embeddings: Embedding[];
  stats: string[];
  stat_units: Record<string, string>;
  optimizer: Record<string, unknown>;
  schedule: Record<string, unknown>;
}

/**
 * One start of a writer. started: Unix seconds. first_step: the first of its snapshots that still counts, None =
 * it has none, or a later session has repeated all of them.
 */
export interface Session {
  session_id: string;
  started: number;
  first_step: number | null;
}

/**
 * `sessions`: oldest first, at most the newest 200. left_out: how many more there are, or can't be read.
 */
export interface Sessions {
  run: string;
  sessions: Session[];
  left_out: number;
}

export interface ScalarTag {
  tag: string;
  points: number;
  last_step: number;
}

/**
 * `scalars` without a tag. train, validation, learning_rate: the tags that look like these curves, or None.
 */
export interface ScalarTags {
  run: string;
  tags: ScalarTag[];
  train: string | null;
  validation: string | null;
  learning_rate: string | null;
}

/**
 * One array of a binary reply. offset: bytes from the start of the data.
 */
export interface ArrayInfo {
  name: string;
  dtype: string;
  shape: number[];
  offset: number;
}

/**
 * The directions drawn, three or those of a tour. version: changes when refitted; positions of two versions don't
 * mix. variance_ratios: share of the variance over the run along each direction, 0 to 1. fitted_steps: the snapshots
 * it was fitted on. radius: distance from the origin within which 99 % of the run's points lie, seen along the first
 * three. aligned: rotated towards an
 * earlier fit, so the directions span the first principal components without being them. kept_ratio: share of
 * the variance over the run that was recorded, 1 where whole rows are; the rest is in no direction drawn.
 */
export interface Basis {
  version: number;
  variance_ratios: number[];
  fitted_steps: number[];
  radius: number;
  aligned: boolean;
  kept_ratio: number;
}

/**
 * One embedding of a picture: its rows follow those of the part before. variance_ratios: share of its own variance
 * over the run along each direction, as it is drawn here.
 */
export interface Part {
  embedding: string;
  rows: number;
  variance_ratios: number[];
}

/**
 * `positions`. Arrays: steps int64 [T], wall_times float64 [T], positions float32 [T, R, dims], variance_shown
 * float32 [T] (share of each snapshot's own variance along all dims, NaN = there is none; of two parts the mean of
 * theirs, each with the weight of its rows), range_steps int64 [N] (of every snapshot between `from` and `to`,
 * whatever the stride and however many are sent; the first of them has the ordinal `first`).
 * total: snapshots in the run of this embedding, or of both. projection: as it was asked for. dims: 3, of a tour at
 * most 8. basis_of: the run that the basis was fitted on, None = this one. parts: one, or with `with` two.
 */
export interface PositionsHeader {
  run: string;
  embedding: string;
  generation: number;
  projection: string;
  dims: number;
  basis_of: string | null;
  basis: Basis;
  parts: Part[];
  total: number;
  first: number;
  arrays: ArrayInfo[];
}

/**
 * `steps`. Arrays: steps int64 [T], wall_times float64 [T]. first: how many snapshots of the run come before.
 */
export interface StepsHeader {
  run: string;
  generation: number;
  first: number;
  arrays: ArrayInfo[];
}

/**
 * `stats`. Arrays: steps int64 [T], wall_times float64 [T], stats float32 [T, L, S].
 */
export interface StatsHeader {
  run: string;
  generation: number;
  layers: string[];
  stats: string[];
  arrays: ArrayInfo[];
}

/**
 * `scalars` with a tag. Arrays: steps int64 [N], wall_times float64 [N], values float64 [N].
 * total: points logged, of which N are sent (every extreme kept).
 */
export interface ScalarsHeader {
  run: string;
  tag: string;
  total: number;
  arrays: ArrayInfo[];
}

/**
 * `rows` at one step. Arrays, r = rows asked for, k = 10 neighbours by cosine among the sampled rows:
 * values float32 [r, D], norms, grad_norms, update_norms float32 [r], norm_ranks int32 [r] (1 = longest),
 * neighbours int32 [r, k] (positions in the sample, -1 = none), cosines float32 [r, k],
 * first_neighbours int32 [r, k], first_cosines float32 [r, k] (the same at the run's first step).
 */
export interface RowsHeader {
  run: string;
  embedding: string;
  step: number;
  first_step: number;
  rows: number[];
  arrays: ArrayInfo[];
}

/**
 * `rows` at one step without rows. Arrays: norms, grad_norms, update_norms, displacements float32 [R] of all
 * sampled rows (displacements: distance in the whole space from the same row at first_step).
 */
export interface RowNormsHeader {
  run: string;
  embedding: string;
  step: number;
  first_step: number;
  arrays: ArrayInfo[];
}

/**
 * `rows` without a step: the asked rows through the run. Arrays: steps int64 [T], wall_times float64 [T],
 * norms, grad_norms, update_norms, displacements float32 [T, r], norm_low, norm_high float32 [T] (10th and 90th
 * percentile of all sampled rows' norms).
 */
export interface RowHistoryHeader {
  run: string;
  embedding: string;
  rows: number[];
  arrays: ArrayInfo[];
}

/**
 * `clusters`. Arrays: clusters int32 [R] (0 … count - 1, the largest first; -1 = the row is not finite), sizes
 * int32 [count]. step: the one they were looked for at.
 */
export interface ClustersHeader {
  run: string;
  embedding: string;
  step: number;
  count: number;
  arrays: ArrayInfo[];
}

/**
 * `umap` while there is no result. progress: 0 to 1, with "running". message: a sentence, with the others.
 */
export interface UmapState {
  state: "running" | "failed" | "missing";
  progress?: number;
  message?: string;
}

/**
 * `umap` once it is done. Arrays: positions float32 [R, 3], NaN for a row without a direction. radius: distance
 * from the origin within which 99 % of them lie. neighbours: of each row, that the layout was asked to keep near.
 */
export interface UmapHeader {
  run: string;
  embedding: string;
  step: number;
  neighbours: number;
  radius: number;
  arrays: ArrayInfo[];
}

/**
 * `heat`: one statistic of all layers. log: a ratio says more than a difference. held: measured now and then only,
 * each value holds until the next. total: snapshots with statistics. Arrays, C columns: edges int64 [C + 1] (a column
 * holds edges[c] <= step < edges[c + 1]), shown, low, high float32 [L, C] (NaN = not measured), counts int64 [C],
 * broken uint8 [L, C] (1 = entries that aren't finite).
 */
export interface HeatHeader {
  run: string;
  generation: number;
  stat: string;
  log: boolean;
  held: boolean;
  total: number;
  first_step: number | null;
  last_step: number | null;
  layers: string[];
  arrays: ArrayInfo[];
}

/**
 * `layer`: all statistics of one layer. Arrays as in `heat`, of S statistics: edges, shown, low, high, counts.
 */
export interface LayerHeader {
  run: string;
  generation: number;
  path: string;
  stats: string[];
  total: number;
  first_step: number | null;
  last_step: number | null;
  arrays: ArrayInfo[];
}

/**
 * `costs`: what the capture itself took. Arrays, T snapshots: steps int64, wall_times float64; capture_secs (in the
 * training thread), write_secs (in the background, the snapshot before), snapshot_bytes, interval_steps (since the
 * snapshot before), dropped_count (lost since the writer started) float32. NaN = it can't be read.
 */
export interface CostsHeader {
  run: string;
  generation: number;
  arrays: ArrayInfo[];
}

/**
 * Picture of a layer's matrix: place in the model record's layers, cells down and across.
 */
export interface ThumbGrid {
  layer: number;
  rows: number;
  columns: number;
}

/**
 * `thumbs`. step: of what is sent, at or before the one asked for; None = none was recorded. Arrays: cells float32
 * [C] (root mean squares, the pictures one after the other, each row by row; NaN = not finite), steps int64 [T] (of
 * all that were recorded).
 */
export interface ThumbsHeader {
  run: string;
  generation: number;
  step: number | null;
  thumbs: ThumbGrid[];
  arrays: ArrayInfo[];
}

/**
 * `probe`: what each block did with one fixed batch. blocks: their numbers, rising. Arrays: steps int64 [T],
 * wall_times float64 [T], probe float32 [T, B, A] (columns as `stats` names them, NaN = not measured).
 */
export interface ProbeHeader {
  run: string;
  generation: number;
  blocks: number[];
  stats: string[];
  arrays: ArrayInfo[];
}

/**
 * What a stretch of a run is doing, first_step <= step <= last_step; the next begins after it. name: as
 * `analysis.insight.labels` has it, e.g. "rapid_learning". confidence: 0 to 1. provisional: what comes next may still
 * change it. reason: one sentence.
 */
export interface Phase {
  name: string;
  first_step: number;
  last_step: number;
  confidence: number;
  provisional: boolean;
  reason: string;
}

/**
 * A step at which the schedule of the learning rate changes, as it was logged.
 */
export interface Boundary {
  name: string;
  step: number;
}

/**
 * steps rise; values are null where they aren't finite.
 */
export interface EvidenceSeries {
  name: string;
  steps: number[];
  values: (number | null)[];
}

/**
 * A chart, at most 240 points a series, and the threshold that was crossed in it.
 */
export interface Evidence {
  series: EvidenceSeries[];
  threshold: number | null;
  threshold_name: string;
  log: boolean;
}

/**
 * One thing said about a run. insight: its kind, as `diagnosis` names it. layers: paths, none where it concerns
 * the whole run. tokens: labels. confidence: 0 to 1. source: where the rule is from.
 */
export interface Finding {
  insight: string;
  severity: "note" | "watch" | "problem";
  first_step: number;
  last_step: number;
  layers: string[];
  tokens: string[];
  sentence: string;
  confidence: number;
  evidence: Evidence | null;
  causes: string[];
  remedies: string[];
  source: string;
}

/**
 * `insights`. phases: one after the other without gaps. findings: the worst first, then by step.
 */
export interface Insights {
  run: string;
  generation: number;
  snapshots: number;
  phases: Phase[];
  boundaries: Boundary[];
  findings: Finding[];
}
