/** A tab's end of the shared worker: says that it shows and is still there, hears what the worker hears. */

import type { Word } from "./hub";

/** What a tab says. `join` names the address of the plugin's routes. */
export type Said = { kind: "join"; base: string } | { kind: "here" } | { kind: "leave" };
/** What it hears: the answer to each `join` and `here`, and the words of the hub. */
export type Heard = { kind: "here" } | Word;

export interface TabLine {
  /** The tab shows, or wants to know anew. */
  open(): void;
  close(): void;
}

/** What is used of a MessagePort. */
export interface Port {
  onmessage: ((message: { data: Heard }) => void) | null;
  postMessage(said: Said): void;
  close(): void;
}

export const HERE_MS = 5000;
/** A new worker answers within this, or there is none: blocked, or its file could not be had. */
export const ANSWER_MS = 10_000;

/** connect: makes or finds the worker; `broken` is called where it can't be loaded. hopeless: there is no worker to be
 * had; called once, nothing is heard afterwards. */
export function followShared(
  base: string,
  connect: (broken: () => void) => Port,
  hear: (word: Word) => void,
  hopeless: () => void,
): TabLine {
  let port: Port | null = null;
  let showing = false;
  /** Since the last thing said; ever, by this worker. */
  let answered = false;
  let everAnswered = false;
  let given = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function giveUp(): void {
    if (given) return;
    given = true;
    clearTimeout(timer);
    drop();
    if (showing) hopeless();
  }

  function drop(): void {
    if (port === null) return;
    port.onmessage = null;
    port.close();
    port = null;
  }

  function say(said: Said, waitMs: number): void {
    answered = false;
    port?.postMessage(said);
    clearTimeout(timer);
    timer = setTimeout(next, waitMs);
  }

  /** The worker answered: say `here` again. It didn't: another one is made, unless this was already a new one. */
  function next(): void {
    if (answered) say({ kind: "here" }, HERE_MS);
    else if (port !== null && everAnswered) {
      drop();
      join();
    } else giveUp();
  }

  function join(): void {
    if (port === null) {
      everAnswered = false;
      let made: Port;
      try {
        made = connect(giveUp);
      } catch {
        giveUp();
        return;
      }
      port = made;
      made.onmessage = ({ data }) => {
        if (port !== made) return;
        answered = true;
        everAnswered = true;
        if (showing && data.kind !== "here") hear(data);
      };
    }
    say({ kind: "join", base }, ANSWER_MS);
  }

  return {
    open() {
      showing = true;
      if (given) hopeless();
      else join();
    },
    close() {
      showing = false;
      clearTimeout(timer);
      port?.postMessage({ kind: "leave" });
    },
  };
}
