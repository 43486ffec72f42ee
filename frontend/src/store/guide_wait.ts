/** Waiting for what is shown on screen to be there. */

import { effect } from "@preact/signals";

/** A card waits so long for what it tells of; then it is left out. */
const PATIENCE_MS = 15_000;

/** true = it holds; false = it did not in time, or `signal` ended. */
export function until(holds: () => boolean, signal: AbortSignal | null, patience = PATIENCE_MS): Promise<boolean> {
  return new Promise((resolve) => {
    let stop: (() => void) | null = null;
    let done = false;
    const end = (answer: boolean) => {
      if (done) return;
      done = true;
      window.clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
      resolve(answer);
      // The first run of an effect ends before it can be stopped.
      queueMicrotask(() => stop?.());
    };
    const giveUp = () => end(false);
    const timer = window.setTimeout(giveUp, patience);
    signal?.addEventListener("abort", giveUp);
    stop = effect(() => {
      if (holds()) end(true);
    });
    if (signal?.aborted) giveUp();
  });
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      window.clearTimeout(timer);
      resolve();
    });
  });
}
