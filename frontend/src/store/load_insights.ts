/** Brings what goes on in the runs on screen, and again when one has grown. */

import { effect, type ReadonlySignal } from "@preact/signals";
import { ApiError, getInsights } from "../api";
import type { RunInfo } from "../wire.gen";
import { other } from "./compare";
import { keepInsights, missInsights, replies } from "./insights";
import { latest } from "./latest";
import { rest } from "./load_run";
import { run } from "./runs";
import { showing } from "./settings";

/** The cloud comes first. */
const FIRST_MS = 300;
const GROWTH_MS = 2000;
const RETRY_MS = 4000;
const LONGEST_MS = 60_000;

export function followInsights(): () => void {
  const stops = [follow("a", run), follow("b", other)];
  return () => {
    for (const stop of stops) stop();
  };
}

function follow(which: "a" | "b", of: ReadonlySignal<RunInfo | null>): () => void {
  const reading = latest(async (signal) => {
    const name = of.peek()?.run;
    for (let wait = RETRY_MS; name && of.peek()?.run === name && !signal.aborted; wait *= 2) {
      try {
        const found = await getInsights(name, signal);
        if (!signal.aborted && of.peek()?.run === name) keepInsights(which, found);
        return;
      } catch (error) {
        if (signal.aborted) return;
        // A lost server is told of elsewhere.
        if (!(error instanceof ApiError && error.status === 0))
          missInsights(which, name, error instanceof Error ? error.message : String(error));
        await rest(Math.min(LONGEST_MS, wait), signal);
      }
    }
  });
  const stop = effect(() => {
    const info = of.value;
    if (!info || info.sessions === 0 || !showing.value) return;
    const grown = `${info.snapshots} ${info.last_step} ${info.last_wall_time} ${info.live}`;
    const known = replies[which].peek()?.now != null;
    reading.want(`${info.run} ${info.generation} ${grown}`, known ? GROWTH_MS : FIRST_MS);
  });
  return () => {
    stop();
    reading.stop();
  };
}
