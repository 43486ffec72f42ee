/** One line to the server: server-sent events, or polling where they don't get through; back-off when nothing answers.
 * Knows nothing of pages, workers or the network: what it needs of them is a `Wire`. */

import { ApiError } from "../api";
import type { Updates } from "../wire.gen";

export type LiveState = { kind: "connecting" } | { kind: "live" } | { kind: "lost"; since: number; retryAt: number };

/** What is used of an EventSource. The server says `here` when it has nothing else to say. */
export interface Stream {
  onmessage: ((message: { data: string }) => void) | null;
  onerror: (() => void) | null;
  addEventListener(type: "here", listener: () => void): void;
  close(): void;
}

export interface Wire {
  /** Events may be asked for now; asked again after each poll. */
  mayStream(): boolean;
  /** Everything first, then what changes. */
  openEvents(): Stream;
  getUpdates(cursor: number, waitSecs: number, signal: AbortSignal): Promise<Updates>;
  /** How long the server may keep a poll waiting, which holds one of the browser's six connections so long. */
  readonly waitSecs: number;
}

export interface ChannelHooks {
  /** first: it tells of every run there is, the first word of a connection. */
  onUpdates(updates: Updates, first: boolean): void;
  onState(state: LiveState): void;
}

export interface Channel {
  /** Connects, or connects again at once. */
  open(): void;
  /** Nothing is asked until `open`. */
  close(): void;
}

/** The first message comes at once: so long a silence means that something on the way holds it back. */
export const FIRST_MESSAGE_MS = 4000;
/** The server says something every 5 s. */
export const SILENCE_MS = 16_000;
/** Events that don't get through are tried again after so long, twice as long each time, up to the second. */
export const BLOCKED_MS = 60_000;
const LONGEST_BLOCKED_MS = 15 * 60_000;
/** Between two polls. With a server that waits for changes, ten messages a second; else five. */
const AFTER_LONG_POLL_MS = 100;
const AFTER_SHORT_POLL_MS = 200;
/** A poll that isn't answered so long after it should have been never will be. */
const OVERDUE_MS = 10_000;
const LONGEST_RETRY_MS = 8000;

/** A connection always begins with everything: what was known may be of a server that has ended since, whose cursors
 * mean nothing to this one. So nothing is missed by construction. */
export function channel(wire: Wire, hooks: ChannelHooks): Channel {
  let stream: Stream | null = null;
  let polling: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let lostSince: number | null = null;
  let blockedUntil = 0;
  let blockedMs = BLOCKED_MS;

  function heard(updates: Updates, first: boolean): void {
    failures = 0;
    lostSince = null;
    hooks.onState({ kind: "live" });
    hooks.onUpdates(updates, first);
  }

  function stop(): void {
    clearTimeout(timer);
    stream?.close();
    stream = null;
    polling?.abort();
    polling = null;
  }

  function retryLater(): void {
    stop();
    lostSince ??= Date.now();
    // Ten viewers of one server don't come back in the same moment.
    const wait = Math.min(LONGEST_RETRY_MS, 500 * 2 ** Math.min(failures, 5)) * (0.8 + 0.2 * Math.random());
    failures++;
    hooks.onState({ kind: "lost", since: lostSince, retryAt: Date.now() + wait });
    timer = setTimeout(open, wait);
  }

  const mayListen = () => wire.mayStream() && Date.now() >= blockedUntil;

  function pollInstead(): void {
    blockedUntil = Date.now() + blockedMs;
    blockedMs = Math.min(LONGEST_BLOCKED_MS, blockedMs * 2);
    stop();
    void poll();
  }

  function listen(): void {
    const opened = wire.openEvents();
    stream = opened;
    let spoke = false;
    const expect = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(pollInstead, ms);
    };
    expect(FIRST_MESSAGE_MS);
    opened.onmessage = (message) => {
      if (stream !== opened) return;
      const first = !spoke;
      spoke = true;
      expect(SILENCE_MS);
      heard(JSON.parse(message.data) as Updates, first);
    };
    opened.addEventListener("here", () => {
      if (stream !== opened || !spoke) return;
      // Also what comes after the first word gets through.
      blockedMs = BLOCKED_MS;
      expect(SILENCE_MS);
    });
    opened.onerror = () => {
      if (stream !== opened) return;
      if (spoke) retryLater();
      // Whether the server is there at all, a poll tells.
      else pollInstead();
    };
  }

  async function poll(): Promise<void> {
    const mine = new AbortController();
    polling = mine;
    let cursor: number | null = null;
    while (polling === mine) {
      const first = cursor === null;
      const waitSecs = first ? 0 : wire.waitSecs;
      const overdue = setTimeout(() => mine.abort(), waitSecs * 1000 + OVERDUE_MS);
      try {
        const updates = await wire.getUpdates(cursor ?? 0, waitSecs, mine.signal);
        if (polling !== mine) return;
        cursor = updates.cursor;
        heard(updates, first);
      } catch (error) {
        if (polling !== mine) return;
        if (!(error instanceof ApiError) && !mine.signal.aborted) console.error(error);
        // The server was away: what kept events back may have gone with it.
        blockedUntil = 0;
        retryLater();
        return;
      } finally {
        clearTimeout(overdue);
      }
      if (polling !== mine) return;
      if (mayListen()) {
        open();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, wire.waitSecs > 0 ? AFTER_LONG_POLL_MS : AFTER_SHORT_POLL_MS));
    }
  }

  function open(): void {
    stop();
    // After a failure a poll is the quicker question: an EventSource doesn't say why it failed.
    if (failures > 0 || !mayListen()) void poll();
    else listen();
  }

  return {
    open() {
      if (lostSince === null) hooks.onState({ kind: "connecting" });
      open();
    },
    close() {
      stop();
      failures = 0;
      lostSince = null;
    },
  };
}
