// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Where rows have been: polylines that grow wider and clearer toward now, with small dots along them. */

import type { Segments } from "./segments";
import type { Rgb, Trail } from "./types";

const WIDTH = [0.8, 3.2] as const;
const ALPHA = [0.06, 0.66] as const;
/** At most so many dots along a trail; short trails have one at each place. */
const DOTS = 5;

function at(range: readonly [number, number], t: number): number {
  return range[0] + (range[1] - range[0]) * t;
}

/** Strokes of all trails. The last place isn't dotted: the point itself stands there. */
export function trailsInto(out: Segments, trails: readonly Trail[], colors: Uint8Array, visible: Uint8Array): void {
  out.clear();
  for (const { row, points } of trails) {
    const places = points.length / 3;
    if (places < 2 || visible[row] !== 1) continue;
    const color: Rgb = [colors[row * 3]!, colors[row * 3 + 1]!, colors[row * 3 + 2]!];
    const every = Math.max(1, Math.ceil((places - 1) / DOTS));
    for (let k = 0; k + 1 < places; k += 1) {
      const [i, j] = [k * 3, k * 3 + 3];
      const [a, b] = [k / (places - 1), (k + 1) / (places - 1)];
      const finite = Number.isFinite(
        points[i]! + points[i + 1]! + points[i + 2]! + points[j]! + points[j + 1]! + points[j + 2]!,
      );
      if (!finite) continue;
      out.push(
        points[i]!,
        points[i + 1]!,
        points[i + 2]!,
        points[j]!,
        points[j + 1]!,
        points[j + 2]!,
        at(WIDTH, a),
        at(WIDTH, b),
        at(ALPHA, a),
        at(ALPHA, b),
        color,
      );
      if (k % every === 0) {
        out.dot(points[i]!, points[i + 1]!, points[i + 2]!, at(WIDTH, a) + 2, Math.min(1, at(ALPHA, a) + 0.14), color);
      }
    }
  }
}
