/** Brings what the guided tours of a run are computed from. A part that doesn't come is left out, and said to be. */

import * as api from "../api";
import { coarseStride, SnapshotSet } from "../time/snapshots";
import { numberRows } from "../tours/circle";
import {
  type Asked,
  type Facts,
  type Grid,
  type Neighbours,
  type NumberVectors,
  nearestIndex,
  type Table,
} from "../tours/facts";
import { storyOf } from "../tours/grokking";
import { cameAbout, type Found } from "../tours/organize";
import { chanceOf, isReal, type Purity, shareOfOwn } from "../tours/purity";
import { thinned } from "../tours/separation";
import { type Split, splitsOf } from "../tours/split";
import { type Norms, totalNorms } from "../training/clipping";
import { clippingOf } from "../training/figures";
import type { Series } from "../training/series";
import { trainingTags } from "../training/tags";
import type { Embedding, Model, RunInfo } from "../wire.gen";
import { put } from "./load_cloud";
import { heatOf } from "./load_statistics";
import { axesDrawn, makeCloud } from "./timeline";

/** Snapshots of a table that are looked at, fewer where each is large. */
const MOST_SNAPSHOTS = 64;
const MOST_BYTES = 6 * 2 ** 20;
const MOST_CELLS = 60_000;
const MOST_COLUMNS = 720;
const POINTS = 20_000;
/** Rows that the server answers for at once. */
const MOST_ROWS = 64;
/** Steps at which neighbours are asked for. */
const MOST_NEAR = 23;
/** Splits whose neighbours in the whole space are asked for, the clearest first. */
const MOST_SPLITS = 4;

export interface Gathered {
  readonly facts: Facts;
  readonly found: Found | null;
}

/** Costs about ten requests; throws only where `signal` ends. */
export async function gather(info: RunInfo, model: Model, signal: AbortSignal): Promise<Gathered> {
  const missing = new Set<Asked>();
  const name = info.run;
  /** What can't be had must not keep the rest from being shown. */
  async function tried<T>(what: Asked, ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted) throw error;
      console.warn(error);
      missing.add(what);
      return null;
    }
  }
  const [scalars, insights, gradNorm, weightNorm] = await Promise.all([
    tried("loss", () => readScalars(name, signal)),
    tried("insights", () => api.getInsights(name, signal)),
    tried("gradients", () => gridOf(info, model, "grad_norm", signal)),
    tried("weights", () => gridOf(info, model, "weight_norm", signal)),
  ]);
  const told = { phases: insights?.phases ?? null, findings: insights?.findings ?? null };
  const story = storyOf({ ...told, train: scalars?.train ?? null });
  const wanted = story ? [story.memorized] : [];
  const asked = ordered(model).map((one) => tried("positions", () => readTable(info, one, wanted, signal, tried)));
  const tables = (await Promise.all(asked)).filter((table): table is Table => table !== null);
  const numbers = story && (await tried("neighbours", () => readNumbers(name, tables[0], story.memorized, signal)));
  const facts: Facts = {
    run: name,
    live: info.live,
    snapshots: info.snapshots,
    firstStep: info.first_step ?? 0,
    lastStep: info.last_step ?? 0,
    layers: model.layers,
    tables,
    train: scalars?.train ?? null,
    validation: scalars?.validation ?? null,
    gradTotal: scalars?.gradNorm ?? null,
    clipping: scalars && clippingOf({ ...scalars, layerNorms: normsOf(gradNorm) }),
    ...told,
    gradNorm,
    weightNorm,
    numbers,
    missing,
  };
  const found = await findSplit(tables, (split, steps) => tried("neighbours", () => near(name, split, steps, signal)));
  return { facts, found };
}

/** Token embeddings first, then positions; others tell the same again. */
function ordered(model: Model): Embedding[] {
  const of = (role: string) => model.embeddings.filter((one) => one.role === role).slice(0, 1);
  const both = [...of("token_embedding"), ...of("position_embedding")];
  return both.length > 0 ? both : model.embeddings.slice(0, 1);
}

type Ask = (split: Split, steps: readonly number[]) => Promise<Neighbours[] | null>;

/** The clearest that is real in the whole space too, with its course there. A calculating model's order is its circle, which
 * is another tour's. */
async function findSplit(tables: readonly Table[], ask: Ask): Promise<Found | null> {
  for (const byPlace of [false, true]) {
    for (const table of tables) {
      if (byPlace && numberRows(table)) continue;
      const splits = splitsOf(table).filter((split) => split.byPlace === byPlace);
      for (const split of splits.slice(0, MOST_SPLITS)) {
        const purity = await purityOf(split, table, ask);
        if (purity === undefined) continue;
        const found = { split, purity };
        if (!byPlace || cameAbout(found)) return found;
      }
    }
  }
  return null;
}

/** undefined = in the whole space the groups don't stand apart; null = that did not come. */
async function purityOf(split: Split, { steps }: Table, ask: Ask): Promise<Purity | null | undefined> {
  const chance = chanceOf(split);
  const [last] = (await ask(split, steps.slice(-1))) ?? [];
  if (!last) return null;
  if (!isReal(shareOfOwn(split, last), chance)) return undefined;
  const found = await ask(split, thinned(steps.slice(0, -1), MOST_NEAR));
  if (!found) return null;
  const course = [...found, last].map((one) => ({ step: one.step, share: shareOfOwn(split, one) }));
  return { course, chance, rows: last.rows.length };
}

/** At each of these steps, four questions at a time. */
async function near(run: string, split: Split, steps: readonly number[], signal: AbortSignal): Promise<Neighbours[]> {
  const rows = [...thinned(split.firstRows, MOST_ROWS / 2), ...thinned(split.secondRows, MOST_ROWS / 2)];
  const found: Neighbours[] = [];
  for (let i = 0; i < steps.length; i += 4) {
    const asked = steps.slice(i, i + 4).map(async (step) => {
      const reply = await api.getRows(run, split.table.path, step, rows, signal);
      const near = reply.ints("neighbours");
      return { step: reply.header.step, rows, near, k: near.length / rows.length };
    });
    found.push(...(await Promise.all(asked)));
  }
  return found;
}

/** The numbers' rows when the data was known by heart and at the end; null = the labels are no numbers. */
async function readNumbers(run: string, table: Table | undefined, memorized: number, signal: AbortSignal) {
  const rows = table && numberRows(table);
  if (!table || !rows || rows.length > 4 * MOST_ROWS) return null;
  const at = async (step: number): Promise<NumberVectors> => {
    const parts: Float32Array[] = [];
    for (let i = 0; i < rows.length; i += MOST_ROWS) {
      const reply = await api.getRows(run, table.path, step, rows.slice(i, i + MOST_ROWS), signal);
      parts.push(reply.floats("values"));
    }
    const vectors = Float32Array.from(parts.flatMap((part) => [...part]));
    return { step, vectors, count: rows.length, dims: vectors.length / rows.length };
  };
  const steps = [table.steps[nearestIndex(table.steps, memorized)], table.steps.at(-1)] as [number, number];
  const [before, after] = await Promise.all(steps.map(at));
  return before && after ? { before, after } : null;
}

type Tried = <T>(what: Asked, ask: () => Promise<T>) => Promise<T | null>;

/** wanted: steps that a tour tells of, whatever else is thinned. */
async function readTable(
  info: RunInfo,
  embedding: Embedding,
  wanted: readonly number[],
  signal: AbortSignal,
  tried: Tried,
): Promise<Table> {
  const { run } = info;
  const rows = embedding.rows?.length ?? embedding.shape[0] ?? 1;
  const most = Math.max(8, Math.min(MOST_SNAPSHOTS, Math.floor(MOST_BYTES / (rows * 12))));
  const stride = coarseStride(info.snapshots, most);
  const query = { run, embedding: embedding.path };
  const [reply, end, clusters] = await Promise.all([
    api.getPositions({ ...query, stride }, signal),
    stride > 1 ? api.getPositions({ ...query, from: info.last_step }, signal) : null,
    tried("clusters", () => api.getClusters(run, embedding.path, signal)),
  ]);
  const set = new SnapshotSet(rows);
  put(set, reply, stride);
  const { version } = reply.header.basis;
  if (end && end.header.basis.version === version) put(set, end, 1);
  for (const ordinal of wanted.map((step) => set.nearest(step)).filter((one) => !set.has(one))) {
    const step = set.knownStep(ordinal);
    const one = await api.getPositions({ ...query, from: step, to: step }, signal);
    if (one.header.basis.version === version) put(set, one, 1);
  }
  const { basis, generation } = reply.header;
  const shown = makeCloud(run, embedding, set, basis, generation);
  const axes = axesDrawn.peek();
  const here = Array.from({ length: set.total }, (_, ordinal) => ordinal).filter((ordinal) => set.has(ordinal));
  return {
    path: embedding.path,
    isPosition: embedding.role === "position_embedding",
    whole: embedding.shape[0] ?? rows,
    dims: embedding.shape[1] ?? 0,
    rows,
    ids: shown.ids,
    names: shown.words.display,
    classes: shown.words.classes,
    classOf: shown.words.classOf,
    labels: embedding.labels,
    counts: embedding.counts,
    steps: here.map((ordinal) => set.knownStep(ordinal)),
    positions: here.map((ordinal) => set.positions(ordinal) as Float32Array),
    axes,
    ratios: basis.variance_ratios.slice(0, 3),
    shown: here.map((ordinal) => set.varianceShown(ordinal, axes)),
    clusters: clusters?.ints("clusters") ?? null,
  };
}

async function gridOf(info: RunInfo, model: Model, stat: string, signal: AbortSignal): Promise<Grid | null> {
  if (!model.stats.includes(stat)) return null;
  const columns = Math.max(16, Math.min(MOST_COLUMNS, Math.floor(MOST_CELLS / Math.max(1, model.layers.length))));
  const heat = heatOf(await api.getHeat({ run: info.run, stat, columns }, signal));
  if (heat.layers !== model.layers.length || heat.columns === 0) return null;
  const full = [...heat.counts.keys()].filter((column) => (heat.counts[column] as number) > 0);
  const values = new Float32Array(heat.layers * full.length);
  const broken = new Uint8Array(values.length);
  for (let layer = 0; layer < heat.layers; layer++)
    for (const [i, column] of full.entries()) {
      values[layer * full.length + i] = heat.shown[layer * heat.columns + column] as number;
      broken[layer * full.length + i] = heat.broken[layer * heat.columns + column] as number;
    }
  const steps = full.map((column) => heat.edges[column] as number);
  return { steps, values, broken, layers: heat.layers, exact: heat.counts.every((count) => count <= 1) };
}

function normsOf(grid: Grid | null): Norms | null {
  if (!grid?.exact) return null;
  return { steps: grid.steps, values: totalNorms(grid.values, grid.layers, grid.steps.length) };
}

async function readScalars(run: string, signal: AbortSignal) {
  const tags = await api.getScalarTags(run, signal);
  const own = trainingTags(tags.tags.map((one) => one.tag));
  const read = async (tag: string | null): Promise<Series | null> => {
    if (tag === null) return null;
    const reply = await api.getScalars(run, tag, POINTS, signal);
    const [steps, wallTimes, values] = ["steps", "wall_times", "values"].map((name) => reply.numbers(name));
    return { steps, wallTimes, values } as Series;
  };
  const asked = [tags.train, tags.validation, own.gradNorm, own.clipCap, own.clipShare].map(read);
  const [train = null, validation = null, gradNorm = null, clipCap = null, clipShare = null] = await Promise.all(asked);
  return { train, validation, gradNorm, clipCap, clipShare };
}
