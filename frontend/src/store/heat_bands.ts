/** The healthy band of the statistic that the heat map shows, and the cells outside of it. */

import { computed, effect, signal } from "@preact/signals";
import { getHeat, getScalars, getScalarTags } from "../api";
import { cellAt, stepOf } from "../heat/cells";
import { type LimitsAt, outsideOf } from "../heat/outside";
import type { Layer } from "../wire.gen";
import { type Curve, indexAt } from "./curves";
import { adamLimits, adamOf, bandOf, type HealthBand, isBand, type NoBand } from "./health_bands";
import { latest } from "./latest";
import { layers } from "./layers";
import { heatOf } from "./load_statistics";
import { model, run } from "./runs";
import { type Heat, heat, stat, zoomedHeat } from "./statistics";
import { heatSeen } from "./view";

/** What the band of the update ratio is made of: the learning rate, and the weights' size over the run. */
interface Adam {
  readonly run: string;
  /** null = the run doesn't log it. */
  readonly rate: Curve | null;
  readonly weightRms: Heat | null;
}

const adam = signal<Adam | null>(null);
const COLUMNS = 360;
const POINTS = 2000;
const GROWTH_MS = 5000;

/** null = not known yet. */
export const heatBand = computed<HealthBand | NoBand | null>(() => {
  const known = model.value;
  if (!known) return null;
  const parts = adam.value?.run === known.run ? adam.value : null;
  if (stat.value === "update_ratio" && !parts && isBand(bandOf(stat.value, known, true))) return null;
  return bandOf(stat.value, known, parts?.rate != null);
});

export interface Outside {
  readonly of: Heat;
  /** [L, C], as `outsideOf` tells. */
  readonly cells: Uint8Array;
  /** [L], layers that have a band. */
  readonly applies: readonly boolean[];
}

const cellsOf = (of: Heat | null): Outside | null => {
  const band = heatBand.value;
  const known = layers.value;
  if (!of || !band || !isBand(band) || of.stat !== band.stat || of.layers !== known.length) return null;
  const limitsAt = band.limits ? () => band.limits as NonNullable<HealthBand["limits"]> : ofAdam(of, known);
  if (!limitsAt) return null;
  const applies = known.map(band.applies);
  return { of, cells: outsideOf(of, applies, limitsAt), applies };
};

export const outsideWhole = computed(() => cellsOf(heat.value));
export const outsidePart = computed(() => cellsOf(zoomedHeat.value));

function ofAdam(of: Heat, known: readonly Layer[]): LimitsAt | null {
  const parts = adam.value;
  const record = model.value;
  const rms = parts?.weightRms;
  if (!parts?.rate || !rms || !record || parts.run !== of.run || rms.layers !== known.length) return null;
  const beta1 = adamOf(record)?.beta1;
  const rates = new Float64Array(of.columns);
  const columns = new Int32Array(of.columns);
  for (let c = 0; c < of.columns; c += 1) {
    const step = stepOf(of, c);
    rates[c] = parts.rate.values[indexAt(parts.rate.steps, step)] ?? Number.NaN;
    columns[c] = cellAt(rms.edges, step);
  }
  return (layer, c) =>
    adamLimits(rates[c] as number, rms.shown[layer * rms.columns + (columns[c] as number)] as number, beta1);
}

/** Brings what the band needs while the map shows a statistic that has such a one. */
export function followBands(): () => void {
  const ask = latest(async (signal) => {
    const name = run.peek()?.run;
    if (!name) return;
    const tags = await getScalarTags(name, signal);
    const tag = tags.learning_rate;
    const [curve, rms] = await Promise.all([
      tag === null ? null : getScalars(name, tag, POINTS, signal),
      tag === null ? null : getHeat({ run: name, stat: "weight_rms", columns: COLUMNS }, signal),
    ]);
    if (signal.aborted) return;
    adam.value = {
      run: name,
      rate: curve && {
        tag: tag ?? "",
        steps: curve.numbers("steps"),
        wallTimes: curve.numbers("wall_times"),
        values: curve.numbers("values"),
      },
      weightRms: rms && heatOf(rms),
    };
  });
  const stop = effect(() => {
    const info = run.value;
    const known = model.value;
    if (!info || !known || known.run !== info.run || !heatSeen.value || stat.value !== "update_ratio") return;
    if (!isBand(bandOf(stat.value, known, true))) return;
    const grown = adam.peek()?.run === info.run;
    ask.want(`${info.run} ${info.generation} ${known.session_id} ${info.last_step}`, grown ? GROWTH_MS : 0);
  });
  return () => {
    stop();
    ask.stop();
  };
}
