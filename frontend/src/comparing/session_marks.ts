/** Where on the time axis one session of a run ends and the next begins. Pure. */

import type { Session } from "../wire.gen";

export interface SessionMark {
  /** First step of the session that begins here. */
  readonly step: number;
  /** "2 of 3". */
  readonly number: number;
  readonly of: number;
  readonly id: string;
  /** Unix seconds. */
  readonly started: number;
}

const SHOWN = 8;

/** The first session begins the run and needs no mark; one that has no step of its own left has no place. Two at the same step are told by
 * the later one. */
export function sessionMarks(sessions: readonly Session[]): SessionMark[] {
  const marks = new Map<number, SessionMark>();
  for (const [i, { session_id, started, first_step }] of sessions.entries()) {
    if (i === 0 || first_step === null) continue;
    const id = session_id.length > SHOWN ? session_id.slice(0, SHOWN) : session_id;
    marks.set(first_step, { step: first_step, number: i + 1, of: sessions.length, id, started });
  }
  return [...marks.values()].sort((one, other) => one.step - other.step);
}
