/** A server as the live channel sees it: `events` and `updates` over runs that grow, that can die, come back as another
 * one, refuse events or hold them back. */

import { ApiError } from "../../src/api";
import type { Stream, Wire } from "../../src/live/channel";
import type { RunInfo, Updates } from "../../src/wire.gen";

export class FakeServer implements Wire {
  up = true;
  /** What becomes of events on the way. */
  events: "pass" | "refused" | "held back" = "pass";
  streaming = true;
  waitSecs = 10;
  done = true;
  notices: string[] = [];
  cursor = 1;
  /** Snapshots of each run, and the cursor of its last change. */
  readonly runs = new Map<string, { snapshots: number; at: number }>();
  readonly removed = new Map<string, number>();
  /** Told only where they changed. */
  readonly others = { names: [] as string[], at: 0 };
  readonly open = new Set<FakeStream>();
  asked = { events: 0, updates: 0 };

  /** A training wrote. */
  write(run: string, snapshots = (this.runs.get(run)?.snapshots ?? 0) + 1): void {
    this.cursor++;
    this.removed.delete(run);
    this.runs.set(run, { snapshots, at: this.cursor });
    this.#tell();
  }

  remove(run: string): void {
    this.cursor++;
    this.runs.delete(run);
    this.removed.set(run, this.cursor);
    this.#tell();
  }

  /** Something keeps the logdir from being read, or nothing any more. */
  notice(...sentences: string[]): void {
    this.notices = sentences;
    this.cursor++;
    this.#tell();
  }

  /** What runs of others there are. */
  name(...others: string[]): void {
    this.cursor++;
    Object.assign(this.others, { names: others, at: this.cursor });
    this.#tell();
  }

  finishReading(): void {
    this.done = true;
    this.cursor++;
    this.#tell();
  }

  die(): void {
    this.up = false;
    for (const stream of [...this.open]) stream.fail();
  }

  /** Another process over the same files: cursors begin anew. */
  restart(cursor = this.runs.size + 1): void {
    this.up = true;
    this.cursor = cursor;
    this.removed.clear();
    for (const run of this.runs.values()) run.at = cursor;
  }

  since(cursor: number): Updates {
    const from = cursor > this.cursor ? 0 : cursor;
    return {
      runs: [...this.runs].filter(([, run]) => run.at > from).map(([name, run]) => infoOf(name, run.snapshots)),
      removed: [...this.removed].filter(([, at]) => at > from).map(([name]) => name),
      ...(from === 0 || from < this.others.at ? { other_runs: [...this.others.names] } : {}),
      notices: this.notices,
      loading: { done: this.done, bytes_read: 1, bytes_total: 1 },
      cursor: this.cursor,
    };
  }

  mayStream(): boolean {
    return this.streaming;
  }

  openEvents(): Stream {
    this.asked.events++;
    return new FakeStream(this);
  }

  /** Answers at once when there is news, else after the wait. */
  async getUpdates(cursor: number, waitSecs: number, signal: AbortSignal): Promise<Updates> {
    this.asked.updates++;
    for (
      let waited = 0;
      waited < waitSecs * 1000 && this.up && this.cursor <= cursor && !signal.aborted;
      waited += 50
    ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (signal.aborted) throw new DOMException("aborted", "AbortError");
    if (!this.up) throw new ApiError(0, "TensorBoard does not answer.");
    return this.since(cursor);
  }

  #tell(): void {
    for (const stream of this.open) stream.tell();
  }
}

class FakeStream implements Stream {
  onmessage: Stream["onmessage"] = null;
  onerror: Stream["onerror"] = null;
  #here: () => void = () => {};
  #cursor = 0;
  readonly #beat: ReturnType<typeof setInterval>;

  constructor(readonly server: FakeServer) {
    server.open.add(this);
    this.#beat = setInterval(() => this.#passes() && this.#here(), 5000);
    setTimeout(() => (server.up && server.events !== "refused" ? this.tell() : this.fail()), 1);
  }

  addEventListener(_: "here", listener: () => void): void {
    this.#here = listener;
  }

  tell(): void {
    if (!this.#passes()) return;
    const updates = this.server.since(this.#cursor);
    this.#cursor = updates.cursor;
    this.onmessage?.({ data: JSON.stringify(updates) });
  }

  fail(): void {
    if (!this.server.open.has(this)) return;
    this.close();
    this.onerror?.();
  }

  close(): void {
    clearInterval(this.#beat);
    this.server.open.delete(this);
  }

  #passes(): boolean {
    return this.server.events === "pass" && this.server.open.has(this);
  }
}

function infoOf(run: string, snapshots: number): RunInfo {
  const at = snapshots === 0 ? null : snapshots - 1;
  const first = snapshots === 0 ? null : 0;
  const wall = { last_wall_time: 0, live: true, sessions: 1, generation: 0, damaged: [] };
  return { run, snapshots, first_step: first, last_step: at, ...wall };
}
