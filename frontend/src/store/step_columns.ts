/** What the replies of `heat` and `layer` have in common: statistics in columns of steps. */

import type { Reply } from "../pvz1";
import type { HeatHeader, LayerHeader } from "../wire.gen";

export function stepColumns(reply: Reply<HeatHeader | LayerHeader>) {
  const { run, generation, total, first_step, last_step } = reply.header;
  const edges = reply.numbers("edges");
  return {
    run,
    generation,
    total,
    firstStep: first_step ?? 0,
    lastStep: last_step ?? 0,
    edges,
    columns: edges.length - 1,
    shown: reply.floats("shown"),
    low: reply.floats("low"),
    high: reply.floats("high"),
    counts: reply.numbers("counts"),
  };
}
