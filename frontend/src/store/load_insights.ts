/** Brings what goes on in the run, and again when the run has grown. */

import { effect } from "@preact/signals";
import { getInsights } from "../api";
import { insights, setInsights } from "./insights";
import { latest } from "./latest";
import { run } from "./runs";
import { showing } from "./settings";

/** The cloud comes first. */
const FIRST_MS = 300;
const GROWTH_MS = 2000;

export function followInsights(): () => void {
  const reading = latest(async (signal) => {
    const info = run.peek();
    if (!info) return;
    const found = await getInsights(info.run, signal);
    if (!signal.aborted && run.peek()?.run === info.run) setInsights(found);
  });
  const stop = effect(() => {
    const info = run.value;
    if (!info || info.sessions === 0 || !showing.value) return;
    const key = `${info.run} ${info.generation} ${info.snapshots} ${info.last_step} ${info.live}`;
    reading.want(key, insights.peek() ? GROWTH_MS : FIRST_MS);
  });
  return () => {
    stop();
    reading.stop();
  };
}
