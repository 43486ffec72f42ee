// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Thin lines through rows in their order, as through the positions of a context: quiet at the beginning, clear at the end. */

import { placeInto } from "./links";
import { blend, type Palette } from "./palette";
import type { Cloud } from "./projected";
import type { Segments } from "./segments";
import type { Rgb } from "./types";

const WIDTH = 1.25;
const ALPHA = [0.3, 0.9] as const;
/** Shades between the two ends; more can't be told apart. */
const SHADES = 24;

const ramps = new Map<Palette, readonly Rgb[]>();

function rampOf(palette: Palette): readonly Rgb[] {
  let ramp = ramps.get(palette);
  if (ramp === undefined) {
    ramp = Array.from({ length: SHADES }, (_, k) => blend(palette.axis, palette.text, k / (SHADES - 1)));
    ramps.set(palette, ramp);
  }
  return ramp;
}

const here = new Float64Array(3);
const there = new Float64Array(3);

/** Strokes of all courses where the rows are now. A row that isn't drawn leaves a gap: no line says what isn't so. Allocates nothing
 *  once `out` is large enough. */
export function coursesInto(
  out: Segments,
  cloud: Cloud,
  courses: readonly (readonly number[])[],
  palette: Palette,
): void {
  out.clear();
  const ramp = rampOf(palette);
  for (let c = 0; c < courses.length; c += 1) {
    const course = courses[c]!;
    const last = Math.max(1, course.length - 2);
    for (let k = 0; k + 1 < course.length; k += 1) {
      if (!placeInto(here, cloud, course[k]!) || !placeInto(there, cloud, course[k + 1]!)) continue;
      const share = k / last;
      const alpha = ALPHA[0] + (ALPHA[1] - ALPHA[0]) * share;
      const color = ramp[Math.round(share * (SHADES - 1))]!;
      out.push(here[0]!, here[1]!, here[2]!, there[0]!, there[1]!, there[2]!, WIDTH, WIDTH, alpha, alpha, color);
    }
  }
}
