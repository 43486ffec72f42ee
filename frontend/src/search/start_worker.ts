/** Starts the worker that runs patterns. A module of its own, as a file that is opened from a disk brings another. */

export const startWorker = (): Worker =>
  new Worker(new URL("./pattern_worker.ts", import.meta.url), { type: "module" });
