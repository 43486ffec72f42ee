/** Follows the server: through a worker that all tabs of the browser share, or alone where there is none. */

import { baseAddress } from "./api";
import { followAlone } from "./live/alone";
import type { LiveState } from "./live/channel";
import type { Word } from "./live/hub";
import { followShared, type Port, type TabLine } from "./live/shared";
import type { Updates } from "./wire.gen";

export type { LiveState };

export interface LiveHooks {
  /** whole: the message names every run there is, not only changes. */
  onUpdates(updates: Updates, whole: boolean): void;
  onState(state: LiveState): void;
}

export function follow(hooks: LiveHooks): TabLine {
  const base = baseAddress();
  const hear = (word: Word) => {
    if (word.kind === "state") hooks.onState(word.state);
    else hooks.onUpdates(word.updates, word.whole);
  };
  if (typeof SharedWorker === "undefined") return followAlone(base, hear);
  let alone: TabLine | null = null;
  const shared = followShared(base, connect, hear, () => {
    alone ??= followAlone(base, hear);
    alone.open();
  });
  return {
    open: () => (alone ?? shared).open(),
    close: () => (alone ?? shared).close(),
  };
}

function connect(broken: () => void): Port {
  const worker = new SharedWorker(new URL("./live_worker.ts", import.meta.url), { type: "module" });
  worker.onerror = broken;
  worker.port.start();
  return worker.port as unknown as Port;
}
