/** In place of `search/start_worker.ts`: a page from a disk may start no worker but one it carries itself. */

import PatternWorker from "../search/pattern_worker?worker&inline";

export const startWorker = (): Worker => new PatternWorker();
