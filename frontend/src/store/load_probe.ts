/** Brings what was measured of each block, while layers are looked at. */

import { effect } from "@preact/signals";
import { getProbe } from "../api";
import { latest } from "./latest";
import { keepProbe, probe } from "./probe";
import { showing } from "./settings";
import { layersRun as run } from "./side";

/** It is measured with each tenth snapshot only. */
const GROWTH_MS = 5000;

/** Starts; returns what stops it. */
export function followProbe(wanted: () => boolean): () => void {
  const asker = latest(async (signal) => {
    const name = run.peek()?.run;
    if (!name) return;
    const reply = await getProbe(name, signal);
    if (signal.aborted || run.peek()?.run !== name) return;
    const { blocks, stats, generation } = reply.header;
    const values = reply.floats("probe");
    keepProbe({ run: name, generation, blocks, stats, steps: reply.numbers("steps"), values });
  });
  const stop = effect(() => {
    const info = run.value;
    if (!info || !wanted() || !showing.value) return;
    const known = probe.peek()?.run === info.run;
    asker.want(`${info.run} ${info.generation} ${info.snapshots} ${info.last_step}`, known ? GROWTH_MS : 0);
  });
  return () => {
    stop();
    asker.stop();
  };
}
