/** How the rows of one snapshot vary along the axes they are drawn on. Pure. */

/** positions: [R * width]. The part of the variance between the finite rows that lies along the first `axes` of their
 * numbers, 0 to 1; NaN = nothing varies. O(R * width). */
export function shareAlong(positions: ArrayLike<number>, width: number, axes: number): number {
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)];
  let rows = 0;
  for (let at = 0; at < positions.length; at += width) {
    if (!known(positions, at, width)) continue;
    rows++;
    for (let axis = 0; axis < width; axis++) {
      const value = positions[at + axis] as number;
      sums[axis] = (sums[axis] as number) + value;
      squares[axis] = (squares[axis] as number) + value * value;
    }
  }
  let [along, all] = [0, 0];
  for (let axis = 0; axis < width; axis++) {
    const varies = (squares[axis] as number) - (sums[axis] as number) ** 2 / rows;
    all += varies;
    if (axis < axes) along += varies;
  }
  return all > 0 ? along / all : Number.NaN;
}

function known(positions: ArrayLike<number>, at: number, width: number): boolean {
  for (let axis = 0; axis < width; axis++) if (!Number.isFinite(positions[at + axis])) return false;
  return true;
}
