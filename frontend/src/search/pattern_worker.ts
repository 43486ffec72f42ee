/** A worker that runs patterns, so that one without an end can be ended with it. */

import { lookOn, type PatternRun } from "./run_pattern";

export type Told =
  | { kind: "texts"; key: number; labels: readonly string[]; display: readonly string[] }
  | { kind: "find"; ticket: number; key: number; source: string; flags: string };

export interface Found {
  ticket: number;
  /** Found since the last message. */
  rows: number[];
  looked: number;
  done: boolean;
}

const TELL_MS = 50;
const held = new Map<number, { labels: readonly string[]; display: readonly string[] }>();

self.onmessage = ({ data }: MessageEvent<Told>) => {
  if (data.kind === "texts") {
    held.set(data.key, data);
    return;
  }
  const texts = held.get(data.key);
  if (!texts) return;
  const pattern = new RegExp(data.source, data.flags);
  const run: PatternRun = { rows: [], looked: 0 };
  for (let done = false; !done; ) {
    const since = performance.now();
    done = lookOn(run, pattern, texts.labels, texts.display, () => performance.now() - since > TELL_MS);
    const found: Found = { ticket: data.ticket, rows: run.rows.splice(0), looked: run.looked, done };
    self.postMessage(found);
  }
};
