/** Asking the server about the place of the cursor, which moves faster than answers come. */

import { loadedVersion, ordinal, snapshots } from "./timeline";

/** The cursor has come to rest. */
export const REST_MS = 90;
/** Between two questions in playback. */
export const PLAYING_MS = 350;

/** The step of the snapshot nearest to the cursor, once it is certain. */
export function exactStep(): number | null {
  loadedVersion.value;
  const step = snapshots.value?.knownStep(ordinal.value) ?? Number.NaN;
  return Number.isNaN(step) ? null : step;
}

/** Runs `ask` for the newest key only, after a rest (or at intervals while the key keeps changing in playback). */
export function latest(ask: (signal: AbortSignal) => Promise<void>): {
  want(key: string, delay: number): void;
  stop(): void;
} {
  let wanted = "";
  let timer = 0;
  let controller: AbortController | null = null;
  function start(): void {
    timer = 0;
    controller?.abort();
    const mine = new AbortController();
    controller = mine;
    ask(mine.signal).catch((error: unknown) => {
      // The connection's own notice tells of a lost server; what is on screen stays.
      if (!mine.signal.aborted) console.warn(error);
    });
  }
  return {
    want(key, delay) {
      if (key === wanted) return;
      wanted = key;
      // Who asks at intervals would otherwise never be heard while the key keeps changing faster than that.
      if (timer !== 0 && delay >= PLAYING_MS) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(start, delay);
    },
    stop() {
      window.clearTimeout(timer);
      controller?.abort();
    },
  };
}
