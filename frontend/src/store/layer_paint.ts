// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** What paints the layers at the cursor: a statistic's place on its scale for each of them, and the gradient of each block. */

import { computed, effect, signal } from "@preact/signals";
import { getHeat } from "../api";
import { type HeatScale, heatScale, shareOf } from "../heat/scale";
import { scaleWanted, wholeHeat } from "./heat_view";
import { latest } from "./latest";
import { layers } from "./layers";
import { heatOf } from "./load_statistics";
import { faces, thumbScale, thumbsAbsent } from "./load_thumbs";
import { layersModel as model, layersRun as run } from "./side";
import { columnAt, type Heat, heat, paintBy, stat } from "./statistics";
import { cursorStep } from "./timeline";

const COLUMNS = 360;
const GROWTH_MS = 2000;
const FLOW = "grad_norm";
const SIZE = "weight_rms";
const RATIO = "update_ratio";

/** Statistics that the picture needs whatever is chosen. */
const own = signal<ReadonlyMap<string, Heat>>(new Map());

const named = (name: string) => {
  const chosen = heat.value;
  if (chosen?.stat === name && chosen.run === run.value?.run) return chosen;
  const found = own.value.get(name) ?? null;
  return found?.run === run.value?.run ? found : null;
};
const flowHeat = computed<Heat | null>(() => named(FLOW));
const sizeHeat = computed<Heat | null>(() => named(SIZE));

/** Painted by a statistic because it was asked for, or because there are no pictures. */
export const painted = computed<"weights" | "stat">(() =>
  paintBy.value === "weights" && faces.value !== null ? "weights" : "stat",
);

const EMPTY = new Float32Array(0);
const chosenHeat = computed<Heat | null>(() => named(stat.value));

/** What the legend shows: the scale of the pictures, or of the statistic, which is the heat map's. */
export const paintScale = computed<HeatScale | null>(() => {
  if (painted.value === "weights") return thumbScale.value;
  const now = chosenHeat.value;
  if (now === null) return null;
  return now === wholeHeat.value ? scaleWanted.value : heatScale(now.shown, now.log);
});

/** Of each layer its place on the scale at the cursor: where matrices are pictures, of what has none its own size. */
export const shares = computed<Float32Array>(() => {
  const count = layers.value.length;
  const of = painted.value === "weights" ? sizeHeat.value : chosenHeat.value;
  const scale = paintScale.value;
  const found = new Float32Array(count).fill(Number.NaN);
  const step = cursorStep.value ?? of?.lastStep ?? 0;
  if (of && scale)
    for (let l = 0; l < Math.min(count, of.layers); l += 1) found[l] = shareOf(scale, valueBetween(of, l, step));
  return found;
});

/** A statistic of a layer at the cursor; null = it isn't here. */
export function statNow(name: string, layer: number): number | null {
  const of = named(name);
  if (!of || layer >= of.layers) return null;
  const value = valueBetween(of, layer, cursorStep.value ?? of.lastStep);
  return Number.isNaN(value) ? null : value;
}

/** "Weight size, RMS of cells up to 8 × 8": how many weights a cell of the pictures stands for. */
export const cellsSaid = computed(() => {
  const grids = faces.value?.atlas.patches.values() ?? [];
  let [most, said] = [0, ""];
  for (const { layer, rows, columns } of grids) {
    const [down, across] = layers.value[layer]?.shape ?? [];
    if (!down || !across || down * across <= most) continue;
    most = down * across;
    said = `${Math.round(down / rows)} × ${Math.round(across / columns)}`;
  }
  return said === "1 × 1" || said === "" ? "Weight size" : `Weight size, RMS of cells up to ${said}`;
});

/** The place of each block's gradient on a scale of its own, by block number; empty where no gradient is known. */
export const flow = computed<Float32Array>(() => {
  const of = flowHeat.value;
  if (!of) return EMPTY;
  const step = cursorStep.value ?? of.lastStep;
  const norms = blockNorms(
    of,
    layers.value.map((layer) => layer.block),
    step,
  );
  const scale = flowScale.value;
  return scale ? norms.map((norm) => shareOf(scale, norm)) : EMPTY;
});

/** Over all blocks and the whole run. */
export const flowScale = computed<HeatScale | null>(() => {
  const of = flowHeat.value;
  if (!of) return null;
  const blocks = layers.value.map((layer) => layer.block);
  const all: number[] = [];
  const stride = Math.max(1, Math.floor(of.columns / 120));
  for (let c = 0; c < of.columns; c += stride) all.push(...blockNorms(of, blocks, of.edges[c]!));
  return heatScale(all, true);
});

/** Norm of a block's whole gradient at a step, by block number: the root of its layers' squares. NaN = of none is known. */
export function blockNorms(of: Heat, blocks: readonly (number | null)[], step: number): Float32Array {
  const count = Math.max(-1, ...blocks.map((block) => block ?? -1)) + 1;
  const sums = new Float32Array(count).fill(Number.NaN);
  for (let l = 0; l < Math.min(blocks.length, of.layers); l += 1) {
    const block = blocks[l];
    const value = valueBetween(of, l, step);
    if (block === null || block === undefined || !Number.isFinite(value)) continue;
    sums[block] = (Number.isNaN(sums[block]!) ? 0 : sums[block]!) + value * value;
  }
  return sums.map(Math.sqrt);
}

/** A statistic at a step between columns, along a line from the one to the other, of logarithms where a ratio says more. */
export function valueBetween(of: Heat, layer: number, step: number): number {
  const base = layer * of.columns;
  const column = columnAt(of, step);
  if (column < 0) return Number.NaN;
  const here = of.shown[base + column]!;
  if (of.held || Number.isNaN(here)) return here;
  const beside = step >= middle(of, column) ? column + 1 : column - 1;
  const there = beside >= 0 && beside < of.columns ? of.shown[base + beside]! : Number.NaN;
  if (Number.isNaN(there)) return here;
  const [from, to] = [middle(of, column), middle(of, beside)];
  const share = to === from ? 0 : Math.min(1, Math.max(0, (step - from) / (to - from)));
  if (of.log && here > 0 && there > 0) return here * (there / here) ** share;
  return here + (there - here) * share;
}

/** The step a column stands for: its snapshot's own, or the middle of several. */
function middle(of: Heat, column: number): number {
  const [first, next] = [of.edges[column]!, of.edges[column + 1]!];
  return of.total <= of.columns ? first : (first + next - 1) / 2;
}

/** Starts; returns what stops it. */
export function followPaint(wanted: () => boolean): () => void {
  const asks = [() => FLOW, () => SIZE, () => RATIO, () => stat.peek()].map((name) =>
    latest(async (signal) => {
      const info = run.peek();
      if (!info) return;
      const found = heatOf(await getHeat({ run: info.run, stat: name(), columns: COLUMNS }, signal));
      if (!signal.aborted && run.peek()?.run === info.run) own.value = new Map(own.peek()).set(found.stat, found);
    }),
  );
  let last = "";
  const stop = effect(() => {
    const info = run.value;
    const known = model.value;
    if (!info || known?.run !== info.run || !wanted()) return;
    const what = `${info.run} ${info.generation} ${known.session_id}`;
    const delay = what === last ? GROWTH_MS : 0;
    last = what;
    // Where there are no pictures a statistic paints the layers, though nobody asked for it.
    const instead = thumbsAbsent.value && paintBy.value === "weights" ? stat.value : null;
    for (const [i, name] of [FLOW, SIZE, RATIO, instead].entries()) {
      if (name && known.stats.includes(name)) asks[i]?.want(`${what} ${name} ${info.snapshots}`, delay);
    }
  });
  return () => {
    stop();
    for (const ask of asks) ask.stop();
  };
}
