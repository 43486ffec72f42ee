/** Where rows stand, how long they are and who is near whom, from the file. */

import { ApiError } from "../api";
import type { Reply } from "../pvz1";
import type { ArrayInfo, Basis } from "../wire.gen";
import { placeOf, rangeOf, replyOf } from "./reply";
import { coordinates, shortFloats } from "./unpacking";

export interface CloudHeader {
  readonly embedding: string;
  readonly dims: number;
  readonly rows: number;
  readonly basis: Basis;
}

/** One embedding. Letters: T snapshots, R rows, K snapshots that keep neighbours, k neighbours of a row. */
export interface KeptCloud {
  readonly header: CloudHeader;
  readonly steps: Float64Array;
  readonly wallTimes: Float64Array;
  readonly shown: Float32Array;
  readonly normLow: Float32Array;
  readonly normHigh: Float32Array;
  /** [T, R, dims] */
  readonly positions: Float32Array;
  /** [4, T, R]: norms, gradient norms, update norms, displacements. */
  readonly lengths: Float32Array;
  readonly nearSteps: Float64Array;
  /** [K, R, k] */
  readonly near: Int32Array;
  readonly cosines: Float32Array;
  readonly clusters: Int32Array;
  readonly sizes: Int32Array;
}

const LENGTHS = ["norms", "grad_norms", "update_norms", "displacements"] as const;
const RUN_PARTS = { generation: 0 } as const;

export function cloudOf(part: Reply<CloudHeader & { arrays: ArrayInfo[] }>): KeptCloud {
  const { header } = part;
  const steps = part.numbers("steps");
  const shape = [header.dims, steps.length, header.rows] as const;
  return {
    header,
    steps,
    wallTimes: part.numbers("wall_times"),
    shown: part.floats("variance_shown"),
    normLow: part.floats("norm_low"),
    normHigh: part.floats("norm_high"),
    positions: coordinates(part.bytes("levels"), part.numbers("level_low"), part.numbers("level_size"), shape),
    lengths: shortFloats(part.bytes("lengths")),
    nearSteps: part.numbers("near_steps"),
    near: part.ints("near"),
    cosines: shortFloats(part.bytes("cosines")),
    clusters: part.ints("clusters"),
    sizes: part.ints("sizes"),
  };
}

export interface Range {
  readonly from: number | null;
  readonly to: number | null;
  readonly stride: number;
}

export function positionsFrom(cloud: KeptCloud, run: string, { from, to, stride }: Range): Reply<never> {
  const { header, steps } = cloud;
  const [begin, end] = rangeOf(steps, from, to);
  const places: number[] = [];
  for (let t = Math.ceil(begin / stride) * stride; t < end; t += stride) places.push(t);
  const width = header.rows * header.dims;
  const positions = new Float32Array(places.length * width);
  for (const [i, t] of places.entries()) positions.set(cloud.positions.subarray(t * width, (t + 1) * width), i * width);
  const shape = [places.length, header.rows, header.dims];
  return replyOf(
    {
      ...RUN_PARTS,
      run,
      embedding: header.embedding,
      projection: "joint",
      dims: header.dims,
      basis_of: null,
      basis: header.basis,
      parts: [{ embedding: header.embedding, rows: header.rows, variance_ratios: header.basis.variance_ratios }],
      total: steps.length,
      first: begin,
      arrays: [{ name: "positions", dtype: "<f4", shape, offset: 0 }],
    },
    {
      steps: Float64Array.from(places, (t) => steps[t] as number),
      wall_times: Float64Array.from(places, (t) => cloud.wallTimes[t] as number),
      positions,
      variance_shown: Float32Array.from(places, (t) => cloud.shown[t] as number),
      range_steps: steps.slice(begin, end),
    },
  );
}

const lengthsAt = ({ lengths, steps, header }: KeptCloud, kind: number, t: number) => {
  const from = (kind * steps.length + t) * header.rows;
  return lengths.subarray(from, from + header.rows);
};

function keptPlace(cloud: KeptCloud, run: string, step: number): number {
  const t = placeOf(cloud.steps, step);
  if (cloud.steps[t] === step) return t;
  throw new ApiError(404, `The file of run ${run} keeps no ${cloud.header.embedding} at step ${step}.`);
}

export function normsFrom(cloud: KeptCloud, run: string, step: number): Reply<never> {
  const t = keptPlace(cloud, run, step);
  const arrays = Object.fromEntries(LENGTHS.map((name, kind) => [name, lengthsAt(cloud, kind, t).slice()]));
  return replyOf({ run, embedding: cloud.header.embedding, step, first_step: cloud.steps[0] }, arrays);
}

/** Exact vectors aren't kept: `values` is empty. Neighbours are those of the nearest snapshot that keeps them. */
export function rowsFrom(cloud: KeptCloud, run: string, step: number, rows: readonly number[]): Reply<never> {
  const t = keptPlace(cloud, run, step);
  const of = (kind: number) => Float32Array.from(rows, (row) => lengthsAt(cloud, kind, t)[row] as number);
  const near = nearestKept(cloud.nearSteps, step);
  const header = {
    run,
    embedding: cloud.header.embedding,
    step,
    first_step: cloud.steps[0],
    neighbours_step: cloud.nearSteps[near] ?? step,
    rows,
  };
  const first = neighboursAt(cloud, 0, rows);
  const now = neighboursAt(cloud, near, rows);
  return replyOf(header, {
    values: new Float32Array(0),
    norms: of(0),
    grad_norms: of(1),
    update_norms: of(2),
    norm_ranks: ranksOf(lengthsAt(cloud, 0, t), rows),
    neighbours: now.rows,
    cosines: now.cosines,
    first_neighbours: first.rows,
    first_cosines: first.cosines,
  });
}

function nearestKept(steps: Float64Array, step: number): number {
  const after = placeOf(steps, step);
  if (after === 0) return 0;
  if (after === steps.length) return after - 1;
  return step - (steps[after - 1] as number) <= (steps[after] as number) - step ? after - 1 : after;
}

function neighboursAt({ header, nearSteps, near, cosines }: KeptCloud, at: number, rows: readonly number[]) {
  const k = nearSteps.length === 0 ? 0 : near.length / (nearSteps.length * header.rows);
  const found = { rows: new Int32Array(rows.length * k), cosines: new Float32Array(rows.length * k) };
  for (const [i, row] of rows.entries()) {
    const from = (at * header.rows + row) * k;
    found.rows.set(near.subarray(from, from + k), i * k);
    found.cosines.set(cosines.subarray(from, from + k), i * k);
  }
  return found;
}

/** 1 = the longest; of equal ones the first. */
function ranksOf(norms: Float32Array, rows: readonly number[]): Int32Array {
  const length = (row: number) => {
    const norm = norms[row] as number;
    return Number.isNaN(norm) ? -1 : norm;
  };
  return Int32Array.from(rows, (row) => {
    let rank = 1;
    for (let other = 0; other < norms.length; other++)
      if (length(other) > length(row) || (length(other) === length(row) && other < row)) rank++;
    return rank;
  });
}

export function historyFrom(cloud: KeptCloud, run: string, rows: readonly number[]): Reply<never> {
  const count = cloud.steps.length;
  const course = (kind: number) => {
    const found = new Float32Array(count * rows.length);
    for (let t = 0; t < count; t++)
      for (const [i, row] of rows.entries()) found[t * rows.length + i] = lengthsAt(cloud, kind, t)[row] as number;
    return found;
  };
  const courses = Object.fromEntries(LENGTHS.map((name, kind) => [name, course(kind)]));
  return replyOf(
    { run, embedding: cloud.header.embedding, rows },
    { steps: cloud.steps, wall_times: cloud.wallTimes, ...courses, norm_low: cloud.normLow, norm_high: cloud.normHigh },
  );
}

export function clustersFrom(cloud: KeptCloud, run: string): Reply<never> {
  const { header, steps, clusters, sizes } = cloud;
  return replyOf({ run, embedding: header.embedding, step: steps.at(-1), count: sizes.length }, { clusters, sizes });
}
