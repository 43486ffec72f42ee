/** Where findings lie on the map: lines next to each other and the steps between, as boxes. Pure. */

import type { Finding } from "../wire.gen";
import type { HeatRows } from "./rows";

export interface FindingBox {
  readonly finding: Finding;
  /** CSS px from the top of the lines. */
  readonly top: number;
  readonly height: number;
  /** Steps, within the part that is shown. */
  readonly from: number;
  readonly to: number;
}

/** paths: of the layers, by their places. shown: first and last step of the map. */
export function findingBoxes(
  findings: readonly Finding[],
  { rows, rowHeight }: Pick<HeatRows, "rows" | "rowHeight">,
  paths: readonly string[],
  shown: readonly [number, number],
): FindingBox[] {
  const boxes: FindingBox[] = [];
  for (const finding of findings) {
    const [from, to] = [Math.max(shown[0], finding.first_step), Math.min(shown[1], finding.last_step)];
    if (from > to) continue;
    const named = new Set(finding.layers);
    let top: number | null = null;
    let bottom = 0;
    for (const row of rows) {
      if (named.has(paths[row.layer] ?? "")) {
        top ??= row.y;
        bottom = row.y + rowHeight;
      } else if (top !== null) {
        boxes.push({ finding, top, height: bottom - top, from, to });
        top = null;
      }
    }
    if (top !== null) boxes.push({ finding, top, height: bottom - top, from, to });
  }
  return boxes;
}

/** Marks beside thin lines: the worst first, and none so near to another that they cover each other. */
export function spacedMarks<R extends { readonly y: number }>(
  rows: readonly R[],
  level: (row: R) => number,
  least: number,
): R[] {
  const taken: R[] = [];
  const marked = rows
    .filter((row) => level(row) > 0)
    .sort((one, other) => level(other) - level(one) || one.y - other.y);
  for (const row of marked) if (taken.every(({ y }) => Math.abs(y - row.y) >= least)) taken.push(row);
  return taken;
}
