// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** What the heat map shows as a table: one line for each layer and column with snapshots in it. RFC 4180. Pure. */

import type { Columns } from "../heat/cells";
import { numberField, textField } from "./csv";

export interface HeatTable {
  readonly stat: string;
  /** In the order of the map. */
  readonly lines: readonly {
    readonly layer: number;
    readonly path: string;
    readonly role: string;
    readonly block: number | null;
  }[];
  readonly columns: Columns;
}

/** first_step and last_step: of the column; snapshots: how many the value stands for, low and high of theirs. Empty = not measured. */
export function heatCsv({ columns: of, lines, stat }: HeatTable): string {
  const written = ["path,role,block,stat,first_step,last_step,snapshots,value,low,high,finite"];
  for (const { block, layer, path, role } of lines) {
    for (let c = 0; c < of.columns; c += 1) {
      if (of.counts[c] === 0) continue;
      const at = layer * of.columns + c;
      const last = of.counts[c]! > 1 ? of.edges[c + 1]! - 1 : of.edges[c]!;
      written.push(
        [
          textField(path),
          role,
          block === null ? "" : String(block),
          stat,
          numberField(of.edges[c], true),
          numberField(last, true),
          numberField(of.counts[c], true),
          ...[of.shown[at], of.low[at], of.high[at]].map((value) => numberField(value, false)),
          of.broken[at] === 1 ? "no" : "yes",
        ].join(","),
      );
    }
  }
  return `${written.join("\r\n")}\r\n`;
}
