/** Any number of tabs on one channel. Only tabs that show are in it: with the last of them the line is closed. */

import type { RunInfo, Updates } from "../wire.gen";
import { channel, type LiveState, type Wire } from "./channel";

/** What a tab hears. whole: the message names every run there is, others are gone. */
export type Word = { kind: "updates"; updates: Updates; whole: boolean } | { kind: "state"; state: LiveState };

/** The far end of a tab. */
export interface Listener {
  tell(word: Word): void;
}

export interface Hub {
  /** The tab shows, or asks anew: it is told everything, and a lost server is asked again at once. */
  join(tab: Listener): void;
  /** The tab is still there. */
  here(tab: Listener): void;
  leave(tab: Listener): void;
}

/** A tab that shows says every 5 s that it is there; one that crashed doesn't. */
export const GONE_MS = 20_000;
/** The line outlives its last tab so long: someone who changes tabs hides one before the other shows. */
export const LINGER_MS = 1000;

export function makeHub(wire: Wire): Hub {
  const tabs = new Map<Listener, number>();
  let table: Table | null = null;
  let state: LiveState | null = null;
  let lingering: ReturnType<typeof setTimeout> | undefined;
  let sweeping: ReturnType<typeof setInterval> | undefined;

  const line = channel(wire, {
    onState(next) {
      if (next.kind === state?.kind && next.kind !== "lost") return;
      state = next;
      broadcast({ kind: "state", state: next });
    },
    onUpdates(updates, first) {
      // What is known is dropped only for a server that has seen all of its logdir.
      const wasWhole = !first && table?.whole === true;
      if (first || table === null) table = new Table();
      table.add(updates);
      if (table.whole && !wasWhole) broadcast({ kind: "updates", updates: table.everything(updates), whole: true });
      else broadcast({ kind: "updates", updates, whole: false });
    },
  });

  function broadcast(word: Word): void {
    for (const tab of tabs.keys()) tab.tell(word);
  }

  function tellAll(tab: Listener): void {
    if (state !== null) tab.tell({ kind: "state", state });
    const known = table?.everything();
    if (known) tab.tell({ kind: "updates", updates: known, whole: table?.whole === true });
  }

  function leave(tab: Listener): void {
    if (!tabs.delete(tab) || tabs.size > 0) return;
    clearInterval(sweeping);
    lingering = setTimeout(() => {
      line.close();
      table = null;
      state = null;
    }, LINGER_MS);
  }

  function sweep(): void {
    const oldest = Date.now() - GONE_MS;
    for (const [tab, heardAt] of tabs) if (heardAt < oldest) leave(tab);
  }

  function join(tab: Listener): void {
    clearTimeout(lingering);
    if (tabs.size === 0) {
      clearInterval(sweeping);
      sweeping = setInterval(sweep, GONE_MS / 2);
    }
    tabs.set(tab, Date.now());
    tellAll(tab);
    if (state === null || state.kind === "lost") line.open();
  }

  return {
    join,
    leave,
    here(tab) {
      if (tabs.has(tab)) tabs.set(tab, Date.now());
      // It was taken for gone: a machine that slept.
      else join(tab);
    },
  };
}

/** All that was heard on one connection, for tabs that come later. */
class Table {
  readonly #runs = new Map<string, RunInfo>();
  #others: readonly string[] = [];
  #last: Updates | null = null;

  /** The server has seen all of its logdir. */
  get whole(): boolean {
    return this.#last?.loading.done === true;
  }

  add(updates: Updates): void {
    for (const name of updates.removed) this.#runs.delete(name);
    for (const info of updates.runs) this.#runs.set(info.run, info);
    // Told only when they change.
    this.#others = updates.other_runs ?? this.#others;
    this.#last = updates;
  }

  everything(): Updates | null;
  everything(last: Updates): Updates;
  everything(last: Updates | null = this.#last): Updates | null {
    return last && { ...last, runs: [...this.#runs.values()], removed: [], other_runs: [...this.#others] };
  }
}
