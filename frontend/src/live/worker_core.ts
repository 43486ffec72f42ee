/** What the shared worker does with the messages of its tabs: one hub for each server address. */

import type { Hub, Listener } from "./hub";
import type { Heard, Said } from "./shared";

/** What is used of a MessagePort. */
export interface FarPort {
  onmessage: ((message: { data: Said }) => void) | null;
  postMessage(heard: Heard): void;
}

/** Returns what is to be called with the port of each tab that connects. */
export function serveTabs(hubOf: (base: string) => Hub): (port: FarPort) => void {
  const hubs = new Map<string, Hub>();
  return (port) => {
    const tab: Listener = { tell: (word) => port.postMessage(word) };
    let hub: Hub | undefined;
    port.onmessage = ({ data: said }) => {
      if (said.kind === "leave") {
        hub?.leave(tab);
        return;
      }
      port.postMessage({ kind: "here" });
      if (said.kind === "here") hub?.here(tab);
      else {
        hub = hubs.get(said.base) ?? hubOf(said.base);
        hubs.set(said.base, hub);
        hub.join(tab);
      }
    };
  };
}
