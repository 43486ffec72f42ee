/** In place of `live.ts`: a file has no server to follow. */

import type { LiveHooks } from "../live";
import type { TabLine } from "../live/shared";

export function follow(_hooks: LiveHooks): TabLine {
  return { open() {}, close() {} };
}
