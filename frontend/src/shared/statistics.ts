/** Statistics of layers, from the file: as they are, and in columns as the server's `heat` and `layer` give them. */

import { ApiError } from "../api";
import type { Reply } from "../pvz1";
import type { ArrayInfo } from "../wire.gen";
import { rangeOf, replyOf } from "./reply";
import { beginnings, binInto, held, isSparse, stepEdges } from "./step_bins";
import { shortFloats } from "./unpacking";

export interface StatisticsHeader {
  readonly layers: readonly string[];
  readonly stats: readonly string[];
  /** Of each statistic: a ratio says more than a difference. */
  readonly log: readonly boolean[];
}

/** Letters: T snapshots, L layers, S statistics. */
export interface KeptStatistics {
  readonly header: StatisticsHeader;
  readonly steps: Float64Array;
  readonly wallTimes: Float64Array;
  /** [S, L, T] */
  readonly values: Float32Array;
}

const [USUAL_COLUMNS, MOST_COLUMNS] = [720, 4096];

export function statisticsOf(part: Reply<StatisticsHeader & { arrays: ArrayInfo[] }>): KeptStatistics {
  return {
    header: part.header,
    steps: part.numbers("steps"),
    wallTimes: part.numbers("wall_times"),
    values: shortFloats(part.bytes("stats")),
  };
}

function seriesOf({ header, steps, values }: KeptStatistics, stat: number, layer: number): Float32Array {
  const from = (stat * header.layers.length + layer) * steps.length;
  return values.subarray(from, from + steps.length);
}

export function statsFrom(kept: KeptStatistics, run: string, from: number | null, to: number | null): Reply<never> {
  const { header, steps, wallTimes } = kept;
  const [begin, end] = rangeOf(steps, from, to);
  const [layers, stats] = [header.layers.length, header.stats.length];
  const found = new Float32Array((end - begin) * layers * stats);
  for (let s = 0; s < stats; s++) {
    for (let l = 0; l < layers; l++) {
      const series = seriesOf(kept, s, l);
      for (let t = begin; t < end; t++) found[((t - begin) * layers + l) * stats + s] = series[t] as number;
    }
  }
  return replyOf(
    { run, generation: 0, layers: header.layers, stats: header.stats },
    { steps: steps.slice(begin, end), wall_times: wallTimes.slice(begin, end), stats: found },
  );
}

export interface Columns {
  readonly columns: number | null;
  readonly from: number | null;
  readonly to: number | null;
}

function edgesOf({ steps }: KeptStatistics, { columns, from, to }: Columns): Float64Array {
  const most = Math.min(MOST_COLUMNS, Math.max(1, columns ?? USUAL_COLUMNS));
  const [low, high] = [steps[0], steps.at(-1)];
  if (low === undefined || high === undefined) return Float64Array.of(0, 1);
  const inside = (step: number) => Math.min(high, Math.max(low, step));
  const first = from === null ? low : inside(from);
  const last = to === null ? high : inside(to);
  return stepEdges(steps, most, first, Math.max(first, last));
}

interface Line {
  readonly series: Float32Array;
  readonly log: boolean;
}

/** Lines [N] in the same columns. */
function binnedLines({ steps }: KeptStatistics, lines: readonly Line[], edges: Float64Array) {
  const begin = beginnings(steps, edges);
  const width = edges.length - 1;
  const [shown, low, high] = [0, 1, 2].map(() => new Float32Array(lines.length * width)) as [
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
  ];
  let anyHeld = false;
  for (const [n, { series, log }] of lines.entries()) {
    const sparse = isSparse(series);
    anyHeld ||= sparse;
    const row = (of: Float32Array) => of.subarray(n * width, (n + 1) * width);
    const target = { shown: row(shown), low: row(low), high: row(high) };
    binInto(target, sparse ? held(series) : series, begin, log);
  }
  const counts = Float64Array.from({ length: width }, (_, c) => (begin[c + 1] as number) - (begin[c] as number));
  return { arrays: { edges, shown, low, high, counts }, anyHeld };
}

const common = ({ steps }: KeptStatistics, run: string) => ({
  run,
  generation: 0,
  total: steps.length,
  first_step: steps[0] ?? null,
  last_step: steps.at(-1) ?? null,
});

export function heatFrom(kept: KeptStatistics, run: string, stat: string, columns: Columns): Reply<never> {
  const { header, steps } = kept;
  const at = header.stats.indexOf(stat);
  if (at < 0) throw new ApiError(404, `Run ${run} has no statistic ${stat}; it has ${header.stats.join(", ")}.`);
  const log = header.log[at] ?? true;
  const edges = edgesOf(kept, columns);
  const of = (place: number) => header.layers.map((_, layer) => seriesOf(kept, place, layer));
  const lines = of(at).map((series) => ({ series, log }));
  const { arrays, anyHeld } = binnedLines(kept, lines, edges);
  const counter = /^(grad|update)_/.test(stat) ? "grad_nonfinite_count" : "weight_nonfinite_count";
  const counted = header.stats.indexOf(counter);
  const broken = new Uint8Array(arrays.shown.length);
  if (counted >= 0) {
    const begin = beginnings(steps, edges);
    const width = edges.length - 1;
    const scratch = { shown: new Float32Array(width), low: new Float32Array(width), high: new Float32Array(width) };
    for (const [layer, series] of of(counted).entries()) {
      binInto(scratch, series, begin, false);
      for (let c = 0; c < width; c++) broken[layer * width + c] = (scratch.high[c] as number) > 0 ? 1 : 0;
    }
  }
  return replyOf({ ...common(kept, run), stat, log, held: anyHeld, layers: header.layers }, { ...arrays, broken });
}

export function layerFrom(kept: KeptStatistics, run: string, path: string, columns: Columns): Reply<never> {
  const { header } = kept;
  const layer = header.layers.indexOf(path);
  if (layer < 0) throw new ApiError(404, `Run ${run} has no layer ${path}.`);
  const lines = header.stats.map((_, s) => ({ series: seriesOf(kept, s, layer), log: header.log[s] ?? true }));
  const { arrays } = binnedLines(kept, lines, edgesOf(kept, columns));
  return replyOf({ ...common(kept, run), path, stats: header.stats }, arrays);
}
