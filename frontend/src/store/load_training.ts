/** Brings what the figures of the training are made of, while somebody looks at them. */

import { effect } from "@preact/signals";
import { getCosts, getHeat, getScalars, getScalarTags, getStats } from "../api";
import type { Costs } from "../training/capture_cost";
import { type Norms, totalNorms } from "../training/clipping";
import { trainingTags } from "../training/tags";
import type { Model, RunInfo } from "../wire.gen";
import type { Curve } from "./curves";
import { latest } from "./latest";
import type { Snapshot } from "./layer_course";
import { layerSubject } from "./layers";
import { heatOf } from "./load_statistics";
import { model, run } from "./runs";
import { selected } from "./selection";
import { showing } from "./settings";
import { layersRun } from "./side";
import { keepRate, keepTraining, rateCurve, summaryOpen, training, wantsRate } from "./training";
import { layersShown } from "./view";

/** So many points of the loss are judged: more than are drawn, as the slope of what stands out isn't that of the whole. */
const LOSS_POINTS = 20_000;
const POINTS = 2000;
const NORM_COLUMNS = 360;
const MOST_NORMS = 60_000;
const GROWTH_MS = 5000;
/** What is on screen comes first. */
const FIRST_MS = 700;

export function followTraining(): () => void {
  const all = latest(async (signal) => {
    const info = run.peek();
    if (!info) return;
    const record = model.peek();
    if (record?.run !== info.run) return;
    const tags = await getScalarTags(info.run, signal);
    const own = trainingTags(tags.tags.map((one) => one.tag));
    const read = (tag: string | null, points = POINTS) => curveOf(info.run, tag, points, signal);
    const [train, validation, rate, tokensPerSec, gradNorm, clipCap, clipShare, totalSteps, costs, norms, final] =
      await Promise.all([
        read(tags.train, LOSS_POINTS),
        read(tags.validation),
        read(tags.learning_rate),
        read(own.tokensPerSec),
        read(own.gradNorm, LOSS_POINTS),
        read(own.clipCap),
        read(own.clipShare, LOSS_POINTS),
        read(own.totalSteps),
        isDeep() ? costsOf(info.run, signal) : (training.peek()?.costs ?? null),
        isDeep() ? normsOf(info, record, signal) : (training.peek()?.layerNorms ?? null),
        finalOf(info, signal),
      ]);
    if (signal.aborted || run.peek()?.run !== info.run) return;
    const trainPoints = tags.tags.find((one) => one.tag === tags.train)?.points ?? 0;
    const curves = { train, validation, rate, tokensPerSec, gradNorm, clipCap, clipShare, totalSteps };
    keepTraining({ run: info.run, ...curves, trainPoints, costs, layerNorms: norms, final });
    if (info.run === layersRun.peek()?.run) keepRate(info.run, rate);
  });
  const rates = latest(async (signal) => {
    const name = layersRun.peek()?.run;
    if (!name) return;
    const tags = await getScalarTags(name, signal);
    const curve = await curveOf(name, tags.learning_rate, POINTS, signal);
    if (!signal.aborted && layersRun.peek()?.run === name) keepRate(name, curve);
  });
  const stop = effect(() => {
    const info = run.value;
    const known = model.value;
    if (!info || known?.run !== info.run || !showing.value) return;
    const age = `${info.last_step} ${info.last_wall_time} ${info.live}`;
    const key = `${info.run} ${info.generation} ${known.session_id} ${age} ${isDeep()}`;
    const nothingChosen = layersShown.value ? layerSubject.value === null : selected.value === null;
    const grown = training.peek()?.run === info.run && (training.peek()?.costs !== null || !isDeep());
    if (summaryOpen.value) all.want(key, grown ? GROWTH_MS : 0);
    else if (nothingChosen) all.want(key, grown ? GROWTH_MS : FIRST_MS);
    const of = layersRun.value;
    if (!of || !layersShown.value || !wantsRate.value) return;
    rates.want(`${key} ${of.run} ${of.generation} ${of.last_step}`, rateCurve.peek()?.run === of.run ? GROWTH_MS : 0);
  });
  return () => {
    stop();
    all.stop();
    rates.stop();
  };
}

/** What is read from every snapshot waits until somebody looks at layers or at the summary: far away it takes its time. */
const isDeep = () => layersShown.value || summaryOpen.value;

async function curveOf(name: string, tag: string | null, points: number, signal: AbortSignal): Promise<Curve | null> {
  if (tag === null) return null;
  const reply = await getScalars(name, tag, points, signal);
  return {
    tag,
    steps: reply.numbers("steps"),
    wallTimes: reply.numbers("wall_times"),
    values: reply.numbers("values"),
  };
}

async function costsOf(name: string, signal: AbortSignal): Promise<Costs> {
  const reply = await getCosts(name, signal);
  return {
    steps: reply.numbers("steps"),
    wallTimes: reply.numbers("wall_times"),
    captureSecs: reply.floats("capture_secs"),
    writeSecs: reply.floats("write_secs"),
    bytes: reply.floats("snapshot_bytes"),
    dropped: reply.floats("dropped_count"),
  };
}

/** Of the last snapshots where there are many, in columns that hold one each: a mean of several has lost the cap. */
async function normsOf(info: RunInfo, record: Model, signal: AbortSignal): Promise<Norms | null> {
  const { snapshots, first_step: first, last_step: last } = info;
  if (!record.stats.includes("grad_norm") || first === null || last === null) return null;
  if (record.layers.length * NORM_COLUMNS > MOST_NORMS) return null;
  const share = Math.min(1, (0.8 * NORM_COLUMNS) / snapshots);
  const from = snapshots <= NORM_COLUMNS ? first : Math.ceil(last - (last - first) * share);
  const query = { run: info.run, stat: "grad_norm", columns: NORM_COLUMNS, from, to: last };
  const heat = heatOf(await getHeat(query, signal));
  if (heat.counts.some((count) => count > 1)) return null;
  // A column of one snapshot begins at its step.
  return { steps: heat.edges.subarray(0, heat.columns), values: totalNorms(heat.shown, heat.layers, heat.columns) };
}

async function finalOf(info: RunInfo, signal: AbortSignal): Promise<Snapshot | null> {
  if (info.last_step === null) return null;
  const reply = await getStats({ run: info.run, from: info.last_step, to: info.last_step }, signal);
  const values = reply.floats("stats");
  if (values.length === 0) return null;
  const { header } = reply;
  return {
    run: header.run,
    generation: header.generation,
    step: info.last_step,
    stats: header.stats,
    values,
    layers: header.layers.length,
  };
}
