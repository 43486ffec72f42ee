/** Follows the server: server-sent events, or polling where they don't get through; back-off when nothing answers. */

import { ApiError, getUpdates, openEvents } from "./api";
import type { Updates } from "./wire.gen";

export type LiveState = { kind: "connecting" } | { kind: "live" } | { kind: "lost"; since: number; retryAt: number };

export interface LiveHooks {
  cursor(): number;
  /** whole: the message names every run there is, not only changes. */
  onUpdates(updates: Updates, whole: boolean): void;
  onState(state: LiveState): void;
}

export interface LiveHandle {
  /** Connects, or connects again at once. */
  open(): void;
  /** Nothing is asked until `open`. */
  close(): void;
}

const FIRST_MESSAGE_MS = 4000;
const POLL_WAIT_SECS = 10;
const LONGEST_RETRY_MS = 8000;

export function follow(hooks: LiveHooks): LiveHandle {
  let source: EventSource | null = null;
  let polling: AbortController | null = null;
  let timer = 0;
  let failures = 0;
  let lostSince: number | null = null;
  /** Events don't get through although the server answers. */
  let eventsBlocked = false;
  /** A connection for events failed without a word: a poll tells whether the server is there at all. */
  let doubtful = false;

  function heard(updates: Updates): void {
    const whole = failures > 0;
    failures = 0;
    lostSince = null;
    hooks.onState({ kind: "live" });
    hooks.onUpdates(updates, whole);
  }

  /** After a loss it may be another server, that counts anew: everything is asked for. */
  function since(back: number): number {
    return failures > 0 ? 0 : Math.max(0, hooks.cursor() - back);
  }

  function stop(): void {
    window.clearTimeout(timer);
    source?.close();
    source = null;
    polling?.abort();
    polling = null;
  }

  function retryLater(): void {
    stop();
    failures++;
    lostSince ??= Date.now();
    const wait = Math.min(LONGEST_RETRY_MS, 500 * 2 ** Math.min(failures, 6));
    hooks.onState({ kind: "lost", since: lostSince, retryAt: Date.now() + wait });
    timer = window.setTimeout(open, wait);
  }

  function listen(): void {
    // One before the cursor: the first message then comes at once, and silence means that messages are held back.
    const opened = openEvents(since(1));
    source = opened;
    let spoke = false;
    timer = window.setTimeout(() => {
      if (spoke || source !== opened) return;
      eventsBlocked = true;
      stop();
      void poll();
    }, FIRST_MESSAGE_MS);
    opened.onmessage = (message) => {
      spoke = true;
      heard(JSON.parse(message.data) as Updates);
    };
    opened.onerror = () => {
      if (source !== opened) return;
      if (spoke || failures > 0) {
        doubtful = !spoke;
        retryLater();
        return;
      }
      // The server answered a moment ago: it is the events that something on the way refuses.
      eventsBlocked = true;
      stop();
      void poll();
    };
  }

  async function poll(): Promise<void> {
    const controller = new AbortController();
    polling = controller;
    let wait = 0;
    while (!controller.signal.aborted) {
      try {
        const updates = await getUpdates(since(0), wait, controller.signal);
        if (controller.signal.aborted) return;
        heard(updates);
        if (doubtful) {
          doubtful = false;
          open();
          return;
        }
        wait = POLL_WAIT_SECS;
        // Ten messages a second are enough, whatever the server does with `wait`.
        await new Promise((resolve) => window.setTimeout(resolve, 100));
      } catch (error) {
        if (controller.signal.aborted) return;
        if (!(error instanceof ApiError)) console.error(error);
        eventsBlocked = false;
        doubtful = true;
        retryLater();
        return;
      }
    }
  }

  function open(): void {
    stop();
    if (eventsBlocked || doubtful || typeof EventSource === "undefined") void poll();
    else listen();
  }

  return {
    open() {
      if (lostSince === null) hooks.onState({ kind: "connecting" });
      open();
    },
    close: stop,
  };
}
