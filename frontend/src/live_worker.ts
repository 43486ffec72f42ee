/** The shared worker: one line to the server for all tabs of this browser. */

import { makeHub } from "./live/hub";
import { networkWire } from "./live/wire";
import { type FarPort, serveTabs } from "./live/worker_core";

const serve = serveTabs((base) => makeHub(networkWire(base)));
const scope = self as unknown as { onconnect: (event: MessageEvent) => void };
scope.onconnect = (event) => serve(event.ports[0] as unknown as FarPort);
