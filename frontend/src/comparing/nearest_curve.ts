/** Which of several curves the pointer is at. Pure. */

export interface Drawn {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface Hit {
  /** Place of the curve in the list. */
  readonly curve: number;
  readonly step: number;
  readonly value: number;
  readonly x: number;
  readonly y: number;
}

/** The measured point nearest to the pointer, of the curve that passes nearest above or below it; null where none passes within
 * `reach` px. x, y: to the screen; x rises. */
export function nearestCurve(
  curves: readonly Drawn[],
  px: number,
  py: number,
  x: (step: number) => number,
  y: (value: number) => number,
  reach: number,
): Hit | null {
  let best: Hit | null = null;
  let least = reach;
  for (const [curve, { steps, values }] of curves.entries()) {
    if (steps.length === 0) continue;
    const after = firstAt(steps, px, x);
    const before = Math.max(0, after - 1);
    const at = Math.min(after, steps.length - 1);
    const [x0, x1] = [x(steps[before] as number), x(steps[at] as number)];
    if (px < x0 - reach || px > x1 + reach) continue;
    const share = x1 > x0 ? Math.min(1, Math.max(0, (px - x0) / (x1 - x0))) : 0;
    const [y0, y1] = [y(values[before] as number), y(values[at] as number)];
    const away = Math.abs(y0 + (y1 - y0) * share - py);
    // Not finite: the curve has a gap here.
    if (!(away <= least)) continue;
    least = away;
    const nearer = share > 0.5 ? at : before;
    const [step, value] = [steps[nearer] as number, values[nearer] as number];
    best = { curve, step, value, x: x(step), y: y(value) };
  }
  return best;
}

/** Index of the first step that stands at or after a place on screen. */
function firstAt(steps: ArrayLike<number>, px: number, x: (step: number) => number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x(steps[middle] as number) < px) low = middle + 1;
    else high = middle;
  }
  return low;
}
