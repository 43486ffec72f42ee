/** Finds rows by a regular expression without ever keeping the page waiting: in a worker with a limit of time, or, where there is no
 * worker, here with the same limit and on labels so short that none of them takes long. */

import type { Found, Told } from "./pattern_worker";
import type { PatternRun } from "./run_pattern";
import type { Texts } from "./search";

export interface Search {
  readonly rows: readonly number[];
  /** Rows that were looked at. */
  readonly looked: number;
  /** The time was up before all of them were. */
  readonly stopped: boolean;
}

export const LIMIT_MS = 1000;
/** A label of so many characters costs any pattern less than the limit. */
const SHORT = 20;
/** Lists of labels that the worker holds before it is made anew. */
const MOST_HELD = 8;

/** What is used of a Worker. */
export interface Runner {
  onmessage: ((message: { data: Found }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  postMessage(told: Told): void;
  terminate(): void;
}

export interface Finder {
  /** One at a time: a new call ends the one before, whose promise is then never kept. */
  find(texts: Texts, source: string, flags: string, limitMs?: number): Promise<Search>;
  stop(): void;
}

/** make: starts a worker, or throws. */
export function makeFinder(make: () => Runner): Finder {
  let worker: Runner | null = null;
  let hopeless = false;
  let keys = new Map<Texts, number>();
  let tickets = 0;
  let end: (() => void) | null = null;

  function drop(): void {
    worker?.terminate();
    worker = null;
    keys = new Map();
  }

  function start(): Runner | null {
    if (worker || hopeless) return worker;
    try {
      worker = make();
    } catch {
      hopeless = true;
    }
    return worker;
  }

  return {
    find(texts, source, flags, limitMs = LIMIT_MS) {
      end?.();
      if (keys.size > MOST_HELD) drop();
      const runner = start();
      if (!runner) return Promise.resolve(findHere(texts, source, flags, limitMs));
      return new Promise((resolve) => {
        const ticket = ++tickets;
        const rows: number[] = [];
        let looked = 0;
        const finish = (search: Search | null, kill: boolean) => {
          clearTimeout(timer);
          end = null;
          runner.onmessage = null;
          runner.onerror = null;
          if (kill) drop();
          if (search) resolve(search);
        };
        const timer = setTimeout(() => finish({ rows, looked, stopped: true }, true), limitMs);
        end = () => finish(null, true);
        runner.onmessage = ({ data }) => {
          if (data.ticket !== ticket) return;
          for (const row of data.rows) rows.push(row);
          looked = data.looked;
          if (data.done) finish({ rows, looked, stopped: false }, false);
        };
        runner.onerror = () => {
          hopeless = true;
          finish(findHere(texts, source, flags, limitMs), true);
        };
        if (!keys.has(texts)) {
          keys.set(texts, keys.size);
          const { labels, display } = texts;
          runner.postMessage({ kind: "texts", key: keys.get(texts) as number, labels: labels ?? display, display });
        }
        runner.postMessage({ kind: "find", ticket, key: keys.get(texts) as number, source, flags });
      });
    },
    stop() {
      end?.();
      drop();
    },
  };
}

function findHere(texts: Texts, source: string, flags: string, limitMs: number): Search {
  const until = performance.now() + limitMs;
  const short = (label: string) => label.slice(0, SHORT);
  const run: PatternRun = { rows: [], looked: 0 };
  const display = texts.display.map(short);
  const labels = texts.labels?.map(short) ?? display;
  const pattern = new RegExp(source, flags);
  // Each label alone, so that the clock is looked at after each.
  while (run.looked < display.length && performance.now() < until) {
    const row = run.looked++;
    if (pattern.test(labels[row] as string) || pattern.test(display[row] as string)) run.rows.push(row);
  }
  return { rows: run.rows, looked: run.looked, stopped: run.looked < display.length };
}
