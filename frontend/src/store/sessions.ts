/** The sessions of the runs on screen: where a run was begun again. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { getSessions } from "../api";
import { type SessionMark, sessionMarks } from "../comparing/session_marks";
import type { Session } from "../wire.gen";
import { other } from "./compare";
import { run } from "./runs";
import { showing } from "./settings";

interface Known {
  readonly run: string;
  readonly sessions: readonly Session[];
}

const first = signal<Known | null>(null);
const second = signal<Known | null>(null);
const NONE: readonly SessionMark[] = [];

const marksOf = (known: Known | null, name: string | undefined) =>
  known && known.run === name ? sessionMarks(known.sessions) : NONE;

export const marks = computed(() => marksOf(first.value, run.value?.run));
export const otherMarks = computed(() => marksOf(second.value, other.value?.run));

/** Starts; returns what stops it. */
export function followSessions(): () => void {
  const stops = [follow(run, first), follow(other, second)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** A session that has just begun has no step yet: asked again when the first of them is there. */
function follow(of: typeof run, into: typeof first): () => void {
  let controller: AbortController | null = null;
  let last = "";
  const stop = effect(() => {
    const info = of.value;
    if (!showing.value) return;
    // Of one session there is nothing to tell apart.
    const several = info !== null && info.sessions > 1;
    const waits = several && into.value?.run === info.run && into.value.sessions.at(-1)?.first_step === null;
    const key = several ? `${info.run} ${info.sessions} ${info.generation} ${waits ? info.last_step : ""}` : "";
    if (key === last) return;
    last = key;
    controller?.abort();
    if (!several) return;
    const mine = new AbortController();
    controller = mine;
    untracked(() => void read(info.run, into, mine.signal));
  });
  return () => {
    stop();
    controller?.abort();
  };
}

/** Marks are a help: without an answer the axis is as it is without them. */
async function read(name: string, into: typeof first, signal: AbortSignal): Promise<void> {
  try {
    const { sessions } = await getSessions(name, signal);
    if (!signal.aborted) into.value = { run: name, sessions };
  } catch (error) {
    if (!signal.aborted) console.warn(error);
  }
}
