/** What of a stroke lies inside a rectangle. */

/** Words stay so far inside the canvas, CSS px. */
export const MARGIN = 6;

/** The part of the stroke a→b inside the rectangle, as shares of it; null = none. Liang and Barsky's clipping. */
export function inside(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
): readonly [number, number] | null {
  let [start, end] = [0, 1];
  const sides = [
    [ax - bx, ax - left],
    [bx - ax, right - ax],
    [ay - by, ay - top],
    [by - ay, bottom - ay],
  ] as const;
  for (const [p, q] of sides) {
    if (p === 0) {
      if (q < 0) return null;
    } else if (p < 0) start = Math.max(start, q / p);
    else end = Math.min(end, q / p);
  }
  return start <= end ? [start, end] : null;
}
