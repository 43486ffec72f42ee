/** Brings what is needed to count matrices inside their healthy band: update ratios, weights' sizes, the learning rate. */

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { getHeat, getScalarTags } from "../api";
import type { Model, RunInfo } from "../wire.gen";
import type { BandSources } from "./band_count";
import { other, otherModel } from "./compare";
import { bandOf, isBand } from "./health_bands";
import { replies } from "./insights";
import { latest } from "./latest";
import { readCurve } from "./load_run";
import { heatOf } from "./load_statistics";
import { model, run } from "./runs";
import { showing } from "./settings";

/** As many as the heat map's band has. */
const COLUMNS = 360;
const POINTS = 2000;
const GROWTH_MS = 5000;

interface Known {
  readonly run: string;
  readonly generation: number;
  readonly sources: BandSources;
}

const known = { a: signal<Known | null>(null), b: signal<Known | null>(null) };

export function bandSources(which: "a" | "b", of: RunInfo | null): BandSources | null {
  const found = known[which].value;
  return found && found.run === of?.run && found.generation === of.generation ? found.sources : null;
}

/** Starts; returns what stops it. */
export function followBandCounts(): () => void {
  const stops = [follow("a", run, model), follow("b", other, otherModel)];
  return () => {
    for (const stop of stops) stop();
  };
}

function follow(
  which: "a" | "b",
  of: ReadonlySignal<RunInfo | null>,
  record: ReadonlySignal<Model | null>,
): () => void {
  const reading = latest(async (signal) => {
    const info = of.peek();
    if (!info) return;
    const tags = await getScalarTags(info.run, signal);
    const rate = await readCurve(info.run, tags.learning_rate, signal, POINTS);
    if (!rate || signal.aborted) return;
    const [ratios, sizes] = await Promise.all(
      ["update_ratio", "weight_rms"].map(async (stat) =>
        heatOf(await getHeat({ run: info.run, stat, columns: COLUMNS }, signal)),
      ),
    );
    if (signal.aborted || !ratios || !sizes || of.peek()?.run !== info.run) return;
    known[which].value = { run: info.run, generation: info.generation, sources: { ratios, sizes, rate } };
  });
  const stop = effect(() => {
    const info = of.value;
    const described = record.value;
    if (!info || described?.run !== info.run || !showing.value) return;
    // What the line begins with comes first.
    if (replies[which].value === null) return;
    if (!described.stats.includes("update_ratio") || !isBand(bandOf("update_ratio", described, true))) return;
    const grown = known[which].peek()?.run === info.run;
    const key = `${info.run} ${info.generation} ${described.session_id} ${info.snapshots} ${info.last_step}`;
    reading.want(key, grown ? GROWTH_MS : 0);
  });
  return () => {
    stop();
    reading.stop();
  };
}
