/** The live channel of a tab that has to do without a shared worker. Of all such tabs of one server only one holds a
 * stream, which would else take one of the browser's six connections to a host each; the others poll shortly. */

import { makeHub, type Word } from "./hub";
import type { TabLine } from "./shared";
import { networkWire } from "./wire";

/** locks: the browser's, absent on plain http to another machine; then every tab polls. */
export function followAlone(
  base: string,
  hear: (word: Word) => void,
  locks: LockManager | null = navigator.locks ?? null,
): TabLine {
  let streams = false;
  let showing: AbortController | null = null;
  const hub = makeHub(networkWire(base, () => streams));
  const self = { tell: hear };
  let alive: ReturnType<typeof setInterval> | undefined;

  function takeTurn(signal: AbortSignal): void {
    const held = () =>
      new Promise<void>((release) => {
        streams = true;
        signal.addEventListener("abort", () => {
          streams = false;
          release();
        });
      });
    // Waits until the tab that has it is closed, hidden or has crashed. Refused: this one was hidden meanwhile.
    locks?.request(`paramviz events ${base}`, { signal }, held).catch(() => {});
  }

  return {
    open() {
      if (showing === null) {
        showing = new AbortController();
        takeTurn(showing.signal);
        alive = setInterval(() => hub.here(self), 5000);
      }
      hub.join(self);
    },
    close() {
      showing?.abort();
      showing = null;
      clearInterval(alive);
      hub.leave(self);
    },
  };
}
