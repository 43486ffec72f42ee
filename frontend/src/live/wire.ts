/** The real network behind a channel: the same in a page and in a worker. */

import { getUpdates, openEvents } from "../api";
import type { Stream, Wire } from "./channel";

/** Seconds that one poll may wait where a single line serves all tabs. */
const ONE_LINE_WAIT_SECS = 10;

/** base: address of the plugin's routes. turn: whether events may be asked for now; without it, always where there are
 * events at all, and a poll may wait. */
export function networkWire(base: string, turn?: () => boolean): Wire {
  const known = typeof EventSource !== "undefined";
  return {
    mayStream: () => known && (turn === undefined || turn()),
    openEvents: () => openEvents(base) as Stream,
    getUpdates: (cursor, waitSecs, signal) => getUpdates(cursor, waitSecs, signal, base),
    waitSecs: turn === undefined ? ONE_LINE_WAIT_SECS : 0,
  };
}
