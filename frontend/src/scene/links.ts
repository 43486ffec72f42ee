// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Lines that follow the points while they move: from the selected row to its neighbours, and from a trail's end to its row. */

import type { Cloud } from "./projected";
import type { Segments } from "./segments";
import type { Link, Rgb, Trail } from "./types";

const WIDTH = [1, 2.6] as const;

/** Share 0 … 1 of the greatest width: the closest of the links gets 1, a cosine of 0 or less gets 0. */
export function closeness(similarity: number, closest: number): number {
  return closest > 0 ? Math.min(1, Math.max(0, similarity / closest)) ** 2 : 0;
}

/** Writes where a row is now to `out`; false when it isn't drawn. */
export function placeInto(out: Float64Array, cloud: Cloud, row: number): boolean {
  for (let k = 0; k < 3; k += 1) {
    const a = cloud.from[row * 3 + k]!;
    out[k] = a + (cloud.to[row * 3 + k]! - a) * cloud.mix;
  }
  return cloud.visible[row] === 1 && Number.isFinite(out[0]! + out[1]! + out[2]!);
}

const here = new Float64Array(3);
const there = new Float64Array(3);

export function linksInto(
  out: Segments,
  cloud: Cloud,
  selected: number | null,
  links: readonly Link[],
  trails: readonly Trail[],
  colors: Uint8Array,
  accent: Rgb,
): void {
  out.clear();
  if (selected !== null && placeInto(here, cloud, selected)) {
    let closest = 0;
    for (const link of links) closest = Math.max(closest, link.similarity);
    for (const { row, similarity } of links) {
      if (!placeInto(there, cloud, row)) continue;
      const share = closeness(similarity, closest);
      const width = WIDTH[0] + (WIDTH[1] - WIDTH[0]) * share;
      const alpha = 0.45 + 0.4 * share;
      out.push(here[0]!, here[1]!, here[2]!, there[0]!, there[1]!, there[2]!, width, width, alpha, alpha, accent);
    }
  }
  for (const { row, points } of trails) {
    const last = points.length - 3;
    if (last < 0 || !placeInto(here, cloud, row)) continue;
    if (!Number.isFinite(points[last]! + points[last + 1]! + points[last + 2]!)) continue;
    const color: Rgb = [colors[row * 3]!, colors[row * 3 + 1]!, colors[row * 3 + 2]!];
    out.push(
      points[last]!,
      points[last + 1]!,
      points[last + 2]!,
      here[0]!,
      here[1]!,
      here[2]!,
      3.2,
      3.2,
      0.66,
      0.66,
      color,
    );
  }
}
