/** What a chart of one statistic of a layer is made of. */

import { limitsOver } from "../../store/layer_bands";
import { type Course, rowOf, stepsOf } from "../../store/layer_course";
import type { ChartData } from "./plot";

/** Shares, counts and means: a difference says more than a ratio, as the server has it too. */
export const isLog = (stat: string) => stat === "update_ratio" || !/_(mean|ratio|count)$/.test(stat);

/** null = it was never measured. */
export function chartData(
  course: Course,
  layer: number,
  stat: string,
  log = isLog(stat),
  range?: readonly [number, number],
): ChartData | null {
  const [shown, low, high] = [rowOf(course, stat), rowOf(course, stat, "low"), rowOf(course, stat, "high")];
  if (!shown || !low || !high || !shown.some((value) => Number.isFinite(value) && (!log || value > 0))) return null;
  const last = Math.max(course.lastStep, course.firstStep + 1);
  return {
    steps: stepsOf(course),
    shown,
    low,
    high,
    band: limitsOver(course, layer, stat),
    log,
    range: range ?? [course.firstStep, last],
  };
}
