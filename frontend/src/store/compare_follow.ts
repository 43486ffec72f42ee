/** Starts all that a second run on screen needs, and ends it. */

import { effect, untracked } from "@preact/signals";
import { ApiError, getModel } from "../api";
import { compareWith, matching, other, otherName, setOtherModel, setOtherProblem } from "./compare";
import { followOtherCloud } from "./compare_cloud";
import { followRunCurves } from "./compare_curves";
import { followOtherHeat } from "./compare_heat";
import { followOtherRows } from "./compare_rows";
import { showInBoth } from "./filters";
import { rest } from "./load_run";
import { runName } from "./runs";
import { followSessions } from "./sessions";

const RETRY_MS = 2000;

/** Starts; returns what stops it. */
export function followComparison(): () => void {
  const stops = [
    followSwap(),
    followOtherModel(),
    followOtherCloud(),
    followOtherRows(),
    followRunCurves(),
    followOtherHeat(),
    followSessions(),
    effect(() => {
      const found = matching.value;
      const all = !found || found.common === found.toB.length;
      const mask = all ? null : Uint8Array.from(found.toB, (row) => (row < 0 ? 0 : 1));
      untracked(() => showInBoth(mask));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    showInBoth(null);
  };
}

/** Whoever chooses B as A wants them the other way round. */
function followSwap(): () => void {
  let before: string | null = null;
  return effect(() => {
    const name = runName.value;
    const last = before;
    before = name;
    untracked(() => {
      if (name !== null && last !== null && name !== last && name === otherName.peek()) compareWith(last);
    });
  });
}

function followOtherModel(): () => void {
  let controller: AbortController | null = null;
  let last = "";
  const stop = effect(() => {
    const info = other.value;
    const key = info ? `${info.run} ${info.sessions} ${info.generation}` : "";
    if (key === last) return;
    const same = info !== null && last.startsWith(`${info.run} `);
    last = key;
    controller?.abort();
    untracked(() => {
      if (!same) {
        setOtherModel(null);
        setOtherProblem(null);
      }
      if (!info) return;
      controller = new AbortController();
      void readModel(info.run, controller.signal);
    });
  });
  return () => {
    stop();
    controller?.abort();
  };
}

async function readModel(name: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const record = await getModel(name, signal);
      if (!signal.aborted) setOtherModel(record);
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError && error.status === 0))
        setOtherProblem(String((error as Error).message ?? error));
      await rest(RETRY_MS, signal);
    }
  }
}
